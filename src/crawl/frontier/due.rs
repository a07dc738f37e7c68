//! When archived articles are visited again: soon while they are young, then ever more rarely. Nothing is kept in memory:
//! the ledger has one entry an article, in the order of time.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Frontier;
use crate::crawl::rows::{UrlState, decode};
use crate::crawl::visit::Visit;
use crate::ledger::{Batch, Key, LedgerError};
use crate::model::{CanonicalUrl, Stamp};

const YEAR: Duration = Duration::from_hours(24 * 365);
/// An article that its portal dates so much earlier was old when it was first seen.
const OLD_DAYS: i32 = 2;

/// The ages at which an article is visited again, youngest first; after the last of them once a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ages(pub Vec<Duration>);

impl Default for Ages {
    /// An hour, a day, a week, thirty days.
    fn default() -> Self {
        Self([1, 24, 24 * 7, 24 * 30].map(Duration::from_hours).to_vec())
    }
}

impl Ages {
    /// When an article is due, in seconds since 1970.
    pub fn due(&self, visit: &Visit) -> i64 {
        let seconds = |age: &Duration| i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        let born = born(visit);
        let next = self.0.iter().map(|age| born.saturating_add(seconds(age))).find(|at| *at > visit.at);
        next.unwrap_or_else(|| visit.at.saturating_add(seconds(&YEAR)))
    }
}

/// An article is as old as its first visit; one that was old then, as old as its day says.
fn born(visit: &Visit) -> i64 {
    let first = Timestamp::from_second(visit.first).unwrap_or_default();
    let long_before = first.checked_sub(SignedDuration::from_hours(24 * i64::from(OLD_DAYS))).unwrap_or(first);
    match visit.day {
        Some(day) if day < Stamp::vietnam_day(long_before) => {
            // The day begins at UTC+7; an hour more or less does not matter here.
            day.at(0, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).map_or(visit.first, |at| at.timestamp().as_second())
        }
        _ => visit.first,
    }
}

impl Frontier {
    /// Notes in `batch` when an archived article is due.
    pub(super) fn plan_visit(&self, site: &str, key: &CanonicalUrl, state: &UrlState, batch: &mut Batch) {
        if let UrlState::Article { visit, .. } = state {
            batch.put(Key::due(site, self.ages.due(visit), key), b"");
        }
    }

    /// Queues up to `most` archived articles whose time has come behind everything new; gives how many.
    pub fn visit_due(&self, site: &str, now: Timestamp, most: usize) -> Result<usize, LedgerError> {
        let prefix = Key::due_of(site);
        let mut batch = Batch::default();
        let mut queued = 0;
        for (entry, _) in self.ledger.scan(&prefix, None, most)? {
            let Some((at, key)) = Key::due_parts(&entry[prefix.len()..]) else { continue };
            if at > now.as_second() {
                break;
            }
            batch.delete(entry);
            let name = Key::url(site, &key);
            let Some(bytes) = self.ledger.get(&name)? else { continue };
            let row = decode::<super::UrlRow>(&name, &bytes)?;
            let UrlState::Article { visit, .. } = &row.state else { continue };
            let due = self.ages.due(visit);
            if due <= now.as_second() {
                queued += usize::from(self.visit_again(site, &key, row, &mut batch));
            } else {
                // It was visited meanwhile, or the ages are others now.
                batch.put(Key::due(site, due, &key), b"");
            }
        }
        if !batch.is_empty() {
            self.ledger.apply(&batch)?;
        }
        Ok(queued)
    }

    /// When the next archived article is due, in seconds since 1970.
    pub fn next_visit(&self, site: &str) -> Result<Option<i64>, LedgerError> {
        let prefix = Key::due_of(site);
        let first = self.ledger.scan(&prefix, None, 1)?;
        Ok(first.first().and_then(|(entry, _)| Some(Key::due_parts(&entry[prefix.len()..])?.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(first: i64, at: i64, day: Option<&str>) -> Visit {
        Visit { at, first, day: day.map(|day| day.parse().unwrap()), ..Visit::default() }
    }

    #[test]
    fn visits_thin_out_with_age() {
        const HOUR: i64 = 3_600;
        let ages = Ages::default();
        let born = "2026-11-23T03:00:00Z".parse::<Timestamp>().unwrap().as_second();
        let mut at = born;
        let mut gaps = Vec::new();
        for _ in 0..6 {
            let due = ages.due(&visit(born, at, Some("2026-11-23")));
            gaps.push((due - born) / HOUR);
            // A visit comes a little late, and the next is counted from the article's age all the same.
            at = due + 60;
        }
        assert_eq!(gaps[..4], [1, 24, 168, 720]);
        assert_eq!((gaps[4], gaps[5]), (720 + 8_760, 720 + 2 * 8_760));
    }

    #[test]
    fn what_was_old_when_it_was_found_is_visited_yearly() {
        let born = "2026-11-23T03:00:00Z".parse::<Timestamp>().unwrap().as_second();
        let due = Ages::default().due(&visit(born, born, Some("2015-05-01")));
        assert_eq!(due - born, 365 * 86_400);
    }
}
