//! What can go wrong while the files are read.

use thiserror::Error;

use crate::archive::ArchiveError;

/// Why there is no verdict.
#[derive(Debug, Error)]
pub enum AuditError {
    /// The folders cannot be listed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The folder for temporary files failed.
    #[error("cannot sort the requests in {folder}: {source}; make room there, or name another folder with TMPDIR")]
    Sort {
        /// The folder.
        folder: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A site of which there is no file.
    #[error("no WARC file is of the site \"{site}\"; `ls {root}/warc` shows which there are")]
    NoSite {
        /// The site.
        site: String,
        /// The root.
        root: String,
    },
}

impl AuditError {
    /// Whether the same call may succeed later.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Archive(error) => error.retryable(),
            Self::Sort { .. } => true,
            Self::NoSite { .. } => false,
        }
    }
}
