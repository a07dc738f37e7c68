//! Free space under the archive root: below the low mark nothing more is asked for.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::error::CrawlError;
use crate::config::DiskMarks;

/// How often the file system is asked.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Looks at the space left now and then.
#[derive(Debug)]
pub struct DiskWatch {
    root: PathBuf,
    low_bytes: u64,
    looked: Mutex<Option<Instant>>,
    // Free bytes when they were first found to be too few.
    low: OnceLock<u64>,
}

impl DiskWatch {
    /// Watches the file system that holds `root`.
    pub fn new(root: PathBuf, marks: DiskMarks) -> Self {
        Self { root, low_bytes: marks.low_bytes, looked: Mutex::default(), low: OnceLock::new() }
    }

    /// Whether space is, or was in this run, below the mark. The file system is asked once a second at most.
    pub fn is_low(&self, now: Instant) -> bool {
        if self.low.get().is_some() {
            return true;
        }
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.is_some_and(|at| now.duration_since(at) < LOOK_EVERY) {
            return false;
        }
        *looked = Some(now);
        // A file system that does not say how full it is will say so when a write fails.
        let free = free_bytes(&self.root).unwrap_or(u64::MAX);
        free < self.low_bytes && self.low.set(free).is_ok()
    }

    /// Whether so much is free that a pause may end.
    pub fn has_room(root: &Path, marks: DiskMarks) -> bool {
        free_bytes(root).unwrap_or(u64::MAX) >= marks.high_bytes.max(marks.low_bytes)
    }

    /// The error that a run ends with when space is low.
    pub fn verdict(&self) -> Result<(), CrawlError> {
        self.low.get().map_or(Ok(()), |free| {
            Err(CrawlError::DiskLow {
                root: self.root.display().to_string(),
                free_kb: free / 1_000,
                low_kb: self.low_bytes / 1_000,
            })
        })
    }
}

/// Bytes that an ordinary user may still write.
pub fn free_bytes(root: &Path) -> std::io::Result<u64> {
    let found = rustix::fs::statvfs(root)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_decides() {
        let dir = tempfile::tempdir().unwrap();
        let watch = |low_bytes| DiskWatch::new(dir.path().to_owned(), DiskMarks { low_bytes, high_bytes: low_bytes });
        let now = Instant::now();
        let roomy = watch(0);
        assert!(!roomy.is_low(now) && roomy.verdict().is_ok());
        let full = watch(u64::MAX);
        assert!(full.is_low(now) && full.is_low(now));
        let said = full.verdict().unwrap_err().to_string();
        assert!(said.contains(&dir.path().display().to_string()) && said.contains("[disk] low"), "{said}");
    }
}
