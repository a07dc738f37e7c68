//! Walks through the real program: windows far down, lists that move, bounds, addresses without end.

#![allow(clippy::print_stdout, reason = "what was measured, for whoever asks with --nocapture")]

use std::collections::HashSet;

use luutru_portal::{Change, Family, Fault, FaultRule, Gold, PortalSpec};
use serde_json::Value;

use crate::support::{Asked, Ran, Stage, accounted, paths};

/// Pages of a list in the tests of windows: at least.
const LONG: usize = 150;
const FROM: &str = "2026-02-10";
const TO: &str = "2026-03-05";

/// Paged by path, by query from 1 and from 0, in the file's name, by POST.
const PAGED: [Family; 5] = [Family::NukeViet, Family::Tandan, Family::Drupal, Family::UploadId, Family::Vnpt];

fn long(family: Family) -> Stage {
    Stage::new(vec![PortalSpec::family(family, family.name(), 91).articles(1_000).page_size(3)])
}

/// The golds of a portal's first list that were published in the window.
fn inside(stage: &Stage) -> Vec<Gold> {
    let list = &stage.portal(0).lists()[0].id;
    let day = |gold: &Gold| gold.published[..10].to_owned();
    let wanted = |gold: &Gold| gold.lists.contains(list) && (FROM..=TO).contains(&day(gold).as_str());
    stage.portal(0).gold().into_iter().filter(wanted).collect()
}

/// Golds that are not in the catalogue.
fn missing<'a>(stage: &Stage, golds: &'a [Gold]) -> Vec<&'a str> {
    let articles = stage.articles();
    let held: HashSet<&str> =
        articles.iter().flat_map(|a| a["locations"].as_array().unwrap()).filter_map(Value::as_str).collect();
    let there = |gold: &&Gold| held.contains(gold.url.as_str()) || gold.twins.iter().any(|t| held.contains(t.as_str()));
    golds.iter().filter(|gold| !there(gold)).map(|gold| gold.url.as_str()).collect()
}

fn window(stage: &Stage, more: &[&str]) -> Ran {
    let list = stage.list(0, 0);
    let mut words = vec!["backfill", &list, "--from", FROM, "--to", TO];
    words.extend(more);
    stage.crawl(&words).ended(0)
}

/// The report of the one site; everything listed is accounted for.
fn report(stage: &Stage, site: &str) -> Value {
    let report = stage.report(site);
    assert_eq!(report["listed"].as_u64().unwrap(), accounted(&report), "{report}");
    report
}

#[test]
fn a_window_far_down_costs_few_pages_and_loses_nothing() {
    for family in PAGED {
        let stage = long(family);
        let (list, wanted) = (stage.portal(0).lists()[0].clone(), inside(&stage));
        assert!(list.pages > 100 && wanted.len() > 10, "{} {}", list.pages, wanted.len());
        window(&stage, &[]);
        let asked = Asked::of(stage.portal(0), 0);
        let pages = asked.lists.len();
        println!("{}: {pages} of {} pages for {} articles", family.name(), list.pages, wanted.len());
        assert_eq!(missing(&stage, &wanted), Vec::<&str>::new(), "{}", family.name());
        assert_eq!(asked.articles.len(), wanted.len(), "{}: nothing else is asked for", family.name());
        // Each look halves what is left; the window's pages, and one before and one after.
        let looks = usize::try_from(list.pages.ilog2()).unwrap() + 4;
        let most = looks + wanted.len().div_ceil(3) + 3;
        assert!(pages <= most, "{}: {pages} pages, {most} would do", family.name());
        // All of them are archived and counted.
        let report = report(&stage, &stage.bare_id(0));
        let told = &report["lists"][0];
        assert_eq!(told["pages"], pages, "{told}");
        assert!(told["entered_at_page"].as_u64().unwrap() > 20 && told["stop"] == "window", "{told}");
        assert_eq!(report["listed"], wanted.len(), "{report}");
        let kept = |kind: &str| {
            let own =
                |r: &&crate::support::Kept| r.kind() == kind && !r.field("WARC-Target-URI").contains("robots.txt");
            stage.records().iter().filter(own).count()
        };
        assert_eq!(kept("request"), pages + wanted.len());
        stage.verify();
    }
}

#[test]
fn a_window_is_found_while_articles_are_published() {
    for family in [Family::NukeViet, Family::Tandan, Family::Drupal] {
        let stage = long(family);
        let portal = stage.portal(0);
        // At every second page of the list that is asked for first, two articles more.
        for page in (1..LONG).step_by(2) {
            for needle in [format!("/page-{page} "), format!("PageIndex={page} "), format!("?page={page} ")] {
                portal.before(&needle, Change::Publish(2));
            }
        }
        let before = portal.gold().len();
        window(&stage, &[]);
        let (wanted, came) = (inside(&stage), portal.gold().len() - before);
        println!("{}: {came} articles came meanwhile", family.name());
        assert!(came >= 8, "{came}");
        assert_eq!(missing(&stage, &wanted), Vec::<&str>::new(), "{}", family.name());
        assert!(Asked::of(portal, 0).lists.len() < 60);
    }
}

