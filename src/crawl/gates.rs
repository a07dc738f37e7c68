//! Cookie gates: a small page whose script sets a cookie and loads the page again.
//!
//! Answered only where the site file says so, with the cookie that the page itself prints, and for this run only: nothing
//! is kept in the ledger. The gate and what comes after it are two exchanges, and both are archived.

use std::collections::HashMap;

use url::Url;

use super::process;
use crate::article::gate_cookie;
use crate::config::CookieGate;
use crate::fetch::Exchange;
use crate::model::Limits;

/// A gate is this small once decoded; more is a page.
const GATE_BYTES: usize = 6_000;

/// The cookies that gates have set in this run, by origin.
#[derive(Debug, Default)]
pub struct Cookies {
    held: HashMap<String, String>,
}

impl Cookies {
    /// What is sent to `url`'s origin.
    pub fn of(&self, url: &Url) -> Option<String> {
        self.held.get(&url.origin().ascii_serialization()).cloned()
    }

    /// Whether `exchange` is a gate that may be answered, and was not in vain before: the same request is then to be made
    /// once more.
    pub fn answer(&mut self, policy: &CookieGate, exchange: &Exchange, limits: &Limits) -> bool {
        if *policy == CookieGate::Stop || exchange.head.status != 200 || exchange.payload().len() > GATE_BYTES {
            return false;
        }
        let Some(cookie) = process::text(limits, exchange).ok().and_then(|page| gate_cookie(&page.text)) else {
            return false;
        };
        // The same cookie did not open it: asking again would not either.
        if exchange.cookie.as_ref() == Some(&cookie) {
            return false;
        }
        let origin = exchange.url.origin().ascii_serialization();
        // A gate that wants a new cookie each time is no gate but a wall.
        if exchange.cookie.is_some() && self.held.contains_key(&origin) {
            return false;
        }
        self.held.insert(origin, cookie);
        true
    }
}

/// The line that a capture's metadata has for a request that carried a gate's cookie.
pub fn told(policy: &CookieGate, exchange: &Exchange) -> Option<String> {
    let (CookieGate::Answer { why }, Some(cookie)) = (policy, &exchange.cookie) else { return None };
    let name = cookie.split('=').next().unwrap_or_default();
    Some(format!("answered for this run with the page's own cookie {name} ({why})"))
}
