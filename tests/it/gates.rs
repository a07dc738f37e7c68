//! Pages that stand in the way of news: answered only where the site file says so, archived and counted in any case.

use std::collections::HashSet;

use luutru_portal::{Fault, FaultRule, PortalSpec};
use serde_json::json;

use crate::support::{Stage, accounted, files_below};

const KEY: &str = "cookie_gate = { answer = \"agreed by telephone with the operator of the portal\" }";

fn gated(more: &str) -> Stage {
    let stage = Stage::new(vec![PortalSpec::vnpt("one", 61).articles(12).page_size(6)]);
    stage.site_files(more);
    stage.portal(0).misbehave(Fault::CookieGate);
    stage
}

/// Captures of gates, as pairs of address and task; and lines that say a gate was answered.
fn on_record(stage: &Stage) -> (Vec<String>, usize) {
    let records = stage.records();
    let gate = |text: &str| text.contains("document.cookie=\"D1N=");
    let gates = records.iter().filter(|r| r.kind() == "response" && gate(&r.text()));
    let told = "luutru-cookie-gate: answered for this run with the page's own cookie D1N (agreed by telephone";
    let answered = records.iter().filter(|r| r.kind() == "metadata" && r.text().contains(told)).count();
    (gates.map(|r| r.field("WARC-Target-URI").to_owned()).collect(), answered)
}

#[test]
fn a_cookie_gate_is_answered_where_the_site_file_says_so() {
    let stage = gated(KEY);
    let portal = stage.portal(0);
    stage.crawl(&["backfill"]).ended(0);
    let texts = portal.gold().iter().filter(|gold| gold.same_as.is_none()).count();
    assert_eq!(stage.articles().len(), texts);
    let requests = portal.requests();
    let pages: Vec<_> = requests.iter().filter(|request| request.path != "/robots.txt").collect();
    // One gate, one answer; from then on the cookie goes along.
    let paths: HashSet<&str> = pages.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(pages[0].path, pages[1].path);
    let (gates, answered) = on_record(&stage);
    assert_eq!(gates, [format!("{}{}", portal.base(), pages[0].path)]);
    assert_eq!(answered, pages.len() - 1);
    let sent = stage.records().into_iter().filter(|r| r.kind() == "request").map(|r| r.text()).collect::<Vec<_>>();
    let with = sent.iter().filter(|text| text.to_lowercase().contains("\r\ncookie: d1n=")).count();
    assert_eq!((with, sent.len()), (pages.len() - 1, requests.len()));
    assert!(paths.len() >= texts);
    stage.verify();
    // The next run knows nothing of it, and neither does anything on disk but the captures.
    let before = portal.requests().len();
    portal.publish(2);
    stage.crawl(&["crawl"]).ended(0);
    let again: Vec<_> = portal.requests().into_iter().skip(before).collect();
    assert_eq!(again[0].path, again[1].path, "the gate is met anew");
    assert_eq!(on_record(&stage).0.len(), 1, "the same page again is a revisit");
    stage.verify();
}

#[test]
fn without_the_key_a_cookie_gate_is_archived_and_counted() {
    for more in ["", "cookie_gate = \"stop\""] {
        let stage = gated(more);
        stage.config("[backoff]\nfirst = \"100ms\"\nmax = \"200ms\"\n");
        let ran = stage.crawl(&["backfill"]).ended(1);
        assert!(ran.stderr.contains("cookie-gate"), "{}", ran.stderr);
        assert!(stage.articles().is_empty());
        let (gates, answered) = on_record(&stage);
        assert!(!gates.is_empty());
        assert_eq!(answered, 0);
        let sent = stage.records().into_iter().filter(|r| r.kind() == "request");
        assert!(sent.into_iter().all(|r| !r.text().to_lowercase().contains("\r\ncookie:")));
        stage.verify();
    }
}

#[test]
fn a_gate_that_its_own_cookie_does_not_open_is_left() {
    let stage = Stage::new(vec![PortalSpec::vnpt("one", 62).articles(8).page_size(10)]);
    stage.site_files(KEY);
    let portal = stage.portal(0);
    let gold = portal.gold().into_iter().find(|gold| gold.same_as.is_none() && !gold.static_twin).unwrap();
    let prefix = Some(gold.url[portal.base().len()..].to_owned());
    portal.misbehave_with(FaultRule { fault: Fault::CookieWall, prefix: prefix.clone(), times: None });
    stage.crawl(&["backfill"]).ended(0);
    let report = stage.report("one");
    assert_eq!(report["not_article"], json!({"cookie-gate": 1}), "{report}");
    assert_eq!(report["listed"].as_u64().unwrap(), accounted(&report));
    let asked = portal.requests().into_iter().filter(|request| Some(&request.path) == prefix.as_ref()).count();
    assert_eq!(asked, 2, "once, and once with the cookie");
    stage.verify();
}

#[test]
fn pages_in_the_place_of_articles_are_archived_counted_and_not_catalogued() {
    let stage = Stage::new(vec![PortalSpec::vnpt("one", 63).articles(20).page_size(20)]);
    stage.site_files("");
    let portal = stage.portal(0);
    let golds = portal.gold().into_iter().filter(|gold| gold.same_as.is_none() && !gold.static_twin);
    let faults = [Fault::LoginInPlace, Fault::FirewallInPlace, Fault::Captcha];
    let mut urls = Vec::new();
    for (gold, fault) in golds.zip(faults) {
        let prefix = Some(gold.url[portal.base().len()..].to_owned());
        portal.misbehave_with(FaultRule { fault, prefix, times: None });
        urls.push(gold.url);
    }
    stage.crawl(&["backfill"]).ended(0);
    let report = stage.report("one");
    assert_eq!(report["not_article"], json!({"login-page": 1, "challenge": 2}), "{report}");
    assert_eq!(report["listed"].as_u64().unwrap(), accounted(&report));
    let records = stage.records();
    for url in &urls {
        assert!(records.iter().any(|r| r.kind() == "response" && r.field("WARC-Target-URI") == url), "{url}");
        let held = |row: &serde_json::Value| row["locations"].as_array().unwrap().iter().any(|at| at == url.as_str());
        assert!(!stage.articles().iter().any(held), "{url}");
    }
    let texts = portal.gold().iter().filter(|gold| gold.same_as.is_none()).count() - urls.len();
    assert_eq!(files_below(&stage.root().join("text")).len(), 2 * texts);
    stage.verify();
}

#[test]
fn asset_hosts_are_checked_and_stand_in_the_probes_site_file() {
    let stage = Stage::small(8);
    let list = stage.list(0, 0);
    let bad = stage.crawl(&["crawl", &list, "--allow-host", "https://cdn.example.vn/"]).ended(2);
    assert!(bad.stderr.contains("write the host alone"), "{}", bad.stderr);
    let probed = stage.crawl(&["probe", &list, "--allow-host", "CDN.example.vn", "img.example.vn:8080"]).ended(0);
    assert!(probed.stdout.contains("asset_hosts = [\"cdn.example.vn\", \"img.example.vn:8080\"]"), "{}", probed.stdout);
    stage.crawl(&["crawl", &list, "--allow-host", "cdn.example.vn"]).ended(0);
}
