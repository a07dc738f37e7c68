//! Manners, as the portals' request logs show them: one request at a time, the pauses, robots.txt, and who asks.

#![allow(clippy::print_stdout, reason = "what was measured, for whoever asks with --nocapture")]

use std::fs;
use std::time::Duration;

use luutru_portal::{Fault, FaultRule, Portal, PortalSpec, Request};

use crate::support::{Asked, Kept, Stage, accounted};

const SECOND: Duration = Duration::from_secs(1);

/// A small portal of one page a list.
fn small(robots: &str) -> PortalSpec {
    PortalSpec::nukeviet("one", 61).articles(7).page_size(20).robots(robots)
}

fn on(prefix: &str, fault: Fault) -> FaultRule {
    FaultRule { fault, prefix: Some(prefix.to_owned()), times: None }
}

fn once(prefix: &str, fault: Fault) -> FaultRule {
    FaultRule { times: Some(1), ..on(prefix, fault) }
}

/// Path part of an address of the portal.
fn path(portal: &Portal, url: &str) -> String {
    url[portal.base().len()..].to_owned()
}

/// The shortest time between the end of an answer and the start of the next request; panics when two overlap.
/// Portals that were started together share a clock.
fn shortest_gap(mut requests: Vec<Request>) -> Duration {
    requests.sort_by_key(|request| request.start);
    assert!(requests.len() > 1);
    let gaps = requests.windows(2).map(|pair| {
        let (first, second) = (&pair[0], &pair[1]);
        assert!(second.start >= first.end, "{} begins while {} is answered", second.path, first.path);
        second.start.saturating_sub(first.end)
    });
    gaps.min().unwrap()
}

#[test]
fn robots_comes_first_and_once_and_lies_in_the_archive() {
    let stage = Stage::new(vec![small("User-agent: *\nDisallow: /admin\n").gzip(false)]);
    stage.site_files("");
    stage.crawl(&["backfill"]).ended(0);
    let requests = stage.portal(0).requests();
    assert_eq!(requests[0].path, "/robots.txt");
    assert_eq!(Asked::of(stage.portal(0), 0).robots.len(), 1);
    let address = format!("{}/robots.txt", stage.portal(0).base());
    let records = stage.records();
    let of = |kind: &str| records.iter().find(|r| r.kind() == kind && r.field("WARC-Target-URI") == address);
    assert!(of("response").unwrap().text().ends_with("User-agent: *\nDisallow: /admin\n"));
    assert!(of("request").unwrap().text().starts_with("GET /robots.txt HTTP/1.1\r\n"));
    stage.verify();
}

#[test]
fn a_server_is_asked_one_thing_at_a_time_whatever_its_names() {
    let spec = |id: &str, seed| PortalSpec::nukeviet(id, seed).articles(30).page_size(10);
    let stage = Stage::at(vec![spec("one", 62), spec("two", 63)], &["127.0.0.9:0", "127.0.0.9:0"]);
    for portal in stage.portals() {
        portal.misbehave(Fault::Slow { delay_ms: 5 });
    }
    stage.site_files("");
    stage.crawl(&["backfill", "--concurrency", "8"]).ended(0);
    let requests: Vec<Request> = stage.portals().iter().flat_map(Portal::requests).collect();
    assert!(requests.len() > 60);
    shortest_gap(requests);
}

#[test]
fn the_delay_counts_from_the_end_of_a_response_over_redirects_and_restarts() {
    let stage = Stage::new(vec![small("User-agent: *\nDisallow:\n")]);
    stage.site_files("");
    let portal = stage.portal(0);
    // A slow answer and a redirect on the way; the redirect's target is a page of the portal.
    let gold = portal.gold();
    portal.misbehave_with(once(&path(portal, &gold[0].url), Fault::Slow { delay_ms: 50 }));
    portal.misbehave_with(once(&path(portal, &gold[1].url), Fault::RedirectTo("/vi/".to_owned())));
    stage.crawl(&["backfill", "--delay", "250ms", "--max-articles", "3"]).ended(0);
    let first = portal.requests().len();
    assert!(portal.requests().iter().any(|request| request.status == 302));
    stage.crawl(&["backfill", "--delay", "250ms", "--max-articles", "1"]).ended(0);
    assert_eq!(portal.requests().len(), first + 1);
    let gap = shortest_gap(portal.requests());
    println!("shortest gap: {gap:?}");
    assert!(gap >= Duration::from_millis(250), "{gap:?}");
}

