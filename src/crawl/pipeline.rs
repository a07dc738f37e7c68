//! The wiring: runners (one a site) → workers (blocking) → committer (one) → ledger, each hand-over bounded.

use std::convert::Infallible;
use std::num::NonZeroU32;
use std::sync::atomic::AtomicI64;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use governor::{Quota, RateLimiter};
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::task::JoinSet;

use super::adopt::{Adopted, Adopter};
use super::commit::Committer;
use super::disk::DiskWatch;
use super::error::CrawlError;
use super::frontier::Frontier;
use super::mend::mend;
use super::open::{self, Opened};
use super::outcome::{self, Outcome};
use super::plan::{Planned, Want, plan};
use super::process::{Processed, process};
use super::recheck::{self, Recheck};
use super::recurring;
use super::run::{IN_FLIGHT, Run, SiteRun, Stop};
use super::runner::Runner;
use super::servers::Servers;
use super::shelf::{Shelf, ShelfSpec};
use super::task::Finished;
use crate::archive::warc::{Level, Rotation, WarcInfo};
use crate::config::{Config, Site};
use crate::fetch::{Fetcher, Guard, Identity};
use crate::ledger::Ledger;
use crate::model::{Clock, SystemClock};
use crate::politeness::Pace;

/// Workers that read pages and compress; more than this does not help, since one committer follows.
const MOST_WORKERS: usize = 8;

/// One crawl or backfill.
#[derive(Debug, Clone)]
pub struct Job {
    /// The sites.
    pub sites: Vec<Site>,
    /// What is wanted of them.
    pub want: Want,
    /// List pages per list.
    pub max_pages: Option<u32>,
    /// Articles asked for.
    pub max_articles: Option<u32>,
    /// Which archived articles are visited again, if any.
    pub recheck: Option<Recheck>,
}

/// A run under way, for those who watch it.
#[derive(Debug, Clone)]
pub struct View {
    /// The sites with their counters.
    pub sites: Vec<Arc<SiteRun>>,
    /// What a person should know about how it begins.
    pub notes: Vec<String>,
    /// What the start read back in.
    pub adopted: Adopted,
}

/// Runs a job to its end, or until `stop` says drain. A ledger that proves to be damaged on the way is set aside, and
/// the job begun anew: what was acknowledged is in the WARC files.
pub async fn run(
    config: &Config,
    job: &Job,
    stop: watch::Receiver<Stop>,
    mut begun: impl FnMut(View),
) -> Result<Outcome, CrawlError> {
    let started = Instant::now();
    match attempt(config, job, &stop, &mut begun, started).await {
        Err(CrawlError::Ledger(error)) if error.is_damage() => {
            open::set_aside(&config.root, &error.to_string())?;
            attempt(config, job, &stop, &mut begun, started).await
        }
        other => other,
    }
}

async fn attempt(
    config: &Config,
    job: &Job,
    stop: &watch::Receiver<Stop>,
    begun: &mut impl FnMut(View),
    started: Instant,
) -> Result<Outcome, CrawlError> {
    open::make(&config.root)?;
    let disk = DiskWatch::new(config.root.clone(), config.disk);
    if disk.is_low(started) {
        disk.verdict()?;
    }
    let Opened { ledger, unclean } = open::open(&config.root)?;
    let frontier = Frontier::open(Arc::clone(&ledger))?;
    let shelf_spec = shelf_spec(config);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let known = known_sites(config, job);
    let mended = mend(&config.root, clock.now())?;
    let shelf = Shelf::new(shelf_spec.clone());
    let adopter = Adopter::new(Arc::clone(&ledger), &frontier, shelf, &known, config.limits, clock.now());
    let adopted = adopter.whole(config.whole).go()?;
    let mut run = shared(config, ledger, frontier, clock, *stop.borrow());
    run.servers = Servers::new(Arc::clone(&run.ledger), Arc::clone(&run.clock), unclean);
    run.disk = disk;
    run.max_pages = job.max_pages;
    run.articles_left = AtomicI64::new(job.max_articles.map_or(-1, i64::from));
    let run = Arc::new(run);
    let mut sites = Vec::new();
    let mut notes = Vec::from_iter(mended);
    for site in &job.sites {
        let planned = plan(&*run.ledger, &run.frontier, site, job.want, run.clock.now())?;
        let Planned { walks, notes: more } = planned;
        notes.extend(more);
        if let Some(again) = job.recheck {
            notes.push(recheck::queue(&*run.ledger, &run.frontier, &site.id, again, run.clock.now())?);
        }
        let site = SiteRun::new(site.clone(), pace(config, site), walks)?;
        site.learn(recurring::row(&*run.ledger, site.id())?.account.learned());
        sites.push(Arc::new(site));
    }
    begun(View { sites: sites.clone(), notes, adopted });
    let flowed = tokio::select! {
        flowed = flow(&run, shelf_spec, |crew, hand_over| one_runner_a_site(&run, &sites, crew, hand_over)) => flowed,
        never = pass_on(stop.clone(), run.stopper.clone()) => match never {},
    };
    flowed?;
    open::close(&*run.ledger)?;
    let outcome = outcome::of(&run, &sites, adopted, started.elapsed());
    run.disk.verdict()?;
    outcome
}

