//! A disk that fills while a backfill runs, and one that is nearly full before it starts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use luutru_portal::PortalSpec;
use tempfile::TempDir;

use crate::daemon_stage::{Daemon, stage};
use crate::harness::{
    DONE, STORAGE, Town, assert_complete, assert_readable, backfill, complete, expect_exit, finish, said,
};

/// A file system in memory, of a size; it is unmounted when this is dropped.
struct Small {
    at: PathBuf,
    _dir: Option<TempDir>,
}

impl Small {
    /// `None` when this process may not mount.
    fn mount(size: &str) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().join("small");
        let mut small = Self::mount_at(size, &at)?;
        small._dir = Some(dir);
        Some(small)
    }

    /// The same in a place that somebody else clears away.
    fn mount_at(size: &str, at: &Path) -> Option<Self> {
        fs::create_dir(at).unwrap();
        let small = Self { at: at.to_owned(), _dir: None };
        small.call(&["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).then_some(small)
    }

    fn grow(&self, size: &str) {
        assert!(self.call(&["-o", &format!("remount,size={size}")]), "cannot grow");
    }

    fn call(&self, options: &[&str]) -> bool {
        let done = Command::new("mount").args(options).arg(&self.at).output();
        done.is_ok_and(|done| done.status.success())
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // A mount that stays is seen in the next line of the suite's output, and goes with the machine.
        let _ = Command::new("umount").arg(&self.at).output();
    }
}

/// A configuration file with these marks.
fn marks(dir: &Path, low: &str) -> PathBuf {
    let file = dir.join("luutru.toml");
    fs::write(&file, format!("[disk]\nlow = \"{low}\"\n")).unwrap();
    file
}

fn run(root: &Path, town: &Town, config: &Path) -> Output {
    let mut command = backfill(root, town, "0ms");
    command.arg("--config").arg(config);
    finish(command)
}

/// The last line that a run said, which must be its one error.
fn one_error(output: &Output) -> String {
    let said = said(output);
    let errors: Vec<&str> = said.lines().filter(|line| line.contains("error")).collect();
    assert_eq!(errors.len(), 1, "{said}");
    assert!(!said.contains("panicked"), "{said}");
    errors[0].to_owned()
}

fn town() -> Town {
    Town::start(vec![PortalSpec::vnpt("một", 21).articles(150)])
}

/// Stops on a full disk with one clear line, and leaves nothing that a reader stumbles over.
fn fill(root: &Path, town: &Town, config: &Path) -> String {
    let output = run(root, town, config);
    expect_exit(&output, STORAGE);
    let line = one_error(&output);
    assert!(line.contains(&root.display().to_string()) && line.contains("room"), "{line}");
    assert_readable(root);
    line
}

#[test]
fn a_full_disk_ends_the_run_and_room_lets_it_go_on() {
    let config_dir = tempfile::tempdir().unwrap();
    let config = marks(config_dir.path(), "0B");
    let town = town();
    let Some(small) = Small::mount("3m") else {
        println!("NO RIGHT TO MOUNT: the full disk is played by a limit on the size of files instead");
        return full_by_limit(&town, &config);
    };
    let root = small.at.join("archive");
    println!("{}", fill(&root, &town, &config));
    // Still full: it says so again, and makes nothing worse.
    println!("{}", fill(&root, &town, &config));
    small.grow("64m");
    expect_exit(&run(&root, &town, &config), DONE);
    assert_complete(&root, &town);
}

/// The second way: a shell that lets no file grow above a size starts the command.
fn full_by_limit(town: &Town, config: &Path) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("archive");
    let plain = backfill(&root, town, "0ms");
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 700; exec \"$@\"", "sh"]).arg(plain.get_program());
    limited.args(plain.get_args()).arg("--config").arg(config);
    limited.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let output = finish(limited);
    expect_exit(&output, STORAGE);
    let line = one_error(&output);
    assert!(line.contains(&root.display().to_string()), "{line}");
    assert_readable(&root);
    complete(&root, town);
    assert_complete(&root, town);
}

#[test]
fn a_limit_on_files_is_a_full_disk_too() {
    let config_dir = tempfile::tempdir().unwrap();
    full_by_limit(&town(), &marks(config_dir.path(), "0B"));
}

