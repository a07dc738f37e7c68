//! `luutru audit`: what the WARC files alone tell of the crawler's manners.

use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Duration;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::exit::{Exit, UsageError};
use super::options::Common;
use super::output;
use super::steps::Steps;
use crate::audit::{AuditError, Breach, Scope, ServerReport, Total, Watcher, Word, politeness};
use crate::config::{Overrides, units};
use crate::model::VIETNAM;

/// Breaches that are told to a person one by one.
const TOLD: u64 = 100;

/// Arguments of `audit`.
#[derive(Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Prove, or disprove, that every server was asked politely
    Politeness(Politeness),
}

/// Arguments of `audit politeness`.
#[derive(Debug, Args)]
struct Politeness {
    /// Only these sites, and the servers that they asked
    #[arg(long, value_name = "SITE", num_args = 1.., value_delimiter = ',')]
    site: Vec<String>,
    /// Only requests from this day on, Vietnam time
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Date>,
    /// Only requests up to this day, Vietnam time
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Date>,
    /// The delay that was promised where a capture does not say (files of versions before this command)
    #[arg(long, value_name = "DURATION", value_parser = units::parse_duration)]
    delay: Option<Duration>,
}

struct Watch {
    steps: Steps,
    json: bool,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    breaches: u64,
    servers: Vec<ServerReport>,
}

impl Watcher for Watch {
    fn word(&self, word: &Word) {
        let said = if self.json { self.steps.data(|| output::json(word)) } else { self.person(word) };
        // Whoever reads has gone away.
        if said.is_err() {
            self.steps.stop();
        }
    }

    fn step(&self, step: &'static str, done: u64, total: u64) {
        self.steps.step(step, done, total);
    }

    fn stopped(&self) -> bool {
        self.steps.stopped()
    }
}

impl Watch {
    fn person(&self, word: &Word) -> anyhow::Result<()> {
        let mut told = self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match word {
            Word::Breach(breach) => {
                told.breaches += 1;
                match told.breaches {
                    ..=TOLD => self.steps.data(|| Ok(output::data(&output::shown(&line(breach)))?)),
                    _ => Ok(()),
                }
            }
            Word::Unreadable(file) => {
                let at = file.offset.map(|offset| format!(" at {offset}")).unwrap_or_default();
                self.steps.note(&format!("UNREADABLE {}{at}: {}", file.file, file.what));
                Ok(())
            }
            Word::Server(server) => {
                told.servers.push(server.as_ref().clone());
                Ok(())
            }
            Word::Total(_) => Ok(()),
        }
    }
}

impl Audit {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        match &self.what {
            What::Politeness(command) => command.run(common),
        }
    }
}

impl Politeness {
    fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let config = common.load(Overrides::default())?;
        if !config.root.join("warc").is_dir() {
            let what = format!("{} holds no warc/ folder; name an archive with --root", config.root.display());
            return Err(UsageError { what }.into());
        }
        let scope = Scope {
            root: config.root,
            sites: self.site.clone(),
            from: self.from.map(begin_of).transpose()?,
            until: self.to.map(|day| begin_of(day.saturating_add(1.day()))).transpose()?,
            delay: self.delay,
        };
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(UsageError { what: format!("--from {from} is after --to {to}: swap them") }.into());
        }
        let steps = Steps::begin(common.quiet, "stopping; nothing is lost, and nothing is proven")?;
        let watch = Watch { steps, json: common.json, told: Mutex::default() };
        let total = politeness(&scope, &watch);
        watch.steps.end();
        let total = total.map_err(usage)?;
        if !common.json {
            let told = watch.told.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
            output::data(&output::shown(&text(&told, &total)))?;
        }
        Ok(match total {
            Total { unreadable: 1.., .. } => Exit::Storage,
            Total { stopped: true, .. } => Exit::Interrupted,
            Total { breaches: 1.., .. } => Exit::Failures,
            _ => Exit::Done,
        })
    }
}

fn usage(error: AuditError) -> anyhow::Error {
    match error {
        AuditError::NoSite { .. } => UsageError { what: error.to_string() }.into(),
        other => other.into(),
    }
}

