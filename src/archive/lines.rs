//! Lines in any order → the same lines sorted by bytes, each once, in memory that does not grow with their number.
//!
//! What is over a bound is written to a file without a name, in sorted runs, which are merged at the end. A crash leaves
//! nothing behind.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

/// Bytes of lines that are kept in memory, some 40 lines of an index: a daemon has two files open for each of its sites.
const RUN_BYTES: usize = 16 << 10;
/// Read at once of each run while they are merged: a file of 1 GB has some 2,000 runs.
const READ_BYTES: usize = 2 << 10;

/// Lines that are being gathered.
#[derive(Debug)]
pub struct Lines {
    folder: PathBuf,
    most: usize,
    latest: Vec<String>,
    bytes: usize,
    spilled: Option<File>,
    /// Where each run ends in the file.
    runs: Vec<u64>,
}

impl Lines {
    /// None yet. What memory shall not hold goes to a nameless file in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), most: RUN_BYTES, latest: Vec::new(), bytes: 0, spilled: None, runs: Vec::new() }
    }

    /// The same, with so many bytes in memory: for many more lines than one file's, so that there are not too many runs.
    pub fn holding(folder: impl Into<PathBuf>, bytes: usize) -> Self {
        Self { most: bytes, ..Self::new(folder) }
    }

    /// Adds a line, which ends in its only line feed.
    pub fn push(&mut self, line: String) -> io::Result<()> {
        self.bytes += line.len();
        self.latest.push(line);
        if self.bytes > self.most { self.spill() } else { Ok(()) }
    }

    /// Writes them all, sorted.
    pub fn write_to(mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.spilled.is_some() {
            self.spill()?;
        }
        let Some(file) = &self.spilled else {
            self.order();
            return self.latest.iter().try_for_each(|line| out.write_all(line.as_bytes()));
        };
        let starts = std::iter::once(0).chain(self.runs.iter().copied());
        let mut runs: Vec<_> = starts
            .zip(&self.runs)
            .map(|(at, &end)| BufReader::with_capacity(READ_BYTES, Run { file, at, end }))
            .collect();
        let mut heads = BinaryHeap::with_capacity(runs.len());
        for (number, run) in runs.iter_mut().enumerate() {
            heads.extend(next(run)?.map(|line| Reverse((line, number))));
        }
        let mut before = String::new();
        while let Some(Reverse((line, number))) = heads.pop() {
            heads.extend(next(&mut runs[number])?.map(|line| Reverse((line, number))));
            if line != before {
                out.write_all(line.as_bytes())?;
                before = line;
            }
        }
        Ok(())
    }

    fn order(&mut self) {
        self.latest.sort_unstable();
        self.latest.dedup();
    }

    /// Puts what is in memory behind the runs on disk.
    fn spill(&mut self) -> io::Result<()> {
        self.order();
        let run = self.latest.concat();
        let file = match &mut self.spilled {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(&self.folder)?),
        };
        let start = self.runs.last().copied().unwrap_or(0);
        file.write_all_at(run.as_bytes(), start)?;
        self.runs.push(start + run.len() as u64);
        self.latest.clear();
        self.bytes = 0;
        Ok(())
    }
}

/// One sorted stretch of the file.
struct Run<'a> {
    file: &'a File,
    at: u64,
    end: u64,
}

impl Read for Run<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let room = buffer.len().min(left);
        let count = self.file.read_at(&mut buffer[..room], self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// The next line of a run.
fn next(run: &mut BufReader<Run<'_>>) -> io::Result<Option<String>> {
    let mut line = String::new();
    Ok((run.read_line(&mut line)? > 0).then_some(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_lines_come_out_sorted_and_once(numbers: Vec<u8>, most in 1usize..100) {
            let folder = tempfile::tempdir().unwrap();
            let mut lines = Lines { most, ..Lines::new(folder.path()) };
            for number in &numbers {
                lines.push(format!("{number:x} {}\n", "đ".repeat(usize::from(*number) % 7))).unwrap();
            }
            proptest::prop_assert!(lines.bytes <= most);
            let mut out = Vec::new();
            lines.write_to(&mut out).unwrap();
            let mut wanted: Vec<_> =
                numbers.iter().map(|n| format!("{n:x} {}\n", "đ".repeat(usize::from(*n) % 7))).collect();
            wanted.sort_unstable();
            wanted.dedup();
            proptest::prop_assert_eq!(String::from_utf8(out).unwrap(), wanted.concat());
            proptest::prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }
}
