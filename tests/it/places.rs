//! One article, many addresses: fetched once, and every address on record.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use luutru_portal::{Fault, FaultRule, PortalSpec};
use tempfile::TempDir;

use crate::harness::{DONE, captures, catalogue, expect_exit, finish, luutru};
use crate::raw::{RawServer, Sends, list};
use crate::support::{Asked, Stage};

/// A family, the address under which an article is listed first, and others under which it is listed as well.
struct Case {
    family: &'static str,
    first: &'static str,
    others: &'static [&'static str],
}

const CASES: [Case; 5] = [
    Case {
        family: "vnpt",
        first: "/kinh-te/nao-vet-kenh-noi-dong-700123",
        others: &[
            "/tin-noi-bat/nao-vet-kenh-700123",
            "/kinh-te/nao-vet-kenh-noi-dong-700123?fbclid=IwAR0",
            "/kinh-te/nao-vet-kenh-noi-dong-700123;jsessionid=0A1B",
        ],
    },
    Case {
        family: "nukeviet",
        first: "/vi/news/thoi-su/nao-vet-kenh-noi-dong-12.html",
        others: &[
            "/index.php/vi/news/thoi-su/nao-vet-kenh-noi-dong-12.html",
            "/news/kinh-te/nao-vet-kenh-12.html",
            "/index.php?language=vi&nv=news&op=thoi-su/nao-vet-kenh-noi-dong-12",
        ],
    },
    Case {
        family: "liferay",
        first: "/web/guest/-/nao-vet-kenh-noi-dong",
        others: &[
            "/vi/web/guest/-/nao-vet-kenh-noi-dong",
            "/tin/-/asset_publisher/Ab3/content/nao-vet-kenh-noi-dong?redirect=%2Ftin&p_p_state=maximized",
        ],
    },
    Case {
        family: "tandan",
        first: "/portal/Pages/2026-11-9/nao-vet-kenh-noi-dong1ab2c3.aspx",
        others: &["/portal/pages/2026-11-9/nao-vet-kenh-noi-dong1ab2c3.aspx"],
    },
    Case {
        family: "webforms",
        first: "/Default.aspx?sid=1444&pageid=6591&id=693472",
        others: &["/mDefault.aspx?sid=1444&pageid=6591&id=693472", "/Default.aspx?id=693472&pageid=6591&sid=1444"],
    },
];

fn article() -> String {
    let text = "<p>Ngày 9 tháng 11, bà con các thôn ra đồng nạo vét kênh mương, nước về sớm hơn mọi năm mười ngày.</p>";
    format!(
        "<html><head><title>Nạo vét kênh nội đồng</title></head><body><h1>Nạo vét kênh nội đồng</h1>{}</body></html>",
        text.repeat(6)
    )
}

/// `/first` lists the first address, `/others` all others, `/all` everything; only the first address has a page.
fn server(case: &Case) -> RawServer {
    let others: Vec<String> = case.others.iter().map(|path| (*path).to_owned()).collect();
    let first = case.first.to_owned();
    RawServer::start(
        BTreeMap::from([
            ("/first".to_owned(), list([&first].into_iter())),
            ("/others".to_owned(), list(others.iter())),
            ("/all".to_owned(), list([&first].into_iter().chain(&others))),
            (first.clone(), Sends::page(&article())),
        ]),
        None,
    )
}

/// One article, asked for once, with all its addresses; in the record, beside the text and in the text series.
fn assert_one(root: &Path, server: &RawServer, case: &Case) {
    let rows = catalogue(root);
    assert_eq!(rows.len(), 1, "{}: {rows:#?}", case.family);
    let record = rows.values().next().unwrap();
    let wanted: BTreeSet<String> =
        std::iter::once(case.first).chain(case.others.iter().copied()).map(|path| server.url(path)).collect();
    let got: BTreeSet<String> = record.locations.iter().cloned().collect();
    assert_eq!(got, wanted, "{}", case.family);
    assert_eq!(record.locations[0], server.url(case.first), "{}: the address as fetched comes first", case.family);
    let beside = fs::read(root.join(&record.text_path).with_extension("json")).unwrap();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&beside).unwrap(), serde_json::to_value(record).unwrap());
    let request = server.requests(case.first);
    assert_eq!(request.len(), 1, "{}", case.family);
    assert!(request[0].starts_with(format!("GET {} HTTP/1.1\r\n", case.first).as_bytes()), "{}", case.family);
    for other in case.others {
        assert!(server.requests(other).is_empty(), "{}: {other} was asked for", case.family);
    }
    let pages = captures(root).into_iter().filter(|seen| seen.line("luutru-task").as_deref() == Some("article"));
    assert_eq!(pages.count(), 1, "{}", case.family);
}

