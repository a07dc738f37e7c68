//! A sealed file's CDXJ index against what the file holds.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use super::finding::Fault;
use crate::archive::cdxj::{Entry, line};
use crate::archive::warc::RawRecord;
use crate::model::Digest;

/// Lines of an index that have not met their capture yet, by offset.
#[derive(Debug, Default)]
pub(super) struct Index {
    lines: HashMap<u64, Line>,
}

#[derive(Debug)]
struct Line {
    /// Where the line starts in the index.
    at: u64,
    /// Digest over what the line says.
    says: [u8; 16],
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
                return Ok(Self { lines });
            }
            if bytes < before {
                fault(at, Fault::IndexLine("the index is not sorted by bytes"));
            }
            match std::str::from_utf8(&bytes).ok().and_then(|text| Entry::parse(text.trim_end())) {
                Some(entry) => {
                    let line = Line { at, says: says(&entry), member: entry.fields.record_digest };
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
        let entry = line(record, file_name, None).and_then(|text| Entry::parse(text.trim_end()))?;
        match self.lines.remove(&record.offset) {
            Some(line) if line.says != says(&entry) => Some(Fault::NotIndexed),
            Some(line) if member.is_some() && line.member.is_some_and(|said| Some(said) != member) => {
                Some(Fault::MemberDigest)
            }
            Some(_) => None,
            None => Some(Fault::NotIndexed),
        }
    }

    /// Offsets of the lines that met no capture.
    pub(super) fn left(&self) -> Vec<u64> {
        let mut left: Vec<u64> = self.lines.values().map(|line| line.at).collect();
        left.sort_unstable();
        left
    }
}

/// A digest over the parts of a line that a reader relies on.
fn says(entry: &Entry) -> [u8; 16] {
    let fields = &entry.fields;
    let text = format!(
        "{}\n{}\n{}\n{}\n{}\n{:?}\n{:?}\n{:?}\n{}",
        entry.key,
        entry.stamp,
        fields.url,
        fields.offset,
        fields.length,
        fields.mime,
        fields.status,
        fields.digest,
        fields.filename
    );
    let mut out = [0; 16];
    out.copy_from_slice(&Digest::of(text.as_bytes()).0[..16]);
    out
}
