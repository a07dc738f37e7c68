//! A sorted file of lines, from the first line that does not sort before a key, found by halving.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// Below this the lines are simply read through.
const NEAR_BYTES: u64 = 4 << 10;
/// The first piece that is read for handing out, and the next ones.
const FIRST_PIECE_BYTES: usize = 4 << 10;
const PIECE_BYTES: usize = 32 << 10;
/// A line is shorter than this; one that is not ends the reading with an error.
const LINE_BYTES: usize = 1 << 20;

/// Lines, one at a time. The file is opened for each piece, so that many can be read side by side.
#[derive(Debug)]
pub struct Sorted {
    path: PathBuf,
    offset: u64,
    piece: Vec<u8>,
    at: usize,
    take: usize,
}

impl Sorted {
    /// Stands before the first line that is not less than `key`, by bytes.
    pub fn seek(path: &Path, key: &str) -> io::Result<Self> {
        let file = File::open(path)?;
        let (mut low, mut high) = (0, file.metadata()?.len());
        // `low` is where a line starts that sorts before the key, or 0; lines that start behind `high` do not sort before.
        while high - low > NEAR_BYTES {
            let middle = low + (high - low) / 2;
            let Some((start, line)) = line_behind(&file, middle)?.filter(|(start, _)| *start < high) else {
                high = middle;
                continue;
            };
            if line.as_slice() < key.as_bytes() { low = start } else { high = middle }
        }
        let mut out = Self { path: path.to_owned(), offset: low, piece: Vec::new(), at: 0, take: FIRST_PIECE_BYTES };
        loop {
            match out.next_line()? {
                Some(line) if line.as_bytes() < key.as_bytes() => {}
                Some(line) => {
                    // A new piece starts with its line: its place is then 0.
                    out.at -= line.len();
                    return Ok(out);
                }
                None => return Ok(out),
            }
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The next line with its line feed; a last one without is not whole, and not given.
    pub fn next_line(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.piece[self.at..]) {
                let line = &self.piece[self.at..=self.at + end];
                self.at += end + 1;
                return match std::str::from_utf8(line) {
                    Ok(line) => Ok(Some(line.to_owned())),
                    Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
                };
            }
            self.piece.drain(..self.at);
            self.at = 0;
            if self.piece.len() > LINE_BYTES {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line of more than 1 MiB"));
            }
            let file = File::open(&self.path)?;
            let known = self.piece.len();
            self.piece.resize(known + self.take, 0);
            self.take = PIECE_BYTES;
            let count = read_at(&file, &mut self.piece[known..], self.offset)?;
            self.piece.truncate(known + count);
            self.offset += count as u64;
            if count == 0 {
                return Ok(None);
            }
        }
    }
}

/// The first line that starts behind `offset`, and where it starts.
fn line_behind(file: &File, offset: u64) -> io::Result<Option<(u64, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let mut from = offset;
    loop {
        let known = bytes.len();
        bytes.resize(known + 1024, 0);
        let count = read_at(file, &mut bytes[known..], from)?;
        bytes.truncate(known + count);
        from += count as u64;
        if let Some(first) = memchr::memchr(b'\n', &bytes)
            && let Some(second) = memchr::memchr(b'\n', &bytes[first + 1..])
        {
            return Ok(Some((offset + first as u64 + 1, bytes[first + 1..first + 1 + second].to_vec())));
        }
        if count == 0 || bytes.len() > 2 * LINE_BYTES {
            return Ok(None);
        }
    }
}

fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    loop {
        match file.read_at(buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every line from the key on, the slow way and ours.
    fn check(lines: &BTreeSet<String>, key: &str) {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = lines.iter().fold(String::new(), |text, line| text + line + "\n");
        std::fs::write(file.path(), text).unwrap();
        let mut sorted = Sorted::seek(file.path(), key).unwrap();
        let mut found = Vec::new();
        while let Some(line) = sorted.next_line().unwrap() {
            found.push(line.trim_end_matches('\n').to_owned());
        }
        let wanted: Vec<String> = lines.iter().filter(|line| line.as_str() >= key).cloned().collect();
        assert!(found == wanted, "{key}: {} lines for {}", found.len(), wanted.len());
    }

    #[test]
    fn large_files_are_halved() {
        let lines: BTreeSet<String> =
            (0..3_000).map(|n| format!("vn,x)/{:05} {}", n * 2, "y".repeat(n % 700))).collect();
        for key in
            ["", "a", "vn,x)/00000", "vn,x)/00001", "vn,x)/02998 y", "vn,x)/03001", "vn,x)/05998", "vn,x)/05999", "z"]
        {
            check(&lines, key);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_file_any_key(lines in proptest::collection::btree_set("[a-c]{1,8}( [a-z]{0,3000})?", 0..40), key in "[a-c]{0,8}") {
            check(&lines, &key);
        }
    }
}
