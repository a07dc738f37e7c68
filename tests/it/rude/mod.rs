//! A hundred and more ways in which servers misbehave, each a site of its own in one crawl: every fault is counted for what
//! it is, costs nothing but itself, and never makes the crawl impolite, hang or write what cannot be read.

mod server;
mod table;

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{DONE, expect_exit, files, finish, luutru, said};
use crate::raw::list;
use crate::support::{PAGES_ALONE, free_port};
use server::{RudeServer, Step};
use table::{As, At, Fault, article, faults, good};

/// The pause between two requests to one server.
const DELAY: Duration = Duration::from_millis(30);
/// The longest back-off, and so the longest that a `Retry-After` is waited for.
const LONGEST: Duration = Duration::from_secs(2);

const CONFIG: &str = "concurrency = 64\n[limits]\nbody = \"512KiB\"\nconnect_timeout = \"1s\"\nidle_timeout = \"1s\"\n\
                      exchange_timeout = \"2s\"\n[backoff]\nfirst = \"100ms\"\nmax = \"2s\"\n";

/// A loopback address of its own for each server.
fn listener(n: usize) -> TcpListener {
    TcpListener::bind(format!("127.20.{}.{}:0", n / 200, 1 + n % 200)).unwrap()
}

fn start(n: usize, fault: &Fault) -> RudeServer {
    let mut plans = HashMap::from([
        ("/robots.txt".to_owned(), vec![good("User-agent: *\nDisallow: /cam\n")]),
        ("/tin-2?x=1".to_owned(), vec![good(&article(2))]),
        (
            "/vong".to_owned(),
            vec![vec![Step::Send(b"HTTP/1.1 302 X\r\nLocation: /tin-2\r\nContent-Length: 0\r\n\r\n".to_vec())]],
        ),
    ]);
    let items: Vec<String> = (1..=3).map(|n| format!("/tin-{n}")).collect();
    plans.insert("/list".to_owned(), vec![vec![Step::Send(list(items.iter()).response)]]);
    for (n, path) in items.into_iter().enumerate() {
        plans.insert(path, vec![good(&article(n + 1))]);
    }
    plans.insert(path_of(fault.at).to_owned(), fault.plan.clone());
    RudeServer::start(listener(n), plans)
}

fn path_of(at: At) -> &'static str {
    match at {
        At::Robots => "/robots.txt",
        At::List => "/list",
        At::Item => "/tin-2",
    }
}

/// Sites that cannot be talked to at all: the base, and what the report says.
fn dead_sites(first: usize) -> Vec<(&'static str, String, &'static str)> {
    let greets = |n: usize, greeting: Option<&'static [u8]>| -> SocketAddr {
        let listener = listener(first + n);
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.set_read_timeout(Some(Duration::from_secs(8)));
                std::thread::spawn(move || {
                    let mut bytes = [0; 1_024];
                    let _ = stream.read(&mut bytes);
                    match greeting {
                        Some(greeting) => drop(stream.write_all(greeting)),
                        // Silence, until the client goes.
                        None => while stream.read(&mut bytes).is_ok_and(|n| n > 0) {},
                    }
                });
            }
        });
        address
    };
    vec![
        ("a name that does not resolve", "http://khong-co.invalid/".to_owned(), "unreachable from here"),
        ("a port that is closed", format!("http://127.20.9.9:{}/", free_port()), "no connection to"),
        (
            "plain HTTP on the port of TLS",
            format!("https://{}/", greets(0, Some(b"HTTP/1.1 400 Bad Request\r\n\r\n"))),
            "no TLS on this port",
        ),
        ("silence in the handshake", format!("https://{}/", greets(1, None)), "no answer within"),
        ("a handshake that is closed", format!("https://{}/", greets(2, Some(b""))), "broken off in the handshake"),
        (
            "an alert for an answer",
            format!("https://{}/", greets(3, Some(b"\x15\x03\x01\x00\x02\x02\x46"))),
            "legacy TLS",
        ),
    ]
}

fn site(dir: &Path, id: &str, base: &str) {
    let rest = "item = \"li\"\nlink = \"a\"\npages = { kind = \"single\" }\n";
    let text = format!("id = \"{id}\"\nbase = \"{base}\"\n[[list]]\nid = \"list\"\nurl = \"/list\"\n{rest}");
    fs::write(dir.join(format!("sites/{id}.toml")), text).unwrap();
}

fn report(root: &Path, id: &str) -> Value {
    let found = files(&root.join("report").join(id));
    assert_eq!(found.len(), 1, "{id}: {found:?}");
    serde_json::from_slice(&fs::read(&found[0]).unwrap()).unwrap()
}

