//! Extract, compress and append the look-alike pages from memory, in pages per CPU second; then each step by itself.
//!
//! `cargo bench --bench pages`. Settings: `PAGES` (400 different ones), `SECONDS` of CPU time (5) for the whole.

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

use std::hint::black_box;
use std::time::Duration;

use jiff::Timestamp;
use luutru::archive::warc::{
    Capture, Level, RecordId, Rotation, Series, SeriesKind, SeriesSpec, TextCapture, WarcInfo,
};
use luutru::article::{ArticleReader, Hint, Reading, families};
use luutru::model::{Digest, Limits};
use luutru::page::{self, HtmlPage};
use measure::wire::{Wire, fetch};
use measure::{cpu, setting, table, thousands};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let pages = fetch(setting("PAGES", 400));
    let readers = ["vnpt", "nukeviet"].map(|family| {
        let spec = families::family_spec(family).expect("a known family");
        ArticleReader::new(&spec).expect("selectors that can be read")
    });
    let seconds = setting("SECONDS", 5) as f64;
    whole(&pages, &readers, seconds);
    steps(&pages, &readers, seconds / 5.0);
    levels(&pages, seconds / 10.0);
}

/// What the whole way makes of the pages: captures and texts in WARC files, synced every 32 pages.
fn whole(pages: &[Wire], readers: &[ArticleReader; 2], seconds: f64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut captures = series(folder.path(), SeriesKind::Captures);
    let mut texts = series(folder.path(), SeriesKind::Text);
    let (mut warc, mut text_bytes) = (0, 0);
    let (rate, _) = rate(pages, seconds, |at, page| {
        let parsed = parse(page);
        let (text, content) = read(page, &parsed, readers);
        let prepared = capture(page, Level::default());
        warc += prepared.len() as u64;
        captures.append(&prepared, now()).expect("room on the disk");
        let text = TextCapture {
            uri: page.url.as_str(),
            at: now(),
            source: RecordId::random(),
            article_id: &content.hash16(),
            text: Some(&text),
            record: b"{}",
        };
        let prepared = text.prepare(Level::default());
        text_bytes += prepared.bytes.len() as u64;
        texts.append_prepared(&prepared, now()).expect("room on the disk");
        if at % 32 == 31 {
            captures.sync().and_then(|()| texts.sync()).expect("a disk that syncs");
        }
    });
    let count = rate.1 as f64;
    let html = pages.iter().map(|page| page.payload().len()).sum::<usize>() as f64 / pages.len() as f64;
    table(
        &["whole way", "pages/CPU s", "HTML kB/page", "WARC kB/page", "text kB/page"],
        &[vec![
            "parse, extract, hash, compress, append, sync".to_owned(),
            thousands(rate.0),
            format!("{:.1}", html / 1e3),
            format!("{:.2}", warc as f64 / count / 1e3),
            format!("{:.2}", text_bytes as f64 / count / 1e3),
        ]],
    );
}

/// Each step by itself, over the same pages.
fn steps(pages: &[Wire], readers: &[ArticleReader; 2], seconds: f64) {
    let limits = Limits::default();
    let decoded: Vec<String> =
        pages.iter().map(|page| page::decode(&page.head, page.payload(), &limits).expect("plain HTML").text).collect();
    let parsed: Vec<HtmlPage> = pages.iter().map(parse).collect();
    let mut rows = Vec::new();
    let mut row = |name: &str, ((rate, _), bytes): ((f64, usize), f64)| {
        rows.push(vec![name.to_owned(), thousands(rate), format!("{:.0}", 1e6 / rate), format!("{:.0}", bytes / 1e6)]);
    };
    row(
        "decode: charset, media type",
        rate(pages, seconds, |_, page| {
            black_box(page::decode(&page.head, page.payload(), &limits).is_ok());
        }),
    );
    row(
        "parse: prune, DOM",
        rate(pages, seconds, |at, page| {
            black_box(HtmlPage::parse(page.url.clone(), decoded[at % pages.len()].clone(), &limits));
        }),
    );
    row(
        "read: text, dates, content hash",
        rate(pages, seconds, |at, page| {
            black_box(read(page, &parsed[at % pages.len()], readers));
        }),
    );
    row(
        "two SHA-256 of the page",
        rate(pages, seconds, |_, page| {
            black_box((Digest::of(page.payload()), Digest::of(&page.response)));
        }),
    );
    row(
        "records and gzip, with one SHA-256",
        rate(pages, seconds, |_, page| {
            black_box(capture(page, Level::default()));
        }),
    );
    table(&["step", "pages/CPU s", "µs/page", "MB/s"], &rows);
}

