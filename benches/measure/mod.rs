//! CPU time and memory of a process, as Linux counts them; tables; look-alike portals in a process of their own.

#![allow(dead_code, clippy::cast_precision_loss, reason = "each bench uses a part of it; figures need no more digits")]

pub mod wire;

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use luutru_portal::{Family, PortalSpec};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// What a process cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// User and system time.
    pub cpu: Duration,
    /// System time alone.
    pub system: Duration,
    /// By the clock on the wall.
    pub wall: Duration,
    /// Largest resident set, in bytes.
    pub peak_rss: u64,
}

/// Clock ticks a second in `/proc/<pid>/stat`: fixed at 100 for user space.
const TICKS: u64 = 100;

/// User and system time of a process, its threads included, in ticks of 10 ms.
fn times(pid: u32) -> Option<(Duration, Duration)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold blanks.
    let fields: Vec<&str> = stat[stat.rfind(')')? + 2..].split(' ').collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    let time = |ticks: u64| Duration::from_millis(ticks * 1000 / TICKS);
    Some((time(ticks(11)?), time(ticks(12)?)))
}

/// User and system time of this process.
pub fn cpu() -> Duration {
    times(std::process::id()).map(|(user, system)| user + system).unwrap_or_default()
}

/// User and system time of a process, its threads included.
pub fn cpu_of(pid: u32) -> Duration {
    times(pid).map(|(user, system)| user + system).unwrap_or_default()
}

/// A line of `/proc/<pid>/status`, in bytes.
pub fn memory(pid: u32, line: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let value = status.lines().find_map(|l| l.strip_prefix(line)?.strip_prefix(':'))?;
    Some(value.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}

/// Runs a command to its end and says what it cost; its standard output comes with it.
///
/// The times are read between its end and its burial, so that nothing else is counted. The peak is the kernel's own
/// high-water mark, looked at every 5 ms.
pub fn run(command: &mut Command) -> (Cost, String) {
    run_to(&[0], command)
}

/// The same for a command that may end with any of these codes.
pub fn run_to(codes: &[i32], command: &mut Command) -> (Cost, String) {
    let started = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    let output = child.stdout.take().expect("its output is piped");
    let reader = thread::spawn(move || std::io::read_to_string(output).unwrap_or_default());
    let mut cost = Cost::default();
    let pid = Pid::from_child(&child);
    let ended = || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        waitid(WaitId::Pid(pid), options).expect("a child can be waited for").is_some()
    };
    while !ended() {
        cost.peak_rss = cost.peak_rss.max(memory(child.id(), "VmHWM").unwrap_or(0));
        thread::sleep(Duration::from_millis(5));
    }
    cost.wall = started.elapsed();
    let (user, system) = times(child.id()).expect("a process that ended is still listed");
    (cost.cpu, cost.system) = (user + system, system);
    let status = child.wait().expect("a child can be waited for");
    assert!(status.code().is_some_and(|code| codes.contains(&code)), "{command:?} ended with {status}");
    (cost, reader.join().unwrap_or_default())
}

/// Bytes of all files below `folder` whose path holds `part`.
pub fn bytes_below(folder: &Path, part: &str) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .filter_map(Result::ok)
        .map(|entry| {
            let path = entry.path();
            match entry.metadata() {
                Ok(meta) if meta.is_dir() => bytes_below(&path, part),
                Ok(meta) if path.to_string_lossy().contains(part) => meta.len(),
                _ => 0,
            }
        })
        .sum()
}

/// A table with right-aligned columns.
pub fn table(head: &[&str], rows: &[Vec<String>]) {
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).chain([head[at].chars().count()]).max();
    let line = |cells: Vec<&str>| {
        let cells: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(at, cell)| format!("{cell:>width$}", width = width(at).unwrap_or(0)))
            .collect();
        println!("{}", cells.join("  "));
    };
    line(head.to_vec());
    for row in rows {
        line(row.iter().map(String::as_str).collect());
    }
    println!();
}

/// A number with thousands apart.
pub fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// Bytes in MB (10⁶).
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

/// A number from the environment, or the default.
pub fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// The look-alike portals of all benches: half VNPT, half NukeViet.
pub fn specs(articles: usize, gzip: bool) -> Vec<PortalSpec> {
    let sized = |spec: PortalSpec| spec.articles(articles / 2).gzip(gzip);
    vec![sized(PortalSpec::vnpt("vnpt", 1)), sized(PortalSpec::nukeviet("nukeviet", 2))]
}

/// Serves portals until standard input ends; one line a portal says what a site file must know.
pub fn serve(articles: usize, gzip: bool) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let portals = luutru_portal::start(specs(articles, gzip), &[]).await.expect("free ports");
        let mut out = std::io::stdout().lock();
        for portal in portals.portals() {
            let family = if portal.spec().family == Family::Vnpt { "vnpt" } else { "nukeviet" };
            let (id, base) = (&portal.spec().id, portal.base());
            let mut site = format!("id = \"{id}\"\nbase = \"{base}/\"\nfamily = \"{family}\"\nverified = \"never\"\n");
            for list in portal.lists() {
                let _ = write!(
                    site,
                    "[[list]]\nid = \"{}\"\nurl = \"{}\"\nsection = \"{}\"\n",
                    list.id, list.url, list.section
                );
            }
            writeln!(out, "{}", serde_json::json!({ "id": id, "site": site })).expect("someone reads");
        }
        writeln!(out).and_then(|()| out.flush()).expect("someone reads");
        drop(out);
        let _ = tokio::task::spawn_blocking(|| std::io::read_to_string(std::io::stdin())).await;
    });
}

/// Portals in a process of their own, which ends with this value.
pub struct Portals {
    child: Child,
}

impl Portals {
    /// Starts them by running this bench once more, and writes a configuration for them into `folder`.
    pub fn start(folder: &Path, articles: usize, gzip: bool) -> (Self, PathBuf) {
        let this = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(this)
            .args(["portals", &articles.to_string(), &gzip.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts once more");
        let sites = folder.join("sites");
        fs::create_dir_all(&sites).expect("a folder");
        let lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
            let portal: serde_json::Value = serde_json::from_str(&line).expect("an object a line");
            let name = format!("{}.toml", portal["id"].as_str().expect("an id"));
            fs::write(sites.join(name), portal["site"].as_str().expect("a site file")).expect("a file");
        }
        let config = folder.join("luutru.toml");
        fs::write(&config, "root = \"archive\"\nallow_net = [\"127.0.0.0/8\"]\n").expect("a file");
        (Self { child }, config)
    }
}

impl Drop for Portals {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Whether this process is the one that serves the portals; then it is done when this returns.
pub fn served() -> bool {
    let args: Vec<String> = std::env::args().collect();
    if args.get(1).map(String::as_str) != Some("portals") {
        return false;
    }
    serve(args[2].parse().expect("a number"), args[3] == "true");
    true
}
