//! Manifests that `sha256sum` reads, and `luutru verify` that names whatever is not as it was.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use luutru_portal::PortalSpec;
use tempfile::TempDir;

use crate::harness::{DONE, STORAGE, Town, backfill, complete, copy, expect_exit, files, finish, luutru, said};

/// A finished archive of one portal.
fn archive() -> (Town, TempDir, PathBuf) {
    let town = Town::start(vec![PortalSpec::nukeviet("hai", 31).articles(20).page_size(5)]);
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("archive");
    complete(&root, &town);
    (town, dir, root)
}

fn verify(root: &Path, words: &[&str]) -> (i32, Vec<serde_json::Value>) {
    let mut command = luutru(root, "verify");
    command.arg("--json").args(words);
    let output = finish(command);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code().unwrap(), lines)
}

/// The one file with that ending below a folder of the root, by name first.
fn one(root: &Path, folder: &str, part: &str) -> PathBuf {
    let found = files(&root.join(folder)).into_iter().find(|path| path.to_string_lossy().contains(part));
    found.unwrap_or_else(|| panic!("no {part} in {folder}"))
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    let before = bytes.clone();
    change(&mut bytes);
    assert_ne!(bytes, before, "{}: nothing was changed", path.display());
    fs::write(path, bytes).unwrap();
}

fn edit_text(path: &Path, change: impl FnOnce(String) -> String) {
    let text = fs::read_to_string(path).unwrap();
    let changed = change(text.clone());
    assert_ne!(text, changed, "{}: nothing was changed", path.display());
    fs::write(path, changed).unwrap();
}

/// Where the second member of a file that holds a response starts, and how long it is.
fn a_capture(root: &Path) -> (PathBuf, usize, usize) {
    let index = fs::read_to_string(one(root, "index", "-00001-")).unwrap();
    let json = index.lines().nth(3).unwrap().splitn(3, ' ').nth(2).unwrap();
    let entry: serde_json::Value = serde_json::from_str(json).unwrap();
    let number = |name: &str| entry[name].as_str().unwrap().parse::<usize>().unwrap();
    let name = entry["filename"].as_str().unwrap();
    (one(root, "warc", name), number("offset"), number("length"))
}

#[test]
fn sha256sum_accepts_the_manifests() {
    let (_town, _dir, root) = archive();
    let manifests = files(&root.join("manifest"));
    assert!(!manifests.is_empty());
    let mut listed = Vec::new();
    for manifest in &manifests {
        let output =
            Command::new("sha256sum").args(["-c", "--strict"]).arg(manifest).current_dir(&root).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = fs::read_to_string(manifest).unwrap();
        assert!(text.starts_with("# before: "), "{text}");
        listed.extend(text.lines().skip(1).map(|line| root.join(line.split_once("  ").unwrap().1)));
    }
    listed.sort();
    let is_fixed = |path: &PathBuf| path.extension().is_none_or(|ending| ending != "json");
    let mut fixed: Vec<PathBuf> =
        ["warc", "index", "text"].iter().flat_map(|folder| files(&root.join(folder))).collect();
    fixed.retain(is_fixed);
    fixed.sort();
    assert_eq!(listed, fixed);
}

