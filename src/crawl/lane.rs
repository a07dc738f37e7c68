//! One site's connections, one a server address, and what its names resolve to.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use url::Url;

use crate::config::TlsPolicy;
use crate::fetch::{Ask, Exchange, FetchError, Fetcher, Line, TlsFault, Trust};
use crate::observe::Meters;
use crate::politeness::{Answer, Outcome, Permit, Spent, retry_after};

/// How long an address is relied on before the name is resolved again.
const RESOLVED_FOR: Duration = Duration::from_mins(5);

/// The lines of one site, and how many requests may still go over them.
#[derive(Debug, Default)]
pub struct Lane {
    lines: HashMap<IpAddr, Line>,
    resolved: HashMap<String, (SocketAddr, Instant)>,
    left: Option<u32>,
    trust: Option<Trust>,
    /// Why the latest TLS connection did not come about.
    pub tls_fault: Option<String>,
}

impl Lane {
    /// A lane that carries `most` requests and refuses every further one.
    pub fn bounded(most: u32) -> Self {
        Self { left: Some(most), ..Self::default() }
    }

    /// The address at which `url`'s host is dialled. A lane that is used up resolves nothing.
    pub async fn resolve(&mut self, fetcher: &Fetcher, url: &Url) -> Result<SocketAddr, FetchError> {
        if self.left == Some(0) {
            return Err(FetchError::Enough);
        }
        let origin = url.origin().ascii_serialization();
        if let Some((address, at)) = self.resolved.get(&origin)
            && at.elapsed() < RESOLVED_FOR
        {
            return Ok(*address);
        }
        let address = fetcher.resolve(url).await?;
        self.resolved.insert(origin, (address, Instant::now()));
        Ok(address)
    }

    /// Spends `permit` on one exchange with `address`, which is judged by `policy`: the site's own, or the strict one for the
    /// hosts of others.
    pub async fn exchange(
        &mut self,
        fetcher: &Fetcher,
        address: SocketAddr,
        permit: Permit,
        (ask, policy): (&Ask, &TlsPolicy),
    ) -> (Spent, Result<Exchange, FetchError>) {
        self.left = self.left.map(|left| left.saturating_sub(1));
        let Some(trust) = self.trust(fetcher, policy) else {
            let host = ask.url.host_str().unwrap_or_default().to_owned();
            let why = "no trust anchor can be read".to_owned();
            return (permit.spend(), Err(FetchError::Tls { host, fault: TlsFault::Other, why }));
        };
        let line = self.lines.entry(address.ip()).or_default();
        let (spent, result) = line.exchange(fetcher, address, permit, (ask, &trust)).await;
        if let Err(FetchError::Tls { fault, why, .. }) = &result {
            self.tls_fault = Some(format!("{} ({why}); {}", fault.words(), fault.mend()));
        }
        (spent, result)
    }

    /// How servers are judged under `policy`; what the site's file allows is prepared once.
    fn trust(&mut self, fetcher: &Fetcher, policy: &TlsPolicy) -> Option<Trust> {
        if *policy == TlsPolicy::Strict {
            return fetcher.trust(policy);
        }
        if self.trust.is_none() {
            self.trust = fetcher.trust(policy);
        }
        self.trust.clone()
    }
}

/// How an exchange went, as far as politeness cares; `now` in seconds since 1970.
pub fn outcome_of(result: &Result<Exchange, FetchError>, now: i64) -> Outcome {
    match result {
        Ok(exchange) if matches!(exchange.head.status, 429 | 503) => {
            Outcome::Pushback(exchange.head.get("retry-after").and_then(|value| retry_after(&value, now)))
        }
        // An answer that makes no sense is still one: the item suffers, not the server.
        Ok(_) | Err(FetchError::Protocol { .. } | FetchError::Address { .. }) => Outcome::Fine,
        Err(_) => Outcome::Unreachable,
    }
}

/// Counts a request, and the pause that it brings about.
pub fn meter(meters: &Meters, result: &Result<Exchange, FetchError>, answer: &Answer) {
    match result {
        Ok(exchange) => {
            let bytes = (exchange.request.len(), exchange.response.len());
            meters.answered(exchange.head.status, answer.took, bytes);
        }
        Err(error) => meters.failed(error.cause(), answer.took),
    }
    match answer.outcome {
        Outcome::Fine => {}
        Outcome::Pushback(_) => meters.backed_off("refused"),
        Outcome::Unreachable => meters.backed_off("unreachable"),
    }
}
