//! Which robots.txt was in force for an origin when a request was made, and what it says of the address.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use url::Url;

use super::request::{Request, us};
use crate::model::Digest;
use crate::politeness::robots::Rules;

/// A version is relied on for a day (RFC 9309 section 2.4); the hour is for requests that waited for their turn.
const FRESH_FOR: Duration = Duration::from_hours(25);

/// A version in force.
#[derive(Debug, Clone)]
struct Version {
    since_us: i64,
    stance: Stance,
}

#[derive(Debug, Clone)]
enum Stance {
    /// 2xx: its rules.
    Rules(Rc<Rules>),
    /// 2xx, but no record holds its bytes.
    Lost,
    /// 3xx to 4xx: no rules (RFC 9309 section 2.3.1.3).
    Open,
    /// 5xx: nothing may be asked for (section 2.3.1.4).
    Closed(u16),
}

/// What the archived robots.txt says of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is robots.txt itself.
    Itself,
    /// Allowed.
    Allowed,
    /// Forbidden, by this line or status.
    Forbidden(String),
    /// Forbidden, and fetched with a reason that the site's file gives.
    WithReason(String),
    /// Allowed by a version that was too old to be relied on; its age in microseconds.
    Old(i64),
    /// No robots.txt of the origin is on record before it.
    Unknown,
}

/// The versions in force, origin by origin, as time goes on.
#[derive(Debug, Default)]
pub struct History {
    rules: HashMap<Digest, Rc<Rules>>,
    in_force: HashMap<String, Version>,
    /// Answers for robots.txt that led elsewhere: address → the origin that was asked.
    asked_for: HashMap<String, String>,
}

impl History {
    /// With the rules of all versions.
    pub fn new(rules: HashMap<Digest, Rc<Rules>>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// The verdict on a request, and the `Crawl-delay` in force; requests come in the order of time.
    pub fn judge(&mut self, request: &Request) -> (Verdict, Option<Duration>) {
        if request.robots.is_some() {
            self.note(request);
            return (Verdict::Itself, None);
        }
        let version = self.in_force.get(&origin(&request.url)).filter(|version| version.since_us <= request.start_us);
        let found = version.map(|version| version.verdict(request));
        if request.ignores_robots() {
            let reason = request.decision.trim_start_matches("ignored: ").to_owned();
            return (Verdict::WithReason(reason), None);
        }
        let delay = version.and_then(|version| match &version.stance {
            Stance::Rules(rules) => rules.crawl_delay,
            _ => None,
        });
        (found.unwrap_or(Verdict::Unknown), delay)
    }

    /// From now on this answer counts, for the origin that was asked first (RFC 9309 section 2.3.1.2).
    fn note(&mut self, request: &Request) {
        let Some(answer) = &request.robots else { return };
        let led_here = answer.redirected_from.as_ref().and_then(|from| self.asked_for.get(from)).cloned();
        let origin = led_here.unwrap_or_else(|| origin(&request.url));
        if (300..400).contains(&request.status) {
            self.asked_for.insert(request.url.to_string(), origin.clone());
        }
        let stance = match request.status {
            200..=299 => self.rules.get(&answer.body).map_or(Stance::Lost, |rules| Stance::Rules(Rc::clone(rules))),
            300..=499 => Stance::Open,
            status => Stance::Closed(status),
        };
        self.in_force.insert(origin, Version { since_us: request.end_us(), stance });
    }
}

impl Version {
    fn verdict(&self, request: &Request) -> Verdict {
        let age = request.start_us - self.since_us;
        let found = match &self.stance {
            Stance::Rules(rules) => {
                let decision = rules.decide(&request.url);
                if decision.allowed { Verdict::Allowed } else { Verdict::Forbidden(decision.rule.unwrap_or_default()) }
            }
            Stance::Open => Verdict::Allowed,
            Stance::Closed(status) => Verdict::Forbidden(format!("it answered {status}")),
            Stance::Lost => return Verdict::Unknown,
        };
        if found == Verdict::Allowed && age > us(FRESH_FOR) { Verdict::Old(age) } else { found }
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
