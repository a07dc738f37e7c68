//! What an origin's robots.txt answered, and what follows from it (RFC 9309 section 2.3.1).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::permit::Pass;
use super::robots::Rules;

/// How long an answer is relied on (RFC 9309 section 2.4).
pub const FRESH_FOR: Duration = Duration::from_hours(24);

/// How long "unreachable" is relied on before robots.txt is asked for again.
pub const RETRY_AFTER: Duration = Duration::from_mins(10);

/// An answer to the request for robots.txt, as kept in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RobotsAnswer {
    /// Seconds since 1970, UTC.
    pub fetched_at: i64,
    /// Final status; 0 when there was none.
    pub status: u16,
    /// The body when the status was 2xx, at most [`super::robots::MAX_BYTES`].
    pub body: Vec<u8>,
}

/// A refusal, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A line of robots.txt forbids the address.
    Rule(String),
    /// robots.txt answered 5xx, or nothing: everything is forbidden until it answers (RFC 9309 section 2.3.1.4).
    Unreachable(u16),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rule(rule) => write!(f, "robots.txt forbids it ({rule})"),
            Self::Unreachable(0) => f.write_str("robots.txt could not be fetched, so nothing may be until it can"),
            Self::Unreachable(status) => {
                write!(f, "robots.txt answered {status}, so nothing may be fetched until it answers otherwise")
            }
        }
    }
}

/// The rules of one origin, ready to decide.
#[derive(Debug)]
pub struct RobotsGate {
    stance: Stance,
    fetched_at: i64,
}

#[derive(Debug)]
enum Stance {
    Rules { rules: Rules, status: u16 },
    Closed(u16),
    Ignored(String),
}

impl RobotsGate {
    /// From an answer, fresh or out of the ledger.
    pub fn from_answer(answer: &RobotsAnswer) -> Self {
        let stance = match answer.status {
            200..=299 => Stance::Rules { rules: Rules::parse(&answer.body), status: answer.status },
            // Too many requests says nothing of rules: the origin is overloaded, as with 503.
            429 => Stance::Closed(429),
            // "Unavailable": no rules (section 2.3.1.3). Redirects past the limit count as unavailable too.
            300..=499 => Stance::Rules { rules: Rules::default(), status: answer.status },
            status => Stance::Closed(status),
        };
        Self { stance, fetched_at: answer.fetched_at }
    }

    /// For a site whose file overrides robots.txt, with the reason given there.
    pub fn ignored(why: &str) -> Self {
        Self { stance: Stance::Ignored(why.to_owned()), fetched_at: i64::MAX }
    }

    /// The pass for robots.txt itself.
    pub fn pass_for_robots_txt() -> Pass {
        Pass::robots_txt()
    }

    /// Whether it has to be asked for again at `now` (seconds since 1970).
    pub fn stale(&self, now: i64) -> bool {
        let life = match self.stance {
            Stance::Ignored(_) => return false,
            Stance::Rules { .. } => FRESH_FOR,
            Stance::Closed(_) => RETRY_AFTER,
        };
        now.saturating_sub(self.fetched_at) > i64::try_from(life.as_secs()).unwrap_or(i64::MAX)
    }

    /// The decision on `url`.
    pub fn check(&self, url: &Url) -> Result<Pass, Refusal> {
        match &self.stance {
            Stance::Ignored(why) => Ok(Pass::by_rules(None, format!("ignored: {why}"))),
            Stance::Closed(status) => Err(Refusal::Unreachable(*status)),
            Stance::Rules { rules, status } => {
                let decision = rules.decide(url);
                if !decision.allowed {
                    return Err(Refusal::Rule(decision.rule.unwrap_or_default()));
                }
                let said = match (decision.rule, status) {
                    (Some(rule), _) => format!("allowed by {rule}"),
                    (None, 200..=299) => "allowed, no rule matches".to_owned(),
                    (None, status) => format!("allowed, robots.txt answered {status}"),
                };
                Ok(Pass::by_rules(rules.crawl_delay, said))
            }
        }
    }
}

/// `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date; `now` in seconds since 1970.
pub fn retry_after(value: &str, now: i64) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    // The three forms that a recipient must read (section 5.6.7), and a numeric zone where old servers write one.
    let at = match httpdate::parse_http_date(value) {
        Ok(at) => {
            at.duration_since(std::time::UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_secs()).ok())?
        }
        Err(_) => jiff::fmt::rfc2822::parse(value).ok()?.timestamp().as_second(),
    };
    Some(Duration::from_secs(u64::try_from(at - now).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(status: u16, body: &str) -> RobotsGate {
        RobotsGate::from_answer(&RobotsAnswer { fetched_at: 1_000, status, body: body.as_bytes().to_vec() })
    }

    fn url(path: &str) -> Url {
        Url::parse("https://portal.example").unwrap().join(path).unwrap()
    }

    #[test]
    fn missing_means_allowed_and_broken_means_forbidden() {
        assert!(gate(404, "").check(&url("/x")).is_ok());
        assert!(gate(403, "User-agent: *\nDisallow: /").check(&url("/x")).is_ok());
        assert_eq!(gate(503, "").check(&url("/x")).unwrap_err(), Refusal::Unreachable(503));
        assert_eq!(gate(429, "").check(&url("/x")).unwrap_err(), Refusal::Unreachable(429));
        assert_eq!(gate(0, "").check(&url("/x")).unwrap_err(), Refusal::Unreachable(0));
    }

    #[test]
    fn a_refusal_names_its_line() {
        let refusal = gate(200, "User-agent: *\nDisallow: /admin\n").check(&url("/admin/1")).unwrap_err();
        assert_eq!(refusal, Refusal::Rule("Disallow: /admin".to_owned()));
    }

    #[test]
    fn answers_grow_stale() {
        assert!(!gate(200, "").stale(1_000 + 86_400));
        assert!(gate(200, "").stale(1_001 + 86_400));
        assert!(gate(503, "").stale(1_601));
    }

    #[test]
    fn retry_after_in_seconds_and_as_a_date() {
        assert_eq!(retry_after("120", 0), Some(Duration::from_mins(2)));
        let now = "2026-11-23T10:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
        assert_eq!(retry_after("Mon, 23 Nov 2026 10:01:30 GMT", now), Some(Duration::from_secs(90)));
        assert_eq!(retry_after("Mon, 23 Nov 2026 09:00:00 GMT", now), Some(Duration::ZERO));
        for old in ["Monday, 23-Nov-26 10:01:30 GMT", "Mon Nov 23 10:01:30 2026", "Mon, 23 Nov 2026 17:01:30 +0700"] {
            assert_eq!(retry_after(old, now), Some(Duration::from_secs(90)), "{old}");
        }
        assert_eq!(retry_after("soon", 0), None);
    }
}
