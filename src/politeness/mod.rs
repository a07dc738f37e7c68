//! Who may be asked what, and when.
//!
//! robots.txt and the history of a server in, a [`Permit`] out. Promises: one request in flight per server, and the delay
//! counted from the end of the last response. Refuses: clocks and sockets; time is passed in. Nothing else can make a
//! [`Permit`], and `fetch/` makes no request without one.

mod budget;
mod gate;
mod permit;
mod promise;
pub mod robots;

pub use budget::{Answer, Budget, Outcome, Pace, STRETCH_DELAYS, Wait};
pub use gate::{Refusal, RobotsAnswer, RobotsGate, retry_after};
pub use permit::{Pass, Permit, Spent};
pub use promise::PACE_LINE;
