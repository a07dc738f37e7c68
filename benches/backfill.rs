//! A full backfill of the look-alike portals with `--delay 0s`: the real program against portals in another process.
//!
//! `cargo bench --bench backfill`. Settings: `ARTICLES` (3000; the second run takes three times as many),
//! `TMPDIR` (a folder in memory leaves the file system's share out), `WGET` (wget's path: it fetches the same articles from
//! the same portals into WARC files, and does nothing else).

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

use std::ffi::OsStr;
use std::fs;
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
    let rows: Vec<Vec<String>> = rows.into_iter().flatten().collect();
    table(
        &[
            "program",
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
    if std::env::var_os("WGET").is_some() {
        println!("wget: the articles alone, nothing read in them.");
    }
    println!(
        "pages: articles and list pages. WARC: the captures; text: the series of cleaned texts. 1 kB is 1000 bytes."
    );
}

/// The rows of a run, and of wget's after it.
fn backfill(folder: &Path, articles: usize, gzip: bool) -> Vec<Vec<String>> {
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
    let beside = std::env::var_os("WGET").map(|wget| fetch(&wget, folder, articles, gzip));
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
    let warc = folder.join("archive/warc");
    let text = bytes_below(&warc, "-text-");
    let captures = bytes_below(&warc, ".warc.gz") - text;
    let sizes = [sum(&["bytes"]), captures as f64, text as f64].map(|bytes| format!("{:.2}", bytes / pages / 1e3));
    let own = row("luutru", articles, gzip, pages, cost, sizes);
    std::iter::once(own).chain(beside).collect()
}

/// Lets wget fetch the articles that the catalogues name.
fn fetch(wget: &OsStr, folder: &Path, articles: usize, gzip: bool) -> Vec<String> {
    let mut urls = Vec::new();
    for log in fs::read_dir(folder.join("archive/catalog")).expect("catalogues") {
        let log = fs::read_to_string(log.expect("a catalogue").path()).expect("a catalogue");
        let records = log.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record"));
        urls.extend(records.filter_map(|record| Some(record["locations"][0].as_str()?.to_owned())));
    }
    urls.sort();
    urls.dedup();
    let list = folder.join("urls");
    fs::write(&list, urls.join("\n")).expect("a list of addresses");
    let mut command = Command::new(wget);
    command.args(["--quiet", "--no-proxy", "--delete-after", "--no-warc-keep-log", "--input-file"]).arg(&list);
    command.arg("--directory-prefix").arg(folder.join("wget")).arg("--warc-file").arg(folder.join("wget-capture"));
    if gzip {
        command.arg("--header=Accept-Encoding: gzip");
    }
    let (cost, _) = measure::run(&mut command);
    let pages = urls.len() as f64;
    let warc = bytes_below(folder, "wget-capture");
    let sizes = [String::new(), format!("{:.2}", warc as f64 / pages / 1e3), String::new()];
    row("wget", articles, gzip, pages, cost, sizes)
}

fn row(program: &str, articles: usize, gzip: bool, pages: f64, cost: Cost, sizes: [String; 3]) -> Vec<String> {
    let Cost { cpu, system, wall, peak_rss } = cost;
    let [received, captures, text] = sizes;
    vec![
        program.to_owned(),
        thousands(articles as f64),
        if gzip { "yes" } else { "no" }.to_owned(),
        thousands(pages),
        format!("{:.1}", wall.as_secs_f64()),
        format!("{:.2}", cpu.as_secs_f64()),
        format!("{:.2}", system.as_secs_f64()),
        thousands(pages / cpu.as_secs_f64()),
        received,
        captures,
        text,
        megabytes(peak_rss),
    ]
}
