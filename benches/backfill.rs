//! A full backfill of the look-alike portals with `--delay 0s`: the real program against portals in another process.
//!
//! `cargo bench --bench backfill`. Settings: `ARTICLES` (3000; the second run takes three times as many),
//! `TMPDIR` (a folder in memory leaves the file system's share out).

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::format_push_string,
    reason = "a bench: figures for people, and nothing to recover from"
)]

mod measure;

use std::path::Path;
use std::process::Command;

use measure::{Cost, Portals, bytes_below, megabytes, setting, table, thousands};
use serde_json::Value;

fn main() {
    if measure::served() {
        return;
    }
    let articles = setting("ARTICLES", 3_000);
    // All of it is deleted at the end: ext4 is slow to make files while it remembers those deleted lately.
    let all = tempfile::tempdir().expect("a temporary folder");
    let rows = [(articles, false), (articles * 3, false), (articles, true)].map(|(n, gzip)| {
        let folder = all.path().join(format!("{n}-{gzip}"));
        backfill(&folder, n, gzip)
    });
    table(
        &[
            "articles",
            "gzip",
            "pages",
            "wall s",
            "CPU s",
            "system s",
            "pages/CPU s",
            "kB received/page",
            "WARC kB/page",
            "text kB/page",
            "peak RSS MB",
        ],
        &rows,
    );
    println!(
        "pages: articles and list pages. WARC: the captures; text: the series of cleaned texts. 1 kB is 1000 bytes."
    );
}

fn backfill(folder: &Path, articles: usize, gzip: bool) -> Vec<String> {
    let (portals, config) = Portals::start(folder, articles, gzip);
    let mut command = Command::new(env!("CARGO_BIN_EXE_luutru"));
    command
        .args([
            "backfill",
            "--delay",
            "0s",
            "--requisites",
            "none",
            "--attachments",
            "no",
            "--quiet",
            "--json",
            "--config",
        ])
        .arg(&config);
    let (cost, output) = measure::run(&mut command);
    drop(portals);
    let summary: Value = serde_json::from_str(&output).expect("the summary is JSON");
    let sum = |names: &[&str]| -> f64 {
        let sites = summary["sites"].as_array().expect("sites");
        sites.iter().flat_map(|site| names.iter().map(|name| site[*name].as_f64().unwrap_or(0.0))).sum()
    };
    let failed = sum(&["failed", "refused"]);
    assert!(failed == 0.0, "{failed} articles failed");
    let pages = sum(&["list_pages", "articles", "duplicates", "not_articles"]);
    assert!(pages > articles as f64, "{pages} pages for {articles} articles: {output}");
    let Cost { cpu, system, wall, peak_rss } = cost;
    let warc = folder.join("archive/warc");
    let text = bytes_below(&warc, "-text-");
    let captures = bytes_below(&warc, ".warc.gz") - text;
    let each = |bytes: f64| format!("{:.2}", bytes / pages / 1e3);
    vec![
        thousands(articles as f64),
        if gzip { "yes" } else { "no" }.to_owned(),
        thousands(pages),
        format!("{:.1}", wall.as_secs_f64()),
        format!("{:.2}", cpu.as_secs_f64()),
        format!("{:.2}", system.as_secs_f64()),
        thousands(pages / cpu.as_secs_f64()),
        each(sum(&["bytes"])),
        each(captures as f64),
        each(text as f64),
        megabytes(peak_rss),
    ]
}
