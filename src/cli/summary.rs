//! What a run did, at its end: a table by site, and the account of its walks.

use std::fmt::Write;

use serde::Serialize;

use super::options::Common;
use super::output::{self, bytes, table};

use crate::crawl::PartCounts;
use crate::crawl::coverage::{Counts, Coverage};
use crate::crawl::stats::Tally;
use crate::crawl::{Halt, Job, Outcome, SiteOutcome, Want};

#[derive(Serialize)]
struct Summary<'a> {
    sites: Vec<SiteSummary<'a>>,
    interrupted: bool,
    seconds: f64,
}

#[derive(Serialize)]
struct SiteSummary<'a> {
    site: &'a str,
    #[serde(flatten)]
    tally: &'a Tally,
    lists: Vec<ListSummary<'a>>,
    caps: Vec<String>,
    coverage: &'a Coverage,
    stopped: Option<&'a str>,
    items_left: bool,
}

#[derive(Serialize)]
struct ListSummary<'a> {
    list: &'a str,
    pages: u32,
    complete: bool,
    stop: &'a str,
    why: &'a str,
}

/// Prints the summary: tables for people, or one JSON object.
pub fn print(common: &Common, job: &Job, outcome: &Outcome) -> anyhow::Result<()> {
    if common.json {
        return json(outcome);
    }
    let rows: Vec<Vec<String>> = outcome.sites.iter().map(|site| row(site, outcome)).collect();
    let head = [
        "site",
        "list pages",
        "articles",
        "duplicates",
        "revisits",
        "no article",
        "failed",
        "received",
        "WARC",
        "time",
    ];
    output::data(&table(&head, &rows))?;
    if let Want::Backfill { .. } = job.want {
        for site in &outcome.sites {
            output::data(&format!("\n{}\n{}", site.site, coverage(site)))?;
        }
    }
    for site in &outcome.sites {
        let again = &site.tally.rechecked;
        if again.visited > 0 {
            let lost: u64 = again.lost.values().sum();
            output::data(&format!(
                "\n{}: {} archived articles visited again: {} edited (new versions), {} unchanged, {} not modified (304), {lost} without an article\n",
                site.site, again.visited, again.edited, again.unchanged, again.not_modified
            ))?;
        }
        let parts = &site.tally.requisites;
        if !parts.is_empty() {
            output::data(&parts_line(&site.site, parts))?;
        }
        remarks(site);
    }
    Ok(())
}

/// Parts of pages and attached files, in a line.
fn parts_line(site: &str, parts: &PartCounts) -> String {
    let skipped: u64 = parts.skipped.values().sum();
    format!(
        "\n{site}: {} page parts (images, style sheets, scripts, fonts) and {} attachments archived, {} not to be had, {skipped} left alone, {} waiting\n",
        parts.fetched,
        parts.attachments,
        parts.failures(),
        parts.waiting
    )
}

fn json(outcome: &Outcome) -> anyhow::Result<()> {
    let sites = outcome.sites.iter().map(|site| SiteSummary {
        site: &site.site,
        tally: &site.tally,
        lists: site
            .lists
            .iter()
            .map(|list| ListSummary {
                list: &list.list,
                pages: list.pages,
                complete: list.complete,
                stop: list.stop,
                why: &list.why,
            })
            .collect(),
        caps: site.caps(),
        coverage: &site.coverage,
        stopped: site.halt.as_ref().map(Halt::text),
        items_left: site.left,
    });
    output::json(&Summary {
        sites: sites.collect(),
        interrupted: outcome.drained,
        seconds: outcome.elapsed.as_secs_f64(),
    })
}

fn row(site: &SiteOutcome, outcome: &Outcome) -> Vec<String> {
    let tally = &site.tally;
    let counts = [tally.list_pages, tally.articles, tally.duplicates, tally.revisits, tally.not_articles, tally.failed];
    let mut row = vec![site.site.clone()];
    row.extend(counts.map(|count| count.to_string()));
    row.push(bytes(tally.bytes));
    row.push(bytes(tally.warc_bytes));
    row.push(format!("{:.1} s", outcome.elapsed.as_secs_f64()));
    row
}

/// The account by month, newest first, and what bounds it.
fn coverage(site: &SiteOutcome) -> String {
    let coverage = &site.coverage;
    let line = |month: &str, counts: &Counts| {
        let numbers = [
            counts.listed,
            counts.archived,
            counts.duplicates,
            counts.held,
            counts.not_articles(),
            counts.failures(),
            counts.refused,
            counts.open(),
            counts.gaps(),
        ];
        let mut row = vec![month.to_owned()];
        row.extend(numbers.map(|n| n.to_string()));
        row
    };
    let months = coverage.span(site.window.from, site.window.to);
    let mut rows: Vec<Vec<String>> = months.iter().rev().map(|(month, counts)| line(month, counts)).collect();
    rows.push(line("all", &coverage.total()));
    let head = ["month", "listed", "archived", "duplicates", "held", "no article", "failed", "robots", "open", "gaps"];
    let mut out = table(&head, &rows);
    for cap in site.caps() {
        let _ = writeln!(out, "not all: {cap}");
    }
    out
}

/// What a person has to know or do.
fn remarks(site: &SiteOutcome) {
    // What stopped the whole site is said once, not for each of its lists.
    let told = site.halt.as_ref().is_some_and(|halt| matches!(halt, Halt::Unreachable(_) | Halt::AddressRefused(_)));
    for list in site.lists.iter().filter(|list| !told && (list.failed || !list.complete || list.cap)) {
        output::note(&format!("{}: list {}: {}", site.site, list.list, list.why));
    }
    for (cause, count) in site.coverage.total().failed {
        output::note(&format!("{}: {count} items failed: {cause}", site.site));
    }
    for (cause, count) in &site.tally.rechecked.lost {
        output::note(&format!("{}: {count} archived articles are no longer to be had: {cause}", site.site));
    }
    for (cause, count) in site.coverage.total().not_article {
        output::note(&format!("{}: {count} items are no articles: {cause}", site.site));
    }
    let parts = &site.tally.requisites;
    for (cause, count) in &parts.failed {
        output::note(&format!("{}: {count} page parts or attachments could not be had: {cause}", site.site));
    }
    if parts.waiting > 0 {
        output::note(&format!(
            "{}: {} page parts and attachments still wait; the same command goes on with them",
            site.site, parts.waiting
        ));
    }
    if let Some(halt) = &site.halt {
        output::note(&format!("{}: {}", site.site, halt.text()));
    }
    if site.left {
        output::note(&format!("{}: items are still queued; the same command goes on with them", site.site));
    }
}
