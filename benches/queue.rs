//! A million queued articles in the ledger: how long a start takes, and what it keeps in memory.
//!
//! `cargo bench --bench queue`. Settings: `QUEUED` (1000000). Filling the ledger is not measured.

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

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use luutru::crawl::{Candidate, Frontier};
use luutru::ledger::{Batch, Ledger, SledLedger};
use luutru::model::CanonicalUrl;
use measure::{bytes_below, megabytes, memory, setting, table, thousands};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Items of a list page.
const PAGE: usize = 20;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    match args.get(1).map(String::as_str) {
        Some("fill") => return fill(Path::new(&args[2]), args[3].parse().expect("a number")),
        Some("open") => return open(Path::new(&args[2])),
        _ => {}
    }
    let queued = setting("QUEUED", 1_000_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let state = folder.path().join("archive/state");
    configure(folder.path());
    let this = std::env::current_exe().expect("this program has a path");
    // Opened by the program once, so that it marks the ledger as one of its own; filled in a process of its own.
    let (_, _) = measure::run(&mut start(folder.path()));
    let (filling, _) = measure::run(Command::new(&this).args(["fill"]).arg(&state).arg(queued.to_string()));
    let disk = bytes_below(&state, "");
    let (opening, said) = measure::run(Command::new(&this).arg("open").arg(&state));
    let (whole, _) = measure::run(&mut start(folder.path()));
    let row = |name: &str, wall: String, cost: &measure::Cost| {
        vec![name.to_owned(), wall, format!("{:.2}", cost.cpu.as_secs_f64()), megabytes(cost.peak_rss)]
    };
    println!("{} queued articles, {} MB on disk\n", thousands(queued as f64), megabytes(disk));
    table(
        &["", "wall s", "CPU s", "peak RSS MB"],
        &[
            row("fill (not a figure of a start)", format!("{:.2}", filling.wall.as_secs_f64()), &filling),
            row("open, take over, lease 32", said.trim().to_owned(), &opening),
            row("luutru crawl --max-articles 0, whole", format!("{:.2}", whole.wall.as_secs_f64()), &whole),
        ],
    );
}

fn configure(folder: &Path) {
    let site = "id = \"bench\"\nbase = \"http://127.0.0.1:9/\"\nfamily = \"nukeviet\"\nverified = \"never\"\n\
                [[list]]\nid = \"tin\"\nurl = \"http://127.0.0.1:9/vi/news/tin/\"\n";
    fs::create_dir_all(folder.join("sites")).expect("a folder");
    fs::write(folder.join("sites/bench.toml"), site).expect("a file");
    fs::write(folder.join("luutru.toml"), "root = \"archive\"\nallow_net = [\"127.0.0.0/8\"]\n").expect("a file");
}

/// The real program: it opens everything, plans, finds that nothing may be asked for, and closes everything.
fn start(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_luutru"));
    command.args(["crawl", "bench", "--max-articles", "0", "--quiet", "--json", "--config"]);
    command.arg(folder.join("luutru.toml"));
    command
}

fn fill(state: &Path, queued: usize) {
    let ledger: Arc<dyn Ledger> = Arc::new(SledLedger::open(state).expect("a ledger"));
    let frontier = Frontier::open(Arc::clone(&ledger)).expect("a queue");
    for page in 0..queued.div_ceil(PAGE) {
        let items: Vec<Candidate> = (page * PAGE..(page + 1) * PAGE).map(|n| candidate(page, n)).collect();
        let mut batch = Batch::default();
        frontier.enqueue("bench", &items, &mut batch).expect("the ledger reads");
        ledger.apply(&batch).expect("the ledger writes");
    }
    ledger.flush().expect("the ledger flushes");
}

fn candidate(page: usize, n: usize) -> Candidate {
    // The name comes first in such addresses, so that they arrive in no order.
    let mixed = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let path = format!("/vi/news/tin-tuc-su-kien/hoi-nghi-trien-khai-nhiem-vu-{mixed:06x}-cong-tac-{n}.html");
    Candidate {
        url: format!("http://127.0.0.1:9{path}"),
        key: CanonicalUrl(format!("127.0.0.1:9{path}")),
        list: "tin".to_owned(),
        via: format!("http://127.0.0.1:9/vi/news/tin-tuc-su-kien/page-{page}"),
        title: format!("Hội nghị triển khai nhiệm vụ công tác số {n} của Uỷ ban nhân dân tỉnh"),
        listed: None,
        walk: "crawl http://127.0.0.1:9/vi/news/tin/".to_owned(),
        patient: false,
    }
}

/// Seconds from nothing to the first leases, with memory as the parent measures it.
fn open(state: &Path) {
    let started = Instant::now();
    let ledger: Arc<dyn Ledger> = Arc::new(SledLedger::open(state).expect("a ledger"));
    let frontier = Frontier::open(Arc::clone(&ledger)).expect("a queue");
    let leases = frontier.lease("bench", 32).expect("the ledger reads");
    assert_eq!(leases.len(), 32);
    println!("{:.2}", started.elapsed().as_secs_f64());
    assert!(memory(std::process::id(), "VmRSS").is_some());
}
