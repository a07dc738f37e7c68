//! `luutru audit politeness` beside the portals' own request logs: the files alone tell what the servers saw.

#![allow(clippy::print_stdout, reason = "what was measured, for whoever asks with --nocapture")]

use std::fs;

use luutru::archive::warc::WarcReader;
use luutru_portal::{Fault, FaultRule, Portal, PortalSpec, Request};
use serde_json::Value;

use crate::support::{Ran, Stage, files_below};

/// A client sees a request begin before its server does, and a response end after it: so much apart at most.
const APART_MS: f64 = 60.0;

fn words<'a>(found: &'a [Value], kind: &str) -> Vec<&'a Value> {
    found.iter().filter(|word| word["kind"] == kind).collect()
}

fn audit(stage: &Stage, words: &[&str]) -> Ran {
    let all = [&["audit", "politeness", "--json"], words].concat();
    stage.run(&all)
}

/// Closest gap between requests of several portals on one address, in milliseconds.
fn closest(mut requests: Vec<Request>) -> f64 {
    requests.sort_by_key(|request| request.start);
    let gaps = requests.windows(2).map(|pair| pair[1].start.saturating_sub(pair[0].end));
    gaps.min().unwrap().as_secs_f64() * 1_000.0
}

#[test]
fn a_clean_crawl_is_proven_and_the_numbers_are_the_servers_own() {
    let spec = |id: &str, seed| PortalSpec::nukeviet(id, seed).articles(6).page_size(4);
    let vnpt = PortalSpec::vnpt("three", 93).articles(4).robots("User-agent: *\nCrawl-delay: 0.2\nDisallow: /admin\n");
    let stage =
        Stage::at(vec![spec("one", 91), spec("two", 92), vnpt], &["127.0.0.9:0", "127.0.0.9:0", "127.0.0.10:0"]);
    stage.site_files("");
    for portal in stage.portals() {
        portal.misbehave_with(FaultRule { times: Some(2), fault: Fault::Slow { delay_ms: 30 }, prefix: None });
    }
    stage.crawl(&["backfill", "--delay", "80ms", "--requisites", "same-site"]).ended(0);
    // No ledger, no index, no configuration: the files alone.
    for name in ["state", "index", "catalog", "text", "report"] {
        fs::remove_dir_all(stage.root().join(name)).unwrap();
    }
    let found = audit(&stage, &[]).ended(0).objects();
    assert!(words(&found, "breach").is_empty() && words(&found, "unreadable").is_empty(), "{found:#?}");
    let servers = words(&found, "server");
    assert_eq!(servers.len(), 2, "{found:#?}");
    let logs = [[2].as_slice(), &[0, 1]]
        .map(|portals| -> Vec<Request> { portals.iter().flat_map(|at| stage.portal(*at).requests()).collect() });
    for (server, log) in servers.iter().zip(logs) {
        assert_eq!(server["captures"].as_u64().unwrap(), log.len() as u64, "{server}");
        let robots = log.iter().filter(|request| request.path == "/robots.txt").count();
        assert_eq!(server["robots_txt"], robots, "{server}");
        assert_eq!(server["allowed"].as_u64().unwrap() + robots as u64, log.len() as u64, "{server}");
        let (told, seen) = (server["closest_gap_ms"].as_f64().unwrap(), closest(log));
        println!("{}: closest gap {told:.3} ms by the files, {seen:.3} ms by the server", server["server"]);
        assert!(told >= 78.0 && told <= seen + 2.0 && seen - told < APART_MS, "{told} {seen}");
        assert_eq!(server["promised_least_ms"], 80.0, "{server}");
    }
    assert_eq!(servers[0]["server"], "127.0.0.10");
    assert_eq!(servers[0]["promised_most_ms"], 200.0, "the Crawl-delay: {}", servers[0]);
    let total = words(&found, "total")[0];
    assert_eq!((total["breaches"].as_u64(), total["servers"].as_u64()), (Some(0), Some(2)));
}

