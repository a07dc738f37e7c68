//! The budgets of all servers, and waiting for one's turn.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::rows::{ServerRow, decode, encode};
use crate::fetch::{Exchange, FetchError};
use crate::ledger::{Batch, Key, Ledger, LedgerError};
use crate::model::Clock;
use crate::politeness::{Budget, Outcome, Pace, Pass, Permit, Spent, Wait, retry_after};

/// A pause shorter than this is not written down: a restart takes longer.
const WORTH_KEEPING: Duration = Duration::from_millis(200);

/// One server: an address, whatever the names that lead to it.
#[derive(Debug)]
pub struct Server {
    address: IpAddr,
    budget: Mutex<Budget>,
    freed: Notify,
}

impl Server {
    fn budget(&self) -> MutexGuard<'_, Budget> {
        // invariant: no call panics while it holds the budget.
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server's address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Refusals in a row, and why the present pause is long.
    pub fn trouble(&self) -> (u32, Option<String>) {
        let budget = self.budget();
        (budget.level(), budget.reason().map(str::to_owned))
    }

    /// What is left of a pause that a refusal began.
    pub fn trouble_left(&self) -> Duration {
        let budget = self.budget();
        if budget.level() == 0 { Duration::ZERO } else { budget.left(Instant::now()) }
    }

    /// Waits for the server's turn. Others that wait for the same server are served one by one.
    pub async fn permit(&self, mut pass: Pass) -> Permit {
        loop {
            let freed = self.freed.notified();
            let answer = self.budget().take(pass, Instant::now());
            match answer {
                Ok(permit) => return permit,
                Err((kept, wait)) => {
                    pass = kept;
                    match wait {
                        Wait::Busy => freed.await,
                        Wait::For(left) => tokio::time::sleep(left).await,
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
    all: Mutex<HashMap<IpAddr, Arc<Server>>>,
}

impl std::fmt::Debug for Servers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Servers")
    }
}

impl Servers {
    /// None yet.
    pub fn new(ledger: Arc<dyn Ledger>, clock: Arc<dyn Clock>) -> Self {
        Self { ledger, clock, all: Mutex::default() }
    }

    /// The server at `address`, with the pause that an earlier run left it in.
    pub fn at(&self, address: IpAddr) -> Result<Arc<Server>, LedgerError> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = all.get(&address) {
            return Ok(Arc::clone(server));
        }
        let key = Key::server(&address.to_string());
        let row: Option<ServerRow> = self.ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()?;
        let (wait, level) = row.map_or((Duration::ZERO, 0), |row| {
            let left = row.next_at_ms - self.clock.now().as_millisecond();
            (Duration::from_millis(u64::try_from(left).unwrap_or(0)), row.level)
        });
        let budget = Mutex::new(Budget::new(Instant::now(), wait, level));
        let server = Arc::new(Server { address, budget, freed: Notify::new() });
        all.insert(address, Arc::clone(&server));
        Ok(server)
    }

    /// Ends a request: notes how it went, and the pause that follows, also for the next start.
    pub fn settle(
        &self,
        server: &Server,
        spent: Spent,
        outcome: Outcome,
        pace: &Pace,
    ) -> Result<Duration, LedgerError> {
        let (pause, level) = {
            let mut budget = server.budget();
            let pause = budget.settle(spent, outcome, pace, Instant::now());
            (pause, budget.level())
        };
        server.freed.notify_one();
        if pause >= WORTH_KEEPING {
            let pause_ms = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
            let row = ServerRow { next_at_ms: self.clock.now().as_millisecond().saturating_add(pause_ms), level };
            let mut batch = Batch::default();
            batch.put(Key::server(&server.address.to_string()), encode(&row));
            self.ledger.apply(&batch)?;
        }
        Ok(pause)
    }
}

/// What an exchange says about its server; `now` in seconds since 1970.
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
