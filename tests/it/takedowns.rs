//! What is taken down is nowhere that something is handed out, and comes back when that is undone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::bundles::{archived, bundle, text};
use crate::harness::{catalogue, expect_exit, finish, luutru};
use crate::raw::{RawServer, Sends, list};
use crate::serve::server::Server;
use crate::support::{Stage, Wacz, files_below};

/// Files below a folder, with their bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files_below(folder).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn ids(stage: &Stage, more: &[&str]) -> Vec<String> {
    let ran = stage.run(&[&["articles", "--json"], more].concat()).ended(0);
    ran.objects().iter().map(|record| text(record, "id").to_owned()).collect()
}

/// An article with several addresses.
fn shared(stage: &Stage) -> Value {
    let several = |article: &Value| article["locations"].as_array().unwrap().len() > 1;
    stage.articles().into_iter().find(several).expect("an article with several addresses")
}

#[test]
fn a_takedown_hides_every_capture_and_undoing_brings_all_back() {
    let stage = archived();
    let article = shared(&stage);
    let id = text(&article, "id");
    let body = fs::read_to_string(stage.root().join(text(&article, "text_path"))).unwrap();
    let masters = contents(&stage.root().join("warc"));
    bundle(&stage, "before.wacz", &[]);

    stage.run(&["takedown", id]).ended(2).says(&["--reason"]);
    stage.run(&["takedown", "0123456789abcdef", "--reason", "x"]).ended(2).says(&["no article"]);
    stage.run(&["takedown", id, "--reason", "court order 7", "--actor", "An"]).ended(0).says(&[id, "taken down"]);
    stage.run(&["takedown", id, "--reason", "again"]).ended(0).says(&["already"]);
    let listed = stage.run(&["takedown", "--list", "--json"]).ended(0).objects();
    assert_eq!(listed.len(), 1);
    assert_eq!((text(&listed[0], "actor"), text(&listed[0], "reason")), ("An", "court order 7"));

    let wacz = bundle(&stage, "hidden.wacz", &[]);
    let urls: Vec<&str> = article["locations"].as_array().unwrap().iter().map(|url| url.as_str().unwrap()).collect();
    assert!(wacz.lines.iter().all(|line| !urls.contains(&line.fields.url.as_str())));
    assert!(wacz.pages.iter().all(|page| !text(page, "id").starts_with(id) && text(page, "text") != body));
    for record in wacz.records() {
        let uri = record.fields.get("WARC-Target-URI").unwrap_or_default();
        assert!(!urls.contains(&uri), "{:?}", record.fields);
        assert!(!uri.ends_with(id) && record.block != body.as_bytes(), "{:?}", record.fields);
    }
    // Files without anything of it still go as they are.
    let parts = wacz.warcs().filter(|(name, _)| name.contains("-part-")).count();
    assert!((1..=4).contains(&parts), "{parts}");
    let out = stage.path("x.wacz");
    stage.run(&["bundle", "--id", id, "-o", out.to_str().unwrap()]).ended(2).says(&[id, "taken down"]);
    assert!(!ids(&stage, &[]).contains(&id.to_owned()));
    assert!(ids(&stage, &["--all"]).contains(&id.to_owned()));
    let (corpus, bag) = (stage.path("corpus"), stage.path("bag"));
    stage.run(&["export", "--corpus", corpus.to_str().unwrap()]).ended(0);
    stage.run(&["export", "--bagit", bag.to_str().unwrap()]).ended(0);
    for (path, bytes) in contents(&corpus).into_iter().chain(contents(&bag)) {
        assert!(memchr::memmem::find(&bytes, body.as_bytes()).is_none(), "{}", path.display());
        assert!(!path.to_string_lossy().contains(id), "{}", path.display());
    }
    assert_eq!(contents(&stage.root().join("warc")), masters, "the masters stay");

    stage.run(&["takedown", "--undo", id, "--reason", "order lifted"]).ended(0);
    bundle(&stage, "after.wacz", &[]);
    assert_eq!(fs::read(stage.path("before.wacz")).unwrap(), fs::read(stage.path("after.wacz")).unwrap());
    assert!(ids(&stage, &[]).contains(&id.to_owned()));
    assert_eq!(fs::read_to_string(stage.root().join("decisions.jsonl")).unwrap().lines().count(), 2);
}

#[test]
fn a_hold_forbids_a_takedown_until_it_is_released() {
    let stage = archived();
    // A text that both portals have: whichever had it first, a hold on the other covers it as well.
    let bases: Vec<String> = stage.portals().iter().map(luutru_portal::Portal::base).collect();
    let at_both = |article: &Value| {
        let locations = article["locations"].as_array().unwrap();
        bases.iter().all(|base| locations.iter().any(|url| url.as_str().unwrap().starts_with(base.as_str())))
    };
    let article = stage.articles().into_iter().find(at_both).expect("a text that both have");
    let id = text(&article, "id");
    for subject in [id, "alpha", "echo"] {
        stage.run(&["hold", subject, "--reason", "case 12", "--actor", "Bình"]).ended(0);
        stage.run(&["takedown", id, "--reason", "x"]).ended(2).says(&[id, "Bình", "case 12", "--release"]);
        assert!(ids(&stage, &[]).contains(&id.to_owned()), "a hold hides nothing");
        stage.run(&["hold", subject, "--release", "--reason", "closed"]).ended(0);
    }
    stage.run(&["hold", "nowhere", "--reason", "x"]).ended(2).says(&["nowhere"]);
    stage.run(&["takedown", id, "--reason", "x"]).ended(0);
}