#[test]
fn a_whole_archive_is_whole_even_where_nothing_can_be_written() {
    let (_town, dir, root) = archive();
    let copied = dir.path().join("copy");
    copy(&root, &copied);
    fs::remove_dir_all(copied.join("state")).unwrap();
    let all: Vec<PathBuf> = files(&copied);
    for path in &all {
        fs::set_permissions(path, fs::Permissions::from_mode(0o444)).unwrap();
        fs::set_permissions(path.parent().unwrap(), fs::Permissions::from_mode(0o555)).unwrap();
    }
    let (code, lines) = verify(&copied, &[]);
    for path in &all {
        fs::set_permissions(path.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
    }
    assert_eq!((code, lines.len()), (DONE, 1), "{lines:#?}");
    let total = &lines[0];
    let texts = all.iter().filter(|path| path.extension().is_some_and(|ending| ending == "txt")).count();
    let log = fs::read_to_string(one(&copied, "catalog", ".jsonl")).unwrap();
    assert!(texts > 15);
    let counted = ["texts", "lines", "listed"].map(|name| total[name].as_u64().unwrap());
    assert_eq!(counted, [texts, log.lines().count(), texts + 4].map(|count| count as u64), "{total:#}");
    assert_eq!(files(&copied), all);
}

/// A harm, the file that must be named, and the words that must be said.
type Harm = (&'static str, fn(&Path) -> PathBuf, &'static str);

const HARMS: [Harm; 24] = [
    ("a byte in a body", |root| harm_capture(root, |length| length / 2), "gzip member is corrupt"),
    ("a byte of gzip's own head", |root| harm_capture(root, |_| 9), "do not fit the recordDigest"),
    ("a byte in a gzip trailer", |root| harm_capture(root, |length| length - 6), "gzip member is corrupt"),
    (
        "a cut file",
        |root| {
            let path = a_capture(root).0;
            edit(&path, |bytes| bytes.truncate(bytes.len() - 9));
            path
        },
        "the file ends inside a record",
    ),
    (
        "a WARC file gone",
        |root| {
            let path = one(root, "warc", "-text-");
            fs::remove_file(&path).unwrap();
            one(root, "manifest", ".sha256")
        },
        "which is not there",
    ),
    (
        "bytes behind a file",
        |root| {
            let path = a_capture(root).0;
            edit(&path, |bytes| bytes.extend(b"more"));
            path
        },
        "bytes that start no gzip member",
    ),
    (
        "a stranger below warc/",
        |root| {
            let path = one(root, "warc", "-00001-").with_file_name("note.txt");
            fs::write(&path, "x").unwrap();
            path
        },
        "no WARC file of this archive",
    ),
    ("an index line gone", |root| harm_index(root, |lines| drop(lines.remove(2))), "does not list this capture"),
    (
        "an index line more",
        |root| {
            harm_index(root, |lines| lines.push(lines[2].replace("\"offset\": \"", "\"offset\": \"9")));
            one(root, "index", "-00001-")
        },
        "points at no capture",
    ),
    (
        "an index with another offset",
        |root| harm_index(root, |lines| swap(&mut lines[2], "\"offset\": \"", "\"offset\": \"1")),
        "does not list this capture",
    ),
    (
        "an index with another status",
        |root| harm_index(root, |lines| swap(&mut lines[2], "\"200\"", "\"201\"")),
        "does not list this capture",
    ),
    (
        "an index with another digest",
        |root| harm_index(root, |lines| swap(&mut lines[2], "sha256:", "sha256:0")),
        "does not list this capture",
    ),
    (
        "an index gone",
        |root| {
            fs::remove_file(one(root, "index", "-00001-")).unwrap();
            a_capture_file(root)
        },
        "has no CDXJ index",
    ),
    (
        "an index more",
        |root| {
            let path = root.join("index/none.cdxj");
            fs::write(&path, "").unwrap();
            path
        },
        "no WARC file vouches for this file",
    ),
    ("a text changed", |root| harm(one(root, "text", ".txt"), |bytes| bytes[3] ^= 1), "is not the text"),
    ("a text empty", |root| harm(one(root, "text", ".txt"), Vec::clear), "is not the text"),
    ("a text gone", |root| gone(one(root, "text", ".txt")), "is not there"),
    (
        "a text more",
        |root| {
            let path = one(root, "text", ".txt").with_file_name("20200101_0123456789abcdef.txt");
            fs::write(&path, "x\n").unwrap();
            path
        },
        "no WARC file vouches for this file",
    ),
    (
        "a record changed",
        |root| {
            let path = one(root, "text", ".json");
            edit_text(&path, |text| text.replace("\"version\": 1", "\"version\": 2"));
            path
        },
        "is not the record",
    ),
    ("a record gone", |root| gone(one(root, "text", ".json")), "is not there"),
    (
        "a catalogue line gone",
        |root| {
            edit_text(&one(root, "catalog", ".jsonl"), |text| text.split_inclusive('\n').skip(1).collect());
            one(root, "warc", "-text-")
        },
        "the catalogue does not list this record",
    ),
    (
        "a catalogue line changed",
        |root| {
            let path = one(root, "catalog", ".jsonl");
            edit_text(&path, |text| text.replacen("\"version\":1", "\"version\":7", 1));
            path
        },
        "no WARC file vouches for this line",
    ),
    (
        "a manifest line changed",
        |root| {
            let path = one(root, "manifest", ".sha256");
            edit_text(&path, |text| {
                let at = text.find('\n').unwrap() + 1;
                let digit = if text[at..].starts_with('0') { "1" } else { "0" };
                format!("{}{digit}{}", &text[..at], &text[at + 1..])
            });
            path
        },
        "whose bytes are others now",
    ),
    (
        "a manifest line gone",
        |root| {
            let path = one(root, "manifest", ".sha256");
            let text = one(root, "text", ".txt");
            let name = text.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            edit_text(&path, |all| all.split_inclusive('\n').filter(|line| !line.contains(&name)).collect());
            text
        },
        "no manifest lists this file",
    ),
];

fn harm(path: PathBuf, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    edit(&path, change);
    path
}

fn gone(path: PathBuf) -> PathBuf {
    fs::remove_file(&path).unwrap();
    path
}

fn swap(line: &mut String, from: &str, to: &str) {
    *line = line.replacen(from, to, 1);
}

fn harm_capture(root: &Path, place: impl FnOnce(usize) -> usize) -> PathBuf {
    let (path, offset, length) = a_capture(root);
    harm(path, |bytes| bytes[offset + place(length)] ^= 0x20)
}

fn harm_index(root: &Path, change: impl FnOnce(&mut Vec<String>)) -> PathBuf {
    edit_text(&one(root, "index", "-00001-"), |text| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        change(&mut lines);
        lines.sort();
        lines.join("\n") + "\n"
    });
    a_capture_file(root)
}