#[test]
fn a_search_is_taken_up_where_it_was_left() {
    let (whole, parts) = (long(Family::Drupal), long(Family::Drupal));
    window(&whole, &[]);
    for most in ["1", "3", "4", "7", "9", "12", "18", "400"] {
        window(&parts, &["--max-pages", most]);
        let pages = Asked::of(parts.portal(0), 0).lists.len();
        assert!(pages <= most.parse().unwrap(), "{pages} of {most}");
    }
    assert_eq!(missing(&parts, &inside(&parts)), Vec::<&str>::new());
    let pages = |stage: &Stage| -> Vec<String> {
        Asked::of(stage.portal(0), 0).lists.into_iter().map(|request| request.path).collect()
    };
    assert_eq!(pages(&parts), pages(&whole), "the same pages in the same order");
}

#[test]
fn a_list_without_dates_is_walked_from_the_top() {
    let stage = Stage::new(vec![PortalSpec::undated("undated", 92).articles(40).page_size(5)]);
    let list = stage.portal(0).lists()[0].clone();
    window(&stage, &[]);
    assert_eq!(Asked::of(stage.portal(0), 0).lists.len(), list.pages);
    assert_eq!(missing(&stage, &inside(&stage)), Vec::<&str>::new());
}

#[test]
fn articles_that_come_while_a_list_is_walked_hide_nothing() {
    for family in [Family::NukeViet, Family::WordPress] {
        let stage = Stage::new(vec![PortalSpec::family(family, family.name(), 93).articles(60).page_size(4)]);
        let portal = stage.portal(0);
        let before = portal.gold();
        for needle in ["/page-3 ", "/page-5 ", "/page/2/ ", "/page/6/ "] {
            portal.before(needle, Change::Publish(3));
        }
        stage
            .crawl(&["backfill", &stage.list(0, 0), &stage.list(0, 1), &stage.list(0, portal.lists().len() - 1)])
            .ended(0);
        assert!(portal.gold().len() > before.len() + 3);
        assert_eq!(missing(&stage, &before), Vec::<&str>::new(), "{}", family.name());
    }
}

#[test]
fn articles_that_are_taken_off_while_a_list_is_walked_hide_nothing() {
    for family in [Family::NukeViet, Family::Drupal, Family::Tandan, Family::Vnpt] {
        let spec = || PortalSpec::family(family, family.name(), 94).articles(90).page_size(5);
        let (calm, moved) = (Stage::new(vec![spec()]), Stage::new(vec![spec()]));
        let list = moved.portal(0).lists()[0].clone();
        assert!(list.pages >= 6, "{} pages", list.pages);
        calm.crawl(&["backfill", &calm.list(0, 0)]).ended(0);
        assert_eq!(Asked::of(calm.portal(0), 0).lists.len(), list.pages, "{}: none twice", family.name());
        // Two of the first page go just before the fifth is asked for.
        let portal = moved.portal(0);
        let gone: Vec<String> =
            portal.gold().iter().filter(|gold| gold.lists[0] == list.id).take(2).map(|gold| gold.id.clone()).collect();
        for needle in ["/page-5 ", "?page=4 ", "PageIndex=5 ", "&page=5&"] {
            portal.before(needle, Change::Withdraw(gone.clone()));
        }
        let ran = moved.crawl(&["backfill", &list.url]);
        assert!(matches!(ran.code, Some(0 | 1)), "{}", ran.stderr);
        let left: Vec<Gold> = portal.gold().into_iter().filter(|gold| gold.lists.contains(&list.id)).collect();
        assert_eq!(left.len(), list.articles - 2, "{}: the change came", family.name());
        assert_eq!(missing(&moved, &left), Vec::<&str>::new(), "{}", family.name());
        let report = report(&moved, &moved.bare_id(0));
        assert_eq!(report["caps"], serde_json::json!([]), "{report}");
    }
}

#[test]
fn what_may_have_been_jumped_over_is_told() {
    let stage = Stage::new(vec![PortalSpec::drupal("k", 95).articles(90).page_size(5)]);
    let (portal, list) = (stage.portal(0), stage.portal(0).lists()[0].clone());
    // Of pages that were not read yet: that hides nothing, which nobody can know.
    let own: Vec<Gold> = portal.gold().into_iter().filter(|gold| gold.lists[0] == list.id).collect();
    portal.before("?page=2 ", Change::Withdraw(vec![own[27].id.clone()]));
    let ran = stage.crawl(&["backfill", &list.url]).ended(0);
    let told = ["the list moved up while pages 1 to", "1 articles may have been jumped over, 0 of them"];
    assert!(
        ran.stdout.lines().any(|line| line.starts_with("not all: ") && told.iter().all(|t| line.contains(t))),
        "{}",
        ran.stdout
    );
    let report = report(&stage, &stage.bare_id(0));
    assert!(report["caps"][0].as_str().unwrap().contains(told[1]), "{report}");
}

