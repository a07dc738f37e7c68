//! What a crash, a bad disk or a careless hand leaves is made whole by the next run of the same command.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use luutru::archive::warc::{field, scan};
use luutru::ledger::{Batch, Key, Ledger, SledLedger};
use luutru_portal::PortalSpec;
use tempfile::TempDir;

use crate::harness::{
    DONE, Dice, STORAGE, Town, assert_captured_once, assert_catalogue, assert_complete, assert_readable,
    assert_settled, backfill, captures, catalogue, complete, copy, expect_exit, files, finish, kill_after_requests,
    luutru, open_warc, said, warcs,
};

/// A small town, and a root that a kill left in the middle of its backfill.
fn broken_off() -> (Town, TempDir) {
    let town = Town::start(vec![PortalSpec::vnpt("một", 3).articles(24)]);
    let dir = tempfile::tempdir().unwrap();
    loop {
        kill_after_requests(&mut backfill(&dir.path().join("broken"), &town, "20ms"), &town, 20);
        let broken = dir.path().join("broken");
        if open_warc(&broken, false).len() == 1 && open_warc(&broken, true).len() == 1 {
            return (town, dir);
        }
        fs::remove_dir_all(&broken).unwrap();
    }
}

/// A finished backfill of two portals that share texts.
fn finished() -> (Town, TempDir, PathBuf) {
    let town = Town::of_two(11, 40);
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("archive");
    complete(&root, &town);
    (town, dir, root)
}

/// Where the last capture of a file begins, its record ends, and the file's end; and its first record's id.
fn last_capture(path: &Path) -> (Vec<u64>, String) {
    let mut last = (Vec::new(), String::new());
    scan(path, 0, 0, &mut |group| {
        let ends = group.iter().map(|record| record.offset + record.length);
        let marks = std::iter::once(group[0].offset).chain(ends).collect();
        last = (marks, group[0].fields.get(field::RECORD_ID).unwrap().to_owned());
    })
    .unwrap();
    last
}

/// Cuts off the texts from the one on that was made from this capture: they are written after it is synced.
fn cut_texts_of(path: &Path, capture: &str) {
    let mut cut = None;
    scan(path, 0, 0, &mut |group| {
        if group.iter().any(|record| record.fields.get(field::REFERS_TO) == Some(capture)) {
            cut = cut.or(Some(group[0].offset));
        }
    })
    .unwrap();
    if let Some(cut) = cut {
        OpenOptions::new().write(true).open(path).unwrap().set_len(cut).unwrap();
    }
}

/// Every file below some folders of a root, with its bytes.
fn contents(root: &Path, folders: &[&str]) -> BTreeMap<PathBuf, Vec<u8>> {
    let all = folders.iter().flat_map(|folder| files(&root.join(folder)));
    all.map(|path| (path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap())).collect()
}

fn set_aside(root: &Path) -> usize {
    let names = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().starts_with("state.damaged-")).count()
}

#[test]
fn a_file_that_ends_anywhere_in_its_last_capture_is_mended() {
    let (town, dir) = broken_off();
    let broken = dir.path().join("broken");
    for texts in [false, true] {
        let file = open_warc(&broken, texts).remove(0);
        let (marks, id) = last_capture(&file);
        let (start, end) = (marks[0], *marks.last().unwrap());
        let mut cuts = vec![start, start + 1, start + 17, u64::midpoint(start, end), end - 1];
        cuts.extend(&marks[1..marks.len() - 1]);
        for cut in cuts {
            let root = dir.path().join(format!("cut-{texts}-{cut}"));
            copy(&broken, &root);
            let there = root.join(file.strip_prefix(&broken).unwrap());
            OpenOptions::new().write(true).open(&there).unwrap().set_len(cut).unwrap();
            if !texts {
                cut_texts_of(&open_warc(&root, true)[0], &id);
            }
            assert_readable(&root);
            complete(&root, &town);
            assert_settled(&root, &town);
            // The catalogue may keep the line of a record that the disk lost after it was synced: that one is named.
            let verified = finish(luutru(&root, "verify"));
            let said = String::from_utf8_lossy(&verified.stdout).into_owned();
            if verified.status.code() != Some(DONE) {
                expect_exit(&verified, STORAGE);
                assert!(
                    said.ends_with(": 1 damages\n") && said.contains("no WARC file vouches for this line"),
                    "{said}"
                );
            }
        }
    }
}

