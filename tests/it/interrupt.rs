//! Ctrl-C: the first finishes what is under way, the second quits at once, and the same command goes on.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use luutru_portal::{Fault, PortalSpec};

use crate::support::{Asked, Stage, accounted};

const SECOND: Duration = Duration::from_secs(1);

fn slow(delay_ms: u64) -> Stage {
    let stage = Stage::new(vec![PortalSpec::nukeviet("one", 81).articles(24).page_size(6)]);
    stage.site_files("");
    stage.portal(0).misbehave(Fault::Slow { delay_ms });
    stage
}

#[test]
fn an_interrupted_backfill_goes_on_without_fetching_anything_twice() {
    let stage = slow(40);
    let portal = stage.portal(0);
    let mut run = stage.begin(&["backfill"]);
    run.until("an article", |_| Asked::of(portal, 0).articles.len() >= 3);
    run.interrupt();
    let at = Instant::now();
    let ran = run.wait(5 * SECOND).ended(6);
    assert!(at.elapsed() < 2 * SECOND, "{:?}", at.elapsed());
    ran.says(&["stopping"]).says(&["run the same command again"]);
    let held = stage.articles().len();
    assert!((1..20).contains(&held), "{held}");
    let report = stage.report("one");
    assert_eq!(report["listed"].as_u64().unwrap(), accounted(&report), "{report}");
    assert!(report["open"].as_u64().unwrap() > 0, "{report}");
    stage.verify();
    // What was answered is archived: nothing is asked for a second time.
    portal.heal();
    let ran = stage.crawl(&["backfill"]).ended(0);
    assert!(!ran.stderr.contains("read back in"), "an orderly end leaves nothing to recover: {}", ran.stderr);
    let mut seen = HashSet::new();
    for request in portal.requests() {
        assert!(seen.insert(request.path.clone()), "twice: {}", request.path);
    }
    assert_eq!(stage.articles().len(), portal.gold().iter().filter(|gold| gold.same_as.is_none()).count());
    stage.verify();
}

#[test]
fn a_second_interrupt_quits_at_once() {
    let stage = slow(30_000);
    let portal = stage.portal(0);
    let mut run = stage.begin(&["backfill"]);
    run.until("a request is under way", |_| portal.requests().iter().any(|request| request.path != "/robots.txt"));
    run.interrupt();
    run.until("it says that it stops", |run| run.said().contains("stopping"));
    run.interrupt();
    let at = Instant::now();
    let ran = run.wait(5 * SECOND).ended(6);
    assert!(at.elapsed() < SECOND, "{:?}", at.elapsed());
    ran.says(&["fetched again by the same command"]);
    portal.heal();
    stage.crawl(&["backfill"]).ended(0);
    assert_eq!(stage.articles().len(), portal.gold().iter().filter(|gold| gold.same_as.is_none()).count());
    stage.verify();
}

#[test]
fn an_interrupt_does_not_sit_out_a_pause() {
    let stage = slow(1);
    let portal = stage.portal(0);
    // A long pause before the second request, and one that the server asks for.
    let mut run = stage.begin(&["backfill", "--delay", "10min"]);
    run.until("robots.txt is answered", |_| portal.requests().iter().any(|request| request.done));
    run.interrupt();
    let ran = run.wait(3 * SECOND).ended(6);
    ran.says(&["run the same command again"]);
    stage.verify();
}

#[test]
fn a_pause_longer_than_a_person_waits_ends_the_run_and_the_next() {
    let stage = slow(1);
    let portal = stage.portal(0);
    portal.misbehave(Fault::RetryAfter { status: 429, seconds: 7_200 });
    let line = ["one: ", "paused for 7", "s: ", "Retry-After"];
    stage.crawl(&["backfill"]).ended(1).says(&line);
    let before = portal.requests().len();
    stage.crawl(&["backfill"]).ended(1).says(&line);
    assert_eq!(portal.requests().len(), before);
    // Another list of the same server does not get round it.
    let other = format!("{}/khac", portal.base());
    stage.crawl(&["backfill", &other]).ended(1).says(&["paused for 7"]);
    assert_eq!(portal.requests().len(), before);
}

#[test]
fn a_pause_that_an_earlier_run_began_is_said_and_can_be_interrupted() {
    let stage = Stage::new(vec![PortalSpec::nukeviet("one", 82).articles(12)]);
    stage.site_files("");
    let portal = stage.portal(0);
    portal.misbehave(Fault::RetryAfter { status: 503, seconds: 600 });
    let mut run = stage.begin(&["backfill"]);
    run.until("it says why it waits", |run| run.said().contains("paused for"));
    run.interrupt();
    run.wait(3 * SECOND).ended(6);
    let before = portal.requests().len();
    let mut again = stage.begin(&["backfill"]);
    again.until("it says why it waits", |run| run.said().contains("one: ") && run.said().contains("paused for"));
    again.interrupt();
    again.wait(3 * SECOND).ended(6);
    assert_eq!(portal.requests().len(), before, "the pause holds over restarts");
}
