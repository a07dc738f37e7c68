//! The power goes at any moment: SIGKILL during a backfill, again and again, on the same root.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use luutru_portal::{Gold, PortalSpec};
use serde_json::Value;

use crate::harness::{
    DONE, Dice, Town, assert_complete, assert_readable, backfill, complete, ended_within, expect_exit, finish,
    kill_after_requests, wait,
};
use crate::support::{Stage, files_below};

/// Items that may be between request and acknowledgement when the kill comes.
const IN_FLIGHT: usize = 48;
/// Articles of each portal.
const ARTICLES: usize = 120;

fn kills() -> u32 {
    std::env::var("LUUTRU_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(25)
}

fn seed() -> u64 {
    let given = std::env::var("LUUTRU_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| u64::from(std::process::id()).wrapping_mul(0x9e37_79b9))
}

/// Kills at random moments until the run completes or `most` kills were made; gives the kills made, and the longest
/// time from a start to its first request.
fn torment(root: &Path, town: &Town, delay: &str, most: u32, dice: &mut Dice) -> (u32, Duration) {
    let mut made = 0;
    let mut slowest = Duration::ZERO;
    while made < most {
        let (mut child, took) = start(root, town, delay, Duration::from_millis(5 + dice.below(396)));
        slowest = slowest.max(took.unwrap_or_default());
        if child.try_wait().unwrap().is_some() {
            expect_exit(&wait(child), DONE);
            break;
        }
        child.kill().unwrap();
        wait(child);
        made += 1;
        assert_readable(root);
    }
    (made, slowest)
}

/// Starts a run and lets it work for `time`; gives the time to its first request, if it came to one.
fn start(root: &Path, town: &Town, delay: &str, time: Duration) -> (Child, Option<Duration>) {
    let before = town.requests();
    let begun = Instant::now();
    let mut child = backfill(root, town, delay).spawn().unwrap();
    let mut first = None;
    while begun.elapsed() < time && !ended_within(&mut child, Duration::from_millis(1)) {
        if first.is_none() && town.requests() > before {
            first = Some(begun.elapsed());
        }
    }
    (child, first)
}

#[test]
fn killed_at_any_moment_nothing_is_lost_and_nothing_is_double() {
    let seed = seed();
    let mut dice = Dice(seed);
    let mut left = kills();
    while left > 0 {
        println!("LUUTRU_SEED={seed}, {left} kills to go");
        let town = Town::of_two(7, ARTICLES);
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("archive");
        let (made, slowest) = torment(&root, &town, "5ms", left, &mut dice);
        complete(&root, &town);
        assert!(made > 0, "the backfill is too short to be killed");
        left -= made;
        assert!(slowest < Duration::from_secs(2), "a start took {slowest:?}");
        assert_complete(&root, &town);
        let asked = town.article_requests();
        let again: usize = asked.values().map(|count| count - 1).sum();
        assert!(again <= made as usize * IN_FLIGHT, "{again} pages were asked for again after {made} kills");
        println!("{made} kills: {again} of {} pages asked for again; slowest start {slowest:?}", asked.len());
    }
}

#[test]
fn the_delay_is_kept_across_kills() {
    const DELAY: Duration = Duration::from_millis(100);
    let seed = seed();
    println!("LUUTRU_SEED={seed}");
    let mut dice = Dice(seed);
    let town = Town::of_two(9, 8);
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("archive");
    for _ in 0..4 {
        // A kill before the first request would tell nothing.
        let requests = 1 + usize::try_from(dice.below(4)).unwrap();
        kill_after_requests(&mut backfill(&root, &town, "100ms"), &town, requests);
    }
    let output = finish(backfill(&root, &town, "100ms"));
    expect_exit(&output, DONE);
    assert_complete(&root, &town);
    // After an end without a crash the next start keeps the delay as well.
    let mut again = backfill(&root, &town, "100ms");
    again.arg("--again");
    expect_exit(&finish(again), DONE);
    for portal in town.portals() {
        let requests = portal.requests();
        assert!(requests.len() > 10, "{}", requests.len());
        for pair in requests.windows(2) {
            let gap = pair[1].start.saturating_sub(pair[0].start);
            assert!(gap >= DELAY, "{gap:?} between {} and {}", pair[0].path, pair[1].path);
        }
    }
}

/// Kills a crawling command at random moments until it completes, `most` times at most; then lets it complete.
fn torment_stage(stage: &Stage, words: &[&str], most: u32, dice: &mut Dice) -> u32 {
    let mut made = 0;
    while made < most {
        let mut run = stage.begin(words);
        let until = Instant::now() + Duration::from_millis(40 + dice.below(400));
        while Instant::now() < until && run.is_alive() {
            std::thread::sleep(Duration::from_millis(1));
        }
        if !run.is_alive() {
            run.wait(Duration::from_secs(1)).ended(0);
            break;
        }
        // Dropped, it is killed.
        drop(run);
        assert_readable(&stage.root());
        made += 1;
    }
    stage.crawl(words).ended(0);
    stage.verify();
    made
}

/// The records of all versions, by address.
fn versions(stage: &Stage) -> BTreeMap<String, Vec<Value>> {
    let mut out: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for record in stage.run(&["articles", "--versions", "--json"]).ended(0).objects() {
        for place in record["locations"].as_array().unwrap() {
            out.entry(place.as_str().unwrap().to_owned()).or_default().push(record.clone());
        }
    }
    out
}

#[test]
fn killed_while_articles_change_no_version_is_lost_and_none_is_double() {
    let seed = seed();
    println!("LUUTRU_SEED={seed}");
    let mut dice = Dice(seed);
    let specs = vec![PortalSpec::vnpt("mot", 21).articles(60), PortalSpec::nukeviet("hai", 22).articles(60)];
    let stage = Stage::new(specs);
    stage.site_files("");
    stage.crawl(&["backfill"]).ended(0);
    let mut edited: Vec<Gold> = Vec::new();
    for portal in stage.portals() {
        let golds = portal.gold();
        let shared =
            |gold: &Gold| gold.same_as.is_some() || golds.iter().any(|g| g.title == gold.title && g.id != gold.id);
        let plain: Vec<&Gold> = golds.iter().filter(|gold| !shared(gold) && !gold.static_twin).take(25).collect();
        edited.extend(plain.into_iter().map(|gold| portal.edit(&gold.id).unwrap()));
    }
    let made = torment_stage(&stage, &["crawl", "--recheck", "--delay", "3ms"], kills().div_ceil(3), &mut dice);
    assert!(made > 0, "the visits are too quick to be killed");
    let all = versions(&stage);
    for gold in &edited {
        let of = &all[&gold.url];
        let latest = of.iter().max_by_key(|record| record["version"].as_u64()).unwrap();
        let text = std::fs::read_to_string(stage.root().join(latest["text_path"].as_str().unwrap())).unwrap();
        assert_eq!(text, gold.text, "{}", gold.url);
        let numbers: Vec<u64> = of.iter().map(|record| record["version"].as_u64().unwrap()).collect();
        assert_eq!(numbers, [1, 2], "{}: {of:#?}", gold.url);
    }
    let texts = files_below(&stage.root().join("text"));
    assert!(texts.iter().all(|path| !path.to_string_lossy().ends_with(".tmp")), "{texts:#?}");
}

#[test]
fn killed_while_whole_pages_are_archived_each_part_is_there_once() {
    let seed = seed();
    println!("LUUTRU_SEED={seed}");
    let mut dice = Dice(seed);
    let specs = vec![PortalSpec::vnpt("mot", 31).articles(30), PortalSpec::nukeviet("hai", 32).articles(30)];
    let (torn, whole) = (Stage::new(specs.clone()), Stage::new(specs));
    let words = ["backfill", "--requisites", "all", "--attachments", "yes", "--delay", "3ms"];
    for stage in [&torn, &whole] {
        stage.site_files("");
    }
    whole.crawl(&words).ended(0);
    let made = torment_stage(&torn, &words, kills().div_ceil(3), &mut dice);
    assert!(made > 0, "the backfill is too short to be killed");
    assert_eq!(torn.parts(), whole.parts());
}
