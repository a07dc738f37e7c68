//! `luutru run`: the runners, workers and committer of a crawl, kept alive for weeks.
//!
//! Design. A *generation* is a run as `pipeline` wires it, under one configuration, with a [`keeper`] for each site where a
//! crawl has a runner. A keeper sleeps until a list, an archived article or a backfill is due, works a *round* (the runner
//! of a crawl, until nothing is left), and writes down what it found: the look in the list's history, from which
//! `schedule` gives the next one; alarms; the day's report. A list that comes due while a backfill is under way joins the
//! round in front of it.
//!
//! Whatever makes the daemon stop asking ends the generation the same way, by the drain that Ctrl-C gives a crawl: files
//! are sealed, and nothing is half done. Then the daemon ends (SIGTERM), begins the next generation with a new
//! configuration (SIGHUP: new WARC files say which configuration they were made under), or waits for room on the disk and
//! begins again. There is no second way to stop, and none to change a part of a running pipeline.
//!
//! All state is in the ledger: histories and alarms of lists (`l/`), pauses and back-off of sites (`o/`), servers (`h/`),
//! jobs that outlive the daemon (`e/`), the times of further visits (`d/`). In memory are the work in flight and one desk a
//! site. The ledger is a cache: when it is lost, lists are looked at anew, and pauses and jobs are forgotten.
//!
//! The watchdog is fed while the pipeline moves or has nothing to do: the committer says that it is there once a second,
//! tasks and requests say when they come and go, keepers until when they sleep. What stands still is not fed for.
//!
//! Refuses: to share the root. The ledger's lock makes the owner; the control socket belongs to it.

mod account;
pub mod captured;
mod errand;
pub mod figures;
mod full;
mod hook;
mod hub;
mod keeper;
mod round;
mod rows;
pub mod status;
pub mod why;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, watch};

pub use full::outlast;

pub use errand::{Ask, Errand, Standing, What};
pub use hub::{Counters, Desk, Hub, Order, Phase, locked};
pub use rows::{FixityRow, set_paused};

use super::adopt::Adopter;
use super::disk::DiskWatch;
use super::error::CrawlError;
use super::frontier::{Ages, Frontier};
use super::mend::mend;
use super::open::{self, Opened};
use super::pipeline::{self, Crew, pace, shared, shelf_spec};
use super::run::{Run, Stop};
use super::servers::Servers;
use super::shelf::Shelf;
use super::task::Finished;
use crate::config::Config;
use crate::model::{Clock, SystemClock};
use crate::observe::Notify;
use hook::AlarmNote;
use keeper::Keeper;

/// Requests under way are waited for so long when the daemon ends; with sealing, it is gone within half a minute.
const GRACE: Duration = Duration::from_secs(20);
/// How often a full disk is looked at, and the service manager told how things stand.
const LOOK: Duration = Duration::from_secs(1);
/// Orders that wait.
const ORDERS: usize = 8;

/// What the daemon hears from outside.
pub struct Ears<'a> {
    /// Drain means end.
    pub stop: watch::Receiver<Stop>,
    /// Rung for each SIGHUP.
    pub hangup: mpsc::Receiver<()>,
    /// Reads the configuration again: a good one, or what is wrong with it.
    pub load: &'a dyn Fn() -> Result<Config, String>,
}

impl std::fmt::Debug for Ears<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ears")
    }
}

/// Why a generation ended.
enum End {
    Stop,
    Reload(Arc<Config>, Option<oneshot::Sender<Result<String, String>>>),
    DiskLow,
}

