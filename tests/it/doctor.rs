//! `luutru doctor`: each fault that can be made is named, with its exit code; and nobody is disturbed.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use luutru::archive::warc::warc_files;
use luutru::ledger::SledLedger;
use serde_json::Value;

use crate::daemon_stage::{Daemon, stage};
use crate::harness::expect_exit;
use crate::support::{Ran, Stage, files_below};

const ALLOWED: &str = "contact = \"archive@example.org\"\nallow_net = [\"127.0.0.0/8\"]\n[disk]\nlow = \"1kB\"\n";

fn examined(stage: &Stage, code: i32) -> Vec<Value> {
    stage.run(&["doctor", "--json"]).ended(code).objects()
}

/// The finding of a look.
#[track_caller]
fn of<'a>(found: &'a [Value], check: &str) -> &'a Value {
    found.iter().find(|finding| finding["check"] == check).unwrap_or_else(|| panic!("no {check}: {found:#?}"))
}

#[track_caller]
fn is(found: &[Value], check: &str, level: &str, words: &str) {
    let finding = of(found, check);
    assert_eq!(finding["level"], level, "{finding:#}");
    assert!(finding["found"].as_str().unwrap().contains(words), "{words}: {finding:#}");
    // Whatever is not as it should be comes with what to do.
    assert_eq!(finding["mend"].is_null(), level == "ok", "{finding:#}");
}

/// An archive after a crawl.
fn healthy() -> Stage {
    let stage = stage(4, "300d", ALLOWED);
    stage.crawl(&["backfill"]).ended(0);
    stage
}

#[test]
fn a_fit_machine_passes_and_nothing_is_left_behind() {
    let stage = healthy();
    let before = files_below(&stage.root());
    let found = examined(&stage, 0);
    for (check, words) in [
        ("configuration", "1 sites with"),
        ("space", "are free"),
        ("write", "synced in"),
        ("daemon", "none runs"),
        ("ledger", "opens"),
        ("open WARC files", "none"),
        ("tokens", "none were made"),
        ("names", "1 of 1 hosts"),
        ("addresses", "lets all of them pass"),
        ("open files", "may be open"),
        ("clock", "it is 2"),
    ] {
        is(&found, check, "ok", words);
    }
    for check in ["root", "time source", "units"] {
        assert_ne!(of(&found, check)["level"], "fail");
    }
    assert_eq!(found.last().unwrap()["fail"], 0);
    let state = |file: &PathBuf| file.strip_prefix(stage.root()).unwrap().starts_with("state");
    let outside = |files: Vec<PathBuf>| files.into_iter().filter(|file| !state(file)).collect::<Vec<_>>();
    assert_eq!(outside(files_below(&stage.root())), outside(before));
    let text = stage.run(&["doctor"]).ended(0).stdout;
    assert!(text.contains("ok    write: ") && text.lines().last().unwrap().starts_with("fit"), "{text}");
    let quiet = stage.run(&["doctor", "--quiet"]).ended(0).stdout;
    assert!(!quiet.contains("ok    "), "{quiet}");
}

#[test]
fn a_faulty_configuration_is_named_and_the_root_looked_at_all_the_same() {
    let stage = healthy();
    stage.config("delay = 5\nconcurrency = \"many\"\n");
    let found = examined(&stage, 3);
    let faults: Vec<&Value> = found.iter().filter(|finding| finding["check"] == "configuration").collect();
    assert_eq!(faults.len(), 2, "{found:#?}");
    for (fault, line) in faults.iter().zip(["luutru.toml:1: ", "luutru.toml:2: "]) {
        assert!(fault["level"] == "fail" && fault["found"].as_str().unwrap().contains(line), "{fault:#}");
        assert!(fault["mend"].is_string());
    }
    is(&found, "write", "ok", "synced in");
}

#[test]
fn nobody_to_reach_and_nothing_to_crawl_are_warnings() {
    let stage = healthy();
    fs::remove_dir_all(stage.path("sites")).unwrap();
    stage.config("[disk]\nlow = \"1kB\"\n");
    let found = examined(&stage, 0);
    is(&found, "configuration", "warn", "no site is enabled");
    is(&found, "contact", "warn", "cannot reach");
    assert_eq!(of(&found, "names")["level"], "ok");
}

#[test]
fn what_is_wrong_with_the_root_is_a_failure_of_storage() {
    let stage = stage(3, "300d", ALLOWED);
    is(&examined(&stage, 0), "root", "warn", "not there yet");
    assert!(!stage.root().exists(), "looking makes nothing");
    fs::write(stage.root(), "no folder").unwrap();
    is(&examined(&stage, 4), "root", "fail", "is no folder");
    let full = healthy();
    full.config(&format!("allow_net = [\"127.0.0.0/8\"]\n[disk]\nlow = \"{}GB\"\n", 1 << 30));
    is(&examined(&full, 4), "space", "fail", "nothing is fetched");
}

