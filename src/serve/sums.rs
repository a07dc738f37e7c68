//! Checksums of files: computed once, one file at a time, and kept in the cache folder.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use jiff::Timestamp;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::Sha256;

use super::error::ServeError;
use super::holdings::WarcFile;
use crate::model::Digest;

/// Read at once.
const READ_BYTES: usize = 256 << 10;

/// The checksums that WASAPI names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksums {
    /// Hex.
    pub md5: String,
    /// Hex.
    pub sha1: String,
    /// Hex.
    pub sha256: String,
}

impl Checksums {
    /// The SHA-256 again.
    pub fn digest(&self) -> Option<Digest> {
        Digest::parse(&format!("sha256:{}", self.sha256))
    }
}

/// `Repr-Digest` (RFC 9530 3).
pub fn repr_digest(digest: &Digest) -> String {
    format!("sha-256=:{}:", base64::engine::general_purpose::STANDARD.encode(digest.0))
}

/// A line of the cache: a file is the same as long as its name, length and time are.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    file: String,
    size: u64,
    modified: Timestamp,
    #[serde(flatten)]
    sums: Checksums,
}

/// All checksums that are known.
#[derive(Debug, Default)]
pub struct Sums {
    path: Option<PathBuf>,
    known: Mutex<HashMap<String, Kept>>,
    /// One file is read at a time: two would only share the disk.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Sums {
    /// What the cache folder knows; lines that cannot be read are computed again.
    pub fn open(cache: Option<&Path>) -> Self {
        let path = cache.map(|folder| folder.join("sums.jsonl"));
        let text = path.as_ref().and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        let kept = text.lines().filter_map(|line| serde_json::from_str::<Kept>(line).ok());
        let known = kept.map(|kept| (kept.file.clone(), kept)).collect();
        Self { path, known: Mutex::new(known), turn: Arc::default() }
    }

    /// Those of the file, if they are known.
    pub fn known(&self, file: &WarcFile) -> Option<Checksums> {
        let known = self.all();
        let kept = known.get(&file.file_name)?;
        (kept.size == file.size && kept.modified == file.modified).then(|| kept.sums.clone())
    }

    /// Those of the file; reads it if they are not known. Whoever stops waiting does not stop the reading.
    pub async fn of(self: &Arc<Self>, file: &WarcFile) -> Result<Checksums, ServeError> {
        if let Some(sums) = self.known(file) {
            return Ok(sums);
        }
        let turn = Arc::clone(&self.turn).lock_owned().await;
        if let Some(sums) = self.known(file) {
            return Ok(sums);
        }
        let (sums, file) = (Arc::clone(self), file.clone());
        let computed = tokio::task::spawn_blocking(move || {
            let computed = compute(&file.path);
            if let Ok(computed) = &computed {
                sums.keep(&file, computed.clone());
            }
            drop(turn);
            computed.map_err(|source| ServeError::Read { path: file.file_name.clone(), source })
        });
        computed.await.map_err(|_| ServeError::Worker)?
    }

    fn keep(&self, file: &WarcFile, sums: Checksums) {
        let kept = Kept { file: file.file_name.clone(), size: file.size, modified: file.modified, sums };
        if let Some(path) = &self.path
            && let Err(error) = append(path, &kept)
        {
            tracing::warn!(%error, path = %path.display(), "checksums are kept in memory alone");
        }
        self.all().insert(kept.file.clone(), kept);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn append(path: &Path, kept: &Kept) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut line = serde_json::to_vec(kept)?;
    line.push(b'\n');
    OpenOptions::new().append(true).create(true).open(path)?.write_all(&line)
}

/// Reads the file once for all three.
pub fn compute(path: &Path) -> io::Result<Checksums> {
    let mut file = File::open(path)?;
    let (mut md5, mut sha1, mut sha256) = (Md5::new(), Sha1::new(), Sha256::new());
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                md5.update(&buffer[..count]);
                sha1.update(&buffer[..count]);
                sha256.update(&buffer[..count]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Checksums { md5: hex(&md5.finalize()), sha1: hex(&sha1.finalize()), sha256: hex(&sha256.finalize()) })
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), b"abc").unwrap();
        let sums = compute(file.path()).unwrap();
        assert_eq!(sums.md5, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(sums.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(sums.digest(), Some(Digest::of(b"abc")));
        assert_eq!(repr_digest(&Digest::of(b"abc")), "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:");
    }
}
