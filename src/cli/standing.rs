//! How things stand, as text for people.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::Value;

use super::output::table;
use crate::config::units::show_duration;
use crate::crawl::daemon::status::{SiteStatus, Status};
use crate::crawl::daemon::why::Why;

/// `luutru status`.
pub fn text(status: &Status, now: Timestamp) -> String {
    let mut out = match &status.daemon {
        Some(daemon) => format!(
            "the daemon (process {}, version {}) is {} since {}\n",
            daemon.pid, daemon.version, daemon.phase, daemon.started
        ),
        None => "no daemon runs; this is what the ledger says\n".to_owned(),
    };
    if let Some(what) = status.daemon.as_ref().and_then(|daemon| daemon.stalled.as_ref()) {
        let _ = writeln!(out, "STANDSTILL: {what}");
    }
    if status.paused {
        out += "everything is paused; `luutru resume` goes on\n";
    }
    let head = ["site", "state", "last look", "next look", "queue", "jobs", "delay", "last article", "alarms"];
    let rows: Vec<Vec<String>> = status.sites.iter().map(|site| row(site, now)).collect();
    out.push('\n');
    out += &table(&head, &rows);
    for site in &status.sites {
        remarks(&mut out, site, now);
    }
    out
}

fn row(site: &SiteStatus, now: Timestamp) -> Vec<String> {
    let last = site.lists.iter().filter_map(|list| list.last.as_deref()).max();
    let next = site.lists.iter().filter_map(|list| list.next.as_deref()).min();
    let alarms: usize = site.lists.iter().map(|list| list.alarms.len()).sum();
    vec![
        site.site.clone(),
        site.state.clone(),
        relative(last, now),
        relative(next, now),
        site.queue.to_string(),
        site.jobs.to_string(),
        format!("{} s", site.delay_s),
        relative(site.last_article.as_deref(), now),
        alarms.to_string(),
    ]
}

fn remarks(out: &mut String, site: &SiteStatus, now: Timestamp) {
    if let Some(why) = site.why.as_ref().filter(|_| site.state != "idle") {
        let until = site.until.as_deref().map(|at| format!(", {}", relative(Some(at), now))).unwrap_or_default();
        let _ = writeln!(out, "{}: {}: {why}{until}", site.site, site.state);
    }
    if let (Some(why), Some(until)) = (&site.server_why, &site.server_until) {
        let server = site.server.as_deref().unwrap_or_default();
        let _ = writeln!(out, "{}: server {server}: {why}; asked again {}", site.site, relative(Some(until), now));
    }
    for list in &site.lists {
        if let Some(why) = &list.failure {
            let _ = writeln!(out, "{}: list {}: the last look failed: {why}", site.site, list.list);
        }
        for alarm in &list.alarms {
            let since = relative(Some(&alarm.since), now);
            let _ = writeln!(out, "ALARM {}: list {}: {} ({since}): {}", site.site, list.list, alarm.alarm, alarm.text);
        }
    }
}

/// `5min ago`, `in 2h`; `-` for never.
fn relative(at: Option<&str>, now: Timestamp) -> String {
    let Some(at) = at.and_then(|at| at.parse::<Timestamp>().ok()) else { return "-".to_owned() };
    let span = at.duration_since(now);
    let seconds = span.as_secs().unsigned_abs();
    // Two digits say enough.
    let unit = [86_400, 3_600, 60].into_iter().find(|unit| seconds >= 2 * unit).unwrap_or(1);
    let shown = show_duration(std::time::Duration::from_secs(seconds / unit * unit));
    if span.is_negative() { format!("{shown} ago") } else { format!("in {shown}") }
}

/// `luutru why`.
pub fn why(why: &Why) -> String {
    let mut out = format!("{}: {}\n{}\n", why.verdict, why.url, why.why);
    let mut line = |name: &str, value: Option<&String>| {
        if let Some(value) = value {
            let _ = writeln!(out, "  {name}: {value}");
        }
    };
    line("site", why.site.as_ref());
    line("list", why.list.as_ref());
    line("named by", why.via.as_ref());
    line("robots.txt", why.robots.as_ref());
    line("site", why.trouble.as_ref());
    line("first fetched", why.first_visited.as_ref());
    line("last fetched", why.visited.as_ref());
    if let Some(article) = &why.article {
        line("article", Some(&format!("{}, version {}", article.id, article.version)));
        line("text", Some(&article.text_path));
        line("file", article.file.as_ref());
        line("offset", article.offset.map(|offset| offset.to_string()).as_ref());
        line("record", article.record_id.as_ref());
    }
    for capture in &why.captures {
        let status = capture.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        let task = capture.task.as_deref().unwrap_or("-");
        let _ = writeln!(out, "  capture: {} {status} {task} {} at {}", capture.at, capture.file, capture.offset);
        if capture.url != why.url {
            let _ = writeln!(out, "    as: {}", capture.url);
        }
        if let Some(target) = &capture.leads_to {
            let _ = writeln!(out, "    leads to: {target}");
        }
        if let Some(from) = &capture.redirected_from {
            let _ = writeln!(out, "    redirected from: {from}");
        }
    }
    super::output::shown(&out)
}

/// What jobs came to.
pub fn jobs(sites: &[Value]) -> String {
    let keys =
        ["listed", "archived", "duplicates", "held", "not_article", "failed", "refused_by_robots", "open", "gaps"];
    let head: Vec<&str> = std::iter::once("site").chain(keys).collect();
    let row = |site: &Value| {
        let number = |key: &str| site[key].as_u64().unwrap_or(0).to_string();
        let mut row = vec![site["site"].as_str().unwrap_or_default().to_owned()];
        row.extend(keys.iter().map(|key| number(key)));
        row
    };
    table(&head, &sites.iter().map(row).collect::<Vec<_>>())
}
