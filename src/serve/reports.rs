//! The completeness reports of a site: the latest one, and the gaps of each month as the last report that names it has them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::archive::warc::file_safe;

/// Reports of a site that are looked at, latest first.
const REPORTS: usize = 60;
/// A report that is larger is none of ours.
const LARGEST: u64 = 16 << 20;

/// A report, as far as pages show it. What an older version left out is empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Report {
    /// When, UTC.
    pub written_at: String,
    /// Items that lists named.
    pub listed: u64,
    /// New articles.
    pub archived: u64,
    /// Archived before.
    pub held: u64,
    /// Failures by cause.
    pub failed: BTreeMap<String, u64>,
    /// Forbidden by robots.txt.
    pub refused_by_robots: u64,
    /// Why the site could not be gone through.
    pub unreachable: Option<String>,
    /// Listed and not held.
    pub gaps: u64,
    /// What cut a list short.
    pub caps: Vec<String>,
    /// Lists.
    pub lists: Vec<List>,
    /// By month.
    pub months: BTreeMap<String, Month>,
    /// What needs a person, as the daemon saw it.
    pub alarms: Vec<Alarm>,
}

/// An alarm that was on when the report was written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Alarm {
    /// The list.
    pub list: String,
    /// One word.
    #[serde(rename = "alarm")]
    pub kind: String,
    /// Since when.
    pub since: String,
    /// In a line.
    pub text: String,
}

/// How far a list was walked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct List {
    /// Its id.
    #[serde(rename = "list")]
    pub id: String,
    /// Pages that were read.
    pub pages: u64,
    /// Whether its end, or what is held, was reached.
    pub complete: bool,
    /// Why it ended there.
    pub why: String,
    /// The same in one word.
    pub stop: String,
}

/// A month of a report.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct Month {
    /// Items that lists named.
    pub listed: u64,
    /// Listed and not held.
    pub gaps: u64,
}

/// What the reports of a site say together.
#[derive(Debug, Clone, Default)]
pub struct Reports {
    /// The last one.
    pub latest: Option<Report>,
    /// By month, from the last report that names it.
    pub months: BTreeMap<String, Month>,
}

impl Reports {
    /// Reads `report/<site>/`. What cannot be read is said in the log, and passed over.
    pub fn read(root: &Path, site: &str) -> Self {
        let dir = root.join("report").join(file_safe(site));
        let list = fs::read_dir(&dir).into_iter().flatten().flatten();
        let mut paths: Vec<_> = list.map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
        paths.sort();
        let mut out = Self::default();
        for path in paths.iter().rev().take(REPORTS) {
            let small = fs::metadata(path).is_ok_and(|meta| meta.len() <= LARGEST);
            let read = fs::read(path).ok().filter(|_| small);
            let Some(report) = read.and_then(|bytes| serde_json::from_slice::<Report>(&bytes).ok()) else {
                tracing::warn!(path = %path.display(), "a report cannot be read, and is passed over");
                continue;
            };
            for (month, counts) in &report.months {
                out.months.entry(month.clone()).or_insert(*counts);
            }
            out.latest.get_or_insert(report);
        }
        out
    }

    /// Listed and not held, over all months.
    pub fn gaps(&self) -> u64 {
        self.months.values().map(|month| month.gaps).sum()
    }
}
