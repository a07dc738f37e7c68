//! A page that reads like an article and comes wherever something is missing: told at the third, and withdrawn.

use std::collections::BTreeMap;
use std::fs;

use luutru_portal::{Fault, FaultRule, Gold, PortalSpec};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{DONE, catalogue, expect_exit, finish};
use crate::raw::{RawServer, Sends};
use crate::support::{Stage, accounted, files_below, paths};

/// A portal whose first `count` articles answer with its notice.
fn stage(count: usize) -> (Stage, Vec<Gold>) {
    let stage = Stage::new(vec![PortalSpec::vnpt("one", 63).articles(24).page_size(30)]);
    stage.site_files("");
    let golds: Vec<Gold> =
        stage.portal(0).gold().into_iter().filter(|g| g.same_as.is_none() && !g.static_twin).collect();
    let dead: Vec<Gold> = golds.into_iter().take(count).collect();
    for gold in &dead {
        notice(&stage, gold);
    }
    (stage, dead)
}

fn notice(stage: &Stage, gold: &Gold) {
    for path in paths(stage.portal(0), gold) {
        stage.portal(0).misbehave_with(FaultRule { fault: Fault::Notice, prefix: Some(path), times: None });
    }
}

/// Publishes, and answers with the notice for the oldest `count`: the newest stand in boxes of every page, which is
/// another story.
fn older(stage: &Stage, count: usize) -> Vec<Gold> {
    let new = stage.portal(0).publish(14);
    let dead: Vec<Gold> = new.into_iter().filter(|gold| gold.same_as.is_none()).rev().take(count).collect();
    for gold in &dead {
        notice(stage, gold);
    }
    dead
}

fn texts(stage: &Stage) -> usize {
    stage.portal(0).gold().iter().filter(|gold| gold.same_as.is_none()).count()
}

/// None of `dead` is in the catalogue, nor its text on disk; everything else is.
#[track_caller]
fn without(stage: &Stage, dead: &[Gold]) {
    let articles = stage.articles();
    assert_eq!(articles.len(), texts(stage) - dead.len());
    for gold in dead {
        let held = |row: &Value| row["locations"].as_array().unwrap().iter().any(|at| at == gold.url.as_str());
        assert!(!articles.iter().any(held), "{}", gold.url);
    }
    assert_eq!(files_below(&stage.root().join("text")).len(), 2 * articles.len());
}