#[test]
fn a_lost_ledger_is_read_back_in_and_no_article_is_asked_for_again() {
    let (town, _dir, root) = finished();
    let before = contents(&root, &["text", "catalog", "warc", "index"]);
    let asked = town.article_requests();
    for round in 1..=2 {
        fs::remove_dir_all(root.join("state")).unwrap();
        let said = complete(&root, &town);
        assert!(said.contains("read back in"), "{said}");
        assert_eq!(town.article_requests(), asked, "round {round}");
        assert_complete(&root, &town);
        let after = contents(&root, &["text", "catalog", "warc", "index"]);
        for (path, bytes) in &before {
            assert!(after.get(path) == Some(bytes), "round {round}: {} has changed", path.display());
        }
    }
}

#[test]
fn everything_but_the_captures_can_be_made_again() {
    let (town, _dir, root) = finished();
    let texts = contents(&root, &["text"]);
    let rows = catalogue(&root);
    let asked = town.article_requests();
    // The manifests go too: they list the texts' WARC files, which are given up here.
    for folder in ["state", "text", "catalog", "report", "index", "manifest"] {
        fs::remove_dir_all(root.join(folder)).unwrap();
    }
    // Indexes are made when a file is sealed.
    for path in warcs(&root) {
        if path.to_string_lossy().contains("-text-") {
            fs::remove_file(path).unwrap();
        } else {
            fs::rename(&path, path.with_extension("gz.open")).unwrap();
        }
    }
    complete(&root, &town);
    assert_eq!(town.article_requests(), asked);
    assert_complete(&root, &town);
    let after = catalogue(&root);
    assert_eq!(after.keys().collect::<Vec<_>>(), rows.keys().collect::<Vec<_>>());
    for (path, bytes) in texts.iter().filter(|(path, _)| path.extension().is_some_and(|ending| ending == "txt")) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let hash = name.rsplit('_').next().unwrap();
        let row = &after[hash];
        let text = fs::read(root.join(&row.text_path)).unwrap();
        // Of a text that two portals share, either may be the one that is read first.
        if row.text_path == rows[hash].text_path && row.url == rows[hash].url {
            assert_eq!(String::from_utf8_lossy(&text), String::from_utf8_lossy(bytes), "{}", path.display());
        }
    }
}

#[test]
fn texts_and_catalogue_lost_with_the_power_come_back() {
    let (town, dir) = broken_off();
    let root = dir.path().join("broken");
    let texts = files(&root.join("text"));
    assert!(texts.len() >= 4, "{texts:?}");
    for (number, path) in texts.iter().enumerate() {
        match number % 3 {
            0 => fs::write(path, b"").unwrap(),
            1 => fs::remove_file(path).unwrap(),
            _ => {}
        }
    }
    for log in files(&root.join("catalog")) {
        let length = fs::metadata(&log).unwrap().len();
        OpenOptions::new().write(true).open(&log).unwrap().set_len(length / 2).unwrap();
    }
    complete(&root, &town);
    assert_complete(&root, &town);
}

#[test]
fn records_of_one_article_in_the_files_of_two_sites_are_read_back_in_their_order() {
    let town = Town::of_two(11, 40);
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("archive");
    // The second portal first: its text file, which is the later one by name, has the texts that both publish.
    let second = town.portals()[1].lists();
    let mut before = luutru(&root, "backfill");
    before.args(["--allow-net", "127.0.0.0/8", "--delay", "0s"]).args(second.into_iter().map(|list| list.url));
    expect_exit(&finish(before), DONE);
    complete(&root, &town);
    assert_complete(&root, &town);
    let whole = contents(&root, &["text"]);
    // As a kill leaves it that comes between the sync of the texts and the first of their files.
    for path in warcs(&root).into_iter().filter(|path| path.to_string_lossy().contains("-text-")) {
        fs::rename(&path, format!("{}.open", path.display())).unwrap();
    }
    for path in files(&root.join("text")) {
        fs::remove_file(path).unwrap();
    }
    for path in files(&root.join("catalog")) {
        fs::write(path, b"").unwrap();
    }
    complete(&root, &town);
    assert_complete(&root, &town);
    let again = contents(&root, &["text"]);
    assert_eq!(whole.keys().collect::<Vec<_>>(), again.keys().collect::<Vec<_>>());
    for (path, bytes) in &whole {
        assert!(again[path] == *bytes, "{}", path.display());
    }
}

