//! Whole pages: what an article's page needs to be shown, and the files it links to.
//!
//! A page that was archived names its parts; they are queued in the ledger, asked for once all articles and list pages
//! have been, each address once a site, and archived like everything else. Once the files of an article have been asked
//! for, its record is written again with their places. Promises: the queue survives a stop, and nothing is kept in memory
//! but what is in flight. Refuses: pages of other hosts, trackers, advertisements, films.

mod counts;
mod fill;
mod judge;
mod queue;
mod read;
mod restore;
mod rows;
mod settle;

pub use counts::PartCounts;
pub use fill::fill;
pub use judge::judge;
pub use queue::row as known;
pub use read::{PartRead, metadata, read, told};
pub use restore::Restore;
pub use rows::{Needed, PartRow};
pub use settle::{files, named, settle};

/// Parts of one page at most; the richest portal page seen names 140.
const PER_PAGE: usize = 200;
/// Addresses that one page or style sheet may name before the rest is passed over unread.
pub const NAMED: usize = 600;
/// Parts of one site at most, so that made-up addresses cannot fill the disk.
const PER_SITE: u64 = 500_000;
/// Addresses that differ in their query alone, of style sheets, scripts and fonts: some portals number them anew with every page.
const VARIANTS: u32 = 32;
/// Style sheets that name style sheets: the page, its sheet, what that imports, and what that names in turn.
const DEPTH: u8 = 3;
/// Requests for one part in one run.
const ATTEMPTS: u8 = 3;
/// Runs in which a part is tried that a server could not give.
const ROUNDS: u8 = 4;
