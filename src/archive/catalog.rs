//! The catalogue: one append-only log of article versions a site (`catalog/<site>.jsonl`), folded on reading.
//!
//! A line is a whole record; of an article the highest version wins, and of a version the last line. The log can be made again from `warc/`, so a torn last
//! line is cut off on opening and its article comes back with the next rebuild or recovery.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use super::article::{ArticleRecord, Asset, WarcRef};
use super::error::{ArchiveError, Context as _, Result};
use super::warc::file_safe;
use crate::model::Digest;

/// Bytes at both ends of what was read of a log that tell whether it is still the same.
const MARK_BYTES: u64 = 2_048;

/// A site's log, open for appending.
#[derive(Debug)]
pub struct Catalog {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Catalog {
    /// Opens `catalog/<site>.jsonl`, making it if need be; a torn last line is cut off.
    pub fn open(root: &Path, site: &str) -> Result<Self> {
        let path = path_of(root, site);
        let dir = root.join("catalog");
        fs::create_dir_all(&dir).at("create the directory", &dir)?;
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = options.at("open", &path)?;
        let found = file.metadata().at("look at", &path)?.len();
        let length = whole_lines(&mut file, found).at("read", &path)?;
        if length < found {
            tracing::warn!(path = %path.display(), cut_bytes = found - length, "a torn last line was cut off the catalogue");
            file.set_len(length).at("cut", &path)?;
        }
        Ok(Self { path, file, length })
    }

    /// Appends one version. Nothing is durable before [`Self::sync`]; a failed write is taken back.
    pub fn append(&mut self, record: &ArticleRecord) -> Result<()> {
        let line = serde_json::to_vec(record);
        let mut line = line.map_err(|source| ArchiveError::Json { path: self.path.clone(), source })?;
        line.push(b'\n');
        self.append_line(&line)
    }

    /// Appends a record as it is written already, with its line feed.
    pub fn append_line(&mut self, line: &[u8]) -> Result<()> {
        if let Err(error) = self.file.write_all_at(line, self.length) {
            // Should this fail too, the next opening cuts the torn line.
            let _ = self.file.set_len(self.length);
            return Err(error).at("append to", &self.path);
        }
        self.length += line.len() as u64;
        Ok(())
    }

    /// Makes the log durable (fdatasync).
    pub fn sync(&mut self) -> Result<()> {
        self.file.sync_data().at("sync", &self.path)
    }
}

/// Path of a site's log.
pub fn path_of(root: &Path, site: &str) -> PathBuf {
    root.join("catalog").join(format!("{}.jsonl", file_safe(site)))
}

/// Length up to the last line feed, found from the end.
fn whole_lines(file: &mut File, length: u64) -> std::io::Result<u64> {
    let mut end = length;
    let mut buffer = vec![0; 64 << 10];
    while end > 0 {
        let take = buffer.len().min(usize::try_from(end).unwrap_or(buffer.len()));
        end -= take as u64;
        file.seek(SeekFrom::Start(end))?;
        file.read_exact(&mut buffer[..take])?;
        if let Some(at) = memchr::memrchr(b'\n', &buffer[..take]) {
            return Ok(end + at as u64 + 1);
        }
    }
    Ok(0)
}

/// A line that is no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// The log.
    pub path: PathBuf,
    /// Where the line starts, in bytes.
    pub offset: u64,
}

/// Hands over the latest version of every article, site by site, in the order in which the articles were first seen.
/// What was withdrawn is passed over.
/// `sites` empty means all. Lines that are no records go to `bad`.
pub fn read_latest(
    root: &Path,
    sites: &[String],
    each: &mut dyn FnMut(ArticleRecord),
    bad: &mut dyn FnMut(BadLine),
) -> Result<()> {
    fold(root, sites, &|line| (line.id, 0), each, bad)
}

/// Hands over every version of every article as its last line has it, in the order in which they were first seen.
pub fn read_versions(
    root: &Path,
    sites: &[String],
    each: &mut dyn FnMut(ArticleRecord),
    bad: &mut dyn FnMut(BadLine),
) -> Result<()> {
    fold(root, sites, &|line| (line.id, line.version), each, bad)
}

