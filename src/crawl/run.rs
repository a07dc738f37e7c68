//! What one run shares: the sites, their walks, the bounds, and the signal to stop.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use governor::DefaultDirectRateLimiter;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, Semaphore, watch};

use super::coverage::Coverage;
use super::disk::DiskWatch;
use super::error::CrawlError;
use super::frontier::Frontier;
use super::pulse::Pulse;
use super::readers::ArticleReaders;
use super::rows::WalkRow;
use super::servers::Servers;
use super::stats::Stats;
use crate::article::ArticleReader;
use crate::article::recurring::Learned;
use crate::config::{Site, Whole};
use crate::fetch::Fetcher;
use crate::ledger::Ledger;
use crate::model::{CanonicalUrl, Clock, Limits, PageRequest, Recent};
use crate::observe::Meters;
use crate::politeness::Pace;
use crate::portal::{self, ListReader};

/// Items between request and acknowledgement, over all sites: what memory a run needs.
pub const IN_FLIGHT: usize = 48;

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// Go on.
    Go,
    /// Ask for nothing more; finish what was asked for.
    Drain,
}

/// One walk of this run.
#[derive(Debug)]
pub struct Walk {
    /// Its id, unique in the site.
    pub id: String,
    /// Where it stands.
    pub row: WalkRow,
    /// Decides after each page.
    pub machine: portal::Walk,
    /// What was listed, and what became of it.
    pub coverage: Coverage,
    /// What the latest pages named.
    pub recent: Recent<CanonicalUrl>,
    /// A page of it is being fetched or read.
    pub in_flight: bool,
    /// Failures in a row of its next page.
    pub failures: u8,
    /// Why its next page is not asked for again in this run.
    pub given_up: Option<String>,
    /// Pages of it in this run, apart from `--max-pages`.
    pub most: Option<u32>,
    /// It stands behind the live lists of its site.
    pub patient: bool,
    /// What its pages named in this run.
    pub sighted: Sighted,
}

impl Walk {
    /// Whether its next page may be asked for now.
    pub fn is_open(&self, max_pages: Option<u32>) -> bool {
        let most = max_pages.into_iter().chain(self.most).min();
        let more = !self.in_flight && self.given_up.is_none() && self.row.next.is_some();
        more && most.is_none_or(|most| self.row.pages < most)
    }
}

/// Items that pages named, each once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighted {
    /// All of them.
    pub seen: u32,
    /// Of these, not known before.
    pub new: u32,
    /// Known before.
    pub held: u32,
}

/// One site in a run.
pub struct SiteRun {
    /// Its checked file, or what a bare address says.
    pub site: Site,
    /// How fast it may be asked.
    pub pace: Pace,
    readers: ArticleReaders,
    family: Mutex<Option<&'static str>>,
    learned: Mutex<Arc<Learned>>,
    /// Reads its lists, by list id.
    pub list_readers: HashMap<String, ListReader>,
    /// Progress.
    pub stats: Stats,
    /// Rung when work was added or finished.
    pub wake: Notify,
    /// Tasks handed over and not yet acknowledged.
    pub outstanding: AtomicUsize,
    walks: Mutex<Vec<Walk>>,
    stopped: Mutex<Option<Halt>>,
    leave: Notify,
    server: Mutex<Option<IpAddr>>,
}

/// Why a site was left before its work was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Halt {
    /// Nothing could be fetched: the network, or robots.txt.
    Unreachable(String),
    /// The address guard refused it.
    AddressRefused(String),
    /// The server asked for a long pause.
    Later(String),
    /// A bound of the command line.
    Capped(String),
}

impl Halt {
    /// The line for people.
    pub fn text(&self) -> &str {
        match self {
            Self::Unreachable(text) | Self::AddressRefused(text) | Self::Later(text) | Self::Capped(text) => text,
        }
    }
}

impl std::fmt::Debug for SiteRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SiteRun({})", self.site.id)
    }
}

impl SiteRun {
    /// A site with the walks it is to do.
    pub fn new(site: Site, pace: Pace, walks: Vec<Walk>) -> Result<Self, CrawlError> {
        let readers = ArticleReaders::new(&site)?;
        let mut list_readers = HashMap::new();
        for list in &site.lists {
            let reader =
                ListReader::new(list, &site).map_err(|source| CrawlError::Portal { site: site.id.clone(), source })?;
            list_readers.insert(list.id.clone(), reader);
        }
        Ok(Self {
            site,
            pace,
            readers,
            family: Mutex::default(),
            learned: Mutex::default(),
            list_readers,
            stats: Stats::default(),
            wake: Notify::new(),
            outstanding: AtomicUsize::new(0),
            walks: Mutex::new(walks),
            stopped: Mutex::default(),
            leave: Notify::new(),
            server: Mutex::default(),
        })
    }

