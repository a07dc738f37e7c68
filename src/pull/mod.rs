//! A server elsewhere (a luutru, or any that speaks WASAPI) → a verified copy of its files here.
//!
//! Promises: a file appears under its name only when it is whole, its checksum is the listed one, and it is on disk; what
//! was cut off goes on where it ended; a second run fetches only what is new; nothing that lies here is overwritten. Of a
//! luutru, the copy is the root of an archive that every reader can read.
//!
//! Refuses: names from the server that are more than a name, a way from https back to http, and to send the token to any
//! host but the server and those that were named.

mod address;
mod bundle;
mod client;
mod download;
mod error;
mod listing;
mod place;
mod state;
mod sums;
mod walk;

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use url::Url;

pub use address::Selection;
pub use client::{Client, Credentials};
pub use error::PullError;
pub use walk::{Account, Failure, Progress, Pull};

/// From when on files are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Since {
    /// From the first.
    #[default]
    Ever,
    /// From the last run of the same selection that saw the whole list.
    Last,
    /// From that instant.
    At(Timestamp),
}

/// What is pulled, from where, to where.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server, or its list of files.
    pub server: Url,
    /// The folder that becomes the copy.
    pub to: PathBuf,
    /// Only these sites (collections).
    pub sites: Vec<String>,
    /// Only what was captured from this day on, Vietnam time.
    pub from: Option<Date>,
    /// Only what was captured up to this day, Vietnam time.
    pub until: Option<Date>,
    /// Only what is new.
    pub since: Since,
    /// Downloads at a time.
    pub jobs: usize,
    /// How long a server may say nothing.
    pub patience: Duration,
}
