//! `luutru reindex`: everything but the WARC files comes back from them, to the byte.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use luutru::archive::warc::{RecordType, scan};
use luutru_portal::PortalSpec;
use tempfile::TempDir;

use crate::harness::{
    DONE, STORAGE, Town, assert_captured_once, assert_catalogue, backfill, catalogue, complete, copy, expect_exit,
    files, finish, kill_after_requests, luutru, said, warcs,
};
use crate::support::PAGES_ALONE;

/// Exit code of a run that was interrupted.
const INTERRUPTED: i32 = 6;
/// What a rebuild makes.
const MADE: [&str; 3] = ["index", "text", "catalog"];

/// A finished archive of two portals that share texts, with several files to a series and revisits.
fn archive() -> (Town, TempDir, PathBuf) {
    let town = Town::of_two(21, 40);
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("archive");
    fs::write(dir.path().join("luutru.toml"), "[warc]\nrotate_bytes = \"64KB\"\n").unwrap();
    let mut run = backfill(&root, &town, "0ms");
    expect_exit(&finish_with_config(&mut run, dir.path()), DONE);
    // Lists are read again: their pages are revisits now.
    let mut again = luutru(&root, "crawl");
    again.args(["--allow-net", "127.0.0.0/8", "--delay", "0ms"]).args(PAGES_ALONE).args(town.lists());
    expect_exit(&finish_with_config(&mut again, dir.path()), DONE);
    assert!(warcs(&root).len() > 6, "{:?}", warcs(&root));
    assert!(count(&root, &RecordType::Revisit) > 0, "no revisit");
    (town, dir, root)
}

fn finish_with_config(command: &mut Command, dir: &Path) -> std::process::Output {
    command.arg("--config").arg(dir.join("luutru.toml"));
    let mut out = Command::new(command.get_program());
    out.args(command.get_args()).current_dir(std::env::temp_dir());
    out.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    finish(out)
}

fn count(root: &Path, kind: &RecordType) -> usize {
    let mut count = 0;
    for path in warcs(root) {
        scan(&path, 0, 0, &mut |group| count += group.iter().filter(|record| record.fields.kind() == *kind).count())
            .unwrap();
    }
    count
}

/// All files but the ledgers and the reports, with their bytes.
fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let all = files(root).into_iter().map(|path| path.strip_prefix(root).unwrap().to_owned());
    let all = all.filter(|path| !path.starts_with("report") && !path.to_string_lossy().starts_with("state"));
    all.map(|path| (path.clone(), fs::read(root.join(path)).unwrap())).collect()
}

#[track_caller]
fn assert_same(before: &BTreeMap<PathBuf, Vec<u8>>, after: &BTreeMap<PathBuf, Vec<u8>>) {
    let names = |tree: &BTreeMap<PathBuf, Vec<u8>>| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(before), names(after));
    for (path, bytes) in before {
        let (there, here) = (String::from_utf8_lossy(&after[path]), String::from_utf8_lossy(bytes));
        assert!(after[path] == *bytes, "{} has changed:\n{here}\n{there}", path.display());
    }
}

