//! What became of a job, once it is over: counted, and accounted for.

use std::sync::Arc;
use std::time::Duration;

use super::adopt::Adopted;
use super::coverage::Coverage;
use super::error::CrawlError;
use super::report;
use super::run::{Halt, Run, SiteRun};
use super::stats::Tally;

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
    /// Why it was left early.
    pub halt: Option<Halt>,
    /// Items that still wait.
    pub left: bool,
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
        let mut coverage = Coverage::default();
        let mut lists = Vec::new();
        for walk in site.walks().iter() {
            coverage.add(&walk.coverage);
            let capped = walk.row.next.is_some() && run.max_pages.is_some_and(|most| walk.row.pages >= most);
            let why = match (&walk.given_up, &walk.row.ended) {
                (Some(why), _) | (None, Some(why)) => why.clone(),
                (None, None) if capped => format!("stopped at --max-pages {}", walk.row.pages),
                (None, None) => "not walked to its end yet".to_owned(),
            };
            let failed = walk.given_up.is_some() || (walk.row.next.is_none() && !walk.row.complete);
            let (list, pages, complete) = (walk.row.list.clone(), walk.row.pages, walk.row.complete);
            lists.push(ListOutcome { list, pages, complete, why, failed });
        }
        out.push(SiteOutcome {
            site: site.id().to_owned(),
            tally: site.stats.tally(),
            lists,
            coverage,
            halt: site.halted(),
            left: !run.frontier.is_empty(site.id())?,
        });
    }
    for site in &out {
        report::write(&run.root, site, run.clock.now())?;
    }
    Ok(Outcome { sites: out, adopted, drained: run.draining(), elapsed })
}
