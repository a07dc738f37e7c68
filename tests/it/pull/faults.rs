//! What a server that fails, lies or points elsewhere does not bring about.

use std::fs;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::library::{Library, Reply, bytes, listed, page};
use crate::harness::{DONE, NETWORK, expect_exit, files, finish, said, wait};

const FAILURES: i32 = 1;

/// A list of one file, which `file` answers for.
fn one(file: impl Fn(&super::library::Asked, &str) -> Reply + Send + Sync + 'static) -> Library {
    Library::start(move |asked, base| match asked.path.as_str() {
        path if path.starts_with("/wasapi/") => page(&[listed("a.warc.gz", "x", &bytes(1), "/files/a.warc.gz")], None),
        _ => file(asked, base),
    })
}

#[test]
fn what_is_cut_off_goes_on_where_it_ended() {
    // More cuts than there are tries without progress.
    let server = one(|asked, _| {
        let whole = Reply::file(asked, &bytes(1), "\"1\"");
        Reply { cut: (whole.body.len() > 3_000).then_some(3_000), ..whole }
    });
    let other = tempfile::tempdir().unwrap();
    expect_exit(&finish(server.pull(other.path(), &[])), DONE);
    assert!(fs::read(other.path().join("warc/x/a.warc.gz")).unwrap() == bytes(1));
    let asked = server.of("/files/a.warc.gz");
    let ranges: Vec<_> = asked.iter().map(|asked| asked.field("range")).collect();
    assert_eq!((ranges[0], ranges[1], ranges.len()), (None, Some("bytes=3000-"), 7));
    assert_eq!(asked[1].field("if-range"), Some("\"1\""));
    assert!(!other.path().join("warc/x/a.warc.gz.part").exists());
}

#[test]
fn a_file_that_changes_meanwhile_is_not_put_together() {
    let dir = tempfile::tempdir().unwrap();
    let turn = AtomicUsize::new(0);
    let server = one(move |asked, _| match turn.fetch_add(1, Ordering::SeqCst) {
        0 => Reply { cut: Some(5_000), ..Reply::file(asked, &bytes(7), "\"old\"") },
        _ => Reply::file(asked, &bytes(1), "\"new\""),
    });
    expect_exit(&finish(server.pull(dir.path(), &[])), DONE);
    assert!(fs::read(dir.path().join("warc/x/a.warc.gz")).unwrap() == bytes(1));
    // And where the server says that it is the same, the checksum finds it out.
    let turn = AtomicUsize::new(0);
    let liar = one(move |asked, _| match turn.fetch_add(1, Ordering::SeqCst) {
        0 => Reply { cut: Some(5_000), ..Reply::file(asked, &bytes(7), "\"same\"") },
        _ => Reply::file(asked, &bytes(1), "\"same\""),
    });
    let other = tempfile::tempdir().unwrap();
    expect_exit(&finish(liar.pull(other.path(), &[])), DONE);
    assert_eq!(liar.of("/files/a.warc.gz").len(), 3);
    assert!(fs::read(other.path().join("warc/x/a.warc.gz")).unwrap() == bytes(1));
}

#[test]
fn an_interrupted_run_keeps_what_arrived() {
    let dir = tempfile::tempdir().unwrap();
    let turn = AtomicUsize::new(0);
    let server = one(move |asked, _| {
        let whole = Reply::file(asked, &bytes(1), "\"1\"");
        if turn.fetch_add(1, Ordering::SeqCst) == 0 { Reply { cut: Some(9_000), stalls: true, ..whole } } else { whole }
    });
    let child = server.pull(dir.path(), &[]).spawn().unwrap();
    let part = dir.path().join("warc/x/a.warc.gz.part");
    let until = Instant::now() + Duration::from_secs(20);
    while fs::metadata(&part).map_or(0, |meta| meta.len()) < 9_000 {
        assert!(Instant::now() < until, "nothing arrives");
        std::thread::sleep(Duration::from_millis(5));
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    expect_exit(&wait(child), 6);
    assert_eq!(fs::metadata(&part).unwrap().len(), 9_000);
    expect_exit(&finish(server.pull(dir.path(), &[])), DONE);
    assert_eq!(server.of("/files/a.warc.gz")[1].field("range"), Some("bytes=9000-"));
    assert!(fs::read(dir.path().join("warc/x/a.warc.gz")).unwrap() == bytes(1));
}

#[test]
fn other_bytes_than_listed_are_not_kept() {
    for body in [bytes(2), bytes(1)[..19_000].to_vec(), [bytes(1), bytes(2)].concat()] {
        let dir = tempfile::tempdir().unwrap();
        let sent = body.clone();
        let server = one(move |asked, _| Reply::file(asked, &sent, "\"1\""));
        let ended = finish(server.pull(dir.path(), &[]));
        expect_exit(&ended, FAILURES);
        assert!(said(&ended).contains("a.warc.gz"), "{}", said(&ended));
        assert!(!dir.path().join("warc/x/a.warc.gz").exists(), "{} bytes", body.len());
        assert!(!files(dir.path()).iter().any(|file| fs::read(file).unwrap() == body));
    }
    // What lies here already is another's, and stays.
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("warc/x")).unwrap();
    fs::write(dir.path().join("warc/x/a.warc.gz"), b"mine").unwrap();
    let server = one(|asked, _| Reply::file(asked, &bytes(1), "\"1\""));
    expect_exit(&finish(server.pull(dir.path(), &[])), FAILURES);
    assert_eq!(fs::read(dir.path().join("warc/x/a.warc.gz")).unwrap(), b"mine");
    assert_eq!(server.of("/files/a.warc.gz").len(), 0);
}

