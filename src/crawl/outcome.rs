//! What became of a job, once it is over: counted, and accounted for.

use std::sync::Arc;
use std::time::Duration;

use super::adopt::Adopted;
use super::coverage::Coverage;
use super::error::CrawlError;
use super::listing::window_of;
use super::report::{self, AlarmLine};
use super::requisites::Needed;
use super::run::{Halt, Run, SiteRun, Walk};
use super::stats::Tally;
use crate::portal::{StopReason, Window};

/// What became of one list.
#[derive(Debug, Clone)]
pub struct ListOutcome {
    /// The list's id.
    pub list: String,
    /// List pages read, over all runs of this walk.
    pub pages: u32,
    /// Whether it was walked to its end.
    pub complete: bool,
    /// Why it ended, or what keeps it from ending.
    pub why: String,
    /// The same in one word: `end`, `window`, `held`, `sent-back`, `same-items`, `nothing-new`, `nothing-recognised`,
    /// `page-limit`, `max-pages`, `cut`, `failed`, `open`.
    pub stop: &'static str,
    /// A bound ended it, or cut it short: the list may go on.
    pub cap: bool,
    /// The page at which the window was entered, where that was looked for, and how many pages the search took.
    pub entered: Option<(u32, u32)>,
    /// Articles that may have been jumped over: a line each.
    pub gaps: Vec<String>,
    /// The list could not be read.
    pub failed: bool,
}

/// What became of one site.
#[derive(Debug, Clone)]
pub struct SiteOutcome {
    /// The site's id.
    pub site: String,
    /// What this run did.
    pub tally: Tally,
    /// Its lists.
    pub lists: Vec<ListOutcome>,
    /// The account of its walks.
    pub coverage: Coverage,
    /// The days that they are about.
    pub window: Window,
    /// Why it was left early.
    pub halt: Option<Halt>,
    /// Items that still wait.
    pub left: bool,
    /// What needs a person, as the daemon sees it.
    pub alarms: Vec<AlarmLine>,
}

impl SiteOutcome {
    /// A line for each bound that ended a list or cut it short, and for each place where articles may be missing.
    pub fn caps(&self) -> Vec<String> {
        let of = |list: &ListOutcome| {
            let cap = list.cap.then(|| format!("list {}: {}", list.list, list.why));
            cap.into_iter().chain(list.gaps.iter().map(|gap| format!("list {}: {gap}", list.list))).collect::<Vec<_>>()
        };
        self.lists.iter().flat_map(of).collect()
    }
}

/// What became of a job.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// By site.
    pub sites: Vec<SiteOutcome>,
    /// What the start read back in.
    pub adopted: Adopted,
    /// Whether it was told to stop.
    pub drained: bool,
    /// From start to end.
    pub elapsed: std::time::Duration,
}

/// Sums up a run that is over, and writes the reports.
pub fn of(run: &Run, sites: &[Arc<SiteRun>], adopted: Adopted, elapsed: Duration) -> Result<Outcome, CrawlError> {
    let mut out = Vec::new();
    for site in sites {
        out.push(of_site(run, site, &site.walks())?);
    }
    for site in &out {
        report::write(&run.root, site, run.clock.now())?;
    }
    Ok(Outcome { sites: out, adopted, drained: run.draining(), elapsed })
}

/// What the run did for a site; what waits is counted where parts of pages are wanted at all.
fn tally(run: &Run, site: &SiteRun) -> Result<Tally, CrawlError> {
    let mut tally = site.stats.tally();
    tally.requisites.waiting = Needed::count(&*run.ledger, &site.site, run.whole)?;
    Ok(tally)
}

/// Sums up `walks` of a site.
pub fn of_site(run: &Run, site: &SiteRun, walks: &[Walk]) -> Result<SiteOutcome, CrawlError> {
    let mut coverage = Coverage::default();
    for walk in walks {
        coverage.add(&walk.coverage);
    }
    Ok(SiteOutcome {
        site: site.id().to_owned(),
        tally: tally(run, site)?,
        lists: walks.iter().map(|walk| list_outcome(run, walk)).collect(),
        coverage,
        window: walks.last().map(|walk| window_of(walk.row.kind)).unwrap_or_default(),
        halt: site.halted(),
        left: !run.frontier.is_empty(site.id())?,
        alarms: Vec::new(),
    })
}

fn list_outcome(run: &Run, walk: &Walk) -> ListOutcome {
    let capped = walk.row.next.is_some() && run.max_pages.is_some_and(|most| walk.row.pages >= most);
    let end = walk.machine.course().end.as_ref();
    let (why, stop) = match (&walk.given_up, &walk.row.ended) {
        (Some(why), _) => (why.clone(), "failed"),
        (None, Some(why)) => (why.clone(), end.map_or("end", StopReason::word)),
        (None, None) if capped => (
            format!("stopped at --max-pages {}: the list goes on, and so does the same command", walk.row.pages),
            "max-pages",
        ),
        (None, None) => ("not walked to its end yet".to_owned(), "open"),
    };
    ListOutcome {
        list: walk.row.list.clone(),
        pages: walk.row.pages,
        complete: walk.row.complete,
        failed: walk.given_up.is_some() || (walk.row.next.is_none() && !walk.row.complete),
        cap: stop == "max-pages" || (walk.row.ended.is_some() && end.is_some_and(StopReason::is_cap)),
        entered: walk.machine.course().entered,
        gaps: walk.machine.course().gaps.clone(),
        why,
        stop,
    }
}
