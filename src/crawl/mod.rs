//! Schedule, frontier, coverage and the pipeline that wires all rooms.
//!
//! A list page is read, its items are queued, leased, permitted, fetched, archived, cleaned, deduplicated, catalogued and
//! acknowledged: `Candidate → Lease → Permit → Exchange → Capture → Receipt`. Promises: an item leaves the queue only with
//! a [`crate::archive::warc::Receipt`] or with its reason; a start reads back what a crash left. Refuses: to keep an item
//! in memory beyond those in flight.

mod adopt;
mod commit;
mod correct;
pub mod coverage;
pub mod daemon;
mod disk;
mod effects;
mod error;
mod found;
mod frontier;
mod gates;
mod idle;
mod kept;
mod lane;
mod listing;
mod mend;
mod near;
mod open;
mod outcome;
mod payload;
mod pipeline;
mod places;
mod plan;
pub mod probe;
mod process;
mod pulse;
mod readers;
mod recheck;
mod recorded;
mod recurring;
mod reindex;
mod report;
mod requisites;
mod rows;
mod run;
mod runner;
mod schedule;
mod servers;
mod shelf;
mod shelve;
pub mod stats;
mod tails;
mod task;
mod templates;
mod told;
mod versions;
mod visit;

pub use adopt::Adopted;
pub use disk::free_bytes;
pub use error::CrawlError;

pub use frontier::{Candidate, Frontier, Known, Lease};
pub use open::look_in;
pub use outcome::{ListOutcome, Outcome, SiteOutcome};
pub use pipeline::{Job, View, run};
pub use plan::Want;
pub use readers::ArticleReaders;
pub use recheck::{Recheck, Rechecked};
pub use reindex::{Reindexed, reindex};
pub use requisites::PartCounts;
pub use run::{Halt, SiteRun, Stop};
