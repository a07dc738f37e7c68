//! A WARC file → its records, one gzip member at a time, with exact offsets and in bounded memory.

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};
use std::path::Path;

use flate2::{Decompress, FlushDecompress, Status};
use memchr::memmem;
use sha2::{Digest as _, Sha256};

use super::damage::{Damage, DamageKind};
use super::fields::{Fields, field};
use crate::archive::error::{ArchiveError, Context as _, Result as ArchiveResult};
use crate::model::Digest;

/// Bytes of a record head; the largest that this program writes is about 2 KiB.
const HEAD_BYTES: usize = 64 << 10;
/// Bytes that are read from the file at once.
const INPUT_BYTES: usize = 128 << 10;
/// Bytes that are inflated at once.
const OUTPUT_BYTES: usize = 64 << 10;

type Result<T> = std::result::Result<T, Damage>;

/// A record that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRecord {
    /// Where its member starts, in bytes from the start of the file.
    pub offset: u64,
    /// Length of its member in bytes.
    pub length: u64,
    /// Its fields.
    pub fields: Fields,
    /// `Content-Length`: size of the whole block in bytes.
    pub block_len: u64,
    /// The block, or as much of its start as was asked for.
    pub block: Vec<u8>,
}

/// The head of a record whose block has not been read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawHead {
    /// Where its member starts.
    pub offset: u64,
    /// `WARC/1.0` or `WARC/1.1`.
    pub version: String,
    /// Its fields.
    pub fields: Fields,
    /// `Content-Length`.
    pub block_len: u64,
}

/// Reads members one after the other. The first damage ends the reading: what comes after it has no known start.
#[derive(Debug)]
pub struct WarcReader<R> {
    source: R,
    input: Box<[u8]>,
    input_at: usize,
    input_end: usize,
    /// File offset of `input[input_at]`.
    position: u64,
    inflate: Decompress,
    output: Box<[u8]>,
    output_at: usize,
    output_end: usize,
    /// Where the current member starts.
    member: u64,
    /// Bytes of the block that have not been handed out.
    block_left: u64,
    /// Over the compressed bytes of the current member.
    hasher: Option<Sha256>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a member.
    Between,
    /// Inside a member's deflate stream.
    Inside,
    /// The stream and its CRC are through; output may be left.
    Inflated,
    /// The end of the file, or damage.
    Over,
}

impl WarcReader<File> {
    /// Reads the file at `path` from the member that starts at `offset`.
    pub fn open(path: &Path, offset: u64) -> ArchiveResult<Self> {
        let mut file = File::open(path).at("open", path)?;
        file.seek(SeekFrom::Start(offset)).at("seek in", path)?;
        Ok(Self::new(file, offset))
    }
}

impl<R: Read> WarcReader<R> {
    /// Reads from `source`, whose next byte is at `offset` of the file.
    pub fn new(source: R, offset: u64) -> Self {
        Self {
            source,
            input: vec![0; INPUT_BYTES].into(),
            input_at: 0,
            input_end: 0,
            position: offset,
            inflate: Decompress::new_gzip(15),
            output: vec![0; OUTPUT_BYTES].into(),
            output_at: 0,
            output_end: 0,
            member: offset,
            block_left: 0,
            hasher: None,
            state: State::Between,
        }
    }

    /// Takes a digest of every member's compressed bytes too.
    #[must_use]
    pub fn with_member_digest(mut self) -> Self {
        self.hasher = Some(Sha256::new());
        self
    }

    /// Digest of the compressed bytes of the record that was just finished.
    pub fn member_digest(&mut self) -> Option<Digest> {
        self.hasher.as_mut().map(|hasher| Digest(hasher.finalize_reset().into()))
    }

    /// The next record's head; `None` at the end of the file. A block that was not read is skipped, and checked.
    pub fn next_head(&mut self) -> Result<Option<RawHead>> {
        if matches!(self.state, State::Inside | State::Inflated) {
            self.finish()?;
        }
        if self.state == State::Over || !self.start_member()? {
            return Ok(None);
        }
        let head = self.read_head()?;
        let (version, fields) = parse_head(&head).map_err(|kind| self.damage(kind))?;
        let length = fields.get(field::CONTENT_LENGTH).and_then(|text| text.parse().ok());
        let block_len = length.ok_or_else(|| self.damage(DamageKind::NoContentLength))?;
        self.block_left = block_len;
        Ok(Some(RawHead { offset: self.member, version, fields, block_len }))
    }

