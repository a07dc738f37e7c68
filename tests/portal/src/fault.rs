//! Misbehaviour on demand: what real portals do to crawlers, in small and bounded doses.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// A way to misbehave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// This status with a short page.
    Status(u16),
    /// This status with a `Retry-After` in seconds.
    RetryAfter {
        /// The status, 429 or 503 as a rule.
        status: u16,
        /// The field's value.
        seconds: u32,
    },
    /// The connection is reset (RST) after this many bytes of the body; with 0, before any answer.
    Reset {
        /// Bytes of the body that get through.
        after: usize,
    },
    /// The real body, one byte per interval, for two minutes at most.
    Drip {
        /// Milliseconds between bytes.
        interval_ms: u64,
    },
    /// Half of the real body, then silence for two minutes.
    Stall,
    /// A head of about so many bytes, in fields of 4 KB.
    HeadTooBig {
        /// Bytes.
        bytes: usize,
    },
    /// A body without length that goes on, for 4 GB or two minutes.
    EndlessBody,
    /// A small gzip body that becomes about so many megabytes.
    GzipBomb {
        /// Megabytes after decompression.
        megabytes: u32,
    },
    /// 302 to the same path with a growing number, without end.
    RedirectLoop,
    /// 302 to this address.
    RedirectTo(String),
    /// A `Content-Length` that promises 1,000 bytes more than come before the close.
    ShortBody,
    /// No answer for two minutes, then the close.
    NeverAnswers,
    /// The connection is closed without an answer.
    Close,
    /// `/robots.txt` answers with this status and text; nothing else changes.
    Robots {
        /// Status.
        status: u16,
        /// Body.
        text: String,
    },
    /// 200 with the page of a missing page.
    SoftError200,
    /// 200 with a tiny script that sets a cookie and reloads; with the cookie, the real page.
    CookieGate,
    /// The same script, whether the cookie is sent or not.
    CookieWall,
    /// 200 with a form to log in, at the address asked for.
    LoginInPlace,
    /// 200 with a firewall's notice.
    FirewallInPlace,
    /// 200 with a picture whose letters are to be typed.
    Captcha,
    /// 200 with a notice that reads like a short article, the same for every address.
    Notice,
    /// 302 to a login form.
    Login,
    /// 403 with the block page of a web firewall.
    Firewall,
    /// 200 with an empty body.
    Empty,
    /// The right page, this late.
    Slow {
        /// Milliseconds.
        delay_ms: u64,
    },
}

/// A fault with its reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultRule {
    /// What happens.
    pub fault: Fault,
    /// Only for paths that begin so; otherwise for all but `/robots.txt`.
    #[serde(default)]
    pub prefix: Option<String>,
    /// Only for so many requests.
    #[serde(default)]
    pub times: Option<u32>,
}

impl From<Fault> for FaultRule {
    fn from(fault: Fault) -> Self {
        Self { fault, prefix: None, times: None }
    }
}

impl FaultRule {
    fn covers(&self, path: &str) -> bool {
        let robots = path == "/robots.txt";
        match (&self.fault, &self.prefix) {
            (Fault::Robots { .. }, _) => robots,
            (_, Some(prefix)) => path.starts_with(prefix.as_str()) && (!robots || prefix.starts_with("/robots")),
            (_, None) => !robots,
        }
    }
}

/// The faults in force; the newest that covers a path wins.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<FaultRule>>);

impl Faults {
    /// Puts a fault in force.
    pub fn add(&self, rule: FaultRule) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
    }

    /// Lifts all faults.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The fault for a request to `path`, counted off when it has a number of times.
    pub fn take(&self, path: &str) -> Option<Fault> {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = rules.iter().rposition(|rule| rule.covers(path))?;
        let rule = &mut rules[at];
        let fault = rule.fault.clone();
        if let Some(times) = &mut rule.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                rules.remove(at);
            }
        }
        Some(fault)
    }
}
