//! The systemd units: understood by systemd, and shut in as far as their documents say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{expect_exit, said};

fn unit(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd").join(name)
}

fn analyze(words: &[&str], files: &[PathBuf]) -> std::process::Output {
    Command::new("systemd-analyze").args(words).args(files).output().expect("systemd is installed by tests/run")
}

#[test]
fn exposure_is_low_and_the_bound_is_felt() {
    for (name, most) in [("luutru.service", 15), ("luutru-serve.service", 10), ("luutru-verify.service", 10)] {
        let bound = |tenths: u32| format!("--threshold={tenths}");
        let output = analyze(&["security", "--offline=true", &bound(most)], &[unit(name)]);
        expect_exit(&output, 0);
        let output = analyze(&["security", "--offline=true", &bound(0)], &[unit(name)]);
        assert_ne!(output.status.code(), Some(0), "{name} cannot fail");
    }
}

#[test]
fn systemd_finds_nothing_to_complain_of() {
    let dir = tempfile::tempdir().unwrap();
    let mut copies = Vec::new();
    for entry in fs::read_dir(unit("")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.extension().is_some_and(|kind| kind != "conf") {
            // The program is where this test has it; systemd looks whether it can be started.
            let text = fs::read_to_string(&path).unwrap().replace("/usr/bin/luutru", env!("CARGO_BIN_EXE_luutru"));
            copies.push(dir.path().join(&name));
            fs::write(dir.path().join(&name), text).unwrap();
        }
    }
    assert_eq!(copies.len(), 5);
    let output = analyze(&["verify", "--man=no"], &copies);
    expect_exit(&output, 0);
    assert_eq!(said(&output), "");
    let bad = dir.path().join("bad.service");
    fs::write(&bad, "[Service]\nExecStart=/nowhere/to/be/found\nType=never\n").unwrap();
    assert_ne!(said(&analyze(&["verify", "--man=no"], &[bad])), "");
}

/// Commands that the units call exist, with the options that they give.
#[test]
fn what_the_units_start_is_a_command() {
    for entry in fs::read_dir(unit("")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let calls = text.lines().filter_map(|line| line.split_once("=/usr/bin/luutru "));
        for (_, call) in calls {
            let mut words: Vec<&str> = call.split_whitespace().collect();
            words.push("--help");
            let output = Command::new(env!("CARGO_BIN_EXE_luutru")).args(&words).output().unwrap();
            expect_exit(&output, 0);
        }
    }
}
