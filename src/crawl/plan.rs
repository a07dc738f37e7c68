//! What a command asks for, turned into walks: new ones, and those that an earlier run left unfinished.

use jiff::Timestamp;
use jiff::civil::Date;

use super::coverage::Coverage;
use super::error::CrawlError;
use super::frontier::Frontier;
use super::listing::{RECENT, window_of};
use super::rows::{UrlState, WalkKind, WalkRow, decode, encode};
use super::run::Walk;
use crate::config::{ListSpec, Site};
use crate::ledger::{Batch, Key, Ledger};
use crate::model::Recent;
use crate::portal::{self, Cursor, Mode};

/// A backfill that was complete this long ago is looked over again from the top when it is asked for once more.
const SETTLED_FOR_SECONDS: i64 = 3_600;

/// What a command asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// What is new.
    Crawl,
    /// Everything of these days.
    Backfill {
        /// First day.
        from: Option<Date>,
        /// Last day.
        to: Option<Date>,
        /// Also when it is complete already.
        again: bool,
    },
}

/// Walks of one site, and what a person should know about how they begin.
#[derive(Debug, Default)]
pub struct Planned {
    /// The walks.
    pub walks: Vec<Walk>,
    /// One line each.
    pub notes: Vec<String>,
}

/// Plans the walks over a site's lists.
pub fn plan(
    ledger: &dyn Ledger,
    frontier: &Frontier,
    site: &Site,
    want: Want,
    now: Timestamp,
) -> Result<Planned, CrawlError> {
    let mut planned = Planned::default();
    for list in &site.lists {
        let walk = match want {
            Want::Crawl => crawl(ledger, site, list)?,
            Want::Backfill { from, to, again } => {
                let kind = WalkKind::Backfill { from, to };
                backfill(ledger, site, list, kind, again, now, &mut planned.notes)?
            }
        };
        let mut batch = Batch::default();
        batch.put(Key::walk(&site.id, &walk.id), encode(&walk.row));
        batch.put(Key::coverage(&site.id, &walk.id), encode(&walk.coverage));
        ledger.apply(&batch)?;
        planned.walks.push(walk);
    }
    retry(ledger, frontier, site, &mut planned)?;
    Ok(planned)
}

fn crawl(ledger: &dyn Ledger, site: &Site, list: &ListSpec) -> Result<Walk, CrawlError> {
    let id = format!("crawl {}", list.url);
    let before = row(ledger, site, &id)?;
    let unfinished = before.as_ref().filter(|row| row.next.is_some());
    let owed_pages = unfinished.map_or(0, |row| row.pages.max(row.owed_pages) + 1);
    let coverage = if unfinished.is_some() { coverage(ledger, site, &id)? } else { Coverage::default() };
    let cursor = before.as_ref().map(cursor).unwrap_or_default();
    let mut row = fresh(WalkKind::Crawl, list, &cursor);
    row.owed_pages = owed_pages;
    Ok(walk(id, row, coverage))
}

fn backfill(
    ledger: &dyn Ledger,
    site: &Site,
    list: &ListSpec,
    kind: WalkKind,
    again: bool,
    now: Timestamp,
    notes: &mut Vec<String>,
) -> Result<Walk, CrawlError> {
    let window = window_of(kind);
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let id = format!("backfill {} {}..{}", list.url, day(window.from), day(window.to));
    let Some(before) = row(ledger, site, &id)? else {
        return Ok(walk(id, fresh(kind, list, &Cursor::default()), Coverage::default()));
    };
    if let Some(next) = &before.next {
        if before.pages > 0 {
            notes.push(format!("{}: goes on at list page {} of {}", site.id, next.number, list.id));
        }
        let coverage = coverage(ledger, site, &id)?;
        return Ok(walk(id, before, coverage));
    }
    let settled = now.as_second() - before.changed_at < SETTLED_FOR_SECONDS;
    if !before.complete {
        return Ok(walk(id, fresh(kind, list, &Cursor::default()), Coverage::default()));
    }
    let account = coverage(ledger, site, &id)?;
    if settled && !again {
        notes.push(format!(
            "{}: {} is complete for this window; nothing is listed again within the hour (--again does, `luutru crawl` \
             looks for what is new)",
            site.id, list.id
        ));
        return Ok(walk(id, before, account));
    }
    let mut row = fresh(kind, list, &cursor(&before));
    row.catch_up = true;
    Ok(walk(id, row, account))
}

fn fresh(kind: WalkKind, list: &ListSpec, known: &Cursor) -> WalkRow {
    let cursor = portal::Walk::afresh(known);
    WalkRow {
        kind,
        list: list.id.clone(),
        next: Some(portal::first_request(list)),
        cursor: serde_json::to_string(&cursor).unwrap_or_default(),
        pages: 0,
        ended: None,
        complete: false,
        owed_pages: 0,
        catch_up: false,
        changed_at: 0,
    }
}

fn walk(id: String, row: WalkRow, coverage: Coverage) -> Walk {
    let new_only = row.kind == WalkKind::Crawl || row.catch_up;
    let mode = if new_only { Mode::Crawl } else { Mode::Backfill };
    // The bound on pages is kept by the run, which can be given another one and go on.
    let machine = portal::Walk::new(mode, window_of(row.kind), u32::MAX, cursor(&row));
    Walk { id, row, machine, coverage, recent: Recent::new(RECENT), in_flight: false, failures: 0, given_up: None }
}

fn row(ledger: &dyn Ledger, site: &Site, id: &str) -> Result<Option<WalkRow>, CrawlError> {
    let key = Key::walk(&site.id, id);
    Ok(ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()?)
}

fn coverage(ledger: &dyn Ledger, site: &Site, id: &str) -> Result<Coverage, CrawlError> {
    let key = Key::coverage(&site.id, id);
    Ok(ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()?.unwrap_or_default())
}

fn cursor(row: &WalkRow) -> Cursor {
    serde_json::from_str(&row.cursor).unwrap_or_default()
}

/// Queues again what failed for now, or was forbidden, in an earlier run.
fn retry(ledger: &dyn Ledger, frontier: &Frontier, site: &Site, planned: &mut Planned) -> Result<(), CrawlError> {
    let Planned { walks, notes } = planned;
    let walk_for = |list: &str| walks.iter().position(|walk| walk.row.list == list).unwrap_or(0);
    let Some(first) = walks.first().map(|walk| walk.id.clone()) else {
        return Ok(());
    };
    let retried = frontier.retry_unsettled(&site.id, &|list| {
        walks.get(walk_for(list)).map_or_else(|| first.clone(), |walk| walk.id.clone())
    })?;
    if retried.is_empty() {
        return Ok(());
    }
    notes.push(format!("{}: {} items that an earlier run could not fetch are tried again", site.id, retried.len()));
    let places: Vec<usize> = retried.iter().map(|row| walk_for(&row.list)).collect();
    for (row, place) in retried.iter().zip(places) {
        if let Some(walk) = walks.get_mut(place) {
            let cause = match &row.state {
                UrlState::Failed { cause, .. } => Some(cause.as_str()),
                _ => None,
            };
            walk.coverage.reopen(row.listed.as_ref(), cause);
        }
    }
    let mut batch = Batch::default();
    for walk in walks.iter() {
        batch.put(Key::coverage(&site.id, &walk.id), encode(&walk.coverage));
    }
    ledger.apply(&batch)?;
    Ok(())
}
