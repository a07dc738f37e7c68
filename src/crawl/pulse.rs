//! Signs of life of a run: from its stages themselves, never from a clock that ticks beside them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What the stages of a run say of themselves.
#[derive(Debug)]
pub struct Pulse {
    inner: Mutex<Inner>,
    numbers: AtomicU64,
}

#[derive(Debug)]
struct Inner {
    // The committer waited for work, or finished some.
    committer: Instant,
    // Tasks between a runner and their acknowledgement, and when one last came or went.
    handed: usize,
    moved: Instant,
    // When requests under way began.
    requests: HashMap<u64, Instant>,
}

impl Default for Pulse {
    fn default() -> Self {
        let now = Instant::now();
        let inner = Inner { committer: now, handed: 0, moved: now, requests: HashMap::new() };
        Self { inner: Mutex::new(inner), numbers: AtomicU64::new(0) }
    }
}

/// A task that was handed over; its drop says that it is done with.
#[derive(Debug)]
pub struct Handed(Arc<Pulse>);

impl Drop for Handed {
    fn drop(&mut self) {
        let mut inner = self.0.inner();
        inner.handed = inner.handed.saturating_sub(1);
        inner.moved = Instant::now();
    }
}

/// A request under way; its drop says that it is over.
#[derive(Debug)]
pub struct UnderWay(Arc<Pulse>, u64);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.inner().requests.remove(&self.1);
    }
}

impl Pulse {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The committer is there.
    pub fn committer(&self) {
        self.inner().committer = Instant::now();
    }

    /// A task goes to the workers.
    pub fn hand_over(self: &Arc<Self>) -> Handed {
        let mut inner = self.inner();
        inner.handed += 1;
        inner.moved = Instant::now();
        Handed(Arc::clone(self))
    }

    /// A request begins.
    pub fn request(self: &Arc<Self>) -> UnderWay {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        self.inner().requests.insert(number, Instant::now());
        UnderWay(Arc::clone(self), number)
    }

    /// Requests under way.
    pub fn requests(&self) -> usize {
        self.inner().requests.len()
    }

    /// What has not moved for longer than `most`, a request for longer than `most_request`; `None` when all is well: work
    /// goes on, or there is none.
    pub fn stalled(&self, now: Instant, most: Duration, most_request: Duration) -> Option<&'static str> {
        let inner = self.inner();
        let old = |at: Instant, most| now.saturating_duration_since(at) > most;
        if old(inner.committer, most) {
            return Some("the committer");
        }
        if inner.handed > 0 && old(inner.moved, most) {
            return Some("the readers of pages");
        }
        inner.requests.values().any(|at| old(*at, most_request)).then_some("a request")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idleness_is_life_and_standing_still_is_not() {
        const MOST: Duration = Duration::from_secs(30);
        let pulse = Arc::new(Pulse::default());
        let soon = Instant::now() + MOST / 2;
        let late = Instant::now() + 3 * MOST;
        assert_eq!(pulse.stalled(soon, MOST, MOST), None);
        assert_eq!(pulse.stalled(late, MOST, MOST), Some("the committer"));
        pulse.inner().committer = late;
        assert_eq!(pulse.stalled(late, MOST, MOST), None, "nothing to do is no standstill");
        let handed = pulse.hand_over();
        assert_eq!(pulse.stalled(late, MOST, MOST), Some("the readers of pages"));
        drop(handed);
        let request = pulse.request();
        assert_eq!(pulse.stalled(late, MOST, 4 * MOST), None);
        assert_eq!(pulse.stalled(late, MOST, MOST), Some("a request"));
        drop(request);
        assert_eq!(pulse.stalled(late, MOST, MOST), None);
    }
}
