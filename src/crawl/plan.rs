//! What a command asks for, turned into walks: new ones, and those that an earlier run left unfinished.

use jiff::Timestamp;
use jiff::civil::Date;

use super::coverage::Coverage;
use super::error::CrawlError;
use super::frontier::Frontier;
use super::listing::{RECENT, window_of};
use super::rows::{UrlState, WalkKind, WalkRow, decode, encode};
use super::run::{Sighted, Walk};
use crate::config::{ListSpec, Site};
use crate::ledger::{Batch, Key, Ledger};
use crate::model::{Recent, Stamp};
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

/// A live look at one list: what is new, over `most` pages. The account is that of the day: what is held is counted by the
/// day's first look alone.
pub fn look(ledger: &dyn Ledger, site: &Site, list: &ListSpec, most: u32, now: Timestamp) -> Result<Walk, CrawlError> {
    let id = crawl_id(list);
    let today = |row: &WalkRow| {
        let at = Timestamp::from_second(row.changed_at).unwrap_or_default();
        Stamp::vietnam_day(at) == Stamp::vietnam_day(now)
    };
    let same_day = row(ledger, site, &id)?.is_some_and(|row| today(&row));
    let mut walk = crawl(ledger, site, list)?;
    let before = coverage(ledger, site, &id)?;
    walk.row.catch_up = same_day;
    walk.row.changed_at = now.as_second();
    walk.coverage = if same_day { before } else { before.carried() };
    walk.most = Some(most);
    let mut batch = Batch::default();
    batch.put(Key::walk(&site.id, &walk.id), encode(&walk.row));
    batch.put(Key::coverage(&site.id, &walk.id), encode(&walk.coverage));
    ledger.apply(&batch)?;
    Ok(walk)
}

/// Sets a live walk that was cut short apart, so that it can go on behind the live lists; gives the id of the new walk.
pub fn set_apart(ledger: &dyn Ledger, site: &Site, live: &Walk, now: Timestamp) -> Result<String, CrawlError> {
    let id = format!("gap {} {}", live.row.list, now.as_millisecond());
    let row = WalkRow { catch_up: false, owed_pages: 0, ..live.row.clone() };
    let mut batch = Batch::default();
    batch.put(Key::walk(&site.id, &id), encode(&row));
    batch.put(Key::coverage(&site.id, &id), encode(&Coverage::default()));
    ledger.apply(&batch)?;
    Ok(id)
}

/// Ends a live walk where it stands: the next look begins anew, and owes nothing.
pub fn end_here(ledger: &dyn Ledger, site: &Site, live: &Walk, why: &str) -> Result<(), CrawlError> {
    let row = WalkRow { next: None, ended: Some(why.to_owned()), complete: true, ..live.row.clone() };
    let mut batch = Batch::default();
    batch.put(Key::walk(&site.id, &live.id), encode(&row));
    ledger.apply(&batch)?;
    Ok(())
}

/// The walk of that id, where it stands.
pub fn go_on(ledger: &dyn Ledger, site: &Site, id: &str) -> Result<Option<Walk>, CrawlError> {
    let Some(row) = row(ledger, site, id)? else { return Ok(None) };
    let account = coverage(ledger, site, id)?;
    Ok(Some(walk(id.to_owned(), row, account)))
}

/// All walks of a site that were worked on since `day` began, as they stand in the ledger.
pub fn walks_of(ledger: &dyn Ledger, site: &Site, day: Date) -> Result<Vec<Walk>, CrawlError> {
    let prefix = Key::walks(&site.id);
    let (mut after, mut walks): (Option<Vec<u8>>, Vec<Walk>) = (None, Vec::new());
    loop {
        let rows = ledger.scan(&prefix, after.as_deref(), 100)?;
        let Some((last, _)) = rows.last() else { return Ok(walks) };
        after = Some(last.clone());
        for (key, bytes) in &rows {
            let row: WalkRow = decode(key, bytes)?;
            let at = Timestamp::from_second(row.changed_at).unwrap_or_default();
            if Stamp::vietnam_day(at) >= day {
                let id = String::from_utf8_lossy(&key[prefix.len()..]).into_owned();
                let account = coverage(ledger, site, &id)?;
                walks.push(walk(id, row, account));
            }
        }
    }
}

fn crawl_id(list: &ListSpec) -> String {
    format!("crawl {}", list.url)
}

fn crawl(ledger: &dyn Ledger, site: &Site, list: &ListSpec) -> Result<Walk, CrawlError> {
    let id = crawl_id(list);
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
    Walk {
        id,
        row,
        machine,
        coverage,
        recent: Recent::new(RECENT),
        in_flight: false,
        failures: 0,
        given_up: None,
        most: None,
        patient: false,
        sighted: Sighted::default(),
    }
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
pub fn retry(ledger: &dyn Ledger, frontier: &Frontier, site: &Site, planned: &mut Planned) -> Result<(), CrawlError> {
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
