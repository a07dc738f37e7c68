//! Paragraphs that a portal puts into the body of every article, and that no lexicon knows: learned, and left out of the first
//! texts as well.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use luutru_portal::{Gold, PortalSpec};
use serde_json::Value;

use crate::support::{Asked, Stage, files_below};

const SLOGAN: &str = "Tỉnh nhà chung sức xây dựng quê hương ngày một giàu đẹp, văn minh và nghĩa tình.";
const HOTLINE: &str = "Bà con cần hỏi thêm xin gọi số 0912 345 678 trong giờ hành chính, có người trực thưa máy.";
const REFRAIN: &str = "Mưa đầu mùa về sớm, bà con cả xã đã ra đồng từ lúc tinh mơ để kịp khung thời vụ.";

fn spec() -> PortalSpec {
    PortalSpec::vnpt("one", 63).articles(30).page_size(10).shared_percent(0)
}

fn stage(spec: PortalSpec) -> Stage {
    let stage = Stage::new(vec![spec]);
    stage.site_files("");
    stage
}

/// One row an article, each with the gold's text to the letter.
#[track_caller]
fn assert_gold(stage: &Stage) -> Vec<Value> {
    let rows = stage.articles();
    let golds = stage.portal(0).gold();
    for row in &rows {
        let text = fs::read_to_string(stage.root().join(row["text_path"].as_str().unwrap())).unwrap();
        let at = |gold: &&Gold| row["locations"].as_array().unwrap().iter().any(|at| at == gold.url.as_str());
        // The same words twice are one article, with the date of the one that came first.
        let own: Vec<&Gold> = golds.iter().filter(at).collect();
        assert!(own.iter().any(|gold| gold.text == text), "{row:#}\n{text}\n{own:#?}");
        assert!(own.iter().any(|gold| gold.byline.as_deref() == row["byline"].as_str()), "{row:#}");
    }
    let first = golds.iter().filter(|gold| gold.same_as.is_none()).count();
    assert_eq!(rows.len(), first);
    rows
}

/// All files but ledgers and reports.
fn tree(stage: &Stage) -> BTreeMap<PathBuf, Vec<u8>> {
    let root = stage.root();
    let all = files_below(&root).into_iter().map(|path| path.strip_prefix(&root).unwrap().to_owned());
    let all = all.filter(|path| !path.starts_with("report") && !path.to_string_lossy().starts_with("state"));
    all.map(|path| (path.clone(), fs::read(root.join(path)).unwrap())).collect()
}

#[track_caller]
fn assert_same(before: &BTreeMap<PathBuf, Vec<u8>>, stage: &Stage) {
    let after = tree(stage);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (path, bytes) in before {
        assert!(after[path] == *bytes, "{} has changed", path.display());
    }
}

