//! The daemon's figures: read by Prometheus' own parser, and compared with what the portals, the archive and `status` say.

#![expect(
    clippy::float_cmp,
    clippy::cast_precision_loss,
    reason = "counts, as the parser gives them: exact below 2^53"
)]

use std::fs;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use luutru_portal::{Fault, PortalSpec};
use serde_json::Value;

use crate::daemon_stage::{Daemon, every, stage};
use crate::judges;
use crate::support::{Stage, files_below, free_port};

const PATIENCE: Duration = Duration::from_secs(10);

/// What a page of figures says, as Prometheus reads it.
pub struct Figures(Value);

impl Figures {
    pub fn read(text: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("figures");
        fs::write(&file, text).unwrap();
        let output = judges::script("figures.py", &[file]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}\n{text}");
        Self(serde_json::from_slice(&output.stdout).unwrap())
    }

    /// One series.
    #[track_caller]
    pub fn of(&self, series: &str) -> f64 {
        let value = self.0["series"].get(series).and_then(Value::as_f64);
        value.unwrap_or_else(|| panic!("no {series}: {:#}", self.0["series"]))
    }

    /// All series of a name together.
    pub fn sum(&self, name: &str) -> f64 {
        let all = self.0["series"].as_object().unwrap().iter();
        all.filter(|(key, _)| key.split('{').next() == Some(name)).filter_map(|(_, value)| value.as_f64()).sum()
    }
}

/// Status line and body of an answer; the head in between.
fn exchange(mut stream: impl std::io::Read + std::io::Write, request: &str) -> (u16, String, String) {
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_owned(), body.to_owned())
}

