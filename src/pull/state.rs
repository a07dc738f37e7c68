//! `pull.json`: what is had, so that a second run need not read it all again. A cache: without it, files are compared with
//! their checksums anew.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustix::fs::FlockOperation;
use serde::{Deserialize, Serialize};

use super::error::PullError;
use super::sums::Sums;
use crate::archive::{Durability, replace};

/// Name of the file, in the folder that is pulled to.
const NAME: &str = "pull.json";
/// Held while a run is at work.
const LOCK: &str = "pull.lock";

/// A file that is had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Had {
    /// Bytes.
    pub size: u64,
    /// As the server listed them.
    pub checksums: BTreeMap<String, String>,
    /// When it was found whole.
    pub at: Timestamp,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    /// By server and selection, when the last run began that saw the whole list and got all of it.
    #[serde(default)]
    complete: BTreeMap<String, Timestamp>,
    /// By path in the folder.
    #[serde(default)]
    files: BTreeMap<String, Had>,
}

/// The state of a folder, held alone.
#[derive(Debug)]
pub struct State {
    folder: PathBuf,
    kept: Kept,
    changed: bool,
    _lock: File,
}

impl State {
    /// Takes the folder; it is made if need be.
    pub fn open(folder: &Path) -> Result<Self, PullError> {
        fs::create_dir_all(folder).map_err(PullError::disk("make", folder))?;
        let path = folder.join(LOCK);
        let lock = File::options().write(true).create(true).truncate(false).open(&path);
        let lock = lock.map_err(PullError::disk("open", &path))?;
        match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(PullError::Held { path: folder.to_owned() }),
            Err(error) => return Err(PullError::disk("lock", path)(error.into())),
        }
        let path = folder.join(NAME);
        let kept = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(%error, "{} cannot be read: files are compared anew", path.display());
                Kept::default()
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Kept::default(),
            Err(error) => return Err(PullError::disk("read", path)(error)),
        };
        Ok(Self { folder: folder.to_owned(), kept, changed: false, _lock: lock })
    }

    /// Whether the file is had, in that size and with those checksums, and lies there still.
    pub fn has(&self, path: &str, size: Option<u64>, sums: &Sums) -> bool {
        let Some(had) = self.kept.files.get(path) else { return false };
        let here = fs::metadata(self.folder.join(path)).is_ok_and(|meta| meta.is_file() && meta.len() == had.size);
        here && size.is_none_or(|size| size == had.size) && had.checksums == sums.words()
    }

    /// It is had now.
    pub fn got(&mut self, path: &str, size: u64, sums: &Sums, at: Timestamp) {
        self.kept.files.insert(path.to_owned(), Had { size, checksums: sums.words(), at });
        self.changed = true;
    }

    /// When the last complete run of that selection began.
    pub fn complete(&self, key: &str) -> Option<Timestamp> {
        self.kept.complete.get(key).copied()
    }

    /// The run that began then saw everything.
    pub fn completed(&mut self, key: String, began: Timestamp) {
        self.kept.complete.insert(key, began);
        self.changed = true;
    }

    /// Writes it down, if anything is new.
    pub fn save(&mut self) -> Result<(), PullError> {
        if !std::mem::take(&mut self.changed) {
            return Ok(());
        }
        let path = self.folder.join(NAME);
        let bytes = serde_json::to_vec(&self.kept).map_err(std::io::Error::from);
        let bytes = bytes.map_err(PullError::disk("write", &path))?;
        replace(&path, &bytes, Durability::Synced)
            .map_err(|error| PullError::disk("write", path)(std::io::Error::other(error.to_string())))
    }
}
