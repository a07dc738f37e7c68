//! The control socket, and the same commands where no daemon runs.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use luutru_portal::{Fault, PortalSpec};
use serde_json::Value;

use crate::daemon_stage::{Daemon, every, stage};
use crate::support::Stage;

const SECOND: Duration = Duration::from_secs(1);

fn say(stage: &Stage, line: &str) -> Value {
    let mut stream = UnixStream::connect(stage.root().join("luutru.sock")).unwrap();
    stream.write_all(line.as_bytes()).unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    serde_json::from_str(&answer).unwrap()
}

#[test]
fn why_says_where_an_article_lies_and_why_another_does_not() {
    let robots = "User-agent: *\nDisallow: /admin\n".to_owned();
    let mut spec = PortalSpec::nukeviet("one", 72).articles(6).page_size(6);
    spec.robots = robots;
    let stage = Stage::new(vec![spec]);
    every(&stage, "300d", "");
    let mut daemon = Daemon::start(&stage);
    daemon.until("the articles", |daemon| {
        let status = daemon.status();
        status["sites"][0]["state"] == "idle" && status["sites"][0]["queue"] == 0 && stage.articles().len() >= 5
    });
    let row = stage.articles().remove(0);
    let url = row["url"].as_str().unwrap().to_owned();
    let ask = |daemon: &Daemon, url: &str| daemon.ask(&["why", url, "--json"]).ended(0).objects().remove(0);
    let found = ask(&daemon, &url);
    assert_eq!(found["verdict"], "archived", "{found:#}");
    assert_eq!(found["article"]["file"], row["warc"]["file"], "{found:#}");
    assert_eq!(found["article"]["offset"], row["warc"]["offset"]);
    assert_eq!(found["article"]["record_id"], row["warc"]["record_id"]);
    assert!(found["robots"].as_str().unwrap().starts_with("allowed"), "{found:#}");
    let base = stage.portal(0).base();
    let refused = ask(&daemon, &format!("{base}/admin/x"));
    assert_eq!(refused["verdict"], "not-listed");
    assert!(refused["robots"].as_str().unwrap().contains("/admin"), "{refused:#}");
    assert_eq!(ask(&daemon, "https://elsewhere.example/x")["verdict"], "out-of-scope");
    daemon.ask(&["why", &url]).ended(0);
    daemon.stop();
    // Without a daemon the ledger is asked, and nothing about it changes.
    let alone = stage.run(&["why", &url, "--json"]).ended(0).objects().remove(0);
    assert_eq!(alone, found);
    let resting = stage.run(&["status", "--json"]).ended(0).objects().remove(0);
    assert!(resting["daemon"].is_null() && resting["sites"][0]["lists"][0]["looks"] == 1, "{resting:#}");
}

#[test]
fn a_paused_site_is_left_alone_over_restarts_until_it_is_resumed() {
    let stage = stage(6, "1s", "");
    let portal = stage.portal(0);
    let mut daemon = Daemon::start(&stage);
    daemon.until("it looks", |_| portal.requests().len() > 3);
    daemon.ask(&["pause", "two"]).ended(2);
    daemon.ask(&["pause", "one"]).ended(0);
    daemon.until("it is paused", |daemon| daemon.status()["sites"][0]["state"] == "paused");
    daemon.ask(&["crawl", "one"]).ended(2).says(&["one is paused"]);
    daemon.stop();
    let asked = portal.requests().len();
    let mut daemon = Daemon::start(&stage);
    daemon.until("it is paused still", |daemon| daemon.status()["sites"][0]["state"] == "paused");
    assert_eq!(portal.requests().len(), asked);
    daemon.stop();
    // The pause is in the ledger, and can be taken back there.
    stage.run(&["resume", "one"]).ended(0);
    let mut daemon = Daemon::start(&stage);
    daemon.until("it looks again", |_| portal.requests().len() > asked);
    daemon.ask(&["pause"]).ended(0);
    daemon.until("all is paused", |daemon| daemon.status()["sites"][0]["state"] == "paused");
    daemon.ask(&["resume"]).ended(0);
    daemon.until("it goes on", |daemon| daemon.status()["sites"][0]["state"] != "paused");
    daemon.stop();
}

#[test]
fn a_backfill_is_handed_over_and_live_lists_come_first() {
    let stage = Stage::new(vec![PortalSpec::nukeviet("one", 73).articles(90).page_size(5)]);
    every(&stage, "1s", "");
    let portal = stage.portal(0);
    portal.misbehave(Fault::Slow { delay_ms: 25 });
    let mut daemon = Daemon::start(&stage);
    let mut job = daemon.begin(&["backfill", "one"]);
    job.until("it says how it goes", |job| job.said().contains("list pages"));
    let published = portal.publish(1).remove(0);
    let at = portal.requests().len();
    daemon.until("the new article", |_| portal.requests().iter().any(|request| published.url.ends_with(&request.path)));
    let place = portal.requests().iter().skip(at).position(|request| published.url.ends_with(&request.path));
    // The interval of a second, the leases that the runner holds already, and what the first looks found.
    assert!(place.unwrap() < 90, "{place:?}");
    let ran = job.wait(60 * SECOND).ended(0);
    assert!(ran.stdout.contains("one"), "{}", ran.stdout);
    let articles = portal.gold().iter().filter(|gold| gold.same_as.is_none()).count();
    daemon.until("all of it", |_| stage.articles().len() == articles);
    daemon.ask(&["backfill", "one", "--delay", "1s"]).ended(2).says(&["--delay"]);
    daemon.ask(&["backfill", "http://127.0.0.1:1/x"]).ended(2).says(&["no site file"]);
    daemon.stop();
    stage.verify();
}

