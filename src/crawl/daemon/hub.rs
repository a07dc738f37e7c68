//! What the daemon's tasks and the control socket share: a desk for each site, the configuration in force, the counters.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use tokio::sync::{Notify, mpsc, oneshot};

use super::errand::Errand;
use super::figures;
use super::hook::AlarmNote;
use super::rows::{ListRow, SiteRow, all_paused};
use crate::config::Config;
use crate::crawl::run::{Run, SiteRun};
use crate::crawl::stats::{Counter, Tally};
use crate::ledger::{Ledger, LedgerError};
use crate::model::Clock;
use crate::observe::Meters;

/// A commit, or the reading of a page, that takes longer than this has come to a standstill.
const STANDSTILL: Duration = Duration::from_secs(30);
/// A task that should have woken so long ago does not sleep but hang.
const OVERSLEPT: Duration = Duration::from_mins(1);

/// What the daemon is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Reading back in what the last run left.
    Starting,
    /// At work.
    Running,
    /// Finishing what is under way, to go on with a new configuration.
    Reloading,
    /// Waiting for room on the disk.
    DiskLow,
    /// Finishing what is under way, to end.
    Stopping,
}

/// Counts since the start; for `status`, and for whoever shows them elsewhere.
#[derive(Debug, Default)]
pub struct Counters {
    /// Looks at lists.
    pub looks: Counter,
    /// Of these, looks of which nothing was known any more.
    pub no_overlap: Counter,
    /// Of these, looks that failed.
    pub looks_failed: Counter,
    /// Items that lists named for the first time.
    pub new_items: Counter,
    /// Archived articles that were queued to be visited again.
    pub visits: Counter,
    /// Alarms that began.
    pub alarms_raised: Counter,
    /// Alarms that were over.
    pub alarms_cleared: Counter,
    /// Calls of the alarm command that failed or took too long.
    pub hook_failures: Counter,
    /// Configurations taken over.
    pub reloads: Counter,
    /// Configurations refused.
    pub reloads_refused: Counter,
    /// Pauses since the disk was full.
    pub disk_pauses: Counter,
    /// Times at which the pipeline did not move, and the watchdog was not fed.
    pub standstills: Counter,
}

/// What a person orders.
#[derive(Debug)]
pub enum Order {
    /// Read the configuration again; the answer says what came of it.
    Reload(oneshot::Sender<Result<String, String>>),
}

/// What a site's task is doing.
#[derive(Debug, Clone)]
pub struct Doing {
    /// One word: `working`, `idle`, `paused`, `quiet`, `back-off`, `stopped`.
    pub word: &'static str,
    /// Why, where that is not plain.
    pub why: Option<String>,
    /// Until when it sleeps.
    pub until: Option<Timestamp>,
    /// The same as the machine counts.
    pub wakes: Option<Instant>,
    /// The round under way.
    pub round: Option<Arc<SiteRun>>,
}

/// One site as others see it.
#[derive(Debug)]
pub struct Desk {
    /// The site's id.
    pub site: String,
    /// Rung when there is something new to do, or no longer to do.
    pub wake: Notify,
    /// Backfills, in order.
    pub errands: Mutex<VecDeque<Arc<Errand>>>,
    /// Looks that somebody waits for, with the lists that are yet to be looked at.
    pub looks: Mutex<Vec<(Arc<Errand>, BTreeSet<String>)>>,
    doing: Mutex<Doing>,
    day: Mutex<Option<(Date, Tally)>>,
}

impl Desk {
    fn new(site: &str) -> Self {
        let doing = Doing { word: "stopped", why: None, until: None, wakes: None, round: None };
        Self {
            site: site.to_owned(),
            wake: Notify::new(),
            errands: Mutex::default(),
            looks: Mutex::default(),
            doing: Mutex::new(doing),
            day: Mutex::default(),
        }
    }

    /// What is being done.
    pub fn doing(&self) -> Doing {
        locked(&self.doing).clone()
    }

    /// Says what is being done.
    pub fn set_doing(&self, doing: Doing) {
        *locked(&self.doing) = doing;
    }

    /// The backfill that comes first; those that nobody wants any more are dropped.
    pub fn errand(&self) -> Option<Arc<Errand>> {
        locked(&self.errands).front().cloned()
    }

    /// Adds what a round did to what the day's rounds did before; gives the sum.
    pub fn add(&self, today: Date, tally: &Tally) -> Tally {
        let mut day = locked(&self.day);
        let sum = match day.take() {
            Some((date, mut sum)) if date == today => {
                sum.add(tally);
                sum
            }
            _ => tally.clone(),
        };
        *day = Some((today, sum.clone()));
        sum
    }

    /// Takes a job off.
    pub fn done_with(&self, id: u64) {
        locked(&self.errands).retain(|errand| errand.id != id);
    }
}

