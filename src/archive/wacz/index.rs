//! The index over all WARC files of a package: CDXJ lines in gzip blocks, and a listing of the blocks (ZipNum).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value};

use crate::archive::cdxj::{Entry, push_json};
use crate::archive::error::{ArchiveError, Result};
use crate::archive::select::{Lines, Selection, Take};
use crate::archive::warc::{Level, append_member};
use crate::model::Digest;

/// A line that is longer than this is rare; they tell whether an index may grow beyond 4 GB.
pub const LINE_BYTES: u64 = 4096;
/// Lines of a block, as cdxj-indexer has them.
const BLOCK_LINES: usize = 3000;

/// A block of the compressed index.
#[derive(Debug)]
pub struct Block {
    first: String,
    offset: u64,
    length: u64,
    digest: Digest,
}

/// Writes the compressed index; gives its blocks, and how many captures it has.
pub fn write(selection: &Selection, name: &Path, out: &mut dyn Write) -> Result<(Vec<Block>, u64)> {
    let mut merge = Merge::new(selection)?;
    let (mut blocks, mut offset, mut captures) = (Vec::new(), 0, 0);
    let mut lines: Vec<String> = Vec::with_capacity(BLOCK_LINES);
    loop {
        let run = merge.next_run()?;
        if lines.len() >= BLOCK_LINES || (run.is_empty() && !lines.is_empty()) {
            let mut bytes = Vec::new();
            let length = append_member(&mut bytes, Level::default(), &[lines.concat().as_bytes()]);
            out.write_all(&bytes).map_err(|error| ArchiveError::io("write", name, error))?;
            let first = lines.first().and_then(|line| line.split_once(" {")).map_or("", |(key, _)| key).to_owned();
            blocks.push(Block { first, offset, length, digest: Digest::of(&bytes) });
            offset += length;
            lines.clear();
        }
        if run.is_empty() {
            return Ok((blocks, captures));
        }
        captures += run.len() as u64;
        lines.extend(run);
    }
}

/// `index.idx`: a line for each block.
pub fn listing(blocks: &[Block]) -> Vec<u8> {
    let mut out = "!meta 0 {\"format\": \"cdxj-gzip-1.0\", \"filename\": \"index.cdx.gz\"}\n".to_owned();
    for Block { first, offset, length, digest } in blocks {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{first} {{\"offset\": {offset}, \"length\": {length}, \"digest\": \"{digest}\"}}");
    }
    out.into_bytes()
}

/// The lines of all files, in order.
struct Merge<'a> {
    files: Vec<(Lines, &'a Take)>,
    next: BinaryHeap<Reverse<(String, usize)>>,
}

impl<'a> Merge<'a> {
    fn new(selection: &'a Selection) -> Result<Self> {
        let mut files = Vec::new();
        for take in selection.takes.iter().filter(|take| take.file.of_captures()) {
            files.push((Lines::of(&selection.root, &take.file)?, take));
        }
        let mut merge = Self { files, next: BinaryHeap::new() };
        for number in 0..merge.files.len() {
            merge.draw(number)?;
        }
        Ok(merge)
    }

    /// Draws the next line of a file that was taken.
    fn draw(&mut self, number: usize) -> Result<()> {
        let (lines, take) = &mut self.files[number];
        while let Some(line) = lines.next_line()? {
            let Some(entry) = Entry::parse(line.trim_end()) else { continue };
            let Some(place) = take.place(entry.fields.offset) else { continue };
            let moved = if take.is_whole() { Some(line) } else { moved(&line, place, &take.name.file_name()) };
            if let Some(line) = moved {
                self.next.push(Reverse((line, number)));
                return Ok(());
            }
        }
        Ok(())
    }

    /// The next lines of one address and time. A new place may have changed their order.
    fn next_run(&mut self) -> Result<Vec<String>> {
        let mut run: Vec<String> = Vec::new();
        while let Some(Reverse((line, _))) = self.next.peek()
            && run.first().is_none_or(|first| head(first) == head(line))
        {
            let Some(Reverse((line, number))) = self.next.pop() else { break };
            run.push(line);
            self.draw(number)?;
        }
        run.sort_unstable();
        Ok(run)
    }
}

/// Key and time of a line.
fn head(line: &str) -> &str {
    line.split_once(" {").map_or(line, |(head, _)| head)
}

/// A line for the same record in another place; `None` for what is no line.
fn moved(line: &str, offset: u64, filename: &str) -> Option<String> {
    let (head, json) = line.trim_end().split_once(" {")?;
    let mut fields: Map<String, Value> = serde_json::from_str(&format!("{{{json}")).ok()?;
    fields.insert("offset".to_owned(), Value::String(offset.to_string()));
    fields.insert("filename".to_owned(), Value::String(filename.to_owned()));
    let mut out = format!("{head} {{");
    for (at, (name, value)) in fields.iter().enumerate() {
        let _ = write!(out, "{}\"{name}\": ", if at == 0 { "" } else { ", " });
        match value {
            Value::String(text) => push_json(&mut out, text),
            other => {
                let _ = write!(out, "{other}");
            }
        }
    }
    out.push_str("}\n");
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_line_keeps_the_rest() {
        let line = "vn,x)/ 20261123100000 {\"url\": \"http://x.vn/\\u00e0\", \"status\": 200, \"offset\": \"5\", \"filename\": \"a.warc.gz\"}\n";
        let wanted = "vn,x)/ 20261123100000 {\"url\": \"http://x.vn/\\u00e0\", \"status\": 200, \"offset\": \"77\", \"filename\": \"b.warc.gz\"}\n";
        assert_eq!(moved(line, 77, "b.warc.gz").unwrap(), wanted);
        assert_eq!(moved("rubbish", 1, ""), None);
    }
}