fn log(stage: &Stage) -> Vec<Value> {
    let text = fs::read_to_string(stage.root().join("catalog/one.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn report(stage: &Stage) -> Value {
    let report = stage.report("one");
    assert_eq!(report["listed"].as_u64().unwrap(), accounted(&report), "{report}");
    assert_eq!(report["open"], 0, "{report}");
    report
}

#[test]
fn the_third_address_tells_a_template() {
    let (stage, dead) = stage(4);
    stage.crawl(&["backfill"]).ended(0);
    assert_eq!(report(&stage)["not_article"], json!({"template": 4}));
    without(&stage, &dead);
    let last = log(&stage).into_iter().rfind(|row| row["withdrawn"] == "template").expect("the log says so");
    assert_eq!(last["title"], "Thông báo tới bạn đọc");
    // The pages and the withdrawal are in the WARC files.
    let records = stage.records();
    for gold in &dead {
        assert!(
            records
                .iter()
                .any(|r| ["response", "revisit"].contains(&r.kind()) && r.field("WARC-Target-URI") == gold.url)
        );
    }
    assert!(records.iter().any(|r| r.kind() == "metadata" && r.text().contains("\"withdrawn\":\"template\"")));
    stage.verify();
    // From the WARC files alone, the same; and what comes next is told at once.
    for folder in ["state", "text", "catalog"] {
        fs::remove_dir_all(stage.root().join(folder)).unwrap();
    }
    stage.crawl(&["backfill"]).ended(0);
    without(&stage, &dead);
    let new = older(&stage, 1);
    stage.crawl(&["crawl"]).ended(0);
    without(&stage, &[dead, new].concat());
    let report = report(&stage);
    assert_eq!((&report["archived"], &report["not_article"]["template"]), (&13.into(), &5.into()), "{report}");
    stage.verify();
}

#[test]
fn what_an_earlier_run_took_for_an_article_is_withdrawn() {
    for forget in [false, true] {
        let (stage, mut dead) = stage(2);
        stage.crawl(&["backfill"]).ended(0);
        // Two may be one text at two addresses.
        assert_eq!(stage.articles().len(), texts(&stage) - 1);
        if forget {
            fs::remove_dir_all(stage.root().join("state")).unwrap();
        }
        let new = older(&stage, 1);
        stage.crawl(&["crawl"]).ended(0);
        dead.extend(new);
        without(&stage, &dead);
        let lines = log(&stage).into_iter().filter(|row| row["withdrawn"] == "template").count();
        assert_eq!(lines, 1, "forgotten: {forget}");
        stage.verify();
    }
}

/// A portal whose list names `items`, all of which answer with `page`.
fn everywhere(items: &[(&str, &str)], page: &str) -> (RawServer, TempDir) {
    let links: String =
        items.iter().map(|(path, title)| ["<li><a href=\"", path, "\">", title, "</a></li>\n"].concat()).collect();
    let list = Sends::page(&format!("<html><head><title>Tin tức</title></head><body><ul>\n{links}</ul></body></html>"));
    let pages = items.iter().map(|(path, _)| ((*path).to_owned(), Sends::page(page)));
    let paths: BTreeMap<String, Sends> = pages.chain([("/list".to_owned(), list)]).collect();
    (RawServer::start(paths, None), TempDir::new().unwrap())
}

/// One article with all addresses as its locations.
fn stays_one(items: &[(&str, &str)], page: &str) {
    let (server, dir) = everywhere(items, page);
    let root = dir.path().join("archive");
    expect_exit(&finish(server.backfill(&root, dir.path())), DONE);
    let rows: Vec<_> = catalogue(&root).into_values().collect();
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert_eq!(rows[0].locations.len(), items.len());
    assert_eq!(rows[0].withdrawn, None);
}

fn page(title: &str, date: &str, times: usize) -> String {
    let text =
        "<p>Bà con các thôn ra đồng nạo vét kênh mương, nước về sớm hơn mọi năm mười ngày, ai cũng phấn khởi.</p>";
    format!(
        "<html><head><title>{title}</title></head><body><h1>{title}</h1>{date}<div class=body>{}</div></body></html>",
        text.repeat(times)
    )
}

#[test]
fn a_real_article_at_many_addresses_stays_one() {
    let title = "Nạo vét kênh nội đồng trước vụ mới";
    // Short and without a date, but listed under its own title.
    let items = [
        ("/so-1/tin-1.html", title),
        ("/so-2/tin-2.html", title),
        ("/so-3/tin-3.html", title),
        ("/so-4/tin-4.html", title),
    ];
    stays_one(&items, &page(title, "", 3));
    // Listed under three other titles, but with a date of its own and of some length.
    let items = [
        ("/a/tin-1.html", "Ra quân làm thủy lợi"),
        ("/b/tin-2.html", "Chủ động nước tưới"),
        ("/c/tin-3.html", "Kênh mương thông suốt"),
    ];
    stays_one(&items, &page(title, "<span class=date>05/03/2026 08:30</span>", 9));
    // Listed once by its title, and elsewhere under headlines of the day: the one address speaks for it.
    let items = [
        ("/a/tin-1.html", title),
        ("/b/tin-2.html", "Chủ động nước tưới"),
        ("/c/tin-3.html", "Kênh mương thông suốt"),
        ("/d/tin-4.html", "Ra quân làm thủy lợi"),
    ];
    let (server, dir) = everywhere(&items, &page(title, "", 3));
    let root = dir.path().join("archive");
    expect_exit(&finish(server.backfill(&root, dir.path())), DONE);
    let rows: Vec<_> = catalogue(&root).into_values().collect();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].locations.contains(&server.url("/a/tin-1.html")));
}
