//! A catalogue or a folder of texts that is gone while the WARC files hold its articles: noticed by every start, and made
//! again there and then.
//!
//! What a start reads back in otherwise is what the ledger does not account for. A catalogue that somebody deleted, or that
//! a backup left out, is none of that: without this look its articles would be listed by nobody until `luutru reindex`.
//! The look costs two stats a site; the rebuild, where it is needed, one reading of the text series.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;

use super::error::CrawlError;
use crate::archive::catalog;
use crate::archive::reindex::{self, Event, Watcher};
use crate::archive::warc::{SeriesKind, WarcFile, file_safe, warc_files};

/// Makes missing catalogues, texts and records again; says what was done.
pub fn mend(root: &Path, now: Timestamp) -> Result<Option<String>, CrawlError> {
    let files = warc_files(root)?;
    let mut lost = Vec::new();
    let sites: BTreeSet<&str> =
        files.iter().filter(|file| file.name.kind == SeriesKind::Text).map(|file| file.name.site.as_str()).collect();
    for site in sites {
        lost.extend(missing(root, site)?);
    }
    if lost.is_empty() {
        return Ok(None);
    }
    let lost = lost.join(", ");
    tracing::warn!(missing = %lost, "texts and catalogues are made again from the WARC files, which takes a while");
    let Some(done) = rebuild(root, &files, now)? else { return Ok(None) };
    Ok(Some(format!(
        "{lost} missing: made again from the WARC files: {} texts, {} records, {} catalogues ({} lines in all)",
        done.texts.made,
        done.records.made,
        done.catalogs.made + done.catalogs.mended,
        done.lines
    )))
}

/// What of a site with a text series is not there.
fn missing(root: &Path, site: &str) -> Result<Option<String>, CrawlError> {
    if !catalog::path_of(root, site).exists() {
        return Ok(Some(format!("catalog/{}.jsonl", file_safe(site))));
    }
    if root.join("text").join(file_safe(site)).exists() {
        return Ok(None);
    }
    // A site all of whose articles were withdrawn, or belong to another one, has no texts.
    let mut any = false;
    catalog::read_latest(root, &[site.to_owned()], &mut |_| any = true, &mut |_| {})?;
    Ok(any.then(|| format!("text/{}/", file_safe(site))))
}

fn rebuild(root: &Path, files: &[WarcFile], now: Timestamp) -> Result<Option<reindex::Rebuilt>, CrawlError> {
    Ok(reindex::texts(root, files, now, false, &Onlooker)?)
}

/// Puts what a rebuild meets into the log.
struct Onlooker;

impl Watcher for Onlooker {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Strange(path, offset, what) => {
                tracing::warn!(file = %path.display(), offset, "{what}: passed over; `luutru verify` says more");
            }
            Event::Damaged(path, damage) => tracing::warn!(file = %path.display(), "{damage}"),
            Event::Aside(path, lines) => {
                tracing::warn!(kept = %path.display(), lines, "a catalogue had lines that no WARC file vouches for");
            }
            Event::Step(..) | Event::Surplus(_) => {}
        }
    }

    fn stopped(&self) -> bool {
        false
    }
}
