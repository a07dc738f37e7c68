//! Which WARC files hold more than the ledger accounts for.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::CrawlError;
use super::rows::{FileRow, decode};
use crate::archive::warc::WarcName;
use crate::ledger::{Key, Ledger, LedgerError};

/// A file with something to read.
#[derive(Debug)]
pub struct Tail {
    /// Its name.
    pub name: WarcName,
    /// Where it lies.
    pub path: PathBuf,
    /// Bytes that the ledger accounts for.
    pub committed: u64,
    /// Whether it was left open.
    pub open: bool,
}

/// Files that are open, or longer than what the ledger accounts for; in the order of their names. One that is shorter
/// makes the ledger a damaged one.
pub fn tails(root: &Path, ledger: &dyn Ledger) -> Result<Vec<Tail>, CrawlError> {
    let mut tails = Vec::new();
    for path in files_below(&root.join("warc"), 2)? {
        let Some(name) = WarcName::parse(&path) else { continue };
        let key = Key::file(&name.relative());
        let row: Option<FileRow> = ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()?;
        let committed = row.map_or(0, |row| row.committed);
        let open = path.extension().is_some_and(|ending| ending == "open");
        let length = fs::metadata(&path).map_or(0, |meta| meta.len());
        if length < committed {
            // The disk lost what it had been told to keep: what the ledger says of it would never be captured again.
            let (path, file) = (root.join("state").display().to_string(), path.display());
            let why = format!("{file} has {length} bytes, and it accounts for {committed}");
            return Err(LedgerError::Damaged { path, why }.into());
        }
        if open || length > committed {
            tails.push(Tail { name, path, committed, open });
        }
    }
    tails.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tails)
}

/// Files exactly `depth` folders below `dir`; none when it is not there.
fn files_below(dir: &Path, depth: usize) -> Result<Vec<PathBuf>, CrawlError> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Ok(Vec::new());
    };
    let mut out = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        match (path.is_dir(), depth) {
            (true, 1..) => out.extend(files_below(&path, depth - 1)?),
            (false, 0) => out.push(path),
            _ => {}
        }
    }
    Ok(out)
}
