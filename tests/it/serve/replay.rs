//! What replay in the browser rests on: ReplayWeb.page's files, and the WACZ of one article with all that its pages need.
//! The replay itself is seen in `browser.rs`.

use std::collections::BTreeSet;
use std::fs;

use luutru_portal::PortalSpec;

use super::html::page;
use super::server::Server;
use crate::harness::{expect_exit, finish, luutru, said};
use crate::support::{Stage, Wacz};

/// An archive with whole pages, and a folder that looks like ReplayWeb.page.
fn stage() -> Stage {
    let stage = Stage::new(vec![
        PortalSpec::nukeviet("echo", 181).articles(8).page_size(8),
        PortalSpec::vnpt("alpha", 182).articles(8).page_size(8),
    ]);
    stage.site_files("");
    stage.crawl(&["backfill", "--requisites", "same-site", "--attachments", "yes"]).ended(0);
    let folder = stage.path("replay");
    fs::create_dir_all(folder.join("dist")).unwrap();
    for name in ["ui.js", "sw.js", "LICENSE", "VERSION", "dist/preload.js"] {
        fs::write(folder.join(name), format!("// {name}\n")).unwrap();
    }
    stage
}

fn serve(stage: &Stage, more: &[&str]) -> Server {
    let folder = stage.path("replay");
    let words: Vec<&str> = ["--replay", folder.to_str().unwrap()].iter().chain(more).copied().collect();
    Server::start(&stage.root(), &words)
}

#[test]
fn only_the_files_of_replay_are_served_and_each_with_its_policy() {
    let stage = stage();
    let server = serve(&stage, &[]);
    let policy = |path: &str| {
        let answer = server.get(path);
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{path}");
        answer.headers()["content-security-policy"].to_str().unwrap().to_owned()
    };
    assert_eq!(server.get("/replay/ui.js").headers()["content-type"], "text/javascript; charset=utf-8");
    assert!(policy("/replay/sw.js").contains("connect-src 'self'"));
    assert_eq!(server.get("/replay/sw.js").headers()["service-worker-allowed"], "/replay/");
    assert!(policy("/replay/").contains("frame-ancestors 'self'"));
    assert_eq!(server.get("/replay/LICENSE").text().unwrap(), "// LICENSE\n");
    for path in ["/replay/VERSION", "/replay/dist/preload.js", "/replay/..%2Fluutru.toml", "/replay/ui.js/"] {
        assert_eq!(server.get(path).status(), 404, "{path}");
    }
    let id = stage.articles()[0]["id"].as_str().unwrap().to_owned();
    let replay = server.get(&format!("/articles/{id}/replay"));
    let policy = replay.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"), "{policy}");
    // Its scripts are there.
    let text = replay.text().unwrap();
    let scripts: Vec<&str> = text.split("<script src=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(scripts.len() == 2 && scripts[0] == "/replay/ui.js" && scripts[1].starts_with("/assets/"), "{scripts:?}");
    assert_eq!(server.get(scripts[1]).headers()["content-type"], "text/javascript; charset=utf-8");
    // All other pages run no script.
    for path in ["/", &format!("/articles/{id}")] {
        let page = page(&server, path, 200);
        assert!(!page.text.contains("<script"), "{path}");
    }
    // Without the folder there is none of it, and the page says what there is.
    let plain = Server::start(&stage.root(), &["--cache", stage.path("cache").to_str().unwrap()]);
    for path in ["/replay/", "/replay/ui.js"] {
        assert_eq!(plain.get(path).status(), 404, "{path}");
    }
    let missing = page(&plain, &format!("/articles/{id}/replay?lang=en"), 200);
    assert!(missing.text.contains("tools/replay"), "{}", missing.text);
    let links = missing.links("main a");
    assert!(links.iter().any(|link| link.starts_with("/web/")), "{links:?}");
    assert!(links.iter().any(|link| link.contains("/text")), "{links:?}");
    // A folder that is none is refused at the start.
    let mut wrong = luutru(&stage.root(), "serve");
    wrong.args(["--replay", stage.root().to_str().unwrap()]);
    let ended = finish(wrong);
    expect_exit(&ended, 2);
    assert!(said(&ended).contains("tools/replay"), "{}", said(&ended));
}

fn path_of(url: &str) -> String {
    reqwest::Url::parse(url).unwrap().path().to_owned()
}

#[test]
fn the_wacz_of_an_article_has_all_that_its_page_needs() {
    let stage = stage();
    let server = serve(&stage, &[]);
    let articles = stage.articles();
    let article = articles
        .iter()
        .find(|article| article["site"] == "echo" && article["images"].as_array().is_some_and(|all| !all.is_empty()))
        .unwrap();
    let (id, base) = (article["id"].as_str().unwrap(), stage.portal(0).base());
    let path = format!("/articles/{id}/page.wacz");
    let whole = server.get(&path);
    assert_eq!((whole.status().as_u16(), whole.headers()["accept-ranges"].to_str().unwrap()), (200, "bytes"));
    let tag = whole.headers()["etag"].clone();
    let bytes = whole.bytes().unwrap();
    let part = server.client().get(format!("{}{path}", server.base())).header("range", "bytes=-22").send().unwrap();
    assert_eq!((part.status().as_u16(), &part.headers()["etag"]), (206, &tag));
    assert_eq!(part.bytes().unwrap(), bytes[bytes.len() - 22..]);
    let out = stage.path("one.wacz");
    fs::write(&out, &bytes).unwrap();
    let bundle = Wacz::open(&out);
    let urls: BTreeSet<&str> = bundle.lines.iter().map(|line| line.fields.url.as_str()).collect();
    // The sheet, what it imports, the font that this names, a picture of the frame, a script, and the article's own picture.
    for part in
        ["/static/site.css", "/static/fonts.css", "/static/portal.woff2", "/static/banner.png", "/static/site.js"]
    {
        assert!(urls.contains(format!("{base}{part}").as_str()), "{part} is missing: {urls:#?}");
    }
    assert!(urls.contains(article["images"][0]["url"].as_str().unwrap()), "{urls:#?}");
    // And nothing of others: no other article, no list, nothing of the other portal but the bytes that a revisit leans on.
    let original = |url: &str| url.contains("/static/") && urls.contains(format!("{base}{}", path_of(url)).as_str());
    assert!(urls.iter().all(|url| url.starts_with(base.as_str()) || original(url)), "{urls:#?}");
    for other in articles.iter().filter(|other| other["id"] != article["id"]) {
        assert!(!urls.contains(other["url"].as_str().unwrap()), "{other}");
    }
    assert!(!urls.contains(stage.list(0, 0).as_str()));
    // The command gives the same.
    let command = stage.path("command.wacz");
    stage.run(&["bundle", "--id", id, "-o", command.to_str().unwrap()]).ended(0);
    assert_eq!(Wacz::open(&command).files, bundle.files);
    // The page names these bytes; others are not given in their place.
    let replay = server.get(&format!("/articles/{id}/replay")).text().unwrap();
    let source = replay.split("source=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(server.get(source).bytes().unwrap(), bytes);
    assert_eq!(server.get(&format!("{path}?of=0123456789abcdef")).status(), 404);
    assert_eq!(server.get(&format!("{path}?off=x")).status(), 400);
    stage.run(&["takedown", id, "--reason", "x"]).ended(0);
    for path in [source.to_owned(), path, format!("/articles/{id}/replay")] {
        assert_eq!(server.get(&path).status(), 404, "{path}");
    }
}
