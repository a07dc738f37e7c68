//! After each list page: go on or stop, and why. A pure state machine.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::cursor::hash;
use super::{Cursor, ListItem, ListReading, Next, article_key};
use crate::model::{PageRequest, Recent};

/// What the walk is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// What is new: stops at the first page on which everything is already held.
    Crawl,
    /// All of it, down to the window's first day or the list's end.
    Backfill,
}

/// From which day to which, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
}

impl Window {
    /// Whether an item is wanted. One without a date is: its article will tell.
    pub fn admits(&self, item: &ListItem) -> bool {
        if item.date.is_none() && self.is_before(item.changed) {
            return false;
        }
        item.date.is_none_or(|stamp| {
            self.from.is_none_or(|from| stamp.date() >= from) && self.to.is_none_or(|to| stamp.date() <= to)
        })
    }
}

impl Window {
    /// Whether what was last changed on that day was published before the window.
    fn is_before(&self, changed: Option<Date>) -> bool {
        changed.zip(self.from).is_some_and(|(day, from)| day < from)
    }
}

/// Why a walk stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopReason {
    /// The list ends, in the reader's words.
    End(String),
    /// The list goes on and cannot be followed, in the reader's words.
    Cut(String),
    /// Asked for a further page, the portal sent the first one.
    SentBack,
    /// A page with the same articles as an earlier one.
    SameItems,
    /// So many pages in a row listed nothing that earlier pages had not.
    NothingNew(u32),
    /// The first page shows no articles.
    NothingRecognised,
    /// As many pages as allowed.
    MaxPages(u32),
    /// Every dated article of the page is older than this day.
    OlderThan(Date),
    /// Everything on the page is held already.
    AllHeld,
}

impl StopReason {
    /// One word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::End(_) => "end",
            Self::Cut(_) => "cut",
            Self::SentBack => "sent-back",
            Self::SameItems => "same-items",
            Self::NothingNew(_) => "nothing-new",
            Self::NothingRecognised => "nothing-recognised",
            Self::MaxPages(_) => "page-limit",
            Self::OlderThan(_) => "window",
            Self::AllHeld => "held",
        }
    }

    /// Whether a bound ended the walk, and not the list itself or what was wanted of it.
    pub fn is_cap(&self) -> bool {
        matches!(self, Self::MaxPages(_) | Self::NothingNew(_) | Self::Cut(_))
    }

    /// Whether the list was walked to its end, or to the end of what was wanted: nothing is missing.
    pub fn is_complete(&self) -> bool {
        !matches!(self, Self::MaxPages(_) | Self::NothingRecognised | Self::Cut(_))
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End(why) => write!(f, "end of the list: {why}"),
            Self::Cut(why) => write!(f, "the list goes on, but cannot be followed: {why}"),
            Self::SentBack => f.write_str("end of the list: a page past the end leads back to the first"),
            Self::SameItems => f.write_str("end of the list: the page shows the same articles as an earlier one"),
            Self::NothingNew(pages) => write!(f, "given up: {pages} pages in a row listed nothing new"),
            Self::NothingRecognised => f.write_str(
                "no article was recognised on the first page; give `item` and `link` selectors in the site file",
            ),
            Self::MaxPages(pages) => write!(f, "as many list pages as allowed: {pages}"),
            Self::OlderThan(day) => write!(f, "every article of the page is older than {day}"),
            Self::AllHeld => f.write_str("everything on the page is already held"),
        }
    }
}

/// What to do after a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Ask for this page.
    Continue(PageRequest),
    /// The walk is over.
    Stop(StopReason),
}

/// One walk over one list.
#[derive(Debug)]
pub struct Walk {
    pub(super) mode: Mode,
    pub(super) window: Window,
    max_pages: u32,
    patience: u32,
    listed: Recent<u64>,
    pub(super) cursor: Cursor,
}

/// Pages in a row without anything new that end a walk.
const PATIENCE: u32 = 3;
/// Articles remembered within a walk, the latest ones: far more than [`PATIENCE`] pages name. What comes again after so
/// many others counts as new, and the ledger knows it all the same.
const LISTED: usize = 4_096;
/// Pages of one walk. No portal has so many: an address that grows by itself does.
const PAGES: u32 = 50_000;

impl Walk {
    /// A walk from the first page, or on from where `cursor` left off (`cursor.next` is then the page to ask for).
    pub fn new(mode: Mode, window: Window, max_pages: u32, cursor: Cursor) -> Self {
        let max_pages = max_pages.min(PAGES);
        Self { mode, window, max_pages, patience: PATIENCE, listed: Recent::new(LISTED), cursor }
    }

