//! What a list page does to its walk: items into the queue, the next page, the account.

use super::coverage::Fate;
use super::frontier::{Candidate, Known};
use super::places::{self, Seen};
use super::rows::{UrlState, WalkKind, encode};
use super::run::{Run, SiteRun, Walk};
use crate::ledger::{Batch, Key, LedgerError};
use crate::model::{CanonicalUrl, PageRequest};
use crate::portal::{self, Cursor, ListReading, Step, StopReason, Told, Window};

/// Failures in a row after which a list is left for this run.
const LIST_FAILURES: u8 = 3;
/// Items remembered so that one that a page shift shows twice is counted once.
pub const RECENT: usize = 2_048;

/// Takes in a list page that was read. Everything it changes goes into one batch; gives the known articles that it
/// names at further addresses.
pub fn take_in(
    run: &Run,
    site: &SiteRun,
    walk_id: &str,
    request: &PageRequest,
    reading: &ListReading,
    batch: &mut Batch,
) -> Result<Vec<Seen>, LedgerError> {
    let mut walks = site.walks();
    let Some(walk) = walks.iter_mut().find(|walk| walk.id == walk_id) else {
        return Ok(Vec::new());
    };
    if let Some(family) = reading.family {
        site.note_family(family);
    }
    // What is only looked at is listed when the walk comes to it.
    let candidates = if walk.machine.only_looks() { Vec::new() } else { wanted(site, walk, request, reading) };
    let family = reading.family.or(site.site.family.as_deref());
    let known = run.frontier.enqueue(site.id(), &candidates, batch)?;
    let seen = places::fold(&run.frontier, &*run.ledger, site.id(), (&candidates, &known), family, batch)?;
    account(run, site, walk, &candidates, &known)?;
    let unheld = known.iter().filter(|known| matches!(known, Known::New | Known::Queued)).count();
    let queued = known.iter().filter(|known| **known == Known::New).count();
    site.stats.queued.add(queued as u64);
    site.stats.list_pages.add(1);
    // An earlier crawl was cut off: what it left unread lies up to there, whatever the pages before hold.
    let owed = walk.row.pages + 1 < walk.row.owed_pages;
    let told = Told {
        unheld: if owed { unheld.max(1) } else { unheld },
        new: queued,
        most: run.max_pages,
        page: &pages_of(site, walk),
    };
    let step = walk.machine.turn(request.number, reading, &told);
    follow(walk, step);
    settle(run, site, walk, batch);
    Ok(seen)
}

/// The items of a page that the walk is about; the others are counted.
fn wanted(site: &SiteRun, walk: &mut Walk, request: &PageRequest, reading: &ListReading) -> Vec<Candidate> {
    let window = window_of(walk.row.kind);
    let mut candidates = Vec::with_capacity(reading.items.len());
    for item in &reading.items {
        let key = CanonicalUrl(portal::article_key(&item.url, reading.family.or(site.site.family.as_deref())));
        if !window.admits(item) {
            walk.coverage.outside += u64::from(walk.recent.insert(key));
            continue;
        }
        candidates.extend(std::iter::once(&item.url).chain(&item.also).map(|url| Candidate {
            url: url.to_string(),
            key: key.clone(),
            list: walk.row.list.clone(),
            via: request.url.to_string(),
            title: item.title.clone(),
            listed: item.date,
            walk: walk.id.clone(),
            patient: walk.patient,
        }));
    }
    candidates
}

/// The request for a page of the walk's list by its number.
fn pages_of<'a>(site: &'a SiteRun, walk: &Walk) -> impl Fn(u32, &Cursor) -> Option<PageRequest> + use<'a> {
    let reader = site.list_readers.get(&walk.row.list);
    move |number, cursor| reader?.page(number, cursor)
}

fn follow(walk: &mut Walk, step: Step) {
    walk.row.pages += 1;
    match step {
        Step::Continue(next) => walk.row.next = Some(next),
        Step::Stop(reason) => end(walk, &reason),
    }
    walk.row.cursor = serde_json::to_string(walk.machine.cursor()).unwrap_or_default();
    walk.failures = 0;
}

