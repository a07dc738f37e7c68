//! Captures and texts → the members that belong to them: a response with its request and metadata, a text with its record.

use std::path::Path;

use serde::Deserialize;

use super::files::WarcFile;
use crate::archive::error::Result;
use crate::archive::warc::{Group, Grouper, RecordType, WarcReader, locate};

/// What is read of a record that describes an article: all of it, within reason.
const RECORD_BYTES: usize = 1 << 20;

/// Members as (offset, length), in the order of the file.
pub type Members = Vec<(u64, u64)>;

/// The groups of the captures at `offsets` (sorted). What cannot be read is named in `problems` and left out.
pub fn of_captures(root: &Path, file: &WarcFile, offsets: &[u64], problems: &mut Vec<String>) -> Result<Members> {
    let path = locate(root, &file.relative);
    let mut out = Members::new();
    let mut reader = WarcReader::open(&path, offsets.first().copied().unwrap_or_default())?;
    for &offset in offsets {
        // Captures that follow each other are read through; over a gap a seek is cheaper.
        if reader.offset() != offset {
            reader = WarcReader::open(&path, offset)?;
        }
        let mut grouper = Grouper::default();
        let mut group: Option<Group> = None;
        while group.is_none() {
            match reader.next_record(0) {
                Ok(Some(record)) => group = grouper.push(record).next(),
                Ok(None) => break,
                Err(damage) => {
                    // A capture that a crash cut short, at the end of the file, still has its response.
                    if !file.open {
                        problems.push(format!("{}: {damage}", path.display()));
                    }
                    break;
                }
            }
        }
        let group = group.or_else(|| grouper.take()).unwrap_or_default();
        if group.first().is_some_and(|record| record.offset != offset) {
            problems.push(format!("{}: no capture at offset {offset}, where its index has one", path.display()));
            continue;
        }
        out.extend(group.iter().map(|record| (record.offset, record.length)));
    }
    Ok(out)
}

/// What a text's record says that a selection asks for.
#[derive(Debug, Deserialize)]
pub struct TextRecord {
    /// The article.
    pub id: String,
    /// When its page was captured.
    pub captured_at: String,
}

/// The texts that `wanted` takes, and whether it took them all.
pub fn of_texts(
    root: &Path,
    file: &WarcFile,
    wanted: &mut dyn FnMut(&TextRecord) -> bool,
    problems: &mut Vec<String>,
) -> Result<(Members, bool)> {
    let path = locate(root, &file.relative);
    let mut reader = WarcReader::open(&path, 0)?;
    let mut grouper = Grouper::default();
    let (mut out, mut all, mut damaged) = (Members::new(), true, false);
    let mut judge = |group: Group| {
        let Some(last) = group.last() else { return };
        match serde_json::from_slice(&last.block) {
            Ok(record) if last.fields.kind() == RecordType::Metadata && wanted(&record) => {
                out.extend(group.iter().map(|record| (record.offset, record.length)));
            }
            _ => all &= last.fields.kind() == RecordType::WarcInfo,
        }
    };
    loop {
        match reader.next_record(RECORD_BYTES) {
            Ok(Some(mut record)) => {
                if record.fields.kind() != RecordType::Metadata {
                    record.block = Vec::new();
                }
                grouper.push(record).for_each(&mut judge);
            }
            Ok(None) => break,
            Err(damage) => {
                if !file.open {
                    problems.push(format!("{}: {damage}", path.display()));
                }
                damaged = true;
                break;
            }
        }
    }
    grouper.take().into_iter().for_each(&mut judge);
    Ok((out, all && !damaged))
}
