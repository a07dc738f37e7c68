//! The ledger of tests: a sorted map behind a lock.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Applied, Batch, Entry, Ledger, LedgerError};

/// A ledger that is gone with its process.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    map: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl MemoryLedger {
    fn map(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Vec<u8>>> {
        // A panic while the lock was held cannot leave the map half-changed: no call panics between two writes.
        self.map.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for MemoryLedger {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.map().get(key).cloned())
    }

    fn put_if_absent(&self, key: &[u8], value: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        let mut map = self.map();
        if let Some(there) = map.get(key) {
            return Ok(Some(there.clone()));
        }
        map.insert(key.to_vec(), value.to_vec());
        Ok(None)
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after.to_vec()),
            _ => Bound::Included(prefix.to_vec()),
        };
        let map = self.map();
        let range = map.range((start, Bound::Unbounded));
        Ok(range
            .take_while(|(key, _)| key.starts_with(prefix))
            .take(limit)
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect())
    }

    fn apply(&self, batch: &Batch) -> Result<Applied, LedgerError> {
        let mut map = self.map();
        if batch.expects.iter().any(|(key, value)| map.get(key) != value.as_ref()) {
            return Ok(Applied::Refused);
        }
        for (key, value) in &batch.writes {
            match value {
                Some(value) => map.insert(key.clone(), value.clone()),
                None => map.remove(key),
            };
        }
        Ok(Applied::Done)
    }

    fn flush(&self) -> Result<(), LedgerError> {
        Ok(())
    }
}
