//! Portals that misbehave: each run ends in bounded time, with the cause counted and the rest archived.

use std::time::Duration;

use luutru_portal::{Fault, FaultRule, PortalSpec};
use serde_json::{Value, json};

use crate::support::{PAGES_ALONE, Stage, accounted, free_port};

/// Limits that a test can wait for.
const SHORT: &str = "[limits]\nbody = \"512KiB\"\nconnect_timeout = \"1s\"\nidle_timeout = \"1s\"\nexchange_timeout = \"2s\"\n\
                     [backoff]\nfirst = \"100ms\"\nmax = \"200ms\"\n";

/// One article a fault.
fn one_fault_each(stage: &Stage, faults: Vec<Fault>) -> Vec<String> {
    let portal = stage.portal(0);
    // The twin pages and their neighbours keep out of it.
    let golds: Vec<_> = portal.gold().into_iter().filter(|gold| gold.same_as.is_none() && !gold.static_twin).collect();
    assert!(golds.len() > faults.len());
    let mut urls = Vec::new();
    for (gold, fault) in golds.iter().zip(faults) {
        let prefix = Some(gold.url[portal.base().len()..].to_owned());
        portal.misbehave_with(FaultRule { fault, prefix, times: None });
        urls.push(gold.url.clone());
    }
    urls
}

fn report(stage: &Stage) -> Value {
    let report = stage.report(&stage.portal(0).spec().id);
    assert_eq!(report["listed"].as_u64().unwrap(), accounted(&report), "{report}");
    report
}

fn spec(articles: usize) -> PortalSpec {
    // Each article in one list, so that one address means one item.
    PortalSpec::vnpt("one", 71).articles(articles).page_size(20)
}

/// None of the addresses is in the catalogue, all others are.
fn catalogued_without(stage: &Stage, urls: &[String]) {
    let articles = stage.articles();
    let locations: Vec<&str> = articles
        .iter()
        .flat_map(|record| record["locations"].as_array().unwrap())
        .map(|location| location.as_str().unwrap())
        .collect();
    for gold in stage.portal(0).gold() {
        let wanted = !urls.contains(&gold.url);
        assert_eq!(locations.contains(&gold.url.as_str()), wanted, "{}", gold.url);
    }
    assert_eq!(locations.len(), stage.portal(0).gold().len() - urls.len());
}

#[test]
fn pages_that_are_no_articles_are_archived_and_not_catalogued() {
    let stage = Stage::new(vec![spec(30)]);
    stage.site_files("").config(SHORT);
    let urls = one_fault_each(
        &stage,
        vec![Fault::SoftError200, Fault::CookieGate, Fault::Login, Fault::Firewall, Fault::Empty],
    );
    let form = Some("/dang-nhap".to_owned());
    stage.portal(0).misbehave_with(FaultRule { fault: Fault::Login, prefix: form, times: None });
    let ran = stage.crawl(&["backfill"]).ended(1);
    ran.says(&["one: 1 items failed: 403"]);
    let report = report(&stage);
    assert_eq!(report["failed"], json!({"403": 1}));
    assert_eq!(
        report["not_article"],
        json!({"cookie-gate": 1, "empty": 1, "error-page": 1, "redirect to a log-in or tool page": 1}),
        "{report}"
    );
    catalogued_without(&stage, &urls);
    let records = stage.records();
    for url in &urls {
        let kept = records.iter().any(|r| r.kind() == "response" && r.field("WARC-Target-URI") == url);
        assert!(kept, "{url} is archived all the same");
    }
    stage.verify();
}

#[test]
fn broken_answers_cost_their_items_and_nothing_else() {
    let stage = Stage::new(vec![spec(30)]);
    stage.site_files("").config(SHORT);
    let urls = one_fault_each(
        &stage,
        vec![
            Fault::ShortBody,
            Fault::Reset { after: 0 },
            Fault::Reset { after: 700 },
            Fault::Close,
            Fault::HeadTooBig { bytes: 200_000 },
            Fault::EndlessBody,
            Fault::GzipBomb { megabytes: 128 },
            Fault::Status(404),
            Fault::Status(500),
        ],
    );
    let ran = stage.crawl(&["backfill"]).ended(1);
    assert!(ran.elapsed < Duration::from_secs(20), "{:?}", ran.elapsed);
    let report = report(&stage);
    let expected = json!({"404": 1, "500": 1, "bad answer": 3, "cut off": 2, "over the size limit": 1});
    assert_eq!(report["failed"], expected, "{report}");
    assert_eq!(report["not_article"], json!({"grows too much when decoded": 1}), "{report}");
    catalogued_without(&stage, &urls);
    stage.verify();
    let records = stage.records();
    let cut = |why: &str| records.iter().filter(|r| r.kind() == "response" && r.field("WARC-Truncated") == why).count();
    assert_eq!(cut("length"), 1);
    assert!(cut("disconnect") >= 2);
}