fn reindex(root: &Path) -> serde_json::Value {
    let output = finish_reindex(root, &[]);
    expect_exit(&output, DONE);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn finish_reindex(root: &Path, words: &[&str]) -> std::process::Output {
    let mut command = luutru(root, "reindex");
    command.arg("--json").args(words);
    finish(command)
}

#[test]
fn what_is_rebuilt_equals_what_was_written() {
    let (town, dir, root) = archive();
    let before = tree(&root);
    let asked = town.article_requests();
    // Nothing is missing: nothing is touched.
    let done = reindex(&root);
    for kind in ["texts", "records", "catalogs", "indexes"] {
        assert_eq!((done[kind]["made"].as_u64(), done[kind]["mended"].as_u64()), (Some(0), Some(0)), "{done:#}");
    }
    assert_eq!(done["listed"], 0, "{done:#}");
    assert_same(&before, &tree(&root));
    let subsets: [&[&str]; 5] =
        [&["index", "text", "catalog", "state", "report"], &["text"], &["catalog", "state"], &["index"], &["state"]];
    for (number, subset) in subsets.iter().enumerate() {
        let copied = dir.path().join(format!("copy-{number}"));
        copy(&root, &copied);
        for folder in *subset {
            fs::remove_dir_all(copied.join(folder)).unwrap();
        }
        reindex(&copied);
        assert_same(&before, &tree(&copied));
        complete(&copied, &town);
        assert_eq!(town.article_requests(), asked, "{subset:?}");
        assert_catalogue(&copied, &town);
        assert_captured_once(&copied, &town);
    }
}

#[test]
fn a_plain_start_makes_missing_catalogues_and_texts_again() {
    let (town, dir, root) = archive();
    let before = tree(&root);
    let site = files(&root.join("catalog")).remove(0);
    let (log, stem) = (site.file_name().unwrap(), site.file_stem().unwrap());
    let folder = |name: &str, last: &std::ffi::OsStr| Path::new(name).join(last);
    let subsets = [
        vec![PathBuf::from("catalog")],
        vec![PathBuf::from("catalog"), PathBuf::from("state")],
        vec![PathBuf::from("text")],
        vec![PathBuf::from("text"), PathBuf::from("catalog"), PathBuf::from("state")],
        vec![folder("catalog", log), folder("text", stem)],
    ];
    for (number, subset) in subsets.iter().enumerate() {
        let copied = dir.path().join(format!("lost-{number}"));
        copy(&root, &copied);
        for lost in subset {
            let path = copied.join(lost);
            if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
        }
        let said = complete(&copied, &town);
        assert!(said.contains("missing: made again from the WARC files"), "{subset:?}: {said}");
        let shelves = |tree: BTreeMap<PathBuf, Vec<u8>>| -> BTreeMap<PathBuf, Vec<u8>> {
            tree.into_iter().filter(|(path, _)| path.starts_with("text") || path.starts_with("catalog")).collect()
        };
        assert_same(&shelves(before.clone()), &shelves(tree(&copied)));
        assert_catalogue(&copied, &town);
        // Once it is there, nobody makes it again.
        assert!(!complete(&copied, &town).contains("made again"), "{subset:?}");
        expect_exit(&finish(luutru(&copied, "verify")), DONE);
    }
}

#[test]
fn manifests_that_are_gone_are_begun_anew() {
    let (_town, _dir, root) = archive();
    let before = tree(&root);
    let listed = |tree: &BTreeMap<PathBuf, Vec<u8>>| {
        let texts = tree.iter().filter(|(path, _)| path.starts_with("manifest"));
        let lines =
            texts.flat_map(|(_, bytes)| String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect::<Vec<_>>());
        let mut lines: Vec<String> = lines.filter(|line| !line.starts_with('#')).collect();
        lines.sort();
        lines
    };
    fs::remove_dir_all(root.join("manifest")).unwrap();
    reindex(&root);
    assert_eq!(listed(&tree(&root)), listed(&before));
}

#[test]
fn whatever_is_damaged_is_made_as_it_was() {
    let (_town, _dir, root) = archive();
    let before = tree(&root);
    for folder in MADE {
        for (number, path) in files(&root.join(folder)).iter().enumerate() {
            let bytes = fs::read(path).unwrap();
            match number % 4 {
                0 => fs::write(path, b"").unwrap(),
                1 => fs::write(path, &bytes[..bytes.len() / 2]).unwrap(),
                // A crash came before the rename.
                2 => fs::rename(path, format!("{}.tmp", path.display())).unwrap(),
                _ => fs::write(path, bytes.iter().map(|byte| byte ^ 1).collect::<Vec<_>>()).unwrap(),
            }
        }
    }
    let done = reindex(&root);
    assert!(done["texts"]["mended"].as_u64().unwrap() > 0, "{done:#}");
    let mut after = tree(&root);
    // Lines of a catalogue that nothing vouches for are kept beside it.
    after.retain(|path, _| !path.to_string_lossy().contains(".before-"));
    assert_same(&before, &after);
}

#[test]
fn a_rebuild_of_what_a_kill_left_is_complete_and_settled() {
    let town = Town::start(vec![PortalSpec::vnpt("một", 3).articles(24)]);
    let dir = tempfile::tempdir().unwrap();
    for requests in [9, 17, 23] {
        let root = dir.path().join(format!("broken-{requests}"));
        kill_after_requests(&mut backfill(&root, &town, "10ms"), &town, requests);
        let written: Vec<_> =
            tree(&root).into_iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "txt")).collect();
        reindex(&root);
        assert!(files(&root).iter().all(|path| !path.to_string_lossy().ends_with(".open")));
        let first = tree(&root);
        for (path, bytes) in written {
            assert_eq!(first[&path], bytes, "{}", path.display());
        }
        for folder in MADE {
            let _ = fs::remove_dir_all(root.join(folder));
        }
        let held = town.article_requests();
        reindex(&root);
        assert_same(&first, &tree(&root));
        complete(&root, &town);
        let again: Vec<_> =
            town.article_requests().into_iter().filter(|(url, n)| *n > held.get(url).unwrap_or(&0) + 1).collect();
        assert!(again.is_empty(), "{again:?}");
        assert_captured_once(&root, &town);
        assert_catalogue(&root, &town);
    }
}

