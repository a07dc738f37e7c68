//! What a run counts and times as it goes: requests, waits, robots decisions, articles, records, syncs.
//!
//! One set of meters lives as long as its process, over all runs of a daemon. Every series is there from the start, so that
//! a rate can be taken before the first event.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::page::Label;

/// Words of one label at most; what comes after them is counted as `other`. Causes of failures are a few dozen.
const WORDS: usize = 64;
/// Upper bounds for requests and syncs, in seconds,
const MOMENTS: [f64; 9] = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 30.0, 120.0];
/// and for waits: the delay is five seconds, a pause may be a day.
const WAITS: [f64; 9] = [0.1, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0];

/// A counter for each word of one label.
#[derive(Debug)]
struct Words {
    label: &'static str,
    family: Family<Label, Counter>,
    known: Mutex<BTreeSet<String>>,
}

impl Words {
    fn add(&self, word: &str, n: u64) {
        let word = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let fits = known.contains(word) || (known.len() < WORDS && known.insert(word.to_owned()));
            if fits { word } else { "other" }
        };
        self.family.get_or_create(&[(self.label, Cow::Owned(word.to_owned()))]).inc_by(n);
    }
}

/// The meters of a run.
#[derive(Debug)]
pub struct Meters {
    registry: Registry,
    fetches: Words,
    fetch_seconds: Histogram,
    fetch_bytes: Words,
    waits: Histogram,
    robots: Words,
    backoffs: Words,
    dedup: Words,
    failures: Words,
    records: Words,
    warc_bytes: Counter,
    syncs: Histogram,
}

impl Default for Meters {
    fn default() -> Self {
        let mut registry = Registry::default();
        let mut words = |name: &str, help: &str, label, known: &[&str]| {
            let words = Words { label, family: Family::default(), known: Mutex::default() };
            for word in known {
                words.add(word, 0);
            }
            registry.register(name, help, words.family.clone());
            words
        };
        let classes = ["2xx", "3xx", "4xx", "5xx", "no connection", "timeout", "tls", "dns"];
        let fetches = words("crawler_fetches", "Requests, by class of status or cause of failure", "outcome", &classes);
        let help = "Bytes of requests and responses as they crossed the wire, above TLS";
        let fetch_bytes = words("crawler_fetch_bytes", help, "kind", &["request", "response"]);
        let verdicts = ["allowed", "refused", "unreachable"];
        let robots = words("crawler_robots", "Addresses that robots.txt was asked about", "verdict", &verdicts);
        let help = "Pauses of a server that refused (429, 503) or was not to be reached";
        let backoffs = words("crawler_backoffs", help, "cause", &["refused", "unreachable"]);
        let verdicts = ["new", "duplicate", "version", "unchanged", "not-article"];
        let dedup = words("crawler_dedup", "Pages read: what they were to the archive", "verdict", &verdicts);
        let failures = words("crawler_item_failures", "Listed items given up, by cause", "cause", &["timeout"]);
        let types = ["response", "revisit", "request", "metadata", "conversion"];
        let records = words("crawler_warc_records", "Records of captures and texts appended", "type", &types);
        let mut histogram = |name: &str, help: &str, bounds: [f64; 9]| {
            let histogram = Histogram::new(bounds);
            registry.register(name, help, histogram.clone());
            histogram
        };
        let help = "From the turn of a request to the end of its response";
        let fetch_seconds = histogram("crawler_fetch_duration_seconds", help, MOMENTS);
        let waits = histogram("crawler_permit_wait_seconds", "Waits for a server's turn", WAITS);
        let syncs = histogram("crawler_warc_fsync_duration_seconds", "Syncs of WARC files", MOMENTS);
        let warc_bytes = Counter::default();
        registry.register("crawler_warc_bytes", "Bytes of captures appended to WARC files", warc_bytes.clone());
        Self {
            registry,
            fetches,
            fetch_seconds,
            fetch_bytes,
            waits,
            robots,
            backoffs,
            dedup,
            failures,
            records,
            warc_bytes,
            syncs,
        }
    }
}

impl Meters {
    /// A request that was answered.
    pub fn answered(&self, status: u16, took: Duration, (sent, received): (usize, usize)) {
        let class = match status {
            100..=599 => ["1xx", "2xx", "3xx", "4xx", "5xx"][usize::from(status / 100 - 1)],
            _ => "other",
        };
        self.fetches.add(class, 1);
        self.fetch_seconds.observe(took.as_secs_f64());
        self.fetch_bytes.add("request", sent as u64);
        self.fetch_bytes.add("response", received as u64);
    }

    /// A request that was not.
    pub fn failed(&self, cause: &'static str, took: Duration) {
        self.fetches.add(cause, 1);
        self.fetch_seconds.observe(took.as_secs_f64());
    }

    /// A wait for a server's turn.
    pub fn waited(&self, took: Duration) {
        self.waits.observe(took.as_secs_f64());
    }

    /// What robots.txt said: `allowed`, `refused` or `unreachable`.
    pub fn robots(&self, verdict: &'static str) {
        self.robots.add(verdict, 1);
    }

    /// A pause that a server's trouble began.
    pub fn backed_off(&self, cause: &'static str) {
        self.backoffs.add(cause, 1);
    }

    /// What a page was to the archive: `new`, `duplicate`, `version`, `unchanged` or `not-article`.
    pub fn read(&self, verdict: &'static str) {
        self.dedup.add(verdict, 1);
    }

    /// An item that was given up.
    pub fn gave_up(&self, cause: &str) {
        self.failures.add(cause, 1);
    }

    /// Records that were appended, all of one type.
    pub fn appended(&self, kind: &str, records: usize) {
        self.records.add(kind, records as u64);
    }

    /// Bytes of captures that were appended.
    pub fn wrote(&self, bytes: u64) {
        self.warc_bytes.inc_by(bytes);
    }

    /// A sync of a WARC file.
    pub fn synced(&self, took: Duration) {
        self.syncs.observe(took.as_secs_f64());
    }

    /// All of them.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::text;

    #[test]
    fn words_are_bounded_whatever_portals_answer() {
        let meters = Meters::default();
        for status in 0..1_000 {
            meters.gave_up(&status.to_string());
            meters.answered(status, Duration::ZERO, (1, 2));
        }
        let text = text(&[meters.registry()]);
        let count = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!(count("crawler_item_failures_total{"), WORDS + 1, "{text}");
        assert!(count("crawler_fetches_total{") < 12, "{text}");
        assert!(text.contains("crawler_fetches_total{outcome=\"4xx\"} 100\n"), "{text}");
        assert!(text.contains("crawler_fetch_bytes_total{kind=\"response\"} 2000\n"), "{text}");
    }
}
