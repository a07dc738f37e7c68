//! The files of an archive root → what archivists ask for over HTTP.
//!
//! Promises: it only reads, and only under the root; it works on a copy of the root without `state/`; what is captured
//! while it runs appears without a restart. No connection can hold it up: heads, idle time and stalled downloads end, and
//! the number of connections is bounded.
//!
//! Refuses: the ledger, requests to other machines, and paths joined from what a client sent (names are looked up in what
//! a scan of the root found).

mod bundles;
mod captures;
mod cdx;
mod conditions;
mod error;
mod files;
mod health;
mod holdings;
mod jobs;
mod library;
mod listener;
mod manifests;
mod memento;
mod metrics;
mod origin;
mod parameters;
mod ranges;
mod routes;
mod shown;
mod stream;
mod sums;
mod transfer;
mod wasapi;

pub use error::ServeError;
pub use holdings::{Holdings, WarcFile};
pub use library::{Library, Options};
pub use listener::{Limits, serve};
pub use routes::router;
