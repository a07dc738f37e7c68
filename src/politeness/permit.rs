//! The right to make one request: made here, spent by one exchange.

use std::time::Duration;

/// A robots decision in favour of one address. Only [`super::RobotsGate`] makes it.
#[derive(Debug)]
pub struct Pass {
    crawl_delay: Option<Duration>,
    decision: String,
}

impl Pass {
    /// For robots.txt itself, which no rule can forbid (RFC 9309 section 2.2.2).
    pub(super) fn robots_txt() -> Self {
        Self { crawl_delay: None, decision: "robots.txt itself".to_owned() }
    }

    pub(super) fn by_rules(crawl_delay: Option<Duration>, decision: String) -> Self {
        Self { crawl_delay, decision }
    }

    /// What robots.txt said.
    pub fn decision(&self) -> &str {
        &self.decision
    }

    #[cfg(test)]
    pub(super) fn for_test(crawl_delay: Option<Duration>) -> Self {
        Self { crawl_delay, decision: String::new() }
    }
}

/// The right to make one request to one server, now. Only a [`super::Budget`] makes it, from a [`Pass`].
#[derive(Debug)]
#[must_use = "a permit that is dropped keeps its server blocked"]
pub struct Permit {
    pass: Pass,
}

impl Permit {
    pub(super) fn granted(pass: Pass) -> Self {
        Self { pass }
    }

    /// What robots.txt said, for the capture's metadata.
    pub fn robots_decision(&self) -> &str {
        &self.pass.decision
    }

    /// Ends it: the exchange is over. The result goes back to the budget.
    pub fn spend(self) -> Spent {
        Spent { pass: self.pass }
    }
}

/// A permit whose exchange is over.
#[derive(Debug)]
pub struct Spent {
    pass: Pass,
}

impl Spent {
    pub(super) fn crawl_delay(&self) -> Option<Duration> {
        self.pass.crawl_delay
    }
}