#[test]
fn slow_answers_end_at_their_limits() {
    let stage = Stage::new(vec![spec(24)]);
    stage.site_files("").config(SHORT);
    let urls = one_fault_each(&stage, vec![Fault::NeverAnswers, Fault::Stall, Fault::Drip { interval_ms: 100 }]);
    let ran = stage.crawl(&["backfill"]).ended(1);
    // Three attempts each: a second without a byte, twice that for the one that drips.
    assert!(ran.elapsed < Duration::from_secs(20), "{:?}", ran.elapsed);
    let report = report(&stage);
    assert_eq!(report["failed"], json!({"cut off": 2, "timeout": 1}), "{report}");
    catalogued_without(&stage, &urls);
    stage.verify();
    // A later run tries again what may have passed.
    stage.portal(0).heal();
    stage.crawl(&["backfill"]).ended(0).says(&["3 items", "tried again"]);
    catalogued_without(&stage, &[]);
    assert_eq!(self::report(&stage)["failed"], json!({}));
}

#[test]
fn redirects_stay_on_the_site_and_end() {
    let other = Stage::small(6);
    let stage = Stage::new(vec![spec(24)]);
    stage.site_files("").config(SHORT);
    let away = other.portal(0).gold()[0].url.clone();
    let urls = one_fault_each(
        &stage,
        vec![
            Fault::RedirectTo(away),
            Fault::RedirectLoop,
            Fault::RedirectTo("file:///etc/passwd".to_owned()),
            Fault::RedirectTo("http://169.254.169.254/latest".to_owned()),
        ],
    );
    stage.crawl(&["backfill"]).ended(1);
    assert_eq!(other.portal(0).requests().len(), 0, "another host is not asked");
    let report = report(&stage);
    let expected = json!({"302": 1, "redirect off the site": 2, "too many redirects": 1});
    assert_eq!(report["failed"], expected, "{report}");
    catalogued_without(&stage, &urls);
    let turns = stage.portal(0).requests().iter().filter(|request| request.path.contains("vong=")).count();
    assert_eq!(turns, 5, "as many hops as the limit says");
    stage.verify();
}

#[test]
fn a_list_page_that_fails_in_the_middle_is_where_the_next_run_goes_on() {
    let stage = Stage::new(vec![PortalSpec::nukeviet("one", 72).articles(30).page_size(4)]);
    stage.site_files("").config(SHORT);
    let portal = stage.portal(0);
    let second = format!("{}page-2", &portal.lists()[0].url[portal.base().len()..]);
    portal.misbehave_with(FaultRule { fault: Fault::Status(500), prefix: Some(second.clone()), times: None });
    stage.crawl(&["backfill"]).ended(1).says(&["one: list tin-tuc-su-kien: 500"]);
    let failed = portal.requests().iter().filter(|request| request.path.starts_with(&second)).count();
    assert!((1..=3).contains(&failed), "{failed}");
    let before = portal.requests().len();
    portal.heal();
    stage.crawl(&["backfill"]).ended(0).says(&["goes on at list page 2"]);
    let later = &portal.requests()[before..];
    assert!(later[0].path.starts_with(&second), "{}", later[0].path);
    let first = &portal.lists()[0].url[portal.base().len()..];
    assert!(later.iter().all(|request| request.path != *first), "what was read is not read again");
    let articles = stage.articles();
    assert_eq!(articles.len(), portal.gold().iter().filter(|gold| gold.same_as.is_none()).count());
    report(&stage);
}

