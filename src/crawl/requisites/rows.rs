//! The rows of parts in the ledger.

use serde::{Deserialize, Serialize};

use crate::model::Digest;
use crate::page::requisites::Kind;

/// A part that waits for its turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedRow {
    /// Its address.
    pub url: String,
    /// What it is.
    pub kind: Kind,
    /// 1 for what the page itself names, one more for each style sheet between.
    pub depth: u8,
    /// The page or style sheet that named it first.
    pub via: String,
    /// Requests made for it in this round.
    pub attempts: u8,
    /// Runs that gave up on it.
    pub rounds: u8,
}

/// A part that is being asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// Its place in the queue.
    pub place: u64,
    /// The part.
    pub row: NeedRow,
}

impl Needed {
    /// One word, as the capture's metadata has it.
    pub fn word(&self) -> &'static str {
        if self.row.kind == Kind::File { "attachment" } else { "requisite" }
    }
}

/// What is known of one part of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartRow {
    /// Waits at this place of its site's queue.
    Waiting(u64),
    /// Archived.
    Held(Held),
    /// Not to be had.
    Failed {
        /// Why.
        cause: String,
        /// Its place in the queue, where the next run tries again.
        waits: Option<u64>,
    },
}

impl PartRow {
    /// Its place in the queue, if it has one.
    pub fn place(&self) -> Option<u64> {
        match self {
            Self::Waiting(place) => Some(*place),
            Self::Failed { waits, .. } => *waits,
            Self::Held(_) => None,
        }
    }
}

/// Where a part is archived, and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Digest of the payload.
    pub payload: Digest,
    /// Bytes of the payload.
    pub bytes: u64,
    /// Media type, by its bytes.
    pub media: String,
    /// The name that the server gave it.
    pub name: Option<String>,
    /// Final name of the WARC file.
    pub file: String,
    /// Offset in that file.
    pub offset: u64,
    /// Record id, without angle brackets.
    pub record_id: String,
}
