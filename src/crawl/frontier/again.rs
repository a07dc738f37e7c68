//! Archived items in the queue: visited again, behind everything that is new, and never less than they were.

use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::{Frontier, Lease};
use crate::crawl::rows::{QueueRow, UrlRow, UrlState, encode};
use crate::ledger::{Batch, Key, LedgerError};
use crate::model::CanonicalUrl;

/// Set in the places of items that are visited again: the queue's order puts them behind what is new.
const AGAIN: u64 = 1 << 62;
/// Set in the places of items of a backfill beside live lists: they come last.
const LAST: u64 = 1 << 63;

/// Leases on such items at a time, so that what is new need not wait for many.
pub(super) const AT_ONCE: usize = 4;

impl Frontier {
    /// A place of its own for something that waits in a queue beside this one; `batch` keeps the count.
    pub fn next_place(&self, batch: &mut Batch) -> u64 {
        let place = self.place.fetch_add(1, Ordering::Relaxed) + 1;
        batch.put(Key::meta("place"), place.to_be_bytes());
        place
    }

    /// Queues an archived address in `batch`, to be visited again after everything that is new; `row` is what is known of
    /// it. Says whether it was queued: one that waits already keeps its place, and one that is not archived has none.
    pub fn visit_again(&self, site: &str, key: &CanonicalUrl, mut row: UrlRow, batch: &mut Batch) -> bool {
        let UrlState::Article { visit, .. } = &mut row.state else { return false };
        if visit.waits.is_some() {
            return false;
        }
        let place = (self.place.fetch_add(1, Ordering::Relaxed) + 1) | AGAIN;
        visit.waits = Some(place);
        let queued = QueueRow {
            url: row.url.clone(),
            key: key.clone(),
            list: row.list.clone(),
            via: row.via.clone(),
            title: row.title.clone(),
            listed: row.listed,
            walk: String::new(),
            attempts: 0,
            fence: 0,
            again: true,
        };
        batch.put(Key::queue(site, place), encode(&queued));
        batch.put(Key::url(site, key), encode(&row));
        batch.put(Key::meta("place"), (place & !(AGAIN | LAST)).to_be_bytes());
        true
    }

    /// Whether archived items wait to be visited again.
    pub fn visits_left(&self, site: &str) -> Result<bool, LedgerError> {
        let (first, end) = (Key::queue(site, AGAIN), Key::queue(site, LAST));
        let next = self.ledger.scan(&Key::queue_of(site), Some(&first), 1)?;
        Ok(next.first().is_some_and(|(key, _)| *key < end))
    }

    /// Ends a lease in `batch` on an archived item whose page gave nothing to keep beside it.
    pub fn keep(&self, lease: &Lease, at: Timestamp, batch: &mut Batch) {
        let queue = Key::queue(&lease.site, lease.place);
        batch.expect(queue.clone(), Some(lease.held.clone())).delete(queue);
        let Some(mut row) = lease.earlier.clone() else { return };
        if let UrlState::Article { visit, .. } = &mut row.state {
            *visit = visit.later(at);
        }
        batch.put(Key::url(&lease.site, &lease.row.key), encode(&row));
        self.plan_visit(&lease.site, &lease.row.key, &row.state, batch);
    }

    /// Takes in a visit that recovery found, and that said the page is as it was.
    pub fn seen_again(
        &self,
        site: &str,
        key: &CanonicalUrl,
        at: Timestamp,
        batch: &mut Batch,
    ) -> Result<(), LedgerError> {
        let Some(mut row) = self.row(site, key)? else { return Ok(()) };
        if let UrlState::Article { visit, .. } = &mut row.state {
            if let Some(place) = visit.waits {
                batch.delete(Key::queue(site, place));
            }
            *visit = visit.later(at);
            batch.put(Key::url(site, key), encode(&row));
            self.plan_visit(site, key, &row.state, batch);
        }
        Ok(())
    }
}

/// A place behind everything else.
pub(super) const fn last(number: u64) -> u64 {
    number | LAST
}

/// What puts a place behind others.
pub(super) const fn class(place: u64) -> u64 {
    place & (AGAIN | LAST)
}

/// Whether a place, as its key ends, is one that waits for everything new.
pub(super) fn may_wait(place: &[u8]) -> bool {
    place.first().is_some_and(|byte| byte >> 6 != 0)
}

/// A state that keeps what was known of the article's first visit.
pub(super) fn born(state: &UrlState, known: Option<&UrlRow>) -> UrlState {
    let mut state = state.clone();
    if let (UrlState::Article { visit, .. }, Some(UrlState::Article { visit: before, .. })) =
        (&mut state, known.map(|row| &row.state))
    {
        visit.first = visit.first.min(before.first);
    }
    state
}

/// A state as it stands after a visit: nothing waits any more.
pub(super) fn visited(state: &UrlState) -> UrlState {
    let mut state = state.clone();
    if let UrlState::Article { visit, .. } = &mut state {
        visit.waits = None;
    }
    state
}