#[test]
fn a_job_is_taken_back_by_ctrl_c_and_left_by_detach() {
    let stage = Stage::new(vec![PortalSpec::nukeviet("one", 74).articles(120).page_size(3)]);
    every(&stage, "300d", "");
    let portal = stage.portal(0);
    portal.misbehave(Fault::Slow { delay_ms: 30 });
    let mut daemon = Daemon::start(&stage);
    let mut job = daemon.begin(&["backfill", "one"]);
    job.until("it is under way", |job| job.said().contains("list pages"));
    job.interrupt();
    job.wait(5 * SECOND).ended(6).says(&["taken back"]);
    daemon.until("it rests", |daemon| {
        let site = daemon.status()["sites"][0].clone();
        site["jobs"] == 0 && site["state"] == "idle"
    });
    let articles = portal.gold().iter().filter(|gold| gold.same_as.is_none()).count();
    assert!(stage.articles().len() < articles, "it was taken back");
    daemon.ask(&["backfill", "one", "--detach"]).ended(0).says(&["handed over"]);
    daemon.until("it is under way", |daemon| daemon.status()["sites"][0]["state"] == "working");
    daemon.stop();
    portal.heal();
    let mut daemon = Daemon::start(&stage);
    daemon.until("the job that outlived a restart is done", |_| stage.articles().len() == articles);
    daemon.stop();
    stage.run(&["backfill", "--detach", "one"]).ended(2);
}

#[test]
fn the_socket_is_private_versioned_and_patient_with_nobody() {
    let stage = stage(6, "300d", "");
    fs::create_dir_all(stage.root()).unwrap();
    // What a crash left.
    drop(std::os::unix::net::UnixListener::bind(stage.root().join("luutru.sock")).unwrap());
    let daemon = Daemon::start(&stage);
    let mode = fs::metadata(stage.root().join("luutru.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    assert_eq!(say(&stage, "{\"v\":1,\"do\":\"status\"}\n")["say"], "done");
    let other = say(&stage, "{\"v\":7,\"do\":\"status\"}\n");
    assert!(other["message"].as_str().unwrap().contains("not 7"), "{other}");
    assert_eq!(say(&stage, "hello\n")["kind"], "usage");
    let long = "x".repeat(300 << 10);
    assert_eq!(say(&stage, &long)["kind"], "usage");
    // A second owner is refused by the name of the first.
    let pid = daemon.status()["daemon"]["pid"].to_string();
    let second = stage.crawl(&["run"]).ended(4);
    second.says(&["belongs to the daemon", &pid]);
    daemon.stop();
    fs::write(stage.root().join("luutru.sock"), "not a socket").unwrap();
    stage.crawl(&["run"]).ended(4).says(&["no socket"]);
    assert_eq!(fs::read_to_string(stage.root().join("luutru.sock")).unwrap(), "not a socket");
}

#[test]
fn alarms_reach_the_command_and_the_status() {
    let folder = tempfile::tempdir().unwrap();
    let heard = folder.path().join("heard");
    let script = format!("cat >> {}", heard.display());
    let stage = stage(6, "1s", &format!("[alarm]\ncommand = [\"/bin/sh\", \"-c\", \"{script}\"]\n"));
    let portal = stage.portal(0);
    let mut daemon = Daemon::start(&stage);
    daemon.until("a look", |daemon| daemon.status()["sites"][0]["lists"][0]["looks"].as_u64().unwrap_or(0) > 0);
    daemon.until("it rests", |daemon| daemon.status()["sites"][0]["queue"] == 0);
    portal.misbehave(Fault::Status(500));
    let lines = || -> Vec<Value> {
        let text = fs::read_to_string(&heard).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    };
    let of = |event: &str| lines().into_iter().any(|line| line["event"] == event && line["alarm"] == "failing");
    daemon.until("the alarm", |_| of("raised"));
    let status = daemon.status();
    let lists = status["sites"][0]["lists"].as_array().unwrap();
    let list = lists.iter().find(|list| !list["alarms"].as_array().unwrap().is_empty()).unwrap();
    assert_eq!(list["alarms"][0]["alarm"], "failing", "{status:#}");
    assert!(list["failure"].as_str().unwrap().contains("500"), "{status:#}");
    daemon.ask(&["status"]).ended(0);
    // And the report, for those who look at the archive's files alone.
    let reported = || stage.report(&portal.spec().id)["alarms"].as_array().unwrap().clone();
    daemon.until("the report has it", |_| !reported().is_empty());
    assert_eq!((&reported()[0]["alarm"], &reported()[0]["list"]), (&list["alarms"][0]["alarm"], &list["list"]));
    portal.heal();
    daemon.until("it is over", |_| of("cleared"));
    daemon.until("the report is without it", |_| reported().is_empty());
    daemon.stop();
}
