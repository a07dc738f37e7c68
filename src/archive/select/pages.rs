//! The pages of a selection: articles where and when they were captured.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::address::{Key, captured_as};
use super::query::stamp14;
use super::{Selection, rfc3339};
use crate::archive::catalog::ArticleRecord;
use crate::archive::error::{Context as _, Result};

/// An article at one of its addresses.
#[derive(Debug, Clone)]
pub struct Page {
    /// The version that was seen.
    pub record: ArticleRecord,
    /// `WARC-Target-URI` of the capture.
    pub uri: String,
    /// Its time: RFC 3339, whole seconds, UTC.
    pub at: String,
    /// Counts the pages of an article, from 0.
    pub number: usize,
}

/// The cleaned text of a version; `None` when its file is not there. A path that leads out of `text/` is none of ours.
pub fn text_of(root: &Path, record: &ArticleRecord) -> Result<Option<Vec<u8>>> {
    let inside = record.text_path.starts_with("text/") && !record.text_path.split('/').any(|part| part == "..");
    let path = root.join(&record.text_path);
    match fs::read(&path) {
        Ok(text) if inside => Ok(Some(text)),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).at("read", &path),
    }
}

impl Selection {
    /// Hands over every page, in the order of the catalogue: each version where it was captured, then each other address
    /// at which the article was met. A page without a capture in the selection is none.
    pub fn each_page(&self, each: &mut dyn FnMut(Page) -> Result<()>) -> Result<()> {
        let (mut id, mut done) = (String::new(), Vec::<String>::new());
        let mut number = 0;
        self.articles.each(&mut |version, record| {
            if record.id != id {
                (id, done, number) = (record.id.clone(), Vec::new(), 0);
            }
            let mut give = |done: &mut Vec<String>, uri: String, stamp: u64| {
                number += 1;
                done.push(uri.clone());
                each(Page { record: record.clone(), uri, at: rfc3339(stamp), number: number - 1 })
            };
            let uris: Vec<String> = addresses(&record);
            let own = stamp14(&record.captured_at).unwrap_or_default();
            // The last address is the one after redirects, which is where the page was.
            if let Some(uri) = uris.iter().rev().find(|uri| self.seen_at(uri).any(|stamp| stamp == own)) {
                give(&mut done, uri.clone(), own)?;
            }
            if !version.latest {
                return Ok(());
            }
            for uri in uris {
                let Some(first) = self.seen_at(&uri).next().filter(|_| !done.contains(&uri)) else { continue };
                give(&mut done, uri, first)?;
            }
            Ok(())
        })
    }

    /// When an address was captured, earliest first.
    fn seen_at(&self, uri: &str) -> impl Iterator<Item = u64> {
        self.seen.get(&Key::of(uri)).into_iter().flatten().copied()
    }
}

/// Where an article may have been captured, each address once.
fn addresses(record: &ArticleRecord) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for location in std::iter::once(&record.url).chain(&record.locations) {
        let uri = captured_as(location);
        if !out.contains(&uri) {
            out.push(uri);
        }
    }
    out
}
