//! The few file operations that durability rests on.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::error::{Context as _, Result};
use crate::model::Digest;

/// Makes the entries of a directory durable: a new or renamed file is only safe once its directory is.
pub fn sync_dir(path: &Path) -> Result<()> {
    File::open(path).and_then(|dir| dir.sync_all()).at("sync the directory", path)
}

/// Makes `path` and its parents, and makes the new entries durable.
pub fn create_dirs(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_dirs(parent)?;
        if let Err(error) = fs::create_dir(path)
            && error.kind() != std::io::ErrorKind::AlreadyExists
        {
            return Err(error).at("create the directory", path);
        }
        return sync_dir(parent);
    }
    fs::create_dir_all(path).at("create the directory", path)
}

/// Makes everything durable that was written to the file system of `path` (syncfs): for many small files one call is
/// far cheaper than one each.
pub fn sync_file_system(path: &Path) -> Result<()> {
    let dir = File::open(path).at("open", path)?;
    rustix::fs::syncfs(&dir).map_err(std::io::Error::from).at("sync the file system of", path)
}

/// SHA-256 of a file.
pub fn digest_of(path: &Path) -> Result<Digest> {
    let mut file = File::open(path).at("open", path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Digest(hasher.finalize().into())),
            Ok(count) => hasher.update(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error).at("read", path),
        }
    }
}

/// Whether a rename has to survive a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// File and directory are synced.
    Synced,
    /// The file can be made again from the WARC files.
    Rebuildable,
}

/// Puts `bytes` at `path` so that a reader sees the old file or the new one, never a half.
pub fn replace(path: &Path, bytes: &[u8], durability: Durability) -> Result<()> {
    replace_with(path, durability, |file| file.write_all(bytes))
}

/// [`replace`] with what `write` writes.
pub fn replace_with(
    path: &Path,
    durability: Durability,
    write: impl FnOnce(&mut File) -> std::io::Result<()>,
) -> Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    if durability == Durability::Synced {
        create_dirs(parent)?;
    }
    let temporary = temporary_path(path);
    let mut file = create(&temporary, OpenOptions::new().write(true).create(true).truncate(true))?;
    let written = write(&mut file).and_then(|()| match durability {
        Durability::Synced => file.sync_all(),
        Durability::Rebuildable => Ok(()),
    });
    if let Err(error) = written.and_then(|()| fs::rename(&temporary, path)) {
        // Best effort: a full disk must not be left fuller.
        let _ = fs::remove_file(&temporary);
        return Err(error).at("write", path);
    }
    if durability == Durability::Synced { sync_dir(parent) } else { Ok(()) }
}

/// Opens a new file; its directory is only made when it turns out to be missing, which is once in many files.
fn create(path: &Path, options: &OpenOptions) -> Result<File> {
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).at("create the directory", parent)?;
            }
            options.open(path).at("create", path)
        }
        other => other.at("create", path),
    }
}

/// Whether a file is one that a crash kept from its place.
pub fn is_temporary(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "tmp")
}

/// `path` with `.tmp` behind its name.
fn temporary_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_whole_files() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/c.txt");
        replace(&path, b"one", Durability::Synced).unwrap();
        replace(&path, b"two", Durability::Rebuildable).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_crash_left_half_is_written_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("b.txt");
        fs::write(temporary_path(&path), b"half of something longer").unwrap();
        replace(&path, b"whole", Durability::Rebuildable).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert!(is_temporary(&temporary_path(&path)) && !temporary_path(&path).exists());
    }
}
