//! The whole way of an article, from a portal's list to the catalogue, judged by the portals' gold and request logs.

#![allow(clippy::print_stdout, reason = "what was measured, for whoever asks with --nocapture")]

use std::collections::{HashMap, HashSet};
use std::fs;

use luutru_portal::{Gold, PortalSpec};
use serde_json::Value;

use crate::support::{Asked, Stage, accounted, paths};

/// Texts of a thousand that equal the gold to the letter, with site files or without: at least. Measured: 1000.
const EQUAL_TEXTS: usize = 970;

fn three() -> Vec<PortalSpec> {
    vec![
        PortalSpec::vnpt("alpha", 7).articles(64),
        PortalSpec::nukeviet("echo", 8).articles(64).shared_percent(15),
        PortalSpec::liferay("charlie", 9).articles(40).shared_percent(15),
    ]
}

/// Every gold article by each of its addresses.
fn golds(stage: &Stage) -> HashMap<String, Gold> {
    let of = |gold: Gold| {
        let urls: Vec<String> = std::iter::once(gold.url.clone()).chain(gold.twins.clone()).collect();
        urls.into_iter().map(move |url| (url, gold.clone()))
    };
    stage.portals().iter().flat_map(luutru_portal::Portal::gold).flat_map(of).collect()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

/// Every gold article is in the catalogue exactly once, as one of as many articles as there are different texts, and
/// nothing else is. Returns the records with their golds.
fn each_gold_once(stage: &Stage) -> Vec<(Value, Gold)> {
    let golds = golds(stage);
    let mut holders: HashMap<(String, String), HashSet<String>> = HashMap::new();
    let mut out = Vec::new();
    for record in stage.articles() {
        for location in strings(&record["locations"]) {
            let gold = golds.get(&location).unwrap_or_else(|| panic!("{location} is no article: {record}"));
            holders.entry((gold.portal.clone(), gold.id.clone())).or_default().insert(record["id"].to_string());
        }
        let first = record["locations"][0].as_str().unwrap();
        out.push((record.clone(), golds[first].clone()));
    }
    for gold in stage.portals().iter().flat_map(luutru_portal::Portal::gold) {
        let held = holders.remove(&(gold.portal, gold.id)).unwrap_or_default();
        assert_eq!(held.len(), 1, "{} {} is held as {held:?}", gold.url, gold.title);
    }
    let texts = stage.portals().iter().flat_map(luutru_portal::Portal::gold).filter(|gold| gold.same_as.is_none());
    assert_eq!(out.len(), texts.count(), "as many articles as different texts");
    out
}

/// Titles, days and sections of the catalogue are those of the gold. The first capture names an article.
fn described(pairs: &[(Value, Gold)], sections: bool) {
    for (record, gold) in pairs {
        assert_eq!(record["title"], gold.title, "{}", gold.url);
        let url = record["url"].as_str().unwrap().to_owned();
        assert!(url == gold.url || gold.lists.len() > 1 && gold.twins.contains(&url), "{url} for {}", gold.url);
        let day = record["published"].as_str().map(|at| &at[..10]);
        assert_eq!(day, Some(&gold.published[..10]), "{}", gold.url);
        if sections && gold.lists.len() == 1 {
            assert_eq!(record["section"], gold.section, "{}", gold.url);
        }
    }
}

/// Texts of a thousand that equal the gold.
fn equal_texts(stage: &Stage, pairs: &[(Value, Gold)]) -> usize {
    let text = |record: &Value| fs::read_to_string(stage.root().join(record["text_path"].as_str().unwrap())).unwrap();
    let equal = pairs.iter().filter(|(record, gold)| text(record) == gold.text).count();
    for (record, gold) in pairs.iter().filter(|(record, gold)| text(record) != gold.text).take(3) {
        println!("--- {}\n{}\n--- gold\n{}", gold.url, text(record), gold.text);
    }
    println!("texts equal to the gold: {equal} of {}", pairs.len());
    equal * 1000 / pairs.len()
}

/// No address was asked for twice, robots.txt included, and no more list pages than there are and one.
fn asked_sparingly(stage: &Stage) {
    for portal in stage.portals() {
        let asked = Asked::of(portal, 0);
        let mut seen = HashSet::new();
        for request in portal.requests() {
            assert!(
                seen.insert((request.path.clone(), request.body.clone())),
                "twice: {} {}",
                request.path,
                request.body
            );
        }
        let needed: usize = portal.lists().iter().map(|list| list.pages).sum();
        let most = needed + portal.lists().len();
        println!("{}: {} list pages for {needed}", portal.spec().id, asked.lists.len());
        assert!(
            (needed..=most).contains(&asked.lists.len()),
            "{}: {} list pages for {needed}",
            portal.base(),
            asked.lists.len()
        );
    }
}

fn adds_up(stage: &Stage, site: &str) -> Value {
    let report = stage.report(site);
    assert_eq!(report["listed"].as_u64().unwrap(), accounted(&report), "{report}");
    report
}

fn asked_so_far(stage: &Stage) -> Vec<usize> {
    stage.portals().iter().map(|portal| portal.requests().len()).collect()
}

#[test]
fn backfill_by_site_files_archives_every_article_once() {
    let stage = Stage::new(three());
    stage.site_files("");
    let ran = stage.crawl(&["backfill", "--json"]).ended(0);
    let summary = ran.objects();
    assert_eq!(summary.len(), 1, "one object: {}", ran.stdout);
    let pairs = each_gold_once(&stage);
    described(&pairs, true);
    let share = equal_texts(&stage, &pairs);
    assert!(share >= EQUAL_TEXTS, "only {share} of 1000 texts equal the gold");
    asked_sparingly(&stage);
    let mut archived = 0;
    for portal in stage.portals() {
        let report = adds_up(&stage, &portal.spec().id);
        // What stands in two lists is held, or waits, when the second names it.
        let again: usize = portal.gold().iter().map(|gold| gold.lists.len() - 1).sum();
        assert_eq!((&report["open"], &report["held"]), (&0.into(), &again.into()), "{report}");
        archived += report["archived"].as_u64().unwrap();
    }
    assert_eq!(archived, pairs.len() as u64);
    stage.verify();
    revisits(&stage);
    shared(&stage, &pairs);
    // Everything is held now: nothing is asked for.
    let before = asked_so_far(&stage);
    stage.crawl(&["backfill"]).ended(0);
    assert_eq!(asked_so_far(&stage), before, "the same command again asks for nothing");
    for portal in stage.portals() {
        adds_up(&stage, &portal.spec().id);
    }
}

/// Two addresses that answer alike are one payload: a response, and a revisit of it.
fn revisits(stage: &Stage) {
    let records = stage.records();
    let twins = stage.portals().iter().flat_map(luutru_portal::Portal::gold).filter(|gold| gold.static_twin);
    let twins: Vec<Gold> = twins.collect();
    assert!(!twins.is_empty());
    for portal in stage.portals() {
        let here: Vec<&Gold> = twins.iter().filter(|gold| gold.portal == portal.spec().id).collect();
        let urls: Vec<&str> =
            here.iter().flat_map(|gold| std::iter::once(&gold.url).chain(&gold.twins)).map(String::as_str).collect();
        let of = |kind: &str| {
            let found = records.iter().filter(|r| r.kind() == kind && urls.contains(&r.field("WARC-Target-URI")));
            found.collect::<Vec<_>>()
        };
        let (responses, revisits) = (of("response"), of("revisit"));
        assert_eq!((responses.len(), revisits.len()), (1, here.len() - 1), "{urls:?}");
        for revisit in revisits {
            assert!(revisit.field("WARC-Profile").ends_with("identical-payload-digest"));
            assert_eq!(revisit.field("WARC-Refers-To"), responses[0].field("WARC-Record-ID"));
            assert_eq!(revisit.field("WARC-Refers-To-Target-URI"), responses[0].field("WARC-Target-URI"));
            assert_eq!(revisit.field("WARC-Refers-To-Date"), responses[0].field("WARC-Date"));
            assert_eq!(revisit.field("WARC-Payload-Digest"), responses[0].field("WARC-Payload-Digest"));
        }
    }
}

/// The same words on two portals are one article that is seen at both.
fn shared(stage: &Stage, pairs: &[(Value, Gold)]) {
    let first = stage.portal(0).gold();
    let mut count = 0;
    for portal in &stage.portals()[1..] {
        for gold in portal.gold() {
            let Some((home, id)) = gold.same_as.clone().filter(|(home, _)| *home == stage.portal(0).spec().id) else {
                continue;
            };
            let there = first.iter().find(|there| there.portal == home && there.id == id).unwrap();
            let holds = |gold: &Gold| {
                let at = |url: &String| *url == gold.url || gold.twins.contains(url);
                pairs.iter().position(|(record, _)| strings(&record["locations"]).iter().any(at))
            };
            assert_eq!(holds(&gold), holds(there), "{} and {}", gold.url, there.url);
            count += 1;
        }
    }
    println!("shared by two portals: {count}");
    assert!(count >= 3, "the portals share too little to tell: {count}");
}

#[test]
fn backfill_of_bare_addresses_archives_every_article_once() {
    let stage = Stage::new(three());
    let lists = stage.lists();
    let mut words = vec!["backfill", "--json"];
    words.extend(lists.iter().map(String::as_str));
    let ran = stage.crawl(&words).ended(0);
    assert_eq!(ran.objects()[0]["sites"].as_array().unwrap().len(), 3);
    let pairs = each_gold_once(&stage);
    described(&pairs, false);
    let share = equal_texts(&stage, &pairs);
    assert!(share >= EQUAL_TEXTS, "only {share} of 1000 texts equal the gold");
    asked_sparingly(&stage);
    for portal in 0..3 {
        let report = adds_up(&stage, &stage.bare_id(portal));
        assert_eq!(report["open"], 0, "{report}");
    }
    stage.verify();
    let before = asked_so_far(&stage);
    stage.crawl(&words).ended(0);
    assert_eq!(asked_so_far(&stage), before, "the same command again asks for nothing");
}

#[test]
fn a_crawl_fetches_what_was_published_since() {
    let stage = Stage::new(vec![
        PortalSpec::vnpt("alpha", 21).articles(90).page_size(8),
        PortalSpec::nukeviet("echo", 22).articles(90).page_size(8),
    ]);
    stage.site_files("");
    stage.crawl(&["backfill"]).ended(0);
    for portal in stage.portals() {
        let before = portal.requests().len();
        let new = portal.publish(5);
        stage.crawl(&["crawl", &portal.spec().id]).ended(0);
        let asked = Asked::of(portal, before);
        let wanted: HashSet<String> = new.iter().flat_map(|gold| paths(portal, gold)).collect();
        assert!(asked.articles.iter().all(|request| wanted.contains(&request.path)), "only new ones");
        for gold in &new {
            let of = paths(portal, gold);
            assert!(asked.articles.iter().any(|request| of.contains(&request.path)), "{}", gold.url);
        }
        assert!(asked.robots.is_empty(), "robots.txt is still fresh");
        // The first page of each list; where it names something new, one more, on which everything is held.
        let renewed: HashSet<&String> = new.iter().flat_map(|gold| &gold.lists).collect();
        assert_eq!(asked.lists.len(), portal.lists().len() + renewed.len(), "{:?}", asked.lists);
        let report = adds_up(&stage, &portal.spec().id);
        assert_eq!(report["archived"], 5, "{report}");
    }
    each_gold_once(&stage);
    stage.verify();
}

#[test]
fn a_list_that_answers_from_another_address_is_walked_from_there() {
    let stage = Stage::new(vec![PortalSpec::nukeviet("echo", 23).articles(40).page_size(5)]);
    let portal = stage.portal(0);
    let list = &portal.lists()[0];
    let short = list.url.trim_end_matches('/').to_owned();
    stage.crawl(&["backfill", &short]).ended(0);
    let asked = Asked::of(portal, 0);
    assert_eq!(asked.lists[0].status, 301);
    assert_eq!(asked.lists.len(), 1 + list.pages, "{:?}", asked.lists);
    assert_eq!(asked.articles.len(), list.articles);
    stage.verify();
}

#[test]
fn an_article_in_two_lists_is_one() {
    let stage = Stage::new(vec![PortalSpec::nukeviet("echo", 24).articles(90).page_size(30)]);
    stage.site_files("");
    let portal = stage.portal(0);
    let shared = portal.gold().iter().filter(|gold| gold.lists.len() > 1).count();
    assert!(shared > 0, "no article stands in two lists");
    stage.crawl(&["backfill"]).ended(0);
    let asked = Asked::of(portal, 0);
    let listed: usize = portal.lists().iter().map(|list| list.articles).sum();
    println!("{} articles in {listed} places, {} requests", portal.gold().len(), asked.articles.len());
    assert!(asked.articles.len() <= listed);
    each_gold_once(&stage);
}

#[test]
fn a_window_archives_its_days_only() {
    let stage = Stage::new(vec![PortalSpec::vnpt("alpha", 31).articles(120).page_size(5)]);
    stage.site_files("");
    let portal = stage.portal(0);
    let (from, to) = ("2026-03-01", "2026-06-30");
    stage.crawl(&["backfill", "alpha", "--from", from, "--to", to]).ended(0);
    let day = |gold: &Gold| gold.published[..10].to_owned();
    let inside = |gold: &Gold| (from..=to).contains(&day(gold).as_str());
    let asked = Asked::of(portal, 0);
    let wanted: HashSet<String> = portal.gold().iter().filter(|g| inside(g)).flat_map(|g| paths(portal, g)).collect();
    assert!(wanted.len() > 10);
    let got: HashSet<String> = asked.articles.iter().map(|request| request.path.clone()).collect();
    assert_eq!(got, wanted);
    for record in stage.articles() {
        let day = &record["published"].as_str().unwrap()[..10];
        assert!((from..=to).contains(&day), "{record}");
    }
    // Pages past the window's first day are not read: one to see it, in each list.
    let needed: usize = (0..portal.lists().len())
        .map(|list| {
            let id = &portal.lists()[list].id;
            portal.gold().iter().filter(|gold| gold.lists.contains(id) && day(gold).as_str() >= from).count() / 5 + 2
        })
        .sum();
    assert!(asked.lists.len() <= needed, "{} list pages for {needed}", asked.lists.len());
    let report = adds_up(&stage, "alpha");
    let later = portal.gold().iter().filter(|gold| day(gold).as_str() > to).count() as u64;
    assert!(report["outside_window"].as_u64().unwrap() >= later, "{report}");
    // The rest comes when it is asked for, and nothing of the window again.
    let before = portal.requests().len();
    stage.crawl(&["backfill", "alpha"]).ended(0);
    let rest = Asked::of(portal, before);
    assert!(rest.articles.iter().all(|request| !wanted.contains(&request.path)));
    each_gold_once(&stage);
    adds_up(&stage, "alpha");
}

#[test]
fn bounds_are_exact_and_a_later_run_goes_on() {
    let stage = Stage::new(vec![
        PortalSpec::nukeviet("echo", 41).articles(40).page_size(6),
        PortalSpec::vnpt("alpha", 42).articles(40).page_size(6),
    ]);
    stage.site_files("");
    let asked_for = |stage: &Stage| stage.portals().iter().map(|p| Asked::of(p, 0).articles.len()).sum::<usize>();
    // Whether a run that stops at a bound of its own says 0: nothing failed.
    stage.crawl(&["backfill", "--max-articles", "7"]).ended(0).says(&["--max-articles"]);
    assert_eq!(asked_for(&stage), 7);
    // Which seven depends on who is quicker; two of them may hold the same text.
    let kept = |id: &str, what: &str| stage.report(id)[what].as_u64().unwrap();
    let archived: u64 = ["echo", "alpha"].iter().map(|id| kept(id, "archived") + kept(id, "duplicates")).sum();
    assert_eq!(archived, 7);
    stage.crawl(&["backfill", "--max-articles", "5"]).ended(0);
    assert_eq!(asked_for(&stage), 12);
    stage.crawl(&["backfill", "--max-articles", "0"]).ended(0);
    assert_eq!(asked_for(&stage), 12);
    for portal in stage.portals() {
        let report = adds_up(&stage, &portal.spec().id);
        assert!(report["open"].as_u64().unwrap() > 0, "{report}");
    }
    stage.crawl(&["backfill"]).ended(0);
    each_gold_once(&stage);
    asked_sparingly(&stage);
    stage.verify();
}

#[test]
fn list_pages_can_be_bounded() {
    let stage = Stage::new(vec![PortalSpec::nukeviet("echo", 51).articles(40).page_size(4)]);
    stage.site_files("");
    let portal = stage.portal(0);
    let lists = portal.lists().len();
    stage.crawl(&["backfill", "--max-pages", "2"]).ended(0).says(&["--max-pages 2"]);
    let asked = Asked::of(portal, 0);
    assert_eq!(asked.lists.len(), 2 * lists);
    let report = adds_up(&stage, "echo");
    assert_eq!(report["open"], 0, "{report}");
    for list in report["lists"].as_array().unwrap() {
        assert_eq!((&list["pages"], &list["complete"]), (&2.into(), &false.into()), "{list}");
    }
    stage.crawl(&["backfill"]).ended(0);
    asked_sparingly(&stage);
    each_gold_once(&stage);
}