/// What the sites of a run share, without bounds of the command line, after a clean end of the run before.
pub fn shared(config: &Config, ledger: Arc<dyn Ledger>, frontier: Frontier, clock: Arc<dyn Clock>, stop: Stop) -> Run {
    let (stopper, inner) = watch::channel(stop);
    Run {
        root: config.root.clone(),
        fetcher: fetcher(config, Arc::clone(&clock)),
        servers: Servers::new(Arc::clone(&ledger), Arc::clone(&clock), false),
        limits: config.limits,
        whole: config.whole,
        ceiling: NonZeroU32::new(config.ceiling.requests_per_second).map(|n| RateLimiter::direct(Quota::per_second(n))),
        concurrency: Semaphore::new(config.concurrency.max(1)),
        slots: Arc::new(Semaphore::new(IN_FLIGHT)),
        max_pages: None,
        articles_left: AtomicI64::new(-1),
        stop: inner,
        stopper,
        disk: DiskWatch::new(config.root.clone(), config.disk),
        pulse: Arc::default(),
        meters: Arc::default(),
        hurry: Notify::new(),
        ledger,
        frontier,
        clock,
    }
}

/// How fast a site may be asked.
pub fn pace(config: &Config, site: &Site) -> Pace {
    Pace {
        delay: config.delay_for(site),
        crawl_delay_cap: config.crawl_delay_cap,
        backoff_first: config.backoff.first,
        backoff_max: config.backoff.max,
    }
}

/// The sites whose pages recovery may meet: those asked for, and all others that are configured.
fn known_sites(config: &Config, job: &Job) -> Vec<Site> {
    let others = config.sites().iter().filter(|site| job.sites.iter().all(|asked| asked.id != site.id));
    job.sites.iter().chain(others).cloned().collect()
}

/// Hands the word of whoever started the run on to its stages.
async fn pass_on(mut from: watch::Receiver<Stop>, to: watch::Sender<Stop>) -> Infallible {
    while from.changed().await.is_ok() {
        let word = *from.borrow_and_update();
        to.send_replace(word);
    }
    std::future::pending().await
}

/// Runs all stages until the runners are done and everything they fetched is acknowledged.
///
/// `engage` puts those who ask into the crew; each has a sender of its own, and the stages end when the last is dropped.
pub async fn flow(
    run: &Arc<Run>,
    shelf: ShelfSpec,
    engage: impl FnOnce(&mut Crew, mpsc::Sender<Finished>),
) -> Result<(), CrawlError> {
    let (to_workers, for_workers) = mpsc::channel::<Finished>(IN_FLIGHT);
    let (to_committer, for_committer) = sync_channel::<Processed>(IN_FLIGHT);
    let level = shelf.level;
    let committer = Committer::new(Arc::clone(run), Shelf::new(shelf));
    let alarm = Arc::new(Notify::new());
    let committer = spawn("commit", &alarm, move || committer.go(&for_committer))?;
    let workers = workers(run, for_workers, &to_committer, level, &alarm)?;
    drop(to_committer);

    let mut runners = Crew::new();
    engage(&mut runners, to_workers);
    let (mut result, mut hurried) = (Ok(()), false);
    loop {
        let ended = tokio::select! {
            ended = runners.join_next() => ended,
            // A thread is gone before its time: nobody would wake the runners that wait for it.
            () = alarm.notified() => {
                runners.abort_all();
                continue;
            }
            () = run.hurry.notified() => {
                hurried = true;
                runners.abort_all();
                continue;
            }
        };
        let Some(ended) = ended else { break };
        if hurried && ended.as_ref().is_err_and(tokio::task::JoinError::is_cancelled) {
            continue;
        }
        result = result.and(ended.map_err(|_| CrawlError::Worker).and_then(|ended| ended));
        if result.is_err() {
            runners.abort_all();
        }
    }
    // The channels are closed now, so the threads end by themselves; joining them blocks, so not on this thread.
    let joined = tokio::task::spawn_blocking(move || {
        let worked = workers.into_iter().map(join).fold(Ok(()), Result::and);
        // The committer's error is the cause of the others'.
        join(committer).and(worked)
    });
    joined.await.map_err(|_| CrawlError::Worker)?.and(result)
}

