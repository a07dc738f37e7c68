//! The daemon over hours: 500 sites with 5,000 lists on loopback, each site at an address of its own, looked at once a minute.
//!
//! `cargo bench --bench soak -- --minutes 10`. Further settings: `--sites 500 --lists 10 --known 1000000`. Prints what the
//! daemon keeps in memory and costs in time while lists bring news, what it costs while nothing is due, and how soon it is
//! ready over a million known addresses. Ends with 1 where it misses its aims.

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

use std::fmt::Write as _;
use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use luutru::crawl::{Candidate, Frontier};
use luutru::ledger::{Batch, Ledger, SledLedger};
use luutru::model::CanonicalUrl;
use measure::{megabytes, memory, table, thousands};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Aims.
const MOST_RSS: u64 = 200_000_000;
const MOST_GROWTH: f64 = 0.10;
const MOST_IDLE: f64 = 0.05;
const MOST_START: Duration = Duration::from_secs(2);

struct Settings {
    minutes: u64,
    sites: usize,
    lists: usize,
    known: usize,
}

/// All portals, in this process: what they were asked, and how many articles each list names by now.
struct Town {
    sites: usize,
    asked: AtomicU64,
    // Articles of a list: one more at each turn.
    issue: AtomicU64,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if args.get(1).map(String::as_str) == Some("fill") {
        fill(Path::new(&args[2]), args[3].parse().expect("a number"));
        return ExitCode::SUCCESS;
    }
    let number = |name: &str, usual: usize| {
        let at = args.iter().position(|arg| arg == name);
        at.and_then(|at| args.get(at + 1)?.parse().ok()).unwrap_or(usual)
    };
    let settings = Settings {
        minutes: number("--minutes", 10) as u64,
        sites: number("--sites", 500),
        lists: number("--lists", 10),
        known: number("--known", 1_000_000),
    };
    soak(&settings)
}

fn soak(settings: &Settings) -> ExitCode {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let town = Arc::new(Town { sites: settings.sites, asked: AtomicU64::new(0), issue: AtomicU64::new(1) });
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let bases = runtime.block_on(open(&town));
    configure(folder.path(), &bases, settings.lists, "60s");
    known(folder.path(), settings.known);

    let notify = folder.path().join("notify");
    let heard = hear(UnixDatagram::bind(&notify).expect("a socket"));
    let begun = Instant::now();
    let mut daemon = start(folder.path(), &notify);
    await_ready(&heard);
    let ready = begun.elapsed();
    println!("ready with {} known addresses after {:.2} s\n", thousands(settings.known as f64), ready.as_secs_f64());

    // Two thirds of the time with news, the rest with nothing due.
    let whole = Duration::from_secs(settings.minutes * 60);
    let rows = watch(&mut daemon, &town, whole * 2 / 3, true);
    configure(folder.path(), &bases, settings.lists, "300d");
    signal(&daemon, rustix::process::Signal::HUP);
    await_ready(&heard);
    let calm = settle(&daemon, &town);
    let idle = watch(&mut daemon, &town, (whole / 3).max(Duration::from_secs(30)), false);

    signal(&daemon, rustix::process::Signal::TERM);
    let ended = daemon.wait().expect("a child can be waited for");
    let articles = measure::bytes_below(&folder.path().join("archive/catalog"), "");
    println!("ended with {ended}; {} MB of catalogue; calm after {:.0} s", megabytes(articles), calm.as_secs_f64());
    verdict(&rows, &idle, ready)
}

/// One look at the daemon.
struct Look {
    rss: u64,
    /// Of one core.
    cpu: f64,
}

/// Looks at it every few seconds and prints what it sees; with news, every list names one article more each half minute.
fn watch(daemon: &mut Child, town: &Town, time: Duration, news: bool) -> Vec<Look> {
    let every = (time / 24).clamp(Duration::from_secs(5), Duration::from_secs(30));
    let (begun, mut rows, mut looks) = (Instant::now(), Vec::new(), Vec::new());
    let mut published = Instant::now();
    while begun.elapsed() < time {
        let (at, cpu, asked) = (Instant::now(), measure::cpu_of(daemon.id()), town.asked.load(Ordering::Relaxed));
        thread::sleep(every);
        assert!(daemon.try_wait().expect("a child").is_none(), "the daemon has ended");
        let spent = measure::cpu_of(daemon.id()).saturating_sub(cpu).as_secs_f64() / at.elapsed().as_secs_f64();
        let rss = memory(daemon.id(), "VmRSS").unwrap_or(0);
        let asked = town.asked.load(Ordering::Relaxed) - asked;
        rows.push(vec![
            format!("{:.0}", begun.elapsed().as_secs_f64()),
            megabytes(rss),
            format!("{:.1}", spent * 100.0),
            format!("{:.0}", asked as f64 / at.elapsed().as_secs_f64()),
        ]);
        looks.push(Look { rss, cpu: spent });
        if news && published.elapsed() > Duration::from_secs(30) {
            town.issue.fetch_add(1, Ordering::Relaxed);
            published = Instant::now();
        }
    }
    println!("{}", if news { "lists bring news" } else { "nothing is due" });
    table(&["s", "RSS MB", "CPU %", "requests/s"], &rows);
    looks
}

