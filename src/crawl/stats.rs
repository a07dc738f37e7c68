//! Counters of a run, for the eyes of whoever started it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::recheck::{Rechecked, Revisited};
use super::requisites::PartCounts;

/// A counter that many threads add to.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `n`.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// The count so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a run has done for one site so far.
#[derive(Debug, Default)]
pub struct Stats {
    /// Requests that were answered.
    pub requests: Counter,
    /// List pages read.
    pub list_pages: Counter,
    /// Articles archived for the first time.
    pub articles: Counter,
    /// Known texts found at new addresses.
    pub duplicates: Counter,
    /// Captures stored as revisits.
    pub revisits: Counter,
    /// Articles that proved to be none, and were withdrawn.
    pub withdrawn: Counter,
    /// Pages that are no articles.
    pub not_articles: Counter,
    /// Items given up.
    pub failed: Counter,
    /// Items that robots.txt forbids.
    pub refused: Counter,
    /// Items put into the queue.
    pub queued: Counter,
    /// Response bytes received.
    pub bytes: Counter,
    /// Bytes appended to WARC files.
    pub warc_bytes: Counter,
    /// Archived articles that were visited again.
    pub rechecked: Mutex<Rechecked>,
    /// Parts of pages, and files that articles link to.
    pub requisites: Mutex<PartCounts>,
    /// The line a person should see now.
    pub pause: Mutex<Option<String>>,
}

/// [`Stats`] at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Requests that were answered.
    pub requests: u64,
    /// List pages read.
    pub list_pages: u64,
    /// Articles archived for the first time.
    pub articles: u64,
    /// Known texts found at new addresses.
    pub duplicates: u64,
    /// Captures stored as revisits.
    pub revisits: u64,
    /// Articles that proved to be none, and were withdrawn; of this run or an earlier one.
    pub withdrawn: u64,
    /// Pages that are no articles.
    pub not_articles: u64,
    /// Items given up.
    pub failed: u64,
    /// Items that robots.txt forbids.
    pub refused: u64,
    /// Items put into the queue.
    pub queued: u64,
    /// Response bytes received.
    pub bytes: u64,
    /// Bytes appended to WARC files.
    pub warc_bytes: u64,
    /// Archived articles that were visited again.
    pub rechecked: Rechecked,
    /// Parts of pages, and files that articles link to.
    pub requisites: PartCounts,
}

impl Tally {
    /// Adds what another round did.
    pub fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.requests, other.requests),
            (&mut self.list_pages, other.list_pages),
            (&mut self.articles, other.articles),
            (&mut self.duplicates, other.duplicates),
            (&mut self.revisits, other.revisits),
            (&mut self.withdrawn, other.withdrawn),
            (&mut self.not_articles, other.not_articles),
            (&mut self.failed, other.failed),
            (&mut self.refused, other.refused),
            (&mut self.queued, other.queued),
            (&mut self.bytes, other.bytes),
            (&mut self.warc_bytes, other.warc_bytes),
        ];
        for (sum, more) in pairs {
            *sum += more;
        }
        self.rechecked.join(&other.rechecked);
    }
}

impl Stats {
    /// The counts at this moment.
    pub fn tally(&self) -> Tally {
        Tally {
            requests: self.requests.get(),
            list_pages: self.list_pages.get(),
            articles: self.articles.get(),
            duplicates: self.duplicates.get(),
            revisits: self.revisits.get(),
            withdrawn: self.withdrawn.get(),
            not_articles: self.not_articles.get(),
            failed: self.failed.get(),
            refused: self.refused.get(),
            queued: self.queued.get(),
            bytes: self.bytes.get(),
            warc_bytes: self.warc_bytes.get(),
            rechecked: self.rechecked.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            requisites: self.parts().clone(),
        }
    }

    /// Counts a visit of an archived article.
    pub fn seen_again(&self, seen: &Revisited) {
        self.rechecked.lock().unwrap_or_else(PoisonError::into_inner).add(seen);
    }

    /// The counts of parts, locked.
    pub fn parts(&self) -> MutexGuard<'_, PartCounts> {
        self.requisites.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says why nothing moves, or that it does again.
    pub fn set_pause(&self, why: Option<String>) {
        *self.pause.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    /// Why nothing moves.
    pub fn why_paused(&self) -> Option<String> {
        self.pause.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
