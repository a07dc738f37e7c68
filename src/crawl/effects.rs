//! What a task that was carried out changes in the ledger, and what became of its item.

use super::commit::{Committer, Placed};
use super::coverage::{Coverage, Fate};
use super::error::CrawlError;
use super::found::Text;
use super::frontier::{GaveUp, Lease};
use super::listing;
use super::places::{self, Seen};
use super::process::{ATTEMPTS, Finding};
use super::requisites;
use super::rows::{QueueRow, UrlState, decode, encode};
use super::run::SiteRun;
use super::task::Task;
use super::versions;
use super::visit::Visit;
use crate::archive::warc::Receipt;
use crate::ledger::{Batch, Key, Ledger, LedgerError};
use crate::model::Stamp;

impl Committer {
    /// What a task changes in the ledger; for an item that leaves the queue, what became of it. Known articles that were
    /// met at further addresses go to `seen`.
    pub(super) fn effects(
        &self,
        site: &SiteRun,
        placed: &Placed,
        seen: &mut Vec<Seen>,
        batch: &mut Batch,
    ) -> Result<Option<Fate>, CrawlError> {
        let run = &*self.run;
        match &placed.item.finished.task {
            Task::Robots { origin, .. } => {
                if let Finding::Robots(answer) = &placed.item.finding {
                    batch.put(Key::robots(origin), encode(answer));
                }
                Ok(None)
            }
            Task::List { walk, request, .. } => {
                match &placed.item.finding {
                    Finding::List(reading) => *seen = listing::take_in(run, site, walk, request, reading, batch)?,
                    Finding::ListEnd => listing::reached_end(run, site, walk, batch),
                    Finding::ListFailed { cause, retryable } => {
                        listing::failed(run, site, walk, cause, *retryable, batch);
                    }
                    Finding::Postponed => listing::postponed(site, walk),
                    _ => listing::failed(run, site, walk, "not a list", false, batch),
                }
                Ok(None)
            }
            Task::Part(need) => {
                requisites::settle(run, site, need, placed, batch)?;
                Ok(None)
            }
            Task::Article(lease) => Ok(self.item_effects(lease, placed, seen, batch)?),
        }
    }

    /// `None` when the item goes back to the queue.
    fn item_effects(
        &self,
        lease: &Lease,
        placed: &Placed,
        seen: &mut Vec<Seen>,
        batch: &mut Batch,
    ) -> Result<Option<Fate>, LedgerError> {
        let (frontier, ledger) = (&self.run.frontier, &*self.run.ledger);
        let fate = match (&placed.item.finding, &placed.receipt) {
            (Finding::Article(text), Some(receipt)) => {
                return self.archived(lease, placed, (text, receipt), seen, batch);
            }
            (Finding::Elsewhere(key), Some(receipt)) if !lease.row.again => {
                let moved = places::moved(frontier, ledger, lease, (key, receipt), seen, batch)?;
                return Ok(moved.then_some(Fate::Duplicate));
            }
            (Finding::NotArticle(_) | Finding::Failed { retryable: false, .. }, _)
                if !lease.row.again
                    && let Some(url) = places::another(ledger, &lease.site, &lease.row.key, batch)? =>
            {
                frontier.elsewhere(lease, url, batch);
                return Ok(None);
            }
            (Finding::NotArticle(cause), Some(receipt)) if !lease.row.again => {
                frontier.acknowledge(lease, &UrlState::NotArticle(cause.clone()), receipt, batch);
                Fate::NotArticle(cause.clone())
            }
            (Finding::Postponed, _) => {
                frontier.release(lease, false, batch);
                return Ok(None);
            }
            (Finding::Refused(rule), _) if !lease.row.again => {
                frontier.give_up(lease, GaveUp::Refused(rule.clone()), batch);
                Fate::Refused
            }
            (Finding::Failed { retryable: true, .. }, _) if lease.row.attempts < ATTEMPTS => {
                frontier.release(lease, true, batch);
                return Ok(None);
            }
            (Finding::Failed { cause, retryable }, _) if !lease.row.again => {
                frontier.give_up(lease, GaveUp::Failed { cause: cause.clone(), retryable: *retryable }, batch);
                Fate::Failed(cause.clone())
            }
            (Finding::NotModified | Finding::Elsewhere(_), Some(_)) => {
                frontier.keep(lease, self.run.clock.now(), batch);
                Fate::Duplicate
            }
            // The archived article stays, whatever has become of its address.
            (Finding::NotArticle(cause) | Finding::Failed { cause, .. } | Finding::Refused(cause), _)
                if lease.row.again =>
            {
                frontier.keep(lease, self.run.clock.now(), batch);
                Fate::Failed(cause.clone())
            }
            _ => {
                frontier.release(lease, true, batch);
                return Ok(None);
            }
        };
        Ok(Some(fate))
    }

    /// An article's page: its text, and the address with it.
    fn archived(
        &self,
        lease: &Lease,
        placed: &Placed,
        (text, receipt): (&Text, &Receipt),
        seen: &mut Vec<Seen>,
        batch: &mut Batch,
    ) -> Result<Option<Fate>, LedgerError> {
        let (frontier, ledger) = (&self.run.frontier, &*self.run.ledger);
        let (Some(shelved), Some(ready)) = (&placed.shelved, placed.item.captures.last()) else {
            return Ok(None);
        };
        let path = &shelved.record.text_path;
        let further = places::take(ledger, &lease.site, &lease.row.key, batch)?;
        seen.extend(further.into_iter().map(|url| Seen { text_path: path.clone(), url }));
        versions::remember(ledger, &shelved.record, batch)?;
        requisites::named(&self.run, &placed.item.finished.site, text, &shelved.record, batch)?;
        for (key, row) in &shelved.near {
            batch.put(key.as_slice(), row.as_slice());
        }
        let day = text.article.published.as_ref().or(lease.row.listed.as_ref()).map(Stamp::date);
        let visit = Visit::of(&ready.exchange, ready.payload, day).since(lease.earlier.as_deref());
        let state = UrlState::Article { content: text.content, version: shelved.record.version, visit };
        frontier.acknowledge(lease, &state, receipt, batch);
        Ok(Some(if shelved.text.is_some() { Fate::Archived } else { Fate::Duplicate }))
    }
}

/// Notes what became of an item in the account of its walk, in the same batch: of this run's walk, or of an earlier one.
pub fn settle_coverage(
    ledger: &dyn Ledger,
    site: &SiteRun,
    row: &QueueRow,
    fate: &Fate,
    batch: &mut Batch,
) -> Result<(), LedgerError> {
    let key = Key::coverage(site.id(), &row.walk);
    let mut walks = site.walks();
    if let Some(walk) = walks.iter_mut().find(|walk| walk.id == row.walk) {
        walk.coverage.settle(row.listed.as_ref(), fate);
        batch.put(key, encode(&walk.coverage));
        return Ok(());
    }
    if let Some(bytes) = ledger.get(&key)? {
        let mut coverage: Coverage = decode(&key, &bytes)?;
        coverage.settle(row.listed.as_ref(), fate);
        batch.put(key, encode(&coverage));
    }
    Ok(())
}
