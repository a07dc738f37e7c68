//! What is next: a queue for each site, leases on it, and acknowledgements.
//!
//! A lease carries a fencing number that only grows. An acknowledgement takes effect only while the queue still holds
//! exactly what was leased, so that of two that think they own an item one is refused.

mod again;
mod due;
mod item;
mod retry;

pub use due::Ages;
pub use item::{Candidate, GaveUp, Known};

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::coverage::{Coverage, Fate};
use super::rows::{QueueRow, UrlRow, UrlState, decode, encode};
use crate::archive::warc::Receipt;
use crate::ledger::{Applied, Batch, Key, Ledger, LedgerError};
use crate::model::CanonicalUrl;

/// Queue places looked through for a free one: more than can ever be under lease at once.
const LOOK_AHEAD: usize = 256;

/// The right to work on one item.
#[derive(Debug, Clone)]
pub struct Lease {
    /// The site.
    pub site: String,
    /// The item.
    pub row: QueueRow,
    /// What is archived of it, when it is visited again.
    pub earlier: Option<Box<UrlRow>>,
    place: u64,
    // The queue's value while the lease holds.
    held: Vec<u8>,
}

impl Lease {
    /// The fencing number.
    #[cfg(test)]
    pub fn fence(&self) -> u64 {
        self.row.fence
    }
}

/// The queues of all sites, in the ledger.
pub struct Frontier {
    ledger: Arc<dyn Ledger>,
    fence: AtomicU64,
    place: AtomicU64,
    // Fencing numbers up to here are of an earlier owner: its leases are void, since it is gone.
    epoch: u64,
    // By site, the last place that was leased: most of what stands before it is under lease.
    leased_to: Mutex<HashMap<String, Vec<u8>>>,
    ages: Ages,
    // Whether what failed, or was forbidden, is queued anew as soon as a list names it.
    eager: bool,
}

impl std::fmt::Debug for Frontier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frontier(epoch {})", self.epoch)
    }
}

impl Frontier {
    /// Takes over the queues. Leases of an owner before us end here.
    pub fn open(ledger: Arc<dyn Ledger>) -> Result<Self, LedgerError> {
        let fence = counter(&*ledger, "fence")?;
        let place = counter(&*ledger, "place")?;
        Ok(Self {
            ledger,
            fence: AtomicU64::new(fence),
            place: AtomicU64::new(place),
            epoch: fence,
            leased_to: Mutex::default(),
            ages: Ages::default(),
            eager: true,
        })
    }

    /// For a run that lives on: archived articles are visited again at `ages`, and a list that is read every few minutes
    /// does not bring back what failed; that is tried again once a day.
    #[must_use]
    pub fn lasting(self, ages: Ages) -> Self {
        Self { ages, eager: false, ..self }
    }

    /// What is known of an address.
    pub fn row(&self, site: &str, key: &CanonicalUrl) -> Result<Option<UrlRow>, LedgerError> {
        let name = Key::url(site, key);
        self.ledger.get(&name)?.map(|bytes| decode(&name, &bytes)).transpose()
    }

    /// Adds candidates that are not known yet to `batch`, in order; says of each what was known.
    ///
    /// A candidate that failed before in a way that may pass, or that robots.txt forbade, is queued anew.
    pub fn enqueue(&self, site: &str, items: &[Candidate], batch: &mut Batch) -> Result<Vec<Known>, LedgerError> {
        let mut out = Vec::with_capacity(items.len());
        let mut seen = HashSet::with_capacity(items.len());
        for item in items {
            // Two addresses of one page may fold to the same key.
            if !seen.insert(&item.key) {
                out.push(Known::Queued);
                continue;
            }
            let state = self.row(site, &item.key)?.map(|row| row.state);
            let first = state.is_none();
            let known = match state {
                None => Known::New,
                Some(UrlState::Refused(_) | UrlState::Failed { retryable: true, .. }) if self.eager => Known::New,
                Some(UrlState::Queued(_)) => Known::Queued,
                Some(UrlState::Article { .. }) => Known::Held,
                Some(UrlState::NotArticle(_) | UrlState::Failed { .. } | UrlState::Refused(_)) => Known::Settled,
            };
            if known == Known::New {
                self.push(site, item, batch);
                if !first {
                    batch.delete(Key::unsettled(site, &item.key));
                }
            }
            out.push(known);
        }
        Ok(out)
    }

