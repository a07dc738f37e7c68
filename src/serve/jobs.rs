//! Long work that is asked for now and fetched later: one at a time, a few waiting, results kept for a day.
//!
//! Results are files in the cache folder. They are handed out only while takedowns hide what they hid when they were made.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::error::ServeError;
use super::files::Gift;
use super::shown::Shown;
use super::sums::{self, Checksums};
use crate::access::Access;
use crate::model::{Clock as _, SystemClock};

/// Jobs that wait or run.
const MOST_WAITING: usize = 8;
/// Jobs that are remembered, with their results.
const MOST_KEPT: usize = 32;
/// Results are kept this long.
const KEPT_FOR: Duration = Duration::from_hours(24);
/// Room that a result must leave on the disk.
const SPARE_BYTES: u64 = 1 << 30;
/// Written at once.
const WRITE_BYTES: usize = 256 << 10;

/// How far a job is.
#[derive(Debug, Clone)]
pub enum State {
    /// Others are before it.
    Queued,
    /// Its turn.
    Running,
    /// There is a result.
    Complete {
        /// Since when.
        at: Timestamp,
        /// Bytes of the result.
        size: u64,
        /// Of the result.
        sums: Checksums,
    },
    /// There is none.
    Failed {
        /// Since when.
        at: Timestamp,
        /// Why, for the client.
        why: String,
    },
}

/// A job.
#[derive(Debug)]
pub struct Job {
    /// Names it; cannot be guessed.
    pub token: String,
    /// What is done, in the words of the API.
    pub function: &'static str,
    /// With what.
    pub query: String,
    /// When it was asked for.
    pub submitted: Timestamp,
    /// Name of the result, without directories.
    pub file_name: String,
    /// Media type of the result.
    pub kind: &'static str,
    /// About how many bytes it will have.
    pub expected: u64,
    written: AtomicU64,
    state: Mutex<State>,
    shown: Arc<Shown>,
    access: Access,
}

/// What to do.
pub struct Order {
    /// See [`Job::function`].
    pub function: &'static str,
    /// See [`Job::query`].
    pub query: String,
    /// Ending of the result's name, with its dot.
    pub ending: &'static str,
    /// See [`Job::kind`].
    pub kind: &'static str,
    /// See [`Job::expected`].
    pub expected: u64,
    /// What was hidden when the work was cut out.
    pub shown: Arc<Shown>,
    /// What the one who asks may see: no more of it is in the result.
    pub access: Access,
}

/// All jobs.
#[derive(Debug)]
pub struct Jobs {
    folder: Option<PathBuf>,
    list: Mutex<VecDeque<Arc<Job>>>,
    turn: Arc<Semaphore>,
}

impl Jobs {
    /// No jobs yet; results that an earlier run left are removed, since nobody has their tokens.
    pub fn open(cache: Option<&Path>) -> Self {
        let folder = cache.map(|cache| cache.join("jobs"));
        for entry in folder.iter().flat_map(fs::read_dir).flatten().flatten() {
            let _ = fs::remove_file(entry.path());
        }
        Self { folder, list: Mutex::default(), turn: Arc::new(Semaphore::new(1)) }
    }

