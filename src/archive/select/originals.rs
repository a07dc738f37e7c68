//! Revisits → the responses that hold their payloads (ISO 28500 6.7), which must go where they go.

use std::collections::HashMap;
use std::path::Path;

use super::address::Key;
use super::files::WarcFile;
use super::query::stamp14;
use crate::archive::cdxj::Entry;
use crate::archive::warc::{field, locate, read_at};

/// Originals that have not been met yet.
#[derive(Debug, Default)]
pub struct Originals {
    wanted: HashMap<(Key, u64), String>,
}

impl Originals {
    /// Notes the original of the revisit at `offset`.
    pub fn want(&mut self, root: &Path, file: &WarcFile, offset: u64, problems: &mut Vec<String>) {
        let record = match read_at(&locate(root, &file.relative), offset, 0) {
            Ok(record) => record,
            Err(error) => return problems.push(error.to_string()),
        };
        let uri = record.fields.get(field::REFERS_TO_TARGET_URI);
        let stamp = record.fields.get(field::REFERS_TO_DATE).and_then(stamp14);
        match uri.zip(stamp) {
            Some((uri, stamp)) => drop(self.wanted.insert((Key::of(uri), stamp), uri.to_owned())),
            None => problems.push(format!("{}: the revisit at offset {offset} names no original", file.relative)),
        }
    }

    /// Whether `entry` is one that is wanted; it is not wanted again.
    pub fn settle(&mut self, entry: &Entry) -> bool {
        if self.wanted.is_empty() || entry.fields.mime.as_deref() == Some("warc/revisit") {
            return false;
        }
        let stamp = stamp14(&entry.stamp).unwrap_or_default();
        self.wanted.remove(&(Key::of(&entry.fields.url), stamp)).is_some()
    }

    /// Whether all have been met.
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Says which were not met.
    pub fn missing(self) -> impl Iterator<Item = String> {
        let mut left: Vec<String> = self.wanted.into_values().collect();
        left.sort();
        left.into_iter().map(|uri| format!("the original of a revisit is in no file that has an index: {uri}"))
    }
}