/// What a level of compression costs, and what it saves.
fn levels(pages: &[Wire], seconds: f64) {
    let rows: Vec<Vec<String>> = [1, 2, 3, 4, 6, 9]
        .into_iter()
        .map(|level| {
            let level = Level::new(level).expect("1 to 12");
            let mut bytes = 0;
            let ((rate, count), _) = rate(pages, seconds, |_, page| bytes += capture(page, level).len());
            let each = bytes as f64 / count as f64;
            let html = pages.iter().map(|page| page.response.len()).sum::<usize>() as f64 / pages.len() as f64;
            vec![
                u8::from(level).to_string(),
                thousands(rate),
                format!("{:.0}", 1e6 / rate),
                format!("{:.2}", each / 1e3),
                format!("{:.2}", html / each),
            ]
        })
        .collect();
    table(&["level", "pages/CPU s", "µs/page", "WARC kB/page", "ratio"], &rows);
}

/// Goes round the pages until that much CPU time is spent. Gives pages a CPU second, pages, and bytes a CPU second.
fn rate(pages: &[Wire], seconds: f64, mut each: impl FnMut(usize, &Wire)) -> ((f64, usize), f64) {
    let limit = Duration::from_secs_f64(seconds);
    let start = cpu();
    let (mut count, mut bytes) = (0, 0);
    loop {
        for page in pages.iter().skip(count % pages.len()).take(32) {
            each(count, page);
            count += 1;
            bytes += page.response.len();
        }
        let spent = cpu().saturating_sub(start);
        if spent >= limit {
            let spent = spent.as_secs_f64();
            return ((count as f64 / spent, count), bytes as f64 / spent);
        }
    }
}

fn parse(page: &Wire) -> HtmlPage {
    let limits = Limits::default();
    let decoded = page::decode(&page.head, page.payload(), &limits).expect("plain HTML");
    HtmlPage::parse(page.url.clone(), decoded.text, &limits)
}

fn read(page: &Wire, parsed: &HtmlPage, readers: &[ArticleReader; 2]) -> (String, Digest) {
    let hint = Hint { title: None, date: None, section: None, status: 200, now: now() };
    match readers[page.reader].read(parsed, &hint) {
        Reading::Article(article) => (article.to_text(), article.content_hash()),
        Reading::NotArticle(why) => panic!("{} is no article: {why:?}", page.url),
    }
}

fn capture(page: &Wire, level: Level) -> Vec<u8> {
    let capture = Capture {
        uri: page.url.as_str(),
        at: now(),
        response: &page.response,
        request: b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
        ip: None,
        protocols: &["http/1.1"],
        cipher_suite: None,
        truncated: None,
        sniffed_type: None,
        payload_digest: Some(Digest::of(page.payload())),
        revisit: None,
        metadata: &[("fetchTimeMs", "12".to_owned())],
    };
    capture.prepare(level).bytes
}

const fn now() -> Timestamp {
    Timestamp::constant(1_795_000_000, 0)
}

fn series(root: &std::path::Path, kind: SeriesKind) -> Series {
    let spec = SeriesSpec {
        root: root.to_owned(),
        site: "bench".to_owned(),
        kind,
        host: "bench".to_owned(),
        rotation: Rotation { max_bytes: 1 << 40, max_age: Duration::from_hours(24) },
        info: WarcInfo::default(),
        level: Level::default(),
    };
    Series::new(spec).expect("a folder that can be written")
}