#[test]
fn a_crawl_delay_of_robots_txt_makes_the_pause_longer() {
    let stage = Stage::new(vec![small("User-agent: *\nCrawl-delay: 1\n")]);
    let list = stage.list(0, 0);
    stage.crawl(&["backfill", &list, "--delay", "10ms", "--max-articles", "1"]).ended(0);
    let mut requests = stage.portal(0).requests();
    assert_eq!(requests.len(), 3, "robots.txt, a list page, an article");
    // robots.txt itself is asked for before anybody can know of its delay.
    requests.remove(0);
    let gap = shortest_gap(requests);
    assert!(gap >= SECOND, "{gap:?}");
}

#[test]
fn a_busy_server_is_left_alone_for_as_long_as_it_asks() {
    let stage = Stage::new(vec![small("")]);
    stage.site_files("");
    let portal = stage.portal(0);
    let article = path(portal, &portal.gold()[0].url);
    portal.misbehave_with(once(&article, Fault::RetryAfter { status: 503, seconds: 1 }));
    stage.crawl(&["backfill"]).ended(0);
    let requests = portal.requests();
    let at = requests.iter().position(|request| request.status == 503).unwrap();
    let pause = requests[at + 1].start.saturating_sub(requests[at].end);
    println!("pause after Retry-After: 1: {pause:?}");
    assert!((SECOND..2 * SECOND).contains(&pause), "{pause:?}");
    // The item that was refused is tried again, and comes.
    assert_eq!(requests.iter().filter(|request| request.path == article).count(), 2);
    assert_eq!(stage.report("one")["failed"], serde_json::json!({}));
}

#[test]
fn a_busy_server_that_names_no_time_is_left_alone_as_configured() {
    let stage = Stage::new(vec![small("")]);
    stage.site_files("").config("[backoff]\nfirst = \"300ms\"\nmax = \"400ms\"\n");
    let portal = stage.portal(0);
    let article = path(portal, &portal.gold()[0].url);
    portal.misbehave_with(FaultRule { times: Some(2), ..on(&article, Fault::Status(503)) });
    stage.crawl(&["backfill"]).ended(0);
    let requests = portal.requests();
    let refused: Vec<usize> = (0..requests.len()).filter(|at| requests[*at].status == 503).collect();
    assert_eq!(refused.len(), 2);
    for at in refused {
        let pause = requests[at + 1].start.saturating_sub(requests[at].end);
        assert!(pause >= Duration::from_millis(300), "{pause:?}");
    }
    assert_eq!(stage.report("one")["failed"], serde_json::json!({}));
}

