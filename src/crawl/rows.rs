//! The crawl's rows in the ledger, and how they are written down.

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::visit::Visit;
use crate::ledger::LedgerError;
use crate::model::{CanonicalUrl, Digest, PageRequest, Stamp};

/// Version of the rows below; a ledger of another version is set aside and rebuilt from the WARC files.
pub const ROWS_VERSION: &[u8] = b"5";

/// One article waiting to be fetched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueueRow {
    /// The address as the list gave it.
    pub url: String,
    /// Its key.
    pub key: CanonicalUrl,
    /// Id of the list that named it.
    pub list: String,
    /// The list page that named it.
    pub via: String,
    /// The link's text.
    pub title: String,
    /// The list's date.
    pub listed: Option<Stamp>,
    /// The walk that counts it.
    pub walk: String,
    /// Requests made for it so far.
    pub attempts: u8,
    /// Fencing number of the lease it is under, or of the last one; 0 when there was none.
    pub fence: u64,
    /// It is archived, and visited again.
    pub again: bool,
}

/// What became of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum UrlState {
    /// Waits at this place of its site's queue.
    Queued(u64),
    /// Archived, as the article of this content.
    Article {
        /// Content hash of the newest version.
        content: Digest,
        /// Number of the newest version.
        version: u32,
        /// The latest visit.
        visit: Visit,
    },
    /// Fetched and archived, but no article.
    NotArticle(String),
    /// Not to be had, and why.
    Failed {
        /// One word, or a status.
        cause: String,
        /// Whether a later run tries again.
        retryable: bool,
    },
    /// robots.txt forbids it.
    Refused(String),
}

/// What is known of one address of a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UrlRow {
    /// What became of it.
    pub state: UrlState,
    /// The list that named it first.
    pub list: String,
    /// The address as the list gave it.
    pub url: String,
    /// The page that named it.
    pub via: String,
    /// The link's text.
    pub title: String,
    /// The list's date.
    pub listed: Option<Stamp>,
}

/// The first capture of a payload: what revisits refer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayloadRow {
    /// Record id, without angle brackets.
    pub record_id: String,
    /// Target URI of that record.
    pub uri: String,
    /// Its `WARC-Date`, to the letter.
    pub date: String,
    /// Final name of its WARC file.
    pub file: String,
    /// Offset in that file.
    pub offset: u64,
}

/// The article of a content hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentRow {
    /// Its id.
    pub id: String,
    /// The site that captured it first.
    pub site: String,
    /// Its text file, relative to the root.
    pub text_path: String,
    /// Which version of the article it is.
    pub version: u32,
}

/// The newest version of an article, by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleRow {
    /// Its number.
    pub version: u32,
    /// Its content.
    pub content: Digest,
}

/// How much of a WARC file the ledger accounts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// Bytes up to the end of the last record that was accounted for.
    pub committed: u64,
}

/// What a walk is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WalkKind {
    /// Newest first, to the first page on which everything is held.
    Crawl,
    /// Down to the end, or to the first day of the window.
    Backfill {
        /// First day.
        from: Option<Date>,
        /// Last day.
        to: Option<Date>,
    },
}

/// One walk over one list: where it stands, and what it has seen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WalkRow {
    /// Crawl or backfill.
    pub kind: WalkKind,
    /// The list's id.
    pub list: String,
    /// The page to read next; `None` when the walk is over.
    pub next: Option<PageRequest>,
    /// The list reader's own memory, as JSON.
    pub cursor: String,
    /// List pages read.
    pub pages: u32,
    /// Why it ended.
    pub ended: Option<String>,
    /// Whether it ended where it should (and not at a cap or a failure).
    pub complete: bool,
    /// A crawl must read at least this many pages: an earlier one was cut off there.
    pub owed_pages: u32,
    /// A backfill that was complete and is looked over for what is new: what is held is in the account already.
    pub catch_up: bool,
    /// Seconds since 1970.
    pub changed_at: i64,
}

/// Politeness towards a server that a restart must not forget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerRow {
    /// Milliseconds since 1970 before which nothing is asked.
    pub next_at_ms: i64,
    /// Refusals in a row.
    pub level: u32,
    /// Why the pause is longer than the delay.
    pub reason: Option<String>,
}

/// A row as bytes.
pub fn encode<T: Serialize>(row: &T) -> Vec<u8> {
    // invariant: rows are plain values; serialising them to memory cannot fail.
    postcard::to_allocvec(row).unwrap_or_default()
}

/// A row from bytes.
pub fn decode<T: DeserializeOwned>(key: &[u8], bytes: &[u8]) -> Result<T, LedgerError> {
    postcard::from_bytes(bytes).map_err(|_| LedgerError::Row { key: String::from_utf8_lossy(key).into_owned() })
}
