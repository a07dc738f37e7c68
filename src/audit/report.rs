//! The words of a verdict: breaches, servers, the sum.

use std::collections::BTreeSet;

use serde::Serialize;

/// What a look finds, one word at a time.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Word {
    /// A request that should not have been made, or not then.
    Breach(Breach),
    /// A file that could not be read to its end.
    Unreadable(Unreadable),
    /// What became of one server.
    Server(Box<ServerReport>),
    /// The sum.
    Total(Total),
}

/// How a request broke what was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BreachKind {
    /// Begun while another one to the same server was under way.
    Overlap,
    /// Begun sooner after the response before than the delay, `Crawl-delay` or back-off allows.
    ShortGap,
    /// Begun before the time that the server had asked for.
    RetryAfter,
    /// Forbidden by the robots.txt in force.
    Forbidden,
    /// Judged by a robots.txt that was too old.
    OldRobots,
    /// Made without any robots.txt on record.
    NoRobots,
}

/// Where a capture lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, relative to the root.
    pub file: String,
    /// Where the capture starts in it.
    pub offset: u64,
}

/// One breach.
#[derive(Debug, Clone, Serialize)]
pub struct Breach {
    /// Which rule.
    pub breach: BreachKind,
    /// The server.
    pub server: String,
    /// The site that the request was made for.
    pub site: String,
    /// What was asked for.
    pub url: String,
    /// When, in UTC.
    pub at: String,
    /// Where the capture lies.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong, in words.
    pub what: String,
}

/// A file that could not be read.
#[derive(Debug, Clone, Serialize)]
pub struct Unreadable {
    /// The file, relative to the root.
    pub file: String,
    /// Where the damage begins, if the file could be opened.
    pub offset: Option<u64>,
    /// What is wrong.
    pub what: String,
}

/// One server: an address, whatever its names and ports.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ServerReport {
    /// Its address.
    pub server: String,
    /// Hosts, with their ports, that were asked there.
    pub hosts: BTreeSet<String>,
    /// Sites for which it was asked.
    pub sites: BTreeSet<String>,
    /// Requests that were answered.
    pub captures: u64,
    /// Those for robots.txt among them.
    pub robots_txt: u64,
    /// The first and the last one's beginning, in UTC.
    pub first: Option<String>,
    /// The last one's.
    pub last: Option<String>,
    /// The closest that a request came to the end of the response before; below zero for an overlap.
    pub closest_gap_ms: Option<f64>,
    /// The shortest and the longest pause that was promised between two of these requests: by the site's delay, a
    /// `Crawl-delay`, or a back-off.
    pub promised_least_ms: Option<f64>,
    /// The longest.
    pub promised_most_ms: Option<f64>,
    /// The closest gap, less what was promised there.
    pub least_margin_ms: Option<f64>,
    /// Requests made while another one was under way.
    pub overlaps: u64,
    /// Requests made sooner than promised.
    pub short_gaps: u64,
    /// Responses that asked for a pause, by `Retry-After`.
    pub retry_after: u64,
    /// Requests inside such a pause.
    pub inside_retry_after: u64,
    /// Requests that robots.txt allows.
    pub allowed: u64,
    /// Requests that it forbids.
    pub forbidden: u64,
    /// Requests for which a site file passes over it, with a reason.
    pub passed_over: u64,
    /// Requests judged by a version that was too old.
    pub old_robots: u64,
    /// Requests without a version on record.
    pub no_robots: u64,
    /// Requests after which no delay was on record: their gaps are shown, and held to no promise.
    pub without_promise: u64,
    /// Requests whose end is not on record: it counts as their beginning.
    pub without_end: u64,
}

impl ServerReport {
    /// Requests that broke a rule, each counted once for each rule.
    pub fn breaches(&self) -> u64 {
        self.overlaps + self.short_gaps + self.inside_retry_after + self.forbidden + self.old_robots + self.no_robots
    }
}

/// The sum over all servers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Total {
    /// Servers that were asked.
    pub servers: u64,
    /// Requests that were answered.
    pub captures: u64,
    /// WARC files that were read.
    pub files: u64,
    /// Breaches.
    pub breaches: u64,
    /// Files that could not be read to their end.
    pub unreadable: u64,
    /// Captures that tell too little to be judged.
    pub unclear: u64,
    /// Requests after which no delay was on record.
    pub without_promise: u64,
    /// Whether the look was stopped before its end.
    pub stopped: bool,
}