fn crawl(server: &RawServer, root: &Path, dir: &Path, family: &str, list: &str) {
    let more = format!("family = \"{family}\"");
    expect_exit(&finish(server.backfill_as(root, dir, &more, list)), DONE);
}

#[test]
fn an_article_listed_at_many_addresses_is_fetched_once() {
    for case in &CASES {
        let dir = TempDir::new().unwrap();
        let root = dir.path().join("archive");
        let server = server(case);
        crawl(&server, &root, dir.path(), case.family, "/all");
        assert_one(&root, &server, case);
        // The same from the WARC files alone.
        for folder in ["state", "text", "catalog"] {
            fs::remove_dir_all(root.join(folder)).unwrap();
        }
        crawl(&server, &root, dir.path(), case.family, "/first");
        assert_one(&root, &server, case);
        crawl(&server, &root, dir.path(), case.family, "/others");
        assert_one(&root, &server, case);
        expect_exit(&finish(luutru(&root, "verify")), DONE);
    }
}

#[test]
fn a_later_list_adds_addresses_and_asks_for_nothing() {
    for case in &CASES {
        let dir = TempDir::new().unwrap();
        let root = dir.path().join("archive");
        let server = server(case);
        crawl(&server, &root, dir.path(), case.family, "/first");
        crawl(&server, &root, dir.path(), case.family, "/others");
        assert_one(&root, &server, case);
        let lines = fs::read_to_string(root.join("catalog/raw.jsonl")).unwrap().lines().count();
        // Nothing is new: nothing is written.
        crawl(&server, &root, dir.path(), case.family, "/all");
        assert_eq!(fs::read_to_string(root.join("catalog/raw.jsonl")).unwrap().lines().count(), lines);
        fs::remove_dir_all(root.join("state")).unwrap();
        crawl(&server, &root, dir.path(), case.family, "/first");
        assert_one(&root, &server, case);
        expect_exit(&finish(luutru(&root, "verify")), DONE);
    }
}

#[test]
fn where_the_first_address_is_dead_the_next_is_asked() {
    let (dead, alive) = ("/kinh-te/nao-vet-kenh-700123".to_owned(), "/xa-hoi/nao-vet-kenh-700123".to_owned());
    let server = RawServer::start(
        BTreeMap::from([
            ("/list".to_owned(), list([&dead, &alive].into_iter())),
            (alive.clone(), Sends::page(&article())),
        ]),
        None,
    );
    let dir = TempDir::new().unwrap();
    let root = dir.path().join("archive");
    crawl(&server, &root, dir.path(), "vnpt", "/list");
    let rows = catalogue(&root);
    assert_eq!(rows.values().map(|row| row.locations.clone()).collect::<Vec<_>>(), [vec![server.url(&alive)]]);
    assert_eq!((server.requests(&dead).len(), server.requests(&alive).len()), (1, 1));
}

#[test]
fn a_redirect_to_a_held_article_is_one_more_address_of_it() {
    let stage = Stage::new(vec![PortalSpec::vnpt("one", 91).articles(12).page_size(20)]);
    stage.site_files("");
    let portal = stage.portal(0);
    let golds: Vec<_> = portal.gold().into_iter().filter(|g| g.same_as.is_none() && !g.static_twin).collect();
    let path = |url: &str| url[portal.base().len()..].to_owned();
    // Of one list, the newest and the oldest: the one is held long before the other is asked for.
    let list = &golds[0].lists[0];
    let last = golds.iter().rfind(|gold| gold.lists.contains(list)).unwrap();
    let (from, to) = (&last.url, &golds[0].url);
    assert_ne!(from, to);
    portal.misbehave_with(FaultRule { fault: Fault::RedirectTo(path(to)), prefix: Some(path(from)), times: None });
    stage.crawl(&["backfill", "--delay", "150ms"]).ended(0);
    let record = stage.articles().into_iter().find(|row| row["title"] == golds[0].title).unwrap();
    let places: Vec<&str> = record["locations"].as_array().unwrap().iter().map(|at| at.as_str().unwrap()).collect();
    assert!(places.contains(&from.as_str()) && places.contains(&to.as_str()), "{places:?}");
    let report = stage.report("one");
    let same = portal.gold().iter().filter(|gold| gold.same_as.is_some()).count() as u64;
    assert_eq!((&report["duplicates"], &report["open"]), (&(same + 1).into(), &0.into()), "{report}");
    let asked = Asked::of(portal, 0).articles;
    assert_eq!(asked.len(), portal.gold().len());
    stage.verify();
}
