//! CDXJ: one sorted line per capture of a sealed WARC (`urlkey timestamp {json}`), as cdxj-indexer writes it.
//!
//! Listed are `response`, `revisit` and `resource`; what only describes a capture, and conversions, are left out.

use std::fmt::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, de};
use warc::RecordType;

use super::error::{ArchiveError, Context as _, Result};
use super::lines::Lines;
use super::surt::surt;
use super::warc::{Damage, RawRecord, WarcReader, field, http, next_whole_record};
use crate::model::Digest;

/// What is read of a block: the HTTP head.
const HEAD_BYTES: usize = 64 << 10;

/// The index of a WARC file; records behind damage are in it, a torn end is an error. Written out, it is sorted by bytes,
/// a line each, a line feed after each. `file_name` is what the lines call the file, since it may still carry another name.
pub fn index_file(path: &Path, file_name: &str) -> Result<Lines> {
    let mut torn = None;
    let lines = index_whole(path, file_name, &mut |damage| torn = Some(damage))?;
    match torn {
        Some(damage) if next_whole_record(path, damage.offset + 1)?.is_none() => {
            Err(ArchiveError::Damaged { path: path.to_owned(), damage })
        }
        _ => Ok(lines),
    }
}

/// The index of all whole records of a WARC file; each damage on the way is handed over.
pub fn index_whole(path: &Path, file_name: &str, each: &mut dyn FnMut(Damage)) -> Result<Lines> {
    let mut lines = Lines::new(path.parent().unwrap_or(Path::new(".")));
    let mut from = 0;
    loop {
        let mut reader = WarcReader::open(path, from)?.with_member_digest();
        let damage = loop {
            match reader.next_record(HEAD_BYTES) {
                Ok(Some(record)) => {
                    if let Some(line) = line(&record, file_name, reader.member_digest()) {
                        lines.push(line).at("index", path)?;
                    }
                }
                Ok(None) => break None,
                Err(damage) => break Some(damage),
            }
        };
        let Some(damage) = damage else { break };
        let behind = next_whole_record(path, damage.offset + 1)?;
        each(damage);
        let Some(behind) = behind else { break };
        from = behind;
    }
    Ok(lines)
}

/// Whether records of that type are listed.
pub fn lists(kind: &RecordType) -> bool {
    matches!(kind, RecordType::Response | RecordType::Revisit | RecordType::Resource)
}

/// The line of one record; `None` for types that are not listed.
pub fn line(record: &RawRecord, file_name: &str, member: Option<Digest>) -> Option<String> {
    let fields = &record.fields;
    let listing = Listing::new(&Listed {
        kind: &fields.kind(),
        url: fields.get(field::TARGET_URI)?,
        date: fields.get(field::DATE)?,
        content_type: fields.get(field::CONTENT_TYPE),
        payload_digest: fields.get(field::PAYLOAD_DIGEST),
        block: &record.block,
        length: record.length,
        member,
    })?;
    Some(listing.line(record.offset, file_name))
}

/// What a line says of a record, wherever that comes from.
#[derive(Debug)]
pub struct Listed<'a> {
    /// Record type.
    pub kind: &'a RecordType,
    /// `WARC-Target-URI`.
    pub url: &'a str,
    /// `WARC-Date`.
    pub date: &'a str,
    /// `Content-Type` of the record.
    pub content_type: Option<&'a str>,
    /// `WARC-Payload-Digest`.
    pub payload_digest: Option<&'a str>,
    /// The block; of a long one its start.
    pub block: &'a [u8],
    /// Length of the member in bytes.
    pub length: u64,
    /// Digest of the member's compressed bytes.
    pub member: Option<Digest>,
}

/// A line that lacks the place of its record: made where the record is made, finished where it is appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    start: String,
    member: Option<Digest>,
}

