//! Records of articles, written again with the places of their files: once an article, when all of them have been asked
//! for.

use std::collections::BTreeSet;

use super::queue::row;
use super::rows::{Held, PartRow};
use crate::archive::catalog::{ArticleRecord, Asset, WarcRef};
use crate::archive::warc::RecordId;
use crate::crawl::error::CrawlError;
use crate::crawl::run::Run;
use crate::crawl::shelf::Shelf;
use crate::crawl::shelve::{self, Shelved};
use crate::crawl::versions::{Pending, Records};
use crate::ledger::{Batch, Key, Ledger, LedgerError};
use crate::model::Digest;

/// Articles looked at in one go: one sync for all of them.
const PAGE: usize = 200;

/// How the files of a record stand.
#[derive(Default)]
struct Standing {
    changed: bool,
    waiting: bool,
    again: bool,
}

/// Fills in what articles are owed. What still waits keeps its article waiting; what failed for now does not.
pub fn fill(shelf: &mut Shelf, run: &Run) -> Result<(), CrawlError> {
    let ledger = &*run.ledger;
    let prefix = Key::owing_all();
    let mut after: Option<Vec<u8>> = None;
    loop {
        let entries = ledger.scan(&prefix, after.as_deref(), PAGE)?;
        let Some((last, _)) = entries.last() else { return Ok(()) };
        after = Some(last.clone());
        let (mut batch, mut touched) = (Batch::default(), BTreeSet::new());
        for (key, _) in &entries {
            let Some((site, content)) = of_key(&key[prefix.len()..]) else { continue };
            let none = Pending::default();
            let Some(mut record) = Records { root: shelf.root(), ledger, pending: &none }.of(&content)? else {
                batch.delete(key.clone());
                continue;
            };
            let standing = stand(ledger, &site, &mut record)?;
            if standing.waiting {
                continue;
            }
            if !standing.again {
                batch.delete(key.clone());
            }
            if standing.changed {
                shelve::append_record(shelf, &site, &record, run.clock.now())?;
                shelve::write_files(shelf, &Shelved::appended(record, None))?;
                touched.insert(site);
            }
        }
        for site in touched {
            shelf.site(&site)?.texts.sync()?;
        }
        shelf.note_all(&mut batch);
        ledger.apply(&batch)?;
    }
}

fn stand(ledger: &dyn Ledger, site: &str, record: &mut ArticleRecord) -> Result<Standing, LedgerError> {
    let mut standing = Standing::default();
    for asset in record.attachments.iter_mut().filter(|asset| asset.warc.is_none()) {
        match row(ledger, site, &asset.url)? {
            Some(PartRow::Held(held)) => standing.changed |= put(asset, held),
            Some(PartRow::Waiting(_)) => standing.waiting = true,
            Some(PartRow::Failed { waits: Some(_), .. }) => standing.again = true,
            Some(PartRow::Failed { .. }) | None => {}
        }
    }
    Ok(standing)
}

fn put(asset: &mut Asset, held: Held) -> bool {
    let Some(record_id) = RecordId::parse(&held.record_id) else { return false };
    asset.name = held.name;
    asset.media_type = Some(held.media);
    asset.bytes = Some(held.bytes);
    asset.digest = Some(held.payload);
    asset.warc = Some(WarcRef { file: held.file, offset: held.offset, record_id });
    true
}

/// `site`, a zero byte, a digest.
fn of_key(rest: &[u8]) -> Option<(String, Digest)> {
    let end = memchr::memchr(0, rest)?;
    let digest = rest.get(end + 1..)?.try_into().ok()?;
    Some((String::from_utf8(rest[..end].to_vec()).ok()?, Digest(digest)))
}

/// The places that another copy of the record knows already.
pub fn keep_places(record: &mut ArticleRecord, there: &ArticleRecord) {
    for asset in record.attachments.iter_mut().filter(|asset| asset.warc.is_none()) {
        if let Some(known) = there.attachments.iter().find(|known| known.url == asset.url) {
            asset.clone_from(known);
        }
    }
}
