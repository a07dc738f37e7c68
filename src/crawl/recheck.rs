//! Archived articles, visited again: which of them, in what order, and what the visits found.
//!
//! A pass queues what it is about behind everything that is new, page by page of the ledger, and notes how far it has
//! come: a run that ends early leaves the rest in the queue, and the next pass over the same window goes on with it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::error::CrawlError;
use super::frontier::Frontier;
use super::rows::{UrlRow, UrlState, decode, encode};
use crate::ledger::{Batch, Key, Ledger};
use crate::model::{CanonicalUrl, Stamp};

/// Addresses looked at in one go.
const PAGE: usize = 500;

/// Which archived articles are visited again. All of them, if nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recheck {
    /// Published on this day or later.
    pub from: Option<Date>,
    /// Published on this day or earlier.
    pub to: Option<Date>,
    /// Published at most so long ago.
    pub within: Option<Duration>,
    /// Not visited for so long.
    pub unseen: Duration,
}

/// A pass: what it is about, and how far its queueing has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PassRow {
    from: Option<Date>,
    to: Option<Date>,
    // As asked for: the same words mean the same pass on the next day too.
    within_secs: Option<u64>,
    unseen_secs: u64,
    // Visits after this moment are part of the pass.
    before: i64,
    since: Option<Date>,
    // The last address looked at; `None` when all were.
    after: Option<Vec<u8>>,
    done: bool,
}

impl PassRow {
    fn new(want: Recheck, now: Timestamp) -> Self {
        let ago = |span: Duration| {
            let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
            now.checked_sub(span).unwrap_or(Timestamp::MIN)
        };
        Self {
            from: want.from,
            to: want.to,
            within_secs: want.within.map(|span| span.as_secs()),
            unseen_secs: want.unseen.as_secs(),
            before: ago(want.unseen).as_second(),
            since: want.within.map(|span| Stamp::vietnam_day(ago(span))),
            after: None,
            done: false,
        }
    }

    fn is_for(&self, want: Recheck) -> bool {
        let within = want.within.map(|span| span.as_secs());
        (self.from, self.to, self.within_secs, self.unseen_secs) == (want.from, want.to, within, want.unseen.as_secs())
    }

    /// Whether an address is part of it. One whose day is not known is, unless a window is set.
    fn wants(&self, row: &UrlRow) -> bool {
        let UrlState::Article { visit, .. } = &row.state else { return false };
        let first = self.from.max(self.since);
        let inside = match visit.day {
            Some(day) => first.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to),
            None => first.is_none() && self.to.is_none(),
        };
        visit.at <= self.before && inside
    }
}

/// Queues a site's archived articles to be visited again; gives a line for people. Safe to repeat: what waits already is not
/// queued twice, and a pass that was cut short goes on.
pub fn queue(
    ledger: &dyn Ledger,
    frontier: &Frontier,
    site: &str,
    want: Recheck,
    now: Timestamp,
) -> Result<String, CrawlError> {
    let key = Key::recheck(site);
    let before: Option<PassRow> = ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()?;
    let left = frontier.visits_left(site)?;
    let mut pass = match before.filter(|pass| pass.is_for(want)) {
        Some(pass) if pass.done && left => {
            return Ok(format!("{site}: goes on with the archived articles that wait to be visited again"));
        }
        Some(pass) if !pass.done => pass,
        _ => PassRow::new(want, now),
    };
    let prefix = Key::urls(site);
    let mut queued = 0u64;
    while !pass.done {
        let rows = ledger.scan(&prefix, pass.after.as_deref(), PAGE)?;
        let mut batch = Batch::default();
        for (name, bytes) in &rows {
            let row: UrlRow = decode(name, bytes)?;
            if pass.wants(&row) {
                let address = CanonicalUrl(String::from_utf8_lossy(&name[prefix.len()..]).into_owned());
                queued += u64::from(frontier.visit_again(site, &address, row, &mut batch));
            }
        }
        pass.done = rows.len() < PAGE;
        pass.after = rows.last().map(|(name, _)| name.clone());
        batch.put(key.clone(), encode(&pass));
        ledger.apply(&batch)?;
    }
    Ok(format!("{site}: {queued} archived articles are visited again"))
}

/// What a visit of an archived article found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revisited {
    /// 304: the page is as it was.
    NotModified,
    /// The same text.
    Unchanged,
    /// Another text: a new version.
    Edited,
    /// No article any more, or none to be had; the archived one stays.
    Lost(String),
}

/// What the visits of a run found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rechecked {
    /// Visits.
    pub visited: u64,
    /// Of these, answered 304.
    pub not_modified: u64,
    /// With the text that is held.
    pub unchanged: u64,
    /// With another text: new versions.
    pub edited: u64,
    /// Without an article, by cause.
    pub lost: BTreeMap<String, u64>,
}

impl Rechecked {
    /// Adds other visits.
    pub fn join(&mut self, other: &Self) {
        self.visited += other.visited;
        self.not_modified += other.not_modified;
        self.unchanged += other.unchanged;
        self.edited += other.edited;
        for (cause, count) in &other.lost {
            *self.lost.entry(cause.clone()).or_default() += count;
        }
    }

    /// Counts a visit.
    pub fn add(&mut self, seen: &Revisited) {
        self.visited += 1;
        match seen {
            Revisited::NotModified => self.not_modified += 1,
            Revisited::Unchanged => self.unchanged += 1,
            Revisited::Edited => self.edited += 1,
            Revisited::Lost(cause) => *self.lost.entry(cause.clone()).or_default() += 1,
        }
    }
}
