//! Whether what can be made again from a text's records is there already: the text, its record, its catalogue line.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::error::CrawlError;
use super::shelve::{self, Shelved};
use crate::archive::catalog::{self, ArticleRecord};

/// What the catalogues hold, each read when it is first asked for.
#[derive(Debug, Default)]
pub struct Kept {
    // By site, text file and version: how many locations and near-duplicates it names.
    listed: HashMap<String, HashMap<(String, u32), usize>>,
}

impl Kept {
    /// Whether all of it is there, as it should be.
    pub fn holds(&mut self, root: &Path, shelved: &Shelved) -> Result<bool, CrawlError> {
        let record = &shelved.record;
        if !files_are_there(root, shelved) {
            return Ok(false);
        }
        if !self.listed.contains_key(&record.site) {
            let mut rows = HashMap::new();
            let mut each = |row: ArticleRecord| {
                // A corrected text has the version of the one before.
                rows.insert((row.text_path, row.version), row.locations.len() + row.near_duplicates.len());
            };
            // A line that is no record is a line that is missing.
            catalog::read_all(root, std::slice::from_ref(&record.site), &mut each, &mut |_| {})?;
            self.listed.insert(record.site.clone(), rows);
        }
        let rows = self.listed.get(&record.site);
        let named = record.locations.len() + record.near_duplicates.len();
        let version = (record.text_path.clone(), record.version);
        Ok(rows.and_then(|rows| rows.get(&version)).is_some_and(|count| *count >= named))
    }
}

fn files_are_there(root: &Path, shelved: &Shelved) -> bool {
    let record = &shelved.record;
    let body = shelved.text.as_ref().map(String::as_bytes);
    let same = |body: &[u8]| fs::read(root.join(&record.text_path)).is_ok_and(|there| there == body);
    // A text that came back has the record of its latest version beside it.
    let there = |beside: ArticleRecord| {
        beside == *record
            || (beside.content_hash == record.content_hash && beside.id == record.id && beside.version > record.version)
    };
    shelve::beside(root, &record.text_path).is_some_and(there) && body.is_none_or(same)
}
