//! Full-text search: what is found, in which order, and that the index follows the archive.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use luutru::archive::catalog::ArticleRecord;
use serde_json::Value;

use super::html::{page, until};
use super::made::{Made, article};
use super::server::Server;
use crate::harness::{expect_exit, files, finish, luutru, said};

/// Ids of what `luutru search` finds, best first.
fn found(root: &Path, words: &[&str]) -> Vec<String> {
    let mut search = luutru(root, "search");
    search.arg("--json").args(words);
    let ended = finish(search);
    expect_exit(&ended, 0);
    let rows = String::from_utf8(ended.stdout).unwrap();
    rows.lines().map(|row| serde_json::from_str::<Value>(row).unwrap()["id"].as_str().unwrap().to_owned()).collect()
}

fn sorted(mut ids: Vec<String>) -> String {
    ids.sort();
    ids.join(" ")
}

fn library() -> Made {
    let made = Made::new();
    made.add("old", "2024-03-05", "Tỉnh uỷ họp phiên thường kỳ", "Ban Thường vụ Tỉnh uỷ Bắc Giang họp về giải ngân.");
    made.add("new", "2025-08-01", "Hội nghị quý III", "Thường trực Tỉnh ủy nghe báo cáo. Việt Nam, năm 2025.");
    made.add("apart", "2025-01-09", "Chuyện của tỉnh", "Uỷ ban nhân dân tỉnh họp. Tính uy nghiêm của pháp luật.");
    let storm = ArticleRecord {
        byline: Some("Thu Hà".to_owned()),
        section: Some("Kinh tế".to_owned()),
        site: "hoabinh".to_owned(),
        text_path: "text/hoabinh/storm.txt".to_owned(),
        published: None,
        ..article("storm", "2025-09-01", "Bão số 3 đổ bộ")
    };
    made.write(&storm, "Báo cáo nhanh về cơn bão: 01/9/2025, COVID-19.");
    made
}

#[test]
fn words_are_found_with_their_marks_and_without() {
    let made = library();
    let root = made.root();
    assert_eq!(sorted(found(root, &["tinh uy"])), "apart new old");
    assert_eq!(sorted(found(root, &["Tỉnh ủy"])), "apart new old");
    assert_eq!(found(root, &["\"Tỉnh uỷ\""]), found(root, &["\"tỉnh ủy\""]));
    assert_eq!(sorted(found(root, &["\"Tỉnh uỷ\""])), "new old");
    assert_eq!(sorted(found(root, &["\"tinh uy\""])), "apart new old", "tính uy as well");
    // As written before the same letters with other marks.
    assert_eq!(found(root, &["\"tỉnh uỷ\"", "họp"]), ["old"]);
    assert_eq!(found(root, &["bão"]), ["storm"]);
    assert_eq!(sorted(found(root, &["bao"])), "new storm", "báo as well as bão");
    assert_eq!(sorted(found(root, &["--any-marks", "bão"])), "new storm");
    assert_eq!(found(root, &["việt nam"]), ["new"]);
    assert_eq!(found(root, &["ti\u{309}nh u\u{309}y giải"]), ["old"], "decomposed letters");
    let mut wrong = luutru(root, "search");
    wrong.arg("giãi ngấn");
    let wrong = finish(wrong);
    expect_exit(&wrong, 0);
    assert!(said(&wrong).contains("without regard to marks"), "{}", said(&wrong));
    assert!(String::from_utf8_lossy(&wrong.stdout).contains("giải ngân"));
}

