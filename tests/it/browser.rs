//! The pages in a real browser: Chromium walks them, looks at them with axe-core, and replays an article.
//!
//! `tests/browser/walk.py` does the walking; here is the archive that it walks. Screenshots stay in `target/browser`.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use luutru_portal::PortalSpec;
use serde_json::{Value, json};

use crate::serve::access::token;
use crate::serve::server::Server;
use crate::support::{Stage, files_below};

/// The folder of the driver and of ReplayWeb.page, installed if need be.
fn tools() -> PathBuf {
    let setup = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/setup");
    let ran = Command::new(&setup).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{} failed, and without a browser nothing is seen:\n{said}", setup.display());
    PathBuf::from(String::from_utf8(ran.stdout).unwrap().trim())
}

/// Two portals with whole pages, an article with two versions, one with a near-duplicate, a gap and an alarm.
fn stage() -> (Stage, Value) {
    let stage = Stage::new(vec![
        PortalSpec::nukeviet("echo.gov.vn", 71).articles(24).page_size(8),
        PortalSpec::vnpt("alpha.gov.vn", 72).articles(24).page_size(8).shared_percent(40),
    ]);
    stage.site_files("province = \"Bắc Giang\"\npublisher = \"Ủy ban nhân dân tỉnh Bắc Giang\"");
    let whole = ["backfill", "--requisites", "same-site", "--attachments", "yes"];
    // A copy that the second portal edits before anybody looks is a near-duplicate.
    let copy = stage.portal(1).gold().into_iter().find(|gold| gold.same_as.is_some()).unwrap();
    stage.portal(1).edit(&copy.id).unwrap();
    stage.crawl(&whole).ended(0);
    let plain =
        stage.portal(0).gold().into_iter().find(|gold| gold.same_as.is_none() && gold.lists.len() == 1).unwrap();
    stage.portal(0).edit(&plain.id).unwrap();
    // Addresses of replay know a time to the second (CDX, 14 digits).
    std::thread::sleep(Duration::from_millis(1100));
    stage.crawl(&["crawl", "--recheck", "--requisites", "same-site"]).ended(0);
    for path in files_below(&stage.root().join("report").join("alpha.gov.vn")) {
        let mut report: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let list = report["lists"][0]["list"].clone();
        report["alarms"] = json!([{ "list": list, "alarm": "nothing-recognised", "since": "2026-11-20T03:04:05Z",
                                    "text": "no article is recognised: the template has changed" }]);
        report["failed"] = json!({ "time-out": 2 });
        for (month, counts) in report["months"].as_object_mut().unwrap().iter_mut().take(1) {
            assert!(!month.is_empty());
            counts["gaps"] = json!(2);
        }
        fs::write(path, report.to_string()).unwrap();
    }
    let articles = stage.articles();
    let find = |holds: &dyn Fn(&Value) -> bool| articles.iter().find(|article| holds(article)).unwrap()["id"].clone();
    let some = |article: &Value, name: &str| !article[name].as_array().unwrap().is_empty();
    let named = json!({
        "versions": find(&|article| article["version"] == 2),
        "near": find(&|article| some(article, "near_duplicates")),
        "images": find(&|article| some(article, "images") && article["version"] == 1),
        "site": "alpha.gov.vn",
    });
    (stage, named)
}

#[test]
fn every_page_is_sound_in_a_browser_and_an_article_is_replayed() {
    let tools = tools();
    let (stage, mut named) = stage();
    let replay = tools.join("replay");
    let config = stage.path("luutru.toml").to_str().unwrap().to_owned();
    let server = Server::start(&stage.root(), &["--config", &config, "--replay", replay.to_str().unwrap()]);
    let plain = Server::start(&stage.root(), &["--cache", stage.path("cache").to_str().unwrap()]);
    named["token"] = token(&stage.root(), &["create"], 0).into();
    let closed = Server::start(&stage.root(), &["--require-tokens", "--cache", stage.path("cache2").to_str().unwrap()]);
    named["base"] = server.base().into();
    named["plain"] = plain.base().into();
    named["closed"] = closed.base().into();
    named["shots"] = tools.join("shots").to_str().unwrap().into();
    // The portals are there still: who asks them for what is missing is found out.
    let asked = || stage.portals().iter().map(|portal| portal.requests().len()).collect::<Vec<_>>();
    let before = asked();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/walk.py");
    let mut walk = Command::new(tools.join("venv/bin/python"));
    walk.arg("-u").arg(script).arg(named.to_string()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut walk = walk.spawn().unwrap();
    // Through the test's own output, so that it is shown when it fails.
    for line in BufReader::new(walk.stdout.take().unwrap()).lines() {
        println!("{}", line.unwrap());
    }
    assert!(walk.wait().unwrap().success(), "the browser found faults; they are named above");
    assert_eq!(asked(), before, "replay asked the portals");
}
