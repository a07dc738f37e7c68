//! After a look, and after a round: what was found goes into the schedule, the alarms, the day's report, and to whoever
//! waits for it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::errand::{Ask, Errand, What};
use super::hook::AlarmNote;
use super::hub::locked;
use super::keeper::Keeper;
use super::round::Round;
use super::rows::{Alarm, ListRow, SiteRow};
use crate::config::ListSpec;
use crate::crawl::error::CrawlError;
use crate::crawl::outcome::{self, SiteOutcome};
use crate::crawl::report::AlarmLine;
use crate::crawl::run::{Halt, SiteRun, Walk};
use crate::crawl::schedule::{Look, LookEnd};
use crate::crawl::{plan, report};
use crate::model::Stamp;
use crate::politeness::Refusal;

impl Keeper {
    /// The end of a round.
    pub(super) fn close(&self, site: &SiteRun, mut round: Round) -> Result<(), CrawlError> {
        let walks = std::mem::take(&mut *site.walks());
        let (patient, live): (Vec<Walk>, Vec<Walk>) = walks.into_iter().partition(|walk| walk.patient);
        for walk in &live {
            self.account(site, walk, &round)?;
        }
        self.note_site(site)?;
        let mut done = std::mem::take(&mut round.looked);
        done.extend(live);
        self.end_errand(site, &round, &patient)?;
        self.end_looks(site, &done)?;
        done.extend(patient);
        self.report(site, &done)
    }

    /// Whether a person, the hour, or the end of the run cut the round short: that says nothing about the portal.
    fn interrupted(&self) -> Result<bool, CrawlError> {
        Ok(self.run.draining() || self.held_up()?.is_some())
    }

    /// One look at a list: into its history, with what follows from it.
    pub(super) fn account(&self, site: &SiteRun, walk: &Walk, round: &Round) -> Result<(), CrawlError> {
        let Some(list) = self.site.lists.iter().find(|list| list.id == walk.row.list) else { return Ok(()) };
        let now = self.now();
        let Some(end) = end_of(walk, site.halted().as_ref(), self.interrupted()?) else { return Ok(()) };
        let before = round.failed_before.get(&walk.id).copied().unwrap_or(0);
        let failed = walk.coverage.total().failures().saturating_sub(before);
        let look = Look {
            at_ms: now.as_millisecond(),
            seen: walk.sighted.seen,
            new: walk.sighted.new,
            held: walk.sighted.held,
            failed: u32::try_from(failed).unwrap_or(u32::MAX),
            end,
        };
        let counters = &self.hub.counters;
        counters.looks.add(1);
        counters.new_items.add(u64::from(look.new));
        counters.looks_failed.add(u64::from(matches!(look.end, LookEnd::Failed(_))));
        let mut row = self.list_row(list)?;
        if row.rhythm.is_gap(&look) {
            counters.no_overlap.add(1);
            self.fill_gap(list, walk)?;
        } else if walk.row.next.is_some() && look.end == LookEnd::Read {
            let why = format!("looked at {} pages; what is older is for `luutru backfill`", walk.row.pages);
            plan::end_here(&*self.run.ledger, &self.site, walk, &why)?;
        }
        row.rhythm = row.rhythm.after(&look, list.every, dice(&self.site.id, &list.id, now));
        self.judge(list, &mut row, now);
        row.put(&*self.run.ledger, &self.site.id, &list.id)?;
        let cause = if let LookEnd::Failed(why) = &look.end { Some(why.as_str()) } else { None };
        tracing::info!(
            site = self.site.id, list = list.id, url = list.url.as_str(), cause, seen = look.seen, new = look.new, held = look.held, failed, end = ?look.end,
            "looked at a list"
        );
        for (_, lists) in locked(&self.desk.looks).iter_mut() {
            lists.remove(&list.id);
        }
        Ok(())
    }