fn a_capture_file(root: &Path) -> PathBuf {
    let found = files(&root.join("warc")).into_iter().find(|path| !path.to_string_lossy().contains("-text-"));
    found.unwrap()
}

#[test]
fn every_kind_of_harm_is_named() {
    let (_town, dir, root) = archive();
    for (what, harm, words) in HARMS {
        let copied = dir.path().join(what.replace([' ', '/', '\''], "-"));
        copy(&root, &copied);
        let file = harm(&copied);
        let (code, lines) = verify(&copied, &[]);
        assert_eq!(code, STORAGE, "{what}: {lines:#?}");
        let is_it = |line: &&serde_json::Value| {
            line["file"].as_str() == file.to_str() && line["what"].as_str().is_some_and(|said| said.contains(words))
        };
        let found =
            lines.iter().find(is_it).unwrap_or_else(|| panic!("{what}: {} {words}: {lines:#?}", file.display()));
        assert_eq!(found["damage"], true, "{what}");
        fs::remove_dir_all(&copied).unwrap();
    }
}

#[test]
fn a_broken_chain_is_named() {
    let (_town, _dir, root) = archive();
    let today = one(&root, "manifest", ".sha256");
    let text = fs::read_to_string(&today).unwrap();
    // As if some of it had been listed on a day long ago.
    let (mut early, mut late) = (vec!["# before: none"], Vec::new());
    for (number, line) in text.lines().skip(1).enumerate() {
        if number % 2 == 0 { early.push(line) } else { late.push(line) }
    }
    let first = root.join("manifest/2020-01-01.sha256");
    fs::write(&first, early.join("\n") + "\n").unwrap();
    let digest = luutru::model::Digest::of(&fs::read(&first).unwrap()).hex();
    let head = format!("# before: {digest} 2020-01-01.sha256");
    fs::write(&today, format!("{head}\n{}\n", late.join("\n"))).unwrap();
    assert_eq!(verify(&root, &[]).0, DONE);
    edit_text(&first, |text| text.replacen("# before", "#  before", 1));
    let (code, lines) = verify(&root, &[]);
    assert_eq!(code, STORAGE);
    let said = |part: &str| lines.iter().any(|line| line["what"].as_str().is_some_and(|what| what.contains(part)));
    assert!(said("is not the one whose digest it gives") && said("not a line of a manifest"), "{lines:#?}");
    fs::remove_file(&first).unwrap();
    let (code, lines) = verify(&root, &[]);
    assert_eq!(code, STORAGE);
    let said = |part: &str| lines.iter().any(|line| line["what"].as_str().is_some_and(|what| what.contains(part)));
    assert!(said("names a manifest before it that is not there"), "{lines:#?}");
}

