//! The archive as the server sees it: looked at anew when what is known of it has grown old.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use super::captures::{Search, Tails};
use super::error::ServeError;
use super::holdings::{Holdings, WarcFile};
use super::jobs::Jobs;
use super::manifests::Manifests;
use super::metrics::Metrics;
use super::reading::Reading;
use super::shown::{Curtain, Shown};
use super::sums::Sums;
use crate::access::Access;

/// How long a scan is relied on.
const FRESH_FOR: Duration = Duration::from_secs(2);

/// Answers that a thread of their own makes, at a time. Each may wait for a slow client.
const STREAMS: usize = 64;
/// Selections that are made at a time; each reads all indexes and keeps places of what it finds.
const SELECTING: usize = 2;
/// How often new files are looked for whose checksums are to be computed.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// How long a selection waits for its turn.
const TURN: Duration = Duration::from_secs(30);

/// What the one who starts the server decides.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where checksums and results of jobs are kept; nowhere, and only while it runs, if `None`.
    pub cache: Option<PathBuf>,
    /// Under which address clients reach the server, where that is not the one that they name.
    pub public_url: Option<Url>,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whether it speaks TLS itself.
    pub secured: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache: None, public_url: None, listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), secured: false }
    }
}

/// One archive root, shared by all requests.
#[derive(Debug)]
pub struct Library {
    root: PathBuf,
    options: Options,
    scanned: Mutex<Option<(Instant, Arc<Holdings>)>>,
    curtain: Curtain,
    pub(super) manifests: Manifests,
    pub(super) sums: Arc<Sums>,
    pub(super) tails: Tails,
    pub(super) jobs: Arc<Jobs>,
    pub(super) metrics: Metrics,
    streams: Arc<Semaphore>,
    selecting: Arc<Semaphore>,
    pub(super) reading: Reading,
}

impl Library {
    /// The archive at `root`; nothing is read yet but what the cache knows of it.
    pub fn new(root: PathBuf, options: Options) -> Self {
        Self {
            root,
            scanned: Mutex::default(),
            curtain: Curtain::default(),
            manifests: Manifests::default(),
            sums: Arc::new(Sums::open(options.cache.as_deref())),
            tails: Tails::default(),
            jobs: Arc::new(Jobs::open(options.cache.as_deref())),
            metrics: Metrics::default(),
            streams: Arc::new(Semaphore::new(STREAMS)),
            selecting: Arc::new(Semaphore::new(SELECTING)),
            reading: Reading::default(),
            options,
        }
    }

    /// With what pages and search need.
    #[must_use]
    pub fn with_reading(mut self, reading: Reading) -> Self {
        self.reading = reading;
        self
    }

    /// Where it lies.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The address that was configured for clients.
    pub fn public_url(&self) -> Option<&Url> {
        self.options.public_url.as_ref()
    }

    /// `http`, or `https` where the server speaks TLS itself.
    pub fn scheme(&self) -> &'static str {
        if self.options.secured { "https" } else { "http" }
    }

    /// Where the server listens.
    pub fn listens_on(&self) -> SocketAddr {
        self.options.listen
    }

    /// Its WARC files, as of two seconds ago at most.
    pub async fn holdings(self: &Arc<Self>) -> Result<Arc<Holdings>, ServeError> {
        if let Some((at, holdings)) = &*self.scanned()
            && at.elapsed() < FRESH_FOR
        {
            return Ok(Arc::clone(holdings));
        }
        let library = Arc::clone(self);
        let scanned = tokio::task::spawn_blocking(move || Holdings::scan(&library.root)).await;
        let scanned = scanned.map_err(|_| ServeError::Worker)?;
        let scanned = scanned.map_err(|source| ServeError::Read { path: "warc".to_owned(), source })?;
        let scanned = Arc::new(scanned);
        *self.scanned() = Some((Instant::now(), Arc::clone(&scanned)));
        Ok(scanned)
    }

    /// What is hidden now, on a thread that may block.
    pub async fn shown(self: &Arc<Self>) -> Result<Arc<Shown>, ServeError> {
        self.blocking(|library| library.shown_here()).await
    }

    /// [`Self::shown`], where blocking is allowed.
    pub fn shown_here(&self) -> Result<Arc<Shown>, ServeError> {
        self.curtain.look(&self.root)
    }

    /// The sealed files that may go out as they are.
    pub async fn given_away(self: &Arc<Self>) -> Result<Vec<WarcFile>, ServeError> {
        let holdings = self.holdings().await?;
        self.blocking(move |library| {
            let shown = library.shown_here()?;
            let mut out = Vec::new();
            for file in holdings.files().iter().filter(|file| !file.open) {
                if !shown.withholds(&library.root, file)? {
                    out.push(file.clone());
                }
            }
            Ok(out)
        })
        .await
    }

    /// A search over files that were scanned, as far as they may be seen.
    pub fn search<'a>(&'a self, holdings: &'a Holdings, shown: &'a Shown, access: &'a Access) -> Search<'a> {
        Search { root: &self.root, files: holdings.files(), tails: &self.tails, hidden: shown.hidden(), access }
    }

    /// A place among the answers that a thread makes.
    pub fn stream_place(&self) -> Result<OwnedSemaphorePermit, ServeError> {
        let place = Arc::clone(&self.streams).try_acquire_owned();
        place.map_err(|_| ServeError::busy("too many answers are being made; ask again"))
    }

    /// A place among the selections that are made.
    pub async fn selecting_place(&self) -> Result<OwnedSemaphorePermit, ServeError> {
        let place = tokio::time::timeout(TURN, Arc::clone(&self.selecting).acquire_owned()).await;
        place.ok().and_then(Result::ok).ok_or(ServeError::busy("other selections are being made; ask again"))
    }

    /// Computes checksums that are missing, one file after the other, for as long as it is polled.
    pub async fn keep_sums(self: Arc<Self>) {
        loop {
            if let Ok(holdings) = self.holdings().await {
                for file in holdings.files().iter().filter(|file| !file.open) {
                    if let Err(error) = self.sums.of(file).await {
                        tracing::warn!(%error, "no checksums");
                    }
                }
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Does `work` on a thread that may block.
    pub async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Arc<Self>) -> Result<T, ServeError> + Send + 'static,
    ) -> Result<T, ServeError> {
        let library = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&library)).await.map_err(|_| ServeError::Worker)?
    }

    fn scanned(&self) -> MutexGuard<'_, Option<(Instant, Arc<Holdings>)>> {
        // invariant: no call panics while it holds the scan.
        self.scanned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
