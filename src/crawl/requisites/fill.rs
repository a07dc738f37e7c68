//! Records of articles, written again with the places of their files and images: once an article, when all of them have
//! been asked for.

use std::collections::BTreeSet;

use super::queue::row;
use super::rows::{Held, NeedRow, PartRow};
use crate::archive::catalog::{ArticleRecord, Asset, WarcRef};
use crate::archive::warc::RecordId;
use crate::crawl::error::CrawlError;
use crate::crawl::rows::{decode, encode};
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
        for (key, last) in &entries {
            let Some((site, content)) = of_key(&key[prefix.len()..]) else { continue };
            if still_waits(ledger, &site, last)? {
                continue;
            }
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

/// What a record is owed, as its row says it: the place of the last of its files and images in the queue, if one waits
/// there. `None` when nothing that is known, or may come, is missing in it.
pub fn owed(ledger: &dyn Ledger, site: &str, record: &ArticleRecord) -> Result<Option<Vec<u8>>, LedgerError> {
    let (mut any, mut last) = (false, None);
    for asset in record.attachments.iter().chain(&record.images).filter(|asset| asset.warc.is_none()) {
        match row(ledger, site, &asset.url)? {
            Some(PartRow::Waiting(place)) => (any, last) = (true, last.max(Some(place))),
            Some(PartRow::Held(_) | PartRow::Failed { waits: Some(_), .. }) => any = true,
            Some(PartRow::Failed { .. }) | None => {}
        }
    }
    Ok(any.then(|| encode::<Option<u64>>(&last)))
}

/// Whether the last part that a row speaks of is still in its place: then no record need be read to know that it waits.
fn still_waits(ledger: &dyn Ledger, site: &str, last: &[u8]) -> Result<bool, LedgerError> {
    let key = Key::owing_all();
    let last: Option<u64> = if last.is_empty() { None } else { decode(&key, last)? };
    let Some(place) = last else { return Ok(false) };
    let key = Key::part_queue(site, place);
    let need: Option<NeedRow> = ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()?;
    // One that failed keeps its place for the next run, and holds nobody up.
    Ok(need.is_some_and(|need| need.rounds == 0))
}

fn stand(ledger: &dyn Ledger, site: &str, record: &mut ArticleRecord) -> Result<Standing, LedgerError> {
    let mut standing = Standing::default();
    for asset in record.attachments.iter_mut().chain(&mut record.images).filter(|asset| asset.warc.is_none()) {
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
    let keep = |assets: &mut Vec<Asset>, there: &[Asset]| {
        for asset in assets.iter_mut().filter(|asset| asset.warc.is_none()) {
            if let Some(known) = there.iter().find(|known| known.url == asset.url) {
                asset.clone_from(known);
            }
        }
    };
    keep(&mut record.attachments, &there.attachments);
    keep(&mut record.images, &there.images);
}
