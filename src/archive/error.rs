//! What can go wrong while the archive is written or read.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::warc::Damage;

/// An error of the archive room. Every message names the file and the next step.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// The file system has no room left, or the quota is used up (ENOSPC, EDQUOT, EFBIG).
    #[error("disk full while writing {}: make room or move the archive root, then start again; what was acknowledged is safe", path.display())]
    DiskFull {
        /// The file that could not grow.
        path: PathBuf,
    },
    /// Any other fault of the file system.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An earlier write or sync failed and could not be taken back; what the disk holds is unknown.
    #[error("{} failed earlier and takes no more records: restart, so that it is recovered", path.display())]
    Poisoned {
        /// The open file.
        path: PathBuf,
    },
    /// Bytes that are no whole WARC record.
    #[error("{}: {damage}: run `luutru verify` on it", path.display())]
    Damaged {
        /// The damaged file.
        path: PathBuf,
        /// Where and how.
        damage: Damage,
    },
    /// A file whose name is not one that [`super::warc::WarcName`] makes.
    #[error("{}: not a WARC name of this archive (SITE-TIMESTAMP-SERIAL-HOST.warc.gz): leave it out of warc/", path.display())]
    Name {
        /// The file.
        path: PathBuf,
    },
    /// A value that cannot be written as JSON.
    #[error("cannot write a record for {}: {source}", path.display())]
    Json {
        /// The file it was meant for.
        path: PathBuf,
        /// What the encoder said.
        source: serde_json::Error,
    },
    /// A line of the log of takedowns and holds that cannot be read.
    #[error("{} line {line} is no decision: mend it from a copy; until then nothing is handed out, since something may have to stay hidden", path.display())]
    Decision {
        /// The log.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// A hold forbids what was asked.
    #[error("{subject} is not taken down: {actor} holds {held} ({reason}); `luutru hold {held} --release` ends that")]
    OnHold {
        /// What was to be hidden.
        subject: String,
        /// What is held: the article or its site.
        held: String,
        /// Who holds it.
        actor: String,
        /// Why.
        reason: String,
    },
    /// A selection that names what the archive does not have.
    #[error("{what}")]
    Selection {
        /// What is not there, and how to find out what is.
        what: String,
    },
    /// A place that holds something else already.
    #[error("{}: {what}", path.display())]
    Occupied {
        /// The place.
        path: PathBuf,
        /// What is in the way, and what to do.
        what: String,
    },
}

/// Result of this room.
pub type Result<T> = std::result::Result<T, ArchiveError>;

impl ArchiveError {
    /// Wraps an I/O error; a full disk gets its own name, since the crawl must stop on it and on nothing else.
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match source.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Self::DiskFull { path: path.to_owned() },
            _ => Self::Io { action, path: path.to_owned(), source },
        }
    }

    /// Whether the same call may succeed later without a change of the files: room can be made, a signal passes.
    pub fn retryable(&self) -> bool {
        match self {
            Self::DiskFull { .. } => true,
            Self::Io { source, .. } => matches!(source.kind(), io::ErrorKind::Interrupted | io::ErrorKind::TimedOut),
            _ => false,
        }
    }

    /// Whether another command line would help, and nothing is wrong with the archive.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::OnHold { .. } | Self::Selection { .. } | Self::Occupied { .. })
    }
}

/// Names the action and the file of an I/O error.
pub(crate) trait Context<T> {
    /// Turns the error into one of this room.
    fn at(self, action: &'static str, path: &Path) -> Result<T>;
}

impl<T> Context<T> for io::Result<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| ArchiveError::io(action, path, source))
    }
}
