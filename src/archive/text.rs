//! The cleaned texts as files, each with its record beside it. All of them can be made again from `warc/`.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::catalog::ArticleRecord;
use super::error::{ArchiveError, Context as _, Result};
use super::fsio::{Durability, replace};
use super::warc::file_safe;
use crate::model::Digest;

/// Where a text lies, relative to the root, with `/`: by the day of publication in Vietnam, or under `undated`.
pub fn relative_path(site: &str, published: Option<Date>, content_hash: &Digest) -> String {
    let (site, hash) = (file_safe(site), content_hash.hash16());
    match published {
        Some(day) => format!("text/{site}/{}_{hash}.txt", day.strftime("%Y/%m/%Y%m%d")),
        None => format!("text/{site}/undated/{hash}.txt"),
    }
}

/// The record's place beside a text.
pub fn sidecar(text_path: &str) -> String {
    format!("{}.json", text_path.strip_suffix(".txt").unwrap_or(text_path))
}

/// Writes a text and its record at the record's `text_path`. Both appear whole, and the text first: a record never names a
/// text that is not there, and whoever copies the folder while a run writes, or after it was killed, copies no half.
pub fn write(root: &Path, record: &ArticleRecord, text: &str) -> Result<PathBuf> {
    let path = root.join(&record.text_path);
    replace(&path, text.as_bytes(), Durability::Rebuildable)?;
    write_record(root, record)?;
    Ok(path)
}

/// Writes a record beside its text, in place of the one that was there.
pub fn write_record(root: &Path, record: &ArticleRecord) -> Result<()> {
    let beside = root.join(sidecar(&record.text_path));
    let json = serde_json::to_vec_pretty(record);
    let mut json = json.map_err(|source| ArchiveError::Json { path: beside.clone(), source })?;
    json.push(b'\n');
    replace(&beside, &json, Durability::Rebuildable)
}

/// Takes a withdrawn text and its record away; both can be read out of `warc/`. The record goes first: none names a text
/// that is not there.
pub fn remove(root: &Path, text_path: &str) -> Result<()> {
    for path in [root.join(sidecar(text_path)), root.join(text_path)] {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error).at("remove", &path),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_carry_the_day() {
        let hash = Digest::of(b"abc");
        let dated = relative_path("X.gov.vn", Some(Date::constant(2025, 7, 1)), &hash);
        assert_eq!(dated, "text/x.gov.vn/2025/07/20250701_ba7816bf8f01cfea.txt");
        assert_eq!(sidecar(&dated), "text/x.gov.vn/2025/07/20250701_ba7816bf8f01cfea.json");
        assert_eq!(relative_path("a", None, &hash), "text/a/undated/ba7816bf8f01cfea.txt");
    }

    #[test]
    fn text_and_record_lie_side_by_side() {
        let dir = tempfile::tempdir().unwrap();
        let record = crate::archive::catalog::tests::record("a-1", 1);
        let path = write(dir.path(), &record, "Tiêu đề\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "Tiêu đề\n");
        let json = std::fs::read(path.with_extension("json")).unwrap();
        assert_eq!(serde_json::from_slice::<ArticleRecord>(&json).unwrap(), record);
    }
}
