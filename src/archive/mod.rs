//! Exchanges and texts → WARC files, their indexes and the catalogue; and back.
//!
//! Promises: the bytes of `warc/` are ISO 28500:2017 records, one gzip member each, and are never rewritten apart from
//! cutting a torn tail off a file that a crash left open; everything else under the root can be made from them again.
//! Refuses: the network, the ledger, and the clock (`now` is passed in).

mod article;
pub mod bagit;
pub mod catalog;
pub mod cdxj;
pub mod compare;
pub mod corpus;
pub mod decisions;
mod error;
mod find;
mod fsio;
mod lines;
pub mod manifest;
pub mod reindex;
pub mod select;
pub mod shelf;
mod sorted;
mod surt;
pub mod text;
pub mod verify;
pub mod wacz;
pub mod warc;

pub use error::{ArchiveError, Result};
pub use find::{Found, captures_of};
pub(crate) use fsio::{Durability, create_dirs, replace, sync_dir, sync_file_system};
pub(crate) use lines::Lines;

/// Puts a file in place whole, so that a reader sees the old one or the new; it may be lost with the power.
pub fn replace_rebuildable(path: &std::path::Path, bytes: &[u8]) -> Result<()> {
    fsio::replace(path, bytes, fsio::Durability::Rebuildable)
}

pub use sorted::Sorted;
pub use surt::surt;