/// The program under bounds that a shell sets for it.
fn bounded(stage: &Stage, bounds: &str, code: i32) -> Vec<Value> {
    let line = format!("{bounds}; exec \"$0\" doctor --json --root \"$1\"");
    let mut command = Command::new("bash");
    command.args(["-c", &line, env!("CARGO_BIN_EXE_luutru")]).arg(stage.root());
    let output = command.current_dir(stage.path("")).output().unwrap();
    expect_exit(&output, code);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_disk_that_takes_too_little_and_a_limit_that_is_too_low_are_found() {
    let stage = healthy();
    // As a quota does: files may not grow past 100 kB.
    let found = bounded(&stage, "trap '' XFSZ; ulimit -f 100", 4);
    is(&found, "write", "fail", "writing in ");
    assert!(
        fs::read_dir(stage.root()).unwrap().all(|entry| !entry.unwrap().path().to_string_lossy().contains("doctor"))
    );
    let found = bounded(&stage, "ulimit -n 60", 1);
    is(&found, "open files", "fail", "60 may be open");
    let found = bounded(&stage, "ulimit -n 70", 0);
    is(&found, "open files", "warn", "1 sites need up to 76");
}

#[test]
fn names_that_do_not_resolve_and_addresses_that_may_not_be_asked_are_told_apart() {
    let stage = healthy();
    stage.config("[disk]\nlow = \"1kB\"\n");
    is(&examined(&stage, 0), "addresses", "warn", "127.0.0.1, a loopback address");
    let site = |id: &str, host: &str| {
        let text = format!(
            "id = \"{id}\"\nname = \"{id}\"\nbase = \"https://{host}/\"\n[[list]]\nid = \"tin\"\nurl = \"https://{host}/tin\"\n"
        );
        fs::write(stage.path("sites").join(format!("{id}.toml")), text).unwrap();
    };
    // RFC 6761 section 6.4: never a name.
    site("two", "portal.invalid");
    let found = examined(&stage, 0);
    is(&found, "names", "warn", "1 of 2 hosts");
    assert!(of(&found, "names")["found"].as_str().unwrap().contains("portal.invalid ("), "{found:#?}");
    fs::remove_file(stage.path("sites").join("one.toml")).unwrap();
    let ran = stage.run(&["doctor", "--json"]).ended(5);
    is(&ran.objects(), "names", "fail", "0 of 1 hosts");
    assert!(ran.elapsed < Duration::from_secs(20), "{:?}", ran.elapsed);
}

#[test]
fn a_running_daemon_is_asked_and_not_disturbed() {
    let stage = stage(6, "1s", ALLOWED);
    let mut daemon = Daemon::start(&stage);
    daemon.until("an article", |_| !stage.articles().is_empty());
    let pid = daemon.status()["daemon"]["pid"].as_u64().unwrap();
    for _ in 0..3 {
        let ran: Ran = daemon.ask(&["doctor", "--json"]).ended(0);
        let found = ran.objects();
        is(&found, "daemon", "ok", &format!("process {pid} is "));
        is(&found, "ledger", "ok", "not touched");
        is(&found, "open WARC files", "ok", "are being written");
    }
    // The witness reads what is being written, too.
    daemon.ask(&["audit", "politeness", "--json"]).ended(0);
    let looks = |daemon: &Daemon| daemon.status()["sites"][0]["lists"][0]["looks"].as_u64().unwrap();
    let before = looks(&daemon);
    daemon.until("another look", |daemon| looks(daemon) > before);
    assert_eq!(daemon.status()["daemon"]["pid"].as_u64(), Some(pid));
    daemon.stop();
    stage.verify();
}

#[test]
fn a_ledger_that_another_program_holds_is_left_alone() {
    let stage = healthy();
    let ledger = SledLedger::open(&stage.root().join("state")).unwrap();
    is(&examined(&stage, 0), "ledger", "ok", &format!("held by process {}", std::process::id()));
    drop(ledger);
    is(&examined(&stage, 0), "ledger", "ok", "opens");
    // Another user's is not opened, since files of ours in it would shut its owner out.
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(stage.root().join("state/db"), Some(12_345), None).unwrap();
        is(&examined(&stage, 0), "ledger", "warn", "belongs to user 12345");
    }
}

#[test]
fn a_ledger_that_cannot_be_relied_on_is_a_failure() {
    let stage = healthy();
    let file = &warc_files(&stage.root()).unwrap()[0].path;
    let length = fs::metadata(file).unwrap().len();
    fs::OpenOptions::new().write(true).open(file).unwrap().set_len(length - 1).unwrap();
    is(&examined(&stage, 4), "ledger", "fail", "accounts for more");
}

/// The captures' file, open as a crash leaves it, with `end` behind its records.
fn left_open(stage: &Stage, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let sealed = warc_files(&stage.root()).unwrap()[0].path.clone();
    let open = PathBuf::from(format!("{}.open", sealed.display()));
    fs::rename(&sealed, &open).unwrap();
    let mut bytes = fs::read(&open).unwrap();
    change(&mut bytes);
    fs::write(&open, bytes).unwrap();
    open
}

#[test]
fn the_ends_of_open_files_are_looked_at() {
    let stage = healthy();
    left_open(&stage, |bytes| bytes.extend([0x1f, 0x8b, 0x08, 0, 0]));
    let found = examined(&stage, 0);
    is(&found, "open WARC files", "warn", "5 bytes at their ends are no whole record");
    let stage = healthy();
    left_open(&stage, |_| {});
    is(&examined(&stage, 0), "open WARC files", "warn", "1 were left open");
    let stage = healthy();
    left_open(&stage, |bytes| {
        let at = bytes.len() / 2;
        bytes[at..at + 64].fill(0);
    });
    is(&examined(&stage, 4), "open WARC files", "fail", "whole records lie behind");
}

#[test]
fn tokens_that_everybody_can_read_are_found() {
    let stage = healthy();
    stage.run(&["token", "create", "--name", "Lan"]).ended(0);
    is(&examined(&stage, 0), "tokens", "ok", "1 tokens");
    let file: &Path = &stage.root().join("access/tokens.jsonl");
    fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
    is(&examined(&stage, 0), "tokens", "warn", "mode 0644");
    fs::OpenOptions::new().append(true).open(file).unwrap().write_all(b"{}\n").unwrap();
    is(&examined(&stage, 4), "tokens", "fail", "line 2");
}
