//! What a server that means well leaves here.

use std::fs;

use serde_json::Value;

use super::library::{Asked, Library, Reply, bytes, listed, page};
use crate::harness::{DONE, expect_exit, files, finish, said};

const OWN: &str = "x.gov.vn-20261123101112-00001-h.warc.gz";

/// Three files on two pages: one of a luutru, with its index, two of others; the second page's address is relative.
fn answer(asked: &Asked, base: &str) -> Reply {
    let path = asked.path.as_str();
    match path.split('?').next().unwrap() {
        "/wasapi/v1/webdata" if path.contains("page=2") => {
            page(&[listed("B-1.warc.gz", "4521", &bytes(3), "/files/B-1.warc.gz")], None)
        }
        "/wasapi/v1/webdata" => page(
            &[
                listed(OWN, "x.gov.vn", &bytes(1), &format!("{base}/files/{OWN}")),
                listed("A-1.warc.gz", "4521", &bytes(2), &format!("{base}/files/A-1.warc.gz")),
            ],
            Some("webdata?page=2"),
        ),
        path if path == format!("/files/{OWN}") => Reply::file(asked, &bytes(1), "\"1\""),
        "/files/x.gov.vn-20261123101112-00001-h.cdxj" => Reply::file(asked, b"an index\n", "\"i\""),
        "/files/A-1.warc.gz" => Reply::file(asked, &bytes(2), "\"2\""),
        "/files/B-1.warc.gz" => Reply::file(asked, &bytes(3), "\"3\""),
        _ => Reply::of(404),
    }
}

#[test]
fn a_copy_is_whole_and_a_second_run_fetches_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let server = Library::start(answer);
    let ended = finish(server.pull(dir.path(), &["--json", "--token", "secret"]));
    expect_exit(&ended, DONE);
    let account: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!((account["files"].as_u64(), account["bytes"].as_u64()), (Some(3), Some(60_000)), "{account}");
    assert_eq!(account["complete"], true);
    for (path, number) in [
        (format!("warc/x.gov.vn/2026/{OWN}"), 1),
        ("warc/4521/A-1.warc.gz".to_owned(), 2),
        ("warc/4521/B-1.warc.gz".to_owned(), 3),
    ] {
        assert!(fs::read(dir.path().join(&path)).unwrap() == bytes(number), "{path}");
    }
    let index = dir.path().join("index").join(OWN.replace(".warc.gz", ".cdxj"));
    assert_eq!(fs::read(index).unwrap(), b"an index\n");
    assert_eq!(files(dir.path()).len(), 6, "{:?}", files(dir.path()));
    assert!(server.asked().iter().all(|asked| asked.field("authorization") == Some("Token secret")));
    let fetched = |server: &Library| server.asked().iter().filter(|asked| asked.path.starts_with("/files/")).count();
    assert_eq!(fetched(&server), 4);
    expect_exit(&finish(server.pull(dir.path(), &[])), DONE);
    // What the notes have lost is compared, not fetched.
    fs::remove_file(dir.path().join("pull.json")).unwrap();
    let ended = finish(server.pull(dir.path(), &[]));
    expect_exit(&ended, DONE);
    assert!(said(&ended).contains("0 files (0 B), 3 already had, 0 failed"), "{}", said(&ended));
    assert_eq!(fetched(&server), 4);
    assert!(!fs::read_to_string(dir.path().join("pull.json")).unwrap().contains("secret"));
}

#[test]
fn a_selection_and_what_is_new_are_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let server = Library::start(answer);
    let first = |server: &Library, at: usize| {
        let pages = server
            .asked()
            .into_iter()
            .filter(|asked| asked.path.starts_with("/wasapi") && !asked.path.contains("page="));
        pages.map(|asked| asked.path).nth(at).unwrap()
    };
    expect_exit(
        &finish(server.pull(dir.path(), &["--site", "a", "b", "--from", "2026-11-22", "--until", "2026-11-23"])),
        DONE,
    );
    assert_eq!(
        first(&server, 0),
        "/wasapi/v1/webdata?collection=a&collection=b&crawl-time-after=2026-11-21T17%3A00%3A00Z&crawl-time-before=2026-11-23T17%3A00%3A00Z"
    );
    // There was no complete run of all sites yet.
    expect_exit(&finish(server.pull(dir.path(), &["--since", "last"])), DONE);
    assert_eq!(first(&server, 1), "/wasapi/v1/webdata");
    expect_exit(&finish(server.pull(dir.path(), &["--since", "last"])), DONE);
    assert!(first(&server, 2).starts_with("/wasapi/v1/webdata?crawl-time-after="), "{}", first(&server, 2));
    expect_exit(&finish(server.pull(dir.path(), &["--since", "2026-11-23", "--user", "lan", "--token", "x"])), DONE);
    assert_eq!(first(&server, 3), "/wasapi/v1/webdata?crawl-time-after=2026-11-22T17%3A00%3A00Z");
    assert_eq!(server.asked().last().unwrap().field("authorization"), Some("Basic bGFuOng="));
    for wrong in [&["--since", "soon"][..], &["--from", "2026-11-24", "--until", "2026-11-23"], &["--user", "lan"]] {
        expect_exit(&finish(server.pull(dir.path(), wrong)), 2);
    }
}

#[test]
fn a_bundle_is_ordered_awaited_and_checked() {
    let dir = tempfile::tempdir().unwrap();
    let sum = luutru::model::Digest::of(&bytes(9)).hex();
    let server = Library::start(move |asked, base| {
        let job = |state: &str| {
            serde_json::json!({ "token": "t1", "state": state, "size": 20_000, "checksums": { "sha256": sum },
                "location": (state == "complete").then(|| format!("{base}/files/t1.wacz")) })
        };
        match asked.path.as_str() {
            path if path.starts_with("/bundles?") => Reply { status: 202, ..Reply::json(&job("queued")) },
            "/bundles/jobs/t1" => Reply::json(&job("complete")),
            "/files/t1.wacz" => Reply::file(asked, &bytes(9), "\"9\""),
            _ => Reply::of(404),
        }
    });
    expect_exit(&finish(server.pull(dir.path(), &["--wacz", "--site", "a.gov.vn", "--from", "2026-11-22"])), DONE);
    assert_eq!(server.asked()[0].path, "/bundles?by=captured&site=a.gov.vn&from=2026-11-22");
    assert!(fs::read(dir.path().join("wacz/luutru-a.gov.vn-2026-11-22.wacz")).unwrap() == bytes(9));
}