    fn push(&self, site: &str, item: &Candidate, batch: &mut Batch) {
        let number = self.place.fetch_add(1, Ordering::Relaxed) + 1;
        let place = if item.patient { again::last(number) } else { number };
        let queued = QueueRow {
            url: item.url.clone(),
            key: item.key.clone(),
            list: item.list.clone(),
            via: item.via.clone(),
            title: item.title.clone(),
            listed: item.listed,
            walk: item.walk.clone(),
            attempts: 0,
            fence: 0,
            again: false,
        };
        let row = url_row(&queued, UrlState::Queued(place));
        batch.put(Key::queue(site, place), encode(&queued));
        batch.put(Key::url(site, &item.key), encode(&row));
        batch.put(Key::meta("place"), number.to_be_bytes());
    }

    /// Leases up to `most` items of a site, first come first.
    pub fn lease(&self, site: &str, most: usize) -> Result<Vec<Lease>, LedgerError> {
        let prefix = Key::queue_of(site);
        let mut leases = Vec::new();
        let mut batch = Batch::default();
        let before = self.leased_to().get(site).cloned();
        let mut free = match &before {
            Some(last) => self.ledger.scan(&prefix, Some(last), most)?,
            None => Vec::new(),
        };
        // Items that are visited again come last, those under lease first among them.
        if let Some((key, held)) = free.first()
            && decode::<QueueRow>(key, held)?.fence > self.epoch
        {
            free = self.ledger.scan(&prefix, before.as_deref(), LOOK_AHEAD)?;
        }
        // At the end of the queue what was given back meanwhile is looked for; and among what may wait, what may not.
        let waiting = before.as_ref().is_some_and(|last| again::may_wait(&last[prefix.len()..]));
        let earlier =
            if free.len() < most || waiting { self.ledger.scan(&prefix, None, LOOK_AHEAD)? } else { Vec::new() };
        let earlier = earlier.into_iter().filter(|(key, _)| before.as_ref().is_none_or(|last| key <= last));
        let mut last = before.clone();
        for (key, held) in earlier.chain(free) {
            if leases.len() == most {
                break;
            }
            let mut row: QueueRow = decode(&key, &held)?;
            if row.fence > self.epoch {
                continue;
            }
            if row.again && leases.len() >= again::AT_ONCE {
                break;
            }
            row.fence = self.fence.fetch_add(1, Ordering::Relaxed) + 1;
            row.attempts = row.attempts.saturating_add(1);
            let leased = encode(&row);
            let place = key[prefix.len()..].try_into().map_or(0, u64::from_be_bytes);
            batch.expect(key.clone(), Some(held)).put(key.clone(), leased.clone());
            // New items come before those that are visited again, also later.
            if !row.again {
                last = last.max(Some(key));
            }
            let earlier = if row.again { self.row(site, &row.key)?.map(Box::new) } else { None };
            leases.push(Lease { site: site.to_owned(), row, earlier, place, held: leased });
        }
        if leases.is_empty() {
            return Ok(leases);
        }
        batch.put(Key::meta("fence"), self.fence.load(Ordering::Relaxed).to_be_bytes());
        match self.ledger.apply(&batch)? {
            Applied::Done => {
                self.leased_to().extend(last.map(|last| (site.to_owned(), last)));
                Ok(leases)
            }
            // Another owner was quicker; the next call sees what it left.
            Applied::Refused => Ok(Vec::new()),
        }
    }

    /// Acknowledges an archived item in `batch`: it leaves the queue with this state. Asks for the receipt of its
    /// capture, so that nothing counts as archived that is not on disk. Takes effect only while the lease holds.
    pub fn acknowledge(&self, lease: &Lease, state: &UrlState, _receipt: &Receipt, batch: &mut Batch) {
        settle(lease, state, batch);
        self.plan_visit(&lease.site, &lease.row.key, state, batch);
    }

    /// Takes in an item whose capture recovery found: whatever the queue thought of it, it is settled.
    pub fn adopt(
        &self,
        site: &str,
        found: &QueueRow,
        state: &UrlState,
        _receipt: &Receipt,
        fate: &Fate,
        batch: &mut Batch,
    ) -> Result<(), LedgerError> {
        let known = self.row(site, &found.key)?;
        // What was archived once stays so, whatever stands at the address now.
        let state = match (state, known.as_ref().map(|row| &row.state)) {
            (UrlState::Article { .. }, _) => state,
            (_, Some(archived @ UrlState::Article { .. })) => archived,
            _ => state,
        };
        let state = &again::born(state, known.as_ref());
        let waiting = known.as_ref().and_then(|row| match &row.state {
            UrlState::Queued(place) => Some(*place),
            UrlState::Article { visit, .. } => visit.waits,
            _ => None,
        });
        let waiting = waiting.map(|place| Key::queue(site, place));
        if let Some(queue) = waiting
            && let Some(bytes) = self.ledger.get(&queue)?
        {
            let row: QueueRow = decode(&queue, &bytes)?;
            let key = Key::coverage(site, &row.walk);
            if let Some(bytes) = self.ledger.get(&key)? {
                let mut coverage: Coverage = decode(&key, &bytes)?;
                coverage.settle(row.listed.as_ref(), fate);
                batch.put(key, encode(&coverage));
            }
            batch.delete(queue);
        }
        note(site, found, &again::visited(state), batch);
        self.plan_visit(site, &found.key, state, batch);
        Ok(())
    }