#[test]
fn no_name_leads_out_of_the_folder() {
    let above = tempfile::tempdir().unwrap();
    let to = above.path().join("a/b/c");
    let server = Library::start(|asked, base| {
        if !asked.path.starts_with("/wasapi/") {
            return Reply::file(asked, &bytes(1), "\"1\"");
        }
        let names = ["../../evil.gz", "/tmp/evil.gz", "..", "x\\..\\evil.gz", "evil.gz\u{0}", ".evil"];
        let mut all: Vec<_> = names.iter().map(|name| listed(name, "x", &bytes(1), &format!("{base}/f"))).collect();
        all.push(listed("good.warc.gz", "../../..", &bytes(1), &format!("{base}/f")));
        page(&all, None)
    });
    let ended = finish(server.pull(&to, &[]));
    expect_exit(&ended, FAILURES);
    assert!(said(&ended).contains("6 failed"), "{}", said(&ended));
    let left: Vec<_> = files(above.path()).into_iter().filter(|path| path.to_string_lossy().ends_with("gz")).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].starts_with(to.join("warc")) && left[0].ends_with("good.warc.gz"), "{left:?}");
}

#[test]
fn the_token_goes_to_no_other_server() {
    let stranger = Library::start(|asked, _| Reply::file(asked, &bytes(1), "\"1\""));
    let elsewhere = stranger.base();
    let there = elsewhere.clone();
    let server = Library::start(move |asked, base| match asked.path.as_str() {
        "/leads-away" => Reply::to(&format!("{there}/a")),
        "/round" => Reply::to(&format!("{base}/round")),
        "/odd" => Reply::to("file:///etc/passwd"),
        _ => page(
            &[
                listed("direct.warc.gz", "x", &bytes(1), &format!("{there}/direct")),
                listed("led.warc.gz", "x", &bytes(1), "/leads-away"),
                listed("round.warc.gz", "x", &bytes(1), "/round"),
                listed("odd.warc.gz", "x", &bytes(1), "/odd"),
            ],
            Some(&format!("{there}/wasapi/v1/webdata?page=2")),
        ),
    });
    let dir = tempfile::tempdir().unwrap();
    let ended = finish(server.pull(dir.path(), &["--token", "secret"]));
    expect_exit(&ended, FAILURES);
    assert!(said(&ended).contains("3 failed") && !said(&ended).contains("secret"), "{}", said(&ended));
    assert_eq!(stranger.asked().len(), 2, "{:?}", stranger.asked());
    assert!(stranger.asked().iter().all(|asked| asked.field("authorization").is_none()), "{:?}", stranger.asked());
    assert!(server.asked().iter().all(|asked| asked.field("authorization") == Some("Token secret")));
    assert_eq!(server.of("/round").len(), 6);
    assert!(dir.path().join("warc/x/led.warc.gz").exists());
    // Unless its keeper says so.
    let other = tempfile::tempdir().unwrap();
    finish(server.pull(other.path(), &["--token", "secret", "--token-host", "127.0.0.1"]));
    assert!(stranger.asked()[2..].iter().all(|asked| asked.field("authorization") == Some("Token secret")));
}

#[test]
fn a_list_without_an_end_is_noticed() {
    let server = Library::start(|asked, base| {
        if asked.path.starts_with("/f") {
            return Reply::file(asked, &bytes(1), "\"1\"");
        }
        page(&[listed("a.warc.gz", "x", &bytes(1), &format!("{base}/f"))], Some("/wasapi/v1/webdata"))
    });
    let dir = tempfile::tempdir().unwrap();
    let ended = finish(server.pull(dir.path(), &["--json"]));
    expect_exit(&ended, FAILURES);
    let account: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!((account["files"].as_u64(), account["complete"].as_bool()), (Some(1), Some(false)), "{account}");
}

#[test]
fn nothing_reachable_is_a_code_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = crate::harness::luutru(dir.path(), "pull");
    command.arg(format!("http://{gone}")).arg("--to").arg(dir.path());
    let ended = finish(command);
    expect_exit(&ended, NETWORK);
    assert!(said(&ended).contains("no connection"), "{}", said(&ended));
    let closed = Library::start(|_, _| Reply::of(401));
    let ended = finish(closed.pull(dir.path(), &[]));
    expect_exit(&ended, NETWORK);
    assert!(said(&ended).contains("token"), "{}", said(&ended));
    assert_eq!(closed.asked().len(), 1, "asked again for nothing");
    let other = Library::start(|_, _| Reply::json(&json!({ "hello": 1 })));
    expect_exit(&finish(other.pull(dir.path(), &[])), NETWORK);
    let silent = Library::start(|_, _| Reply { stalls: true, cut: Some(0), body: vec![1], ..Reply::of(200) });
    let ended = finish(silent.pull(dir.path(), &["--timeout", "100ms"]));
    expect_exit(&ended, NETWORK);
    assert!(silent.asked().len() > 1, "given up at once");
}

#[test]
fn a_busy_server_is_asked_again() {
    let dir = tempfile::tempdir().unwrap();
    let turn = AtomicUsize::new(0);
    let server = one(move |asked, _| match turn.fetch_add(1, Ordering::SeqCst) {
        0 => Reply { fields: vec![("retry-after", "0".to_owned())], ..Reply::of(429) },
        1 => Reply::of(503),
        _ => Reply::file(asked, &bytes(1), "\"1\""),
    });
    expect_exit(&finish(server.pull(dir.path(), &[])), DONE);
    assert_eq!(server.of("/files/a.warc.gz").len(), 3);
}
