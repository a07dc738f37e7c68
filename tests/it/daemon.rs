//! `luutru run` as the real program: schedule, edits, reload, end, restart; words for the service manager.

use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use luutru::model::{Clock as _, SystemClock};
use luutru_portal::{Fault, PortalSpec};

use crate::daemon_stage::{Daemon, every, stage};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn what_is_published_appears_and_what_is_edited_is_visited_again() {
    let stage = stage(9, "1s", "[revisit]\nafter = [\"1s\", \"2s\", \"5s\", \"10s\", \"20s\", \"1d\"]\n");
    let portal = stage.portal(0);
    let mut daemon = Daemon::start(&stage);
    daemon.until("the first articles", |_| stage.articles().len() >= 6);
    let published = portal.publish(2);
    let has = |url: &str, version: u64| {
        let of = |row: &serde_json::Value| {
            row["locations"].as_array().unwrap().iter().any(|place| place == url) && row["version"] == version
        };
        stage.articles().iter().any(of)
    };
    daemon.until("what was published", |_| published.iter().all(|gold| has(&gold.url, 1)));
    portal.edit(&published[0].id).unwrap();
    daemon.until("a second version", |_| has(&published[0].url, 2));
    let status = daemon.status();
    let list = &status["sites"][0]["lists"][0];
    assert!(list["looks"].as_u64().unwrap() >= 2, "{status:#}");
    assert!(list["held"].as_u64().unwrap() > 0, "the overlap is recorded: {status:#}");
    assert_eq!(status["daemon"]["phase"], "running");
    assert!(status["daemon"]["counters"]["visits"].as_u64().unwrap() > 0, "{status:#}");
    daemon.stop();
    stage.verify();
    let report = stage.report("one");
    assert!(report["archived"].as_u64().unwrap() >= 8, "{report:#}");
    assert_eq!(report["open"], 0, "{report:#}");
    assert_eq!(report["listed"].as_u64().unwrap(), crate::support::accounted(&report), "{report:#}");
    let left = crate::harness::warcs(&stage.root());
    assert!(left.iter().all(|path| !path.to_string_lossy().ends_with(".open")), "{left:?}");
}

#[test]
fn a_list_that_moved_too_far_is_walked_until_something_is_known() {
    // Two items a page: ten pages of a look are twenty.
    let stage = crate::support::Stage::new(vec![PortalSpec::nukeviet("one", 77).articles(12).page_size(2)]);
    every(&stage, "300d", "");
    let portal = stage.portal(0);
    let mut daemon = Daemon::start(&stage);
    daemon.until("a first look at each list", |daemon| {
        let status = daemon.status();
        status["sites"][0]["lists"].as_array().unwrap().iter().all(|list| list["looks"] == 1)
    });
    portal.publish(150);
    daemon.ask(&["crawl", "one"]).ended(0);
    assert_eq!(daemon.status()["daemon"]["counters"]["no_overlap"], 3, "{:#}", daemon.status());
    let published = portal.gold().into_iter().take(150).filter(|gold| gold.same_as.is_none()).count();
    daemon.until("the gap is filled", |_| stage.articles().len() >= published);
    daemon.until("the job is done with", |daemon| daemon.status()["sites"][0]["jobs"] == 0);
    daemon.stop();
    stage.verify();
}

#[test]
fn a_good_configuration_is_taken_over_and_a_bad_one_is_not() {
    let stage = stage(6, "300d", "");
    let mut daemon = Daemon::start(&stage);
    let looks = |daemon: &Daemon| daemon.status()["sites"][0]["lists"][0]["looks"].as_u64().unwrap_or(0);
    daemon.until("a first look", |daemon| looks(daemon) == 1);
    stage.config("nonsense = 1\n");
    daemon.hang_up();
    daemon.until("it refuses", |daemon| daemon.said().contains("refused") && daemon.said().contains("nonsense"));
    assert_eq!(daemon.status()["daemon"]["counters"]["reloads_refused"], 1);
    daemon.ask(&["reload"]).ended(3);
    every(&stage, "1s", "");
    stage.config("");
    daemon.hang_up();
    daemon.until("the list is looked at every second", |daemon| looks(daemon) >= 3);
    assert_eq!(daemon.status()["daemon"]["counters"]["reloads"], 1);
    daemon.stop();
    stage.verify();
}

#[test]
fn it_ends_within_half_a_minute_and_goes_on_by_its_schedule() {
    let stage = stage(6, "300d", "");
    let portal = stage.portal(0);
    let mut daemon = Daemon::start(&stage);
    let first = |daemon: &Daemon| daemon.status()["sites"][0]["lists"][0].clone();
    daemon.until("a first look", |daemon| first(daemon)["looks"] == 1);
    daemon.until("it rests", |daemon| daemon.status()["sites"][0]["state"] == "idle");
    let before = first(&daemon);
    daemon.stop();
    let asked = portal.requests().len();
    let mut daemon = Daemon::start(&stage);
    daemon.until("it rests", |daemon| daemon.status()["sites"][0]["state"] == "idle");
    let after = first(&daemon);
    assert_eq!((&after["next"], &after["looks"]), (&before["next"], &before["looks"]));
    assert_eq!(portal.requests().len(), asked, "nothing is due");
    // A request that takes longer than anybody waits is given up.
    portal.misbehave(Fault::Slow { delay_ms: 60_000 });
    let mut job = daemon.begin(&["crawl", "one"]);
    job.until("a request is under way", |_| portal.requests().len() > asked);
    let at = Instant::now();
    daemon.stop_within(30 * SECOND);
    assert!(at.elapsed() > 10 * SECOND, "it was waited for: {:?}", at.elapsed());
    job.wait(5 * SECOND).ended(6);
    portal.heal();
    stage.verify();
}