/// Two passes over each log: the first keeps two numbers a row, so that a log of any length folds in little memory.
fn fold(
    root: &Path,
    sites: &[String],
    row_of: &dyn Fn(Version) -> (String, u32),
    each: &mut dyn FnMut(ArticleRecord),
    bad: &mut dyn FnMut(BadLine),
) -> Result<()> {
    for path in logs(root, sites)? {
        let mut rows: HashMap<(String, u32), usize> = HashMap::new();
        let mut latest: Vec<(u32, u64)> = Vec::new();
        for_each_line(&path, &mut |offset, line| match serde_json::from_slice::<Version>(line) {
            Ok(line) => {
                let version = line.version;
                let row = *rows.entry(row_of(line)).or_insert(latest.len());
                match latest.get_mut(row) {
                    // What is noted later about an older version does not make it the latest.
                    Some((known, _)) if *known > version => {}
                    Some(known) => *known = (version, offset),
                    None => latest.push((version, offset)),
                }
            }
            Err(_) => bad(BadLine { path: path.clone(), offset }),
        })?;
        let file = File::open(&path).at("open", &path)?;
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        for (_, offset) in latest {
            let moved = reader.seek(SeekFrom::Start(offset)).and_then(|_| {
                line.clear();
                reader.read_until(b'\n', &mut line)
            });
            moved.at("read", &path)?;
            match serde_json::from_slice::<ArticleRecord>(&line) {
                Ok(record) if record.withdrawn.is_some() => {}
                Ok(record) => each(record),
                Err(_) => bad(BadLine { path: path.clone(), offset }),
            }
        }
    }
    Ok(())
}

/// Hands over every version, in the order of the logs.
pub fn read_all(
    root: &Path,
    sites: &[String],
    each: &mut dyn FnMut(ArticleRecord),
    bad: &mut dyn FnMut(BadLine),
) -> Result<()> {
    for path in logs(root, sites)? {
        for_each_line(&path, &mut |offset, line| match serde_json::from_slice(line) {
            Ok(record) => each(record),
            Err(_) => bad(BadLine { path: path.clone(), offset }),
        })?;
    }
    Ok(())
}

/// Hands over the whole lines of a site's log, with their line feeds; none when there is no log.
pub fn read_lines(root: &Path, site: &str, each: &mut dyn FnMut(&[u8])) -> Result<()> {
    for path in logs(root, &[site.to_owned()])? {
        for_each_line(&path, &mut |_, line| each(line))?;
    }
    Ok(())
}

/// What a line is about; the rest is passed over.
#[derive(Deserialize)]
struct Version {
    id: String,
    version: u32,
}

/// The logs that are asked for, sorted by name; those that are not there are left out.
pub fn logs(root: &Path, sites: &[String]) -> Result<Vec<PathBuf>> {
    if !sites.is_empty() {
        return Ok(sites.iter().map(|site| path_of(root, site)).filter(|path| path.exists()).collect());
    }
    let dir = root.join("catalog");
    let list = match fs::read_dir(&dir) {
        Ok(list) => list,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).at("list", &dir),
    };
    let paths = list.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<Vec<_>>>();
    let mut paths = paths.at("list", &dir)?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    paths.sort();
    Ok(paths)
}

/// Whole lines of a log with their offsets. A last line without a line feed is being written, or torn: it does not count.
pub(super) fn for_each_line(path: &Path, each: &mut dyn FnMut(u64, &[u8])) -> Result<()> {
    for_each_line_from(path, 0, &mut |offset, line| {
        each(offset, line);
        true
    })
}

/// Whole lines of a log from `offset` on, where a line starts, until `each` says `false`.
pub fn for_each_line_from(path: &Path, mut offset: u64, each: &mut dyn FnMut(u64, &[u8]) -> bool) -> Result<()> {
    let mut reader = BufReader::with_capacity(256 << 10, File::open(path).at("open", path)?);
    reader.seek(SeekFrom::Start(offset)).at("seek in", path)?;
    let mut line = Vec::new();
    loop {
        line.clear();
        let count = reader.read_until(b'\n', &mut line).at("read", path)?;
        if count == 0 || !line.ends_with(b"\n") || !each(offset, &line) {
            return Ok(());
        }
        offset += count as u64;
    }
}

/// The record whose line starts at `offset`; `None` when that is no record.
pub fn record_at(path: &Path, offset: u64) -> Result<Option<ArticleRecord>> {
    let mut reader = BufReader::new(File::open(path).at("open", path)?);
    let mut line = Vec::new();
    let read = reader.seek(SeekFrom::Start(offset)).and_then(|_| reader.read_until(b'\n', &mut line));
    read.at("read", path)?;
    Ok(serde_json::from_slice(&line).ok())
}