#[test]
fn a_part_can_be_looked_at_and_a_run_gone_on_with() {
    let (_town, dir, root) = archive();
    let texts = one(&root, "warc", "-text-");
    // Its links lead to the captures, which are not looked at.
    let (code, lines) = verify(&root, &[texts.to_str().unwrap()]);
    assert_eq!(code, DONE, "{lines:#?}");
    assert_eq!(verify(&root, &["--since", "2020-01-01"]).0, DONE);
    let (code, lines) = verify(&root, &["--since", "2999-01-01"]);
    assert_eq!((code, lines.last().unwrap()["files"].as_u64()), (DONE, Some(0)));
    let resume = dir.path().join("resume");
    let words = ["--resume", resume.to_str().unwrap()];
    let (code, first) = verify(&root, &words);
    assert_eq!(code, DONE);
    let noted = fs::read_to_string(&resume).unwrap();
    assert_eq!(noted.lines().filter(|line| !line.is_empty()).count(), 2);
    // Nothing is read again: the second run notes nothing, and its sums are the same.
    let (code, second) = verify(&root, &words);
    assert_eq!((code, &second), (DONE, &first));
    assert_eq!(fs::read_to_string(&resume).unwrap().trim_end(), noted.trim_end());
    // A file that was touched is read again.
    let (path, offset, length) = a_capture(&root);
    edit(&path, |bytes| bytes[offset + length / 2] ^= 1);
    let (code, lines) = verify(&root, &words);
    assert_eq!(code, STORAGE, "{lines:#?}");
    // And a torn note is none.
    let bytes = fs::read(&resume).unwrap();
    fs::write(&resume, &bytes[..bytes.len() / 2]).unwrap();
    edit(&path, |bytes| bytes[offset + length / 2] ^= 1);
    assert_eq!(verify(&root, &words).0, DONE);
}

#[test]
fn what_a_running_crawl_is_ahead_of_is_no_damage() {
    let town = Town::start(vec![PortalSpec::nukeviet("hai", 33).articles(30).page_size(5)]);
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("archive");
    let mut child = backfill(&root, &town, "5ms").spawn().unwrap();
    let mut looks = 0;
    while child.try_wait().unwrap().is_none() {
        if files(&root.join("text")).len() < 4 {
            std::thread::yield_now();
            continue;
        }
        let (code, lines) = verify(&root, &[]);
        assert_eq!(code, DONE, "{lines:#?}");
        looks += 1;
    }
    assert!(looks > 0, "the crawl was over at once");
    let output = finish(luutru(&root, "verify"));
    expect_exit(&output, DONE);
    assert!(!said(&output).contains("is still open"));
}

#[test]
fn a_wrong_request_is_a_usage_error() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(verify(dir.path(), &[]).0, 2);
    assert_eq!(verify(dir.path(), &["/nowhere.warc.gz"]).0, 2);
    assert_eq!(verify(dir.path(), &[dir.path().to_str().unwrap()]).0, 2);
}