#[test]
fn the_service_manager_is_told() {
    let stage = stage(6, "1s", "");
    let name = stage.path("notify");
    let socket = UnixDatagram::bind(&name).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let variables = [("NOTIFY_SOCKET", name.to_str().unwrap().to_owned()), ("WATCHDOG_USEC", "1000000".to_owned())];
    let mut daemon = Daemon::start_with(&stage, &variables);
    let mut heard: Vec<String> = Vec::new();
    let mut hear = |daemon: &mut Daemon, what: &str, seen: &dyn Fn(&[String]) -> bool| {
        daemon.until(what, |_| {
            let mut bytes = [0; 4_096];
            while let Ok(length) = socket.recv(&mut bytes) {
                heard.push(String::from_utf8_lossy(&bytes[..length]).into_owned());
            }
            seen(&heard)
        });
    };
    let count = |heard: &[String], word: &str| heard.iter().filter(|line| line.starts_with(word)).count();
    hear(&mut daemon, "READY", &|heard| count(heard, "READY=1") == 1);
    hear(&mut daemon, "the watchdog is fed", &|heard| count(heard, "WATCHDOG=1") >= 3);
    hear(&mut daemon, "a status", &|heard| heard.iter().any(|line| line.starts_with("STATUS=running")));
    daemon.hang_up();
    hear(&mut daemon, "RELOADING", &|heard| {
        let at = heard.iter().position(|line| line.starts_with("RELOADING=1\nMONOTONIC_USEC="));
        at.is_some_and(|at| heard[at..].iter().any(|line| line == "READY=1"))
    });
    daemon.terminate();
    // The child may be gone when its last word is read.
    let until = Instant::now() + 10 * SECOND;
    let mut bytes = [0; 4_096];
    loop {
        assert!(Instant::now() < until, "never STOPPING");
        let Ok(length) = socket.recv(&mut bytes) else { continue };
        if bytes[..length].starts_with(b"STOPPING=1") {
            break;
        }
    }
    daemon.gone(10 * SECOND);
}

#[test]
fn a_full_disk_is_waited_out() {
    const ROOM: u64 = 512 << 20;
    let stage = stage(6, "1s", "");
    let filler = stage.path("filler");
    let file = std::fs::File::create(&filler).unwrap();
    rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, ROOM).unwrap();
    let disk = rustix::fs::statvfs(&filler).unwrap();
    let mark = disk.f_bavail * disk.f_frsize + ROOM / 2;
    stage.config(&format!("[disk]\nlow = \"{mark}B\"\nhigh = \"{mark}B\"\n"));
    let mut daemon = Daemon::start(&stage);
    daemon.until("it waits for room", |daemon| daemon.status()["daemon"]["phase"] == "disk-low");
    assert!(stage.portal(0).requests().is_empty(), "nothing is asked for");
    drop(file);
    std::fs::remove_file(&filler).unwrap();
    daemon.until("it goes on by itself", |_| !stage.articles().is_empty());
    assert_eq!(daemon.status()["daemon"]["counters"]["disk_pauses"], 1);
    daemon.stop();
    stage.verify();
}

#[test]
fn files_that_grow_old_are_sealed_while_nothing_happens() {
    let stage = stage(6, "300d", "[warc]\nrotate_age = \"3s\"\n");
    let mut daemon = Daemon::start(&stage);
    let open = || {
        let files = crate::harness::warcs(&stage.root());
        (files.len(), files.iter().filter(|path| path.to_string_lossy().ends_with(".open")).count())
    };
    daemon.until("files are open", |_| open().1 > 0);
    daemon.until("every list was looked at and it rests", |daemon| {
        let site = &daemon.status()["sites"][0];
        site["state"] == "idle" && site["lists"].as_array().unwrap().iter().all(|list| list["looks"] == 1)
    });
    let asked = stage.portal(0).requests().len();
    daemon.until("they are sealed by themselves", |_| matches!(open(), (sealed, 0) if sealed > 0));
    assert_eq!(stage.portal(0).requests().len(), asked, "nothing was asked for meanwhile");
    let indexes = crate::harness::files(&stage.root().join("index"));
    assert!(!indexes.is_empty(), "each has its index");
    stage.verify();
    daemon.stop();
    stage.verify();
}

#[test]
fn quiet_hours_hold_until_the_site_file_says_otherwise() {
    let stage = stage(6, "1s", "");
    let now = SystemClock.now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(7)));
    let hour = |hours: i64| (&now + jiff::SignedDuration::from_hours(hours)).strftime("%H:%M").to_string();
    every(&stage, "1s", &format!("quiet = \"{}-{}\"", hour(-1), hour(2)));
    let mut daemon = Daemon::start(&stage);
    daemon.until("it is quiet", |daemon| daemon.status()["sites"][0]["state"] == "quiet");
    let site = &daemon.status()["sites"][0];
    assert!(site["why"].as_str().unwrap().contains("quiet hours"), "{site}");
    let until: jiff::Timestamp = site["until"].as_str().unwrap().parse().unwrap();
    let left = until.duration_since(SystemClock.now());
    assert!((jiff::SignedDuration::from_mins(118)..=jiff::SignedDuration::from_mins(121)).contains(&left), "{left:?}");
    assert!(stage.portal(0).requests().is_empty(), "not even robots.txt is asked for");
    every(&stage, "1s", &format!("quiet = \"{}-{}\"", hour(2), hour(4)));
    daemon.hang_up();
    daemon.until("it works", |_| !stage.articles().is_empty());
    daemon.stop();
    stage.verify();
}