/// Owns the root until it is told to stop. `begun` is called as soon as the root is owned, to open the control socket.
pub async fn live<T>(
    config: Config,
    ears: &mut Ears<'_>,
    begun: impl FnOnce(&Arc<Hub>) -> Result<T, CrawlError>,
) -> Result<(), CrawlError> {
    let notifier = Arc::new(Notify::from_env());
    open::make(&config.root)?;
    let Opened { ledger, unclean } = open::open(&config.root)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (alarms, notes) = mpsc::channel::<AlarmNote>(hook::WAITING);
    let (orders, mut ordered) = mpsc::channel(ORDERS);
    let hub = Arc::new(Hub::new(Arc::new(config), ledger, clock, alarms, orders));
    let _open = begun(&hub)?;
    notifier.status("reading back in what the last run left");
    // On a full disk recovery could not write; it waits for room like everything else.
    let mut generation = Generation { hub: Arc::clone(&hub), notifier: Arc::clone(&notifier), unclean };
    let mut beside = tokio::task::JoinSet::new();
    beside.spawn(hook::call(Arc::clone(&hub), notes));
    beside.spawn(watch_over(Arc::clone(&hub), Arc::clone(&notifier)));
    let mut recovered = false;
    let result = loop {
        match generation.turn(ears, &mut ordered, &mut recovered).await {
            Ok(End::Stop) => break Ok(()),
            Ok(End::DiskLow) => {}
            Ok(End::Reload(config, reply)) => {
                take_over(&hub, &config);
                hub.counters.reloads.add(1);
                tracing::info!("the new configuration is in force");
                if let Some(reply) = reply {
                    let _ = reply.send(Ok("the new configuration is in force".to_owned()));
                }
            }
            Err(error) => break Err(error),
        }
    };
    notifier.stopping();
    hub.set_phase(Phase::Stopping);
    match result {
        Err(CrawlError::Ledger(error)) if error.is_damage() => {
            open::set_aside(&hub.root, &error.to_string())?;
            Err(error.into())
        }
        Ok(()) if !generation.unclean => open::close(&*hub.ledger).map_err(CrawlError::from),
        other => other,
    }
}

/// Puts a configuration in force: desks of sites that are gone are cleared, and those who wait there told.
fn take_over(hub: &Hub, config: &Arc<Config>) {
    for desk in hub.desks() {
        if config.site(&desk.site).is_none_or(|site| site.disabled.is_some()) {
            let gone = serde_json::json!({ "site": desk.site, "unreachable": "no longer configured" });
            let errands: Vec<Arc<Errand>> = locked(&desk.errands).drain(..).collect();
            let looks: Vec<_> = locked(&desk.looks).drain(..).map(|(errand, _)| errand).collect();
            for errand in errands.into_iter().chain(looks).filter(|errand| !errand.kept) {
                let _ = errand.end(&desk.site, &*hub.ledger, gone.clone());
            }
            hub.clear(&desk.site);
        }
    }
    hub.set_config(Arc::clone(config));
}

/// One run of the pipeline after the other.
struct Generation {
    hub: Arc<Hub>,
    notifier: Arc<Notify>,
    unclean: bool,
}

impl Generation {
    /// Waits for room, reads back in what is to be read, and runs until something ends it.
    async fn turn(
        &mut self,
        ears: &mut Ears<'_>,
        orders: &mut mpsc::Receiver<Order>,
        recovered: &mut bool,
    ) -> Result<End, CrawlError> {
        if let Some(end) = self.room(ears, orders, *recovered).await {
            return Ok(end);
        }
        let config = self.hub.config();
        if !*recovered {
            self.recover(&config)?;
            *recovered = true;
        }
        let frontier = Frontier::open(Arc::clone(&self.hub.ledger))?;
        let frontier = frontier.lasting(Ages(config.lasting.revisit_after.clone()));
        let mut run =
            shared(&config, Arc::clone(&self.hub.ledger), frontier, Arc::clone(&self.hub.clock), *ears.stop.borrow());
        let unclean = std::mem::take(&mut self.unclean);
        run.servers = Servers::new(Arc::clone(&run.ledger), Arc::clone(&run.clock), unclean);
        run.meters = Arc::clone(&self.hub.meters);
        let run = Arc::new(run);
        self.hub.set_run(Some(Arc::clone(&run)));
        self.hub.set_phase(Phase::Running);
        self.notifier.ready();
        let result = self.flow(&config, &run, ears, orders).await;
        self.hub.set_run(None);
        result
    }

