//! Fixity: `manifest/<day>.sha256` lists what was sealed on a day and will never change.
//!
//! A manifest is in the form that `sha256sum -c` reads from the archive root. Its first line is a comment with the SHA-256
//! of the manifest before it, so that the manifests are a chain: whoever keeps the newest can tell whether any of them was
//! changed. Listed are sealed WARC files, their indexes and the texts that they hold. Lines are only appended, and only to
//! the newest manifest; one that another follows is never touched again.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use super::error::{Context as _, Result};
use super::fsio;
use super::warc::{RecordType, Sealing, SeriesKind, entries, scan};
use crate::model::{Digest, Stamp};

/// Bytes of a text record that are read: more than any record of an article.
const RECORD_BYTES: usize = 16 << 20;

/// A listed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Over the whole file.
    pub digest: Digest,
}

/// The manifests of a root, oldest first.
pub fn manifests(root: &Path) -> Result<Vec<(Date, PathBuf)>> {
    let mut out: Vec<(Date, PathBuf)> = entries(&root.join("manifest"))?
        .into_iter()
        .filter_map(|path| {
            let day = path.file_name()?.to_str()?.strip_suffix(".sha256")?.parse().ok()?;
            Some((day, path))
        })
        .collect();
    out.sort();
    Ok(out)
}

/// Appends lines to the manifest of the day in Vietnam on which `now` falls, durably. A clock that went back does not
/// reopen a manifest that another follows: the newest takes the lines then.
pub fn list(root: &Path, now: Timestamp, lines: &[Line]) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let known = manifests(root)?;
    let day = known.last().map_or(Stamp::vietnam_day(now), |(newest, _)| Stamp::vietnam_day(now).max(*newest));
    let text = lines.iter().fold(String::new(), |text, line| text + &line.digest.hex() + "  " + &line.path + "\n");
    let path = root.join("manifest").join(format!("{day}.sha256"));
    if known.last().is_some_and(|(newest, _)| *newest == day)
        && let length @ 1.. = whole_lines(&path)?
    {
        let file = OpenOptions::new().write(true).open(&path).at("open", &path)?;
        // What a crash left half is written again.
        file.set_len(length).and_then(|()| file.write_all_at(text.as_bytes(), length)).at("append to", &path)?;
        return file.sync_all().at("sync", &path);
    }
    let before = known.iter().rfind(|(known, _)| *known < day);
    let head = match before {
        Some((_, before)) => {
            let name = before.file_name().unwrap_or_default().to_string_lossy().into_owned();
            header(&name, Some(fsio::digest_of(before)?))
        }
        None => header("none", None),
    };
    fsio::replace(&path, (head + &text).as_bytes(), fsio::Durability::Synced)
}

/// The first line: which manifest came before, and its digest.
fn header(before: &str, digest: Option<Digest>) -> String {
    match digest {
        Some(digest) => format!("# before: {} {before}\n", digest.hex()),
        None => format!("# before: {before}\n"),
    }
}

/// Length up to the last line feed.
fn whole_lines(path: &Path) -> Result<u64> {
    let bytes = fs::read(path).at("read", path)?;
    Ok(memchr::memrchr(b'\n', &bytes).map_or(0, |at| at as u64 + 1))
}

/// What a file that is about to be sealed adds: itself, its index, and the texts in it.
pub fn lines_of(sealing: &Sealing) -> Result<Vec<Line>> {
    let index = format!("index/{}.cdxj", sealing.name.stem());
    let mut lines = vec![
        Line { path: sealing.name.relative(), digest: sealing.digest },
        Line { path: index, digest: sealing.index_digest },
    ];
    if sealing.name.kind == SeriesKind::Text {
        let mut from = Some(0);
        // What another text of the same file took the place of is not there any more.
        let mut gone: HashSet<String> = HashSet::new();
        while let Some(start) = from {
            let found = scan(&sealing.path, start, RECORD_BYTES, &mut |group| {
                let Some((line, supersedes)) = text_line(&group) else { return };
                gone.extend(supersedes);
                lines.extend(line);
            })?;
            from = found.whole_after;
        }
        lines.retain(|line| !gone.contains(&line.path));
    }
    Ok(lines)
}

