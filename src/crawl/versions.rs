//! What a found text is to the archive: a new article, a version of one, or one more place of what is held.
//!
//! A record's id names the article over all its versions; a version is one text of it. An address whose text has changed
//! since it was archived gives the next version. A text that comes back is a version too: its file is there already, so
//! its record alone is written. A text that another article holds makes the address a place of that one.

use std::collections::HashMap;
use std::path::Path;

use super::error::CrawlError;
use super::near::Rows;
use super::rows::{ArticleRow, ContentRow, decode, encode};
use super::shelve::beside;
use crate::archive::catalog::ArticleRecord;
use crate::ledger::{Batch, Key, Ledger, LedgerError};
use crate::model::Digest;

/// Records made since the last commit: not in the ledger yet.
#[derive(Debug, Default)]
pub struct Pending {
    by_content: HashMap<Digest, ArticleRecord>,
    newest: HashMap<String, ArticleRow>,
    /// Rows of signatures.
    pub near: Rows,
}

impl Pending {
    /// Notes a record.
    pub fn add(&mut self, record: &ArticleRecord) {
        let row = ArticleRow { version: record.version, content: record.content_hash };
        let newest = self.newest.entry(record.id.clone()).or_insert(row);
        if newest.version <= row.version {
            *newest = row;
        }
        self.by_content.insert(record.content_hash, record.clone());
    }
}

/// What a text is to the archive.
#[derive(Debug)]
pub enum Standing {
    /// The first of an article.
    New,
    /// Held as it is: at most the address is new.
    Held(Box<ArticleRecord>),
    /// The next version of an article.
    Version(Box<Next>),
}

/// The next version of an article.
#[derive(Debug)]
pub struct Next {
    /// The article's id.
    pub id: String,
    /// The site that names it.
    pub site: String,
    /// The version's number.
    pub number: u32,
    /// Where the article was seen so far.
    pub locations: Vec<String>,
    /// Where the text is, if an earlier version had the same.
    pub text_path: Option<String>,
}

/// Looks records up: those of this commit first, then those on the shelf.
#[derive(Debug)]
pub struct Records<'a, L: ?Sized> {
    /// Archive root.
    pub root: &'a Path,
    /// The ledger.
    pub ledger: &'a L,
    /// Records of this commit.
    pub pending: &'a Pending,
}

impl<L: Ledger + ?Sized> Records<'_, L> {
    /// What `content` is, found at an address whose text was `before`.
    pub fn standing(&self, content: &Digest, before: Option<&Digest>) -> Result<Standing, CrawlError> {
        let known = self.of(content)?;
        let Some(held) = before.filter(|before| *before != content) else {
            return Ok(known.map_or(Standing::New, |record| Standing::Held(Box::new(record))));
        };
        let Some(held) = self.row(held)? else {
            return Ok(known.map_or(Standing::New, |record| Standing::Held(Box::new(record))));
        };
        let newest = self.newest(&held.id)?.unwrap_or(ArticleRow { version: held.version, content: *content });
        match known {
            // Another article has this text, or this one has it as its newest already, at another of its addresses.
            Some(record) if record.id != held.id || record.version == newest.version => {
                Ok(Standing::Held(Box::new(record)))
            }
            known => {
                let latest = self.of(&newest.content)?;
                Ok(Standing::Version(Box::new(Next {
                    number: newest.version + 1,
                    locations: latest.map(|record| record.locations).unwrap_or_default(),
                    text_path: known.map(|record| record.text_path),
                    id: held.id,
                    site: held.site,
                })))
            }
        }
    }

    /// The newest record with this content.
    pub fn of(&self, content: &Digest) -> Result<Option<ArticleRecord>, CrawlError> {
        if let Some(record) = self.pending.by_content.get(content) {
            return Ok(Some(record.clone()));
        }
        // A record that is gone is made anew from the page at hand; the WARC files still hold the old one.
        Ok(self.row(content)?.and_then(|row| beside(self.root, &row.text_path)))
    }

    /// The ledger's word on a content.
    fn row(&self, content: &Digest) -> Result<Option<ContentRow>, LedgerError> {
        if let Some(record) = self.pending.by_content.get(content) {
            return Ok(Some(row_of(record)));
        }
        content_row(self.ledger, content)
    }

    fn newest(&self, id: &str) -> Result<Option<ArticleRow>, LedgerError> {
        match self.pending.newest.get(id) {
            Some(row) => Ok(Some(*row)),
            None => newest(self.ledger, id),
        }
    }
}

/// The ledger's row of a content.
pub fn content_row<L: Ledger + ?Sized>(ledger: &L, content: &Digest) -> Result<Option<ContentRow>, LedgerError> {
    let key = Key::content(content);
    ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()
}

/// The ledger's row of an article's newest version.
pub fn newest<L: Ledger + ?Sized>(ledger: &L, id: &str) -> Result<Option<ArticleRow>, LedgerError> {
    let key = Key::article(id);
    ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()
}

/// Notes a record in the ledger: its content, and the newest version. What is older than the ledger's word changes nothing,
/// since records are read back in the order of files, and that is not always the order of time.
pub fn remember<L: Ledger + ?Sized>(ledger: &L, record: &ArticleRecord, batch: &mut Batch) -> Result<(), LedgerError> {
    let later = content_row(ledger, &record.content_hash)?
        .is_some_and(|known| known.id == record.id && known.version > record.version);
    if !later {
        batch.put(Key::content(&record.content_hash), encode(&row_of(record)));
    }
    for content in &record.corrects {
        batch.put(Key::content(content), encode(&row_of(record)));
    }
    if newest(ledger, &record.id)?.is_none_or(|known| known.version <= record.version) {
        let row = ArticleRow { version: record.version, content: record.content_hash };
        batch.put(Key::article(&record.id), encode(&row));
    }
    Ok(())
}

fn row_of(record: &ArticleRecord) -> ContentRow {
    ContentRow {
        id: record.id.clone(),
        site: record.site.clone(),
        text_path: record.text_path.clone(),
        version: record.version,
    }
}