#[test]
fn fields_filters_and_order() {
    let made = library();
    let root = made.root();
    for (words, ids) in [
        (vec!["title:họp"], "old"),
        (vec!["byline:\"thu hà\""], "storm"),
        (vec!["section:kinh"], "storm"),
        (vec!["họp", "site:hoabinh"], ""),
        (vec!["site:hoabinh"], "storm"),
        (vec!["--site", "hoabinh", "bao"], "storm"),
        (vec!["tỉnh -ban"], "new"),
        (vec!["tinh", "from:2025-01-01"], "apart new"),
        (vec!["--from", "2025-01-01", "--to", "2025-02-01", "tinh"], "apart"),
        (vec!["bao", "to:2030-01-01"], "new"),
        (vec!["01/9/2025"], "storm"),
        (vec!["covid-19"], "storm"),
        (vec!["http://bacgiang.example/in/old"], "old"),
        (vec!["không-có-từ-này"], ""),
    ] {
        assert_eq!(sorted(found(root, &words)), ids, "{words:?}");
    }
    assert_eq!(found(root, &["--sort", "newest", "tinh"]), ["new", "apart", "old"]);
    assert_eq!(found(root, &["--sort", "oldest", "--limit", "1", "tinh"]), ["old"]);
    for wrong in ["from:gestern", "province:\"Hà Nội\""] {
        let mut search = luutru(root, "search");
        search.arg(wrong);
        assert_eq!(finish(search).status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn the_page_shows_hits_counts_and_pages() {
    let made = library();
    for number in 0..45 {
        made.add(&format!("n{number}"), "2025-05-05", &format!("Bản tin số {number}"), "Thời tiết hôm nay.");
    }
    let server = Server::start(made.root(), &[]);
    until("not all are found", || page(&server, "/search?q=thoi+tiet", 200).words("#count") == ["45 bài (1–20)"]);
    let last = page(&server, "/search?q=thoi+tiet&page=3", 200);
    assert_eq!(last.links("ol.hits a.title").len(), 5);
    assert!(last.links("nav.paging a")[0].contains("page=2"), "{:?}", last.links("nav.paging a"));
    let hits = page(&server, "/search?q=tinh+uy&lang=en", 200);
    assert!(hits.words("mark").iter().any(|word| word == "Tỉnh"), "{:?}", hits.words("mark"));
    let facets = hits.words(".facets li");
    assert!(facets.contains(&"bacgiang 3".to_owned()) && facets.contains(&"2025 2".to_owned()), "{facets:?}");
    let narrowed = hits.links(".facets a").into_iter().find(|link| link.contains("from=2025-01-01")).unwrap();
    assert_eq!(page(&server, &narrowed, 200).words("#count"), ["2 articles"]);
    let none = page(&server, "/search?q=xyzzy&lang=en", 200);
    assert_eq!(none.words("#count"), ["0 articles"]);
    assert_eq!(page(&server, "/search?q=from:x&lang=en", 200).words("[role=alert]").len(), 1);
}

#[test]
fn the_index_follows_the_archive() {
    let made = library();
    let server = Server::start(made.root(), &[]);
    let count = |q: &str| page(&server, &format!("/search?q={q}&lang=en"), 200).words("#count").join("");
    until("the first is not found", || count("bão") == "1 article");
    made.add("late", "2025-09-02", "Tin muộn", "Bão tan.");
    until("the new one is not found", || count("bão") == "2 articles");
    assert_eq!(page(&server, "/articles/late", 200).words("h1"), ["Tin muộn"]);
    // A new version takes the place of the old one, a withdrawn article goes, and a note on an old version changes nothing.
    let second = ArticleRecord {
        version: 2,
        text_path: "text/bacgiang/late2.txt".to_owned(),
        ..article("late", "2025-09-02", "Tin muộn")
    };
    made.write(&second, "Nắng lên.");
    until("the old version is found", || count("nắng") == "1 article" && count("\"bão+tan\"") == "0 articles");
    made.add("late", "2025-09-02", "Tin muộn", "Bão tan.");
    made.write(&ArticleRecord { withdrawn: Some("template".to_owned()), ..article("apart", "2025-01-09", "x") }, "x");
    until("what was withdrawn is found", || count("nghiêm") == "0 articles");
    assert_eq!((count("nắng"), count("\"bão+tan\"")), ("1 article".to_owned(), "0 articles".to_owned()));
    // A log that was written anew is read anew.
    let log = made.root().join("catalog/bacgiang.jsonl");
    let lines = fs::read_to_string(&log).unwrap();
    let kept: Vec<&str> = lines.lines().filter(|line| !line.contains("\"late\"")).collect();
    fs::write(&log, kept.join("\n") + "\n").unwrap();
    until("what is gone is found", || count("nắng") == "0 articles");
    assert_eq!(count("giải+ngân"), "1 article");
}

#[test]
fn a_damaged_index_and_one_of_another_form_are_made_anew() {
    let made = library();
    let root = made.root();
    assert_eq!(found(root, &["bão"]), ["storm"]);
    let index = root.join("search");
    fs::write(index.join("form"), "0\n").unwrap();
    assert_eq!(found(root, &["bão"]), ["storm"]);
    let largest = files(&index).into_iter().max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap();
    let mut bytes = fs::read(&largest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::remove_file(&largest).unwrap();
    fs::write(&largest, bytes).unwrap();
    let server = Server::start(root, &[]);
    until("nothing is found", || page(&server, "/search?q=bão&lang=en", 200).words("#count") == ["1 article"]);
    drop(server);
    fs::write(index.join("meta.json"), "{").unwrap();
    assert_eq!(found(root, &["bão"]), ["storm"]);
}

#[test]
fn an_archive_that_cannot_be_written_to_is_served_with_a_cache_elsewhere() {
    let made = library();
    let contents = |root: &Path| -> BTreeMap<PathBuf, Vec<u8>> {
        files(root).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
    };
    let before = contents(made.root());
    let cache = tempfile::tempdir().unwrap();
    let server = Server::start(made.root(), &["--cache", cache.path().to_str().unwrap()]);
    until("nothing is found", || page(&server, "/search?q=bão&lang=en", 200).words("#count") == ["1 article"]);
    page(&server, "/", 200);
    drop(server);
    assert_eq!(contents(made.root()), before, "nothing is written to the archive");
    // Where no index can be kept, all else is shown, and the search says what to do.
    fs::write(made.root().join("search"), "a file where the index would be").unwrap();
    let server = Server::start(made.root(), &[]);
    let said = || page(&server, "/search?q=bão&lang=en", 200).words("[role=alert]").join("");
    until("the search does not say why", || said().contains("--cache"));
    page(&server, "/articles/old", 200);
}