/// Locks; no call panics while it holds one of these.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The daemon as all its tasks know it.
pub struct Hub {
    /// Archive root.
    pub root: PathBuf,
    /// The ledger.
    pub ledger: Arc<dyn Ledger>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Counts since the start.
    pub counters: Counters,
    /// What its runs count and time.
    pub meters: Arc<Meters>,
    /// What was last read out of the ledger for those who ask for figures.
    pub glance: figures::Kept,
    /// When it started.
    pub started: Timestamp,
    /// To the alarm command.
    pub alarms: mpsc::Sender<AlarmNote>,
    /// To the daemon itself.
    pub orders: mpsc::Sender<Order>,
    config: Mutex<Arc<Config>>,
    phase: Mutex<Phase>,
    run: Mutex<Option<Arc<Run>>>,
    desks: Mutex<BTreeMap<String, Arc<Desk>>>,
    numbers: AtomicU64,
    places: AtomicUsize,
    beat: Mutex<Instant>,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hub({})", self.root.display())
    }
}

impl Hub {
    /// A daemon that has not begun yet.
    pub fn new(
        config: Arc<Config>,
        ledger: Arc<dyn Ledger>,
        clock: Arc<dyn Clock>,
        alarms: mpsc::Sender<AlarmNote>,
        orders: mpsc::Sender<Order>,
    ) -> Self {
        let started = clock.now();
        Self {
            root: config.root.clone(),
            ledger,
            counters: Counters::default(),
            meters: Arc::default(),
            glance: figures::Kept::default(),
            started,
            alarms,
            orders,
            config: Mutex::new(config),
            phase: Mutex::new(Phase::Starting),
            run: Mutex::default(),
            desks: Mutex::default(),
            // Jobs of an earlier daemon keep their numbers, which are older moments.
            numbers: AtomicU64::new(u64::try_from(started.as_millisecond()).unwrap_or(0)),
            places: AtomicUsize::new(0),
            beat: Mutex::new(Instant::now()),
            clock,
        }
    }

    /// A place in the row of lists that are looked at for the first time.
    pub fn place(&self) -> usize {
        self.places.fetch_add(1, Ordering::Relaxed)
    }

    /// The configuration in force.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&locked(&self.config))
    }

    /// Puts a configuration in force.
    pub fn set_config(&self, config: Arc<Config>) {
        if self.config().lasting.metrics != config.lasting.metrics {
            tracing::warn!("[daemon] metrics holds from the next start of the daemon");
        }
        *locked(&self.config) = config;
    }

    /// What it is about.
    pub fn phase(&self) -> Phase {
        *locked(&self.phase)
    }

    /// Says what it is about.
    pub fn set_phase(&self, phase: Phase) {
        *locked(&self.phase) = phase;
    }

    /// The run under way.
    pub fn run(&self) -> Option<Arc<Run>> {
        locked(&self.run).clone()
    }

    /// Says which run is under way.
    pub fn set_run(&self, run: Option<Arc<Run>>) {
        *locked(&self.run) = run;
    }

    /// Notes that the pipeline moves, or has nothing to do.
    pub fn beat(&self) {
        *locked(&self.beat) = Instant::now();
    }

    /// How long ago that was last so.
    pub fn since_beat(&self) -> Duration {
        locked(&self.beat).elapsed()
    }

    /// A new job's number.
    pub fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// A site's desk.
    pub fn desk(&self, site: &str) -> Arc<Desk> {
        let mut desks = locked(&self.desks);
        Arc::clone(desks.entry(site.to_owned()).or_insert_with(|| Arc::new(Desk::new(site))))
    }

    /// All desks.
    pub fn desks(&self) -> Vec<Arc<Desk>> {
        locked(&self.desks).values().cloned().collect()
    }

    /// Takes the desk of a site away that is no longer configured.
    pub fn clear(&self, site: &str) {
        locked(&self.desks).remove(site);
    }

    /// Pauses a site, or all of them, or lets them go on.
    pub fn pause(&self, site: Option<&str>, pause: bool) -> Result<(), LedgerError> {
        super::rows::set_paused(&*self.ledger, site, pause)?;
        for desk in self.desks() {
            if site.is_none_or(|site| desk.site == site) {
                desk.wake.notify_one();
            }
        }
        Ok(())
    }

    /// Has lists looked at as soon as may be.
    pub fn look_now(&self, site: &str, lists: &BTreeSet<String>) -> Result<(), LedgerError> {
        for list in lists {
            if let Some(mut row) = ListRow::of(&*self.ledger, site, list)? {
                row.rhythm.next_ms = row.rhythm.next_ms.min(self.clock.now().as_millisecond());
                row.put(&*self.ledger, site, list)?;
            }
        }
        Ok(())
    }

    /// Whether a site is paused.
    pub fn is_paused(&self, site: &str) -> Result<bool, LedgerError> {
        Ok(all_paused(&*self.ledger)? || SiteRow::of(&*self.ledger, site)?.paused)
    }

    /// What has come to a standstill; `None` while work goes on, or while there is none.
    pub fn stalled(&self, now: Instant) -> Option<String> {
        let run = self.run()?;
        let most_request = self.config().limits.exchange + OVERSLEPT;
        if let Some(what) = run.pulse.stalled(now, STANDSTILL, most_request) {
            return Some(what.to_owned());
        }
        let overslept = |desk: &Arc<Desk>| desk.doing().wakes.is_some_and(|at| now > at + OVERSLEPT);
        self.desks().iter().find(|desk| overslept(desk)).map(|desk| format!("the schedule of {}", desk.site))
    }
}