    /// Takes an order; `work` runs when its turn comes.
    pub fn submit(
        self: &Arc<Self>,
        order: Order,
        work: impl FnOnce(&mut Output<'_>) -> Result<(), ServeError> + Send + 'static,
    ) -> Result<Arc<Job>, ServeError> {
        let Some(folder) = self.folder.clone() else {
            return Err(ServeError::busy("no folder for results: start the server with --cache DIR"));
        };
        fs::create_dir_all(&folder)
            .map_err(|source| ServeError::Read { path: "the cache folder".to_owned(), source })?;
        let room = rustix::fs::statvfs(&folder).map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        if order.expected.saturating_add(SPARE_BYTES) > room {
            return Err(ServeError::busy("the cache folder has no room for that; ask for less, or later"));
        }
        let token = Uuid::new_v4().simple().to_string();
        let job = Arc::new(Job {
            file_name: format!("{token}{}", order.ending),
            token,
            function: order.function,
            query: order.query,
            submitted: SystemClock.now(),
            kind: order.kind,
            expected: order.expected,
            written: AtomicU64::new(0),
            state: Mutex::new(State::Queued),
            shown: order.shown,
            access: order.access,
        });
        self.enlist(&folder, &job)?;
        let (jobs, mine) = (Arc::clone(self), Arc::clone(&job));
        tokio::spawn(async move {
            let Ok(_turn) = Arc::clone(&jobs.turn).acquire_owned().await else { return };
            let path = folder.join(&mine.file_name);
            let _ = tokio::task::spawn_blocking(move || mine.run(&path, work)).await;
        });
        Ok(job)
    }

    /// The job of that token, if all that is in its result may be seen.
    pub fn get(&self, token: &str, access: &Access) -> Option<Arc<Job>> {
        self.all().iter().find(|job| job.token == token && access.covers(&job.access)).cloned()
    }

    /// All jobs whose results may be seen, the latest first.
    pub fn list(&self, access: &Access) -> Vec<Arc<Job>> {
        self.all().iter().rev().filter(|job| access.covers(&job.access)).cloned().collect()
    }

    /// The result of that name, as long as nothing of it was hidden since.
    pub fn gift(&self, file_name: &str, shown: &Shown, access: &Access) -> Option<Gift> {
        let mine = |job: &&Arc<Job>| job.file_name == file_name && access.covers(&job.access);
        let job = self.all().iter().find(mine).cloned()?;
        let State::Complete { sums, .. } = job.state() else { return None };
        if !job.shown.hidden().hides_same(shown.hidden()) {
            return None;
        }
        let path = self.folder.as_ref()?.join(&job.file_name);
        Some(Gift { name: job.file_name.clone(), path, kind: job.kind, digest: sums.digest() })
    }

    fn enlist(&self, folder: &Path, job: &Arc<Job>) -> Result<(), ServeError> {
        let mut list = self.all();
        if list.iter().filter(|job| job.unfinished()).count() >= MOST_WAITING {
            return Err(ServeError::busy("too many jobs wait already; ask again when one has ended"));
        }
        let old = |job: &Job| job.submitted.duration_until(SystemClock.now()).unsigned_abs() > KEPT_FOR;
        while let Some(place) = list.iter().position(|job| !job.unfinished())
            && (list.len() >= MOST_KEPT || old(&list[place]))
        {
            if let Some(gone) = list.remove(place) {
                let _ = fs::remove_file(folder.join(&gone.file_name));
            }
        }
        list.push_back(Arc::clone(job));
        Ok(())
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<Arc<Job>>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    /// How far it is.
    pub fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Bytes written so far.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    fn unfinished(&self) -> bool {
        matches!(self.state(), State::Queued | State::Running)
    }

    fn set(&self, state: State) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    fn run(&self, path: &Path, work: impl FnOnce(&mut Output<'_>) -> Result<(), ServeError>) {
        self.set(State::Running);
        let failed = |source| ServeError::Read { path: self.file_name.clone(), source };
        let done: Result<_, ServeError> = (|| {
            let file = File::create(path).map_err(failed)?;
            let mut out = Output { out: BufWriter::with_capacity(WRITE_BYTES, file), written: &self.written };
            work(&mut out)?;
            out.flush().map_err(failed)?;
            let size = fs::metadata(path).map_err(failed)?.len();
            Ok((size, sums::compute(path).map_err(failed)?))
        })();
        let at = SystemClock.now();
        self.set(match done {
            Ok((size, sums)) => State::Complete { at, size, sums },
            Err(error) => {
                tracing::error!(%error, token = self.token, "a job failed");
                let _ = fs::remove_file(path);
                let why = if error.status().is_server_error() {
                    "the server's log says why".to_owned()
                } else {
                    error.to_string()
                };
                State::Failed { at, why }
            }
        });
    }
}

/// Where a job writes, counted.
#[derive(Debug)]
pub struct Output<'a> {
    out: BufWriter<File>,
    written: &'a AtomicU64,
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes)?;
        self.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Seek for Output<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.out.seek(to)
    }
}