/// What `curl --unix-socket <root>/luutru.sock http://x<path>` sends.
pub fn ask(root: &Path, path: &str) -> (u16, String, String) {
    let stream = UnixStream::connect(root.join("luutru.sock")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    exchange(stream, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: curl/8\r\nAccept: */*\r\n\r\n"))
}

/// One series as it stands, 0 where there is none; for waiting, since the real parser takes its time.
fn glance(stage: &Stage, series: &str) -> f64 {
    let (_, _, text) = ask(&stage.root(), "/metrics");
    let value = |line: &str| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok();
    text.lines().find_map(value).unwrap_or(0.0)
}

/// The figures as they stand.
pub fn figures(stage: &Stage) -> Figures {
    let (status, head, body) = ask(&stage.root(), "/metrics");
    assert_eq!(status, 200, "{body}");
    assert!(head.contains("application/openmetrics-text; version=1.0.0"), "{head}");
    Figures::read(&body)
}

fn as_number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn figures_agree_with_the_portal_the_archive_and_the_status() {
    let robots = "User-agent: *\nDisallow: /admin\n";
    let spec = PortalSpec::nukeviet("one", 81).articles(14).page_size(6).shared_percent(0).robots(robots);
    let stage = Stage::new(vec![spec]);
    every(&stage, "300d", "");
    let portal = stage.portal(0);
    let mut daemon = Daemon::start(&stage);
    daemon.until("it rests with articles", |daemon| {
        daemon.status()["sites"][0]["state"] == "idle" && !stage.articles().is_empty()
    });
    let published = portal.publish(2).len();
    daemon.ask(&["crawl", "one"]).ended(0);
    daemon.until("it rests", |daemon| daemon.status()["sites"][0]["state"] == "idle");
    let (figures, status, asked) = (figures(&stage), daemon.status(), portal.requests());
    let answered = |class: u16| asked.iter().filter(|request| request.status / 100 == class).count();
    for class in [2, 3, 4, 5] {
        let series = format!("crawler_fetches_total{{outcome=\"{class}xx\"}}");
        assert_eq!(figures.of(&series), answered(class) as f64, "{series}");
    }
    assert_eq!(figures.of("crawler_fetch_duration_seconds_count"), asked.len() as f64);
    assert_eq!(figures.of("crawler_permit_wait_seconds_count"), asked.len() as f64);
    let bytes: u64 = asked.iter().map(|request| request.bytes).sum();
    assert!(figures.of("crawler_fetch_bytes_total{kind=\"response\"}") > bytes as f64, "heads come on top of bodies");
    assert_eq!(figures.of("crawler_dedup_total{verdict=\"new\"}"), stage.articles().len() as f64);
    assert!(stage.articles().len() >= published);
    assert_eq!(figures.of("crawler_dedup_total{verdict=\"version\"}"), 0.0);
    assert!(figures.of("crawler_robots_total{verdict=\"allowed\"}") > 0.0);
    let counters = &status["daemon"]["counters"];
    assert_eq!(figures.sum("crawler_looks_total"), as_number(&counters["looks"]));
    assert_eq!(figures.of("crawler_list_items_total"), as_number(&counters["new_items"]));
    let lists = status["sites"][0]["lists"].as_array().unwrap().len();
    assert_eq!(figures.of("crawler_lists"), lists as f64);
    assert_eq!(figures.of("crawler_lists_overdue"), 0.0);
    assert_eq!(figures.of("crawler_sites{state=\"idle\"}"), 1.0);
    assert_eq!(figures.sum("crawler_frontier_urls"), 0.0);
    assert!(figures.of("crawler_heartbeat_age_seconds") < 15.0);
    assert!(figures.of("crawler_disk_free_bytes") > 0.0);
    assert_eq!(figures.of("crawler_ready"), 1.0);
    daemon.stop();
    // What was counted as appended is what lies there; files open with a warcinfo of their own.
    let mut held = std::collections::BTreeMap::<String, f64>::new();
    for record in stage.records() {
        *held.entry(record.kind().to_owned()).or_default() += 1.0;
    }
    for kind in ["response", "revisit", "request", "metadata", "conversion"] {
        let series = format!("crawler_warc_records_total{{type=\"{kind}\"}}");
        assert_eq!(figures.of(&series), held.get(kind).copied().unwrap_or(0.0), "{series}");
    }
    assert!(figures.of("crawler_warc_fsync_duration_seconds_count") > 0.0);
}

#[test]
fn trouble_of_a_portal_shows() {
    let stage = stage(
        9,
        "1s",
        "[backoff]\nfirst = \"100ms\"\nmax = \"200ms\"\n[revisit]\nafter = [\"1s\", \"2s\", \"4s\", \"8s\", \"15s\", \"1d\"]\n",
    );
    let portal = stage.portal(0);
    let mut daemon = Daemon::start(&stage);
    daemon.until("the first articles", |_| stage.articles().len() >= 6);
    let published = portal.publish(2);
    let has = |version: u64| {
        let url = published[0].url.as_str();
        let of = |row: &Value| row["locations"].as_array().unwrap().iter().any(|place| place == url);
        stage.articles().iter().any(|row| of(row) && row["version"] == version)
    };
    daemon.until("what was published", |_| has(1));
    portal.edit(&published[0].id).unwrap();
    daemon.until("a second version", |_| has(2));
    let version = glance(&stage, "crawler_dedup_total{verdict=\"version\"}");
    assert!(version >= 1.0, "{}", ask(&stage.root(), "/metrics").2);
    portal.misbehave(Fault::Status(503));
    daemon.until("back-off, and an alarm", |_| {
        let least = |series, least| glance(&stage, series) >= least;
        least("crawler_backoffs_total{cause=\"refused\"}", 3.0)
            && least("crawler_alarms{alarm=\"failing\"}", 1.0)
            && least("crawler_looks_total{outcome=\"failed\"}", 3.0)
            && least("crawler_fetches_total{outcome=\"5xx\"}", 3.0)
    });
    figures(&stage);
    portal.heal();
    daemon.until("the alarm is over", |_| glance(&stage, "crawler_alarms{alarm=\"failing\"}") == 0.0);
    // No label names a portal.
    let (_, _, text) = ask(&stage.root(), "/metrics");
    for secret in ["127.0.0", "http:", "\"one\""] {
        assert!(!text.contains(secret), "{secret}\n{text}");
    }
    daemon.stop();
}

#[test]
fn a_verification_of_the_archive_is_told() {
    let stage = stage(6, "300d", "");
    stage.crawl(&["crawl", "one"]).ended(0);
    let daemon = Daemon::start(&stage);
    let when = "crawler_last_success_timestamp_seconds{job=\"verify\"}";
    assert_eq!(figures(&stage).of(when), 0.0);
    daemon.ask(&["verify"]).ended(0);
    until(|| glance(&stage, when) > 1.7e9, "a verification that went well");
    let before = figures(&stage).of(when);
    let path =
        files_below(&stage.root().join("warc")).into_iter().find(|path| path.extension().unwrap() == "gz").unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    fs::write(&path, bytes).unwrap();
    // A part is no whole: it says nothing of the archive.
    daemon.ask(&["verify", path.to_str().unwrap()]).ended(4);
    assert_eq!(figures(&stage).of("crawler_verify_damage"), 0.0);
    daemon.ask(&["verify"]).ended(4);
    until(|| glance(&stage, "crawler_verify_damage") >= 1.0, "the damage");
    assert_eq!(figures(&stage).of(when), before, "when it last went well stays");
    daemon.stop();
}

fn until(seen: impl Fn() -> bool, what: &str) {
    let begun = std::time::Instant::now();
    while !seen() {
        assert!(begun.elapsed() < PATIENCE, "never {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_full_disk_is_told_while_it_waits() {
    let stage = stage(6, "300d", "[disk]\nlow = \"9000000GB\"\n");
    let mut daemon = Daemon::start(&stage);
    daemon.until("it waits", |daemon| daemon.status()["daemon"]["phase"] == "disk-low");
    let figures = figures(&stage);
    assert_eq!(figures.of("crawler_paused{reason=\"disk\"}"), 1.0);
    assert_eq!((figures.of("crawler_ready"), figures.of("crawler_disk_low_mark_bytes")), (0.0, 9e15));
    assert_eq!(ask(&stage.root(), "/readyz").0, 503);
    assert_eq!(ask(&stage.root(), "/livez").0, 200);
    daemon.stop();
}

#[test]
fn the_port_answers_and_refuses_what_is_no_question() {
    let port = free_port();
    let stage = stage(6, "300d", &format!("[daemon]\nmetrics = \"127.0.0.1:{port}\"\n"));
    let mut daemon = Daemon::start(&stage);
    daemon.until("it is ready", |_| ask(&stage.root(), "/readyz").0 == 200);
    let tcp = |request: &str| {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        exchange(stream, request)
    };
    let (status, _, body) = tcp("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(status, 200);
    assert!(Figures::read(&body).of("crawler_ready") > 0.0);
    for (request, expected) in [
        ("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        ("GET /livez HTTP/1.0\r\n\r\n", 200),
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        ("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405),
        ("{\"v\":1,\"do\":\"pause\",\"site\":null}\r\n\r\n", 400),
    ] {
        assert_eq!(tcp(request).0, expected, "{request}");
    }
    // On the port nobody steers: that is for the socket, which belongs to a user and a group.
    assert_eq!(daemon.status()["paused"], false);
    daemon.stop();
    // Taken by somebody else, it is refused by name; the control socket is not left behind.
    let _taken = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    stage.crawl(&["run"]).ended(4).says(&["[daemon] metrics", &port.to_string()]);
    assert!(!stage.root().join("luutru.sock").exists());
}
