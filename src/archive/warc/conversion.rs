//! An article's cleaned text and its record → a `conversion` and a `metadata` record, for the text series.
//!
//! They live in files of their own: indexers that list conversions would offer the text in place of the page.

use jiff::Timestamp;

use super::capture::Prepared;
use super::id::RecordId;
use super::member::Level;
use super::record::Record;
use crate::model::Digest;

/// A text and what is known about it.
#[derive(Debug, Clone)]
pub struct TextCapture<'a> {
    /// The address of the page that the text was made from.
    pub uri: &'a str,
    /// When the text was made.
    pub at: Timestamp,
    /// The response record that it was made from.
    pub source: RecordId,
    /// The article's id, which names the metadata record.
    pub article_id: &'a str,
    /// The text, UTF-8; `None` where only a location or a near-duplicate is new.
    pub text: Option<&'a str>,
    /// The article's record as JSON.
    pub record: &'a [u8],
}

impl TextCapture<'_> {
    /// Makes the records: conversion (if there is a text) and metadata.
    pub fn prepare(&self, level: Level) -> Prepared {
        let mut records = Vec::with_capacity(2);
        let mut described = self.source;
        if let Some(text) = self.text {
            described = RecordId::random();
            let kind = "text/plain;charset=utf-8";
            records.push(Record::conversion(described, self.at, self.uri, kind, text.as_bytes(), self.source));
        }
        // An address of its own: indexers list a JSON metadata record as a capture of its target, and it must not
        // stand in for the page. wget names its manifests in the same way.
        let name = format!("metadata://luutru/article/{}", self.article_id);
        let metadata = Record::metadata(RecordId::random(), self.at, &name, "application/json", self.record);
        records.push(metadata.refers_to(described));
        let payload_digest = self.text.map(|text| Digest::of(text.as_bytes()));
        Prepared { payload_digest, ..Prepared::new(&records, self.at, self.uri, level) }
    }
}
