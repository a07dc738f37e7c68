//! Which groups the text series holds, and in which order.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;

use jiff::Timestamp;

use super::{Named, Origin, Short, Sink, is_inside, short};
use crate::archive::error::{ArchiveError, Result};
use crate::archive::warc::{Group, RecordType, SeriesKind, WarcFile, WarcReader, field, parse_date, scan};

/// Bytes of a block that are read: more than any text or record.
pub const BLOCK_BYTES: usize = 64 << 20;

/// One group, and its part in what comes out.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "there are millions of them: a byte each")]
pub(super) struct Place {
    /// When it was written.
    at: Timestamp,
    /// Which file, by its number.
    pub(super) file: u32,
    /// Where it starts.
    pub(super) offset: u64,
    /// The text's path, short.
    pub(super) path: Short,
    /// Whether it has a text of its own.
    text: bool,
    /// The last record of its text.
    pub(super) last: bool,
    /// The last one that has the text itself.
    pub(super) last_text: bool,
    /// Its text has other records.
    pub(super) several: bool,
    /// The last record of its text withdraws it, or a later text took its place: neither is kept.
    pub(super) withdrawn: bool,
    /// The text that this one took the place of.
    supersedes: Option<Short>,
}

impl Place {
    fn order(&self) -> (Timestamp, u32, u64) {
        (self.at, self.file, self.offset)
    }
}

/// All groups, in order; `None` if the sink ended it.
pub(super) fn places(files: &[WarcFile], sink: &mut dyn Sink) -> Result<Option<Vec<Place>>> {
    let mut out = Vec::new();
    for (number, file) in files.iter().enumerate().filter(|(_, file)| file.name.kind == SeriesKind::Text) {
        if !sink.go_on(0, out.len()) {
            return Ok(None);
        }
        let mut from = Some(0);
        let mut strange = Vec::new();
        while let Some(start) = from {
            let found = scan(&file.now_at(), start, BLOCK_BYTES, &mut |group| {
                let offset = group.first().map_or(0, |record| record.offset);
                match place(&group, u32::try_from(number).unwrap_or(u32::MAX)) {
                    Ok(Some(place)) => out.push(place),
                    Ok(None) => {}
                    Err(what) => strange.push((offset, what)),
                }
            })?;
            from = found.whole_after;
        }
        for (offset, what) in strange {
            sink.strange(Origin { file, offset }, what)?;
        }
    }
    let texts = out.iter().filter(|place| place.text);
    let gone = texts.filter_map(|place| Some((place.supersedes?, place.order())));
    let gone: HashMap<Short, (Timestamp, u32, u64)> = gone.collect();
    out.sort_by_key(|place| (place.path, place.order()));
    for same in out.chunk_by_mut(|a, b| a.path == b.path) {
        let several = same.len() > 1;
        let last_text = same.iter().rposition(|place| place.text);
        let last = same.len() - 1;
        let superseded = gone.get(&same[last].path).is_some_and(|order| *order > same[last].order());
        let withdrawn = same[last].withdrawn || superseded;
        for (at, place) in same.iter_mut().enumerate() {
            (place.several, place.last, place.last_text) = (several, at == last, Some(at) == last_text && !withdrawn);
            place.withdrawn = withdrawn;
        }
    }
    out.sort_by_key(Place::order);
    Ok(Some(out))
}

/// `None` for what belongs to the file and not to an article; an error for what should be an article's.
fn place(group: &Group, file: u32) -> std::result::Result<Option<Place>, &'static str> {
    let Some(first) = group.first() else { return Ok(None) };
    if !matches!(first.fields.kind(), RecordType::Conversion | RecordType::Metadata) {
        return Ok(None);
    }
    let metadata = group.last().filter(|record| record.fields.kind() == RecordType::Metadata);
    let metadata = metadata.ok_or("a text without its record")?;
    let named: Named = serde_json::from_slice(&metadata.block).map_err(|_| "a record that is not an article's")?;
    if !is_inside(&named.text_path) {
        return Err("a record whose text_path leads elsewhere");
    }
    let at = metadata.fields.get(field::DATE).and_then(parse_date).ok_or("a record without a date")?;
    let path = short(named.text_path.as_bytes());
    let text = group.len() > 1;
    let withdrawn = named.withdrawn.is_some();
    let supersedes = named.supersedes.as_ref().map(|path| short(path.as_bytes()));
    let (last, last_text, several) = (false, false, false);
    Ok(Some(Place { at, file, offset: first.offset, path, text, last, last_text, several, withdrawn, supersedes }))
}

/// A group that was read again.
pub(super) struct Page {
    pub(super) text: Option<Vec<u8>>,
    pub(super) json: Vec<u8>,
    pub(super) named: Named,
}

/// Reads groups by place; one that follows the one before costs no seek.
#[derive(Debug, Default)]
pub(super) struct Pages {
    open: Option<(PathBuf, WarcReader<File>)>,
}

impl Pages {
    /// The group there; `None` if it is not what it was.
    pub(super) fn read(&mut self, origin: Origin<'_>) -> Result<Option<Page>> {
        let path = &origin.file.now_at();
        let stands = |open: &(PathBuf, WarcReader<File>)| open.0 == *path && open.1.offset() == origin.offset;
        let mut reader = match self.open.take().filter(stands) {
            Some((_, reader)) => reader,
            None => WarcReader::open(path, origin.offset)?,
        };
        let mut next = || {
            let read = reader.next_record(BLOCK_BYTES);
            read.map_err(|damage| ArchiveError::Damaged { path: path.clone(), damage })
        };
        let Some(first) = next()? else { return Ok(None) };
        let (text, metadata) = match first.fields.kind() {
            RecordType::Conversion => (Some(first.block), next()?.map(|record| record.block)),
            _ => (None, Some(first.block)),
        };
        self.open = Some((path.clone(), reader));
        let Some(json) = metadata else { return Ok(None) };
        let named = serde_json::from_slice(&json).ok();
        Ok(named.map(|named| Page { text, json, named }))
    }
}