#[test]
fn what_robots_txt_forbids_is_counted_and_never_asked_for() {
    let stage = Stage::new(vec![small("User-agent: *\nDisallow: /vi/news/*/*.html$\nAllow: /vi/news/doan-the/\n")]);
    stage.site_files("");
    let portal = stage.portal(0);
    stage.crawl(&["backfill"]).ended(0);
    let asked = Asked::of(portal, 0);
    assert!(asked.articles.iter().all(|request| request.path.starts_with("/vi/news/doan-the/")));
    let report = stage.report("one");
    let refused = report["refused_by_robots"].as_u64().unwrap();
    assert!(refused > 0 && report["archived"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(report["listed"].as_u64().unwrap(), accounted(&report), "{report}");
    assert_eq!(report["listed"].as_u64().unwrap() - refused, asked.articles.len() as u64, "{report}");
}

#[test]
fn a_list_that_robots_txt_forbids_ends_with_a_clear_line() {
    let stage = Stage::new(vec![small("User-agent: *\nDisallow: /vi/news/\n")]);
    let list = stage.list(0, 0);
    let ran = stage.crawl(&["backfill", &list]).ended(1);
    ran.says(&["robots.txt forbids it", "Disallow: /vi/news/"]);
    assert_eq!(stage.portal(0).requests().len(), 1, "robots.txt alone");
}

#[test]
fn a_broken_robots_txt_closes_the_portal() {
    for status in [503, 500] {
        let stage = Stage::new(vec![small("")]);
        stage.config("[backoff]\nfirst = \"300ms\"\n");
        let portal = stage.portal(0);
        portal.misbehave(Fault::Robots { status, text: String::new() });
        let list = stage.list(0, 0);
        let ran = stage.crawl(&["backfill", &list]).ended(5);
        ran.says(&["robots.txt", &status.to_string(), "nothing may be fetched"]);
        assert!(portal.requests().iter().all(|request| request.path == "/robots.txt"));
        // Asked again at once, it is not bothered a second time.
        stage.crawl(&["backfill", &list]).ended(5);
        assert_eq!(portal.requests().len(), 1);
        assert_eq!(stage.report(&stage.bare_id(0))["listed"], 0);
    }
}

#[test]
fn a_portal_without_robots_txt_is_open() {
    let stage = Stage::new(vec![small("")]);
    stage.site_files("");
    stage.portal(0).misbehave(Fault::Robots { status: 404, text: "User-agent: *\nDisallow: /\n".to_owned() });
    stage.crawl(&["backfill"]).ended(0);
    assert_eq!(Asked::of(stage.portal(0), 0).robots.len(), 1);
    assert!(stage.articles().len() > 3);
}

#[test]
fn a_site_file_can_pass_over_robots_txt_and_says_so_in_the_record() {
    let stage = Stage::new(vec![small("User-agent: *\nDisallow: /\n")]);
    stage.site_files("robots = { ignore = \"the archive law asks for it\" }");
    stage.crawl(&["backfill", "--max-articles", "1"]).ended(0);
    assert_eq!(stage.articles().len(), 1);
    assert!(stage.records().iter().any(|r| r.text().contains("robots: ignored: the archive law asks for it")));
}

#[test]
fn the_portal_learns_who_asks() {
    let stage = Stage::new(vec![small("")]);
    stage.site_files("").config("contact = \"archive@example.org\"\n");
    stage.crawl(&["backfill", "--max-articles", "1"]).ended(0);
    let agent = format!("luutru/{} (+archive@example.org)", env!("CARGO_PKG_VERSION"));
    assert!(stage.portal(0).requests().iter().all(|request| request.user_agent == agent));
    let records = stage.records();
    let sent: Vec<String> = records.iter().filter(|r| r.kind() == "request").map(Kept::text).collect();
    assert!(sent.len() >= 3);
    for head in sent {
        assert!(head.lines().any(|line| line == "From: archive@example.org"), "{head}");
        assert!(!head.to_lowercase().contains("cookie"), "{head}");
    }
    let before = stage.portal(0).requests().len();
    let named = ["--user-agent", "thu-vien/2", "--contact", "https://example.org/bot"];
    let mut words = vec!["backfill", "--max-articles", "1"];
    words.extend(named);
    stage.crawl(&words).ended(0);
    let later = stage.portal(0).requests();
    assert!(later.len() > before);
    assert!(later[before..].iter().all(|request| request.user_agent == "thu-vien/2"));
    let last = stage.records().into_iter().rev().find(|r| r.kind() == "request").unwrap();
    assert!(!last.text().contains("From:"), "a page is no mail address: {}", last.text());
    assert!(fs::read_dir(stage.root().join("warc")).is_ok());
}

#[test]
fn a_broken_connection_does_not_shorten_the_pause() {
    let stage = Stage::new(vec![small("")]);
    stage.site_files("");
    let portal = stage.portal(0);
    let article = path(portal, &portal.gold()[0].url);
    portal.misbehave_with(on(&article, Fault::Close));
    stage.crawl(&["backfill", "--delay", "120ms"]).ended(1);
    let requests = portal.requests();
    let tries = requests.iter().filter(|request| request.path == article).count();
    assert_eq!(tries, 3, "as many requests as attempts");
    let gap = shortest_gap(requests);
    assert!(gap >= Duration::from_millis(120), "{gap:?}");
}
