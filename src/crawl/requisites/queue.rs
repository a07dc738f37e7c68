//! A site's queue of parts, in the ledger: each address once, first come first.

use std::collections::HashSet;

use url::Url;

use super::rows::{NeedRow, PartRow};
use super::{Needed, PER_PAGE, PER_SITE, VARIANTS, judge};
use crate::config::{Site, Whole};
use crate::crawl::frontier::Frontier;
use crate::crawl::rows::{decode, encode};
use crate::ledger::{Batch, Key, Ledger, LedgerError};
use crate::page::requisites::{Kind, Requisite};

/// What a queue needs to know.
#[derive(Clone, Copy)]
pub struct Queue<'a> {
    /// The ledger.
    pub ledger: &'a dyn Ledger,
    /// Numbers the places.
    pub frontier: &'a Frontier,
    /// The site.
    pub site: &'a Site,
    /// What is wanted.
    pub whole: Whole,
}

impl Queue<'_> {
    /// Queues what `via` names and is not known yet, at once: a page that is acknowledged has its parts in the queue.
    /// Gives the causes for which parts were left alone.
    pub fn note(&self, via: &str, depth: u8, named: &[Requisite]) -> Result<Vec<&'static str>, LedgerError> {
        let mut left = Vec::new();
        let mut batch = Batch::default();
        let count_key = Key::part_count(&self.site.id);
        let mut count: u64 = self.counted(&count_key)?;
        let (mut taken, mut seen) = (0, HashSet::with_capacity(named.len()));
        for Requisite { url, kind } in named {
            if !seen.insert(url) {
                continue;
            }
            if let Err(cause) = judge(self.site, self.whole, url, *kind) {
                // What nobody asked for is not missing.
                left.extend((cause != "not asked for").then_some(cause));
                continue;
            }
            let key = Key::part(&self.site.id, url.as_str());
            if self.ledger.get(&key)?.is_some() {
                continue;
            }
            if taken >= PER_PAGE && *kind != Kind::File {
                left.push("limit of a page");
                continue;
            }
            if count >= PER_SITE {
                left.push("limit of the site");
                continue;
            }
            if self.is_variant(url, *kind, &mut batch)? {
                left.push("too many variants");
                continue;
            }
            (taken, count) = (taken + 1, count + 1);
            let row = NeedRow { url: url.to_string(), kind: *kind, depth, via: via.to_owned(), attempts: 0, rounds: 0 };
            self.put(&row, &mut batch);
        }
        if !batch.is_empty() {
            batch.put(count_key, encode(&count));
            self.ledger.apply(&batch)?;
        }
        Ok(left)
    }

    /// Puts a part at the end of the queue.
    pub fn put(&self, row: &NeedRow, batch: &mut Batch) {
        let place = self.frontier.next_place(batch);
        batch.put(Key::part_queue(&self.site.id, place), encode(row));
        batch.put(Key::part(&self.site.id, &row.url), encode(&PartRow::Waiting(place)));
    }

    /// Whether the address differs from too many known ones in its query alone.
    fn is_variant(&self, url: &Url, kind: Kind, batch: &mut Batch) -> Result<bool, LedgerError> {
        if url.query().is_none() || matches!(kind, Kind::Image | Kind::File) {
            return Ok(false);
        }
        let mut bare = url.clone();
        bare.set_query(None);
        // No address holds a `#` here, so this is no part's own row.
        let key = Key::part(&self.site.id, &format!("#{bare}"));
        let known: u32 = self.counted(&key)?;
        batch.put(key, encode(&(known + 1)));
        Ok(known >= VARIANTS)
    }

    fn counted<T: Default + serde::de::DeserializeOwned>(&self, key: &[u8]) -> Result<T, LedgerError> {
        Ok(self.ledger.get(key)?.map(|bytes| decode(key, &bytes)).transpose()?.unwrap_or_default())
    }
}

/// What is known of a part.
pub fn row(ledger: &dyn Ledger, site: &str, url: &str) -> Result<Option<PartRow>, LedgerError> {
    let key = Key::part(site, url);
    ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()
}

impl Needed {
    /// Up to `most` parts behind the place `after`.
    pub fn next(ledger: &dyn Ledger, site: &str, after: Option<u64>, most: usize) -> Result<Vec<Self>, LedgerError> {
        let prefix = Key::part_queue_of(site);
        let after = after.map(|place| Key::part_queue(site, place));
        let entries = ledger.scan(&prefix, after.as_deref(), most)?;
        let read = |(key, bytes): (Vec<u8>, Vec<u8>)| {
            let place = key[prefix.len()..].try_into().map_or(0, u64::from_be_bytes);
            Ok(Self { place, row: decode(&key, &bytes)? })
        };
        entries.into_iter().map(read).collect()
    }

    /// How many parts wait, of those that are wanted.
    pub fn count(ledger: &dyn Ledger, site: &Site, whole: Whole) -> Result<u64, LedgerError> {
        let (mut count, mut after) = (0, None);
        loop {
            let page = Self::next(ledger, &site.id, after, 500)?;
            let Some(last) = page.last() else { return Ok(count) };
            after = Some(last.place);
            let wanted = |need: &&Self| {
                Url::parse(&need.row.url).is_ok_and(|url| judge(site, whole, &url, need.row.kind).is_ok())
            };
            count += page.iter().filter(wanted).count() as u64;
        }
    }
}
