//! The completeness report of a site and a day (`report/<site>/<YYYY-MM-DD>.json`).

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::coverage::Counts;
use super::error::CrawlError;
use super::outcome::SiteOutcome;
use super::recheck::Rechecked;
use super::requisites::PartCounts;
use super::run::Halt;
use crate::archive::{replace_rebuildable, warc::file_safe};
use crate::model::Stamp;
use crate::portal::Window;

#[derive(Serialize)]
struct Report<'a> {
    site: &'a str,
    written_at: String,
    listed: u64,
    held: u64,
    archived: u64,
    duplicates: u64,
    not_article: BTreeMap<String, u64>,
    failed: BTreeMap<String, u64>,
    refused_by_robots: u64,
    unreachable: Option<&'a str>,
    outside_window: u64,
    open: u64,
    rechecked: &'a Rechecked,
    /// Parts of pages and attached files, of this run.
    requisites: &'a PartCounts,
    /// What was listed and is not held.
    gaps: u64,
    window: Days,
    lists: Vec<ListLine<'a>>,
    /// A line for each bound that ended a list or cut it short, and for each place where articles may be missing.
    caps: Vec<String>,
    months: BTreeMap<String, MonthLine>,
    /// Months of the window, or between others, of which no list names anything.
    empty_months: Vec<String>,
    /// What needs a person, as the daemon saw it then.
    alarms: &'a [AlarmLine],
}

/// An alarm that is on.
#[derive(Debug, Clone, Serialize)]
pub struct AlarmLine {
    /// The list.
    pub list: String,
    /// One word.
    pub alarm: &'static str,
    /// Since when, RFC 3339.
    pub since: String,
    /// In a line.
    pub text: String,
}

#[derive(Serialize)]
struct Days {
    from: Option<Date>,
    to: Option<Date>,
}

#[derive(Serialize)]
struct MonthLine {
    #[serde(flatten)]
    counts: Counts,
    open: u64,
    gaps: u64,
}

#[derive(Serialize)]
struct ListLine<'a> {
    list: &'a str,
    pages: u32,
    complete: bool,
    stop: &'a str,
    why: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    entered_at_page: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pages_of_the_search: Option<u32>,
}

/// Writes a site's report; the day's last run wins.
pub fn write(root: &Path, site: &SiteOutcome, now: Timestamp) -> Result<(), CrawlError> {
    let total = site.coverage.total();
    let Window { from, to } = site.window;
    let months = site.coverage.span(from, to);
    let nothing = |(month, counts): (&String, &Counts)| (counts.listed == 0).then(|| month.clone());
    let line = |(month, counts): (String, Counts)| {
        let (open, gaps) = (counts.open(), counts.gaps());
        (month, MonthLine { counts, open, gaps })
    };
    let report = Report {
        site: &site.site,
        written_at: now.to_string(),
        listed: total.listed,
        held: total.held,
        archived: total.archived,
        duplicates: total.duplicates,
        open: total.open(),
        rechecked: &site.tally.rechecked,
        requisites: &site.tally.requisites,
        gaps: total.gaps(),
        not_article: total.not_article,
        failed: total.failed,
        refused_by_robots: total.refused,
        unreachable: site.halt.as_ref().map(Halt::text),
        outside_window: site.coverage.outside,
        lists: site
            .lists
            .iter()
            .map(|list| ListLine {
                list: &list.list,
                pages: list.pages,
                complete: list.complete,
                stop: list.stop,
                why: &list.why,
                entered_at_page: list.entered.map(|(page, _)| page),
                pages_of_the_search: list.entered.map(|(_, looks)| looks),
            })
            .collect(),
        caps: site.caps(),
        alarms: &site.alarms,
        window: Days { from, to },
        empty_months: months.iter().filter_map(nothing).collect(),
        months: months.into_iter().map(line).collect(),
    };
    let name = format!("{}.json", Stamp::vietnam_day(now));
    let path = root.join("report").join(file_safe(&site.site)).join(name);
    let mut json = serde_json::to_vec_pretty(&report).unwrap_or_default();
    json.push(b'\n');
    replace_rebuildable(&path, &json)?;
    Ok(())
}
