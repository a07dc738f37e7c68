//! Which WARC files a root holds.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::name::{OPEN, WarcName};
use crate::archive::error::{Context as _, Result};

/// A WARC file of this archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarcFile {
    /// Its name.
    pub name: WarcName,
    /// Where it lies now.
    pub path: PathBuf,
    /// Whether it is being written, or was left by a crash.
    pub open: bool,
    /// Length in bytes.
    pub length: u64,
}

impl WarcFile {
    /// Where it lies by now: a run may seal a file while another program reads the archive.
    pub fn now_at(&self) -> PathBuf {
        let gone = self.open && !self.path.exists();
        if gone { sealed_twin(&self.path) } else { self.path.clone() }
    }
}

/// The path that an open file has once it is sealed.
pub fn sealed_twin(path: &Path) -> PathBuf {
    let text = path.to_string_lossy();
    PathBuf::from(text.strip_suffix(OPEN).unwrap_or(&text))
}

/// The files below `warc/`, sealed and open, in the order of their names. Files with other names are left out: see
/// [`super::super::verify`].
pub fn warc_files(root: &Path) -> Result<Vec<WarcFile>> {
    let mut out = Vec::new();
    for site in entries(&root.join("warc"))? {
        for year in entries(&site)? {
            for path in entries(&year)? {
                let Some(name) = WarcName::parse(&path) else { continue };
                // One that a run has sealed since it was listed is there under its other name.
                let path = if path.exists() { path } else { sealed_twin(&path) };
                let length = fs::metadata(&path).at("look at", &path)?.len();
                let open = path.to_string_lossy().ends_with(OPEN);
                out.push(WarcFile { name, path, open, length });
            }
        }
    }
    out.sort_by(|a, b| (&a.name, a.open).cmp(&(&b.name, b.open)));
    out.dedup_by(|a, b| a.path == b.path);
    Ok(out)
}

/// Paths in a directory; none if it is not there or no directory.
pub fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let list = match fs::read_dir(dir) {
        Ok(list) => list,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Vec::new()),
        Err(error) => return Err(error).at("list", dir),
    };
    list.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<_>>().at("list", dir)
}
