//! The WARC files of a root.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::archive::error::{Context as _, Result};
use crate::archive::warc::{SeriesKind, WarcName};

/// A WARC file of the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarcFile {
    /// Its name.
    pub name: WarcName,
    /// Path of the sealed file, relative to the root.
    pub relative: String,
    /// Whether it is still being written.
    pub open: bool,
}

impl WarcFile {
    /// Whether it holds captures, and not texts.
    pub fn of_captures(&self) -> bool {
        self.name.kind == SeriesKind::Captures
    }
}

/// Every WARC file of the root by its name, sorted. Files with names of other programs are left out, and given back.
pub fn list(root: &Path) -> Result<(Vec<WarcFile>, Vec<PathBuf>)> {
    let (mut files, mut foreign) = (BTreeMap::new(), Vec::new());
    let mut folders = vec![root.join("warc")];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error).at("list", &folder),
        };
        for entry in entries {
            let path = entry.at("list", &folder)?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Some(name) = WarcName::parse(&path) else {
                foreign.push(path);
                continue;
            };
            let open = path.extension().is_some_and(|ending| ending == "open");
            let relative = name.relative();
            // Sealing renames: of the two names of one file the sealed one counts.
            if !open || !files.contains_key(&relative) {
                files.insert(relative.clone(), WarcFile { name, relative, open });
            }
        }
    }
    foreign.sort();
    Ok((files.into_values().collect(), foreign))
}
