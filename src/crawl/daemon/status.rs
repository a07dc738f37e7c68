//! How things stand, for `luutru status`: from the ledger, and from the daemon where there is one.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::hub::{Desk, Hub, Phase, locked};
use super::rows::{ListRow, SiteRow, all_paused};
use crate::config::{Config, ListSpec, Site};
use crate::crawl::rows::{ServerRow, decode};
use crate::crawl::schedule::LookEnd;
use crate::ledger::{Key, Ledger, LedgerError};

/// Queue entries that are counted; more are said to be at least so many.
const COUNTED: usize = 100_000;

/// All of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status {
    /// What the daemon is about; none when none runs.
    pub daemon: Option<DaemonStatus>,
    /// Everything is paused.
    pub paused: bool,
    /// The sites.
    pub sites: Vec<SiteStatus>,
}

/// The daemon.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DaemonStatus {
    /// Its process id.
    pub pid: u32,
    /// Its version.
    pub version: String,
    /// One word.
    pub phase: String,
    /// Since when.
    pub started: String,
    /// What has come to a standstill.
    pub stalled: Option<String>,
    /// Counts since the start, by name.
    pub counters: serde_json::Map<String, serde_json::Value>,
}

/// One site.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SiteStatus {
    /// Its id.
    pub site: String,
    /// One word: `working`, `idle`, `paused`, `quiet`, `back-off`, `stopped`, `disabled`.
    pub state: String,
    /// Why, or what it waits for.
    pub why: Option<String>,
    /// Until when.
    pub until: Option<String>,
    /// Articles that wait to be fetched.
    pub queue: usize,
    /// Jobs that wait or are under way.
    pub jobs: usize,
    /// Pause between requests, in seconds.
    pub delay_s: f64,
    /// The address that it was asked at last.
    pub server: Option<String>,
    /// Refusals of that server, less the good answers since.
    pub server_level: u32,
    /// Nothing is asked of that server before this moment.
    pub server_until: Option<String>,
    /// Why.
    pub server_why: Option<String>,
    /// When an article was last archived.
    pub last_article: Option<String>,
    /// Its lists.
    pub lists: Vec<ListStatus>,
}

/// One list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListStatus {
    /// Its id.
    pub list: String,
    /// Its address.
    pub url: String,
    /// When it was last looked at.
    pub last: Option<String>,
    /// What that look found: items named, new, known before, failed.
    pub seen: u32,
    /// Not known before.
    pub new: u32,
    /// Known before: the overlap.
    pub held: u32,
    /// Could not be fetched.
    pub failed: u32,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it is looked at next.
    pub next: Option<String>,
    /// When it last brought something new.
    pub last_new: Option<String>,
    /// Mean gap between new articles, in seconds.
    pub gap_s: Option<u64>,
    /// Looks so far.
    pub looks: u32,
    /// Looks of which nothing was known any more.
    pub no_overlap: u32,
    /// What needs a person.
    pub alarms: Vec<AlarmStatus>,
}

/// Something that needs a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AlarmStatus {
    /// One word.
    pub alarm: String,
    /// Since when.
    pub since: String,
    /// In a line.
    pub text: String,
}

/// From the daemon.
pub fn live(hub: &Hub) -> Result<Status, LedgerError> {
    let mut status = resting(&*hub.ledger, &hub.config(), hub.clock.now())?;
    for site in &mut status.sites {
        if site.state != "disabled" {
            let desk = hub.desk(&site.site);
            from_desk(site, &desk);
        }
    }
    status.daemon = Some(DaemonStatus {
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        phase: word(hub.phase()).to_owned(),
        started: hub.started.to_string(),
        stalled: hub.stalled(std::time::Instant::now()),
        counters: counters(hub),
    });
    Ok(status)
}

fn from_desk(site: &mut SiteStatus, desk: &Arc<Desk>) {
    let doing = desk.doing();
    site.state = doing.word.to_owned();
    site.why = doing.why.or_else(|| doing.round.as_ref().and_then(|round| round.stats.why_paused()));
    site.until = doing.until.map(|at| at.to_string());
    site.jobs = locked(&desk.errands).len() + locked(&desk.looks).len();
}

fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Starting => "starting",
        Phase::Running => "running",
        Phase::Reloading => "reloading",
        Phase::DiskLow => "disk-low",
        Phase::Stopping => "stopping",
    }
}

/// Counts since the start, by name.
fn counters(hub: &Hub) -> serde_json::Map<String, serde_json::Value> {
    let counters = &hub.counters;
    let pairs = [
        ("looks", &counters.looks),
        ("no_overlap", &counters.no_overlap),
        ("looks_failed", &counters.looks_failed),
        ("new_items", &counters.new_items),
        ("visits", &counters.visits),
        ("alarms_raised", &counters.alarms_raised),
        ("alarms_cleared", &counters.alarms_cleared),
        ("hook_failures", &counters.hook_failures),
        ("reloads", &counters.reloads),
        ("reloads_refused", &counters.reloads_refused),
        ("disk_pauses", &counters.disk_pauses),
        ("standstills", &counters.standstills),
    ];
    pairs.into_iter().map(|(name, counter)| (name.to_owned(), counter.get().into())).collect()
}

