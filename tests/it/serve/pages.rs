//! Pages for people: every one is there, well made and safe, in both languages, over a real archive and a made one.

use std::collections::{BTreeSet, VecDeque};
use std::fs;

use luutru::archive::catalog::{ArticleRecord, Asset};

use super::html::{page, until};
use super::made::{Made, article};
use super::server::Server;
use crate::harness::{Town, complete, expect_exit, files, finish, luutru};

/// Follows every link of ours from page to page.
fn walk(server: &Server) -> BTreeSet<String> {
    let mut open = VecDeque::from(["/".to_owned(), "/?lang=en".to_owned()]);
    let mut seen = BTreeSet::new();
    let of_others = ["/web/", "/files/", "/bundles/"];
    while let Some(path) = open.pop_front().filter(|_| seen.len() < 120) {
        if !seen.insert(path.clone()) {
            continue;
        }
        if ["/text", "/record", "/page.wacz"].iter().any(|file| path.contains(file)) {
            assert_eq!(server.get(&path).status(), 200, "{path}");
            continue;
        }
        let links = page(server, &path, 200).links("a[href]");
        let ours =
            links.into_iter().filter(|link| link.starts_with('/') && of_others.iter().all(|o| !link.starts_with(o)));
        // One of each kind goes far enough: hits and cells of the same page lead to the same kind.
        open.extend(ours.filter(|link| !seen.contains(link)));
    }
    seen
}

#[test]
fn every_page_of_a_real_archive_is_there_and_well_made() {
    let dir = tempfile::tempdir().unwrap();
    complete(dir.path(), &Town::of_two(71, 8));
    let server = Server::start(dir.path(), &[]);
    let ready = || page(&server, "/search?q=tinh", 200).words("#count").iter().any(|count| !count.starts_with('0'));
    until("nothing is found", ready);
    let seen = walk(&server);
    for kind in ["/search", "/bundle", "/downloads", "/sites/", "/articles/"] {
        assert!(seen.iter().any(|path| path.starts_with(kind)), "no link leads to {kind}: {seen:#?}");
    }
    let overview = page(&server, "/?lang=en", 200);
    assert_eq!(overview.words("h1"), ["News archive"]);
    assert!(overview.words("dl.figures dd")[0].parse::<u32>().unwrap() > 8);
    let downloads = page(&server, "/downloads", 200);
    let sealed = files(&dir.path().join("warc")).len();
    assert_eq!(downloads.links("table.files th a").len(), sealed);
    let bundle = page(&server, "/bundle?from=2000-01-01&lang=en", 200);
    assert!(bundle.words("dl.figures dd")[2].ends_with('B'), "{:?}", bundle.words("dl.figures dd"));
    let style = overview.links("link[rel=stylesheet]").remove(0);
    let style = server.get(&style);
    assert_eq!(
        (style.status().as_u16(), style.headers()["content-type"].to_str().unwrap()),
        (200, "text/css; charset=utf-8")
    );
}

#[test]
fn the_language_is_the_browsers_or_the_one_that_is_chosen() {
    let made = Made::new();
    let server = Server::start(made.root(), &["--cache", made.root().join("cache").to_str().unwrap()]);
    assert_eq!(page(&server, "/downloads", 200).words("h1"), ["Tải về"]);
    let english = page(&server, "/downloads?lang=en", 200);
    assert_eq!(english.words("h1"), ["Downloads"]);
    assert!(english.links("header a").iter().all(|link| link.ends_with("?lang=en")), "{:?}", english.links("header a"));
    assert_eq!(english.links("footer a"), ["/downloads?lang=vi"]);
    let asked = server.client().get(format!("{}/downloads", server.base())).header("Accept-Language", "en-GB,en;q=0.9");
    let answer = asked.send().unwrap();
    assert_eq!(answer.headers()["content-language"], "en");
}

#[test]
fn faults_are_pages_for_people_and_problems_for_programs() {
    let made = Made::new();
    made.add("a1", "2025-07-01", "Tin", "Bài.");
    let server = Server::start(made.root(), &[]);
    for (path, status) in [
        ("/no/such", 404),
        ("/articles/none", 404),
        ("/articles/none/diff", 404),
        ("/sites/none", 404),
        ("/sites/..%2f..%2fetc", 404),
        ("/articles/a1?version=9", 404),
        ("/articles/a1?version=x", 400),
        ("/articles/a1/diff?from=1&to=7", 404),
        ("/bundle?from=gestern", 400),
        ("/search?page=-1", 400),
    ] {
        page(&server, path, status);
        let problem = server.get(path);
        assert_eq!(problem.headers()["content-type"], "application/problem+json", "{path}");
    }
    // What cannot be read is said in the log, and a page says so to people.
    fs::write(made.root().join("decisions.jsonl"), "{}\n").unwrap();
    let broken = page(&server, "/?lang=en", 500);
    assert!(!broken.text.contains("decisions.jsonl"), "the server's files are none of the client's business");
    page(&server, "/articles/a1", 500);
}