/// Waits until nothing was asked for five seconds: what the rounds under way had begun is done.
fn settle(daemon: &Child, town: &Town) -> Duration {
    let begun = Instant::now();
    let mut last = (town.asked.load(Ordering::Relaxed), Instant::now());
    while last.1.elapsed() < Duration::from_secs(5) {
        assert!(begun.elapsed() < Duration::from_mins(10), "process {} never rests", daemon.id());
        thread::sleep(Duration::from_millis(200));
        let asked = town.asked.load(Ordering::Relaxed);
        if asked != last.0 {
            last = (asked, Instant::now());
        }
    }
    begun.elapsed()
}

fn verdict(work: &[Look], idle: &[Look], ready: Duration) -> ExitCode {
    let most = work.iter().chain(idle).map(|look| look.rss).max().unwrap_or(0);
    // Growth from the end of the first quarter, when every list was looked at, to the end.
    let settled = work.get(work.len() / 4).map_or(0, |look| look.rss).max(1);
    let last = work.iter().rev().take(3).map(|look| look.rss).min().unwrap_or(0);
    let growth = (last as f64 - settled as f64) / settled as f64;
    let cpu = idle.iter().map(|look| look.cpu).sum::<f64>() / idle.len().max(1) as f64;
    let rows = [
        ("most memory, MB", megabytes(most), megabytes(MOST_RSS), most < MOST_RSS),
        (
            "growth after the start, %",
            format!("{:.1}", growth * 100.0),
            format!("{:.0}", MOST_GROWTH * 100.0),
            growth < MOST_GROWTH,
        ),
        (
            "a core while nothing is due, %",
            format!("{:.2}", cpu * 100.0),
            format!("{:.0}", MOST_IDLE * 100.0),
            cpu < MOST_IDLE,
        ),
        (
            "ready after, s",
            format!("{:.2}", ready.as_secs_f64()),
            format!("{:.0}", MOST_START.as_secs_f64()),
            ready < MOST_START,
        ),
    ];
    let cells = rows.iter().map(|(name, value, aim, held)| {
        let word = if *held { "yes" } else { "NO" };
        vec![(*name).to_owned(), value.clone(), aim.clone(), word.to_owned()]
    });
    println!();
    table(&["", "measured", "aim, below", "held"], &cells.collect::<Vec<_>>());
    if rows.iter().all(|row| row.3) { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

/// A listener for each site, on an address of its own.
async fn open(town: &Arc<Town>) -> Vec<String> {
    let mut bases = Vec::with_capacity(town.sites);
    for site in 0..town.sites {
        let address = format!("127.40.{}.{}:0", site / 200, 1 + site % 200);
        let listener = TcpListener::bind(address).await.expect("a free port of loopback");
        bases.push(format!("http://{}", listener.local_addr().expect("it is bound")));
        let town = Arc::clone(town);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&town), site));
            }
        });
    }
    bases
}

/// Answers until the client leaves.
async fn converse(mut stream: TcpStream, town: Arc<Town>, site: usize) -> Option<()> {
    let mut bytes = Vec::new();
    loop {
        while !bytes.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        }
        let line = String::from_utf8_lossy(&bytes).into_owned();
        bytes.clear();
        town.asked.fetch_add(1, Ordering::Relaxed);
        let (status, kind, body) = town.answer(site, line.split(' ').nth(1).unwrap_or_default());
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await.ok()?;
    }
}

impl Town {
    fn answer(&self, site: usize, path: &str) -> (&'static str, &'static str, String) {
        if path == "/robots.txt" {
            return ("200 OK", "text/plain", "User-agent: *\nDisallow: /quan-tri/\n".to_owned());
        }
        if let Some(list) = path.strip_prefix("/muc-") {
            let issue = self.issue.load(Ordering::Relaxed);
            // One list in ten has news at each turn; the others show what they showed.
            let number = list.parse::<u64>().unwrap_or(0);
            let newest = issue.saturating_sub(number % 10) / 10 + 1;
            return ("200 OK", "text/html", list_page(list, newest));
        }
        match path.strip_prefix("/tin-") {
            Some(name) => ("200 OK", "text/html", article(site, name)),
            None => ("404 Not Found", "text/html", String::new()),
        }
    }
}

/// The newest articles of a list first.
fn list_page(list: &str, newest: u64) -> String {
    let mut items = String::new();
    for n in (1..=newest).rev().take(20) {
        let _ = writeln!(
            items,
            "<li><a href=\"/tin-{list}-{n}.html\">Hội nghị triển khai nhiệm vụ số {n} của mục {list}</a></li>"
        );
    }
    page("Tin tức", &format!("<ul class=\"news\">\n{items}</ul>"))
}

fn article(site: usize, name: &str) -> String {
    let text = format!(
        "<p>Ngày 20/11/2026, Ủy ban nhân dân tỉnh số {site} tổ chức hội nghị {name} với sự tham gia của các sở, ban, ngành.</p>"
    );
    let more = format!(
        "<p>Báo cáo {name} nêu rõ kết quả, hạn chế và nhiệm vụ trọng tâm trong thời gian tới của đơn vị {site}.</p>"
    );
    page(
        &format!("Hội nghị {name}"),
        &format!("<h1>Hội nghị {name}</h1><div class=\"body\">{text}{}</div>", more.repeat(12)),
    )
}