impl Listing {
    /// `None` for types that are not listed.
    pub fn new(listed: &Listed<'_>) -> Option<Self> {
        let kind = listed.kind;
        if !lists(kind) {
            return None;
        }
        let stamp = stamp14(listed.date)?;
        let block = &listed.block[..listed.block.len().min(HEAD_BYTES)];
        let head = &block[..http::head_length(block)];
        let mut start = String::with_capacity(512);
        // Writing to a String cannot fail.
        let _ = write!(start, "{} {stamp} {{\"url\": ", surt(listed.url));
        push_json(&mut start, listed.url);
        let mut put = |name: &str, value: &str| {
            let _ = write!(start, ", \"{name}\": ");
            push_json(&mut start, value);
        };
        if let Some(mime) = mime(kind, listed.content_type, head) {
            put("mime", &mime);
        }
        if let Some(status) = http::status(head).filter(|_| *kind != RecordType::Resource) {
            put("status", &status.to_string());
        }
        if let Some(digest) = listed.payload_digest {
            put("digest", digest);
        }
        put("length", &listed.length.to_string());
        Some(Self { start, member: listed.member })
    }

    /// The line of the record at `offset` of that file.
    pub fn line(&self, offset: u64, file_name: &str) -> String {
        let mut out = String::with_capacity(self.start.len() + 256);
        let _ = write!(out, "{}, \"offset\": \"{offset}\", \"filename\": ", self.start);
        push_json(&mut out, file_name);
        if let Some(member) = self.member {
            let _ = write!(out, ", \"recordDigest\": \"{member}\"");
        }
        out.push_str("}\n");
        out
    }
}

/// The media type without its parameters.
fn mime(kind: &RecordType, content_type: Option<&str>, head: &[u8]) -> Option<String> {
    let value = match kind {
        RecordType::Revisit => return Some("warc/revisit".to_owned()),
        RecordType::Response => String::from_utf8_lossy(http::header(head, "content-type")?).into_owned(),
        _ => content_type?.to_owned(),
    };
    value.split(|c: char| c == ';' || c.is_whitespace()).next().map(str::to_owned)
}

/// The first 14 digits of a date: year to second.
fn stamp14(date: &str) -> Option<String> {
    let digits: String = date.chars().filter(char::is_ascii_digit).take(14).collect();
    (digits.len() == 14).then_some(digits)
}

/// A JSON string in ASCII alone, as Python's encoder writes it.
pub(super) fn push_json(out: &mut String, value: &str) {
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            ' '..='~' => out.push(c),
            _ => {
                let mut units = [0u16; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// A line that was read. Numbers are strings in the file; both forms are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// SURT key.
    pub key: String,
    /// 14 digits, UTC.
    pub stamp: String,
    /// The rest.
    pub fields: EntryFields,
}

/// The JSON of a line, as far as it is used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EntryFields {
    /// Target URI.
    pub url: String,
    /// Media type, or `warc/revisit`.
    #[serde(default)]
    pub mime: Option<String>,
    /// HTTP status.
    #[serde(default, deserialize_with = "opt_number")]
    pub status: Option<u64>,
    /// Payload digest with its label.
    #[serde(default)]
    pub digest: Option<String>,
    /// Length of the member in bytes.
    #[serde(deserialize_with = "number")]
    pub length: u64,
    /// Where the member starts.
    #[serde(deserialize_with = "number")]
    pub offset: u64,
    /// The sealed file's name, without directories.
    pub filename: String,
    /// Digest of the member's compressed bytes.
    #[serde(default, rename = "recordDigest")]
    pub record_digest: Option<Digest>,
}

/// Takes a number, or a string that holds one.
struct Number;

impl de::Visitor<'_> for Number {
    type Value = u64;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number, or a string that holds one")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> std::result::Result<u64, E> {
        Ok(number)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<u64, E> {
        text.parse().map_err(E::custom)
    }
}

fn number<'de, D: de::Deserializer<'de>>(deserializer: D) -> std::result::Result<u64, D::Error> {
    deserializer.deserialize_any(Number)
}

fn opt_number<'de, D: de::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<u64>, D::Error> {
    number(deserializer).map(Some)
}

impl Entry {
    /// Reads a line; `None` if it is none.
    pub fn parse(line: &str) -> Option<Self> {
        let (key, rest) = line.split_once(' ')?;
        let (stamp, json) = rest.split_once(' ')?;
        let fields = serde_json::from_str(json).ok()?;
        Some(Self { key: key.to_owned(), stamp: stamp.to_owned(), fields })
    }
}