#[test]
fn what_portals_write_stays_text() {
    let made = Made::new();
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    let record = ArticleRecord {
        byline: Some(evil.to_owned()),
        section: Some(evil.to_owned()),
        url: "javascript:alert(3)".to_owned(),
        images: vec![Asset::named("javascript:alert(4)".to_owned(), Some(evil.to_owned()))],
        notes: vec![evil.to_owned()],
        near_duplicates: vec!["x2".to_owned()],
        ..article("x1", "2025-07-01", evil)
    };
    made.write(&record, &format!("Bão {evil}"));
    made.write(
        &ArticleRecord { version: 2, text_path: "text/bacgiang/x1b.txt".to_owned(), ..record },
        &format!("Lũ {evil}"),
    );
    made.add("x2", "2025-07-02", evil, evil);
    let server = Server::start(made.root(), &[]);
    until("nothing is found", || page(&server, "/search?q=alert", 200).links("ol.hits a").len() == 2);
    let quoted = "/search?q=%3Cscript%3Ealert(1)%3C/script%3E&section=%22%3E%3Cscript%3E&lang=en";
    for path in ["/", "/sites/bacgiang", "/articles/x1", "/articles/x1/diff?from=1&to=2", "/search?q=alert", quoted] {
        let page = page(&server, path, 200);
        assert!(!page.text.contains("<script") && !page.text.contains("<img"), "{path}");
        let scripts = page.links("a[href]").into_iter().filter(|link| link.to_lowercase().starts_with("javascript:"));
        assert_eq!(scripts.count(), 0, "{path}");
    }
    let text = server.get("/articles/x1/text");
    assert_eq!(text.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(text.headers()["x-content-type-options"], "nosniff");
}

#[test]
fn an_article_shows_where_it_comes_from_and_how_it_changed() {
    let made = Made::new();
    let first = made.add("v1", "2025-07-01", "Tin bão", "Bão mạnh cấp 8.\n\nDân đã sơ tán.");
    let second = ArticleRecord {
        version: 2,
        text_path: "text/bacgiang/v1-2.txt".to_owned(),
        captured_at: "2026-11-24T10:00:00Z".to_owned(),
        near_duplicates: vec!["v2".to_owned()],
        ..first.clone()
    };
    made.write(&second, "Bão mạnh cấp 12.\n\nDân đã sơ tán.");
    made.add("v2", "2025-07-02", "Tin bão gần giống", "Bão.");
    let server = Server::start(made.root(), &[]);
    let shown = page(&server, "/articles/v1?lang=en", 200);
    assert!(shown.text.contains("Bão mạnh cấp 12.") && !shown.text.contains("cấp 8"));
    let links = shown.links("a[href]");
    for wanted in
        ["/web/20261124100000id_/http://bacgiang.example/tin/v1?a=1&b=2", "/files/a.warc.gz", "/articles/v2?lang=en"]
    {
        assert!(links.iter().any(|link| link == wanted), "{wanted}: {links:#?}");
    }
    let codes = shown.words("dd code");
    for wanted in [second.warc.record_id.to_string(), second.content_hash.to_string()] {
        assert!(codes.contains(&wanted), "{wanted}: {codes:?}");
    }
    let old = page(&server, "/articles/v1?version=1", 200);
    assert!(old.text.contains("Bão mạnh cấp 8.") && old.words("p.alarm").len() == 1);
    let diff = page(&server, "/articles/v1/diff", 200);
    assert_eq!((diff.words("article del"), diff.words("article ins")), (vec!["8.".to_owned()], vec!["12.".to_owned()]));
    let record: ArticleRecord = server.get("/articles/v1/record").json().unwrap();
    assert_eq!(record, second);
}

#[test]
fn a_takedown_hides_from_every_page_at_once() {
    let made = Made::new();
    made.add("t1", "2025-07-01", "Tin mật", "Điều không nên biết.");
    made.write(
        &ArticleRecord { near_duplicates: vec!["t1".to_owned()], ..article("t2", "2025-07-02", "Tin thường") },
        "Điều nên biết.",
    );
    let server = Server::start(made.root(), &[]);
    until("nothing is found", || page(&server, "/search?q=biết", 200).links("ol.hits a").len() == 2);
    let mut takedown = luutru(made.root(), "takedown");
    takedown.args(["t1", "--reason", "court order 7"]);
    expect_exit(&finish(takedown), 0);
    for path in ["/", "/sites/bacgiang", "/articles/t2", "/search?q=biet", "/search?site=bacgiang"] {
        let page = page(&server, path, 200);
        assert!(!page.text.contains("Tin mật") && !page.text.contains("/articles/t1"), "{path}");
    }
    for path in ["/articles/t1", "/articles/t1/text", "/articles/t1/record", "/articles/t1/diff"] {
        assert_eq!(server.get(path).status(), 404, "{path}");
    }
    let mut search = luutru(made.root(), "search");
    search.arg("biet").arg("--json");
    let found = finish(search);
    expect_exit(&found, 0);
    assert!(!String::from_utf8_lossy(&found.stdout).contains("\"t1\","), "{}", String::from_utf8_lossy(&found.stdout));
}
