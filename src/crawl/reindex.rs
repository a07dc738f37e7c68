//! Everything but the WARC files, made again from them.
//!
//! The root is held all the while. Files that are right stay; the others are replaced whole. The ledger is filled anew by
//! the code that every start runs; the one before is kept aside, since the queue of what was listed and not yet fetched
//! stands in no WARC file.

use std::path::PathBuf;

use serde::Serialize;

use super::adopt::{Adopted, Adopter};
use super::error::CrawlError;
use super::frontier::Frontier;
use super::open;
use super::pipeline::shelf_spec;
use super::shelf::Shelf;
use crate::archive::reindex::{self, Rebuilt, Watcher};
use crate::archive::warc::warc_files;
use crate::config::Config;
use crate::model::{Clock, SystemClock};

/// What a rebuild did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Reindexed {
    /// WARC files, after what a crash left was sealed.
    pub warc_files: u64,
    /// Files that were looked at and made again.
    #[serde(flatten)]
    pub files: Rebuilt,
    /// Captures that the new ledger accounts for.
    pub captures: u64,
    /// Articles among them.
    pub articles: u64,
    /// Bytes of torn records cut off open files.
    pub cut_bytes: u64,
    /// Where the ledger that was there before lies now.
    pub ledger_aside: Option<PathBuf>,
    /// It was stopped; the same command goes on.
    pub interrupted: bool,
}

/// Rebuilds texts, records, catalogues, ledger and indexes. With `prune`, what no WARC file vouches for is deleted.
pub fn reindex(config: &Config, prune: bool, watch: &dyn Watcher) -> Result<Reindexed, CrawlError> {
    let root = &config.root;
    if !root.join("warc").is_dir() {
        return Err(CrawlError::Root {
            path: root.display().to_string(),
            why: "it holds no warc/ folder; name an archive with --root".to_owned(),
        });
    }
    let now = SystemClock.now();
    let mut done = Reindexed { interrupted: true, ..Reindexed::default() };
    let anew = open::begin_anew(root)?;
    done.ledger_aside = anew.aside;
    let ledger = anew.ledger;
    let Some(files) = reindex::texts(root, &warc_files(root)?, now, prune, watch)? else { return Ok(done) };
    done.files = files;

    let frontier = Frontier::open(std::sync::Arc::clone(&ledger))?;
    let shelf = Shelf::new(shelf_spec(config));
    let adopter = Adopter::new(std::sync::Arc::clone(&ledger), &frontier, shelf, config.sites(), config.limits, now);
    let Adopted { captures, articles, cut_bytes, .. } = adopter.whole(config.whole).after_rebuild(watch).go()?;
    (done.captures, done.articles, done.cut_bytes) = (captures, articles, cut_bytes);
    if watch.stopped() {
        return Ok(done);
    }

    let files = warc_files(root)?;
    done.warc_files = files.len() as u64;
    let Some(indexes) = reindex::indexes(root, &files, now, watch)? else { return Ok(done) };
    done.files.indexes = indexes.indexes;
    done.files.damage = indexes.damage;
    done.files.listed += indexes.listed;
    open::end_anew(&*ledger)?;
    done.interrupted = false;
    Ok(done)
}
