//! The zip around a WACZ: entries of any length, hashed while they are written.

use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};
use zip::{CompressionMethod, DateTime};

use crate::archive::error::{ArchiveError, Result};
use crate::model::Digest;

/// From here on an entry needs the fields of zip64.
const LARGE_BYTES: u64 = u32::MAX as u64;

/// A writer that cannot go back: sizes stand behind the entries then, as with a pipe.
pub type Streamed<W> = StreamWriter<W>;

/// Where the zip goes.
#[derive(Debug)]
pub struct Writer<W: Write + Seek>(ZipWriter<W>);

impl<W: Write + Seek> Writer<W> {
    /// A file: sizes are put into the heads of entries, which every reader understands.
    pub fn file(out: W) -> Self {
        Self(ZipWriter::new(out))
    }
}

impl<W: Write> Writer<Streamed<W>> {
    /// A pipe.
    pub fn pipe(out: W) -> Self {
        Self(ZipWriter::new_stream(out))
    }
}

/// How an entry is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it is, so that a reader can fetch a record from its middle; a MUST for WARC files and compressed indexes.
    Stored,
    /// Compressed.
    Deflated,
}

/// A resource of `datapackage.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resource {
    name: String,
    path: String,
    hash: String,
    bytes: u64,
}

/// A package that is being written.
pub struct Package<W: Write + Seek> {
    zip: ZipWriter<W>,
    name: PathBuf,
    modified: DateTime,
    /// What was written.
    pub resources: Vec<Resource>,
}

impl<W: Write + Seek> Package<W> {
    /// `stamp` (14 digits) is the time that entries carry: no clock, so that the same data gives the same bytes.
    pub fn new(out: Writer<W>, name: &Path, stamp: u64) -> Self {
        Self {
            zip: out.0,
            name: name.to_owned(),
            modified: date_time(stamp).unwrap_or_default(),
            resources: Vec::new(),
        }
    }

    /// Writes an entry of at most `most` bytes.
    pub fn entry(
        &mut self,
        path: &str,
        form: Form,
        most: u64,
        fill: &mut dyn FnMut(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        let method = match form {
            Form::Stored => CompressionMethod::Stored,
            Form::Deflated => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(self.modified)
            .unix_permissions(0o644)
            .large_file(most >= LARGE_BYTES);
        self.zip.start_file(path, options).map_err(|error| zip_error(&self.name, error))?;
        let mut hashing = Hashing { out: &mut self.zip, hasher: Sha256::new(), bytes: 0 };
        fill(&mut hashing)?;
        let (hash, bytes) = (Digest(hashing.hasher.finalize().into()).to_string(), hashing.bytes);
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        self.resources.push(Resource { name, path: path.to_owned(), hash, bytes });
        Ok(())
    }

    /// Writes the directory; gives the writer back.
    pub fn finish(self) -> Result<W> {
        self.zip.finish().map_err(|error| zip_error(&self.name, error))
    }
}

/// Takes the digest of what passes.
struct Hashing<'a, W: Write> {
    out: &'a mut W,
    hasher: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashing<'_, W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.out.write_all(buffer)?;
        self.hasher.update(buffer);
        self.bytes += buffer.len() as u64;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn zip_error(path: &Path, error: zip::result::ZipError) -> ArchiveError {
    match error {
        zip::result::ZipError::Io(error) => ArchiveError::io("write", path, error),
        other => ArchiveError::io("write", path, io::Error::other(other)),
    }
}

fn date_time(stamp: u64) -> Option<DateTime> {
    let part = |divide: u64, modulo: u64| u8::try_from(stamp / divide % modulo).ok();
    let year = u16::try_from(stamp / 10_000_000_000).ok()?;
    DateTime::from_date_and_time(
        year,
        part(100_000_000, 100)?,
        part(1_000_000, 100)?,
        part(10_000, 100)?,
        part(100, 100)?,
        part(1, 100)?,
    )
    .ok()
}
