//! Corpus and bag: what lies in them, and what a second run does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use luutru_portal::PortalSpec;
use serde_json::Value;

use crate::bundles::{archived, text};
use crate::support::{Stage, files_below};

fn names(folder: &Path) -> Vec<String> {
    files_below(folder).iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

fn index(folder: &Path) -> Vec<Value> {
    let lines = fs::read_to_string(folder.join("index.jsonl")).unwrap();
    lines.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn export(stage: &Stage, form: &str, folder: &Path, more: &[&str]) -> crate::support::Ran {
    stage.run(&[&["export", form, folder.to_str().unwrap()], more].concat())
}

#[test]
fn a_corpus_numbers_by_day_and_grows_at_its_end() {
    let stage = Stage::new(vec![PortalSpec::nukeviet("echo", 81).articles(30).page_size(8)]);
    stage.site_files("");
    stage.crawl(&["backfill"]).ended(0);
    let folder = stage.path("corpus");
    export(&stage, "--corpus", &folder, &[]).ended(0);
    let rows = index(&folder);
    let mut wanted: Vec<Value> = stage.articles();
    wanted.sort_by_key(|a| format!("{} {}", text(a, "published"), text(a, "content_hash")));
    assert_eq!(rows.len(), wanted.len());
    for (number, (row, article)) in rows.iter().zip(&wanted).enumerate() {
        let file = format!("{number:03}_{}.txt", &text(article, "content_hash")[7..23]);
        assert_eq!((text(row, "file"), text(row, "id")), (file.as_str(), text(article, "id")));
        let master = fs::read(stage.root().join(text(article, "text_path"))).unwrap();
        assert_eq!(fs::read(folder.join(&file)).unwrap(), master);
    }
    let before = (names(&folder), fs::read(folder.join("index.jsonl")).unwrap());
    export(&stage, "--corpus", &folder, &[]).ended(0).says(&["0 added", &format!("{} there already", rows.len())]);
    assert_eq!((names(&folder), fs::read(folder.join("index.jsonl")).unwrap()), before);

    // What is new comes behind; a text that went missing comes back under its number.
    stage.portal(0).publish(3);
    stage.crawl(&["crawl"]).ended(0);
    fs::remove_file(folder.join(text(&rows[4], "file"))).unwrap();
    let all = stage.articles().len();
    assert!(all > rows.len(), "nothing new was archived");
    let (added, held) = (format!(" {} added", all - rows.len() + 1), format!(" {} there already", rows.len() - 1));
    export(&stage, "--corpus", &folder, &[]).ended(0).says(&[&added, &held]);
    assert_eq!(index(&folder)[..rows.len()], rows);
    assert_eq!(index(&folder).len(), all);
    assert_eq!(names(&folder).len(), all + 1, "and the index");

    // What was taken down goes, its number stays free, and it comes back as it was.
    let (id, file) = (text(&rows[2], "id"), text(&rows[2], "file"));
    stage.run(&["takedown", id, "--reason", "x"]).ended(0);
    export(&stage, "--corpus", &folder, &[]).ended(0).says(&["0 added", "1 taken out"]);
    assert!(!folder.join(file).exists());
    stage.run(&["takedown", "--undo", id, "--reason", "x"]).ended(0);
    export(&stage, "--corpus", &folder, &[]).ended(0).says(&["1 added"]);
    assert!(folder.join(file).exists());
    assert_eq!(index(&folder)[..rows.len()], rows);
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    let stage = archived();
    let folder = stage.path("corpus");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("thesis.txt"), "mine").unwrap();
    export(&stage, "--corpus", &folder, &[]).ended(2).says(&["corpus", "index.jsonl"]);
    export(&stage, "--bagit", &folder, &[]).ended(2).says(&["not empty"]);
    assert_eq!(names(&folder), ["thesis.txt"]);
    fs::remove_file(folder.join("thesis.txt")).unwrap();
    export(&stage, "--corpus", &folder, &["--site", "alpha"]).ended(0);
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    export(&stage, "--corpus", &folder, &[]).ended(2).says(&["notes.txt"]);
    export(&stage, "--corpus", &stage.path("none"), &["--to", "2001-01-01"]).ended(2).says(&["2001-01-01"]);
    assert!(!stage.path("none").exists());
}

#[test]
fn a_bag_holds_the_selection_and_adds_up() {
    let stage = archived();
    stage.config("operator = \"Lưu trữ tỉnh\"\ncontact = \"a@example.vn\"\n");
    let bag = stage.path("bag");
    export(&stage, "--bagit", &bag, &["--site", "alpha"]).ended(0);
    assert!(!stage.path("bag.part").exists());
    let listed = |name: &str| -> BTreeMap<String, String> {
        let lines = fs::read_to_string(bag.join(name)).unwrap();
        lines
            .lines()
            .map(|line| line.split_once("  ").map(|(hash, path)| (path.to_owned(), hash.to_owned())).unwrap())
            .collect()
    };
    let below = |folder: &str| -> BTreeSet<String> {
        let relative = |path: &Path| path.strip_prefix(&bag).unwrap().to_str().unwrap().to_owned();
        files_below(&bag.join(folder)).iter().map(|path| relative(path)).collect()
    };
    let hashes = listed("manifest-sha256.txt");
    assert_eq!(hashes.keys().cloned().collect::<BTreeSet<_>>(), below("data"));
    assert_eq!(listed("manifest-sha512.txt").len(), hashes.len());
    for (path, hash) in &hashes {
        assert_eq!(luutru::model::Digest::of(&fs::read(bag.join(path)).unwrap()).hex(), *hash, "{path}");
    }
    let bytes: u64 = hashes.keys().map(|path| fs::metadata(bag.join(path)).unwrap().len()).sum();
    let info = fs::read_to_string(bag.join("bag-info.txt")).unwrap();
    assert!(info.contains(&format!("Payload-Oxum: {bytes}.{}\n", hashes.len())), "{info}");
    assert!(info.contains("Source-Organization: Lưu trữ tỉnh\nContact-Email: a@example.vn\n"), "{info}");
    let texts = below("data/text").len();
    assert!(texts > 50 && texts.is_multiple_of(2), "{texts}: each text with its record");
    assert!(below("data/warc").iter().all(|path| path.starts_with("data/warc/alpha/")));
    export(&stage, "--bagit", &bag, &["--site", "alpha"]).ended(2).says(&["not empty"]);
}
