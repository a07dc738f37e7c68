//! The search index beside the server: kept up to date by one thread, asked by all requests.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::search::{Index, SearchError};

/// How often the logs are looked at.
const EVERY: Duration = Duration::from_secs(1);
/// How long an index that another process writes to, or that cannot be used, is left alone.
const AFTER_FAULT: Duration = Duration::from_secs(10);

/// What there is to search with.
#[derive(Debug, Clone, Default)]
pub enum State {
    /// It is being opened, or made.
    #[default]
    Opening,
    /// It can be asked; `behind` while articles are being added.
    Ready {
        /// The index.
        index: Box<Index>,
        /// Whether it is being brought up to date.
        behind: bool,
    },
    /// It cannot be used.
    Broken {
        /// Why, and the mend.
        why: String,
    },
}

/// Where searches go.
#[derive(Debug, Default)]
pub struct Desk {
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
}

impl Desk {
    /// Starts to keep the index of `root` in `dir`.
    pub fn open(root: PathBuf, dir: PathBuf) -> Self {
        let desk = Self::default();
        let (state, stop) = (Arc::clone(&desk.state), Arc::clone(&desk.stop));
        let kept = thread::Builder::new().name("search".to_owned()).spawn(move || keep(&root, &dir, &state, &stop));
        if let Err(error) = kept {
            *held(&desk.state) = State::Broken { why: error.to_string() };
        }
        desk
    }

    /// What there is now.
    pub fn state(&self) -> State {
        held(&self.state).clone()
    }

    /// The index proved to be damaged: it is opened anew, with a look at every byte.
    pub fn distrust(&self, error: &SearchError) {
        tracing::error!(%error, "the search index is opened anew");
        *held(&self.state) = State::Opening;
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn held(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // invariant: no call panics while it holds the state.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keep(root: &Path, dir: &Path, state: &Mutex<State>, stop: &AtomicBool) {
    let goes_on = || !stop.load(Ordering::Relaxed);
    while goes_on() {
        let pause = match turn(root, dir, state, &goes_on) {
            Ok(()) => EVERY,
            Err(error) => {
                let usable = matches!(*held(state), State::Ready { .. });
                let elsewhere = matches!(error, SearchError::Busy { .. } | SearchError::Directory { .. });
                // Where another process keeps the index up to date, what it commits is shown.
                if !(usable && elsewhere) {
                    tracing::error!(%error, "the search index cannot be kept");
                    *held(state) = State::Broken { why: error.to_string() };
                }
                AFTER_FAULT
            }
        };
        let mut left = pause;
        while goes_on() && !left.is_zero() {
            let step = left.min(Duration::from_millis(250));
            thread::sleep(step);
            left -= step;
        }
    }
}

fn turn(root: &Path, dir: &Path, state: &Mutex<State>, goes_on: &dyn Fn() -> bool) -> Result<(), SearchError> {
    let known = match &*held(state) {
        State::Ready { index, .. } => Some(index.as_ref().clone()),
        _ => None,
    };
    let index = match known {
        Some(index) => index,
        None => Index::open(dir, true)?,
    };
    index.reload()?;
    *held(state) = State::Ready { index: Box::new(index.clone()), behind: !index.is_current(root)? };
    index.update(root, goes_on)?;
    if let State::Ready { behind, .. } = &mut *held(state) {
        *behind = false;
    }
    Ok(())
}