    /// Ends a lease in `batch` on an item that could not be fetched, or may not be.
    pub fn give_up(&self, lease: &Lease, cause: GaveUp, batch: &mut Batch) {
        let state = match cause {
            GaveUp::Failed { cause, retryable } => UrlState::Failed { cause, retryable },
            GaveUp::Refused(rule) => UrlState::Refused(rule),
        };
        settle(lease, &state, batch);
    }

    /// Gives an item back: `again` puts it at the end of the queue, with its attempts counted.
    pub fn release(&self, lease: &Lease, again: bool, batch: &mut Batch) {
        let queue = Key::queue(&lease.site, lease.place);
        batch.expect(queue.clone(), Some(lease.held.clone()));
        let mut row = lease.row.clone();
        row.fence = 0;
        if again {
            let number = self.place.fetch_add(1, Ordering::Relaxed) + 1;
            let place = number | again::class(lease.place);
            batch.delete(queue).put(Key::queue(&lease.site, place), encode(&row));
            let earlier = lease.earlier.as_deref().cloned();
            let mut state = earlier.unwrap_or_else(|| url_row(&row, UrlState::Queued(place)));
            if let UrlState::Article { visit, .. } = &mut state.state {
                visit.waits = Some(place);
            }
            batch.put(Key::url(&lease.site, &row.key), encode(&state));
            batch.put(Key::meta("place"), number.to_be_bytes());
        } else {
            row.attempts = row.attempts.saturating_sub(1);
            batch.put(queue, encode(&row));
        }
    }

    /// A held article proved to be none.
    pub fn withdraw(&self, site: &str, key: &CanonicalUrl, cause: &str, batch: &mut Batch) -> Result<(), LedgerError> {
        if let Some(row) = self.row(site, key)? {
            let row = encode(&UrlRow { state: UrlState::NotArticle(cause.to_owned()), ..row });
            batch.put(Key::unsettled(site, key), row.clone()).put(Key::url(site, key), row);
        }
        Ok(())
    }

    /// Gives an item back to be asked for at another address of the same article.
    pub fn elsewhere(&self, lease: &Lease, url: String, batch: &mut Batch) {
        let mut lease = lease.clone();
        lease.row.url = url;
        lease.row.attempts = 0;
        self.release(&lease, true, batch);
    }

    fn leased_to(&self) -> MutexGuard<'_, HashMap<String, Vec<u8>>> {
        self.leased_to.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a site's queue is empty.
    pub fn is_empty(&self, site: &str) -> Result<bool, LedgerError> {
        Ok(self.ledger.scan(&Key::queue_of(site), None, 1)?.is_empty())
    }
}

/// The item leaves the queue with this state, if the lease still holds.
fn settle(lease: &Lease, state: &UrlState, batch: &mut Batch) {
    let queue = Key::queue(&lease.site, lease.place);
    batch.expect(queue.clone(), Some(lease.held.clone())).delete(queue);
    note(&lease.site, &lease.row, &again::visited(state), batch);
}

/// Writes down what became of an address, and whether it still is to be accounted for.
fn note(site: &str, row: &QueueRow, state: &UrlState, batch: &mut Batch) {
    let unsettled = Key::unsettled(site, &row.key);
    let encoded = encode(&url_row(row, state.clone()));
    if matches!(state, UrlState::Article { .. }) {
        batch.delete(unsettled);
    } else {
        batch.put(unsettled, encoded.clone());
    }
    batch.put(Key::url(site, &row.key), encoded);
}

/// The row of an address, from its place in the queue.
fn url_row(row: &QueueRow, state: UrlState) -> UrlRow {
    UrlRow {
        state,
        list: row.list.clone(),
        url: row.url.clone(),
        via: row.via.clone(),
        title: row.title.clone(),
        listed: row.listed,
    }
}

fn counter(ledger: &dyn Ledger, name: &str) -> Result<u64, LedgerError> {
    let value = ledger.get(&Key::meta(name))?;
    Ok(value.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes))
}

#[cfg(test)]
#[path = "frontier_tests.rs"]
mod tests;
