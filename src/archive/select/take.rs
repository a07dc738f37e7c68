//! What is taken of a WARC file: all of it, or some of its records, and where they come to lie.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;

use jiff::Timestamp;
use uuid::Builder;

use super::files::WarcFile;
use crate::archive::error::{ArchiveError, Context as _, Result};
use crate::archive::warc::{Level, RecordId, RecordType, WarcInfo, WarcName, field, locate, parse_date, read_at};
use crate::model::Digest;

/// Bytes that are copied at once.
const COPY_BYTES: usize = 256 << 10;
/// The block of a `warcinfo` record; ours has about 1 KiB.
const INFO_BYTES: usize = 64 << 10;

/// A run of whole members that is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Where it starts in the file.
    pub from: u64,
    /// Its length in bytes.
    pub length: u64,
    /// Where it starts in what is handed out.
    pub to: u64,
}

/// A WARC file of a selection.
#[derive(Debug, Clone)]
pub struct Take {
    /// The file in the root.
    pub file: WarcFile,
    /// Its name in what is handed out.
    pub name: WarcName,
    /// Its length in bytes there.
    pub length: u64,
    /// A `warcinfo` of its own and the ranges; none when the file is taken whole.
    part: Option<(Vec<u8>, Vec<Range>)>,
}

impl Take {
    /// The file as it is.
    pub fn whole(root: &Path, file: &WarcFile) -> Result<Self> {
        let path = locate(root, &file.relative);
        let length = path.metadata().at("look at", &path)?.len();
        Ok(Self { file: file.clone(), name: file.name.clone(), length, part: None })
    }

    /// Some of its records: members at these places, in order, as (offset, length).
    pub fn part(root: &Path, file: &WarcFile, members: &[(u64, u64)]) -> Result<Self> {
        let mut ranges: Vec<Range> = Vec::new();
        for &(from, length) in members {
            match ranges.last_mut() {
                Some(last) if last.from + last.length == from => last.length += length,
                _ => ranges.push(Range { from, length, to: 0 }),
            }
        }
        let identity = identity(&file.relative, &ranges);
        let host = format!("{}-part-{}", file.name.host, &identity.hex()[..8]);
        let name = WarcName { host, ..file.name.clone() };
        let info = info(root, file, &name, &identity, members.len())?;
        let mut length = info.len() as u64;
        for range in &mut ranges {
            range.to = length;
            length += range.length;
        }
        Ok(Self { file: file.clone(), name, length, part: Some((info, ranges)) })
    }

    /// Whether it is the file as it is.
    pub fn is_whole(&self) -> bool {
        self.part.is_none()
    }

    /// Where the member at `offset` of the file comes to lie; `None` when it is not taken.
    pub fn place(&self, offset: u64) -> Option<u64> {
        let Some((_, ranges)) = &self.part else { return Some(offset) };
        let behind = ranges.partition_point(|range| range.from <= offset);
        let range = ranges[..behind].last()?;
        (offset < range.from + range.length).then(|| range.to + (offset - range.from))
    }

    /// Streams the bytes, members untouched.
    pub fn copy_to(&self, root: &Path, out: &mut dyn Write) -> Result<()> {
        let path = locate(root, &self.file.relative);
        let mut file = File::open(&path).at("open", &path)?;
        let whole = [Range { from: 0, length: self.length, to: 0 }];
        let ranges = match &self.part {
            Some((info, ranges)) => {
                out.write_all(info).at("write a part of", &path)?;
                ranges.as_slice()
            }
            None => &whole,
        };
        let mut buffer = vec![0; COPY_BYTES];
        for range in ranges {
            file.seek(SeekFrom::Start(range.from)).at("seek in", &path)?;
            let mut left = range.length;
            while left > 0 {
                let take = usize::try_from(left).map_or(COPY_BYTES, |left| left.min(COPY_BYTES));
                file.read_exact(&mut buffer[..take]).at("read", &path)?;
                out.write_all(&buffer[..take]).at("hand out", &path)?;
                left -= take as u64;
            }
        }
        Ok(())
    }
}

/// The same records of the same file are the same part, wherever and whenever they are asked for.
fn identity(relative: &str, ranges: &[Range]) -> Digest {
    let mut parts = vec![relative.as_bytes().to_vec()];
    parts.extend(ranges.iter().map(|range| [range.from.to_be_bytes(), range.length.to_be_bytes()].concat()));
    Digest::of_parts(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// The `warcinfo` in front (ISO 28500 6.2): that of the file, with a name, an id and a description of its own. The date
/// stays, so that the same selection gives the same bytes.
fn info(root: &Path, file: &WarcFile, name: &WarcName, identity: &Digest, records: usize) -> Result<Vec<u8>> {
    let first = read_at(&locate(root, &file.relative), 0, INFO_BYTES)?;
    let mut old = WarcInfo::default();
    let mut at = file.name.begun().unwrap_or(Timestamp::UNIX_EPOCH);
    let mut description = format!("{records} records of {}, copied unchanged", file.name.file_name());
    if first.fields.kind() == RecordType::WarcInfo {
        at = first.fields.get(field::DATE).and_then(parse_date).unwrap_or(at);
        let text = String::from_utf8_lossy(&first.block);
        let line = |name: &str| {
            let found = text.lines().filter_map(|line| line.split_once(':')).find(|(known, _)| *known == name);
            found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        old = WarcInfo {
            software: line("software"),
            operator: line("operator"),
            contact: line("http-header-from"),
            robots: line("robots"),
            user_agent: line("http-header-user-agent"),
            hostname: line("hostname"),
            is_part_of: line("isPartOf"),
            config: Digest::parse(&line("configuration-digest")),
            description: String::new(),
        };
        let id = first.fields.get(field::RECORD_ID).unwrap_or_default();
        description.extend(["; its own warcinfo is ", id]);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&identity.0[..16]);
    let id = RecordId(Builder::from_custom_bytes(bytes).into_uuid());
    let mut out = Vec::new();
    let record = WarcInfo { description, ..old }.record(id, at, &name.file_name());
    match record.append_to(&mut out, Level::default()) {
        0 => {
            Err(ArchiveError::io("compress a record of", Path::new(&file.relative), std::io::Error::other("no bytes")))
        }
        _ => Ok(out),
    }
}
