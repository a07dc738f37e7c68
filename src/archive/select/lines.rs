//! The captures of a WARC file, as CDXJ lines in order: from its index, or from the file itself where there is none yet.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::files::WarcFile;
use crate::archive::cdxj::{self, Entry};
use crate::archive::error::{ArchiveError, Context as _, Result};
use crate::archive::warc::{WarcReader, locate};

/// What is read of a block: the HTTP head.
const HEAD_BYTES: usize = 64 << 10;
/// Lines are read in pieces, so that a merge of any number of indexes holds no file open.
const PIECE_BYTES: usize = 16 << 10;

/// Hands over every capture of a file.
pub fn each(root: &Path, file: &WarcFile, each: &mut dyn FnMut(&str, &Entry) -> Result<()>) -> Result<()> {
    if let Some(index) = index_of(root, file) {
        let mut lines = Lines::Index { path: index, offset: 0, piece: Vec::new(), at: 0 };
        while let Some(line) = lines.next_line()? {
            if let Some(entry) = Entry::parse(line.trim_end()) {
                each(&line, &entry)?;
            }
        }
        return Ok(());
    }
    for line in made(root, file)? {
        if let Some(entry) = Entry::parse(line.trim_end()) {
            each(&line, &entry)?;
        }
    }
    Ok(())
}

/// The index of a sealed file, if it has one.
fn index_of(root: &Path, file: &WarcFile) -> Option<PathBuf> {
    let path = file.name.index_path(root);
    (!file.open && path.exists()).then_some(path)
}

/// The lines of a file without an index, sorted. A file that is being written is read up to where it ends now.
fn made(root: &Path, file: &WarcFile) -> Result<Vec<String>> {
    let path = locate(root, &file.relative);
    let name = file.name.file_name();
    if !file.open {
        let mut sorted = Vec::new();
        cdxj::index_file(&path, &name)?.write_to(&mut sorted).at("sort the index of", &path)?;
        return Ok(String::from_utf8_lossy(&sorted).split_inclusive('\n').map(str::to_owned).collect());
    }
    let mut reader = WarcReader::open(&path, 0)?.with_member_digest();
    let mut lines = Vec::new();
    while let Ok(Some(record)) = reader.next_record(HEAD_BYTES) {
        lines.extend(cdxj::line(&record, &name, reader.member_digest()));
    }
    lines.sort_unstable();
    Ok(lines)
}

/// Lines of one file, one at a time and in order, again.
#[derive(Debug)]
pub enum Lines {
    /// From its index.
    Index {
        /// The index.
        path: PathBuf,
        /// Where the next piece starts.
        offset: u64,
        /// Whole lines.
        piece: Vec<u8>,
        /// Where the next line starts in `piece`.
        at: usize,
    },
    /// From the file, by the places of its captures in the order of their lines.
    Records {
        /// The file.
        file: WarcFile,
        /// The archive.
        root: PathBuf,
        /// Offsets, last one first.
        left: Vec<u64>,
    },
}

impl Lines {
    /// The lines of a file.
    pub fn of(root: &Path, file: &WarcFile) -> Result<Self> {
        if let Some(path) = index_of(root, file) {
            return Ok(Self::Index { path, offset: 0, piece: Vec::new(), at: 0 });
        }
        let lines = made(root, file)?;
        let offsets = lines.iter().rev().filter_map(|line| Some(Entry::parse(line.trim_end())?.fields.offset));
        Ok(Self::Records { file: file.clone(), root: root.to_owned(), left: offsets.collect() })
    }

    /// The next line, with its line feed.
    pub fn next_line(&mut self) -> Result<Option<String>> {
        match self {
            Self::Index { path, offset, piece, at } => {
                if *at == piece.len() {
                    (*piece, *at) = (next_piece(path, *offset)?, 0);
                    *offset += piece.len() as u64;
                }
                let rest = &piece[*at..];
                let Some(end) = memchr::memchr(b'\n', rest) else { return Ok(None) };
                *at += end + 1;
                Ok(Some(String::from_utf8_lossy(&rest[..=end]).into_owned()))
            }
            Self::Records { file, root, left } => {
                let Some(offset) = left.pop() else { return Ok(None) };
                let path = locate(root, &file.relative);
                let damaged = |damage| ArchiveError::Damaged { path: path.clone(), damage };
                let mut reader = WarcReader::open(&path, offset)?.with_member_digest();
                let record = reader.next_record(HEAD_BYTES).map_err(damaged)?;
                let digest = reader.member_digest();
                Ok(record.and_then(|record| cdxj::line(&record, &file.name.file_name(), digest)))
            }
        }
    }
}

/// Whole lines from `offset` on; empty at the end.
fn next_piece(path: &Path, offset: u64) -> Result<Vec<u8>> {
    let mut file = File::open(path).at("open", path)?;
    file.seek(SeekFrom::Start(offset)).at("seek in", path)?;
    let mut reader = BufReader::with_capacity(PIECE_BYTES, file);
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    while piece.len() < PIECE_BYTES {
        if reader.read_until(b'\n', &mut piece).at("read", path)? == 0 {
            break;
        }
    }
    if !piece.is_empty() && !piece.ends_with(b"\n") {
        piece.push(b'\n');
    }
    Ok(piece)
}