    /// What is known of a list before a new walk over it: where its items stand, not what the last walk saw.
    pub fn afresh(cursor: &Cursor) -> Cursor {
        Cursor { family: cursor.family.clone(), learned: cursor.learned.clone(), ..Cursor::default() }
    }

    /// What the next page's reading and the ledger need.
    pub fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// Decides after a page. `unheld` is the number of its items that were not held when it came.
    pub fn step(&mut self, reading: &ListReading, unheld: usize) -> Step {
        let (pages_read, stale) = (self.cursor.pages_read, self.cursor.stale_pages);
        self.cursor = reading.cursor.clone();
        self.cursor.pages_read = pages_read.saturating_add(1);
        let fresh = self.list(reading);
        self.cursor.stale_pages = if fresh.is_empty() { stale.saturating_add(1) } else { 0 };
        match self.reason(reading, &fresh, unheld) {
            Some(reason) => {
                self.cursor.next = None;
                Step::Stop(reason)
            }
            None => match &reading.next {
                Next::Page(request) => Step::Continue(request.clone()),
                Next::End(why) => Step::Stop(StopReason::End(why.clone())),
                Next::Cut(why) => Step::Stop(StopReason::Cut(why.clone())),
            },
        }
    }

    /// Takes note of the page's items; returns those that this walk had not met.
    pub(super) fn list<'a>(&mut self, reading: &'a ListReading) -> Vec<&'a ListItem> {
        let keys = keys_of(reading);
        reading.items.iter().zip(keys).filter(|(_, key)| self.listed.insert(*key)).map(|(item, _)| item).collect()
    }

    /// The first rule that ends the walk. Truths about the list come before wishes about it.
    fn reason(&self, reading: &ListReading, fresh: &[&ListItem], unheld: usize) -> Option<StopReason> {
        let first = self.cursor.pages_read == 1;
        if reading.sent_back {
            return Some(StopReason::SentBack);
        }
        let more = matches!(reading.next, Next::Page(_));
        // A queue of sitemap files is finite, and one that brings nothing says nothing of the others.
        let queued = self.cursor.queued && more;
        if reading.items.is_empty() && first && !queued && !(self.cursor.frame && more) {
            return match &reading.next {
                Next::Cut(why) => Some(StopReason::Cut(why.clone())),
                _ => Some(StopReason::NothingRecognised),
            };
        }
        if reading.repeated && !queued && !shifted(reading) {
            return Some(StopReason::SameItems);
        }
        if self.cursor.stale_pages >= self.patience && !queued {
            return Some(StopReason::NothingNew(self.cursor.stale_pages));
        }
        let young_first = !queued || self.cursor.by_age;
        if self.mode == Mode::Crawl && unheld == 0 && !fresh.is_empty() && young_first {
            return Some(StopReason::AllHeld);
        }
        if let Some(from) = self.window.from
            && all_older(fresh, from)
            && young_first
        {
            return Some(StopReason::OlderThan(from));
        }
        if let Some(from) = self.window.from
            && queued
            && self.cursor.by_age
            && self.window.is_before(self.cursor.changed)
        {
            // The youngest of the files that are left.
            return Some(StopReason::OlderThan(from));
        }
        (more && self.cursor.pages_read >= self.max_pages).then_some(StopReason::MaxPages(self.max_pages))
    }
}

/// What a page's articles are known by, in their order.
pub(super) fn keys_of(reading: &ListReading) -> Vec<u64> {
    reading.items.iter().map(|item| hash(&article_key(&item.url, reading.family))).collect()
}

/// Whether a repeated page may be one that new articles pushed down: the portal itself says that more pages follow.
/// Where they do not, [`PATIENCE`] ends the walk.
fn shifted(reading: &ListReading) -> bool {
    let Next::Page(next) = &reading.next else { return false };
    reading.total_pages.is_some_and(|total| next.number <= total)
}

/// Whether the page is past the window: one old article among others does not say so, all dated ones together do.
/// Only articles not listed before count: a pinned one stands on every page.
fn all_older(fresh: &[&ListItem], from: Date) -> bool {
    let mut dated = fresh.iter().filter_map(|item| item.date).peekable();
    dated.peek().is_some() && dated.all(|stamp| stamp.date() < from)
}
