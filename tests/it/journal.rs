//! Log lines under systemd: native records of the journal, with fields to select by; elsewhere on stderr, as asked for.

use std::path::Path;
use std::process::Command;

use luutru_portal::{Fault, FaultRule};
use serde_json::Value;

use crate::support::{PAGES_ALONE, Stage};

/// Runs `luutru crawl -v` with `more`, under a journal of its own.
fn crawl(stage: &Stage, flags: &[&str], more: &[&str]) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/journal.py");
    let root = stage.root();
    let mut command = Command::new("unshare");
    // A /run of its own; root needs no user of its own for that.
    command.arg("--mount");
    if !rustix::process::geteuid().is_root() {
        command.arg("--map-root-user");
    }
    command.arg("python3").arg(script).args(flags).arg(env!("CARGO_BIN_EXE_luutru"));
    command.args([
        "crawl",
        "one",
        "-v",
        "--delay",
        "0s",
        "--allow-net",
        "127.0.0.0/8",
        "--root",
        root.to_str().unwrap(),
    ]);
    let output = command.args(PAGES_ALONE).args(more).current_dir(stage.path("")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "a mount namespace is needed to stand in for the journal:\n{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A portal one of whose articles is missing.
fn stage() -> (Stage, String) {
    let stage = Stage::small(6);
    stage.site_files("");
    let gold = stage.portal(0).gold().remove(0);
    let path = gold.url[stage.portal(0).base().len()..].to_owned();
    stage.portal(0).misbehave_with(FaultRule { prefix: Some(path), ..FaultRule::from(Fault::Status(404)) });
    (stage, gold.url)
}

#[test]
fn records_have_levels_and_fields() {
    let (stage, url) = stage();
    let ran = crawl(&stage, &[], &[]);
    let records = ran["records"].as_array().unwrap();
    let record = records.iter().find(|record| record["CAUSE"] == "404").unwrap_or_else(|| panic!("{ran:#}"));
    assert_eq!((&record["SITE"], &record["URL"]), (&Value::from("one"), &Value::from(url.as_str())), "{record:#}");
    assert_eq!((&record["PRIORITY"], &record["SYSLOG_IDENTIFIER"]), (&Value::from("6"), &Value::from("luutru")));
    assert!(record["LIST"].as_str().is_some_and(|list| !list.is_empty()), "{record:#}");
    assert_eq!(record["MESSAGE"], "an item could not be had");
    assert!(!ran["stderr"].as_str().unwrap().contains("could not be had"), "once is enough: {ran:#}");
}

#[test]
fn a_form_that_was_asked_for_holds_and_without_a_journal_it_is_text() {
    for (flags, more, json) in [
        (&[][..], &["--log-format", "text"][..], false),
        (&[], &["--log-format", "json"], true),
        (&["--deaf"], &[], false),
        (&["--elsewhere"], &[], false),
    ] {
        let (stage, url) = stage();
        let ran = crawl(&stage, flags, more);
        assert_eq!(ran["records"], Value::Array(Vec::new()), "{flags:?} {more:?}");
        let said = ran["stderr"].as_str().unwrap();
        let line = said.lines().find(|line| line.contains("could not be had")).unwrap_or_else(|| panic!("{ran:#}"));
        assert!(line.contains(&url), "{line}");
        let read = serde_json::from_str::<Value>(line);
        assert_eq!(read.is_ok_and(|line| line["fields"]["cause"] == "404"), json, "{line}");
    }
}