#[test]
fn a_ledger_that_cannot_be_read_is_set_aside() {
    let (town, dir) = broken_off();
    let broken = dir.path().join("broken");
    let mut dice = Dice(5);
    let mut aside = 0;
    for harm in ["db garbage", "db flipped", "db cut", "db cut short", "db gone", "conf garbage", "conf gone"] {
        let root = dir.path().join(harm.replace(' ', "-"));
        copy(&broken, &root);
        let (name, what) = harm.split_once(' ').unwrap();
        let path = root.join("state").join(name);
        let mut bytes = fs::read(&path).unwrap();
        let length = bytes.len();
        match what {
            "garbage" => bytes.iter_mut().for_each(|byte| *byte = u8::try_from(dice.below(256)).unwrap()),
            "flipped" => {
                for _ in 0..400 {
                    let at = usize::try_from(dice.below(length as u64)).unwrap();
                    bytes[at] ^= 0x10;
                }
            }
            "cut" => bytes.truncate(length / 2),
            "cut short" => bytes.truncate(100),
            _ => bytes.clear(),
        }
        fs::write(&path, &bytes).unwrap();
        if what == "gone" {
            fs::remove_file(&path).unwrap();
        }
        let said = complete(&root, &town);
        assert!(!said.contains("panicked"), "{harm}: {said}");
        if set_aside(&root) > 0 {
            aside += 1;
            assert!(said.contains("set aside") && said.contains("state.damaged-"), "{harm}: {said}");
        }
        assert_complete(&root, &town);
    }
    assert!(aside > 0, "no harm was ever noticed");
}

#[test]
fn a_ledger_of_another_version_is_set_aside() {
    let (town, dir) = broken_off();
    let root = dir.path().join("broken");
    let ledger = SledLedger::open(&root.join("state")).unwrap();
    let mut batch = Batch::default();
    batch.put(Key::meta("version"), b"0");
    ledger.apply(&batch).unwrap();
    ledger.flush().unwrap();
    drop(ledger);
    let said = complete(&root, &town);
    assert!(said.contains("version 0") && said.contains("set aside"), "{said}");
    assert_eq!(set_aside(&root), 1);
    assert_complete(&root, &town);
}

#[test]
fn what_lies_behind_damage_is_kept() {
    let (town, dir) = broken_off();
    let root = dir.path().join("broken");
    let file = open_warc(&root, false).remove(0);
    let held = captures(&root).len();
    let mut starts = Vec::new();
    scan(&file, 0, 0, &mut |group| starts.push(group[0].offset)).unwrap();
    let hit = starts[starts.len() / 2] + 40;
    let mut bytes = fs::read(&file).unwrap();
    bytes[usize::try_from(hit).unwrap()] ^= 0xff;
    fs::write(&file, bytes).unwrap();
    fs::remove_dir_all(root.join("state")).unwrap();
    let before = town.article_requests();
    let output = finish(backfill(&root, &town, "0ms"));
    expect_exit(&output, DONE);
    assert!(said(&output).contains("damaged records are passed over"), "{}", said(&output));
    let again: usize = town.article_requests().iter().map(|(url, n)| n - before.get(url).unwrap_or(&0)).sum();
    assert!(again <= 25 - (held - 4), "{again} pages were asked for again, {held} captures were held");
    assert_catalogue(&root, &town);
    assert_captured_once(&root, &town);
    assert!(open_warc(&root, false).is_empty());
    let verified = finish(luutru(&root, "verify"));
    expect_exit(&verified, STORAGE);
    let sealed = file.file_stem().unwrap().to_string_lossy().into_owned();
    assert!(String::from_utf8_lossy(&verified.stdout).contains(&sealed));
}

#[test]
fn a_file_that_was_made_and_never_begun_is_removed() {
    let (town, _dir, root) = finished();
    let sealed = warcs(&root).remove(0);
    let stem = sealed.file_name().unwrap().to_str().unwrap().replace("-00001-", "-00077-");
    let empty = sealed.with_file_name(format!("{stem}.open"));
    fs::write(&empty, b"").unwrap();
    complete(&root, &town);
    assert!(!empty.exists(), "{}", empty.display());
    assert_complete(&root, &town);
}