/// The text of a conversion and its record: the digest of the record's block is that of the file. With it, the text that
/// it took the place of.
fn text_line(group: &[super::warc::RawRecord]) -> Option<(Option<Line>, Option<String>)> {
    #[derive(Deserialize)]
    struct Named {
        text_path: String,
        /// Set where the article may be withdrawn and its text taken away: then `sha256sum` must not miss it.
        template: Option<Digest>,
        supersedes: Option<String>,
    }
    let [conversion, metadata] = group else { return None };
    if conversion.fields.kind() != RecordType::Conversion {
        return None;
    }
    let Named { text_path, template, supersedes } = serde_json::from_slice(&metadata.block).ok()?;
    let line = template.is_none().then(|| Line { path: text_path, digest: Digest::of(&conversion.block) });
    Some((line, supersedes))
}

/// A line of a manifest that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// The first line: the name and the digest of the manifest before; `None` for the first of all.
    Before(Option<(String, Digest)>),
    /// A listed file.
    File(Line),
    /// No line of a manifest.
    Bad,
}

/// The lines of a manifest, each with its offset in bytes. A last line without a line feed is bad.
pub fn read(text: &str) -> impl Iterator<Item = (u64, Read)> + '_ {
    let mut offset = 0;
    text.split_inclusive('\n').enumerate().map(move |(number, line)| {
        let at = offset;
        offset += line.len() as u64;
        let parsed = line.strip_suffix('\n').and_then(|line| if number == 0 { first(line) } else { further(line) });
        (at, parsed.unwrap_or(Read::Bad))
    })
}

fn first(line: &str) -> Option<Read> {
    let before = line.strip_prefix("# before: ")?;
    if before == "none" {
        return Some(Read::Before(None));
    }
    let (hex, name) = before.split_once(' ')?;
    Some(Read::Before(Some((name.to_owned(), Digest::parse(&format!("sha256:{hex}"))?))))
}

fn further(line: &str) -> Option<Read> {
    let (hex, path) = line.split_once("  ")?;
    let digest = Digest::parse(&format!("sha256:{hex}"))?;
    Some(Read::File(Line { path: path.to_owned(), digest }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(path: &str) -> Line {
        Line { path: path.to_owned(), digest: Digest::of(path.as_bytes()) }
    }

    fn day(text: &str) -> Timestamp {
        format!("{text}T03:00:00Z").parse().unwrap()
    }

    #[test]
    fn manifests_are_a_chain_and_only_the_newest_grows() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        list(root, day("2026-11-23"), &[line("a")]).unwrap();
        list(root, day("2026-11-23"), &[line("b")]).unwrap();
        let first = fs::read(root.join("manifest/2026-11-23.sha256")).unwrap();
        list(root, day("2026-11-25"), &[line("c")]).unwrap();
        // The clock went back.
        list(root, day("2026-11-23"), &[line("d")]).unwrap();
        assert_eq!(fs::read(root.join("manifest/2026-11-23.sha256")).unwrap(), first);
        let second = fs::read_to_string(root.join("manifest/2026-11-25.sha256")).unwrap();
        let found: Vec<Read> = read(&second).map(|(_, line)| line).collect();
        let before = Some(("2026-11-23.sha256".to_owned(), Digest::of(&first)));
        assert_eq!(found, [Read::Before(before), Read::File(line("c")), Read::File(line("d"))]);
        assert_eq!(read(std::str::from_utf8(&first).unwrap()).next(), Some((0, Read::Before(None))));
    }

    #[test]
    fn a_torn_line_is_written_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("manifest/2026-11-23.sha256");
        list(dir.path(), day("2026-11-23"), &[line("a")]).unwrap();
        let one = fs::read(&path).unwrap();
        list(dir.path(), day("2026-11-23"), &[line("b")]).unwrap();
        let whole = fs::read(&path).unwrap();
        for cut in 1..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            list(dir.path(), day("2026-11-23"), &[line("b")]).unwrap();
            let mended = fs::read_to_string(&path).unwrap();
            assert!(read(&mended).all(|(_, line)| line != Read::Bad), "{cut}: {mended}");
            assert_eq!(cut >= one.len(), mended.as_bytes() == whole, "{cut}: {mended}");
        }
    }
}
