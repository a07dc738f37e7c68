//! The archive as the server sees it: looked at anew when what is known of it has grown old.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::error::ServeError;
use super::holdings::Holdings;
use super::reading::Reading;

/// How long a scan is relied on.
const FRESH_FOR: Duration = Duration::from_secs(2);

/// One archive root, shared by all requests.
#[derive(Debug)]
pub struct Library {
    root: PathBuf,
    scanned: Mutex<Option<(Instant, Arc<Holdings>)>>,
    pub(super) reading: Reading,
}

impl Library {
    /// The archive at `root`; nothing is read yet.
    pub fn new(root: PathBuf) -> Self {
        Self { root, scanned: Mutex::default(), reading: Reading::default() }
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

    fn scanned(&self) -> MutexGuard<'_, Option<(Instant, Arc<Holdings>)>> {
        // invariant: no call panics while it holds the scan.
        self.scanned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
