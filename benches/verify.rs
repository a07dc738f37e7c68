//! How fast an archive is verified: `cargo bench --bench verify`.
//!
//! An archive of look-alike pages is made once, then `luutru verify` reads it in a process of its own. Given a root in
//! `LUUTRU_ROOT`, that is read instead. `MB/CPU s` counts what the records unpack to.

#![allow(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench prints, and gives up by panicking"
)]

mod measure;

use std::path::{Path, PathBuf};
use std::process::Command;

use measure::{Cost, Portals, bytes_below, megabytes, run, run_to, served, setting, table};

fn main() {
    if served() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let root = std::env::var_os("LUUTRU_ROOT").map_or_else(|| made(folder.path()), PathBuf::from);
    let packed = bytes_below(&root.join("warc"), ".warc.gz");
    let mut rows = Vec::new();
    let mut warcs: Vec<PathBuf> = Vec::new();
    below(&root.join("warc"), &mut warcs);
    for (what, words) in [("whole archive", Vec::new()), ("WARC files alone", warcs.clone())] {
        // The first run fills the page cache.
        for round in 0..3 {
            let mut verify = Command::new(env!("CARGO_BIN_EXE_luutru"));
            verify.args(["verify", "--json", "--root"]).arg(&root).args(&words);
            let (cost, output) = run(&mut verify);
            let total: serde_json::Value = serde_json::from_str(output.lines().last().expect("a sum")).expect("JSON");
            if round > 0 {
                rows.push(row(what, &cost, packed, total["block_bytes"].as_u64().expect("a number")));
            }
        }
    }
    if let Some(warcio) = std::env::var_os("WARCIO") {
        // It hashes a chunked body with its chunks, finds another digest, and ends with 1.
        let (cost, _) = run_to(&[0, 1], Command::new(warcio).arg("check").args(&warcs));
        rows.push(row("warcio check", &cost, packed, 0));
    }
    table(&["", "packed MB", "unpacked MB", "wall s", "CPU s", "packed MB/CPU s", "MB/CPU s", "peak RSS MB"], &rows);
}

fn made(folder: &Path) -> PathBuf {
    let (portals, config) = Portals::start(folder, setting("ARTICLES", 3_000), false);
    let mut backfill = Command::new(env!("CARGO_BIN_EXE_luutru"));
    backfill.arg("--config").arg(&config).args([
        "backfill",
        "--delay",
        "0s",
        "--requisites",
        "none",
        "--attachments",
        "no",
        "--quiet",
    ]);
    run(&mut backfill);
    drop(portals);
    folder.join("archive")
}

fn below(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { below(&path, out) } else { out.push(path) }
    }
}

fn row(what: &str, cost: &Cost, packed: u64, unpacked: u64) -> Vec<String> {
    let cpu = cost.cpu.as_secs_f64();
    let speed = |bytes: u64| if bytes == 0 { String::new() } else { format!("{:.0}", bytes as f64 / 1e6 / cpu) };
    vec![
        what.to_owned(),
        megabytes(packed),
        if unpacked == 0 { String::new() } else { megabytes(unpacked) },
        format!("{:.2}", cost.wall.as_secs_f64()),
        format!("{cpu:.2}"),
        speed(packed),
        speed(unpacked),
        megabytes(cost.peak_rss),
    ]
}
