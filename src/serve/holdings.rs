//! Which WARC files the archive holds, as a scan of `warc/` found them.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::archive::warc::{OPEN, SeriesKind, WarcName};

/// One WARC file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarcFile {
    /// The parts of its name.
    pub name: WarcName,
    /// The name it has when it is sealed.
    pub file_name: String,
    /// Where it lies now.
    pub path: PathBuf,
    /// Bytes. Of an open file, those at the time of the scan.
    pub size: u64,
    /// When it was last written to.
    pub modified: Timestamp,
    /// Still being written: it can be read from, and is not given away yet.
    pub open: bool,
}

impl WarcFile {
    /// Whether it holds exchanges, not cleaned texts.
    pub fn is_captures(&self) -> bool {
        self.name.kind == SeriesKind::Captures
    }
}

/// All WARC files, in the order of their names.
#[derive(Debug, Default)]
pub struct Holdings {
    files: Vec<WarcFile>,
    places: HashMap<String, usize>,
}

impl Holdings {
    /// Scans `<root>/warc`. A root that has none yet holds nothing.
    pub fn scan(root: &Path) -> std::io::Result<Self> {
        let mut files = Vec::new();
        for site in entries(&root.join("warc"))? {
            for year in entries(&site)? {
                for path in entries(&year)? {
                    // A file may be sealed between two looks: it is found under its new name next time.
                    files.extend(look(path)?);
                }
            }
        }
        files.sort_by(|a, b| a.file_name.cmp(&b.file_name));
        let places = files.iter().enumerate().map(|(place, file)| (file.file_name.clone(), place)).collect();
        Ok(Self { files, places })
    }

    /// All of them.
    pub fn files(&self) -> &[WarcFile] {
        &self.files
    }

    /// The file of that (sealed) name.
    pub fn get(&self, file_name: &str) -> Option<&WarcFile> {
        self.files.get(*self.places.get(file_name)?)
    }
}

/// What lies in a directory; nothing, if it is none.
fn entries(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    match fs::read_dir(dir) {
        Ok(list) => list.map(|entry| entry.map(|entry| entry.path())).collect(),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn look(path: PathBuf) -> std::io::Result<Option<WarcFile>> {
    let Some(name) = WarcName::parse(&path) else { return Ok(None) };
    let meta = match fs::metadata(&path) {
        Ok(meta) if meta.is_file() => meta,
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let modified = Timestamp::try_from(meta.modified()?).unwrap_or(Timestamp::UNIX_EPOCH);
    let open = path.to_string_lossy().ends_with(OPEN);
    Ok(Some(WarcFile { file_name: name.file_name(), name, path, size: meta.len(), modified, open }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_a_warc_file_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let year = dir.path().join("warc/x.gov.vn/2026");
        fs::create_dir_all(&year).unwrap();
        fs::write(year.join("x.gov.vn-20261123101112-00001-h.warc.gz"), b"abc").unwrap();
        fs::write(year.join("x.gov.vn-text-20261123101112-00001-h.warc.gz.open"), b"").unwrap();
        fs::write(year.join("notes.txt"), b"").unwrap();
        fs::write(dir.path().join("warc/README"), b"").unwrap();
        let holdings = Holdings::scan(dir.path()).unwrap();
        let seen: Vec<_> =
            holdings.files().iter().map(|f| (f.file_name.as_str(), f.size, f.open, f.is_captures())).collect();
        assert_eq!(
            seen,
            [
                ("x.gov.vn-20261123101112-00001-h.warc.gz", 3, false, true),
                ("x.gov.vn-text-20261123101112-00001-h.warc.gz", 0, true, false)
            ]
        );
        assert!(holdings.get("x.gov.vn-20261123101112-00001-h.warc.gz").is_some());
        assert!(holdings.get("../x").is_none());
        assert_eq!(Holdings::scan(&dir.path().join("none")).unwrap().files(), []);
    }
}