/// The digest of the first and last bytes of the first `offset` bytes of a log: another one means that it was rewritten.
pub fn mark(path: &Path, offset: u64) -> Result<String> {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(path)?;
        let mut bytes = offset.to_be_bytes().to_vec();
        file.by_ref().take(MARK_BYTES.min(offset)).read_to_end(&mut bytes)?;
        let tail = offset.saturating_sub(MARK_BYTES);
        file.seek(SeekFrom::Start(tail))?;
        file.take(offset - tail).read_to_end(&mut bytes)?;
        Ok(Digest::of(&bytes).hex())
    };
    read().at("read", path)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::archive::warc::RecordId;
    use crate::model::StampSource;

    pub(crate) fn record(id: &str, version: u32) -> ArticleRecord {
        ArticleRecord {
            id: id.to_owned(),
            site: "x.gov.vn".to_owned(),
            url: "http://x.gov.vn/a".to_owned(),
            locations: vec!["http://x.gov.vn/a".to_owned()],
            title: "Tiêu đề".to_owned(),
            published: Some("2025-07-01T00:00:00+07:00".to_owned()),
            published_source: StampSource::List,
            modified: None,
            byline: None,
            section: None,
            text_path: "text/x.gov.vn/2025/07/20250701_ba7816bf8f01cfea.txt".to_owned(),
            content_hash: Digest::of(b"abc"),
            near_duplicates: Vec::new(),
            version,
            captured_at: "2026-11-23T10:00:00Z".to_owned(),
            warc: WarcRef { file: "warc/x".to_owned(), offset: 5, record_id: RecordId::random() },
            attachments: vec![Asset::named("http://x.gov.vn/a.pdf".to_owned(), None)],
            images: Vec::new(),
            list: None,
            lang: Some("vi".to_owned()),
            extractor: None,
            notes: Vec::new(),
            left_out: Vec::new(),
            corrects: Vec::new(),
            supersedes: None,
            withdrawn: None,
            template: None,
        }
    }

    fn latest(root: &Path, sites: &[String]) -> (Vec<(String, u32)>, usize) {
        let (mut rows, mut bad) = (Vec::new(), 0);
        read_latest(root, sites, &mut |row| rows.push((row.id, row.version)), &mut |_| bad += 1).unwrap();
        (rows, bad)
    }

    #[test]
    fn the_last_line_of_an_article_wins() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(latest(dir.path(), &[]), (Vec::new(), 0));
        let mut catalog = Catalog::open(dir.path(), "x.gov.vn").unwrap();
        for (id, version) in [("a", 1), ("b", 1), ("a", 2)] {
            catalog.append(&record(id, version)).unwrap();
        }
        catalog.sync().unwrap();
        Catalog::open(dir.path(), "y.gov.vn").unwrap().append(&record("c", 1)).unwrap();
        let rows = |pairs: &[(&str, u32)]| pairs.iter().map(|(id, version)| ((*id).to_owned(), *version)).collect();
        assert_eq!(latest(dir.path(), &[]), (rows(&[("a", 2), ("b", 1), ("c", 1)]), 0));
        assert_eq!(latest(dir.path(), &["y.gov.vn".to_owned(), "none".to_owned()]), (rows(&[("c", 1)]), 0));
        let mut all = 0;
        read_all(dir.path(), &[], &mut |_| all += 1, &mut |_| {}).unwrap();
        assert_eq!(all, 4);
        // What is noted about the first version afterwards leaves the second the latest.
        catalog.append(&record("a", 1)).unwrap();
        assert_eq!(latest(dir.path(), &[]), (rows(&[("a", 2), ("b", 1), ("c", 1)]), 0));
        let mut versions = Vec::new();
        read_versions(dir.path(), &[], &mut |row| versions.push((row.id, row.version)), &mut |_| {}).unwrap();
        assert_eq!(versions, rows(&[("a", 1), ("b", 1), ("a", 2), ("c", 1)]));
    }

    #[test]
    fn a_torn_line_is_cut_and_a_bad_one_reported() {
        let dir = tempfile::tempdir().unwrap();
        Catalog::open(dir.path(), "x").unwrap().append(&record("a", 1)).unwrap();
        let path = path_of(dir.path(), "x");
        let whole = fs::read(&path).unwrap();
        for torn in 1..whole.len() {
            fs::write(&path, [&whole[..], &whole[..torn]].concat()).unwrap();
            Catalog::open(dir.path(), "x").unwrap();
            assert_eq!(fs::read(&path).unwrap(), whole);
        }
        fs::write(&path, [b"{}\n", &whole[..], b"{\"id\":"].concat()).unwrap();
        assert_eq!(latest(dir.path(), &[]), (vec![("a".to_owned(), 1)], 1));
    }
}