#[track_caller]
fn sums_hold(stage: &Stage) {
    let manifests = files_below(&stage.root().join("manifest"));
    assert!(!manifests.is_empty());
    for manifest in manifests {
        let mut command = Command::new("sha256sum");
        let output = command.args(["-c", "--strict"]).arg(manifest).current_dir(stage.root()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn what_every_article_repeats_is_left_out_of_all_of_them() {
    let stage = stage(spec().repeated(&[SLOGAN, HOTLINE]));
    stage.crawl(&["backfill"]).ended(0);
    let rows = assert_gold(&stage);
    for row in &rows {
        assert_eq!(row["version"], 1);
        let mut left: Vec<&str> =
            row["left_out"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
        left.sort_unstable();
        assert_eq!(left, [HOTLINE, SLOGAN], "{row:#}");
        assert!(row["notes"].as_array().unwrap().iter().any(|note| note == "recurring block left out"), "{row:#}");
    }
    assert!(rows.iter().any(|row| row["supersedes"].is_string()), "none was corrected");
    assert!(rows.iter().any(|row| row["supersedes"].is_null()), "all were corrected");
    // Nothing else lies in the folder of texts, and the pages are as they came.
    assert_eq!(files_below(&stage.root().join("text")).len(), 2 * rows.len());
    let page = |record: &crate::support::Kept| record.kind() == "response" && record.text().contains(HOTLINE);
    assert!(stage.records().iter().any(page));
    stage.verify();
    sums_hold(&stage);
    let before = tree(&stage);

    // A second run asks for no article, and finds nothing to do.
    let asked = stage.portal(0).requests().len();
    stage.crawl(&["crawl"]).ended(0);
    assert_eq!(Asked::of(stage.portal(0), asked).articles.len(), 0);
    let texts = |tree: &BTreeMap<PathBuf, Vec<u8>>| -> BTreeMap<PathBuf, Vec<u8>> {
        tree.iter()
            .filter(|(path, _)| path.starts_with("text") || path.starts_with("catalog"))
            .map(|(p, b)| (p.clone(), b.clone()))
            .collect()
    };
    assert_eq!(texts(&before), texts(&tree(&stage)));
    let before = tree(&stage);

    // From the WARC files alone, the same to the byte.
    for subset in [&["index", "text", "catalog", "state", "report"][..], &["text"], &["state", "catalog"], &["state"]] {
        for folder in subset {
            fs::remove_dir_all(stage.root().join(folder)).unwrap();
        }
        stage.run(&["reindex"]).ended(0);
        assert_same(&before, &stage);
    }
    stage.verify();

    // A visit of every page finds what is held, and what comes next is read without the blocks at once.
    stage.crawl(&["crawl", "--recheck"]).ended(0);
    assert_eq!(texts(&before), texts(&tree(&stage)));
    stage.portal(0).publish(3);
    stage.crawl(&["crawl"]).ended(0);
    assert_gold(&stage);
    stage.verify();
    sums_hold(&stage);
}

#[test]
fn without_ledger_texts_and_catalogue_a_start_brings_them_back() {
    let stage = stage(spec().repeated(&[SLOGAN, HOTLINE]));
    stage.crawl(&["backfill"]).ended(0);
    for subset in [&["state"][..], &["state", "text"], &["state", "text", "catalog"]] {
        for folder in subset {
            fs::remove_dir_all(stage.root().join(folder)).unwrap();
        }
        let asked = stage.portal(0).requests().len();
        stage.crawl(&["crawl"]).ended(0);
        assert_eq!(Asked::of(stage.portal(0), asked).articles.len(), 0);
        let rows = assert_gold(&stage);
        assert_eq!(files_below(&stage.root().join("text")).len(), 2 * rows.len(), "{subset:?}");
        stage.verify();
        sums_hold(&stage);
    }
}

/// Texts of a run that is over are in a manifest: they stay where they are, and the catalogue leads to the corrected ones.
#[test]
fn texts_of_earlier_runs_are_corrected_beside_the_old_ones() {
    let stage = stage(spec().repeated(&[SLOGAN, HOTLINE]));
    stage.crawl(&["backfill", "--max-articles", "7"]).ended(0);
    let first = files_below(&stage.root().join("text"));
    assert!(stage.articles().iter().all(|row| row["left_out"].is_null()), "seven articles tell nothing");
    stage.crawl(&["backfill"]).ended(0);
    let rows = assert_gold(&stage);
    assert!(first.iter().all(|path| path.exists()));
    assert_eq!(files_below(&stage.root().join("text")).len(), 2 * rows.len() + first.len());
    stage.verify();
    sums_hold(&stage);
    let before = tree(&stage);
    for folder in ["index", "text", "catalog", "state", "report"] {
        fs::remove_dir_all(stage.root().join(folder)).unwrap();
    }
    stage.run(&["reindex"]).ended(0);
    assert_same(&before, &stage);
    stage.verify();
}

#[test]
fn a_sentence_of_a_few_articles_stays() {
    let stage = stage(spec().refrain(REFRAIN));
    stage.crawl(&["backfill"]).ended(0);
    let rows = assert_gold(&stage);
    assert!(rows.iter().all(|row| row["left_out"].is_null() && row["notes"].is_null()));
    let with = stage.portal(0).gold().into_iter().filter(|gold| gold.text.contains(REFRAIN)).count();
    assert_eq!(with, 3, "every tenth");
    stage.verify();
}
