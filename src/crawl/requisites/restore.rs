//! Parts of pages, read back from their captures and from the pages that name them: what a crash or a rebuild needs.

use url::Url;

use super::fill;
use super::queue::{Queue, row};
use super::rows::{Held, PartRow};
use super::{DEPTH, NAMED};
use crate::archive::catalog::{ArticleRecord, Asset};
use crate::archive::warc::{RawRecord, Receipt, field, http};
use crate::config::{Requisites, Site, Whole};
use crate::crawl::frontier::Frontier;
use crate::crawl::process::text;
use crate::crawl::recorded::{Lines, is_page};
use crate::crawl::rows::encode;
use crate::fetch::Exchange;
use crate::ledger::{Batch, Key, Ledger, LedgerError};
use crate::model::{Digest, Limits};
use crate::page::requisites::{Kind, Requisite, of_page, of_style};

/// Puts rows of parts back.
#[derive(Clone, Copy)]
pub struct Restore<'a> {
    /// The ledger.
    pub ledger: &'a dyn Ledger,
    /// Numbers the places.
    pub frontier: &'a Frontier,
    /// Sites that are known.
    pub sites: &'a [Site],
    /// What is wanted.
    pub whole: Whole,
    /// Bounds.
    pub limits: Limits,
}

impl Restore<'_> {
    /// A part's own capture: it is held, or known not to be had. Says whether that is news.
    pub fn capture(
        &self,
        site: &str,
        main: &RawRecord,
        lines: &Lines<'_>,
        receipt: &Receipt,
        batch: &mut Batch,
    ) -> Result<bool, LedgerError> {
        let Some(url) = lines.get("luutru-url") else { return Ok(false) };
        let known = row(self.ledger, site, url)?;
        if matches!(known, Some(PartRow::Held(_))) {
            return Ok(false);
        }
        let status = http::status(&main.block).unwrap_or(0);
        let state = match (is_page(main), held(main, lines, receipt)) {
            (true, Some(held)) => PartRow::Held(held),
            (true, None) => PartRow::Failed { cause: "not what was asked for".to_owned(), waits: None },
            // A redirect is no end, and what a server could not give for now is asked for again.
            (false, _) if !(400..500).contains(&status) || matches!(status, 408 | 425 | 429) => return Ok(false),
            (false, _) => PartRow::Failed { cause: status.to_string(), waits: None },
        };
        if let Some(place) = known.and_then(|known| known.place()) {
            batch.delete(Key::part_queue(site, place));
        }
        batch.put(Key::part(site, url), encode(&state));
        Ok(true)
    }

    /// How far from its page a part lies that names parts in turn; `None` for any other.
    pub fn sheet_depth(main: &RawRecord, lines: &Lines<'_>) -> Option<u8> {
        let depth = lines.get("luutru-depth")?.parse().ok()?;
        (lines.get("luutru-kind") == Some("style") && depth < DEPTH && is_page(main)).then_some(depth)
    }

    /// What a style sheet names.
    pub fn sheet(&self, site: &str, exchange: &Exchange, depth: u8) -> Result<(), LedgerError> {
        let Ok(decoded) = text(&self.limits, exchange) else { return Ok(()) };
        self.note(site, &exchange.url, depth + 1, &of_style(&decoded.text, &exchange.url, NAMED))
    }

    /// What an article's page names: `files`, and what it needs to be shown.
    pub fn page(&self, site: &str, exchange: &Exchange, files: Vec<Requisite>) -> Result<(), LedgerError> {
        let mut named = files;
        if self.whole.requisites != Requisites::None
            && let Ok(decoded) = text(&self.limits, exchange)
        {
            named.extend(of_page(&decoded.text, &exchange.url, NAMED));
        }
        self.note(site, &exchange.url, 1, &named)
    }

    /// The files and images of a record: what is not in its place yet is owed. With `own`, its files are those that the
    /// record's site was to be asked for.
    pub fn record(&self, record: &ArticleRecord, own: bool, batch: &mut Batch) -> Result<(), LedgerError> {
        let open = |wanted: bool, assets: &[Asset]| -> Vec<Requisite> {
            let open = assets.iter().filter(|asset| wanted && asset.warc.is_none());
            let open = open.filter_map(|asset| Url::parse(&asset.url).ok());
            open.map(|url| Requisite { url, kind: Kind::File }).collect()
        };
        let files = open(self.whole.attachments, &record.attachments);
        let images = open(self.whole.requisites != Requisites::None, &record.images);
        let owing = Key::owing(&record.site, &record.content_hash);
        if files.is_empty() && images.is_empty() {
            batch.delete(owing);
            return Ok(());
        }
        batch.put(owing, Vec::new());
        match Url::parse(&record.url) {
            // Images are queued, or known, by the captures of the page and of their own.
            Ok(page) if own && !files.is_empty() => self.note(&record.site, &page, 1, &files),
            _ => Ok(()),
        }
    }

    fn note(&self, site: &str, via: &Url, depth: u8, named: &[Requisite]) -> Result<(), LedgerError> {
        let bare;
        let site = match self.sites.iter().find(|known| known.id == site) {
            Some(known) => known,
            None => match Site::bare(via) {
                Some(found) => {
                    bare = Site { id: site.to_owned(), ..found };
                    &bare
                }
                None => return Ok(()),
            },
        };
        let queue = Queue { ledger: self.ledger, frontier: self.frontier, site, whole: self.whole };
        queue.note(via.as_str(), depth, named).map(drop)
    }

    /// The places that the record beside a text knows already.
    pub fn keep_places(record: &mut ArticleRecord, there: &ArticleRecord) {
        fill::keep_places(record, there);
    }
}

fn held(main: &RawRecord, lines: &Lines<'_>, receipt: &Receipt) -> Option<Held> {
    Some(Held {
        payload: main.fields.get(field::PAYLOAD_DIGEST).and_then(Digest::parse)?,
        bytes: lines.get("luutru-bytes")?.parse().ok()?,
        media: lines.get("luutru-media")?.to_owned(),
        name: lines.get("luutru-name").map(str::to_owned),
        file: receipt.file().to_owned(),
        offset: receipt.offset(),
        record_id: main.fields.get(field::RECORD_ID)?.to_owned(),
    })
}