/// The first moment of a day in Vietnam.
fn begin_of(day: Date) -> anyhow::Result<Timestamp> {
    Ok(day.to_zoned(TimeZone::fixed(VIETNAM))?.timestamp())
}

fn line(breach: &Breach) -> String {
    let Breach { server, site, url, at, place, what, .. } = breach;
    format!("BREACH {at} {server} {site}: {url}: {what} ({}, offset {})\n", place.file, place.offset)
}

fn text(told: &Told, total: &Total) -> String {
    let mut out = String::new();
    if told.breaches > TOLD {
        let _ = writeln!(out, "… and {} breaches more; --json names them all", told.breaches - TOLD);
    }
    if told.breaches > 0 {
        out.push('\n');
    }
    let head = [
        "server",
        "captures",
        "closest gap",
        "promised",
        "overlaps",
        "short",
        "Retry-After",
        "broken",
        "robots: allowed",
        "forbidden",
        "passed over",
        "unknown or old",
        "verdict",
    ];
    out += &output::table(&head, &told.servers.iter().map(row).collect::<Vec<_>>());
    for server in &told.servers {
        remarks(&mut out, server);
    }
    let verdict = match (total.breaches, total.unreadable, total.stopped) {
        (0, 0, false) => "polite".to_owned(),
        (0, _, true) => "stopped; no breach so far".to_owned(),
        (0, _, _) => "no breach in what could be read".to_owned(),
        (breaches, ..) => format!("{breaches} breaches"),
    };
    let _ = writeln!(
        out,
        "{} servers, {} requests in {} WARC files: {verdict}",
        total.servers, total.captures, total.files
    );
    if total.unreadable > 0 {
        let _ = writeln!(out, "{} files could not be read to their end; `luutru verify` says more", total.unreadable);
    }
    if total.unclear > 0 {
        let _ = writeln!(out, "{} captures tell too little to be judged", total.unclear);
    }
    out
}

fn row(server: &ServerReport) -> Vec<String> {
    let promised = match (server.promised_least_ms, server.promised_most_ms) {
        (Some(least), Some(most)) if (most - least).abs() > 0.5 => format!("{} to {}", span(least), span(most)),
        (Some(least), _) => span(least),
        _ => "-".to_owned(),
    };
    let verdict = if server.breaches() == 0 { "polite" } else { "BREACHED" };
    vec![
        server.server.clone(),
        server.captures.to_string(),
        server.closest_gap_ms.map_or_else(|| "-".to_owned(), span),
        promised,
        server.overlaps.to_string(),
        server.short_gaps.to_string(),
        server.retry_after.to_string(),
        server.inside_retry_after.to_string(),
        server.allowed.to_string(),
        server.forbidden.to_string(),
        server.passed_over.to_string(),
        (server.no_robots + server.old_robots).to_string(),
        verdict.to_owned(),
    ]
}

/// What the table has no column for.
fn remarks(out: &mut String, server: &ServerReport) {
    let hosts: Vec<&str> = server.hosts.iter().take(5).map(String::as_str).collect();
    let more = if server.hosts.len() > hosts.len() { ", …" } else { "" };
    let sites: Vec<&str> = server.sites.iter().take(5).map(String::as_str).collect();
    let others = if server.sites.len() > sites.len() { ", …" } else { "" };
    let _ = writeln!(out, "{}: {}{more}; for {}{others}", server.server, hosts.join(", "), sites.join(", "));
    if server.without_promise > 0 {
        let count = server.without_promise;
        let _ =
            writeln!(out, "{}: {count} captures do not say which delay was in force; --delay names one", server.server);
    }
    if server.without_end > 0 {
        let _ = writeln!(out, "{}: {} captures do not say when they ended", server.server, server.without_end);
    }
}

/// `5.003 s`, `120.0 ms`.
fn span(ms: f64) -> String {
    if ms.abs() >= 1_000.0 { format!("{:.3} s", ms / 1_000.0) } else { format!("{ms:.1} ms") }
}