    async fn flow(
        &mut self,
        config: &Arc<Config>,
        run: &Arc<Run>,
        ears: &mut Ears<'_>,
        orders: &mut mpsc::Receiver<Order>,
    ) -> Result<End, CrawlError> {
        for site in config.sites().iter().filter(|site| site.disabled.is_none()) {
            self.recall(&site.id)?;
        }
        let engage = |crew: &mut Crew, hand_over| engage(&self.hub, config, run, crew, &hand_over);
        let mut flow = std::pin::pin!(pipeline::flow(run, shelf_spec(config), engage));
        let mut end = None;
        let mut grace = std::pin::pin!(tokio::time::sleep(Duration::MAX));
        let mut hurried = false;
        let result = loop {
            tokio::select! {
                result = &mut flow => break result,
                () = &mut grace, if matches!(end, Some(End::Stop)) && !hurried => {
                    tracing::warn!("requests under way are given up; they are made again at the next start");
                    hurried = true;
                    run.hurry.notify_one();
                }
                event = hear(ears, orders), if !matches!(end, Some(End::Stop)) => match self.heed(event, ears) {
                    Some(End::Stop) => {
                        self.notifier.stopping();
                        self.hub.set_phase(Phase::Stopping);
                        grace.as_mut().reset(tokio::time::Instant::now() + GRACE);
                        end = Some(End::Stop);
                        run.stopper.send_replace(Stop::Drain);
                    }
                    Some(other) => {
                        self.hub.set_phase(Phase::Reloading);
                        end = Some(other);
                        run.stopper.send_replace(Stop::Drain);
                    }
                    None => {}
                },
            }
        };
        // What was asked for last, and when, is not on record.
        self.unclean = hurried;
        result.map(|()| end.unwrap_or(End::DiskLow))
    }

    /// Jobs that an earlier daemon left, once.
    fn recall(&self, site: &str) -> Result<(), CrawlError> {
        let desk = self.hub.desk(site);
        for errand in Errand::left(&*self.hub.ledger, site)? {
            let mut errands = locked(&desk.errands);
            if errands.iter().all(|known| known.id != errand.id) {
                errands.push_back(Arc::new(errand));
            }
        }
        Ok(())
    }

    fn recover(&self, config: &Config) -> Result<(), CrawlError> {
        let frontier = Frontier::open(Arc::clone(&self.hub.ledger))?;
        let frontier = frontier.lasting(Ages(config.lasting.revisit_after.clone()));
        let (shelf, now) = (Shelf::new(shelf_spec(config)), self.hub.clock.now());
        if let Some(done) = mend(&config.root, now)? {
            tracing::warn!("{done}");
        }
        let adopter = Adopter::new(Arc::clone(&self.hub.ledger), &frontier, shelf, config.sites(), config.limits, now);
        let adopted = adopter.whole(config.whole).go()?;
        if adopted.captures > 0 {
            tracing::warn!(
                captures = adopted.captures,
                articles = adopted.articles,
                "read back in what an earlier run left"
            );
        }
        Ok(())
    }

    /// Waits until there is room on the disk; `None` when there is.
    async fn room(&self, ears: &mut Ears<'_>, orders: &mut mpsc::Receiver<Order>, recovered: bool) -> Option<End> {
        let config = self.hub.config();
        if !DiskWatch::new(config.root.clone(), config.disk).is_low(Instant::now()) {
            return None;
        }
        self.hub.counters.disk_pauses.add(1);
        let marks = config.disk;
        tracing::warn!(
            low = marks.low_bytes,
            high = marks.high_bytes,
            "{}: the disk is nearly full: nothing is fetched until {} MB are free",
            config.root.display(),
            marks.high_bytes / 1_000_000
        );
        self.hub.set_phase(Phase::DiskLow);
        if !recovered {
            // The service has started: that it waits is in its status.
            self.notifier.ready();
        }
        while !DiskWatch::has_room(&config.root, config.disk) {
            let event = tokio::select! {
                event = hear(ears, orders) => event,
                () = tokio::time::sleep(LOOK) => continue,
            };
            if let Some(end) = self.heed(event, ears) {
                return Some(end);
            }
        }
        tracing::warn!("there is room again: fetching goes on");
        None
    }

