//! Articles that change under their addresses: versions kept side by side, told apart, and read back from the WARC files.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use luutru_portal::{Gold, PortalSpec};
use serde_json::Value;

use crate::support::{Asked, Stage, files_below, paths};

fn stage() -> Stage {
    let stage = Stage::new(vec![PortalSpec::nukeviet("echo", 61).articles(14).page_size(6)]);
    stage.site_files("");
    stage.crawl(&["backfill"]).ended(0);
    stage
}

/// An article that no other is the same as.
fn plain(stage: &Stage) -> Gold {
    let golds = stage.portal(0).gold();
    let copied = |gold: &Gold| golds.iter().any(|g| g.same_as.as_ref().is_some_and(|(_, id)| *id == gold.id));
    let gold = golds.iter().find(|g| g.same_as.is_none() && !g.static_twin && g.lists.len() == 1 && !copied(g));
    gold.unwrap().clone()
}

fn versions(stage: &Stage) -> Vec<Value> {
    stage.run(&["articles", "--versions", "--json"]).ended(0).objects()
}

fn of<'a>(records: &'a [Value], url: &str) -> Vec<&'a Value> {
    let at = |record: &&Value| record["locations"].as_array().unwrap().iter().any(|place| place == url);
    records.iter().filter(at).collect()
}

fn text(stage: &Stage, record: &Value) -> String {
    fs::read_to_string(stage.root().join(record["text_path"].as_str().unwrap())).unwrap()
}

/// What the visits of the one site found.
fn rechecked(stage: &Stage, words: &[&str]) -> Value {
    let mut all = words.to_vec();
    all.push("--json");
    stage.crawl(&all).ended(0).objects()[0]["sites"][0]["rechecked"].clone()
}

fn kept(stage: &Stage) -> BTreeMap<PathBuf, Vec<u8>> {
    let folders = ["text", "catalog"];
    let all = folders.iter().flat_map(|folder| files_below(&stage.root().join(folder)));
    all.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn counters_and_clocks_make_no_version() {
    let stage = stage();
    let before = kept(&stage);
    let from = stage.portal(0).requests().len();
    let found = rechecked(&stage, &["backfill", "--recheck"]);
    let asked = Asked::of(stage.portal(0), from).articles.len() as u64;
    assert!(asked >= 14, "{asked}");
    assert_eq!((&found["visited"], &found["edited"]), (&asked.into(), &0.into()), "{found}");
    assert_eq!(kept(&stage), before, "texts, records and catalogue are as they were");
    stage.verify();
}

#[test]
fn an_edited_article_is_a_new_version_beside_the_old_one() {
    let stage = stage();
    let first = plain(&stage);
    let second = stage.portal(0).edit(&first.id).unwrap();
    let found = rechecked(&stage, &["crawl", "--recheck"]);
    assert_eq!((&found["edited"], &found["lost"]), (&1.into(), &serde_json::json!({})), "{found}");
    let all = versions(&stage);
    let all = of(&all, &first.url);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0]["id"], all[1]["id"]);
    assert_eq!((&all[0]["version"], &all[1]["version"]), (&1.into(), &2.into()));
    assert_ne!(all[0]["content_hash"], all[1]["content_hash"]);
    assert_eq!((text(&stage, all[0]), text(&stage, all[1])), (first.text.clone(), second.text.clone()));
    let latest = stage.articles();
    let latest = of(&latest, &first.url);
    assert_eq!((latest.len(), &latest[0]["version"]), (1, &2.into()));
    // The new text has a conversion record that refers to the new capture.
    let records = stage.records();
    let conversion = records.iter().find(|r| r.kind() == "conversion" && r.text() == second.text).unwrap();
    assert_eq!(conversion.field("WARC-Refers-To"), all[1]["warc"]["record_id"].as_str().unwrap());
    stage.verify();
    shows_the_change(&stage, all[0]["id"].as_str().unwrap(), &first, &second);
    // The ledger lost: the versions come back from the WARC files, and nothing is asked for or written again.
    let before = kept(&stage);
    fs::remove_dir_all(stage.root().join("state")).unwrap();
    let from = stage.portal(0).requests().len();
    stage.crawl(&["backfill"]).ended(0);
    assert!(Asked::of(stage.portal(0), from).articles.is_empty());
    assert_eq!(kept(&stage), before);
    let found = rechecked(&stage, &["crawl", "--recheck"]);
    assert_eq!(found["edited"], 0, "what was read back in is what is there: {found}");
    assert_eq!(kept(&stage), before);
}

