//! How things stand, as figures: the counters of the daemon, and what is read out of the ledger when somebody asks.
//!
//! No label is a site, a host or an address: `luutru status` names those. What the ledger is read for is kept for a moment,
//! so that whoever asks often costs no more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::hub::{Hub, Phase, locked};
use super::rows::{FixityRow, ListRow, SiteRow, all_paused};
use crate::crawl::disk::free_bytes;
use crate::crawl::rows::{ServerRow, decode};
use crate::crawl::schedule::{AlarmKind, LookEnd};
use crate::ledger::{Key, LedgerError};
use crate::observe::{self, Page};

/// How long a glance into the ledger is good for.
const FRESH: Duration = Duration::from_secs(2);
/// Queue entries that are counted, over all sites; more are told as so many.
const COUNTED: usize = 100_000;
/// A list that should have been looked at so long ago is overdue: a look waits for articles in front of it.
const OVERDUE_MS: i64 = 3_600_000;
/// What a site's task may be about; a list of a site that rests on purpose is not overdue.
const STATES: [&str; 6] = ["working", "idle", "paused", "quiet", "back-off", "stopped"];

/// The latest glance, and when it was taken.
pub type Kept = Mutex<Option<(Instant, Arc<Glance>)>>;

/// What the ledger says.
#[derive(Debug, Default)]
pub struct Glance {
    lists: usize,
    overdue: usize,
    alarms: BTreeMap<&'static str, usize>,
    queued: usize,
    parts: usize,
    backed_off: usize,
    paused: bool,
    looked_ms: Option<i64>,
    article_ms: Option<i64>,
    fixity: Option<FixityRow>,
}

/// All figures of the daemon, as OpenMetrics. Reads the ledger: not for a thread that others wait for.
pub fn text(hub: &Hub) -> Result<String, LedgerError> {
    let glance = glance(hub)?;
    let mut page = Page::new();
    counters(hub, &mut page);
    work(hub, &glance, &mut page);
    health(hub, &glance, &mut page);
    Ok(observe::text(&[page.registry(), hub.meters.registry()]))
}

fn glance(hub: &Hub) -> Result<Arc<Glance>, LedgerError> {
    // Held while it is read: of many who ask at once, one reads.
    let mut kept = locked(&hub.glance);
    if let Some((at, glance)) = &*kept
        && at.elapsed() < FRESH
    {
        return Ok(Arc::clone(glance));
    }
    let glance = Arc::new(look(hub)?);
    *kept = Some((Instant::now(), Arc::clone(&glance)));
    Ok(glance)
}

fn look(hub: &Hub) -> Result<Glance, LedgerError> {
    let (ledger, config, now) = (&*hub.ledger, hub.config(), hub.clock.now().as_millisecond());
    let mut glance = Glance { paused: all_paused(ledger)?, fixity: FixityRow::of(ledger)?, ..Glance::default() };
    let mut servers = BTreeMap::new();
    for site in config.sites().iter().filter(|site| site.disabled.is_none()) {
        let rests = !matches!(hub.desk(&site.id).doing().word, "working" | "idle");
        let row = SiteRow::of(ledger, &site.id)?;
        glance.article_ms = glance.article_ms.max(row.article_ms);
        if let Some(address) = row.server
            && !servers.contains_key(&address)
        {
            let key = Key::server(&address);
            let server = ledger.get(&key)?.map(|bytes| decode::<ServerRow>(&key, &bytes)).transpose()?;
            servers.insert(address, server.is_some_and(|row| row.reason.is_some() && row.next_at_ms > now));
        }
        let more = |prefix: Vec<u8>, so_far: usize| ledger.scan(&prefix, None, COUNTED - so_far).map(|rows| rows.len());
        glance.queued += more(Key::queue_of(&site.id), glance.queued)?;
        glance.parts += more(Key::part_queue_of(&site.id), glance.parts)?;
        for list in &site.lists {
            glance.lists += 1;
            let Some(row) = ListRow::of(ledger, &site.id, &list.id)? else { continue };
            glance.overdue += usize::from(!rests && is_overdue(row.rhythm.next_ms, now));
            for alarm in &row.alarms {
                *glance.alarms.entry(alarm.kind.word()).or_default() += 1;
            }
            let read = row.rhythm.last.filter(|look| look.end == LookEnd::Read).map(|look| look.at_ms);
            glance.looked_ms = glance.looked_ms.max(read);
        }
    }
    glance.backed_off = servers.values().filter(|backed_off| **backed_off).count();
    Ok(glance)
}

fn is_overdue(next_ms: i64, now_ms: i64) -> bool {
    now_ms.saturating_sub(next_ms) > OVERDUE_MS
}

