//! The next whole record after damage.

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};
use std::path::Path;

use memchr::memmem;

use super::read::WarcReader;
use crate::archive::error::{Context as _, Result};

/// How much of the file is looked at in one go.
const WINDOW_BYTES: usize = 1 << 20;
/// Start of a gzip member with the deflate method (RFC 1952 2.3).
const MAGIC: &[u8] = &[0x1f, 0x8b, 0x08];

/// Offset of the first member at or after `from` that holds a whole record. Three bytes are found by chance once in
/// sixteen megabytes; a record that inflates, with a head and its CRC, is not.
pub fn next_whole_record(path: &Path, from: u64) -> Result<Option<u64>> {
    let mut file = File::open(path).at("open", path)?;
    let mut window = vec![0; WINDOW_BYTES];
    let mut start = from;
    loop {
        file.seek(SeekFrom::Start(start)).at("seek in", path)?;
        let filled = fill(&mut file, &mut window).at("read", path)?;
        for at in memmem::find_iter(&window[..filled], MAGIC) {
            let offset = start + at as u64;
            if matches!(WarcReader::open(path, offset)?.next_record(0), Ok(Some(_))) {
                return Ok(Some(offset));
            }
        }
        if filled < window.len() {
            return Ok(None);
        }
        // The magic may lie across two windows.
        start += (filled - (MAGIC.len() - 1)) as u64;
    }
}

/// Reads until the buffer is full or the file ends.
fn fill(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
