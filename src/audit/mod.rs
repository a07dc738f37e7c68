//! The WARC files alone, read as a witness: was every server asked politely?
//!
//! Every capture of a root in, a verdict for each server out: how close its requests came, whether two were under way at
//! once, whether the promised pauses, `Retry-After` and robots.txt were kept. Promises: nothing but `warc/` is read, so a
//! copy without ledger, indexes and configuration will do; memory grows with the servers and the versions of their
//! robots.txt, not with the captures, which are sorted by time on disk. Refuses: to guess. What the records do not tell is
//! counted as such. A request that was never answered left no record, and is not seen.

mod error;
mod history;
mod judge;
mod read;
mod report;
mod request;
mod server;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

pub use error::AuditError;
pub use report::{Breach, BreachKind, Place, ServerReport, Total, Unreadable, Word};

/// What is looked at.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The archive root.
    pub root: PathBuf,
    /// Only these sites, and the servers that they asked; all, if empty.
    pub sites: Vec<String>,
    /// Requests from this moment on.
    pub from: Option<Timestamp>,
    /// Requests before this moment.
    pub until: Option<Timestamp>,
    /// The delay that was promised where a capture does not say.
    pub delay: Option<Duration>,
}

/// Who hears what is found, as it is found.
pub trait Watcher {
    /// A finding: breaches and unreadable files first, servers next, the sum last.
    fn word(&self, word: &Word);
    /// `done` of `total` bytes, or requests, of a step are through.
    fn step(&self, step: &'static str, done: u64, total: u64);
    /// Whether it shall stop.
    fn stopped(&self) -> bool;
}

/// Reads the files and judges what they tell. The sums of a look that was stopped are those of what was judged by then.
pub fn politeness(scope: &Scope, watch: &dyn Watcher) -> Result<Total, AuditError> {
    let read = read::read(scope, watch)?;
    judge::judge(scope, read, watch)
}
