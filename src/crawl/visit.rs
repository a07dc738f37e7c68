//! What a visit of an archived article leaves for the next one: when it was, and how to ask whether anything changed.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::frontier::Lease;
use super::payload;
use super::process::may_refer;
use super::rows::{UrlRow, UrlState};
use crate::archive::warc::Original;
use crate::fetch::{Ask, Conditions, Exchange};
use crate::ledger::{Ledger, LedgerError};
use crate::model::{Digest, Head};

/// A validator longer than this is not worth its place in the ledger.
const LONGEST: usize = 200;

/// The latest visit of an article.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Seconds since 1970.
    pub at: i64,
    /// The first visit, seconds since 1970.
    pub first: i64,
    /// The article's day: what windows of dates go by.
    pub day: Option<Date>,
    /// How to ask again, where the server gave a means.
    pub validators: Option<Validators>,
    /// Its place in the queue, while it waits to be visited again.
    pub waits: Option<u64>,
}

/// What the server said about the page it gave (RFC 9110 section 8.8), and which page that was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The page, after redirects.
    pub uri: String,
    /// Digest of its payload: leads to the response that holds it.
    pub payload: Digest,
    /// `ETag`, to the letter.
    pub etag: Option<String>,
    /// `Last-Modified`, to the letter.
    pub last_modified: Option<String>,
}

impl Visit {
    /// From the exchange that gave an article's page.
    pub fn of(exchange: &Exchange, payload: Digest, day: Option<Date>) -> Self {
        let validators =
            if may_refer(exchange) { Validators::of(&exchange.head, &exchange.url, payload) } else { None };
        let at = exchange.started.as_second();
        Self { at, first: at, day, validators, waits: None }
    }

    /// The same, of an article that was known before.
    #[must_use]
    pub fn since(mut self, earlier: Option<&UrlRow>) -> Self {
        if let Some(UrlState::Article { visit, .. }) = earlier.map(|row| &row.state) {
            self.first = self.first.min(visit.first);
        }
        self
    }

    /// The next visit, which found nothing new.
    pub fn later(&self, at: Timestamp) -> Self {
        Self { at: at.as_second(), waits: None, ..self.clone() }
    }
}

impl Validators {
    /// From the head of a response; `None` where the server gave none that can be sent back.
    pub fn of(head: &Head, url: &url::Url, payload: Digest) -> Option<Self> {
        let field = |name: &str| {
            let value = head.get(name)?;
            let sound = !value.is_empty() && value.len() <= LONGEST && value.bytes().all(|b| (0x20..0x7f).contains(&b));
            sound.then_some(value)
        };
        let (etag, last_modified) = (field("etag"), field("last-modified"));
        (etag.is_some() || last_modified.is_some()).then(|| Self { uri: url.to_string(), payload, etag, last_modified })
    }

    fn conditions(&self) -> Conditions {
        Conditions { if_none_match: self.etag.clone(), if_modified_since: self.last_modified.clone() }
    }
}

/// The content that an address held when it was queued to be visited again.
pub fn content_before(lease: &Lease) -> Option<Digest> {
    match &lease.earlier.as_ref()?.state {
        UrlState::Article { content, .. } => Some(*content),
        _ => None,
    }
}

/// What the archive holds of exactly this page, if it may be asked for on the condition that it has changed.
fn held(ledger: &dyn Ledger, lease: &Lease, url: &str) -> Result<Option<(Conditions, Original)>, LedgerError> {
    let Some(UrlState::Article { visit, .. }) = lease.earlier.as_ref().map(|row| &row.state) else { return Ok(None) };
    let Some(validators) = visit.validators.as_ref().filter(|validators| validators.uri == url) else {
        return Ok(None);
    };
    let original = payload::original(ledger, &validators.payload)?;
    Ok(original.map(|original| (validators.conditions(), original)))
}

/// Puts conditions on a request for a page that is held (RFC 9110 section 13.1); first visits never have any.
pub fn conditional(ledger: &dyn Ledger, lease: &Lease, ask: Ask) -> Result<Ask, LedgerError> {
    let conditions = held(ledger, lease, ask.url.as_str())?.map(|(conditions, _)| conditions);
    Ok(Ask { conditions: conditions.unwrap_or_default(), ..ask })
}

/// The response that a 304 stands for, if it answers a condition of ours.
pub fn not_modified(ledger: &dyn Ledger, lease: &Lease, exchange: &Exchange) -> Result<Option<Original>, LedgerError> {
    if exchange.head.status != 304 {
        return Ok(None);
    }
    Ok(held(ledger, lease, exchange.url.as_str())?.map(|(_, original)| original))
}
