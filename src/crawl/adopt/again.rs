//! Captures of what is held: pages with a text that is known, 304s, keys that have changed since.

use url::Url;

use super::Adopter;
use crate::archive::warc::{RawRecord, Receipt, field, parse_date};
use crate::crawl::coverage::Fate;
use crate::crawl::error::CrawlError;
use crate::crawl::recorded::{Lines, Read};
use crate::crawl::rows::{QueueRow, UrlState};
use crate::crawl::versions::{Pending, Records};
use crate::ledger::Batch;
use crate::model::{CanonicalUrl, Digest};
use crate::portal;

impl Adopter<'_> {
    /// The content that an address held so far.
    pub(super) fn content_at(&self, site: &str, key: &CanonicalUrl) -> Result<Option<Digest>, CrawlError> {
        Ok(match self.frontier.row(site, key)?.map(|row| row.state) {
            Some(UrlState::Article { content, .. }) => Some(content),
            _ => None,
        })
    }

    /// Presets learn: under the key of today the article is held as well.
    pub(super) fn under_todays_key(
        &self,
        site: &str,
        row: &QueueRow,
        state: &UrlState,
        receipt: &Receipt,
        fate: &Fate,
        batch: &mut Batch,
    ) -> Result<(), CrawlError> {
        let told = self.sites.iter().find(|known| known.id == site).and_then(|known| known.family.as_deref());
        if let (Some(family), Ok(url)) = (told, Url::parse(&row.url)) {
            let key = CanonicalUrl(portal::article_key(&url, Some(family)));
            if key != row.key {
                self.frontier.adopt(site, &QueueRow { key, ..row.clone() }, state, receipt, fate, batch)?;
            }
        }
        Ok(())
    }

    /// What the capture's own records say was read in it, where the archive holds that text for this address.
    pub(super) fn told(
        &self,
        lines: &Lines<'_>,
        before: Option<&Digest>,
        row: &QueueRow,
    ) -> Result<Option<Read>, CrawlError> {
        let Some(content) = lines.get("luutru-content").and_then(Digest::parse) else { return Ok(None) };
        if before.is_some_and(|before| *before != content) {
            return Ok(None);
        }
        let pending = Pending::default();
        let record = Records { root: self.shelf.root(), ledger: &*self.ledger, pending: &pending }.of(&content)?;
        // The crash may have come before the address was noted.
        let noted = record.filter(|record| before.is_some() || record.locations.contains(&row.url));
        Ok(noted.map(|record| Read::of(&record, false)))
    }

    /// A 304: the archived article was visited, and is as it was.
    pub(super) fn not_modified(
        &self,
        named: &str,
        main: &RawRecord,
        lines: &Lines<'_>,
        batch: &mut Batch,
    ) -> Result<(), CrawlError> {
        let site = lines.get("luutru-site").unwrap_or(named);
        let Some(row) = lines.queue_row() else { return Ok(()) };
        let at = main.fields.get(field::DATE).and_then(parse_date).unwrap_or(self.now);
        self.frontier.seen_again(site, &row.key, at, batch)?;
        Ok(())
    }
}