/// Where the walk goes when the page under way proves not to be there. `None` when that is no answer to what it asked.
fn instead(run: &Run, site: &SiteRun, walk: &mut Walk) -> Option<Step> {
    let number = walk.row.next.as_ref()?.number;
    let told = Told { unheld: 0, new: 0, most: run.max_pages, page: &pages_of(site, walk) };
    walk.machine.missed(number, &told)
}

/// A page past the end led back to the first.
pub fn reached_end(run: &Run, site: &SiteRun, walk_id: &str, batch: &mut Batch) {
    let mut walks = site.walks();
    if let Some(walk) = walks.iter_mut().find(|walk| walk.id == walk_id) {
        match instead(run, site, walk) {
            Some(step) => follow(walk, step),
            None => end(walk, &StopReason::SentBack),
        }
        settle(run, site, walk, batch);
    }
}

/// A page could not be read. The walk keeps its place: a later run asks for it again.
pub fn failed(run: &Run, site: &SiteRun, walk_id: &str, cause: &str, retryable: bool, batch: &mut Batch) {
    let mut walks = site.walks();
    if let Some(walk) = walks.iter_mut().find(|walk| walk.id == walk_id) {
        walk.failures += 1;
        if !retryable || walk.failures >= LIST_FAILURES {
            match if says_no_page(cause) { instead(run, site, walk) } else { None } {
                Some(step) => follow(walk, step),
                None => walk.given_up = Some(cause.to_owned()),
            }
        }
        settle(run, site, walk, batch);
    }
}

/// A page was not asked for after all; nothing has changed.
pub fn postponed(site: &SiteRun, walk_id: &str) {
    if let Some(walk) = site.walks().iter_mut().find(|walk| walk.id == walk_id) {
        walk.in_flight = false;
    }
}

/// Whether a cause means that the server knows no such page, as servers say it past a list's end.
fn says_no_page(cause: &str) -> bool {
    matches!(cause, "400" | "404" | "410" | "500" | "error-page" | "empty")
}

fn end(walk: &mut Walk, why: &StopReason) {
    walk.row.next = None;
    walk.row.ended = Some(why.to_string());
    walk.row.complete = why.is_complete();
    walk.machine.note_end(why);
    walk.row.cursor = serde_json::to_string(walk.machine.cursor()).unwrap_or_default();
}

fn settle(run: &Run, site: &SiteRun, walk: &mut Walk, batch: &mut Batch) {
    walk.in_flight = false;
    walk.row.changed_at = run.clock.now().as_second();
    batch.put(Key::walk(site.id(), &walk.id), encode(&walk.row));
    batch.put(Key::coverage(site.id(), &walk.id), encode(&walk.coverage));
}

/// Counts what the page named, each item once.
fn account(
    run: &Run,
    site: &SiteRun,
    walk: &mut Walk,
    items: &[Candidate],
    known: &[Known],
) -> Result<(), LedgerError> {
    for (item, known) in items.iter().zip(known) {
        if !walk.recent.insert(item.key.clone()) {
            continue;
        }
        walk.sighted.seen += 1;
        match known {
            Known::New => walk.sighted.new += 1,
            Known::Held | Known::Queued | Known::Settled => walk.sighted.held += 1,
        }
        let listed = item.listed.as_ref();
        let coverage = &mut walk.coverage;
        match known {
            Known::New => coverage.list(listed, false),
            Known::Held | Known::Queued | Known::Settled if walk.row.catch_up => {}
            Known::Held | Known::Queued => coverage.list(listed, true),
            Known::Settled => {
                coverage.list(listed, false);
                let fate = match run.frontier.row(site.id(), &item.key)?.map(|row| row.state) {
                    Some(UrlState::NotArticle(cause)) => Fate::NotArticle(cause),
                    Some(UrlState::Failed { cause, .. }) => Fate::Failed(cause),
                    Some(UrlState::Refused(_)) => Fate::Refused,
                    _ => Fate::Failed("unknown".to_owned()),
                };
                coverage.settle(listed, &fate);
            }
        }
    }
    Ok(())
}

/// The days that a walk is about.
pub fn window_of(kind: WalkKind) -> Window {
    match kind {
        WalkKind::Crawl => Window::default(),
        WalkKind::Backfill { from, to } => Window { from, to },
    }
}