/// What is wrong with a report, for a fault that must be counted so.
fn miscounted(report: &Value, counted: As) -> Option<String> {
    let nothing = json!({});
    let cause = |cause: &str| json!({ cause: 1 });
    let (failed, not_article, archived) = match counted {
        As::Harmless => (nothing.clone(), nothing, 3),
        As::Failed(why) => (cause(why), nothing, 2),
        As::NotArticle(why) => (nothing, cause(why), 2),
        As::ListFailed(_) | As::Unreachable(_) => (nothing.clone(), nothing, 0),
    };
    let listed = if archived == 0 { 0 } else { 3 };
    let expected =
        json!({ "listed": listed, "archived": archived, "failed": failed, "not_article": not_article, "open": 0 });
    let seen: Value = expected.as_object().unwrap().keys().map(|key| (key.clone(), report[key].clone())).collect();
    let line = match counted {
        As::ListFailed(says) => (&report["lists"][0]["why"], Some(says)),
        As::Unreachable(says) => (&report["unreachable"], Some(says)),
        _ => (&report["unreachable"], None),
    };
    let said = match line {
        (line, Some(says)) => line.as_str().is_some_and(|line| line.contains(says)),
        (line, None) => line.is_null(),
    };
    (seen != expected || !said).then(|| format!("{seen} and {}, in place of {expected} and {:?}", line.0, line.1))
}

/// What a `Retry-After` in these steps asks for, as far as it is heeded.
fn asked_for(steps: &[Step]) -> Duration {
    let sent = steps.iter().find_map(|step| match step {
        Step::Send(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    });
    let value =
        sent.as_deref().and_then(|text| text.split("Retry-After: ").nth(1)?.split("\r\n").next().map(str::to_owned));
    match value.as_deref().map(|value| (value.parse::<u64>(), value)) {
        Some((Ok(seconds), _)) => Duration::from_secs(seconds).min(LONGEST),
        // The date that is still to come is a minute away.
        Some((Err(_), date)) if date.ends_with("GMT") && !date.contains(" 2020 ") => LONGEST,
        _ => DELAY,
    }
}

/// Where the server was asked too soon, or while it was busy.
fn impolite(server: &RudeServer, fault: &Fault) -> Vec<String> {
    let visits = server.visits();
    let mut turn = 0;
    let mut out = Vec::new();
    for pair in visits.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        let mut least = DELAY;
        if before.path == path_of(fault.at) {
            least = least.max(asked_for(&fault.plan[turn.min(fault.plan.len() - 1)]));
            turn += 1;
        }
        let gap = after.begun.saturating_duration_since(before.done);
        if gap < least {
            out.push(format!("{} {gap:?} after {}, in place of {least:?}", after.path, before.path));
        }
    }
    out
}

#[test]
fn every_fault_is_counted_costs_itself_alone_and_is_met_politely() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("archive");
    fs::create_dir_all(dir.path().join("sites")).unwrap();
    fs::write(dir.path().join("luutru.toml"), CONFIG).unwrap();
    let faults = faults();
    let names: BTreeSet<&str> = faults.iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), faults.len(), "a name twice");
    let servers: Vec<RudeServer> = faults.iter().enumerate().map(|(n, fault)| start(n, fault)).collect();
    for (n, server) in servers.iter().enumerate() {
        site(dir.path(), &format!("f{n:03}"), &format!("http://{}/", server.address));
    }
    let dead = dead_sites(faults.len());
    assert!(faults.len() + dead.len() >= 100, "{}", faults.len());
    for (n, (_, base, _)) in dead.iter().enumerate() {
        site(dir.path(), &format!("d{n:03}"), base);
    }
    let mut command = luutru(&root, "backfill");
    command.arg("--config").arg(dir.path().join("luutru.toml"));
    command.args(["--allow-net", "127.0.0.0/8", "--delay", "30ms"]).args(PAGES_ALONE);
    let begun = Instant::now();
    let output = finish(command);
    let took = begun.elapsed();
    expect_exit(&output, 1);
    assert!(!said(&output).contains("panicked"), "{}", said(&output));
    let mut wrong = Vec::new();
    for (n, (fault, server)) in faults.iter().zip(&servers).enumerate() {
        let report = report(&root, &format!("f{n:03}"));
        wrong.extend(miscounted(&report, fault.counted).map(|what| format!("{}: {what}", fault.name)));
        wrong.extend(impolite(server, fault).into_iter().map(|what| format!("{}: {what}", fault.name)));
        if let As::Unreachable(_) = fault.counted
            && let Some(visit) = server.visits().iter().find(|visit| visit.path != "/robots.txt")
        {
            wrong.push(format!("{}: {} was asked for without rules", fault.name, visit.path));
        }
    }
    for (n, (name, _, says)) in dead.iter().enumerate() {
        let report = report(&root, &format!("d{n:03}"));
        wrong.extend(miscounted(&report, As::Unreachable(says)).map(|what| format!("{name}: {what}")));
    }
    assert!(wrong.is_empty(), "{} of {} in {took:?}:\n{}", wrong.len(), faults.len() + dead.len(), wrong.join("\n"));
    // What nobody asked for is in no text.
    for text in files(&root.join("text")) {
        let text = fs::read_to_string(text).unwrap();
        assert!(!text.contains("Tin số 7") && !text.contains("Tin số 9"), "{text}");
    }
    expect_exit(&finish(luutru(&root, "verify")), DONE);
}
