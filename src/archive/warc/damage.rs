//! How a WARC file can be broken, each kind by its name.

use std::fmt;

use thiserror::Error;

/// A fault at a byte offset of the compressed file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("at offset {offset}: {kind}")]
pub struct Damage {
    /// Where the member starts in which the fault lies, in bytes from the start of the file.
    pub offset: u64,
    /// What is wrong.
    pub kind: DamageKind,
}

/// What is wrong with a member or the record in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DamageKind {
    /// The file ends inside a gzip member.
    Torn,
    /// Bytes that start no gzip member.
    NotGzip,
    /// The inflater or the member's CRC says no.
    Corrupt(String),
    /// No blank line within the bytes that a head may have, or before the member ends.
    HeadUnterminated,
    /// The first line is not `WARC/1.0` or `WARC/1.1`.
    Version(String),
    /// A line of the head that is no field.
    FieldSyntax(String),
    /// `Content-Length` missing or no number.
    NoContentLength,
    /// The member ends before the block does.
    ShortBlock {
        /// Bytes of the block that are not there.
        missing: u64,
        /// Bytes that the member holds, its head included.
        held: u64,
    },
    /// After the block comes something else than CRLF CRLF.
    NoEnd,
    /// A second record in the same member (ISO 28500 Annex D wants one each).
    SeveralRecords,
    /// The file could not be read.
    Io(String),
}

impl fmt::Display for DamageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Torn => f.write_str("the file ends inside a record"),
            Self::NotGzip => f.write_str("bytes that start no gzip member"),
            Self::Corrupt(what) => write!(f, "the gzip member is corrupt ({what})"),
            Self::HeadUnterminated => f.write_str("the record head has no end"),
            Self::Version(line) => write!(f, "the record starts with {line:?} instead of a WARC version"),
            Self::FieldSyntax(line) => write!(f, "the record head has a line that is no field: {line:?}"),
            Self::NoContentLength => f.write_str("Content-Length is missing or no number"),
            Self::ShortBlock { missing, held } => {
                write!(f, "Content-Length is too large: the member holds {held} bytes, {missing} more were promised")
            }
            Self::NoEnd => f.write_str("the block is not followed by CRLF CRLF and the member's end"),
            Self::SeveralRecords => f.write_str("several records in one gzip member"),
            Self::Io(what) => write!(f, "cannot be read ({what})"),
        }
    }
}
