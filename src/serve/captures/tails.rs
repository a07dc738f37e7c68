//! Captures of files without an index: those that are being written, read as far as they are whole, and only once.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::archive::cdxj;
use crate::archive::warc::{WarcReader, locate};
use crate::serve::error::ServeError;
use crate::serve::holdings::WarcFile;

/// What is read of a block: the HTTP head.
const HEAD_BYTES: usize = 64 << 10;

/// Sorted lines of one file.
pub type Listed = Arc<Vec<String>>;

/// What is known of one file.
#[derive(Debug, Default)]
struct Tail {
    /// Length of the file when it was last read.
    seen: u64,
    /// Where the first record starts that is not in the lines.
    covered: u64,
    lines: Listed,
}

/// Lines by the file's name. Some 450 bytes a capture, until the file is sealed and has an index.
#[derive(Debug, Default)]
pub struct Tails {
    known: Mutex<HashMap<String, Arc<Mutex<Tail>>>>,
}

impl Tails {
    /// All captures of the file by now. Reads what was appended since the last call.
    pub fn lines(&self, root: &Path, file: &WarcFile) -> Result<Listed, ServeError> {
        let tail = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(file.file_name.clone()).or_default())
        };
        let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
        let path = locate(root, &file.name.relative());
        let Ok(meta) = path.metadata() else { return Ok(Arc::clone(&tail.lines)) };
        if meta.len() == tail.seen {
            return Ok(Arc::clone(&tail.lines));
        }
        if meta.len() < tail.covered {
            // Cut by a recovery below what was read: known lines may be gone.
            *tail = Tail::default();
        }
        let mut reader = WarcReader::open(&path, tail.covered)?.with_member_digest();
        let mut fresh = Vec::new();
        // The first damage is the record that is being written, or one that a crash tore.
        while let Ok(Some(record)) = reader.next_record(HEAD_BYTES) {
            fresh.extend(cdxj::line(&record, &file.file_name, reader.member_digest()));
            tail.covered = record.offset + record.length;
        }
        tail.seen = meta.len();
        if !fresh.is_empty() {
            let lines = Arc::make_mut(&mut tail.lines);
            lines.append(&mut fresh);
            lines.sort();
        }
        Ok(Arc::clone(&tail.lines))
    }

    /// The file has an index now.
    pub fn forget(&self, file_name: &str) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(file_name);
    }
}