    /// Nothing on the pages of a look was known: the walk goes on, behind the live lists, until something is.
    fn fill_gap(&self, list: &ListSpec, walk: &Walk) -> Result<(), CrawlError> {
        let (ledger, site) = (&*self.run.ledger, &self.site);
        let pages = walk.row.pages;
        if walk.row.next.is_none() {
            tracing::warn!(
                site = site.id,
                list = list.id,
                "nothing on the list was known from the look before, and it goes no further: articles may have been \
                 missed; it is looked at more often now"
            );
            return Ok(());
        }
        tracing::warn!(
            site = site.id,
            list = list.id,
            pages,
            "nothing on {pages} pages was known from the look before: the pages below are walked until something is, \
             and the list is looked at more often now"
        );
        let apart = plan::set_apart(ledger, site, walk, self.now())?;
        plan::end_here(ledger, site, walk, "the pages below are walked apart, until something on them is known")?;
        let ask = Ask { what: What::Gap { walk: apart }, lists: vec![list.id.clone()], max_pages: None };
        let errand = Errand::new(self.hub.number(), ask, true);
        errand.keep(&site.id, ledger)?;
        locked(&self.desk.errands).push_back(Arc::new(errand));
        Ok(())
    }

    /// Begins and ends alarms.
    pub(super) fn judge(&self, list: &ListSpec, row: &mut ListRow, now: Timestamp) {
        let current = row.rhythm.alarms(now.as_millisecond(), list.every);
        let over: Vec<Alarm> =
            row.alarms.extract_if(.., |alarm| current.iter().all(|(kind, _)| *kind != alarm.kind)).collect();
        for alarm in over {
            let (site, url) = (&self.site.id, list.url.as_str());
            tracing::info!(site, list = list.id, url, alarm = alarm.kind.word(), "an alarm is over");
            self.hub.counters.alarms_cleared.add(1);
            self.tell("cleared", list, &alarm);
        }
        for (kind, text) in current {
            if row.alarms.iter().any(|alarm| alarm.kind == kind) {
                continue;
            }
            let (site, url, cause) = (&self.site.id, list.url.as_str(), kind.word());
            tracing::warn!(site, list = list.id, url, cause, alarm = cause, "{text}");
            let alarm = Alarm { kind, since_ms: now.as_millisecond(), text };
            self.hub.counters.alarms_raised.add(1);
            self.tell("raised", list, &alarm);
            row.alarms.push(alarm);
        }
    }

    fn tell(&self, event: &'static str, list: &ListSpec, alarm: &Alarm) {
        let since = Timestamp::from_millisecond(alarm.since_ms).unwrap_or_default();
        let note = AlarmNote {
            event,
            alarm: alarm.kind.word(),
            site: self.site.id.clone(),
            list: list.id.clone(),
            url: list.url.to_string(),
            text: alarm.text.clone(),
            since: since.to_string(),
            root: self.hub.root.display().to_string(),
        };
        if self.hub.alarms.try_send(note).is_err() {
            self.hub.counters.hook_failures.add(1);
        }
    }

    /// What the round says of the whole site: its server, its trouble, its latest article.
    fn note_site(&self, site: &SiteRun) -> Result<(), CrawlError> {
        let now = self.now().as_millisecond();
        let mut row = SiteRow::of(&*self.run.ledger, &self.site.id)?;
        row.server = site.server().map(|address| address.to_string()).or(row.server);
        if site.stats.articles.get() > 0 {
            row.article_ms = Some(now);
        }
        match site.halted().filter(|halt| !matches!(halt, Halt::Capped(_))) {
            _ if self.interrupted()? => {}
            None => (row.trouble, row.troubles, row.retry_ms) = (None, 0, 0),
            Some(halt) => {
                let first = self.pace.backoff_first.saturating_mul(2u32.saturating_pow(row.troubles.min(20)));
                let mut wait = first.min(self.pace.backoff_max);
                if let (Halt::Later(_), Some(address)) = (&halt, site.server()) {
                    wait = self.run.servers.at(address, &self.pace)?.trouble_left().max(wait);
                }
                row.retry_ms = now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
                row.troubles = row.troubles.saturating_add(1);
                tracing::warn!(
                    site = self.site.id,
                    cause = halt.text(),
                    seconds = wait.as_secs(),
                    "the site is left alone: {}",
                    halt.text()
                );
                row.trouble = Some(halt.text().to_owned());
            }
        }
        Ok(row.put(&*self.run.ledger, &self.site.id)?)
    }

