//! What comes to the queue, what it knew of it, and why something leaves it unarchived.

use crate::model::{CanonicalUrl, Stamp};

/// An item that a list named.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The address as the list gave it.
    pub url: String,
    /// Its key.
    pub key: CanonicalUrl,
    /// The list.
    pub list: String,
    /// The list page.
    pub via: String,
    /// The link's text.
    pub title: String,
    /// The list's date.
    pub listed: Option<Stamp>,
    /// The walk that counts it.
    pub walk: String,
    /// It waits behind everything else of its site: a backfill beside live lists.
    pub patient: bool,
}

/// Why an item leaves the queue without a capture of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GaveUp {
    /// It could not be fetched.
    Failed {
        /// One word, or a status.
        cause: String,
        /// Whether a later run tries again.
        retryable: bool,
    },
    /// robots.txt forbids it, by this line.
    Refused(String),
}

/// What the queue knew of a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing: it is queued now.
    New,
    /// It waits in the queue already.
    Queued,
    /// It is archived.
    Held,
    /// It was found to be no article, or not to be had for good.
    Settled,
}
