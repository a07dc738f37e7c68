//! Parts of pages, asked for when nothing else is to be done; trouble with another's host is no trouble of the site's.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use url::Url;

use super::Runner;
use crate::config::authority;
use crate::crawl::error::CrawlError;
use crate::crawl::requisites::{Needed, judge};
use crate::crawl::servers::Server;
use crate::crawl::task::Task;
use crate::fetch::FetchError;

/// Rows read at a time.
const PAGE: usize = 64;

/// How far the queue of parts was read in this run.
#[derive(Debug, Default)]
pub(super) struct Parts {
    after: Option<u64>,
    ready: VecDeque<Needed>,
    // Hosts of others that gave no answer, or asked for a pause: left alone for the rest of the run.
    closed: HashSet<String>,
}

impl Runner {
    /// The next part that may be asked for. Each is met once a run: what keeps its place is met by the next one.
    pub(super) fn next_part(&mut self) -> Result<Option<Task>, CrawlError> {
        if !self.run.whole.any() {
            return Ok(None);
        }
        loop {
            while let Some(need) = self.parts.ready.pop_front() {
                if Url::parse(&need.row.url).is_ok_and(|url| self.may_ask(&need, &url)) {
                    return Ok(Some(Task::Part(Box::new(need))));
                }
            }
            let next = Needed::next(&*self.run.ledger, self.site.id(), self.parts.after, PAGE)?;
            let Some(last) = next.last() else { return Ok(None) };
            self.parts.after = Some(last.place);
            self.parts.ready.extend(next);
        }
    }

    fn may_ask(&self, need: &Needed, url: &Url) -> bool {
        let open = self.owns(url) || authority(url).is_some_and(|host| !self.parts.closed.contains(&host));
        open && judge(&self.site.site, self.run.whole, url, need.row.kind).is_ok()
    }

    /// Whether a task may go to this address: the site's own hosts, and for parts of pages those of others as configured.
    pub(super) fn allows(&self, task: &Task, url: &Url) -> bool {
        match task {
            Task::Part(need) => judge(&self.site.site, self.run.whole, url, need.row.kind).is_ok(),
            _ => self.owns(url),
        }
    }

    pub(super) fn owns(&self, url: &Url) -> bool {
        self.site.site.owns(url)
    }

    pub(super) fn unreachable(&mut self, url: &Url, error: &FetchError, server: Option<(&Server, Duration)>) {
        if self.owns(url) { self.note_unreachable(error, server) } else { self.close(url) }
    }

    pub(super) fn paused(&mut self, url: &Url, server: &Server, left: Duration) {
        if self.owns(url) { self.note_pause(server, left) } else { self.close(url) }
    }

    /// Leaves another's host alone for the rest of the run.
    pub(super) fn close(&mut self, url: &Url) {
        self.parts.closed.extend(authority(url));
    }
}
