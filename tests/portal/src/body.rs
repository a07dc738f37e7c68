//! Bodies of answers, honest and otherwise, and the note in the log when they end.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use crate::log::Log;

/// No misbehaviour lasts longer.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// How the pieces of a body are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// At once; the length is told when the flag is set.
    Whole(bool),
    /// A byte per interval.
    Drip(Duration),
    /// The pieces, then nothing.
    Stall,
    /// The pieces again and again.
    Endless,
    /// The pieces, then a failure; with the flag, as a reset of the connection.
    Break(bool),
}

/// A body; its end is noted in the log.
#[derive(Debug)]
pub struct PortalBody {
    pieces: VecDeque<Bytes>,
    manner: Manner,
    length: u64,
    sent: u64,
    timer: Option<Pin<Box<Sleep>>>,
    deadline: Option<Instant>,
    reset: Option<Arc<AtomicBool>>,
    note: Option<(Arc<Log>, u64)>,
}

impl PortalBody {
    /// A body of these pieces.
    pub fn new(pieces: Vec<Bytes>, manner: Manner) -> Self {
        Self {
            length: pieces.iter().map(|p| p.len() as u64).sum(),
            pieces: pieces.into(),
            manner,
            sent: 0,
            timer: None,
            deadline: None,
            reset: None,
            note: None,
        }
    }

    /// With the flag that makes the connection's close a reset.
    pub fn resetting(mut self, flag: &Arc<AtomicBool>) -> Self {
        self.reset = Some(Arc::clone(flag));
        self
    }

    /// With the log entry to complete at its end.
    pub fn noted(mut self, log: Arc<Log>, number: u64) -> Self {
        self.note = Some((log, number));
        self
    }

    /// A body that is never sent.
    pub fn silent() -> Self {
        Self::new(Vec::new(), Manner::Whole(true))
    }

    /// Gives up the log entry without completing it: another body will.
    pub fn forget(mut self) {
        self.note = None;
    }

    fn expired(&mut self) -> bool {
        let deadline = *self.deadline.get_or_insert_with(|| Instant::now() + PATIENCE);
        Instant::now() >= deadline
    }

    /// Waits for the timer; it is set to `time` when there is none.
    fn wait(&mut self, cx: &mut Context<'_>, time: Duration) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(time)));
        ready!(timer.as_mut().poll(cx));
        self.timer = None;
        Poll::Ready(())
    }

    fn next(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let failure = || Some(Err(io::Error::other("the portal broke off")));
        match self.manner {
            Manner::Whole(_) => Poll::Ready(self.pieces.pop_front().map(Ok)),
            Manner::Drip(interval) => {
                if self.expired() {
                    return Poll::Ready(failure());
                }
                while self.pieces.front().is_some_and(Bytes::is_empty) {
                    self.pieces.pop_front();
                }
                if self.pieces.is_empty() {
                    return Poll::Ready(None);
                }
                ready!(self.wait(cx, interval));
                Poll::Ready(self.pieces.front_mut().map(|piece| Ok(piece.split_to(1))))
            }
            Manner::Stall => {
                if let Some(piece) = self.pieces.pop_front() {
                    return Poll::Ready(Some(Ok(piece)));
                }
                ready!(self.wait(cx, PATIENCE));
                Poll::Ready(failure())
            }
            Manner::Endless => {
                if self.expired() || self.sent > 4 << 30 {
                    return Poll::Ready(failure());
                }
                let piece = self.pieces.pop_front();
                self.pieces.extend(piece.clone());
                Poll::Ready(piece.map(Ok))
            }
            Manner::Break(reset) => {
                if let Some(piece) = self.pieces.pop_front() {
                    return Poll::Ready(Some(Ok(piece)));
                }
                // What was handed over must reach the wire before the break: a reset discards what waits.
                ready!(self.wait(cx, Duration::from_millis(20)));
                if let (true, Some(flag)) = (reset, &self.reset) {
                    flag.store(true, Ordering::Release);
                }
                Poll::Ready(failure())
            }
        }
    }
}

impl Body for PortalBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let next = ready!(self.next(cx));
        if let Some(Ok(bytes)) = &next {
            self.sent += bytes.len() as u64;
        }
        Poll::Ready(next.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.manner, Manner::Whole(_)) && self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        match self.manner {
            Manner::Whole(true) | Manner::Drip(_) => SizeHint::with_exact(self.length - self.sent),
            _ => SizeHint::default(),
        }
    }
}

impl Drop for PortalBody {
    fn drop(&mut self) {
        if let Some((log, number)) = self.note.take() {
            log.end(number, self.sent);
        }
    }
}
