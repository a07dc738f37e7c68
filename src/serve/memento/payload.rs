//! A capture → its HTTP head, and its payload as a stream: transfer coding removed, content coding kept.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::unchunk::{Stop, Unchunk};
use crate::archive::ArchiveError;
use crate::archive::warc::{Damage, Fields, RecordType, WarcReader, http};
use crate::serve::error::ServeError;

/// Bytes of an HTTP head.
const HEAD_BYTES: usize = 256 << 10;

/// How the payload lies in the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Plain,
    Chunked,
}

/// A record that holds an HTTP message.
#[derive(Debug)]
pub struct Message {
    path: PathBuf,
    offset: u64,
    /// Fields of the record.
    pub fields: Fields,
    /// Its HTTP head; empty for a `resource`.
    pub head: Vec<u8>,
    framing: Framing,
    /// Length of the payload in bytes.
    pub length: u64,
}

impl Message {
    /// Reads the head, and measures the payload.
    pub fn open(path: &Path, offset: u64) -> Result<Self, ServeError> {
        let damaged = |damage: Damage| ArchiveError::Damaged { path: path.to_owned(), damage };
        let mut reader = WarcReader::open(path, offset)?;
        let record = reader.next_head().map_err(damaged)?.ok_or(ServeError::Missing { what: "capture" })?;
        let http = matches!(record.fields.kind(), RecordType::Response | RecordType::Revisit);
        let mut start: Vec<u8> = Vec::new();
        while http && memchr::memmem::find(&start, b"\r\n\r\n").is_none() && start.len() < HEAD_BYTES {
            let piece = reader.block_piece().map_err(damaged)?;
            if piece.is_empty() {
                break;
            }
            start.extend_from_slice(piece);
        }
        let head_len = if http { http::head_length(&start) } else { 0 };
        let head = start[..head_len].to_vec();
        let length = record.block_len - head_len as u64;
        let (path, fields) = (path.to_owned(), record.fields);
        let mut out = Self { path, offset, fields, head, framing: Framing::Plain, length };
        if http::has_chunked(&out.head) && !matches!(http::status(&out.head), Some(100..=199 | 204 | 304)) {
            out.framing = Framing::Chunked;
            let mut count = 0;
            match out.pass(&mut |bytes| {
                count += bytes.len() as u64;
                Ok(())
            }) {
                Ok(()) => out.length = count,
                // The head says chunked, the body is not: it is taken as it stands.
                Err(Stop::Broken) => out.framing = Framing::Plain,
                Err(Stop::Io(source)) => return Err(out.failed(source)),
            }
        }
        Ok(out)
    }

    /// Streams the payload.
    pub fn copy_to(&self, out: &mut dyn Write) -> Result<(), ServeError> {
        match self.pass(&mut |bytes| out.write_all(bytes)) {
            Ok(()) => Ok(()),
            Err(Stop::Io(source)) => Err(self.failed(source)),
            Err(Stop::Broken) => Err(self.failed(io::ErrorKind::InvalidData.into())),
        }
    }

    fn pass(&self, take: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> Result<(), Stop> {
        let damaged = |damage: Damage| Stop::Io(io::Error::other(damage.to_string()));
        let mut reader =
            WarcReader::open(&self.path, self.offset).map_err(|error| Stop::Io(io::Error::other(error)))?;
        reader.next_head().map_err(damaged)?;
        let (mut skip, mut unchunk) = (self.head.len(), Unchunk::default());
        loop {
            let piece = reader.block_piece().map_err(damaged)?;
            if piece.is_empty() {
                return Ok(());
            }
            let over = skip.min(piece.len());
            skip -= over;
            let piece = &piece[over..];
            match self.framing {
                Framing::Plain => take(piece).map_err(Stop::Io)?,
                Framing::Chunked => unchunk.feed(piece, take)?,
            }
        }
    }

    fn failed(&self, source: io::Error) -> ServeError {
        ServeError::Read { path: self.path.display().to_string(), source }
    }
}
