//! robots.txt of the origins that a runner asks: from the ledger, or fetched and archived like any page.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use url::Url;

use super::Runner;
use crate::config::RobotsPolicy;
use crate::crawl::error::CrawlError;
use crate::crawl::process;
use crate::crawl::rows::decode;
use crate::crawl::task::{Failure, Finished, Task};
use crate::fetch::{Ask, Cut, Exchange, FetchError};
use crate::ledger::Key;
use crate::politeness::{Pass, Refusal, RobotsAnswer, RobotsGate};

impl Runner {
    /// robots.txt's word on an address; fetched first if it is not known or stale.
    pub(super) async fn robots(&mut self, url: &Url) -> Result<Result<Pass, Refusal>, CrawlError> {
        let origin = url.origin().ascii_serialization();
        let now = self.run.clock.now().as_second();
        if let Some(gate) = self.gates.get(&origin).filter(|gate| !gate.stale(now)) {
            return Ok(gate.check(url));
        }
        let gate = match &self.site.site.robots {
            // The site's reason is no word on the hosts of others.
            RobotsPolicy::Ignore { why } if self.owns(url) => RobotsGate::ignored(why),
            _ => match self.kept_robots(&origin)?.filter(|gate| !gate.stale(now)) {
                Some(gate) => gate,
                None => self.fetch_robots(&origin, url, now).await?,
            },
        };
        let decision = gate.check(url);
        self.gates.insert(origin, gate);
        Ok(decision)
    }

    fn kept_robots(&self, origin: &str) -> Result<Option<RobotsGate>, CrawlError> {
        let key = Key::robots(origin);
        let Some(bytes) = self.run.ledger.get(&key)? else {
            return Ok(None);
        };
        let answer: RobotsAnswer = decode(&key, &bytes)?;
        Ok(Some(RobotsGate::from_answer(&answer)))
    }

    /// Fetches robots.txt, following up to five redirects (RFC 9309 section 2.3.1.2) inside the site.
    async fn fetch_robots(&mut self, origin: &str, near: &Url, now: i64) -> Result<RobotsGate, CrawlError> {
        let mut hops: Vec<Exchange> = Vec::new();
        let mut failure = None;
        let mut once_more = true;
        let mut target = near.join("/robots.txt").unwrap_or_else(|_| near.clone());
        let mut status = 0;
        loop {
            let ask = Ask { cookie: self.cookies.of(&target), ..Ask::get(target.clone()) };
            match self.request(RobotsGate::pass_for_robots_txt(), &ask).await? {
                // A connection kept from before may be gone; too much hangs on robots.txt to give up on that.
                Err(FetchError::Protocol { .. }) if once_more => {
                    once_more = false;
                    continue;
                }
                Err(error) => {
                    status = 0;
                    failure = Some(Failure::Fetch(error));
                    break;
                }
                Ok(exchange) => hops.push(exchange),
            }
            if self.opened(hops.last()) {
                continue;
            }
            let Some(last) = hops.last() else { break };
            status = last.head.status;
            match last.redirect() {
                Some(next) if hops.len() <= 5 && (self.owns(&next) || next.host() == target.host()) => target = next,
                _ => break,
            }
        }
        // Half an answer may lack the line that forbids: it counts as none (RFC 9309 section 2.3.1.4). One that is only too
        // long has been read as far as it has to be (section 2.5).
        if hops.last().is_some_and(|last| matches!(last.cut, Some(Cut::Time | Cut::Disconnect))) {
            status = 0;
        }
        let body = hops.last().filter(|_| (200..300).contains(&status)).map(process::decoded_text);
        let answer = RobotsAnswer { fetched_at: now, status, body: body.unwrap_or_default() };
        let gate = RobotsGate::from_answer(&answer);
        if !hops.is_empty() {
            self.site.outstanding.fetch_add(1, Ordering::SeqCst);
            let task = Task::Robots { origin: origin.to_owned(), answer };
            let handed = Some(self.run.pulse.hand_over());
            let finished = Finished { site: Arc::clone(&self.site), task, hops, failure, slot: None, handed };
            self.hand_over.send(finished).await.map_err(|_| CrawlError::Worker)?;
        }
        Ok(gate)
    }
}
