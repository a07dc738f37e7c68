//! Where a long verification stands: a file with a line for each WARC file that was found whole.

use std::collections::HashMap;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Checked;
use crate::archive::error::{Context as _, Result};
use crate::archive::shelf::Short;

/// What tells that a file was not touched since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Touched {
    length: u64,
    changed: (i64, i64),
}

impl Touched {
    fn of(meta: &Metadata) -> Self {
        Self { length: meta.len(), changed: (meta.mtime(), meta.mtime_nsec()) }
    }

    fn at(path: &Path) -> Option<Self> {
        Some(Self::of(&std::fs::metadata(path).ok()?))
    }
}

/// A file that was found whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Done {
    file: PathBuf,
    warc: Touched,
    index: Option<Touched>,
    /// Half of the digest of its bytes, where it was taken.
    pub(super) digest: Option<Short>,
    pub(super) checked: Checked,
}

/// Files that need no second look, and where the next ones are noted.
#[derive(Debug)]
pub(super) struct Resume {
    known: HashMap<PathBuf, Done>,
    path: PathBuf,
    file: File,
}

impl Resume {
    /// Reads what an earlier run noted; a torn last line is none.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let mut known = HashMap::new();
        if let Ok(file) = File::open(path) {
            for line in BufReader::new(file).split(b'\n') {
                let line = line.at("read", path)?;
                if let Ok(done) = serde_json::from_slice::<Done>(&line) {
                    known.insert(done.file.clone(), done);
                }
            }
        }
        let file = OpenOptions::new().append(true).create(true).open(path).at("open", path)?;
        let mut resume = Self { known, path: path.to_owned(), file };
        // Behind a torn line, a new one must begin.
        resume.file.write_all(b"\n").at("write to", path)?;
        Ok(resume)
    }

    /// What was found in a file that was not touched since.
    pub(super) fn take(&mut self, warc: &Path, index: &Path) -> Option<Done> {
        let done = self.known.remove(warc)?;
        (Touched::at(warc) == Some(done.warc) && Touched::at(index) == done.index).then_some(done)
    }

    /// Notes a whole file.
    pub(super) fn note(&mut self, warc: &Path, index: &Path, digest: Option<Short>, checked: Checked) -> Result<()> {
        let Some(touched) = Touched::at(warc) else { return Ok(()) };
        let done = Done { file: warc.to_owned(), warc: touched, index: Touched::at(index), digest, checked };
        let mut line = serde_json::to_vec(&done).unwrap_or_default();
        line.push(b'\n');
        self.file.write_all(&line).at("write to", &self.path)
    }
}
