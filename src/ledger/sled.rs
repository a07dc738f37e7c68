//! The default ledger: sled 0.34, one process at a time.

use std::io::ErrorKind;
use std::ops::Bound;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::{Applied, Batch, Entry, Ledger, LedgerError};

/// Bytes of sled's page cache. sled keeps many times this in memory, and the system has its file in a cache of its own.
const CACHE_BYTES: u64 = 512 << 10;

/// A ledger in a folder of the archive root.
pub struct SledLedger {
    db: sled::Db,
    path: String,
    // Batches with preconditions check and write under this lock. sled's own transactions would do the same at several
    // times the cost, and one process owns the store anyway.
    writing: Mutex<()>,
}

impl std::fmt::Debug for SledLedger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SledLedger({})", self.path)
    }
}

impl SledLedger {
    /// Opens or makes the store in `folder`.
    pub fn open(folder: &Path) -> Result<Self, LedgerError> {
        let path = folder.display().to_string();
        let config = sled::Config::new()
            .path(folder)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(Some(1_000))
            .mode(sled::Mode::HighThroughput);
        // Nothing else runs yet that could panic unheard.
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        let opened = guarded(&path, || config.open());
        panic::set_hook(hook);
        Ok(Self { db: opened?, path, writing: Mutex::new(()) })
    }

    fn guarded<T>(&self, call: impl FnOnce() -> sled::Result<T>) -> Result<T, LedgerError> {
        guarded(&self.path, call)
    }
}

/// Calls sled. On damaged files it returns errors of many kinds, or panics; either way they are damaged.
fn guarded<T>(path: &str, call: impl FnOnce() -> sled::Result<T>) -> Result<T, LedgerError> {
    let path = path.to_owned();
    // What a panic may leave half-done is given up together with the ledger.
    match panic::catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(error))) if error.to_string().contains("could not acquire lock") => {
            Err(LedgerError::Held { path })
        }
        Ok(Err(source)) if is_damage(&source) => Err(LedgerError::Damaged { path, why: source.to_string() }),
        Ok(Err(source)) => Err(LedgerError::Engine { path, source }),
        Err(_) => Err(LedgerError::Damaged { path, why: "sled gave up on it".to_owned() }),
    }
}

fn is_damage(error: &sled::Error) -> bool {
    match error {
        sled::Error::Io(error) => {
            use ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
            matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof)
        }
        _ => true,
    }
}

impl Ledger for SledLedger {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        let value = self.guarded(|| self.db.get(key))?;
        Ok(value.map(|v| v.to_vec()))
    }

    fn put_if_absent(&self, key: &[u8], value: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.guarded(|| match self.db.get(key)? {
            Some(there) => Ok(Some(there.to_vec())),
            None => self.db.insert(key, value).map(|_| None),
        })
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        self.guarded(|| {
            let mut out = Vec::with_capacity(limit.min(64));
            for entry in self.db.range::<&[u8], _>((start, Bound::Unbounded)) {
                let (key, value) = entry?;
                if out.len() == limit || !key.starts_with(prefix) {
                    break;
                }
                out.push((key.to_vec(), value.to_vec()));
            }
            Ok(out)
        })
    }

    fn apply(&self, batch: &Batch) -> Result<Applied, LedgerError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in &batch.expects {
            let there = self.guarded(|| self.db.get(key))?;
            if there.as_deref() != value.as_deref() {
                return Ok(Applied::Refused);
            }
        }
        let mut writes = sled::Batch::default();
        for (key, value) in &batch.writes {
            match value {
                Some(value) => writes.insert(key.as_slice(), value.as_slice()),
                None => writes.remove(key.as_slice()),
            }
        }
        self.guarded(|| self.db.apply_batch(writes))?;
        Ok(Applied::Done)
    }

    fn flush(&self) -> Result<(), LedgerError> {
        self.guarded(|| self.db.flush().map(|_| ()))
    }
}