    /// The next piece of the block; empty at its end.
    pub fn block_piece(&mut self) -> Result<&[u8]> {
        if self.block_left == 0 {
            return Ok(&[]);
        }
        if self.output_at == self.output_end && !self.fill()? {
            return Err(self.damage_short());
        }
        let ready = self.output_end - self.output_at;
        let take = usize::try_from(self.block_left).map_or(ready, |left| left.min(ready));
        let from = self.output_at;
        self.output_at += take;
        self.block_left -= take as u64;
        Ok(&self.output[from..from + take])
    }

    /// Reads the rest of the record and checks its end; returns the member's length in bytes.
    pub fn finish(&mut self) -> Result<u64> {
        while self.block_left > 0 {
            self.block_piece()?;
        }
        let mut tail = Vec::with_capacity(16);
        loop {
            tail.extend_from_slice(&self.output[self.output_at..self.output_end]);
            self.output_at = self.output_end;
            // A few bytes tell a second record from rubbish; the rest need not be kept.
            if tail.len() > 16 || !self.fill()? {
                break;
            }
        }
        if tail != b"\r\n\r\n" {
            let second = memmem::find(&tail, b"WARC/1.").is_some();
            let kind = if second { DamageKind::SeveralRecords } else { DamageKind::NoEnd };
            return Err(self.damage(kind));
        }
        self.state = State::Between;
        Ok(self.position - self.member)
    }

    /// The next record with at most `keep` bytes of its block; the rest of the block is checked all the same.
    pub fn next_record(&mut self, keep: usize) -> Result<Option<RawRecord>> {
        let Some(head) = self.next_head()? else { return Ok(None) };
        let mut block =
            Vec::with_capacity(usize::try_from(head.block_len).map_or(keep, |len| len.min(keep).min(1 << 20)));
        loop {
            let piece = self.block_piece()?;
            if piece.is_empty() {
                break;
            }
            let room = keep - block.len();
            block.extend_from_slice(&piece[..piece.len().min(room)]);
        }
        let length = self.finish()?;
        Ok(Some(RawRecord { offset: head.offset, length, fields: head.fields, block_len: head.block_len, block }))
    }

    /// Where the next member starts, once a record is finished; where the damaged one starts, after damage.
    pub fn offset(&self) -> u64 {
        if self.state == State::Between { self.position } else { self.member }
    }

    /// Looks for the gzip magic; `false` at the end of the file.
    fn start_member(&mut self) -> Result<bool> {
        self.member = self.position;
        while self.input_end - self.input_at < 3 {
            if self.refill()? == 0 {
                break;
            }
        }
        let ready = &self.input[self.input_at..self.input_end];
        if ready.is_empty() {
            self.state = State::Over;
            return Ok(false);
        }
        let magic = [0x1f, 0x8b, 0x08];
        if ready.len() < 3 && magic.starts_with(ready) {
            return Err(self.damage(DamageKind::Torn));
        }
        if !ready.starts_with(&magic) {
            return Err(self.damage(DamageKind::NotGzip));
        }
        self.inflate.reset(true);
        if let Some(hasher) = &mut self.hasher {
            *hasher = Sha256::new();
        }
        self.state = State::Inside;
        self.output_at = 0;
        self.output_end = 0;
        Ok(true)
    }

    /// Inflates until the blank line that ends the head.
    fn read_head(&mut self) -> Result<Vec<u8>> {
        let mut head: Vec<u8> = Vec::with_capacity(1024);
        loop {
            if self.output_at == self.output_end && !self.fill()? {
                return Err(self.damage(DamageKind::HeadUnterminated));
            }
            // The blank line may lie across two pieces.
            let searched = head.len().saturating_sub(3);
            let before = head.len();
            head.extend_from_slice(&self.output[self.output_at..self.output_end]);
            if let Some(at) = memmem::find(&head[searched..], b"\r\n\r\n") {
                let end = searched + at + 4;
                self.output_at += end - before;
                head.truncate(end);
                return Ok(head);
            }
            self.output_at = self.output_end;
            if head.len() > HEAD_BYTES {
                return Err(self.damage(DamageKind::HeadUnterminated));
            }
        }
    }

