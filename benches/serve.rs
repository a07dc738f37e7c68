//! The server over many articles: how long a start and a search take, what it keeps in memory, and what a download costs.
//!
//! `cargo bench --bench serve`. Settings: `ARTICLES` (100000), `SEARCHES` (400). Making the archive is not measured.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bench: figures for people, and nothing to recover from"
)]

mod measure;

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

/// Common and rare words, as the rank of a word in a text is Zipf's.
const SYLLABLES: [&str; 40] = [
    "của",
    "và",
    "tỉnh",
    "các",
    "trong",
    "người",
    "công",
    "có",
    "được",
    "nhân",
    "dân",
    "với",
    "uỷ",
    "ban",
    "huyện",
    "xã",
    "phát",
    "triển",
    "kinh",
    "tế",
    "hội",
    "nghị",
    "đảng",
    "năm",
    "chủ",
    "tịch",
    "thường",
    "trực",
    "giải",
    "ngân",
    "đầu",
    "tư",
    "nông",
    "thôn",
    "mới",
    "văn",
    "hoá",
    "bão",
    "lũ",
    "sạt",
];
const QUERIES: [&str; 12] = [
    "tỉnh uỷ",
    "tinh uy",
    "\"chủ tịch\"",
    "\"uy ban nhan dan\"",
    "bão lũ",
    "giải ngân đầu tư",
    "w417",
    "w9 w23 kinh tế",
    "\"nông thôn mới\" site:site3",
    "title:hội nghị",
    "cua va trong nguoi",
    "phát triển -bão from:2023-01-01",
];
const SITES: u64 = 10;
/// A file of holes, to be downloaded.
const DOWNLOAD: &str = "site0-20261123101112-00001-h.warc.gz";
const DOWNLOAD_BYTES: u64 = 2 << 30;

fn main() {
    let setting =
        |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (articles, searches) = (setting("ARTICLES", 100_000), setting("SEARCHES", 400));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = Instant::now();
    let bytes = fill(folder.path(), articles);
    println!("{articles} articles, {} MB of text, made in {:.0} s", bytes / 1_000_000, made.elapsed().as_secs_f64());

    let (mut server, base) = start(folder.path());
    // The client wants one even where it speaks plain HTTP only; a second call in one process would be refused.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::blocking::Client::builder().no_proxy().build().expect("a client");
    let at = Instant::now();
    loop {
        let page = get(&client, &format!("{base}/search?from=2000-01-01&lang=en"));
        if page.contains(&format!("{} articles", shown(articles))) && !page.contains("being added") {
            break;
        }
        assert!(at.elapsed() < Duration::from_hours(1), "the index is not made");
        std::thread::sleep(Duration::from_millis(500));
    }
    println!(
        "index made in {:.1} s, {} MB; {}",
        at.elapsed().as_secs_f64(),
        size(&folder.path().join("search")) / 1_000_000,
        memory(&server)
    );
    server.kill().expect("our own child");
    server.wait().expect("our own child");

    let at = Instant::now();
    let (mut server, base) = start(folder.path());
    while !get(&client, &format!("{base}/search?q=tinh&lang=en")).contains("mark>") {
        std::thread::sleep(Duration::from_millis(20));
    }
    println!("start to first search {:.2} s; {}", at.elapsed().as_secs_f64(), memory(&server));
    for (name, paths) in [
        ("search", QUERIES.iter().map(|query| format!("/search?lang=en&q={}", encoded(query))).collect::<Vec<_>>()),
        ("search, newest", QUERIES.iter().map(|query| format!("/search?sort=newest&q={}", encoded(query))).collect()),
        ("overview", vec!["/".to_owned()]),
        ("site", vec!["/sites/site3".to_owned()]),
        ("article", (0..50).map(|number| format!("/articles/{:016x}", number * 37)).collect()),
    ] {
        let mut times: Vec<(Duration, &String)> = Vec::new();
        for path in paths.iter().cycle().take(searches as usize) {
            let at = Instant::now();
            get(&client, &format!("{base}{path}"));
            times.push((at.elapsed(), path));
        }
        times.sort();
        let of = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].0.as_secs_f64() * 1e3;
        println!(
            "{name}: p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, slowest {}",
            of(50),
            of(95),
            of(99),
            times[times.len() - 1].1
        );
    }
    println!("after that {}", memory(&server));
    downloads(&server, &base);
    server.kill().expect("our own child");
    server.wait().expect("our own child");
}

