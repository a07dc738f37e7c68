//! The completeness report of a site and a day (`report/<site>/<YYYY-MM-DD>.json`).

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::coverage::Counts;
use super::error::CrawlError;
use super::outcome::SiteOutcome;
use super::recheck::Rechecked;
use super::run::Halt;
use crate::archive::{replace_rebuildable, warc::file_safe};
use crate::model::Stamp;

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
    lists: Vec<ListLine<'a>>,
    months: &'a BTreeMap<String, Counts>,
}

#[derive(Serialize)]
struct ListLine<'a> {
    list: &'a str,
    pages: u32,
    complete: bool,
    why: &'a str,
}

/// Writes a site's report; the day's last run wins.
pub fn write(root: &Path, site: &SiteOutcome, now: Timestamp) -> Result<(), CrawlError> {
    let total = site.coverage.total();
    let report = Report {
        site: &site.site,
        written_at: now.to_string(),
        listed: total.listed,
        held: total.held,
        archived: total.archived,
        duplicates: total.duplicates,
        open: total.open(),
        rechecked: &site.tally.rechecked,
        not_article: total.not_article,
        failed: total.failed,
        refused_by_robots: total.refused,
        unreachable: site.halt.as_ref().map(Halt::text),
        outside_window: site.coverage.outside,
        lists: site
            .lists
            .iter()
            .map(|list| ListLine { list: &list.list, pages: list.pages, complete: list.complete, why: &list.why })
            .collect(),
        months: &site.coverage.months,
    };
    let name = format!("{}.json", Stamp::vietnam_day(now));
    let path = root.join("report").join(file_safe(&site.site)).join(name);
    let mut json = serde_json::to_vec_pretty(&report).unwrap_or_default();
    json.push(b'\n');
    replace_rebuildable(&path, &json)?;
    Ok(())
}