/// A page of some weight, as portals have it around what is said.
fn page(title: &str, body: &str) -> String {
    let menu = "<li><a href=\"/gioi-thieu.html\">Giới thiệu chung về cơ quan</a></li>\n".repeat(60);
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>{title}</title></head><body><nav><ol>{menu}</ol></nav>{body}</body></html>"
    )
}

fn configure(folder: &Path, bases: &[String], lists: usize, every: &str) {
    let sites = folder.join("sites");
    fs::create_dir_all(&sites).expect("a folder");
    for (n, base) in bases.iter().enumerate() {
        let mut text = format!("id = \"s{n:03}\"\nbase = \"{base}/\"\ndelay = \"10ms\"\nverified = \"never\"\n");
        for list in 0..lists {
            let _ = write!(
                text,
                "[[list]]\nid = \"muc-{list}\"\nurl = \"{base}/muc-{list}\"\nevery = \"{every}\"\n\
                 item = \".news li\"\nlink = \"a\"\npages = {{ kind = \"single\" }}\n"
            );
        }
        fs::write(sites.join(format!("s{n:03}.toml")), text).expect("a file");
    }
    let idle = "id = \"known\"\nbase = \"http://127.0.0.1:9/\"\ndisabled = \"holds what was known before\"\n\
                [[list]]\nid = \"tin\"\nurl = \"http://127.0.0.1:9/tin\"\n";
    fs::write(sites.join("known.toml"), idle).expect("a file");
    // 5,000 lists once a minute, and their news, are more than the ten requests a second of the default.
    let config = "root = \"archive\"\nallow_net = [\"127.0.0.0/8\"]\n[ceiling]\nrequests_per_second = 1000\n";
    fs::write(folder.join("luutru.toml"), config).expect("a file");
}

/// Puts so many addresses into the ledger, in a process of its own.
fn known(folder: &Path, count: usize) {
    let state: PathBuf = folder.join("archive/state");
    let made = luutru(folder).args(["crawl", "http://127.0.0.1:9/tin", "--max-articles", "0", "--quiet"]).status();
    made.expect("the program starts");
    if count > 0 {
        let this = std::env::current_exe().expect("this program has a path");
        let filled = Command::new(this).arg("fill").arg(&state).arg(count.to_string()).status().expect("it starts");
        assert!(filled.success(), "the ledger cannot be filled");
    }
}

fn fill(state: &Path, count: usize) {
    const PAGE: usize = 100;
    let ledger: Arc<dyn Ledger> = Arc::new(SledLedger::open(state).expect("a ledger"));
    let frontier = Frontier::open(Arc::clone(&ledger)).expect("a queue");
    for page in 0..count.div_ceil(PAGE) {
        let items: Vec<Candidate> = (page * PAGE..(page + 1) * PAGE).map(candidate).collect();
        let mut batch = Batch::default();
        frontier.enqueue("known", &items, &mut batch).expect("the ledger reads");
        ledger.apply(&batch).expect("the ledger writes");
    }
    ledger.flush().expect("the ledger flushes");
}

fn candidate(n: usize) -> Candidate {
    let mixed = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let path = format!("/hoi-nghi-trien-khai-nhiem-vu-{mixed:06x}-cong-tac-{n}.html");
    Candidate {
        url: format!("http://127.0.0.1:9{path}"),
        key: CanonicalUrl(format!("127.0.0.1:9{path}")),
        list: "tin".to_owned(),
        via: "http://127.0.0.1:9/tin".to_owned(),
        title: format!("Hội nghị triển khai nhiệm vụ công tác số {n}"),
        listed: None,
        walk: "crawl http://127.0.0.1:9/tin".to_owned(),
        patient: false,
    }
}

fn luutru(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_luutru"));
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn start(folder: &Path, notify: &Path) -> Child {
    let log = fs::File::create(folder.join("log")).expect("a file");
    // As in the unit.
    luutru(folder)
        .args(["run"])
        .env("MIMALLOC_PURGE_DELAY", "0")
        .env("NOTIFY_SOCKET", notify)
        .stderr(log)
        .spawn()
        .expect("the program starts")
}

/// Hears what the daemon tells its manager, and passes on that it is ready.
fn hear(socket: UnixDatagram) -> Receiver<()> {
    let (ready, heard) = sync_channel(8);
    thread::spawn(move || {
        let mut bytes = [0; 4_096];
        while let Ok(length) = socket.recv(&mut bytes) {
            if bytes[..length].starts_with(b"READY=1") && ready.try_send(()).is_err() {
                return;
            }
        }
    });
    heard
}

fn await_ready(heard: &Receiver<()>) {
    heard.recv_timeout(Duration::from_mins(5)).expect("the daemon says that it is ready");
}

fn signal(daemon: &Child, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_child(daemon);
    rustix::process::kill_process(pid, signal).expect("it is there");
}
