//! How much may one client ask? Counted for each token, or for each address without one, in bounded memory.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Clients that are counted one by one; all that come when so many are known share one count.
const CLIENTS: usize = 10_000;
/// How often clients that have been quiet are forgotten, when there are many.
const FORGET_EVERY: Duration = Duration::from_secs(1);
/// Wrong tokens at once, and a second, of one address.
const GUESSES: (u32, u32) = (20, 1);

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Client {
    /// A token, by its id.
    Token(String),
    /// An address; of IPv6 the network, since one machine has as many addresses as it likes.
    Address(IpAddr),
    /// All that are too many to be counted one by one.
    Others,
}

impl Client {
    /// The one at this address.
    pub fn at(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

/// The counts of one server.
#[derive(Debug)]
pub struct Quotas {
    asks: Option<Count>,
    guesses: Count,
}

impl Quotas {
    /// `rate` requests a second, four times as many at once; without a bound if `None`.
    pub fn new(rate: Option<u32>) -> Self {
        let asks = rate.map(|rate| Count::new(rate.saturating_mul(4), rate));
        Self { asks, guesses: Count::new(GUESSES.0, GUESSES.1) }
    }

    /// Counts a request; if there were too many, how long to wait.
    pub fn ask(&self, client: Client) -> Result<(), Duration> {
        self.asks.as_ref().map_or(Ok(()), |count| count.one(client))
    }

    /// Counts a wrong token.
    pub fn guess(&self, client: Client) -> Result<(), Duration> {
        self.guesses.one(client)
    }
}

#[derive(Debug)]
struct Count {
    limiter: DefaultKeyedRateLimiter<Client>,
    forgot: Mutex<Instant>,
}

impl Count {
    fn new(at_once: u32, a_second: u32) -> Self {
        let of = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(of(a_second)).allow_burst(of(at_once));
        Self { limiter: RateLimiter::keyed(quota), forgot: Mutex::new(Instant::now()) }
    }

    fn one(&self, client: Client) -> Result<(), Duration> {
        let client = if self.limiter.len() < CLIENTS || self.forget() { client } else { Client::Others };
        let now = DefaultClock::default().now();
        self.limiter.check_key(&client).map_err(|until| until.wait_time_from(now))
    }

    /// Forgets those whose count is full again; whether there is room now.
    fn forget(&self) -> bool {
        let mut forgot = self.forgot.lock().unwrap_or_else(PoisonError::into_inner);
        if forgot.elapsed() >= FORGET_EVERY {
            *forgot = Instant::now();
            self.limiter.retain_recent();
        }
        self.limiter.len() < CLIENTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_has_a_count_of_its_own() {
        let quotas = Quotas::new(Some(1));
        let one = Client::at("192.0.2.1".parse().unwrap());
        let asked: Vec<bool> = (0..5).map(|_| quotas.ask(one.clone()).is_ok()).collect();
        assert_eq!(asked, [true, true, true, true, false]);
        let wait = quotas.ask(one).unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(2), "{wait:?}");
        quotas.ask(Client::Token("a".to_owned())).unwrap();
        assert_eq!(Client::at("::ffff:192.0.2.1".parse().unwrap()), Client::at("192.0.2.1".parse().unwrap()));
        assert_eq!(Client::at("2001:db8::1".parse().unwrap()), Client::at("2001:db8::2".parse().unwrap()));
        assert_ne!(Client::at("2001:db8::1".parse().unwrap()), Client::at("2001:db8:0:1::1".parse().unwrap()));
        for _ in 0..1_000 {
            Quotas::new(None).ask(Client::Others).unwrap();
        }
    }

    #[test]
    fn strangers_do_not_fill_the_memory() {
        let quotas = Quotas::new(Some(1));
        for number in 0..30_000 {
            let _ = quotas.ask(Client::Address(std::net::Ipv4Addr::from_bits(number).into()));
        }
        assert!(quotas.asks.unwrap().limiter.len() <= CLIENTS + 1);
    }
}
