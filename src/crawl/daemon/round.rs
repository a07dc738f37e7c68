//! One round of a site: the runner of a crawl, with lists that join it when they come due and backfills behind them.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;

use super::errand::Errand;
use super::hub::Doing;
use super::keeper::Keeper;
use crate::config::ListSpec;
use crate::crawl::error::CrawlError;
use crate::crawl::plan::{self, Planned};
use crate::crawl::run::{Halt, SiteRun, Walk};
use crate::crawl::runner::Runner;
use crate::model::Stamp;

/// List pages of a look. What lies further down is a gap, and left to a walk behind the live lists.
const PAGES: u32 = 10;
/// Of the first look at a list: what is older is for a backfill, which a person asks for.
const FIRST_PAGES: u32 = 3;
/// How often a round with a backfill looks whether its live lists are done.
const LOOK_UP: Duration = Duration::from_secs(1);
/// How often it is asked whether everything handed over is settled.
const SETTLE: Duration = Duration::from_millis(20);

/// What a round knows beside its site.
#[derive(Default)]
pub(super) struct Round {
    pub errand: Option<Arc<Errand>>,
    /// Failures in the account of each walk when it began.
    pub failed_before: HashMap<String, u64>,
    /// Live walks that were accounted for and taken out while a backfill goes on.
    pub looked: Vec<Walk>,
}

impl Keeper {
    /// Works off what is due, what is queued and the first backfill.
    pub(super) async fn round(&mut self, due: Vec<ListSpec>, errand: Option<Arc<Errand>>) -> Result<(), CrawlError> {
        let mut round = Round { errand, ..Round::default() };
        let mut walks = self.look_at(&due, &mut round)?;
        self.retry_daily(&mut walks)?;
        if let Some(errand) = &round.errand {
            errand.begin();
            walks.extend(errand.walks(&self.run, &self.site, self.now())?);
        }
        let site = Arc::new(SiteRun::new(self.site.clone(), self.pace, walks)?);
        self.desk.set_doing(Doing {
            word: "working",
            why: None,
            until: None,
            wakes: None,
            round: Some(Arc::clone(&site)),
        });
        let runner = Runner::new(Arc::clone(&self.run), Arc::clone(&site), self.hand_over.clone()).go();
        let mut runner = pin!(runner);
        loop {
            let wait = self.wait(&site)?;
            tokio::select! {
                ended = &mut runner => { ended?; break }
                () = self.desk.wake.notified() => self.told(&site, &round)?,
                () = tokio::time::sleep(wait) => {}
            }
            self.look_up(&site, &mut round)?;
        }
        // What was handed over is still to be written down, and counts in this round.
        while site.outstanding.load(Ordering::SeqCst) > 0 {
            let _ = tokio::time::timeout(SETTLE, site.wake.notified()).await;
        }
        self.close(&site, round)
    }

    /// Walks over the lists that are due.
    fn look_at(&self, due: &[ListSpec], round: &mut Round) -> Result<Vec<Walk>, CrawlError> {
        let now = self.now();
        let mut walks = Vec::with_capacity(due.len());
        for list in due {
            let most = if self.list_row(list)?.rhythm.looks == 0 { FIRST_PAGES } else { PAGES };
            let walk = plan::look(&*self.run.ledger, &self.site, list, most, now)?;
            round.failed_before.insert(walk.id.clone(), walk.coverage.total().failures());
            walks.push(walk);
        }
        Ok(walks)
    }

    /// What could not be fetched, or was forbidden, is tried again once a day.
    fn retry_daily(&self, walks: &mut Vec<Walk>) -> Result<(), CrawlError> {
        let today = Stamp::vietnam_day(self.now());
        let mut row = super::rows::SiteRow::of(&*self.run.ledger, &self.site.id)?;
        if walks.is_empty() || row.retried == Some(today) {
            return Ok(());
        }
        // The first day has nothing to try again yet.
        if row.retried.is_some() {
            let mut planned = Planned { walks: std::mem::take(walks), notes: Vec::new() };
            plan::retry(&*self.run.ledger, &self.run.frontier, &self.site, &mut planned)?;
            *walks = planned.walks;
        }
        row.retried = Some(today);
        Ok(row.put(&*self.run.ledger, &self.site.id)?)
    }

    /// How long nothing can come up.
    fn wait(&self, site: &SiteRun) -> Result<Duration, CrawlError> {
        let (patient, live) = {
            let walks = site.walks();
            (walks.iter().any(|walk| walk.patient), walks.iter().any(|walk| !walk.patient))
        };
        if patient && live {
            return Ok(LOOK_UP);
        }
        let (_, next) = self.due(self.now())?;
        let next = next.and_then(|at| Timestamp::from_millisecond(at).ok());
        Ok(next.map_or(Duration::from_mins(1), |at| self.left(at)).clamp(LOOK_UP, Duration::from_mins(1)))
    }

    /// Something was said: a pause, or that a job is not wanted any more.
    fn told(&self, site: &SiteRun, round: &Round) -> Result<(), CrawlError> {
        if let Some((word, why, _)) = self.held_up()? {
            site.halt(Halt::Later(format!("{word}: {}", why.unwrap_or_default())));
        }
        if round.errand.as_ref().is_some_and(|errand| errand.is_cancelled()) {
            for walk in site.walks().iter_mut().filter(|walk| walk.patient) {
                walk.given_up.get_or_insert_with(|| "cancelled; the same command goes on".to_owned());
            }
            site.wake.notify_one();
        }
        Ok(())
    }

    /// Lists that came due join the round in front; those that were looked at beside a backfill leave it.
    fn look_up(&self, site: &Arc<SiteRun>, round: &mut Round) -> Result<(), CrawlError> {
        let patient = site.walks().iter().any(|walk| walk.patient);
        if patient {
            let done: Vec<Walk> = {
                let mut walks = site.walks();
                let over = |walk: &Walk| !walk.patient && !walk.in_flight && !walk.is_open(None);
                let (done, left) = walks.drain(..).partition(over);
                *walks = left;
                done
            };
            for walk in done {
                self.account(site, &walk, round)?;
                round.looked.push(walk);
            }
        }
        let live: Vec<String> = {
            let walks = site.walks();
            walks.iter().filter(|walk| !walk.patient).map(|walk| walk.row.list.clone()).collect()
        };
        let (due, _) = self.due(self.now())?;
        let due: Vec<ListSpec> = due.into_iter().filter(|list| !live.contains(&list.id)).collect();
        // Without a backfill the round is short: what comes due meanwhile is for the next one.
        if patient && !due.is_empty() {
            let mut joining = self.look_at(&due, round)?;
            let mut walks = site.walks();
            joining.append(&mut walks);
            *walks = joining;
            drop(walks);
            site.wake.notify_one();
        }
        if patient && !self.run.frontier.visits_left(&self.site.id)? {
            let queued = self.run.frontier.visit_due(&self.site.id, self.now(), 16)?;
            self.hub.counters.visits.add(queued as u64);
        }
        Ok(())
    }
}
