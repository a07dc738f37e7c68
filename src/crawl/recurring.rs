//! What is known of the blocks that a site repeats: counted with every commit, and what follows once one is learned.
//!
//! A block is learned at the end of a commit. Texts of the latest articles that have it are corrected then, and only
//! after that do readers leave it out, so that what one text says never comes in two forms. A crash in between leaves the
//! account unsettled, or as it was before: the next commit of the site does it again.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::commit::Placed;
use super::correct;
use super::error::CrawlError;
use super::process::Finding;
use super::rows::{decode, encode};
use super::run::SiteRun;
use super::shelf::Shelf;
use crate::archive::catalog::ArticleRecord;
use crate::article::recurring::{Account, Blocks};
use crate::ledger::{Batch, Key, Ledger, LedgerError};
use crate::model::Digest;

/// Texts that are looked at again when a block is learned: about twice what the account looks back on, since not every
/// text counts there.
const TEXTS: usize = 64;

/// A text that may be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// Its content.
    pub content: Digest,
    /// The text file's WARC file, as [`correct::mark`] gives it; 0 for one that is sealed.
    pub file: u64,
}

/// The ledger's row of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteRow {
    /// Counts, and what was learned.
    pub account: Account,
    /// The latest texts.
    pub latest: VecDeque<Latest>,
    /// A block was learned, and the latest texts are yet to be corrected.
    pub unsettled: bool,
}

impl SiteRow {
    /// Notes a text that was shelved; a version of an article that counts already does not count again.
    fn note<'a>(&mut self, title: &str, body: impl IntoIterator<Item = &'a str>, latest: Latest) {
        if self.latest.len() == TEXTS {
            self.latest.pop_front();
        }
        self.latest.push_back(latest);
        self.unsettled |= self.account.note(title, body);
    }

    /// Takes in a record that was read back, with its text if it has one.
    pub fn adopt(&mut self, record: &ArticleRecord, text: Option<&str>) {
        self.account.recall(&record.left_out);
        let content = record.content_hash;
        let Some(text) = text.filter(|_| record.template.is_none()) else { return };
        if self.latest.iter().any(|latest| latest.content == content) {
            return;
        }
        let label = |block: &str| record.images.iter().any(|image| image.label.as_deref() == Some(block));
        if let Some(blocks) = Blocks::of(text, label, &content) {
            self.note(&record.title, blocks.body(), Latest { content, file: 0 });
        }
    }
}

/// A site's row.
pub fn row(ledger: &dyn Ledger, site: &str) -> Result<SiteRow, LedgerError> {
    let key = Key::recurring(site);
    ledger.get(&key)?.map_or_else(|| Ok(SiteRow::default()), |bytes| decode(&key, &bytes))
}

/// Writes a site's row.
pub fn put(site: &str, row: &SiteRow, batch: &mut Batch) {
    batch.put(Key::recurring(site), encode(row));
}

/// The rows of the sites of a run, held by its committer.
#[derive(Debug, Default)]
pub struct Accounts {
    rows: HashMap<String, SiteRow>,
    touched: BTreeMap<String, Arc<SiteRun>>,
}

impl Accounts {
    /// Counts the new texts of a commit, once their files are written.
    pub fn note(&mut self, ledger: &dyn Ledger, shelf: &mut Shelf, placed: &[Placed]) -> Result<(), CrawlError> {
        for place in placed {
            let (Finding::Article(text), Some(shelved)) = (&place.item.finding, &place.shelved) else { continue };
            let site = &place.item.finished.site;
            // What another site names is corrected by nobody here; what may be a template's counts for nothing.
            if shelved.text.is_none() || shelved.record.site != site.id() || shelved.record.template.is_some() {
                continue;
            }
            if !self.rows.contains_key(site.id()) {
                self.rows.insert(site.id().to_owned(), row(ledger, site.id())?);
            }
            let latest = Latest { content: text.content, file: correct::mark(&shelf.site(site.id())?.texts) };
            if let Some(row) = self.rows.get_mut(site.id()) {
                row.note(&text.article.title, text.article.content().skip(1), latest);
            }
            self.touched.insert(site.id().to_owned(), Arc::clone(site));
        }
        Ok(())
    }

    /// Keeps what was counted, and corrects texts where a block was learned.
    pub fn settle(&mut self, ledger: &dyn Ledger, shelf: &mut Shelf, now: Timestamp) -> Result<(), CrawlError> {
        let mut batch = Batch::default();
        for (id, site) in std::mem::take(&mut self.touched) {
            let Some(row) = self.rows.get_mut(&id) else { continue };
            if row.unsettled {
                correct::texts(shelf, ledger, &id, row, now)?;
                row.unsettled = false;
                site.learn(row.account.learned());
            }
            put(&id, row, &mut batch);
        }
        if !batch.is_empty() {
            ledger.apply(&batch)?;
        }
        Ok(())
    }
}