fn shows_the_change(stage: &Stage, id: &str, first: &Gold, second: &Gold) {
    let new: Vec<&String> = second.body.iter().filter(|line| !first.body.contains(line)).collect();
    assert_eq!(new.len(), 1);
    let shown = stage.run(&["diff", id]).ended(0).stdout;
    assert!(shown.contains(&format!("{{+{}+}}", new[0])), "{shown}");
    assert!(!shown.contains("[-") && !shown.contains(&first.body[0]), "{shown}");
    let coloured = stage.run(&["diff", &id[..8], "--color", "always"]).ended(0).stdout;
    assert!(coloured.contains(&format!("\u{1b}[32;1m{}\u{1b}[0m", new[0])), "{coloured}");
    let back = stage.run(&["diff", id, "--from", "2", "--to", "1", "--json"]).ended(0).objects().remove(0);
    let gone: Vec<&Value> = back["changes"].as_array().unwrap().iter().filter(|run| run["op"] == "delete").collect();
    assert_eq!(gone.len(), 1, "{back}");
    assert_eq!(gone[0]["text"].as_str().unwrap().trim(), new[0]);
    assert_eq!((&back["from"]["version"], &back["to"]["version"]), (&2.into(), &1.into()));
    stage.run(&["diff", id, "--to", "7"]).ended(2).says(&["no version 7", "1, 2"]);
    stage.run(&["diff", "0000000000000000"]).ended(2).says(&["no article"]);
    stage.run(&["diff", id, "--to", "1"]).ended(2).says(&["no version before 1"]);
}

#[test]
fn a_text_that_comes_back_is_a_version_too() {
    let stage = stage();
    let first = plain(&stage);
    stage.portal(0).edit(&first.id).unwrap();
    assert_eq!(rechecked(&stage, &["crawl", "--recheck"])["edited"], 1);
    stage.portal(0).revert(&first.id).unwrap();
    assert_eq!(rechecked(&stage, &["crawl", "--recheck"])["edited"], 1);
    assert_eq!(rechecked(&stage, &["crawl", "--recheck"])["edited"], 0);
    let all = versions(&stage);
    let all = of(&all, &first.url);
    let numbers: Vec<&Value> = all.iter().map(|record| &record["version"]).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(all[0]["content_hash"], all[2]["content_hash"]);
    assert_eq!(all[0]["text_path"], all[2]["text_path"]);
    assert_ne!(all[0]["warc"], all[2]["warc"]);
    let latest = stage.articles();
    let latest = of(&latest, &first.url);
    assert_eq!((latest.len(), &latest[0]["version"]), (1, &3.into()));
    assert_eq!(text(&stage, latest[0]), first.text);
    let before = kept(&stage);
    fs::remove_dir_all(stage.root().join("state")).unwrap();
    stage.crawl(&["backfill"]).ended(0);
    assert_eq!(kept(&stage), before);
    assert_eq!(rechecked(&stage, &["crawl", "--recheck"])["edited"], 0);
    stage.verify();
}

#[test]
fn a_server_that_says_not_modified_is_believed() {
    let stage = stage();
    let portal = stage.portal(0);
    let fixed: Vec<Gold> = portal.gold().into_iter().filter(|gold| gold.static_twin).collect();
    assert_eq!(fixed.len(), 2);
    let conditional = || {
        let sent = |record: &&crate::support::Kept| {
            record.kind() == "request" && record.text().to_lowercase().contains("if-none-match")
        };
        stage.records().iter().filter(sent).map(|record| record.field("WARC-Target-URI").to_owned()).collect::<Vec<_>>()
    };
    assert!(conditional().is_empty(), "a first visit asks for the page without conditions");
    for round in 1..=2 {
        let found = rechecked(&stage, &["crawl", "--recheck"]);
        assert_eq!((&found["not_modified"], &found["edited"]), (&2.into(), &0.into()), "{found}");
        assert_eq!(conditional().len(), 2 * round);
        // A ledger read back in knows the validators as well.
        fs::remove_dir_all(stage.root().join("state")).unwrap();
    }
    let records = stage.records();
    let revisits = records.iter().filter(|r| r.field("WARC-Profile").ends_with("/revisit/server-not-modified"));
    let revisits: Vec<_> = revisits.collect();
    assert_eq!(revisits.len(), 4);
    for revisit in revisits {
        assert!(revisit.text().starts_with("HTTP/1.1 304"));
        let original = records.iter().find(|r| r.field("WARC-Record-ID") == revisit.field("WARC-Refers-To")).unwrap();
        assert_eq!(original.kind(), "response");
        assert_eq!(revisit.field("WARC-Refers-To-Target-URI"), original.field("WARC-Target-URI"));
        assert_eq!(revisit.field("WARC-Refers-To-Date"), original.field("WARC-Date"));
        assert_eq!(revisit.field("WARC-Payload-Digest"), original.field("WARC-Payload-Digest"));
    }
    stage.verify();
    // An edit changes the tag, and the page comes.
    portal.edit(&fixed[0].id).unwrap();
    let found = rechecked(&stage, &["crawl", "--recheck"]);
    assert_eq!((&found["not_modified"], &found["edited"]), (&1.into(), &1.into()), "{found}");
}

