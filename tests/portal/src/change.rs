//! Changes of what a portal holds, at the very moment at which a crawler asks for a certain page.

use std::sync::{Mutex, PoisonError};

/// Something editors do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// So many new articles on top of the lists.
    Publish(usize),
    /// The articles of these ids are taken off.
    Withdraw(Vec<String>),
}

/// Changes that wait for their request, in order.
#[derive(Debug, Default)]
pub struct Changes(Mutex<Vec<(String, Change)>>);

impl Changes {
    /// Before the first request whose path, query and body, written one after the other, hold `needle`.
    pub fn plan(&self, needle: &str, change: Change) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((needle.to_owned(), change));
    }

    /// What is due before a request, each once.
    pub fn due(&self, request: &str) -> Vec<Change> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (due, later): (Vec<_>, Vec<_>) = all.drain(..).partition(|(needle, _)| request.contains(needle.as_str()));
        *all = later;
        due.into_iter().map(|(_, change)| change).collect()
    }
}
