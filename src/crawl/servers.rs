//! The budgets of all servers, and waiting for one's turn.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::rows::{ServerRow, decode, encode};
use crate::ledger::{Batch, Key, Ledger, LedgerError};
use crate::model::Clock;
use crate::politeness::{Answer, Budget, Outcome, Pace, Pass, Permit, STRETCH_DELAYS, Spent, Wait};

/// A pause shorter than this needs no explanation.
const WORTH_SAYING: Duration = Duration::from_secs(2);

/// One server: an address, whatever the names that lead to it.
#[derive(Debug)]
pub struct Server {
    budget: Mutex<Budget>,
    freed: Notify,
}

impl Server {
    fn budget(&self) -> MutexGuard<'_, Budget> {
        // invariant: no call panics while it holds the budget.
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refusals in a row, and why the present pause is long.
    pub fn trouble(&self) -> (u32, Option<String>) {
        let budget = self.budget();
        (budget.level(), budget.reason().map(str::to_owned))
    }

    /// What is left of a pause that its trouble began, in this run or an earlier one.
    pub fn trouble_left(&self) -> Duration {
        self.budget().trouble_left(Instant::now())
    }

    /// Waits for the server's turn. Others that wait for the same server are served one by one. A wait that a person
    /// would wonder about is told to `waiting`.
    pub async fn permit(&self, mut pass: Pass, waiting: impl Fn(Duration, Option<&str>)) -> Permit {
        loop {
            let freed = self.freed.notified();
            let answer = self.budget().take(pass, Instant::now());
            match answer {
                Ok(permit) => return permit,
                Err((kept, wait)) => {
                    pass = kept;
                    match wait {
                        Wait::Busy => freed.await,
                        Wait::For(left) => {
                            let (_, reason) = self.trouble();
                            if left >= WORTH_SAYING && reason.is_some() {
                                waiting(left, reason.as_deref());
                            }
                            tokio::time::sleep(left).await;
                        }
                    }
                }
            }
        }
    }
}

/// All servers that this process talks to.
pub struct Servers {
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    // After a crash, when this run began: what was asked for last, and when, may not be on record.
    crashed: Option<Instant>,
    all: Mutex<HashMap<IpAddr, Arc<Server>>>,
}

impl std::fmt::Debug for Servers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Servers")
    }
}

impl Servers {
    /// None yet. After a crash (`unclean`) each server is left alone for one delay first.
    pub fn new(ledger: Arc<dyn Ledger>, clock: Arc<dyn Clock>, unclean: bool) -> Self {
        Self { ledger, clock, crashed: unclean.then(Instant::now), all: Mutex::default() }
    }

    /// The server at `address`, with the pause that an earlier run left it in.
    pub fn at(&self, address: IpAddr, pace: &Pace) -> Result<Arc<Server>, LedgerError> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = all.get(&address) {
            return Ok(Arc::clone(server));
        }
        let key = Key::server(&address.to_string());
        let row: Option<ServerRow> = self.ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()?;
        let (wait, level, reason) = row.map_or((Duration::ZERO, 0, None), |row| {
            let left = row.next_at_ms.saturating_sub(self.clock.now().as_millisecond());
            // No pause is longer than this: what is beyond was written under a clock that has been set back since.
            let most = pace.backoff_max.max(pace.delay.saturating_mul(STRETCH_DELAYS)).max(pace.crawl_delay_cap);
            (Duration::from_millis(u64::try_from(left).unwrap_or(0)).min(most), row.level, row.reason)
        });
        let since = self.crashed.map(|begun| pace.delay.saturating_sub(begun.elapsed()));
        let wait = wait.max(since.unwrap_or_default());
        let budget = Mutex::new(Budget::new(Instant::now(), wait, level, reason));
        let server = Arc::new(Server { budget, freed: Notify::new() });
        all.insert(address, Arc::clone(&server));
        Ok(server)
    }

    /// Ends a request: notes how it went, and the pause that follows, also for the next start.
    pub fn settle(
        &self,
        (address, server): (IpAddr, &Server),
        spent: Spent,
        answer: Answer,
        pace: &Pace,
    ) -> Result<Duration, LedgerError> {
        let (pause, level, reason) = {
            let mut budget = server.budget();
            let pause = budget.settle(spent, answer, pace, Instant::now());
            (pause, budget.level(), budget.reason().map(str::to_owned))
        };
        server.freed.notify_one();
        if !pause.is_zero() {
            let pause_ms = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
            let row =
                ServerRow { next_at_ms: self.clock.now().as_millisecond().saturating_add(pause_ms), level, reason };
            let mut batch = Batch::default();
            batch.put(Key::server(&address.to_string()), encode(&row));
            self.ledger.apply(&batch)?;
            // A pause that the server asked for must outlive a crash as well.
            if answer.outcome != Outcome::Fine {
                self.ledger.flush()?;
            }
        }
        Ok(pause)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use jiff::Timestamp;

    use super::*;
    use crate::ledger::MemoryLedger;

    #[derive(Debug)]
    struct Hands(Mutex<Timestamp>);

    impl Clock for Hands {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_pause_of_years() {
        let pace = Pace { backoff_max: Duration::from_hours(2), ..Pace::default() };
        let ledger: Arc<dyn Ledger> = Arc::new(MemoryLedger::default());
        let ahead = "2031-01-01T00:00:00Z".parse::<Timestamp>().unwrap();
        let hands = Arc::new(Hands(Mutex::new(ahead)));
        let address: IpAddr = "192.0.2.7".parse().unwrap();
        let row = |next_at_ms| ServerRow { next_at_ms, level: 3, reason: Some("503".to_owned()) };
        let mut batch = Batch::default();
        let hour_ms = 3_600_000;
        batch.put(Key::server(&address.to_string()), encode(&row(ahead.as_millisecond() + hour_ms)));
        ledger.apply(&batch).unwrap();
        let left = |at: &str| {
            *hands.0.lock().unwrap() = at.parse().unwrap();
            let clock: Arc<dyn Clock> = Arc::<Hands>::clone(&hands);
            Servers::new(Arc::clone(&ledger), clock, false).at(address, &pace).unwrap().trouble_left().as_secs()
        };
        assert!((3_590..=3_600).contains(&left("2031-01-01T00:00:00Z")));
        assert!((1_790..=1_800).contains(&left("2031-01-01T00:30:00Z")), "what is left of it");
        assert!((7_190..=7_200).contains(&left("2026-01-01T00:00:00Z")), "never more than the longest back-off");
        assert_eq!(left("2032-01-01T00:00:00Z"), 0, "a clock set forward ends it");
    }
}