#[test]
fn a_portal_that_goes_away_is_left_with_its_work_kept() {
    let stage = Stage::new(vec![spec(30)]);
    stage.site_files("").config(SHORT);
    let portal = stage.portal(0);
    // The first eight articles come; then nothing is answered any more.
    for gold in &portal.gold()[8..] {
        let prefix = Some(gold.url[portal.base().len()..].to_owned());
        portal.misbehave_with(FaultRule { fault: Fault::NeverAnswers, prefix, times: None });
    }
    let ran = stage.crawl(&["backfill"]).ended(1);
    assert!(ran.elapsed < Duration::from_secs(15), "{:?}", ran.elapsed);
    ran.says(&["gave no answer within 1 s"]).says(&["items are still queued"]);
    let report = report(&stage);
    assert!(report["open"].as_u64().unwrap() > 0, "{report}");
    portal.heal();
    stage.crawl(&["backfill"]).ended(0);
    catalogued_without(&stage, &[]);
}

#[test]
fn an_address_that_is_no_list_ends_with_one_clear_line() {
    let stage = Stage::small(12);
    let portal = stage.portal(0);
    let missing = format!("{}/khong-co", portal.base());
    stage.crawl(&["backfill", &missing]).ended(1).says(&["khong-co", "404"]);
    let robots = format!("{}/robots.txt", portal.base());
    stage.crawl(&["crawl", &robots]).ended(1).says(&["robots-txt", "no article was recognised"]);
    let image = portal.gold().iter().find_map(|gold| gold.images.first().cloned()).unwrap();
    stage.crawl(&["backfill", &image]).ended(1);
    assert!(stage.articles().is_empty());
}

#[test]
fn a_list_behind_a_gate_is_said_to_be_none() {
    for (fault, said) in [
        (Fault::SoftError200, "error-page"),
        (Fault::CookieGate, "cookie-gate"),
        (Fault::Login, "redirect to a log-in or tool page"),
        (Fault::Firewall, "403"),
        (Fault::Empty, "no article was recognised"),
        (Fault::RedirectLoop, "redirects"),
        (Fault::GzipBomb { megabytes: 64 }, "grows too much"),
    ] {
        let stage = Stage::small(12);
        stage.site_files("").config(SHORT);
        stage.portal(0).misbehave(fault.clone());
        let ran = stage.crawl(&["crawl"]).ended(1);
        ran.says(&["one: list tin-tuc-su-kien", said]);
        assert!(stage.articles().is_empty(), "{fault:?}");
        // Later all is well again: nothing of the mishap stays.
        stage.portal(0).heal();
        stage.crawl(&["crawl"]).ended(0);
        let texts = stage.portal(0).gold().iter().filter(|gold| gold.same_as.is_none()).count();
        assert_eq!(stage.articles().len(), texts, "{fault:?}");
    }
}

#[test]
fn a_dead_host_is_said_at_once() {
    let stage = Stage::small(1);
    let dead = format!("http://127.0.0.77:{}/tin-tuc", free_port());
    let ran = stage.crawl(&["backfill", &dead]).ended(5);
    assert!(ran.elapsed < Duration::from_secs(5), "{:?}", ran.elapsed);
    ran.says(&["no connection to 127.0.0.77"]);
    let lines: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("127.0.0.77")).collect();
    assert!(lines.len() <= 2, "{lines:#?}");
}

#[test]
fn a_dead_host_among_living_ones_costs_only_itself() {
    let stage = Stage::small(12);
    let dead = format!("http://127.0.0.78:{}/tin-tuc", free_port());
    let list = stage.list(0, 0);
    stage.crawl(&["backfill", &dead, &list]).ended(1).says(&["no connection to 127.0.0.78"]);
    assert!(!stage.articles().is_empty());
}

#[test]
fn loopback_is_refused_unless_it_is_allowed() {
    let stage = Stage::small(6);
    let list = stage.list(0, 0);
    let ran = stage.run(&["backfill", &list, "--delay", "0s"]).ended(5);
    ran.says(&["127.0.0.1", "loopback", "--allow-net"]);
    assert!(stage.portal(0).requests().is_empty());
    stage.config("allow_net = [\"127.0.0.0/8\"]\n");
    let mut words = vec!["backfill", &list, "--delay", "0s", "--max-articles", "1"];
    words.extend(PAGES_ALONE);
    stage.run(&words).ended(0);
    assert_eq!(stage.articles().len(), 1);
}
