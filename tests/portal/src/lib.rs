//! Look-alike public portals on loopback.
//!
//! Made-up Vietnamese articles, served over real HTTP/1.1 in the markup of the systems that provincial portals run on,
//! with the gold text of each, a log of every request, and faults on demand. In the order data flows:
//!
//! - `rng`, `dates`, `spelling`: small tools;
//! - `text`: words; `article`, `world`: who publishes what and when; `gold`: the truth about it;
//! - `page`, `render`: markup; `family`: what sets one system apart from another; `state`: what a portal holds at one moment; `route`, `site`: from a request to an answer;
//! - `body`, `answer`, `fault`, `misbehave`, `server`: onto the wire; `log`, `control`, `change`: what came of it, and what moves meanwhile.
//!
//! Sentences, people, provinces and addresses are made up; a likeness to real ones is chance.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod answer;
mod article;
mod assets;
mod body;
mod change;
mod control;
mod dates;
mod family;
mod fault;
mod gold;
mod log;
mod misbehave;
mod page;
mod portal;
mod render;
mod rng;
mod route;
mod server;
mod site;
mod spec;
mod spelling;
mod state;
#[cfg(test)]
mod tests;
mod text;
mod world;

pub use change::Change;
pub use fault::{Fault, FaultRule};
pub use gold::Gold;
pub use log::Request;
pub use portal::{Portal, Portals, start, start_in};
pub use site::ListInfo;
pub use spec::{Family, PortalSpec, ROBOTS};
pub use world::World;
