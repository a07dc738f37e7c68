//! What takedowns hide from everyone who asks: looked up anew whenever the log of decisions or the catalogue has changed.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::error::ServeError;
use super::holdings::WarcFile;
use crate::archive::select::{Hidden, holds_hidden};
use crate::page::requisites;

/// A catalogue that has grown since is read again after this time, or twenty times what reading it took. A decision counts
/// from the next request on.
const CATALOGUE_FRESH_FOR: Duration = Duration::from_secs(10);

/// Length and time of a file: enough to tell that it was appended to.
type Mark = (PathBuf, u64, Option<SystemTime>);

/// What is hidden, and which files hold some of it.
#[derive(Debug, Default)]
pub struct Shown {
    hidden: Hidden,
    /// Files that were looked through, by name: whether they hold something hidden.
    verdicts: Arc<Mutex<HashMap<String, bool>>>,
}

impl Shown {
    /// What must not be handed out.
    pub fn hidden(&self) -> &Hidden {
        &self.hidden
    }

    /// Whether the file must not go out as it is. Reads its index the first time; call it where blocking is allowed.
    pub fn withholds(&self, root: &Path, file: &WarcFile) -> Result<bool, ServeError> {
        if self.hidden.is_empty() {
            return Ok(false);
        }
        let verdicts = || self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&known) = verdicts().get(&file.file_name) {
            return Ok(known);
        }
        let found = holds_hidden(root, &file.name, &self.hidden)?;
        verdicts().insert(file.file_name.clone(), found);
        Ok(found)
    }
}

/// The latest [`Shown`], and what it was made of.
#[derive(Debug, Default)]
pub struct Curtain {
    known: Mutex<Option<Known>>,
}

#[derive(Debug)]
struct Known {
    decisions: Mark,
    catalogue: Vec<Mark>,
    read: Instant,
    cost: Duration,
    shown: Arc<Shown>,
}

impl Curtain {
    /// What is hidden now. An unreadable log is an error: something may have to stay hidden.
    pub fn look(&self, root: &Path) -> Result<Arc<Shown>, ServeError> {
        // Held while the catalogue is read: requests that come meanwhile wait for the answer instead of reading too.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let decisions = mark(root.join("decisions.jsonl"));
        if let Some(known) = &*known
            && known.decisions == decisions
        {
            let relied_on = CATALOGUE_FRESH_FOR.max(known.cost * 20);
            let unchanged = || known.catalogue == marks(&root.join("catalog"));
            if known.shown.hidden.is_empty() || known.read.elapsed() < relied_on || unchanged() {
                return Ok(Arc::clone(&known.shown));
            }
        }
        let (begun, catalogue) = (Instant::now(), marks(&root.join("catalog")));
        let mut shown = Shown { hidden: Hidden::read(root, &requisites::named)?, ..Shown::default() };
        if let Some(known) = &*known
            && known.shown.hidden.hides_same(&shown.hidden)
        {
            shown.verdicts = Arc::clone(&known.shown.verdicts);
        }
        let shown = Arc::new(shown);
        let (read, cost) = (Instant::now(), begun.elapsed());
        *known = Some(Known { decisions, catalogue, read, cost, shown: Arc::clone(&shown) });
        Ok(shown)
    }
}

fn mark(path: PathBuf) -> Mark {
    let meta = fs::metadata(&path).ok();
    let length = meta.as_ref().map_or(0, fs::Metadata::len);
    (path, length, meta.and_then(|meta| meta.modified().ok()))
}

fn marks(folder: &Path) -> Vec<Mark> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut marks: Vec<Mark> = entries.map(|entry| mark(entry.path())).collect();
    marks.sort();
    marks
}
