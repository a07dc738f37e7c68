//! What ends a run, as opposed to what is noted of an item.

use crate::archive::ArchiveError;
use crate::article::ArticleError;
use crate::ledger::LedgerError;
use crate::portal::PortalError;

/// A run that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum CrawlError {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// WARC files, texts or catalogue.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A site file's list selectors.
    #[error("site {site}: {source}")]
    Portal {
        /// Site id.
        site: String,
        /// The selector's fault.
        source: PortalError,
    },
    /// A site file's article selectors.
    #[error("site {site}: {source}")]
    Article {
        /// Site id.
        site: String,
        /// The selector's fault.
        source: ArticleError,
    },
    /// A thread of ours is gone.
    #[error("a worker ended unexpectedly; what was acknowledged is safe, run the same command again")]
    Worker,
    /// Space is below the low mark.
    #[error(
        "{root}: {free_kb} kB are free, less than the low mark of {low_kb} kB ([disk] low in luutru.toml): make room, or lower the mark, then run the same command again; what was acknowledged is safe"
    )]
    DiskLow {
        /// The archive root.
        root: String,
        /// Free space, in kB.
        free_kb: u64,
        /// The mark, in kB.
        low_kb: u64,
    },
    /// The archive root cannot be used.
    #[error("{path}: {why}")]
    Root {
        /// Where.
        path: String,
        /// What is wrong and how to mend it.
        why: String,
    },
}

impl CrawlError {
    /// Whether a write failed for want of room: on the disk, in a quota.
    pub fn is_full_disk(&self) -> bool {
        match self {
            Self::Ledger(error) => error.is_full_disk(),
            Self::Archive(ArchiveError::DiskFull { .. }) => true,
            _ => false,
        }
    }

    /// Whether the same run may work later.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Ledger(error) => error.retryable(),
            Self::Archive(_) | Self::Worker | Self::DiskLow { .. } => true,
            Self::Portal { .. } | Self::Article { .. } | Self::Root { .. } => false,
        }
    }
}
