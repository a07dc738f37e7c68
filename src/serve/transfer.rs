//! Pieces of a file, and bytes between them → the body of an answer, in bounded memory.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::task::JoinHandle;

/// Read at once while few downloads run: large enough that system calls cost little.
const LARGE_BYTES: u64 = 512 << 10;

/// Downloads under way.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// What a body is made of.
#[derive(Debug)]
pub enum Part {
    /// Bytes as they stand.
    Bytes(Bytes),
    /// These bytes of the file.
    File(Range<u64>),
}

/// A body that is read while it is taken: never more than a piece ahead.
#[derive(Debug)]
pub struct FileBody {
    file: Arc<File>,
    parts: VecDeque<Part>,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
    left: u64,
}

impl FileBody {
    /// These parts of the file, one after the other.
    pub fn new(file: File, parts: Vec<Part>) -> Self {
        let length = |part: &Part| match part {
            Part::Bytes(bytes) => bytes.len() as u64,
            Part::File(range) => range.end - range.start,
        };
        let left = parts.iter().map(length).sum();
        UNDER_WAY.fetch_add(1, Ordering::Relaxed);
        Self { file: Arc::new(file), parts: parts.into(), reading: None, left }
    }

    /// Length in bytes of what is left.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Starts reading the next piece of the file, or gives bytes that are there already.
    fn advance(&mut self) -> Option<Bytes> {
        let part = self.parts.pop_front()?;
        let mut range = match part {
            Part::Bytes(bytes) => return Some(bytes),
            Part::File(range) => range,
        };
        let (from, take) = (range.start, piece_bytes().min(range.end - range.start));
        range.start += take;
        if !range.is_empty() {
            self.parts.push_front(Part::File(range));
        }
        let file = Arc::clone(&self.file);
        self.reading = Some(tokio::task::spawn_blocking(move || read(&file, from, take)));
        None
    }
}

/// The more downloads, the smaller their pieces, so that all of them together stay within some hundred megabytes.
fn piece_bytes() -> u64 {
    match UNDER_WAY.load(Ordering::Relaxed) {
        0..=32 => LARGE_BYTES,
        33..=512 => LARGE_BYTES / 8,
        _ => LARGE_BYTES / 32,
    }
}

/// A piece of the file; at most `take` bytes, at least one.
fn read(file: &File, from: u64, take: u64) -> io::Result<Bytes> {
    let mut piece = Vec::with_capacity(usize::try_from(take).unwrap_or_default());
    while (piece.len() as u64) < take {
        let at = from + piece.len() as u64;
        match rustix::io::pread(file, rustix::buffer::spare_capacity(&mut piece), at) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    piece.truncate(usize::try_from(take).unwrap_or(usize::MAX));
    Ok(Bytes::from(piece))
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        loop {
            if let Some(reading) = &mut this.reading {
                let piece = ready!(Pin::new(reading).poll(cx));
                this.reading = None;
                let piece = piece.map_err(io::Error::other).flatten().inspect_err(|error| {
                    tracing::error!(%error, "a file could not be read to its end");
                });
                return Poll::Ready(Some(piece.map(|piece| {
                    this.left -= piece.len() as u64;
                    Frame::data(piece)
                })));
            }
            match this.advance() {
                Some(bytes) => {
                    this.left -= bytes.len() as u64;
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                None if this.reading.is_none() => return Poll::Ready(None),
                None => {}
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

impl Drop for FileBody {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    }
}
