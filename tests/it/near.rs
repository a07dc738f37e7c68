//! Texts that are nearly the same: reported on both sides, never merged, and read back from the WARC files.

use std::collections::BTreeMap;
use std::fs;

use luutru_portal::{Gold, PortalSpec};
use serde_json::Value;

use crate::support::{Stage, files_below};

fn record_of<'a>(records: &'a [Value], gold: &Gold) -> &'a Value {
    let at = |record: &&Value| record["locations"].as_array().unwrap().iter().any(|url| *url == gold.url);
    let found: Vec<&Value> = records.iter().filter(at).collect();
    assert_eq!(found.len(), 1, "{}", gold.url);
    found[0]
}

fn names(record: &Value) -> Vec<&str> {
    record["near_duplicates"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

#[test]
fn an_edited_copy_on_another_portal_is_named_on_both_sides() {
    let stage = Stage::new(vec![
        PortalSpec::nukeviet("echo", 71).articles(24).page_size(8),
        PortalSpec::vnpt("alpha", 72).articles(24).page_size(8).shared_percent(40),
    ]);
    stage.site_files("");
    let (first, second) = (stage.portal(0), stage.portal(1));
    // Copies that the second portal edits before anybody looks.
    let mut pairs: Vec<(Gold, Gold)> = Vec::new();
    for gold in second.gold() {
        let Some((portal, id)) = gold.same_as.clone() else { continue };
        let Some(there) = first.gold().into_iter().find(|there| there.portal == portal && there.id == id) else {
            continue;
        };
        if pairs.len() < 3 {
            pairs.push((there, second.edit(&gold.id).unwrap()));
        }
    }
    assert_eq!(pairs.len(), 3);
    stage.crawl(&["backfill", "echo"]).ended(0);
    assert!(stage.articles().iter().all(|record| names(record).is_empty()), "nothing is like another yet");
    let conversions = |stage: &Stage| stage.records().iter().filter(|record| record.kind() == "conversion").count();
    let texts = conversions(&stage);
    stage.crawl(&["backfill", "alpha"]).ended(0);
    let records = stage.articles();
    for (older, newer) in &pairs {
        let (older, newer) = (record_of(&records, older), record_of(&records, newer));
        assert_ne!(older["id"], newer["id"], "never merged");
        assert_eq!(names(older), [newer["id"].as_str().unwrap()]);
        assert_eq!(names(newer), [older["id"].as_str().unwrap()]);
        assert_eq!((&older["version"], &newer["version"]), (&1.into(), &1.into()));
        let told = older["id"].as_str().unwrap();
        let shown = stage.run(&["articles"]).ended(0).stdout;
        let line = shown.lines().find(|line| line.starts_with(told)).unwrap();
        assert!(line.contains(&format!("(near: {})", newer["id"].as_str().unwrap())), "{line}");
    }
    let named = records.iter().filter(|record| !names(record).is_empty()).count();
    assert_eq!(named, 6, "no other pair is near");
    // The older record was told by a metadata record alone: each text has one conversion.
    let new = records.iter().filter(|record| record["site"] == "alpha").count();
    assert_eq!(conversions(&stage), texts + new);
    stage.verify();
    comes_back(&stage);
}

/// What stands in the catalogue, the texts and the ledger can be made again from the WARC files.
fn comes_back(stage: &Stage) {
    let by_id = |stage: &Stage| -> BTreeMap<String, Value> {
        stage.articles().into_iter().map(|record| (record["id"].as_str().unwrap().to_owned(), record)).collect()
    };
    let before = by_id(stage);
    for folder in ["state", "text", "catalog"] {
        fs::remove_dir_all(stage.root().join(folder)).unwrap();
    }
    stage.crawl(&["backfill"]).ended(0);
    let after = by_id(stage);
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    for (id, record) in &before {
        assert_eq!(names(&after[id]), names(record), "{id}");
    }
    let logs: Vec<_> = files_below(&stage.root().join("catalog")).iter().map(|path| fs::read(path).unwrap()).collect();
    // The ledger knows the signatures again: a further copy is recognised.
    let golds = stage.portal(0).gold();
    let gold = golds.iter().find(|gold| gold.same_as.is_none() && !gold.static_twin && gold.lists.len() == 1).unwrap();
    fs::remove_dir_all(stage.root().join("state")).unwrap();
    stage.crawl(&["backfill"]).ended(0);
    let again: Vec<_> = files_below(&stage.root().join("catalog")).iter().map(|path| fs::read(path).unwrap()).collect();
    assert_eq!(again, logs, "nothing is written twice");
    // A version is near to the one before it, and is no neighbour of itself.
    stage.portal(0).edit(&gold.id).unwrap();
    stage.crawl(&["crawl", "echo", "--recheck"]).ended(0);
    let records = stage.articles();
    let record = record_of(&records, gold);
    assert_eq!(record["version"], 2);
    assert!(!names(record).contains(&record["id"].as_str().unwrap()));
}