/// Catalogue and texts; bytes of the texts.
fn fill(root: &Path, articles: u64) -> u64 {
    fs::create_dir_all(root.join("catalog")).expect("a folder");
    let mut bytes = 0;
    let mut dice = 1;
    fs::create_dir_all(root.join("warc/site0/2026")).expect("a folder");
    let download = File::create(root.join("warc/site0/2026").join(DOWNLOAD)).expect("a file");
    download.set_len(DOWNLOAD_BYTES).expect("a file of holes");
    for site in 0..SITES {
        let log = File::create(root.join(format!("catalog/site{site}.jsonl"))).expect("a log");
        let mut log = BufWriter::new(log);
        for number in (site..articles).step_by(SITES as usize) {
            let folder = format!("text/site{site}/{}", number / 1_000);
            fs::create_dir_all(root.join(&folder)).expect("a folder");
            let title = words(&mut dice, 12);
            let text = format!("{title}\n\n{}.\n\n{}.\n", words(&mut dice, 40), words(&mut dice, 320));
            let path = format!("{folder}/{number:016x}.txt");
            fs::write(root.join(&path), &text).expect("a text");
            bytes += text.len() as u64;
            let (year, month, day) = (2020 + number % 6, 1 + number % 12, 1 + number % 28);
            let url = format!("http://site{site}.example/tin/{number}");
            let record = json!({
                "id": format!("{number:016x}"), "site": format!("site{site}"), "url": url, "locations": [url],
                "title": title, "published": format!("{year}-{month:02}-{day:02}T08:00:00+07:00"),
                "published_source": "list", "modified": null, "byline": null, "section": format!("Mục {}", number % 17),
                "text_path": path, "content_hash": format!("sha256:{number:064x}"), "version": 1,
                "captured_at": format!("2026-{month:02}-{day:02}T10:00:00Z"),
                "warc": { "file": "warc/x", "offset": 5, "record_id": "<urn:uuid:6f7c9c2a-5b0e-4b59-9a53-0d7ac7c4d1f4>" },
            });
            writeln!(log, "{record}").expect("a line");
        }
    }
    bytes
}

fn words(dice: &mut u64, count: usize) -> String {
    let mut out = String::new();
    for at in 0..count {
        *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let unit = (*dice >> 11) as f64 / (1u64 << 53) as f64;
        // Log-uniform ranks: word n comes with a share of 1/n.
        let rank = 5_000f64.powf(unit) as usize;
        if at > 0 {
            out.push(' ');
        }
        match SYLLABLES.get(rank - 1) {
            Some(word) => out.push_str(word),
            None => out.extend(["w", &rank.to_string()]),
        }
    }
    out
}

fn start(root: &Path) -> (Child, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_luutru"));
    // As in the unit.
    command.env("MIMALLOC_PURGE_DELAY", "0");
    command.args(["serve", "--listen", "127.0.0.1:0", "--root"]).arg(root).current_dir(std::env::temp_dir());
    let mut server = command.stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut said = BufReader::new(server.stderr.take().expect("a pipe"));
    let mut line = String::new();
    said.read_line(&mut line).expect("it says where it is");
    let base = line.split_whitespace().find(|word| word.starts_with("http://")).expect("an address");
    let base = base.trim_end_matches('/').to_owned();
    std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    (server, base)
}

fn get(client: &reqwest::blocking::Client, url: &str) -> String {
    client.get(url).send().and_then(reqwest::blocking::Response::text).expect("an answer")
}

/// A file of 2 GiB, several times, to a client that throws it away.
fn downloads(server: &Child, base: &str) {
    let mut piece = vec![0; 1 << 20];
    for round in 1..=3 {
        let (at, cpu) = (Instant::now(), measure::cpu_of(server.id()));
        let mut stream = TcpStream::connect(base.trim_start_matches("http://")).expect("the server is there");
        let head = format!("GET /files/{DOWNLOAD} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).expect("it listens");
        let mut length = 0;
        loop {
            match stream.read(&mut piece).expect("it answers") {
                0 => break,
                count => length += count as u64,
            }
        }
        assert!(length >= DOWNLOAD_BYTES, "{length} bytes came");
        let spent = measure::cpu_of(server.id()).saturating_sub(cpu).as_secs_f64();
        println!(
            "download {round}: {} MB in {:.2} s, {:.0} MB for a CPU second of the server; {}",
            length / 1_000_000,
            at.elapsed().as_secs_f64(),
            length as f64 / 1e6 / spent,
            memory(server)
        );
    }
}

fn encoded(query: &str) -> String {
    url::form_urlencoded::byte_serialize(query.as_bytes()).collect()
}

fn shown(number: u64) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

/// Resident memory by the kernel's count: all of it, and what is not pages of files.
fn memory(server: &Child) -> String {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
    let line = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1_000
    };
    format!("RSS {} MB (own {} MB), peak {} MB", line("VmRSS:"), line("RssAnon:"), line("VmHWM:"))
}

fn size(dir: &Path) -> u64 {
    fs::read_dir(dir).into_iter().flatten().flatten().filter_map(|file| Some(file.metadata().ok()?.len())).sum()
}