/// Those who ask: one task a site.
pub type Crew = JoinSet<Result<(), CrawlError>>;

fn one_runner_a_site(run: &Arc<Run>, sites: &[Arc<SiteRun>], crew: &mut Crew, hand_over: mpsc::Sender<Finished>) {
    for site in sites {
        crew.spawn(Runner::new(Arc::clone(run), Arc::clone(site), hand_over.clone()).go());
    }
    drop(hand_over);
}

fn workers(
    run: &Arc<Run>,
    incoming: mpsc::Receiver<Finished>,
    outgoing: &SyncSender<Processed>,
    level: Level,
    alarm: &Arc<Notify>,
) -> Result<Vec<Thread>, CrawlError> {
    let count = thread::available_parallelism().map_or(2, usize::from).min(MOST_WORKERS);
    let incoming = Arc::new(Mutex::new(incoming));
    (0..count)
        .map(|_| {
            let (run, incoming, outgoing) = (Arc::clone(run), Arc::clone(&incoming), outgoing.clone());
            spawn("read", alarm, move || {
                loop {
                    let next = incoming.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
                    let Some(finished) = next else { return Ok(()) };
                    let processed = process(&run, finished, level)?;
                    outgoing.send(processed).map_err(|_| CrawlError::Worker)?;
                }
            })
        })
        .collect()
}

type Thread = JoinHandle<Result<(), CrawlError>>;

/// Rings when the thread that holds it ends, however it ends.
struct Ring(Arc<Notify>);

impl Drop for Ring {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

fn spawn(
    name: &str,
    alarm: &Arc<Notify>,
    work: impl FnOnce() -> Result<(), CrawlError> + Send + 'static,
) -> Result<Thread, CrawlError> {
    let ring = Ring(Arc::clone(alarm));
    let work = move || {
        let _ring = ring;
        work()
    };
    thread::Builder::new().name(name.to_owned()).spawn(work).map_err(|_| CrawlError::Worker)
}

fn join(thread: Thread) -> Result<(), CrawlError> {
    thread.join().map_err(|_| CrawlError::Worker)?
}

fn fetcher(config: &Config, clock: Arc<dyn Clock>) -> Fetcher {
    let from = config.contact.clone().filter(|contact| contact.contains('@') && !contact.contains("://"));
    let identity = Identity { user_agent: config.user_agent.clone(), from };
    Fetcher::new(Guard::new(config.allow_net.clone()), config.limits, identity, clock)
}

/// How files of this configuration are made.
pub fn shelf_spec(config: &Config) -> ShelfSpec {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    ShelfSpec {
        root: config.root.clone(),
        rotation: Rotation { max_bytes: config.warc.rotate_bytes, max_age: config.warc.rotate_age },
        level: Level::new(config.warc.level).unwrap_or_default(),
        info: WarcInfo {
            software: format!("luutru/{}", env!("CARGO_PKG_VERSION")),
            operator: config.operator.clone().unwrap_or_default(),
            contact: config.contact.clone().unwrap_or_default(),
            robots: "RFC 9309".to_owned(),
            user_agent: config.user_agent.clone(),
            hostname: host.clone(),
            config: Some(config.digest()),
            ..WarcInfo::default()
        },
        host,
    }
}