#[test]
fn below_the_low_mark_nothing_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let config = marks(dir.path(), "1000TB");
    let town = town();
    let output = run(&dir.path().join("archive"), &town, &config);
    expect_exit(&output, STORAGE);
    let line = one_error(&output);
    assert!(line.contains("[disk] low") && line.contains("archive"), "{line}");
    assert_eq!(town.requests(), 0);
}

#[test]
fn the_low_mark_is_seen_while_the_run_goes_on() {
    let Some(small) = Small::mount("24m") else {
        println!("NO RIGHT TO MOUNT: the disk is filled up to the mark by a file of ours instead");
        return low_mark_by_a_file();
    };
    let dir = tempfile::tempdir().unwrap();
    let config = marks(dir.path(), "22MB");
    let town = town();
    let root = small.at.join("archive");
    let mut slow = backfill(&root, &town, "20ms");
    slow.arg("--config").arg(&config);
    let output = finish(slow);
    expect_exit(&output, STORAGE);
    let line = one_error(&output);
    assert!(line.contains("[disk] low"), "{line}");
    let asked = town.requests();
    assert!(asked > 10 && town.article_requests().len() < 150, "{asked} requests");
    assert_readable(&root);
    assert!(crate::harness::open_warc(&root, false).is_empty(), "what was under way is finished and sealed");
    small.grow("64m");
    let output = run(&root, &town, &config);
    expect_exit(&output, DONE);
    assert_complete(&root, &town);
    let again: usize = town.article_requests().values().map(|count| count - 1).sum();
    assert_eq!(again, 0, "what was drained is not asked for again");
}

/// The second way: the mark lies a little below what is free, and a large file takes more than that while the run goes on.
fn low_mark_by_a_file() {
    const MARGIN: u64 = 512 << 20;
    let dir = tempfile::tempdir().unwrap();
    let disk = rustix::fs::statvfs(dir.path()).unwrap();
    let low = (disk.f_bavail * disk.f_frsize).checked_sub(MARGIN).expect("half a gigabyte of room to test with");
    let config = marks(dir.path(), &format!("{low}B"));
    let town = town();
    let root = dir.path().join("archive");
    let mut slow = backfill(&root, &town, "20ms");
    let child = slow.arg("--config").arg(&config).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while town.requests() <= 10 {
        assert!(std::time::Instant::now() < until, "no requests come");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let filler = fs::File::create(dir.path().join("filler")).unwrap();
    rustix::fs::fallocate(&filler, rustix::fs::FallocateFlags::empty(), 0, MARGIN + (256 << 20)).unwrap();
    let output = child.wait_with_output().unwrap();
    expect_exit(&output, STORAGE);
    assert!(one_error(&output).contains("[disk] low"));
    assert!(town.article_requests().len() < 150, "it stops before its end");
    fs::remove_file(dir.path().join("filler")).unwrap();
    expect_exit(&run(&root, &town, &marks(dir.path(), "0B")), DONE);
    assert_complete(&root, &town);
}

#[test]
fn the_low_mark_is_seen_on_any_disk() {
    low_mark_by_a_file();
}

#[test]
fn a_daemon_outlasts_a_disk_that_is_full_to_the_last_byte() {
    let stage = stage(120, "1s", "[disk]\nlow = \"0B\"\nhigh = \"0B\"\n");
    let Some(small) = Small::mount_at("3m", &stage.root()) else {
        println!("NO RIGHT TO MOUNT: the full disk is played by a limit on the size of files instead");
        return full_by_limit(&town(), &stage.path("luutru.toml"));
    };
    let mut daemon = Daemon::start(&stage);
    daemon.until("it finds the disk full", |daemon| daemon.said().contains("when there is room again"));
    let (asked, held) = (stage.portal(0).requests().len(), stage.articles().len());
    assert_readable(&stage.root());
    small.grow("128m");
    // What was listed and not yet fetched is still in the queue, and what a torn commit held is asked for again.
    daemon.until("it goes on by itself", |daemon| {
        stage.articles().len() > held && daemon.ask(&["status", "--json"]).objects()[0]["sites"][0]["queue"] == 0
    });
    assert!(stage.portal(0).requests().len() > asked);
    daemon.stop();
    stage.verify();
    assert!(crate::harness::open_warc(&stage.root(), false).is_empty());
}