    /// A backfill that is over, or that nobody waits for any more.
    fn end_errand(&self, site: &SiteRun, round: &Round, walks: &[Walk]) -> Result<(), CrawlError> {
        let Some(errand) = &round.errand else { return Ok(()) };
        let open = walks.iter().any(|walk| walk.is_open(None));
        let halted = site.halted().is_some() || self.run.draining();
        // Cut short: it goes on in another round, unless somebody waits for an answer and the portal gives none.
        if open && (errand.kept || self.interrupted()?) && !errand.is_cancelled() {
            return Ok(());
        }
        if open && !halted && !errand.is_cancelled() {
            return Ok(());
        }
        let came = outcome::of_site(&self.run, site, walks)?;
        errand.end(&self.site.id, &*self.run.ledger, told(&came))?;
        self.desk.done_with(errand.id);
        Ok(())
    }

    /// Looks that somebody waited for.
    fn end_looks(&self, site: &SiteRun, walks: &[Walk]) -> Result<(), CrawlError> {
        let over: Vec<Arc<Errand>> = {
            let mut looks = locked(&self.desk.looks);
            looks.extract_if(.., |(_, lists)| lists.is_empty()).map(|(errand, _)| errand).collect()
        };
        if over.is_empty() {
            return Ok(());
        }
        let came = told(&outcome::of_site(&self.run, site, walks)?);
        for errand in over {
            errand.end(&self.site.id, &*self.run.ledger, came.clone())?;
        }
        Ok(())
    }

    /// The day's report: all walks of the day as they stand, with what is only known of this round's.
    fn report(&self, site: &SiteRun, walks: &[Walk]) -> Result<(), CrawlError> {
        let now = self.now();
        let today = Stamp::vietnam_day(now);
        let mut all = plan::walks_of(&*self.run.ledger, &self.site, today)?;
        for walk in &mut all {
            if let Some(known) = walks.iter().find(|known| known.id == walk.id) {
                walk.given_up.clone_from(&known.given_up);
            }
        }
        let mut came = outcome::of_site(&self.run, site, &all)?;
        came.tally = self.desk.add(today, &site.stats.tally());
        came.window = crate::portal::Window::default();
        for list in &self.site.lists {
            let row = ListRow::of(&*self.run.ledger, &self.site.id, &list.id)?;
            came.alarms.extend(row.into_iter().flat_map(|row| row.alarms).map(|alarm| AlarmLine {
                list: list.id.clone(),
                alarm: alarm.kind.word(),
                since: Timestamp::from_millisecond(alarm.since_ms).unwrap_or_default().to_string(),
                text: alarm.text,
            }));
        }
        report::write(&self.run.root, &came, now)
    }
}

/// How a look ended; `None` where it was cut short.
fn end_of(walk: &Walk, halt: Option<&Halt>, interrupted: bool) -> Option<LookEnd> {
    let over = walk.row.next.is_none() || !walk.is_open(None) && !walk.in_flight;
    if let Some(why) = &walk.given_up {
        // Where robots.txt could not be had, what kept it away says more.
        let closed = *why == Refusal::Unreachable(0).to_string();
        let why = halt.filter(|_| closed).map_or(why.as_str(), Halt::text);
        return Some(LookEnd::Failed(why.to_owned()));
    }
    if over {
        return Some(if walk.sighted.seen == 0 { LookEnd::Nothing } else { LookEnd::Read });
    }
    match halt {
        Some(halt) if !interrupted => Some(LookEnd::Failed(halt.text().to_owned())),
        _ => None,
    }
}

/// A number by chance that is the same for the same look.
fn dice(site: &str, list: &str, now: Timestamp) -> u64 {
    let mut hasher = DefaultHasher::new();
    (site, list, now.as_nanosecond()).hash(&mut hasher);
    hasher.finish()
}

/// What a job came to, for whoever waits for it.
pub fn told(came: &SiteOutcome) -> serde_json::Value {
    let total = came.coverage.total();
    let lists: Vec<serde_json::Value> = came
        .lists
        .iter()
        .map(|list| {
            json!({ "list": list.list, "pages": list.pages, "complete": list.complete, "failed": list.failed,
                    "stop": list.stop, "why": list.why })
        })
        .collect();
    json!({
        "site": came.site,
        "listed": total.listed, "held": total.held, "archived": total.archived, "duplicates": total.duplicates,
        "not_article": total.not_articles(), "failed": total.failures(), "refused_by_robots": total.refused,
        "open": total.open(), "gaps": total.gaps(),
        "unreachable": came.halt.as_ref().map(Halt::text),
        "lists": lists, "caps": came.caps(),
    })
}