#[test]
fn what_cannot_be_read_hides_everything() {
    let stage = archived();
    fs::write(stage.root().join("decisions.jsonl"), "what?\n").unwrap();
    let (out, corpus) = (stage.path("x.wacz"), stage.path("corpus"));
    for words in
        [&["bundle", "-o", out.to_str().unwrap()][..], &["export", "--corpus", corpus.to_str().unwrap()], &["articles"]]
    {
        stage.run(words).ended(4).says(&["decisions.jsonl", "line 1"]);
    }
    assert!(!out.exists() && !corpus.exists());
}

/// A page with pictures of its own and of others: in its text, in boxes beside it, of the whole site.
fn pictured(n: usize, of: usize) -> Sends {
    let topic =
        ["cấp nước sạch", "trồng rừng ven biển", "sửa đường liên thôn", "tiêm phòng đàn bò", "dạy nghề may"][n % 5];
    let line = format!(
        "Sáng ngày {n}, Ủy ban nhân dân xã họp bàn việc {topic}, giao các thôn nhận phần việc của mình và báo cáo trước cuối tháng."
    );
    let text = format!("<p>{line}</p>").repeat(6);
    let mut teasers = String::new();
    for k in 0..of {
        let _ = write!(teasers, "<li><a href='/tin/{k}.html'><img src='/nho/{k}.png' alt=''></a></li>");
    }
    Sends::page(&format!(
        "<html><head><title>Bàn việc {topic}</title></head><body><img src='/logo.png' alt=''>
        <div class=article><h1>Bàn việc {topic}</h1><div class=date>Thứ ba, 03/11/2026 08:3{n}</div>
        <div class=content>{text}<p><img src='/anh/{n}.png' alt=''></p></div></div>
        <div class=share style=\"background-image:url('/the/{n}.png')\"></div>
        <div class=gallery><a href='/to/{n}.JPG'><img src='/kho/{n}.png' alt=''></a><a href='#'><img src='/bia/{n}.png' alt=''></a></div>
        <ul class=related>{teasers}</ul></body></html>"
    ))
}

#[test]
fn a_takedown_hides_the_pictures_that_the_page_alone_shows() {
    const ALL: usize = 5;
    let mut paths = BTreeMap::new();
    let pages: Vec<String> = (0..ALL).map(|n| format!("/tin/{n}.html")).collect();
    paths.insert("/list".to_owned(), list(pages.iter()));
    paths.extend(pages.iter().enumerate().map(|(n, page)| (page.clone(), pictured(n, ALL))));
    let own = |n: usize| ["nho", "anh", "the", "kho", "bia"].map(|folder| format!("/{folder}/{n}.png"));
    for name in (0..ALL).flat_map(own).chain(["/logo.png".to_owned()]) {
        let body = format!("\u{89}PNG\r\n\u{1a}\n {name}");
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {}\r\n\r\n", body.len());
        paths.insert(name, Sends::raw([head, body].concat().as_bytes()));
    }
    let server = RawServer::start(paths, None);
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("archive");
    let mut backfill = server.whole(&root, folder.path(), "", "/list", "0ms");
    backfill.args(["--requisites", "same-site"]);
    expect_exit(&finish(backfill), 0);
    let articles = catalogue(&root);
    assert_eq!(articles.len(), ALL);
    let article = articles.values().find(|article| article.url.ends_with("/tin/2.html")).unwrap();
    let run = |words: &[&str]| {
        let mut command = luutru(&root, words[0]);
        command.args(&words[1..]);
        expect_exit(&finish(command), 0);
    };
    let paths = |name: &str| -> BTreeSet<String> {
        let out = folder.path().join(name);
        run(&["bundle", "-o", out.to_str().unwrap()]);
        let lines = Wacz::open(&out).lines;
        lines.iter().map(|line| line.fields.url.strip_prefix(&server.url("")).unwrap().to_owned()).collect()
    };
    let before = paths("before.wacz");
    assert!((0..ALL).flat_map(own).all(|path| before.contains(&path)), "{before:#?}");

    run(&["takedown", &article.id, "--reason", "court order 7"]);
    let hidden: BTreeSet<String> = own(2).into_iter().chain(["/tin/2.html".to_owned()]).collect();
    assert_eq!(before.difference(&paths("hidden.wacz")).cloned().collect::<BTreeSet<_>>(), hidden);
    let shown = Server::start(&root, &["--cache", folder.path().join("cache").to_str().unwrap()]);
    let status = |path: &str| shown.get(&format!("/web/20261231000000id_/{}", server.url(path))).status().as_u16();
    for path in &hidden {
        assert_eq!(status(path), 404, "{path}");
    }
    for path in ["/logo.png", "/nho/1.png", "/the/3.png", "/tin/1.html"] {
        assert_eq!(status(path), 200, "{path}");
    }

    run(&["takedown", "--undo", &article.id, "--reason", "order lifted"]);
    assert_eq!(paths("after.wacz"), before);
    assert_eq!(status("/the/2.png"), 200);
}
