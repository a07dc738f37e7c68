//! The default ledger: sled 0.34, one process at a time.

use std::ops::Bound;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::{Applied, Batch, Entry, Ledger, LedgerError};

/// Bytes of sled's page cache. sled keeps several times this in memory, so it is kept small.
const CACHE_BYTES: u64 = 16 << 20;

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
        let opened = sled::Config::new()
            .path(folder)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(Some(1_000))
            .mode(sled::Mode::HighThroughput)
            .open();
        match opened {
            Ok(db) => Ok(Self { db, path, writing: Mutex::new(()) }),
            Err(sled::Error::Io(error)) if error.to_string().contains("could not acquire lock") => {
                Err(LedgerError::Held { path })
            }
            Err(source) => Err(LedgerError::Engine { path, source }),
        }
    }

    fn fault(&self, source: sled::Error) -> LedgerError {
        LedgerError::Engine { path: self.path.clone(), source }
    }
}

impl Ledger for SledLedger {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        let value = self.db.get(key).map_err(|e| self.fault(e))?;
        Ok(value.map(|v| v.to_vec()))
    }

    fn put_if_absent(&self, key: &[u8], value: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        match self.db.get(key).map_err(|e| self.fault(e))? {
            Some(there) => Ok(Some(there.to_vec())),
            None => self.db.insert(key, value).map(|_| None).map_err(|e| self.fault(e)),
        }
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let mut out = Vec::with_capacity(limit.min(64));
        for entry in self.db.range::<&[u8], _>((start, Bound::Unbounded)) {
            let (key, value) = entry.map_err(|e| self.fault(e))?;
            if out.len() == limit || !key.starts_with(prefix) {
                break;
            }
            out.push((key.to_vec(), value.to_vec()));
        }
        Ok(out)
    }

    fn apply(&self, batch: &Batch) -> Result<Applied, LedgerError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in &batch.expects {
            let there = self.db.get(key).map_err(|e| self.fault(e))?;
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
        self.db.apply_batch(writes).map_err(|e| self.fault(e))?;
        Ok(Applied::Done)
    }

    fn flush(&self) -> Result<(), LedgerError> {
        self.db.flush().map(|_| ()).map_err(|e| self.fault(e))
    }
}
