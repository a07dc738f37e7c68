//! One site's task: sleeps until something is due, then works a round. Live lists come first, then archived articles whose
//! time has come, then backfills.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::errand::Errand;
use super::hub::{Desk, Doing, Hub, locked};
use super::rows::{ListRow, SiteRow, all_paused};
use crate::config::{ListSpec, Site};
use crate::crawl::error::CrawlError;
use crate::crawl::run::{Run, Stop};
use crate::crawl::schedule;
use crate::crawl::task::Finished;
use crate::politeness::Pace;

/// Nobody sleeps longer, whatever the schedule says: a clock that was set is noticed.
const LONGEST: Duration = Duration::from_hours(1);
/// Archived articles queued to be visited again at a time.
const VISITS: usize = 64;

/// Works for one site as long as the run lasts.
pub struct Keeper {
    pub(super) run: Arc<Run>,
    pub(super) hub: Arc<Hub>,
    pub(super) desk: Arc<Desk>,
    pub(super) site: Site,
    pub(super) pace: Pace,
    pub(super) hand_over: mpsc::Sender<Finished>,
}

/// A word for what keeps a site at rest, why, and until when.
pub(super) type Rest = (&'static str, Option<String>, Option<Timestamp>);

/// What comes next.
pub(super) enum Next {
    /// These lists are due; a backfill may go on behind them.
    Work(Vec<ListSpec>, Option<Arc<Errand>>),
    /// Nothing, for this reason, until then.
    Rest(&'static str, Option<String>, Option<Timestamp>),
}

impl Keeper {
    /// Works until the run drains.
    pub async fn go(mut self) -> Result<(), CrawlError> {
        let mut stop = self.run.stop.clone();
        while !self.run.draining() {
            match self.next()? {
                Next::Work(due, errand) => self.round(due, errand).await?,
                Next::Rest(word, why, until) => {
                    let left = until.map_or(LONGEST, |until| self.left(until)).min(LONGEST);
                    let wakes = Some(Instant::now() + left);
                    self.desk.set_doing(Doing { word, why, until, wakes, round: None });
                    tokio::select! {
                        () = self.desk.wake.notified() => {}
                        () = tokio::time::sleep(left) => {}
                        _ = stop.wait_for(|stop| *stop == Stop::Drain) => {}
                    }
                }
            }
        }
        self.desk.set_doing(Doing { word: "stopped", why: None, until: None, wakes: None, round: None });
        Ok(())
    }

    pub(super) fn now(&self) -> Timestamp {
        self.run.clock.now()
    }

    /// From now to then; a moment where that is past, so that nothing turns without a pause.
    pub(super) fn left(&self, until: Timestamp) -> Duration {
        let left = Duration::try_from(until.duration_since(self.now())).unwrap_or_default();
        left.max(Duration::from_millis(1))
    }

    /// Whether a person, or the hour, forbids to go on.
    pub(super) fn held_up(&self) -> Result<Option<Rest>, CrawlError> {
        if all_paused(&*self.run.ledger)? {
            return Ok(Some(("paused", Some("everything is paused; `luutru resume` goes on".to_owned()), None)));
        }
        if SiteRow::of(&*self.run.ledger, &self.site.id)?.paused {
            let why = format!("`luutru resume {}` goes on", self.site.id);
            return Ok(Some(("paused", Some(why), None)));
        }
        let quiet = self.site.quiet.and_then(|quiet| Some((quiet, quiet.until(self.now())?)));
        Ok(quiet.map(|(quiet, until)| ("quiet", Some(format!("quiet hours, {quiet}")), Some(until))))
    }

    pub(super) fn next(&self) -> Result<Next, CrawlError> {
        let now = self.now();
        if self.run.disk.is_low(Instant::now()) {
            self.run.stopper.send_replace(Stop::Drain);
        }
        if let Some((word, why, until)) = self.held_up()? {
            return Ok(Next::Rest(word, why, until));
        }
        self.drop_cancelled()?;
        let errand = self.desk.errand();
        let row = SiteRow::of(&*self.run.ledger, &self.site.id)?;
        // Somebody who waits for an answer gets one; what nobody waits for respects the pause.
        let awaited = errand.as_ref().is_some_and(|errand| !errand.kept) || !locked(&self.desk.looks).is_empty();
        if self.is_resting(&row, now) && !awaited {
            return Ok(Next::Rest("back-off", row.trouble, Timestamp::from_millisecond(row.retry_ms).ok()));
        }
        let (due, next) = self.due(now)?;
        if !self.run.frontier.visits_left(&self.site.id)? {
            let queued = self.run.frontier.visit_due(&self.site.id, now, VISITS)?;
            self.hub.counters.visits.add(queued as u64);
        }
        if !due.is_empty() || errand.is_some() || !self.run.frontier.is_empty(&self.site.id)? {
            return Ok(Next::Work(due, errand));
        }
        let visit = self.run.frontier.next_visit(&self.site.id)?.map(|at| at.saturating_mul(1_000));
        let until = next.into_iter().chain(visit).min().and_then(|at| Timestamp::from_millisecond(at).ok());
        Ok(Next::Rest("idle", None, until))
    }

    /// Whether its trouble keeps it at rest: for no longer than any back-off lasts, whatever the clock was set to since.
    pub(super) fn is_resting(&self, row: &SiteRow, now: Timestamp) -> bool {
        let left = row.retry_ms.saturating_sub(now.as_millisecond());
        let most = self.pace.backoff_max.saturating_mul(2).as_millis();
        u128::try_from(left).is_ok_and(|left| left > 0 && left <= most)
    }

    /// The lists that are due, and when the next one is (milliseconds since 1970). Lists that were never looked at get
    /// their place in the schedule.
    pub(super) fn due(&self, now: Timestamp) -> Result<(Vec<ListSpec>, Option<i64>), CrawlError> {
        let (mut due, mut next) = (Vec::new(), None::<i64>);
        for list in &self.site.lists {
            let at = self.list_row(list)?.rhythm.next_ms;
            if at <= now.as_millisecond() {
                due.push(list.clone());
            } else {
                next = Some(next.map_or(at, |next| next.min(at)));
            }
        }
        Ok((due, next))
    }

    /// A list's row; made when there is none.
    pub(super) fn list_row(&self, list: &ListSpec) -> Result<ListRow, CrawlError> {
        let ledger = &*self.run.ledger;
        if let Some(mut row) = ListRow::of(ledger, &self.site.id, &list.id)? {
            // An interval that was shortened holds from now on.
            let last = row.rhythm.last.as_ref().filter(|_| row.rhythm.failures == 0);
            if let (Some(every), Some(last)) = (list.every, last) {
                let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
                row.rhythm.next_ms = row.rhythm.next_ms.min(last.at_ms.saturating_add(every));
            }
            // Under a clock that was set back since, the next look may be years away: one look now sets it right.
            let now = self.now().as_millisecond();
            if row.rhythm.last.as_ref().is_some_and(|last| last.at_ms > now) {
                row.rhythm.next_ms = row.rhythm.next_ms.min(now);
            }
            return Ok(row);
        }
        let place = self.hub.place();
        let row =
            ListRow { rhythm: schedule::first(self.now().as_millisecond(), place, list.every), alarms: Vec::new() };
        row.put(ledger, &self.site.id, &list.id)?;
        Ok(row)
    }

    /// Jobs that nobody wants any more, before they were begun.
    fn drop_cancelled(&self) -> Result<(), CrawlError> {
        let gone: Vec<Arc<Errand>> = {
            let mut errands = locked(&self.desk.errands);
            let (gone, left) = errands.drain(..).partition(|errand| errand.is_cancelled());
            *errands = left;
            Vec::from(gone)
        };
        for errand in gone {
            errand.end(&self.site.id, &*self.run.ledger, serde_json::json!({ "cancelled": true }))?;
        }
        locked(&self.desk.looks).retain(|(errand, _)| !errand.is_cancelled());
        Ok(())
    }
}