#[test]
fn a_pass_keeps_to_its_window_and_its_bounds_and_goes_on() {
    let stage = Stage::new(vec![PortalSpec::nukeviet("echo", 62).articles(24).page_size(8)]);
    stage.site_files("");
    stage.crawl(&["backfill"]).ended(0);
    let portal = stage.portal(0);
    let day = |gold: &Gold| gold.published[..10].to_owned();
    let (newest, middle) = (day(&portal.gold()[0]), day(&portal.gold()[11]));
    let visited = |words: &[&str]| {
        let from = portal.requests().len();
        stage.crawl(words).ended(0);
        Asked::of(portal, from).articles.into_iter().map(|request| request.path).collect::<Vec<_>>()
    };
    let inside = visited(&["crawl", "--recheck", "--from", &middle]);
    let of_day = |path: &String| {
        let gold = portal.gold().into_iter().find(|gold| paths(portal, gold).contains(path)).unwrap();
        day(&gold)
    };
    assert!(inside.len() >= 12 && inside.len() < 24, "{}", inside.len());
    assert!(inside.iter().all(|path| (middle.clone()..=newest.clone()).contains(&of_day(path))));
    assert!(visited(&["crawl", "--recheck", "--unseen-for", "1d"]).is_empty());
    // Cut short, the pass goes on where it was, each article once.
    let mut all = visited(&["crawl", "--recheck", "--max-articles", "9"]);
    assert_eq!(all.len(), 9);
    all.extend(visited(&["crawl", "--recheck", "--max-articles", "9"]));
    all.extend(visited(&["crawl", "--recheck"]));
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "none twice in one pass");
    assert!(count >= 24);
    // What is new goes before what is visited again.
    let new = portal.publish(2);
    // With a pause between requests, since a list has to be read before its items can go first.
    let order = visited(&["crawl", "--recheck", "--delay", "60ms"]);
    let places: Vec<usize> = order
        .iter()
        .enumerate()
        .filter(|(_, path)| new.iter().any(|gold| paths(portal, gold).contains(path)))
        .map(|(at, _)| at)
        .collect();
    assert!(places.len() >= 2 && places.iter().all(|at| *at + 4 < order.len()), "{places:?} of {}", order.len());
    stage.run(&["crawl", "--within", "3d"]).ended(2);
}

#[test]
fn an_article_that_is_gone_stays_in_the_archive() {
    use luutru_portal::{Fault, FaultRule};
    let stage = stage();
    let portal = stage.portal(0);
    let before = kept(&stage);
    let gold = plain(&stage);
    let path = gold.url[portal.base().len()..].to_owned();
    let rule = FaultRule { prefix: Some(path), ..FaultRule::from(Fault::Status(404)) };
    portal.misbehave_with(rule);
    let found = rechecked(&stage, &["crawl", "--recheck"]);
    assert_eq!(found["lost"]["404"], 1, "{found}");
    assert_eq!(kept(&stage), before);
    portal.heal();
    for _ in 0..2 {
        assert!(rechecked(&stage, &["crawl", "--recheck"])["lost"].as_object().unwrap().is_empty());
        fs::remove_dir_all(stage.root().join("state")).unwrap();
    }
    assert_eq!(kept(&stage), before);
}
