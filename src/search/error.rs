//! What can go wrong with the index of words.

use std::path::{Path, PathBuf};

use crate::archive::ArchiveError;

/// Why nothing can be searched, or not as asked.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The directory of the index cannot be written to.
    #[error(
        "the search index cannot be kept in {path}: {source}; name a directory that can be written to with --cache"
    )]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process writes to the index.
    #[error("another process is bringing the search index in {path} up to date; try again when it is done")]
    Busy {
        /// The directory.
        path: PathBuf,
    },
    /// The index itself.
    #[error("the search index in {path} cannot be used: {source}; it is made anew when the directory is deleted")]
    Index {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: tantivy::TantivyError,
    },
    /// What the index is made of.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A query that cannot be carried out.
    #[error("{what}")]
    Query {
        /// What is wrong, and the mend.
        what: String,
    },
}

/// Names the directory that a fault of the index lies in.
pub(super) trait At<T> {
    fn at(self, dir: &Path) -> Result<T, SearchError>;
}

impl<T, E: Into<tantivy::TantivyError>> At<T> for Result<T, E> {
    fn at(self, dir: &Path) -> Result<T, SearchError> {
        self.map_err(|error| SearchError::Index { path: dir.to_owned(), source: error.into() })
    }
}