#[test]
fn surplus_files_are_named_and_left_unless_pruned() {
    let (_town, _dir, root) = archive();
    let before = tree(&root);
    let strange =
        ["text/one/2025/07/20250701_0123456789abcdef.txt", "index/other.cdxj", "catalog/nobody.jsonl", "text/note"];
    for name in strange {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "{}\n").unwrap();
    }
    let output = finish_reindex(&root, &[]);
    expect_exit(&output, DONE);
    for name in strange {
        assert!(said(&output).contains(name) && root.join(name).exists(), "{name}: {}", said(&output));
    }
    expect_exit(&finish_reindex(&root, &["--prune"]), DONE);
    assert_same(&before, &tree(&root));
}

#[test]
fn a_root_that_is_held_is_refused() {
    let (_town, _dir, root) = archive();
    let before = tree(&root);
    let held = luutru::ledger::SledLedger::open(&root.join("state")).unwrap();
    let output = finish_reindex(&root, &[]);
    expect_exit(&output, STORAGE);
    assert!(said(&output).contains("held by another process"), "{}", said(&output));
    drop(held);
    assert_same(&before, &tree(&root));
    let elsewhere = tempfile::tempdir().unwrap();
    expect_exit(&finish_reindex(elsewhere.path(), &[]), STORAGE);
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn an_interrupted_rebuild_is_gone_on_with() {
    let (town, _dir, root) = archive();
    let before = tree(&root);
    let asked = town.article_requests();
    for folder in ["index", "text", "catalog", "state"] {
        fs::remove_dir_all(root.join(folder)).unwrap();
    }
    for round in 1..8 {
        let mut child = luutru(&root, "reindex").spawn().unwrap();
        // Somewhere on the way, a little later each time.
        let goal = round * 5;
        while child.try_wait().unwrap().is_none() && files(&root.join("text")).len() < goal {
            std::thread::yield_now();
        }
        if round % 2 == 0 {
            let pid = rustix::process::Pid::from_child(&child);
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::INT);
            let code = child.wait().unwrap().code();
            // Before it listens, an interrupt is a plain end.
            assert!(matches!(code, Some(INTERRUPTED | DONE) | None), "{code:?}");
        } else {
            let _ = child.kill();
            child.wait().unwrap();
        }
    }
    reindex(&root);
    assert_same(&before, &tree(&root));
    complete(&root, &town);
    assert_eq!(town.article_requests(), asked);
}

#[test]
fn an_article_points_at_a_capture_that_can_be_read() {
    let (town, _dir, root) = archive();
    let rows = catalogue(&root);
    let hit = rows.values().find(|row| row.version == 1 && row.locations.len() == 1).unwrap().clone();
    let warc = root.join(&hit.warc.file);
    let file = fs::OpenOptions::new().write(true).open(&warc).unwrap();
    file.write_all_at(&[0; 16], hit.warc.offset + 40).unwrap();
    drop(file);
    // The ledger that forgot the capture asks for the page once more.
    fs::remove_dir_all(root.join("state")).unwrap();
    expect_exit(&finish(backfill(&root, &town, "0ms")), DONE);
    let output = finish_reindex(&root, &[]);
    expect_exit(&output, STORAGE);
    let now = &catalogue(&root)[&hit.id];
    assert_ne!(now.warc.record_id, hit.warc.record_id, "{}", said(&output));
    let found = luutru::archive::warc::read_at(&root.join(&now.warc.file), now.warc.offset, 0).unwrap();
    assert_eq!(found.fields.get("WARC-Record-ID").unwrap(), now.warc.record_id.to_string());
    assert_eq!((&now.text_path, &now.title), (&hit.text_path, &hit.title));
    let settled = tree(&root);
    finish_reindex(&root, &[]);
    assert_same(&settled, &tree(&root));
}
