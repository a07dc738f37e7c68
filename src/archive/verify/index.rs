//! A sealed file's CDXJ index against what the file holds.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::finding::Fault;
use crate::archive::cdxj::{Entry, EntryFields, line};
use crate::archive::warc::RawRecord;
use crate::model::Digest;

/// Lines of an index that have not met their capture yet, by offset.
#[derive(Debug, Default)]
pub(super) struct Index {
    path: PathBuf,
    lines: HashMap<u64, Line>,
}

#[derive(Debug)]
struct Line {
    /// Where the line starts in the index.
    at: u64,
    /// Digest over the line as it stands.
    stands: [u8; 16],
    /// Digest of the member's compressed bytes, where the index gives one.
    member: Option<Digest>,
}

impl Index {
    /// Reads an index. Faults carry the offset of their line.
    pub(super) fn read(path: &Path, fault: &mut dyn FnMut(u64, Fault)) -> std::io::Result<Self> {
        let mut reader = BufReader::with_capacity(256 << 10, File::open(path)?);
        let mut lines = HashMap::new();
        let (mut at, mut before, mut bytes) = (0, Vec::new(), Vec::new());
        loop {
            bytes.clear();
            let count = reader.read_until(b'\n', &mut bytes)?;
            if count == 0 {
                return Ok(Self { path: path.to_owned(), lines });
            }
            if bytes < before {
                fault(at, Fault::IndexLine("the index is not sorted by bytes"));
            }
            match std::str::from_utf8(&bytes).ok().and_then(|text| Entry::parse(text.trim_end())) {
                Some(entry) => {
                    let member = entry.fields.record_digest;
                    let line = Line { at, stands: short(&bytes), member };
                    if lines.insert(entry.fields.offset, line).is_some() {
                        fault(at, Fault::IndexLine("another line names the same offset"));
                    }
                }
                None => fault(at, Fault::IndexLine("not a CDXJ line")),
            }
            at += count as u64;
            std::mem::swap(&mut before, &mut bytes);
        }
    }

    /// Ticks off a record; the fault if it should be listed and is not, or is listed wrongly.
    pub(super) fn tick(&mut self, record: &RawRecord, file_name: &str, member: Option<Digest>) -> Option<Fault> {
        let said = self.lines.get(&record.offset).and_then(|line| line.member);
        let text = line(record, file_name, said)?;
        let Some(listed) = self.lines.remove(&record.offset) else { return Some(Fault::NotIndexed) };
        // A line that another program wrote may say the same in other words.
        let same = || Some(says(&Entry::parse(text.trim_end())?) == says(&self.entry_at(listed.at)?));
        if listed.stands != short(text.as_bytes()) && same() != Some(true) {
            return Some(Fault::NotIndexed);
        }
        (member.is_some() && said.is_some() && said != member).then_some(Fault::MemberDigest)
    }

    /// The line at `at` once more.
    fn entry_at(&self, at: u64) -> Option<Entry> {
        let mut reader = BufReader::new(File::open(&self.path).ok()?);
        let mut line = String::new();
        reader.seek(SeekFrom::Start(at)).and_then(|_| reader.read_line(&mut line)).ok()?;
        Entry::parse(line.trim_end())
    }

    /// Offsets of the lines that met no capture.
    pub(super) fn left(&self) -> Vec<u64> {
        let mut left: Vec<u64> = self.lines.values().map(|line| line.at).collect();
        left.sort_unstable();
        left
    }
}

/// The parts of a line that a reader relies on.
fn says(entry: &Entry) -> (&str, &str, EntryFields) {
    (&entry.key, &entry.stamp, EntryFields { record_digest: None, ..entry.fields.clone() })
}

fn short(bytes: &[u8]) -> [u8; 16] {
    let mut out = [0; 16];
    out.copy_from_slice(&Digest::of(bytes).0[..16]);
    out
}
