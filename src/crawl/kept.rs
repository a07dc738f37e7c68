//! Whether what can be made again from a text's records is there already: the text, its record, its catalogue line.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use super::error::CrawlError;
use super::shelve;
use crate::archive::catalog::{self, ArticleRecord};
use crate::archive::shelf::{Short, short};

/// What the catalogues hold, each read when it is first asked for.
#[derive(Debug, Default)]
pub struct Kept {
    // By site: its lines.
    lines: HashMap<String, HashSet<Short>>,
    // Articles of which a line was missing: those after it are written again too, since the last one counts.
    anew: HashSet<String>,
}

impl Kept {
    /// Whether the line of a record stands in its catalogue, and at its place among those of its article. One that does not
    /// is taken for written from now on. Records of one article are asked for in the order in which they were made.
    pub fn lists(&mut self, root: &Path, record: &ArticleRecord, line: &[u8]) -> Result<bool, CrawlError> {
        if !self.lines.contains_key(&record.site) {
            let mut lines = HashSet::new();
            catalog::read_lines(root, &record.site, &mut |line| {
                lines.insert(short(line));
            })?;
            self.lines.insert(record.site.clone(), lines);
        }
        if self.anew.contains(&record.id) {
            return Ok(false);
        }
        let there = self.lines.get(&record.site).is_some_and(|lines| lines.contains(&short(line)));
        if !there {
            self.anew.insert(record.id.clone());
        }
        Ok(there)
    }
}

/// Whether a record lies beside its text, and the text is `body`, if that is given.
pub fn files_are_there(root: &Path, record: &ArticleRecord, body: Option<&str>) -> bool {
    let same = |body: &str| fs::read(root.join(&record.text_path)).is_ok_and(|there| there == body.as_bytes());
    // A text that came back has the record of its latest version beside it.
    let there = |beside: ArticleRecord| {
        beside == *record
            || (beside.content_hash == record.content_hash && beside.id == record.id && beside.version > record.version)
    };
    shelve::beside(root, &record.text_path).is_some_and(there) && body.is_none_or(same)
}
