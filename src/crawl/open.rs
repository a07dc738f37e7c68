//! Opening the ledger: one that cannot be relied on is set aside, and the WARC files fill a new one.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::CrawlError;
use super::rows::{FileRow, ROWS_VERSION, decode};
use crate::archive::warc::locate;
use crate::ledger::{Batch, Key, Ledger, LedgerError, SledLedger};
use crate::model::{Clock, SystemClock};

/// Present while a run has the ledger open: whoever finds it follows on a crash.
const RUNNING: &str = "running";
/// Present while a rebuild fills the ledger: it holds nothing that the next rebuild would not make.
const REBUILDING: &str = "rebuilding";
/// File rows looked at in one go.
const FILES: usize = 500;

/// The ledger of a root.
pub struct Opened {
    /// The ledger.
    pub ledger: Arc<dyn Ledger>,
    /// The run before did not end by itself: what it asked for last may not be on record.
    pub unclean: bool,
}

/// Opens the ledger in `root`; a damaged one is set aside.
pub fn open(root: &Path) -> Result<Opened, CrawlError> {
    let state = root.join("state");
    let used = root.join("warc").is_dir();
    make(&state)?;
    let ledger = match sound(root, &state) {
        Err(error) if error.is_damage() => {
            set_aside(root, &error.to_string())?;
            make(&state)?;
            SledLedger::open(&state)?
        }
        other => other?,
    };
    let fresh = ledger.get(&Key::meta("version"))?.is_none();
    let unclean = ledger.get(&Key::meta(RUNNING))?.is_some() || (fresh && used);
    let mut batch = Batch::default();
    batch.put(Key::meta("version"), ROWS_VERSION).put(Key::meta(RUNNING), b"");
    batch.delete(Key::meta(REBUILDING));
    ledger.apply(&batch)?;
    // Before the first request: a crash right after it must be seen.
    ledger.flush()?;
    Ok(Opened { ledger: Arc::new(ledger), unclean })
}

/// The ledger of a root as it stands, for those who ask and change little: no run begins. `None` without an archive.
pub fn look_in(root: &Path) -> Result<Option<SledLedger>, CrawlError> {
    let state = root.join("state");
    if !state.is_dir() {
        return Ok(None);
    }
    Ok(Some(sound(root, &state)?))
}

/// Notes that the run ended by itself.
pub fn close(ledger: &dyn Ledger) -> Result<(), LedgerError> {
    let mut batch = Batch::default();
    batch.delete(Key::meta(RUNNING));
    ledger.apply(&batch)?;
    ledger.flush()
}

/// An empty ledger, for a rebuild.
pub struct Anew {
    /// The ledger; held until it is dropped.
    pub ledger: Arc<dyn Ledger>,
    /// Where the one before was moved to.
    pub aside: Option<PathBuf>,
}

/// Moves the ledger aside and opens an empty one. Refused while another process holds it.
pub fn begin_anew(root: &Path) -> Result<Anew, CrawlError> {
    let state = root.join("state");
    make(&state)?;
    // A ledger that another process holds is refused here, whatever state it is in.
    let worth = match SledLedger::open(&state) {
        Ok(ledger) => {
            let is_set = |name| ledger.get(&Key::meta(name)).map(|value| value.is_some());
            is_set("version").unwrap_or(true) && !is_set(REBUILDING).unwrap_or(false)
        }
        Err(error) if error.is_damage() => true,
        Err(error) => return Err(error.into()),
    };
    let aside = worth.then(|| free_name(&state, "before"));
    let moved = match &aside {
        Some(aside) => fs::rename(&state, aside),
        None => fs::remove_dir_all(&state),
    };
    moved.map_err(|error| CrawlError::Root {
        path: state.display().to_string(),
        why: format!("the ledger there cannot be moved ({error}); move it away by hand"),
    })?;
    let Opened { ledger, .. } = open(root)?;
    let mut batch = Batch::default();
    batch.put(Key::meta(REBUILDING), b"");
    ledger.apply(&batch)?;
    ledger.flush()?;
    Ok(Anew { ledger, aside })
}

/// Notes that the rebuild is complete. When a portal was asked last stands in no WARC file, so that the next run begins
/// as after a crash: with a pause.
pub fn end_anew(ledger: &dyn Ledger) -> Result<(), LedgerError> {
    let mut batch = Batch::default();
    batch.delete(Key::meta(REBUILDING));
    ledger.apply(&batch)?;
    ledger.flush()
}

/// Moves the ledger out of the way; the next opening makes a new one.
pub fn set_aside(root: &Path, why: &str) -> Result<(), CrawlError> {
    let state = root.join("state");
    let aside = free_name(&state, "damaged");
    tracing::warn!(aside = %aside.display(), "{why}: it is set aside, and rebuilt from the WARC files");
    fs::rename(&state, &aside).map_err(|error| CrawlError::Root {
        path: state.display().to_string(),
        why: format!("the damaged ledger cannot be set aside ({error}); move it away by hand"),
    })
}

fn free_name(state: &Path, why: &str) -> PathBuf {
    let stamp = SystemClock.now().as_second();
    let name = |at: i64| state.with_file_name(format!("state.{why}-{at}"));
    // Two within one second: the later one takes the next.
    (stamp..stamp + 1_000).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(stamp))
}

/// Makes a folder of ours.
pub fn make(state: &Path) -> Result<(), CrawlError> {
    fs::create_dir_all(state).map_err(|error| CrawlError::Root {
        path: state.display().to_string(),
        why: format!("cannot be made ({error}); choose a folder that can be written with --root"),
    })
}

/// The ledger, if its rows are of this version and the WARC files hold all that it accounts for.
fn sound(root: &Path, state: &Path) -> Result<SledLedger, LedgerError> {
    let ledger = SledLedger::open(state)?;
    let damaged = |why: String| LedgerError::Damaged { path: state.display().to_string(), why };
    if let Some(found) = ledger.get(&Key::meta("version"))?
        && found != ROWS_VERSION
    {
        return Err(damaged(format!("its rows are of version {}", String::from_utf8_lossy(&found))));
    }
    let prefix = Key::file("");
    let mut after: Option<Vec<u8>> = None;
    loop {
        let rows = ledger.scan(&prefix, after.as_deref(), FILES)?;
        let Some((last, _)) = rows.last() else { return Ok(ledger) };
        for (key, bytes) in &rows {
            let row: FileRow = decode(key, bytes)?;
            let name = String::from_utf8_lossy(&key[prefix.len()..]).into_owned();
            // A file that was moved elsewhere says nothing.
            if fs::metadata(locate(root, &name)).is_ok_and(|meta| meta.len() < row.committed) {
                return Err(damaged(format!("it accounts for more of {name} than the file holds")));
            }
        }
        after = Some(last.clone());
    }
}
