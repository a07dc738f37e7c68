//! Captures of what is held: pages with a text that is known, 304s, keys that have changed since.

use url::Url;

use super::Adopter;
use crate::archive::catalog::{ArticleRecord, WarcRef};
use crate::archive::warc::{RawRecord, Receipt, RecordId, RecordType, field, locate, parse_date, read_at};
use crate::config::Site;
use crate::crawl::coverage::Fate;
use crate::crawl::error::CrawlError;
use crate::crawl::found::Text;
use crate::crawl::process::{Finding, html, read_article};
use crate::crawl::readers::ArticleReaders;
use crate::crawl::recorded::{Lines, Read, visit_of};
use crate::crawl::recurring;
use crate::crawl::rows::{QueueRow, UrlState};
use crate::crawl::shelve::{self, Shelved, Source};
use crate::crawl::templates;
use crate::crawl::versions::{Pending, Records};
use crate::fetch::Exchange;
use crate::ledger::{Batch, LedgerError};
use crate::model::{CanonicalUrl, Digest, Stamp};
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
        let record = self.record_of(&content)?;
        // The crash may have come before the address was noted.
        let noted = record.filter(|record| before.is_some() || record.locations.contains(&row.url));
        Ok(noted.map(|record| Read::of(&record)))
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

    /// Makes the text of a page that was captured and not read before the crash. `None` for an address that cannot be read.
    pub(super) fn shelve_now(
        &mut self,
        site: &str,
        row: &QueueRow,
        text: &Text,
        (main, receipt, record_id): (&RawRecord, &Receipt, RecordId),
        before: Option<Digest>,
    ) -> Result<Option<(UrlState, Fate)>, CrawlError> {
        let captured_at = main.fields.get(field::DATE).and_then(parse_date).unwrap_or(self.now);
        let mut locations = vec![row.url.clone()];
        shelve::add_locations(&mut locations, std::slice::from_ref(&text.final_url));
        let Ok(page) = Url::parse(&text.final_url) else { return Ok(None) };
        let family = self.family_of(site).map(str::to_owned);
        let source = Source {
            site,
            url: portal::canonical(&page, family.as_deref()),
            family: family.as_deref(),
            page: page.as_str(),
            list: &row.list,
            locations,
            receipt,
            record_id,
            captured_at,
            before,
        };
        let mut pending = Pending::default();
        let shelved = shelve::shelve(&mut self.shelf, &*self.ledger, &mut pending, text, &source, self.now)?;
        let fate = if shelved.text.is_some() { Fate::Archived } else { Fate::Duplicate };
        let day = text.article.published.as_ref().or(row.listed.as_ref()).map(Stamp::date);
        let version = shelved.record.version;
        let state = UrlState::Article { content: text.content, version, visit: visit_of(main, day) };
        if shelved.appended {
            self.shelf.site(site)?.texts.sync()?;
            self.keep(&shelved)?;
        }
        Ok(Some((state, fate)))
    }

    /// After a rebuild: an article whose capture is damaged points at this one from now on.
    pub(super) fn mend_reference(
        &mut self,
        content: &Digest,
        site: &str,
        main: &RawRecord,
        receipt: &Receipt,
    ) -> Result<(), CrawlError> {
        if self.watch.is_none() {
            return Ok(());
        }
        let Some(record) = self.record_of(content)? else { return Ok(()) };
        let Some(record_id) = main.fields.get(field::RECORD_ID).and_then(RecordId::parse) else { return Ok(()) };
        if record.warc.record_id == record_id {
            return Ok(());
        }
        let place = locate(self.shelf.root(), &record.warc.file);
        let id = record.warc.record_id.to_string();
        let is_it = |found: RawRecord| found.fields.get(field::RECORD_ID) == Some(id.as_str());
        if read_at(&place, record.warc.offset, 0).is_ok_and(is_it) {
            return Ok(());
        }
        let at = main.fields.get(field::DATE).and_then(parse_date).unwrap_or(self.now);
        let here = WarcRef { file: receipt.file().to_owned(), offset: receipt.offset(), record_id };
        let record = ArticleRecord { captured_at: at.to_string(), warc: here, ..record };
        shelve::append_record(&mut self.shelf, site, &record, self.now)?;
        self.shelf.site(site)?.texts.sync()?;
        self.keep(&Shelved::appended(record, None))
    }

    /// The record of a content, as it stands beside its text.
    pub(super) fn record_of(&self, content: &Digest) -> Result<Option<ArticleRecord>, CrawlError> {
        let pending = Pending::default();
        Records { root: self.shelf.root(), ledger: &*self.ledger, pending: &pending }.of(content)
    }

    /// Reads a captured page as an article once more, through the original when the capture is a revisit.
    pub(super) fn read_again(&mut self, site: &str, row: &QueueRow, main: &RawRecord) -> Result<Finding, CrawlError> {
        if let Some(exchange) = self.exchange(main)? {
            return self.read_page(site, row, &exchange);
        }
        let gone = main.fields.kind() == RecordType::Revisit;
        let cause = if gone { "the revisited page is gone" } else { "unreadable capture" };
        Ok(Finding::NotArticle(cause.to_owned()))
    }

    /// Reads a page as an article.
    pub(super) fn read_page(&mut self, site: &str, row: &QueueRow, exchange: &Exchange) -> Result<Finding, CrawlError> {
        let page = match html(&self.limits, exchange) {
            Ok(page) => page,
            Err(cause) => return Ok(Finding::NotArticle(cause)),
        };
        let spec = self.sites.iter().find(|known| known.id == site);
        if !self.readers.contains_key(site) {
            let spec = spec.cloned().or_else(|| Site::bare(&exchange.url));
            if let Some(spec) = spec {
                self.readers.insert(site.to_owned(), ArticleReaders::new(&spec)?);
            }
        }
        let Some(readers) = self.readers.get(site) else {
            return Ok(Finding::NotArticle("unreadable address".to_owned()));
        };
        let section = spec.and_then(|site| site.lists.iter().find(|list| list.id == row.list)?.section.as_deref());
        let family = portal::recognise(&page.source).map(|(family, _)| family.name);
        if let Some(family) = family {
            self.families.insert(site.to_owned(), family);
        }
        let learned = match self.recurring.get(site) {
            Some(row) => row.account.learned().clone(),
            None => recurring::row(&*self.ledger, site)?.account.learned().clone(),
        };
        let status = exchange.head.status;
        Ok(read_article(readers.of(family), row, section, &page, status, exchange.started, &learned))
    }

    /// The site's family: as its file says, or as its pages show.
    pub(super) fn family_of(&self, site: &str) -> Option<&str> {
        let told = self.sites.iter().find(|known| known.id == site).and_then(|known| known.family.as_deref());
        told.or_else(|| self.families.get(site).copied())
    }

    pub(super) fn is_template(&self, site: &str, text: &Text) -> Result<bool, LedgerError> {
        text.suspect.map_or(Ok(false), |skeleton| templates::is_template(&*self.ledger, site, &skeleton))
    }
}
