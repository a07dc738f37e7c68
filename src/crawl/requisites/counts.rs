//! What a run did about parts of pages, counted.

use std::collections::BTreeMap;

use serde::Serialize;

/// Counts of one run and site. None of them changes how the run ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PartCounts {
    /// Images, style sheets, scripts and fonts archived.
    pub fetched: u64,
    /// Attached files archived.
    pub attachments: u64,
    /// What could not be had, by cause.
    pub failed: BTreeMap<String, u64>,
    /// What was left alone, by cause; counted each time that a page names it.
    pub skipped: BTreeMap<String, u64>,
    /// What still waits for its turn.
    pub waiting: u64,
}

impl PartCounts {
    /// Whether there is anything to tell.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// All failures.
    pub fn failures(&self) -> u64 {
        self.failed.values().sum()
    }

    pub(super) fn fail(&mut self, cause: &str) {
        *self.failed.entry(cause.to_owned()).or_default() += 1;
    }

    pub(super) fn skip(&mut self, causes: &[&str]) {
        for cause in causes {
            *self.skipped.entry((*cause).to_owned()).or_default() += 1;
        }
    }
}
