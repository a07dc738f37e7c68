//! When each token was last used: a note of the server's, kept in its cache, since it may write nowhere else.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use jiff::Timestamp;

use super::AccessError;
use crate::archive::{ArchiveError, Durability, replace};

const NAME: &str = "token-use.json";

/// What the server noted in that cache; nothing, if it never did. A damaged note is nothing too: it is only a note.
pub fn read(cache: &Path) -> Result<BTreeMap<String, Timestamp>, AccessError> {
    let path = cache.join(NAME);
    match fs::read(&path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(BTreeMap::new()),
        Err(source) => Err(AccessError::Io { action: "read", path, source }),
    }
}

/// Replaces the note.
pub fn write(cache: &Path, uses: &BTreeMap<String, Timestamp>) -> Result<(), ArchiveError> {
    let path = cache.join(NAME);
    let bytes = serde_json::to_vec(uses).map_err(|source| ArchiveError::Json { path: path.clone(), source })?;
    replace(&path, &bytes, Durability::Rebuildable)
}