    /// Inflates the next piece; `false` when the member is through.
    fn fill(&mut self) -> Result<bool> {
        self.output_at = 0;
        self.output_end = 0;
        while self.state == State::Inside && self.output_end == 0 {
            if self.input_at == self.input_end && self.refill()? == 0 {
                return Err(self.damage(DamageKind::Torn));
            }
            let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
            let input = &self.input[self.input_at..self.input_end];
            let status = self.inflate.decompress(input, &mut self.output, FlushDecompress::None);
            let status = status.map_err(|error| self.damage(DamageKind::Corrupt(error.to_string())))?;
            let read = self.inflate.total_in() - read;
            // Both are bounded by the buffers, so they fit.
            let used = usize::try_from(read).unwrap_or_default();
            if let Some(hasher) = &mut self.hasher {
                hasher.update(&self.input[self.input_at..self.input_at + used]);
            }
            self.input_at += used;
            self.position += read;
            self.output_end = usize::try_from(self.inflate.total_out() - written).unwrap_or_default();
            if status == Status::StreamEnd {
                self.state = State::Inflated;
            } else if read == 0 && self.output_end == 0 && self.refill()? == 0 {
                return Err(self.damage(DamageKind::Torn));
            }
        }
        Ok(self.output_end > 0)
    }

    /// Moves what is left to the front and reads more; returns the bytes that came.
    fn refill(&mut self) -> Result<usize> {
        self.input.copy_within(self.input_at..self.input_end, 0);
        self.input_end -= self.input_at;
        self.input_at = 0;
        loop {
            match self.source.read(&mut self.input[self.input_end..]) {
                Ok(count) => {
                    self.input_end += count;
                    return Ok(count);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.damage(DamageKind::Io(error.to_string()))),
            }
        }
    }

    /// The member ended before its block.
    fn damage_short(&mut self) -> Damage {
        let held = self.inflate.total_out();
        let left = self.block_left;
        self.damage(DamageKind::ShortBlock { missing: left, held })
    }

    /// Names the damage and ends the reading.
    fn damage(&mut self, kind: DamageKind) -> Damage {
        self.state = State::Over;
        Damage { offset: self.member, kind }
    }
}

/// Takes a head apart (ISO 28500 clause 4): version, then fields; folded lines are joined.
fn parse_head(head: &[u8]) -> std::result::Result<(String, Fields), DamageKind> {
    let text = std::str::from_utf8(head).map_err(|_| DamageKind::FieldSyntax("not UTF-8".to_owned()))?;
    let mut lines = text.trim_end_matches("\r\n").split("\r\n");
    let version = lines.next().unwrap_or_default();
    if version != "WARC/1.1" && version != "WARC/1.0" {
        return Err(DamageKind::Version(shorten(version)));
    }
    let mut fields: Vec<(String, String)> = Vec::with_capacity(16);
    for line in lines {
        if line.starts_with([' ', '\t'])
            && let Some((_, value)) = fields.last_mut()
        {
            value.push(' ');
            value.push_str(line.trim());
            continue;
        }
        let control = |byte: u8| byte.is_ascii_control() && byte != b'\t';
        let (name, value) = line.split_once(':').ok_or_else(|| DamageKind::FieldSyntax(shorten(line)))?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) || value.bytes().any(control) {
            return Err(DamageKind::FieldSyntax(shorten(line)));
        }
        fields.push((name.to_owned(), value.trim().to_owned()));
    }
    Ok((version.to_owned(), Fields(fields)))
}

/// Enough of a line to know it by.
fn shorten(line: &str) -> String {
    line.chars().take(60).collect()
}

/// The record at `offset` of a file, with at most `keep` bytes of its block.
pub fn read_at(path: &Path, offset: u64, keep: usize) -> ArchiveResult<RawRecord> {
    let damaged = |damage| ArchiveError::Damaged { path: path.to_owned(), damage };
    let record = WarcReader::open(path, offset)?.next_record(keep).map_err(damaged)?;
    record.ok_or_else(|| damaged(Damage { offset, kind: DamageKind::Torn }))
}
