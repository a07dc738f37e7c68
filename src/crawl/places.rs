//! One article, many addresses: an address that folds onto a held or waiting article becomes one of its locations,
//! without a request of its own.
//!
//! A held article's record gets it at once. For one that still waits it is kept beside the queue until the article is
//! there; should the article's own address prove dead, it is asked for instead.

use std::collections::HashMap;

use jiff::Timestamp;

use super::error::CrawlError;
use super::frontier::{Candidate, Frontier, Known, Lease};
use super::rows::{ContentRow, UrlState, decode, encode};
use super::shelf::Shelf;
use super::shelve::{self, Shelved};
use super::visit::Visit;
use crate::archive::warc::Receipt;
use crate::ledger::{Batch, Key, Ledger, LedgerError};
use crate::model::{CanonicalUrl, Digest};
use crate::portal;

/// Addresses that are kept for one waiting article.
const WAITING: usize = 16;
/// Locations that lists may add to one record: an address that grows by itself must not grow the catalogue.
const LOCATIONS: usize = 64;

/// A known article, and an address at which it was seen just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The article's text file, relative to the root.
    pub text_path: String,
    /// The address as found.
    pub url: String,
}

/// Sorts out the addresses of a list page that fold onto known articles: those of held ones are given back, those of
/// waiting ones are kept in `batch`.
pub fn fold(
    frontier: &Frontier,
    ledger: &dyn Ledger,
    site: &str,
    (items, known): (&[Candidate], &[Known]),
    family: Option<&str>,
    batch: &mut Batch,
) -> Result<Vec<Seen>, LedgerError> {
    let mut held = Vec::new();
    let mut first: HashMap<&CanonicalUrl, &str> = HashMap::new();
    let mut waiting: HashMap<&CanonicalUrl, Vec<String>> = HashMap::new();
    for (item, known) in items.iter().zip(known) {
        let first = *first.entry(&item.key).or_insert(&item.url);
        if !matches!(known, Known::Held | Known::Queued) {
            continue;
        }
        let row = frontier.row(site, &item.key)?;
        if let Some(UrlState::Article { content, .. }) = row.as_ref().map(|row| &row.state) {
            held.extend(text_of(ledger, content)?.map(|text_path| Seen { text_path, url: item.url.clone() }));
            continue;
        }
        let form = |url: &str| portal::place(url, family);
        let queued = row.as_ref().filter(|row| matches!(row.state, UrlState::Queued(_))).map(|row| row.url.as_str());
        if form(queued.unwrap_or(first)) == form(&item.url) {
            continue;
        }
        let kept = match waiting.remove(&item.key) {
            Some(kept) => kept,
            None => kept_for(ledger, site, &item.key)?,
        };
        waiting.insert(&item.key, with(kept, &item.url, family, WAITING));
    }
    for (key, urls) in waiting {
        batch.put(Key::waiting(site, key), encode(&urls));
    }
    Ok(held)
}

/// The addresses under which a waiting article was listed beside its own; `batch` forgets them.
pub fn take(
    ledger: &dyn Ledger,
    site: &str,
    key: &CanonicalUrl,
    batch: &mut Batch,
) -> Result<Vec<String>, LedgerError> {
    let kept = kept_for(ledger, site, key)?;
    if !kept.is_empty() {
        batch.delete(Key::waiting(site, key));
    }
    Ok(kept)
}

/// The next address at which an article may be found whose own proved dead.
pub fn another(
    ledger: &dyn Ledger,
    site: &str,
    key: &CanonicalUrl,
    batch: &mut Batch,
) -> Result<Option<String>, LedgerError> {
    let mut kept = kept_for(ledger, site, key)?;
    if kept.is_empty() {
        return Ok(None);
    }
    let url = kept.remove(0);
    if kept.is_empty() {
        batch.delete(Key::waiting(site, key));
    } else {
        batch.put(Key::waiting(site, key), encode(&kept));
    }
    Ok(Some(url))
}

/// A redirect led to a held article: the address is one of its locations. The item goes back to the queue, and the answer
/// is no, when the article is not held any more.
pub fn moved(
    frontier: &Frontier,
    ledger: &dyn Ledger,
    lease: &Lease,
    (key, receipt): (&CanonicalUrl, &Receipt),
    seen: &mut Vec<Seen>,
    batch: &mut Batch,
) -> Result<bool, LedgerError> {
    let state = frontier.row(&lease.site, key)?.map(|row| row.state);
    let Some(UrlState::Article { content, version, visit }) = state else {
        frontier.release(lease, true, batch);
        return Ok(false);
    };
    if let Some(text_path) = text_of(ledger, &content)? {
        let further = take(ledger, &lease.site, &lease.row.key, batch)?;
        let urls = std::iter::once(lease.row.url.clone()).chain(further);
        seen.extend(urls.map(|url| Seen { text_path: text_path.clone(), url }));
    }
    let state = UrlState::Article { content, version, visit: Visit { waits: None, ..visit } };
    frontier.acknowledge(lease, &state, receipt, batch);
    Ok(true)
}

/// The text file of a content.
pub fn text_of(ledger: &dyn Ledger, content: &Digest) -> Result<Option<String>, LedgerError> {
    let key = Key::content(content);
    ledger.get(&key)?.map(|bytes| decode(&key, &bytes).map(|row: ContentRow| row.text_path)).transpose()
}

/// Writes down the locations that are new: the metadata record alone in the text series of `site`, synced, then the
/// record beside the text and a line of the catalogue. Gives the end of that series, if anything was written.
pub fn record(
    shelf: &mut Shelf,
    site: &str,
    seen: &[Seen],
    family: Option<&str>,
    now: Timestamp,
) -> Result<Option<u64>, CrawlError> {
    let mut changed: Vec<Shelved> = Vec::new();
    for Seen { text_path, url } in seen {
        let at = changed.iter().position(|shelved| shelved.record.text_path == *text_path);
        let known = at.map(|at| changed[at].record.clone()).or_else(|| shelve::beside(shelf.root(), text_path));
        // A record that is gone comes back with the next rebuild.
        let Some(mut record) = known else { continue };
        let before = record.locations.len();
        record.locations = with(record.locations, url, family, LOCATIONS);
        if record.locations.len() == before {
            continue;
        }
        let shelved = Shelved::appended(record, None);
        match at {
            Some(at) => changed[at] = shelved,
            None => changed.push(shelved),
        }
    }
    if changed.is_empty() {
        return Ok(None);
    }
    for Shelved { record, .. } in &changed {
        shelve::append_record(shelf, site, record, now)?;
    }
    shelf.site(site)?.texts.sync()?;
    for shelved in &changed {
        shelve::write_files(shelf, shelved)?;
    }
    Ok(shelf.site(site)?.texts.lengths().map(|(length, _)| length))
}

fn kept_for(ledger: &dyn Ledger, site: &str, key: &CanonicalUrl) -> Result<Vec<String>, LedgerError> {
    let name = Key::waiting(site, key);
    ledger.get(&name)?.map_or_else(|| Ok(Vec::new()), |bytes| decode(&name, &bytes))
}

/// `urls` and `url`, unless an address that differs only in what names a visit is there, or no room is left.
fn with(mut urls: Vec<String>, url: &str, family: Option<&str>, most: usize) -> Vec<String> {
    let form = portal::place(url, family);
    if urls.len() < most && !urls.iter().any(|known| portal::place(known, family) == form) {
        urls.push(url.to_owned());
    }
    urls
}
