//! `manifest/<YYYY-MM-DD>.sha256` → the digest of a file, as it was written down when the file was sealed.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::model::Digest;

/// Digests by path relative to the root.
pub type Listed = HashMap<String, Digest>;

/// A manifest's path, length and time.
type Mark = (PathBuf, u64, Option<SystemTime>);

/// The latest look at the folder.
#[derive(Debug, Default)]
pub struct Manifests {
    known: Mutex<Option<(Vec<Mark>, Arc<Listed>)>>,
}

impl Manifests {
    /// What all manifests list. A root without manifests lists nothing.
    pub fn look(&self, root: &Path) -> Arc<Listed> {
        let mut files: Vec<_> = fs::read_dir(root.join("manifest")).into_iter().flatten().flatten().collect();
        files.retain(|file| file.path().extension().is_some_and(|ending| ending == "sha256"));
        let mark = |file: &fs::DirEntry| {
            let meta = file.metadata().ok();
            (file.path(), meta.as_ref().map_or(0, fs::Metadata::len), meta.and_then(|meta| meta.modified().ok()))
        };
        let mut marks: Vec<_> = files.iter().map(mark).collect();
        marks.sort();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((old, listed)) = &*known
            && *old == marks
        {
            return Arc::clone(listed);
        }
        let mut listed = Listed::new();
        for (path, ..) in &marks {
            listed.extend(fs::read_to_string(path).unwrap_or_default().lines().filter_map(line));
        }
        let listed = Arc::new(listed);
        *known = Some((marks, Arc::clone(&listed)));
        listed
    }
}

/// A line as `sha256sum` writes it.
fn line(line: &str) -> Option<(String, Digest)> {
    let (hex, path) = line.split_once(' ')?;
    let digest = Digest::parse(&format!("sha256:{hex}"))?;
    let path = path.strip_prefix([' ', '*'])?;
    Some((path.trim_start_matches("./").to_owned(), digest))
}

/// The manifest of that name, found among those that are there.
pub fn find(root: &Path, name: &str) -> Option<PathBuf> {
    let day = name.strip_suffix(".sha256")?;
    day.parse::<jiff::civil::Date>().ok()?;
    let files = fs::read_dir(root.join("manifest")).into_iter().flatten().flatten();
    files.map(|file| file.path()).find(|path| path.file_name().is_some_and(|known| known == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_read_and_found_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let manifests = Manifests::default();
        assert!(manifests.look(dir.path()).is_empty());
        fs::create_dir(dir.path().join("manifest")).unwrap();
        let digest = Digest::of(b"abc");
        let text = format!("# the one before: none\n{}  warc/x/2026/x.warc.gz\n", digest.hex());
        fs::write(dir.path().join("manifest/2026-11-23.sha256"), text).unwrap();
        assert_eq!(manifests.look(dir.path()).get("warc/x/2026/x.warc.gz"), Some(&digest));
        assert!(find(dir.path(), "2026-11-23.sha256").is_some());
        for name in ["2026-11-24.sha256", "../manifest/2026-11-23.sha256", "2026-11-23"] {
            assert_eq!(find(dir.path(), name), None, "{name}");
        }
    }
}
