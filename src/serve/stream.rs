//! What a blocking thread writes → the body of an answer, through a bounded queue.

use std::io::{self, ErrorKind, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Gathered before it is handed over.
const PIECE_BYTES: usize = 64 << 10;
/// Pieces that wait for the client; the writer waits then.
const WAITING: usize = 4;

/// The reading end.
#[derive(Debug)]
pub struct StreamBody(Receiver<io::Result<Bytes>>);

/// The writing end. What is written last needs [`StreamWriter::finish`]; a writer that is dropped before breaks the answer
/// off, so that a client does not take it for whole.
#[derive(Debug)]
pub struct StreamWriter {
    out: Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
    finished: bool,
}

/// Both ends.
pub fn pair() -> (StreamWriter, StreamBody) {
    let (out, body) = channel(WAITING);
    (StreamWriter { out, piece: Vec::new(), finished: false }, StreamBody(body))
}

impl StreamWriter {
    /// Hands over the rest; the answer is whole.
    pub fn finish(mut self) -> io::Result<()> {
        self.hand_over()?;
        self.finished = true;
        Ok(())
    }

    fn hand_over(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.piece));
        // The client is gone: whoever writes stops.
        self.out.blocking_send(Ok(piece)).map_err(|_| ErrorKind::BrokenPipe.into())
    }
}

impl Write for StreamWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.hand_over()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hand_over()
    }
}

impl Drop for StreamWriter {
    fn drop(&mut self) {
        if !self.finished {
            let _ = self.out.try_send(Err(ErrorKind::UnexpectedEof.into()));
        }
    }
}

impl Body for StreamBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
