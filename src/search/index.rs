//! The directory of the index: opened, or made anew where it cannot be used.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use tantivy::directory::MmapDirectory;
use tantivy::{IndexReader, ReloadPolicy};

use super::error::{At as _, SearchError};
use super::schema::{self, FORM, Fields};

/// Names the form that the index has.
const FORM_FILE: &str = "form";
/// Held by whoever writes; stays when everything else is deleted.
const LOCK_FILE: &str = "lock";

/// An index of the words of one archive.
#[derive(Clone)]
pub struct Index {
    pub(super) dir: PathBuf,
    pub(super) inner: tantivy::Index,
    pub(super) reader: IndexReader,
    pub(super) fields: Fields,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("dir", &self.dir).finish_non_exhaustive()
    }
}

impl Index {
    /// Opens the index in `dir`, or makes an empty one there: when there is none, when it has another form, or cannot be
    /// read. `careful` re-reads every byte of it against its checksums.
    pub fn open(dir: &Path, careful: bool) -> Result<Self, SearchError> {
        fs::create_dir_all(dir).map_err(|source| SearchError::Directory { path: dir.to_owned(), source })?;
        let form = fs::read_to_string(dir.join(FORM_FILE)).unwrap_or_default();
        if form.trim() == FORM.to_string() {
            match Self::existing(dir, careful) {
                Ok(index) => return Ok(index),
                Err(error) => tracing::warn!(%error, "the search index is made anew"),
            }
        }
        let lock = Self::lock(dir)?;
        let made = Self::make(dir);
        drop(lock);
        made
    }

    /// Deletes everything in `dir` that an index consists of; what is open elsewhere can be read on.
    pub fn remove(dir: &Path) -> Result<(), SearchError> {
        if !dir.is_dir() {
            return Ok(());
        }
        let _lock = Self::lock(dir)?;
        Self::clear(dir)
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn existing(dir: &Path, careful: bool) -> Result<Self, SearchError> {
        let inner =
            tantivy::Index::open(MmapDirectory::open(dir).map_err(tantivy::TantivyError::from).at(dir)?).at(dir)?;
        if careful && !inner.validate_checksum().at(dir)?.is_empty() {
            let source = tantivy::TantivyError::InternalError("a checksum does not fit".to_owned());
            return Err(SearchError::Index { path: dir.to_owned(), source });
        }
        Self::with(dir, inner)
    }

    fn make(dir: &Path) -> Result<Self, SearchError> {
        Self::clear(dir)?;
        let (schema, _) = schema::schema();
        let inner = tantivy::Index::create_in_dir(dir, schema).at(dir)?;
        let named = fs::write(dir.join(FORM_FILE), format!("{FORM}\n"));
        named.map_err(|source| SearchError::Directory { path: dir.to_owned(), source })?;
        Self::with(dir, inner)
    }

    fn with(dir: &Path, inner: tantivy::Index) -> Result<Self, SearchError> {
        let (wanted, fields) = schema::schema();
        if inner.schema() != wanted {
            let source = tantivy::TantivyError::SchemaError("other fields".to_owned());
            return Err(SearchError::Index { path: dir.to_owned(), source });
        }
        schema::register(&inner);
        let reader = inner.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().at(dir)?;
        Ok(Self { dir: dir.to_owned(), inner, reader, fields })
    }

    /// The right to write; another process that has it is [`SearchError::Busy`].
    pub(super) fn lock(dir: &Path) -> Result<File, SearchError> {
        let directory = |source| SearchError::Directory { path: dir.to_owned(), source };
        let path = dir.join(LOCK_FILE);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path).map_err(directory)?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(file),
            Err(error) if error == rustix::io::Errno::WOULDBLOCK => Err(SearchError::Busy { path: dir.to_owned() }),
            Err(error) => Err(directory(error.into())),
        }
    }

    fn clear(dir: &Path) -> Result<(), SearchError> {
        let directory = |source| SearchError::Directory { path: dir.to_owned(), source };
        for entry in fs::read_dir(dir).map_err(directory)? {
            let path = entry.map_err(directory)?.path();
            if path.is_file() && path.file_name().is_some_and(|name| name != LOCK_FILE) {
                match fs::remove_file(&path) {
                    Err(error) if error.kind() != ErrorKind::NotFound => return Err(directory(error)),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}