#[test]
fn the_account_has_every_month_and_every_bound() {
    let stage = Stage::new(vec![PortalSpec::nukeviet("echo", 96).articles(60).page_size(5).span_days(200)]);
    stage.site_files("");
    let portal = stage.portal(0);
    // One article of the window is missing for good.
    let list = &portal.lists()[0].id;
    let golds = portal.gold();
    let lost =
        golds.iter().find(|g| g.lists == [list.clone()] && g.published.as_str() < "2026-11-01" && g.same_as.is_none());
    let lost = lost.unwrap();
    let prefix = Some(lost.url[portal.base().len()..].to_owned());
    portal.misbehave_with(FaultRule { fault: Fault::Status(404), prefix, times: None });
    let ran = stage.crawl(&["backfill", "echo", "--from", "2026-01-15", "--to", "2027-01-31"]).ended(1);
    let report = report(&stage, "echo");
    let month = &lost.published[..7];
    assert_eq!((&report["months"][month]["gaps"], &report["gaps"]), (&1.into(), &1.into()), "{report}");
    assert_eq!(report["months"][month]["failed"]["404"], 1);
    let months: Vec<&String> = report["months"].as_object().unwrap().keys().collect();
    assert_eq!((months.len(), months[0].as_str(), months[12].as_str()), (13, "2026-01", "2027-01"), "{months:?}");
    let empty: Vec<&str> = report["empty_months"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(empty.contains(&"2026-01") && empty.contains(&"2027-01") && !empty.contains(&month), "{empty:?}");
    assert_eq!(report["window"], serde_json::json!({"from": "2026-01-15", "to": "2027-01-31"}));
    // The table says the same.
    let row = |name: &str| -> Vec<String> {
        let line =
            ran.stdout.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {}", ran.stdout));
        line.split_whitespace().map(str::to_owned).collect()
    };
    let head =
        ["month", "listed", "archived", "duplicates", "held", "no", "article", "failed", "robots", "open", "gaps"];
    assert_eq!(row("month"), head);
    assert_eq!((row(month)[6].as_str(), row(month)[9].as_str()), ("1", "1"));
    assert_eq!(row("2027-01")[1..], ["0"; 9]);
    assert_eq!(row("all")[1], report["listed"].to_string());

    // A bound of the command line is said in the table, in the report and in the summary.
    let capped = Stage::new(vec![PortalSpec::nukeviet("echo", 96).articles(60).page_size(5)]);
    capped.site_files("");
    let ran = capped.crawl(&["backfill", "--max-pages", "2"]).ended(0);
    let line = format!("not all: list {list}: stopped at --max-pages 2");
    assert!(ran.stdout.lines().any(|l| l.starts_with(&line)), "{}", ran.stdout);
    let report = self::report(&capped, "echo");
    assert_eq!(report["lists"][0]["stop"], "max-pages");
    assert_eq!(report["caps"].as_array().unwrap().len(), portal.lists().len(), "{report}");
    let json = capped.crawl(&["backfill", "--json", "--max-pages", "2"]).ended(0).objects();
    assert_eq!(json[0]["sites"][0]["caps"], report["caps"]);
}

#[test]
fn addresses_without_end_are_given_up() {
    // A calendar of all months there are.
    let stage = Stage::new(vec![PortalSpec::tandan("b", 97).articles(30)]);
    let calendar = format!("{}/lich-cong-tac?date_begin=2026-11-01", stage.portal(0).base());
    let ran = stage.crawl(&["backfill", &calendar]).ended(1);
    ran.says(&["no article was recognised on the first page"]);
    let asked = stage.portal(0).requests();
    assert!(asked.len() <= 2, "{asked:?}");
    assert_eq!(stage.report(&stage.bare_id(0))["lists"][0]["stop"], "nothing-recognised");

    // Key words: every number has a page, with articles drawn by lot.
    let stage = Stage::new(vec![PortalSpec::hemera("j", 98).articles(30)]);
    let tag = format!("{}/tu-khoa/giao-thong", stage.portal(0).base());
    let ran = stage.crawl(&["backfill", &tag]).ended(0);
    let line = "given up: 3 pages in a row listed nothing new";
    ran.says(&[line]);
    assert!(ran.stdout.lines().any(|l| l.starts_with("not all: ") && l.contains(line)), "{}", ran.stdout);
    let report = report(&stage, &stage.bare_id(0));
    assert_eq!((&report["lists"][0]["stop"], report["caps"].as_array().unwrap().len()), (&"nothing-new".into(), 1));
    let asked = Asked::of(stage.portal(0), 0);
    assert!(asked.lists.len() < 60, "{}", asked.lists.len());
    assert!(asked.lists.iter().all(|request| !request.path.contains('+')), "no other key words");
    assert!(asked.articles.len() <= stage.portal(0).gold().iter().map(|gold| paths(stage.portal(0), gold).len()).sum());
}
