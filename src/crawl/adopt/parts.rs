//! What pages name that were read back in: their files, and what they need to be shown.
//!
//! A capture that a crash left behind may be a revisit, and its text may be held already, of another address or of
//! another portal. Its page names parts all the same, under its own address: they are read in the page itself.

use super::Adopter;
use crate::archive::warc::{RawRecord, Receipt, RecordType, field};
use crate::config::Whole;
use crate::crawl::error::CrawlError;
use crate::crawl::found::Text;
use crate::crawl::process::Finding;
use crate::crawl::recorded::{Lines, exchange_of};
use crate::crawl::requisites::{Restore, files};
use crate::crawl::rows::QueueRow;
use crate::fetch::Exchange;
use crate::ledger::Batch;
use crate::page::requisites::Requisite;

/// What is known of the files that a page links to.
#[derive(Clone, Copy)]
pub(super) enum Files<'a> {
    /// The record of its text names them.
    Recorded,
    /// This text, read in the page, does.
    Read(&'a Text),
    /// Nothing.
    Unknown,
}

impl Adopter<'_> {
    /// What is archived beside pages.
    #[must_use]
    pub fn whole(self, whole: Whole) -> Self {
        Self { whole, ..self }
    }

    /// Puts rows of parts of pages back.
    pub(super) fn parts(&self) -> Restore<'_> {
        let (ledger, limits) = (&*self.ledger, self.limits);
        Restore { ledger, frontier: self.frontier, sites: self.sites, whole: self.whole, limits }
    }

    /// A capture of a part; one that is a style sheet names further ones.
    pub(super) fn part(
        &self,
        site: &str,
        main: &RawRecord,
        lines: &Lines<'_>,
        receipt: &Receipt,
        batch: &mut Batch,
    ) -> Result<(), CrawlError> {
        if self.parts().capture(site, main, lines, receipt, batch)?
            && let Some(depth) = Restore::sheet_depth(main, lines)
            && let Some(exchange) = self.exchange(main)?
        {
            self.parts().sheet(site, &exchange, depth)?;
        }
        Ok(())
    }

    /// Queues what an article's page names; `held` says that the address held an article before.
    pub(super) fn named(
        &mut self,
        site: &str,
        row: &QueueRow,
        main: &RawRecord,
        known: Files<'_>,
        held: bool,
    ) -> Result<(), CrawlError> {
        // The same bytes at the same address name what they named then.
        if !self.whole.any() || (held && is_same_page(main)) {
            return Ok(());
        }
        let Some(exchange) = self.exchange(main)? else { return Ok(()) };
        let files = match known {
            Files::Read(text) => files(text),
            Files::Unknown if self.whole.attachments => self.files_of(site, row, &exchange)?,
            Files::Unknown | Files::Recorded => Vec::new(),
        };
        Ok(self.parts().page(site, &exchange, files)?)
    }

    fn files_of(&mut self, site: &str, row: &QueueRow, exchange: &Exchange) -> Result<Vec<Requisite>, CrawlError> {
        Ok(match self.read_page(site, row, exchange)? {
            Finding::Article(text) => files(&text),
            _ => Vec::new(),
        })
    }

    /// The exchange of a capture, that of its original when it is a revisit; `None` when that is gone.
    pub(super) fn exchange(&self, main: &RawRecord) -> Result<Option<Exchange>, CrawlError> {
        let response = match main.fields.kind() {
            RecordType::Revisit => self.original_block(main)?,
            _ => Some(main.block.clone()),
        };
        Ok(response.and_then(|response| exchange_of(main, response)))
    }
}

/// Whether the capture is a revisit of what its own address gave before.
fn is_same_page(main: &RawRecord) -> bool {
    let before = main.fields.get(field::REFERS_TO_TARGET_URI);
    before.is_some() && before == main.fields.get(field::TARGET_URI)
}