fn counters(hub: &Hub, page: &mut Page) {
    let counters = &hub.counters;
    let failed = counters.looks_failed.get();
    let looks = [("read", counters.looks.get().saturating_sub(failed)), ("failed", failed)];
    page.counters("crawler_looks", "Looks at news lists", "outcome", &looks);
    for (name, help, counter) in [
        ("crawler_list_items", "Items that lists named for the first time", &counters.new_items),
        ("crawler_looks_without_overlap", "Looks of which nothing was known any more", &counters.no_overlap),
        ("crawler_visits", "Archived articles queued to be visited again", &counters.visits),
        ("crawler_alarm_hook_failures", "Calls of the alarm command that failed", &counters.hook_failures),
        ("crawler_disk_pauses", "Pauses since the disk was full", &counters.disk_pauses),
        ("crawler_standstills", "Times that the watchdog was not fed", &counters.standstills),
    ] {
        page.counter(name, help, counter.get());
    }
    let changes = [("raised", counters.alarms_raised.get()), ("cleared", counters.alarms_cleared.get())];
    page.counters("crawler_alarm_changes", "Alarms that began or were over", "change", &changes);
    let reloads = [("taken over", counters.reloads.get()), ("refused", counters.reloads_refused.get())];
    page.counters("crawler_reloads", "Configurations read anew", "outcome", &reloads);
}

fn work(hub: &Hub, glance: &Glance, page: &mut Page) {
    let doing: Vec<_> = hub.desks().iter().map(|desk| desk.doing()).collect();
    let sites = STATES.map(|state| (state, number(doing.iter().filter(|doing| doing.word == state).count())));
    page.gauges("crawler_sites", "Sites, by what they are about", "state", &sites);
    let rounds = doing.iter().filter_map(|doing| doing.round.as_ref());
    let in_flight = rounds.map(|round| round.outstanding.load(std::sync::atomic::Ordering::Relaxed)).sum();
    let frontier =
        [("queued", number(glance.queued)), ("in-flight", number(in_flight)), ("parts", number(glance.parts))];
    let help = "Addresses that wait, or are between request and acknowledgement; 100000 means so many or more";
    page.gauges("crawler_frontier_urls", help, "state", &frontier);
    let requests = hub.run().map_or(0, |run| run.pulse.requests());
    page.gauge("crawler_requests_in_flight", "Requests under way", number(requests));
    page.gauge("crawler_lists", "News lists of enabled sites", number(glance.lists));
    page.gauge("crawler_lists_overdue", "Lists whose look is an hour late", number(glance.overdue));
    page.gauge("crawler_servers_backed_off", "Servers left alone after trouble", number(glance.backed_off));
    let alarms = [AlarmKind::Silence, AlarmKind::Nothing, AlarmKind::Failing]
        .map(|kind| (kind.word(), number(glance.alarms.get(kind.word()).copied().unwrap_or(0))));
    page.gauges("crawler_alarms", "Alarms that stand, by kind", "alarm", &alarms);
}

fn health(hub: &Hub, glance: &Glance, page: &mut Page) {
    let phase = hub.phase();
    let disk_low = matches!(phase, Phase::DiskLow);
    let paused = [("person", f64::from(u8::from(glance.paused))), ("disk", f64::from(u8::from(disk_low)))];
    page.gauges("crawler_paused", "Whether nothing is fetched, and why", "reason", &paused);
    let ready = f64::from(u8::from(phase == Phase::Running));
    page.gauge("crawler_ready", "Whether the pipeline runs", ready);
    let help = "Since the pipeline last moved, or had nothing to do; looked at every ten seconds or more often";
    page.gauge("crawler_heartbeat_age_seconds", help, hub.since_beat().as_secs_f64());
    let started = seconds(hub.started.as_millisecond());
    page.gauge("crawler_start_time_seconds", "When the daemon started, since 1970", started);
    let config = hub.config();
    if let Ok(free) = free_bytes(&hub.root) {
        page.gauge("crawler_disk_free_bytes", "Free space under the archive", bytes(free));
    }
    page.gauge("crawler_disk_low_mark_bytes", "Nothing is fetched below this", bytes(config.disk.low_bytes));
    let fixity = glance.fixity.as_ref();
    // 0 is "never": a series that is missing could not be told from a daemon that is.
    let job = |at: Option<i64>| at.map_or(0.0, seconds);
    let jobs = [
        ("look", job(glance.looked_ms)),
        ("article", job(glance.article_ms)),
        ("verify", job(fixity.and_then(|row| row.whole_ms))),
    ];
    let help = "When a job last went well, since 1970; 0 for never";
    page.gauges("crawler_last_success_timestamp_seconds", help, "job", &jobs);
    let damage = fixity.map_or(0, |row| row.damage);
    page.gauge("crawler_verify_damage", "Damages that the last whole verification found", bytes(damage));
}

fn number(count: usize) -> f64 {
    bytes(count as u64)
}

#[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
fn bytes(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
fn seconds(ms: i64) -> f64 {
    ms as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_overdue_when_an_hour_has_gone_by() {
        for (late_ms, overdue) in [(-1, false), (0, false), (OVERDUE_MS, false), (OVERDUE_MS + 1, true)] {
            assert_eq!(is_overdue(1_000_000, 1_000_000 + late_ms), overdue, "{late_ms}");
        }
        assert!(is_overdue(i64::MIN, i64::MAX) && !is_overdue(i64::MAX, i64::MIN));
    }
}
