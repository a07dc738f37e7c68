//! What is known and what is to be done, in one small key-value store.
//!
//! The ledger is a cache: everything in it can be rebuilt from the WARC files. Its seam is five calls wide, so that a
//! shared store is an adapter and not a rewrite. Promises: a batch is applied whole or not at all, and only if what it
//! expects still holds. Refuses: to be the only record of anything.

mod keys;
mod memory;
mod sled;
#[cfg(test)]
mod suite;

pub use self::keys::Key;
pub use self::memory::MemoryLedger;
pub use self::sled::SledLedger;

/// What can go wrong with the store itself.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The engine failed.
    #[error(
        "the ledger at {path} failed: {source}; make room or mend the permissions, then start again; it can be rebuilt from warc/"
    )]
    Engine {
        /// Where it lies.
        path: String,
        /// What the engine said.
        source: ::sled::Error,
    },
    /// Its files are damaged, or do not fit the archive.
    #[error("the ledger at {path} is damaged ({why})")]
    Damaged {
        /// Where it lies.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// Another process holds it.
    #[error("the ledger at {path} is held by another process; wait for it to end, or use another --root")]
    Held {
        /// Where it lies.
        path: String,
    },
    /// A row that cannot be read.
    #[error("the ledger holds a row it cannot read ({key}); move state/ away and it is rebuilt from warc/")]
    Row {
        /// The key, printable.
        key: String,
    },
}

impl LedgerError {
    /// Whether the ledger is to be set aside and rebuilt from the WARC files.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::Row { .. })
    }

    /// Whether the engine found no room for a write.
    pub fn is_full_disk(&self) -> bool {
        use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        let Self::Engine { source: ::sled::Error::Io(error), .. } = self else { return false };
        matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
    }

    /// Whether the same call may work later.
    pub fn retryable(&self) -> bool {
        matches!(self, Self::Held { .. })
    }
}

/// Whether a batch took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// All of it.
    Done,
    /// None of it: a precondition no longer held.
    Refused,
}

/// Puts and deletes that take effect together, if every precondition holds.
#[derive(Debug, Default, Clone)]
pub struct Batch {
    expects: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    writes: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl Batch {
    /// Only if the key holds exactly this value (`None`: is absent).
    pub fn expect(&mut self, key: impl Into<Vec<u8>>, value: Option<Vec<u8>>) -> &mut Self {
        self.expects.push((key.into(), value));
        self
    }

    /// Sets a key.
    pub fn put(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> &mut Self {
        self.writes.push((key.into(), Some(value.into())));
        self
    }

    /// Removes a key.
    pub fn delete(&mut self, key: impl Into<Vec<u8>>) -> &mut Self {
        self.writes.push((key.into(), None));
        self
    }

    /// Takes in another batch: all that it expects must hold before either writes. Of two writes to a key the later stays.
    pub fn join(&mut self, later: &Self) -> &mut Self {
        self.expects.extend_from_slice(&later.expects);
        self.writes.extend_from_slice(&later.writes);
        self
    }

    /// Whether nothing would be written.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}

/// A key and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// The store.
pub trait Ledger: Send + Sync {
    /// The value of a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError>;

    /// Sets a key unless it is there; gives the value that was.
    fn put_if_absent(&self, key: &[u8], value: &[u8]) -> Result<Option<Vec<u8>>, LedgerError>;

    /// Up to `limit` entries whose key starts with `prefix`, in key order, strictly after `after` when given.
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, LedgerError>;

    /// Applies a batch, whole or not at all.
    fn apply(&self, batch: &Batch) -> Result<Applied, LedgerError>;

    /// Asks the engine to write down what it holds. No promise against power loss: the WARC files give that.
    fn flush(&self) -> Result<(), LedgerError>;
}