    /// What an event means; a configuration that is wrong changes nothing.
    fn heed(&self, event: Event, ears: &Ears<'_>) -> Option<End> {
        let reply = match event {
            Event::Stop => return Some(End::Stop),
            Event::Reload(reply) => reply,
        };
        self.notifier.reloading();
        let loaded = (ears.load)().and_then(|new| {
            let old = &self.hub.config().root;
            let same = new.root == *old;
            let moved = || format!("the root cannot change while the daemon runs ({} is its own)", old.display());
            if same { Ok(new) } else { Err(moved()) }
        });
        match loaded {
            Ok(config) => Some(End::Reload(Arc::new(config), reply)),
            Err(why) => {
                self.hub.counters.reloads_refused.add(1);
                tracing::error!(cause = why, "the new configuration is refused, the old one stays in force: {why}");
                if let Some(reply) = reply {
                    let _ = reply.send(Err(why));
                }
                self.notifier.ready();
                None
            }
        }
    }
}

/// Puts a keeper for each site into the crew, and one that waits for the end, since there may be no site.
fn engage(hub: &Arc<Hub>, config: &Config, run: &Arc<Run>, crew: &mut Crew, hand_over: &mpsc::Sender<Finished>) {
    for site in config.sites().iter().filter(|site| site.disabled.is_none()) {
        let mut site = site.clone();
        site.add_asset_hosts(&config.asset_hosts);
        let keeper = Keeper {
            run: Arc::clone(run),
            hub: Arc::clone(hub),
            desk: hub.desk(&site.id),
            pace: pace(config, &site),
            site,
            hand_over: hand_over.clone(),
        };
        crew.spawn(keeper.go());
    }
    let mut stop = run.stop.clone();
    crew.spawn(async move {
        let _ = stop.wait_for(|stop| *stop == Stop::Drain).await;
        Ok(())
    });
}

enum Event {
    Stop,
    Reload(Option<oneshot::Sender<Result<String, String>>>),
}

async fn hear(ears: &mut Ears<'_>, orders: &mut mpsc::Receiver<Order>) -> Event {
    tokio::select! {
        _ = ears.stop.wait_for(|stop| *stop == Stop::Drain) => Event::Stop,
        Some(()) = ears.hangup.recv() => Event::Reload(None),
        Some(Order::Reload(reply)) = orders.recv() => Event::Reload(Some(reply)),
    }
}

/// Feeds the watchdog while the pipeline moves, and tells the service manager how things stand.
async fn watch_over(hub: Arc<Hub>, notifier: Arc<Notify>) {
    // Four times in its period, so that one late turn does no harm.
    let period = notifier.watchdog.map_or(LOOK * 10, |period| period / 4).clamp(LOOK / 10, LOOK * 10);
    let mut said = String::new();
    loop {
        look_over(&hub, &notifier, Instant::now(), &mut said);
        tokio::time::sleep(period).await;
    }
}

/// One look: the watchdog is fed unless something stands still, and the status told where it has changed.
fn look_over(hub: &Hub, notifier: &Notify, now: Instant, said: &mut String) {
    match hub.stalled(now) {
        None => {
            hub.beat();
            notifier.alive();
        }
        Some(what) => {
            hub.counters.standstills.add(1);
            tracing::error!(cause = what, "{what} has come to a standstill; the watchdog is not fed");
        }
    }
    let line = status::line(hub);
    if line != *said {
        notifier.status(&line);
        *said = line;
    }
}

#[cfg(test)]
mod tests;