    /// Reads its articles: as the site file says, or as its family is known to write them.
    pub fn article_reader(&self) -> &ArticleReader {
        self.readers.of(*self.family.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The section that a list's items belong to.
    pub fn section_of(&self, list: &str) -> Option<&str> {
        self.site.lists.iter().find(|spec| spec.id == list)?.section.as_deref()
    }

    /// Notes the family that a list page shows.
    pub fn note_family(&self, family: &'static str) {
        *self.family.lock().unwrap_or_else(PoisonError::into_inner) = Some(family);
    }

    /// Its family: as told, or as recognised.
    pub fn family(&self) -> Option<String> {
        let seen = *self.family.lock().unwrap_or_else(PoisonError::into_inner);
        self.site.family.clone().or_else(|| seen.map(str::to_owned))
    }

    /// The blocks that its texts are without.
    pub fn learned(&self) -> Arc<Learned> {
        Arc::clone(&self.learned.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on its texts are without these blocks.
    pub fn learn(&self, learned: &Learned) {
        *self.learned.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(learned.clone());
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.site.id
    }

    /// The walks, locked.
    pub fn walks(&self) -> MutexGuard<'_, Vec<Walk>> {
        // invariant: no call panics while it holds the walks.
        self.walks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves the site; the first reason stays.
    pub fn halt(&self, why: Halt) {
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        stopped.get_or_insert(why);
        self.wake.notify_one();
        self.leave.notify_waiters();
    }

    /// Waits until it is left.
    pub async fn left(&self) {
        loop {
            let mut leave = pin!(self.leave.notified());
            leave.as_mut().enable();
            if self.halted().is_some() {
                return;
            }
            leave.await;
        }
    }

    /// Notes the address that it was asked at.
    pub fn note_server(&self, address: IpAddr) {
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }

    /// The address that it was asked at last.
    pub fn server(&self) -> Option<IpAddr> {
        *self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a page of a live list may be asked for while a backfill is under way.
    pub fn is_urgent(&self) -> bool {
        let walks = self.walks();
        walks.iter().any(|walk| walk.patient) && walks.iter().any(|walk| !walk.patient && walk.is_open(None))
    }

    /// Why it was left.
    pub fn halted(&self) -> Option<Halt> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The next list page that may be asked for, marked as under way.
    pub fn take_page(&self, max_pages: Option<u32>) -> Option<(String, String, PageRequest)> {
        let mut walks = self.walks();
        let walk = walks.iter_mut().find(|walk| walk.is_open(max_pages))?;
        walk.in_flight = true;
        Some((walk.id.clone(), walk.row.list.clone(), walk.row.next.clone()?))
    }
}

/// Everything a run shares.
pub struct Run {
    /// Archive root.
    pub root: PathBuf,
    /// The ledger.
    pub ledger: Arc<dyn Ledger>,
    /// The queues.
    pub frontier: Frontier,
    /// Makes exchanges.
    pub fetcher: Fetcher,
    /// Budgets of all servers.
    pub servers: Servers,
    /// Bounds.
    pub limits: Limits,
    /// What is archived beside pages.
    pub whole: Whole,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ceiling on requests over all servers.
    pub ceiling: Option<DefaultDirectRateLimiter>,
    /// Requests under way over all servers (`--concurrency`).
    pub concurrency: Semaphore,
    /// Items between request and acknowledgement.
    pub slots: Arc<Semaphore>,
    /// List pages per list (`--max-pages`).
    pub max_pages: Option<u32>,
    /// Articles that may still be asked for (`--max-articles`); negative without a bound.
    pub articles_left: AtomicI64,
    /// Go or drain.
    pub stop: watch::Receiver<Stop>,
    /// Says drain, from inside.
    pub stopper: watch::Sender<Stop>,
    /// Space left.
    pub disk: DiskWatch,
    /// Signs of life.
    pub pulse: Arc<Pulse>,
    /// What is counted and timed on the way.
    pub meters: Arc<Meters>,
    /// Rung when requests under way are no longer waited for.
    pub hurry: Notify,
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Run({})", self.root.display())
    }
}

impl Run {
    /// Whether to ask for nothing more.
    pub fn draining(&self) -> bool {
        *self.stop.borrow() == Stop::Drain
    }

    /// Takes up to `most` articles off the bound; gives how many may be asked for.
    pub fn take_articles(&self, most: usize) -> usize {
        let wanted = i64::try_from(most).unwrap_or(i64::MAX);
        let taken = self.articles_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            if left < 0 { None } else { Some(left - left.min(wanted)) }
        });
        taken.map_or(most, |before| usize::try_from(before.min(wanted)).unwrap_or(0))
    }

    /// Gives articles back that were taken and not asked for.
    pub fn return_articles(&self, unused: usize) {
        let unused = i64::try_from(unused).unwrap_or(0);
        let _ = self.articles_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            if left < 0 { None } else { Some(left + unused) }
        });
    }
}
