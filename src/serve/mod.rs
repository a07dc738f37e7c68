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
mod desk;
mod door;
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
mod pages;
mod parameters;
mod ranges;
mod reading;
mod replay;
mod reports;
mod routes;
mod shelf;
mod shown;
mod single;
mod socket;
mod stream;
mod sums;
mod tls;
mod transfer;
mod wasapi;

pub use door::{Door, DoorOptions, Peer};
pub use error::ServeError;
pub use holdings::{Holdings, WarcFile};
pub use library::{Library, Options};
pub use listener::{Limits, serve};
pub use reading::Reading;
pub use replay::fault as replay_fault;
pub use routes::router;
pub use socket::{inherited, own};
pub use tls::{Tls, TlsError};
