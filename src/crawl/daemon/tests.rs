//! The daemon's judgement at hours and after standstills that no test can sit out: time is passed in.

use std::os::unix::net::UnixDatagram;
use std::sync::Mutex;

use jiff::Timestamp;

use super::keeper::Next;
use super::rows::{ListRow, SiteRow};
use super::*;
use crate::config::Site;
use crate::crawl::schedule::{self, Look, LookEnd};
use crate::ledger::{Ledger, MemoryLedger};

const HOUR_MS: i64 = 3_600_000;

/// A clock that stands where it is put.
#[derive(Debug)]
struct Hands(Mutex<Timestamp>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A keeper of one site with one list, and what it speaks to.
struct Stage {
    hands: Arc<Hands>,
    hub: Arc<Hub>,
    run: Arc<Run>,
    keeper: Keeper,
    notes: mpsc::Receiver<AlarmNote>,
    _root: tempfile::TempDir,
}

impl Stage {
    fn new(site: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let (site, faults) = crate::config::read_site(std::path::Path::new("x.toml"), site);
        assert!(faults.is_empty(), "{faults:?}");
        let site: Site = site.unwrap();
        let config = Arc::new(Config { root: root.path().to_owned(), ..Config::default() });
        let ledger: Arc<dyn Ledger> = Arc::new(MemoryLedger::default());
        let hands = Arc::new(Hands(Mutex::new(at("2026-11-20T05:00:00Z"))));
        let clock: Arc<dyn Clock> = Arc::<Hands>::clone(&hands);
        let (alarms, notes) = mpsc::channel(16);
        let (orders, _) = mpsc::channel(1);
        let hub = Hub::new(Arc::clone(&config), Arc::clone(&ledger), Arc::clone(&clock), alarms, orders);
        let hub = Arc::new(hub);
        let frontier = Frontier::open(Arc::clone(&ledger)).unwrap();
        let run = Arc::new(shared(&config, ledger, frontier, clock, Stop::Go));
        hub.set_run(Some(Arc::clone(&run)));
        let (hand_over, _) = mpsc::channel(1);
        let keeper = Keeper {
            run: Arc::clone(&run),
            hub: Arc::clone(&hub),
            desk: hub.desk(&site.id),
            pace: pace(&config, &site),
            site,
            hand_over,
        };
        Self { hands, hub, run, keeper, notes, _root: root }
    }

    fn set(&self, time: &str) {
        *self.hands.0.lock().unwrap() = at(time);
    }
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn site(more: &str) -> String {
    format!("id = \"x\"\nbase = \"https://x.gov.vn/\"\n{more}\n[[list]]\nid = \"tin\"\nurl = \"/tin\"\n")
}

fn read(at_ms: i64, new: u32) -> Look {
    Look { at_ms, seen: new + 5, new, held: 5, failed: 0, end: LookEnd::Read }
}

#[test]
fn quiet_hours_rest_until_they_are_over() {
    // Vietnam is seven hours ahead: by day, and over midnight.
    for (quiet, inside, until, outside) in [
        ("07:00-19:00", "2026-11-20T00:00:00Z", "2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"),
        ("22:00-05:00", "2026-11-20T15:00:00Z", "2026-11-20T22:00:00Z", "2026-11-20T22:00:00Z"),
        ("22:00-05:00", "2026-11-20T21:59:59Z", "2026-11-20T22:00:00Z", "2026-11-20T14:59:59Z"),
    ] {
        let stage = Stage::new(&site(&format!("quiet = \"{quiet}\"")));
        stage.set(inside);
        match stage.keeper.next().unwrap() {
            Next::Rest("quiet", Some(why), Some(end)) => {
                assert!(why.contains(quiet), "{why}");
                assert_eq!(end, at(until), "{quiet}");
                assert_eq!(stage.keeper.left(end), Duration::try_from(at(until).duration_since(at(inside))).unwrap());
            }
            Next::Rest(word, why, _) => panic!("{quiet} at {inside}: {word} {why:?}"),
            Next::Work(..) => panic!("{quiet} at {inside}: it works"),
        }
        stage.set(outside);
        assert!(
            matches!(stage.keeper.next().unwrap(), Next::Work(due, None) if due.len() == 1),
            "{quiet} at {outside}"
        );
    }
}

#[test]
fn what_stands_still_is_not_fed_for() {
    const LATE: Duration = Duration::from_secs(31);
    let stage = Stage::new(&site(""));
    let folder = tempfile::tempdir().unwrap();
    let manager = UnixDatagram::bind(folder.path().join("notify")).unwrap();
    manager.set_nonblocking(true).unwrap();
    let notifier = Notify::to(&folder.path().join("notify"));
    let mut said = String::new();
    let mut fed = |now: Instant| {
        look_over(&stage.hub, &notifier, now, &mut said);
        let mut bytes = [0; 512];
        let mut fed = 0;
        while let Ok(length) = manager.recv(&mut bytes) {
            fed += usize::from(&bytes[..length] == b"WATCHDOG=1");
        }
        fed
    };
    let now = Instant::now();
    assert_eq!((fed(now), fed(now + LATE / 2)), (1, 1), "nothing to do is no standstill");
    assert_eq!(fed(now + LATE), 0, "the committer says nothing any more");
    assert_eq!(stage.hub.counters.standstills.get(), 1);
    assert_eq!(fed(Instant::now()), 1, "it moves again");
    // A page that is read for ever, and a request that never ends.
    let handed = stage.run.pulse.hand_over();
    assert_eq!(fed(Instant::now()), 1);
    assert_eq!(fed(Instant::now() + LATE), 0);
    drop(handed);
    let request = stage.run.pulse.request();
    stage.run.pulse.committer();
    assert_eq!(fed(Instant::now() + LATE / 2), 1);
    drop(request);
    // A keeper that should have woken long ago.
    let wakes = Some(Instant::now());
    stage.keeper.desk.set_doing(hub::Doing { word: "idle", why: None, until: None, wakes, round: None });
    assert_eq!(fed(Instant::now() + LATE / 2), 1);
    assert!(stage.hub.stalled(Instant::now() + 2 * LATE + LATE).is_some());
}

#[test]
fn silence_is_told_once_and_once_when_it_is_over() {
    let mut stage = Stage::new(&site(""));
    let list = stage.keeper.site.lists[0].clone();
    let start = at("2026-11-01T00:00:00Z").as_millisecond();
    let mut row = ListRow { rhythm: schedule::first(start, 0, None), alarms: Vec::new() };
    let mut look = |stage: &Stage, hours: i64, new: u32| {
        let now = start + hours * HOUR_MS;
        row.rhythm = row.rhythm.after(&read(now, new), None, 0);
        stage.keeper.judge(&list, &mut row, Timestamp::from_millisecond(now).unwrap());
        row.alarms.len()
    };
    // Something new every twelve hours, for five days.
    for day in 0..10 {
        assert_eq!(look(&stage, 12 * day, 1), 0);
    }
    let last = 12 * 9;
    assert_eq!(look(&stage, last + 35, 0), 0, "three times its usual pause are not over");
    for hours in [37, 48, 72, 200] {
        assert_eq!(look(&stage, last + hours, 0), 1, "{hours} h of silence");
    }
    assert_eq!(stage.hub.counters.alarms_raised.get(), 1, "told once");
    assert_eq!(look(&stage, last + 201, 2), 0, "it is over with the next article");
    assert_eq!(look(&stage, last + 202, 0), 0);
    assert_eq!((stage.hub.counters.alarms_raised.get(), stage.hub.counters.alarms_cleared.get()), (1, 1));
    let told: Vec<(&str, &str)> =
        std::iter::from_fn(|| stage.notes.try_recv().ok()).map(|n| (n.event, n.alarm)).collect();
    assert_eq!(told, [("raised", "silence"), ("cleared", "silence")]);
}

#[test]
fn a_clock_that_is_set_back_stops_no_list_and_no_site() {
    let stage = Stage::new(&site(""));
    let ledger = &*stage.hub.ledger;
    let list = stage.keeper.site.lists[0].clone();
    let ahead = at("2031-01-01T00:00:00Z").as_millisecond();
    let rhythm = schedule::first(ahead, 0, None).after(&read(ahead, 3), None, 0);
    let row = ListRow { rhythm, alarms: Vec::new() };
    row.put(ledger, "x", "tin").unwrap();
    stage.set("2031-01-01T00:05:00Z");
    assert!(matches!(stage.keeper.next().unwrap(), Next::Rest("idle", ..)), "not due yet");
    stage.set("2026-11-20T00:00:00Z");
    assert!(
        matches!(stage.keeper.next().unwrap(), Next::Work(due, _) if due[0].id == list.id),
        "the next look is years away"
    );
    // A back-off that was written under the wrong clock.
    let resting = SiteRow { retry_ms: ahead + HOUR_MS, troubles: 1, ..SiteRow::default() };
    resting.put(ledger, "x").unwrap();
    assert!(!stage.keeper.is_resting(&resting, at("2026-11-20T00:00:00Z")), "it would last for years");
    assert!(stage.keeper.is_resting(&resting, at("2031-01-01T00:30:00Z")));
    assert!(!stage.keeper.is_resting(&resting, at("2031-01-01T01:00:00Z")));
    // Forward, all is due at once, and each list is looked at once.
    stage.set("2040-01-01T00:00:00Z");
    assert!(matches!(stage.keeper.next().unwrap(), Next::Work(due, _) if due.len() == 1));
}
