//! How fast captures are written: `cargo bench --bench write`.
//!
//! Pages of look-alike portals, from memory, go capture → records → gzip → append → fsync; nothing parses them. A second
//! row seals the files as well: index, digest, rename. `WARCIO_PYTHON=…/bin/python` lets warcio's writer write the same
//! pages with the same records, synced as often. MB are bytes of responses as received. Settings: `PAGES` (400 different
//! ones), `SECONDS` of CPU time (5) for each row, `LEVELS` (3).

#![allow(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench: figures for people, and nothing to recover from"
)]

mod measure;

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use luutru::archive::warc::{Capture, Level, Rotation, Series, SeriesKind, SeriesSpec, WarcInfo};
use luutru::model::Digest;
use measure::wire::{Wire, fetch};
use measure::{bytes_below, cpu, megabytes, run, setting, table};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Captures that one sync makes durable, as the committer has it.
const SYNCED_TOGETHER: usize = 32;
/// What was sent.
const REQUEST: &[u8] =
    b"GET /tin-tuc/bai-1.html HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: bench\r\naccept: */*\r\n\r\n";

/// What a row cost.
struct Spent {
    pages: usize,
    bytes: u64,
    warc: u64,
    cpu: Duration,
    wall: Duration,
}

fn main() {
    let pages = fetch(setting("PAGES", 400));
    let seconds = Duration::from_secs(setting("SECONDS", 5) as u64);
    let levels = std::env::var("LEVELS").unwrap_or_else(|_| "3".to_owned());
    let mut rows = Vec::new();
    for level in levels.split(',') {
        let level = level.parse().ok().and_then(Level::new).expect("levels from 1 to 12");
        rows.push(row(&format!("luutru, level {}", u8::from(level)), &write(&pages, level, seconds, false)));
        rows.push(row("  and sealed", &write(&pages, level, seconds, true)));
    }
    if let Some(python) = std::env::var_os("WARCIO_PYTHON") {
        rows.push(row("warcio, its own level (9)", &warcio(python.as_ref(), &pages)));
    }
    table(&["", "pages", "MB", "wall s", "CPU s", "µs/page", "MB/CPU s", "WARC kB/page"], &rows);
}

/// Writes captures until that much CPU time is spent.
fn write(pages: &[Wire], level: Level, limit: Duration, seal: bool) -> Spent {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut series, metadata) = (series(folder.path(), level), metadata());
    let (started, before) = (Instant::now(), cpu());
    let (mut count, mut bytes) = (0, 0);
    while cpu().saturating_sub(before) < limit {
        for _ in 0..SYNCED_TOGETHER {
            let page = &pages[count % pages.len()];
            let prepared = capture(page, &metadata).prepare(level);
            series.append_prepared(&prepared, now()).expect("room on the disk");
            (count, bytes) = (count + 1, bytes + page.response.len() as u64);
        }
        series.sync().expect("a disk that syncs");
    }
    if seal {
        series.seal().expect("a disk that syncs");
    }
    let (cpu, wall) = (cpu().saturating_sub(before), started.elapsed());
    Spent { pages: count, bytes, warc: bytes_below(folder.path(), ".warc.gz"), cpu, wall }
}

/// The same pages, as many as fill a few seconds, through warcio in a process of its own.
fn warcio(python: &Path, pages: &[Wire]) -> Spent {
    const ROUNDS: usize = 5;
    let folder = tempfile::tempdir().expect("a folder");
    let mut list = File::create(folder.path().join("pages")).expect("a file");
    for (number, page) in pages.iter().enumerate() {
        fs::write(folder.path().join(number.to_string()), &page.response).expect("a file");
        writeln!(list, "{}", page.url).expect("room on the disk");
    }
    fs::write(folder.path().join("request"), REQUEST).expect("a file");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/measure/warcio_write.py");
    let out = folder.path().join("out.warc.gz");
    let call = |rounds: usize| {
        let mut command = Command::new(python);
        command.arg(&script).arg(folder.path()).arg(&out).arg(rounds.to_string());
        run(&mut command).0
    };
    // What it costs to start and to read the pages is no writing.
    let (start, whole) = (call(0), call(ROUNDS));
    Spent {
        pages: pages.len() * ROUNDS,
        bytes: pages.iter().map(|page| page.response.len() as u64).sum::<u64>() * ROUNDS as u64,
        warc: fs::metadata(&out).expect("it was written").len(),
        cpu: whole.cpu.saturating_sub(start.cpu),
        wall: whole.wall.saturating_sub(start.wall),
    }
}

fn row(what: &str, spent: &Spent) -> Vec<String> {
    let (cpu, pages) = (spent.cpu.as_secs_f64(), spent.pages as f64);
    vec![
        what.to_owned(),
        spent.pages.to_string(),
        megabytes(spent.bytes),
        format!("{:.2}", spent.wall.as_secs_f64()),
        format!("{cpu:.2}"),
        format!("{:.0}", cpu * 1e6 / pages),
        format!("{:.0}", spent.bytes as f64 / 1e6 / cpu),
        format!("{:.2}", spent.warc as f64 / pages / 1e3),
    ]
}

fn capture<'a>(page: &'a Wire, metadata: &'a [(&'a str, String)]) -> Capture<'a> {
    Capture {
        uri: page.url.as_str(),
        at: now(),
        response: &page.response,
        request: REQUEST,
        ip: Some([127, 0, 0, 1].into()),
        protocols: &["http/1.1"],
        cipher_suite: None,
        truncated: None,
        sniffed_type: Some("text/html"),
        payload_digest: Some(Digest::of(page.payload())),
        revisit: None,
        metadata,
    }
}

/// As many lines as the capture of a listed article has.
fn metadata() -> Vec<(&'static str, String)> {
    let lines = [
        ("via", "http://127.0.0.1:40000/tin-tuc"),
        ("hopsFromSeed", "L"),
        ("fetchTimeMs", "12"),
        ("luutru-task", "article"),
        ("luutru-site", "bench"),
        ("luutru-url", "http://127.0.0.1:40000/tin-tuc/hoi-nghi-trien-khai-12345.html"),
        ("luutru-key", "127.0.0.1:40000/tin-tuc/hoi-nghi-trien-khai-12345.html"),
        ("luutru-list", "tin-tuc"),
        ("luutru-title", "Hội nghị triển khai kế hoạch"),
        ("luutru-listed", "2026-11-03"),
        ("luutru-robots", "allowed"),
    ];
    lines.map(|(name, value)| (name, value.to_owned())).to_vec()
}

const fn now() -> Timestamp {
    Timestamp::constant(1_795_000_000, 0)
}

fn series(root: &Path, level: Level) -> Series {
    let spec = SeriesSpec {
        root: root.to_owned(),
        site: "bench".to_owned(),
        kind: SeriesKind::Captures,
        host: "bench".to_owned(),
        rotation: Rotation { max_bytes: 1 << 40, max_age: Duration::from_hours(24) },
        info: WarcInfo::default(),
        level,
    };
    Series::new(spec).expect("a folder that can be written")
}