/// A configuration of today that promises more changes nothing: what counts was in force at the time.
#[test]
fn a_portal_that_asks_for_a_pause_gets_it_and_the_files_say_so() {
    let stage = Stage::new(vec![PortalSpec::nukeviet("one", 94).articles(5).page_size(20)]);
    stage.site_files("");
    let portal = stage.portal(0);
    let path = |portal: &Portal, at: usize| portal.gold()[at].url[portal.base().len()..].to_owned();
    let once = |path: String, fault| FaultRule { fault, prefix: Some(path), times: Some(1) };
    portal.misbehave_with(once(path(portal, 0), Fault::RetryAfter { status: 503, seconds: 1 }));
    portal.misbehave_with(once(path(portal, 1), Fault::RedirectTo("/vi/".to_owned())));
    stage.crawl(&["backfill", "--delay", "20ms"]);
    stage.config("delay = \"1h\"\n");
    let found = audit(&stage, &["--site", "one"]).ended(0).objects();
    let server = words(&found, "server")[0];
    assert_eq!(server["retry_after"], 1, "{server}");
    assert_eq!(server["captures"].as_u64().unwrap(), portal.requests().len() as u64, "{server}");
    assert!(portal.requests().iter().any(|request| request.status == 302));
    let ran = stage.run(&["audit", "politeness"]).ended(0);
    assert!(ran.stdout.contains("polite") && ran.stdout.contains("127.0.0.1"), "{}", ran.stdout);
    println!("{}", ran.stdout);
    stage.run(&["audit", "politeness", "--site", "nobody"]).ended(2).says(&["no WARC file", "nobody"]);
    stage.run(&["audit", "politeness", "--from", "2026-02-02", "--to", "2026-02-01"]).ended(2);
}

#[test]
fn what_cannot_be_read_is_named_and_no_archive_is_a_usage_error() {
    let stage = Stage::new(vec![PortalSpec::nukeviet("one", 95).articles(3).page_size(20)]);
    stage.site_files("");
    stage.run(&["audit", "politeness"]).ended(2).says(&["no warc/ folder"]);
    stage.crawl(&["backfill"]).ended(0);
    audit(&stage, &[]).ended(0);
    let files = files_below(&stage.root().join("warc"));
    let file = files.iter().find(|file| !file.to_string_lossy().contains("-text-")).unwrap();
    let bytes = fs::read(file).unwrap();
    fs::write(file, &bytes[..bytes.len() - 10]).unwrap();
    let found = audit(&stage, &[]).ended(4).objects();
    let named = words(&found, "unreadable");
    assert_eq!(named.len(), 1, "{found:#?}");
    assert!(file.ends_with(named[0]["file"].as_str().unwrap()), "{found:#?}");
    stage.run(&["audit", "politeness"]).ended(4).says(&["UNREADABLE", named[0]["file"].as_str().unwrap()]);
}

/// Files that do not say what was promised are held to what whoever asks says: three seconds, where 300 ms were kept.
#[test]
fn a_breach_ends_with_its_own_exit_code() {
    let stage = Stage::new(vec![PortalSpec::nukeviet("one", 96).articles(3).page_size(20)]);
    stage.site_files("");
    stage.crawl(&["backfill", "--delay", "300ms", "--max-articles", "1"]).ended(0);
    audit(&stage, &[]).ended(0);
    let old = strip(&stage);
    let total = audit(&stage, &[]).ended(0).objects().pop().unwrap();
    assert_eq!(total["without_promise"].as_u64().unwrap(), old as u64, "{total}");
    let found = audit(&stage, &["--delay", "3s"]).ended(1).objects();
    let breaches = words(&found, "breach");
    assert_eq!(breaches.len(), old - 1, "{found:#?}");
    assert!(breaches.iter().all(|breach| breach["breach"] == "short-gap"), "{found:#?}");
    let ran = stage.run(&["audit", "politeness", "--delay", "3s"]).ended(1);
    assert!(ran.stdout.lines().any(|line| line.starts_with("BREACH ") && line.contains("the delay is 3.000 s")));
}

/// Takes the lines on the pace out of every metadata record, as files of earlier versions are; how many there were.
fn strip(stage: &Stage) -> usize {
    use std::io::Write as _;
    let mut count = 0;
    for file in files_below(&stage.root().join("warc")) {
        let bytes = fs::read(&file).unwrap();
        let mut reader = WarcReader::open(&file, 0).unwrap();
        let mut out = Vec::new();
        while let Some(record) = reader.next_record(0).unwrap() {
            let start = usize::try_from(record.offset).unwrap();
            let member = &bytes[start..start + usize::try_from(record.length).unwrap()];
            let mut text = vec![0; 1 << 20];
            let length = libdeflater::Decompressor::new().gzip_decompress(member, &mut text).unwrap();
            text.truncate(length);
            let Some(line) = memchr::memmem::find(&text, b"luutru-pace-ms: ") else {
                out.extend_from_slice(member);
                continue;
            };
            // Another name of the same length, so that nothing else changes; digests are not this command's matter.
            text[line..line + 6].copy_from_slice(b"former");
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(&text).unwrap();
            out.extend(packed.finish().unwrap());
            count += 1;
        }
        fs::write(&file, out).unwrap();
    }
    count
}