/// A line for the service manager.
pub fn line(hub: &Hub) -> String {
    let fetching = hub.run().map_or(0, |run| run.pulse.requests());
    let desks = hub.desks();
    let working = desks.iter().filter(|desk| desk.doing().word == "working").count();
    let alarms = hub.counters.alarms_raised.get().saturating_sub(hub.counters.alarms_cleared.get());
    let phase = word(hub.phase());
    format!("{phase}: {working} of {} sites at work, {fetching} requests under way, {alarms} new alarms", desks.len())
}

/// From the ledger alone.
pub fn resting(ledger: &dyn Ledger, config: &Config, now: Timestamp) -> Result<Status, LedgerError> {
    let paused = all_paused(ledger)?;
    let sites = config.sites().iter().map(|site| of_site(ledger, config, site, paused, now));
    Ok(Status { daemon: None, paused, sites: sites.collect::<Result<_, _>>()? })
}

fn of_site(
    ledger: &dyn Ledger,
    config: &Config,
    site: &Site,
    paused: bool,
    now: Timestamp,
) -> Result<SiteStatus, LedgerError> {
    let row = SiteRow::of(ledger, &site.id)?;
    let server = match &row.server {
        None => None,
        Some(address) => {
            let key = Key::server(address);
            ledger.get(&key)?.map(|bytes| decode::<ServerRow>(&key, &bytes)).transpose()?
        }
    };
    let (state, why) = match (&site.disabled, paused || row.paused) {
        (Some(why), _) => ("disabled", Some(why.clone())),
        (None, true) => ("paused", None),
        (None, false) => ("stopped", row.trouble.clone()),
    };
    let lists = site.lists.iter().map(|list| of_list(ledger, site, list));
    let pause = server.as_ref().filter(|server| server.reason.is_some() && server.next_at_ms > now.as_millisecond());
    Ok(SiteStatus {
        site: site.id.clone(),
        state: state.to_owned(),
        why,
        until: None,
        queue: ledger.scan(&Key::queue_of(&site.id), None, COUNTED)?.len(),
        jobs: ledger.scan(&Key::errands(&site.id), None, COUNTED)?.len(),
        delay_s: config.delay_for(site).as_secs_f64(),
        server_level: server.as_ref().map_or(0, |server| server.level),
        server_until: pause.and_then(|server| shown(server.next_at_ms)),
        server_why: pause.and_then(|server| server.reason.clone()),
        server: row.server,
        last_article: row.article_ms.and_then(shown),
        lists: lists.collect::<Result<_, _>>()?,
    })
}

fn of_list(ledger: &dyn Ledger, site: &Site, list: &ListSpec) -> Result<ListStatus, LedgerError> {
    let row = ListRow::of(ledger, &site.id, &list.id)?;
    let rhythm = row.as_ref().map(|row| &row.rhythm);
    let last = rhythm.and_then(|rhythm| rhythm.last.as_ref());
    let alarms = row.iter().flat_map(|row| &row.alarms).map(|alarm| AlarmStatus {
        alarm: alarm.kind.word().to_owned(),
        since: shown(alarm.since_ms).unwrap_or_default(),
        text: alarm.text.clone(),
    });
    Ok(ListStatus {
        list: list.id.clone(),
        url: list.url.to_string(),
        last: last.and_then(|look| shown(look.at_ms)),
        seen: last.map_or(0, |look| look.seen),
        new: last.map_or(0, |look| look.new),
        held: last.map_or(0, |look| look.held),
        failed: last.map_or(0, |look| look.failed),
        failure: last.and_then(|look| match &look.end {
            LookEnd::Failed(why) => Some(why.clone()),
            LookEnd::Nothing => Some("no article was recognised".to_owned()),
            LookEnd::Read => None,
        }),
        next: rhythm.and_then(|rhythm| shown(rhythm.next_ms)),
        last_new: rhythm.and_then(|rhythm| shown(rhythm.new_ms?)),
        gap_s: rhythm.and_then(|rhythm| Some(rhythm.gap_ms? / 1_000)),
        looks: rhythm.map_or(0, |rhythm| rhythm.looks),
        no_overlap: rhythm.map_or(0, |rhythm| rhythm.no_overlap),
        alarms: alarms.collect(),
    })
}

fn shown(at_ms: i64) -> Option<String> {
    Timestamp::from_millisecond(at_ms).ok().map(|at| at.to_string())
}
