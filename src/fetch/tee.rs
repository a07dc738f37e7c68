//! A stream that remembers every byte that passed, above TLS: what the WARC file holds.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes of one exchange.
#[derive(Debug, Default)]
pub(super) struct Wire {
    pub(super) sent: Vec<u8>,
    pub(super) received: Vec<u8>,
    pub(super) first_byte: Option<Instant>,
    /// Bytes of the response before: pages of one server are of much the same size.
    before: usize,
}

/// Room made for a response before its size is known, at most.
const ROOM_BYTES: usize = 256 << 10;

/// A handle on the bytes of the exchange under way.
#[derive(Debug, Clone, Default)]
pub(super) struct Tap(Arc<Mutex<Wire>>);

impl Tap {
    pub(super) fn wire(&self) -> MutexGuard<'_, Wire> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what passed and starts anew.
    pub(super) fn take(&self) -> Wire {
        let mut wire = self.wire();
        let before = if wire.received.is_empty() { wire.before } else { wire.received.len() };
        std::mem::replace(&mut *wire, Wire { before, ..Wire::default() })
    }
}

/// Reads and writes `inner`, and writes down both.
#[derive(Debug)]
pub(super) struct Tee<S> {
    inner: S,
    tap: Tap,
}

impl<S> Tee<S> {
    pub(super) fn new(inner: S, tap: Tap) -> Self {
        Self { inner, tap }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tee<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        let new = &buf.filled()[before..];
        if !new.is_empty() {
            let mut wire = self.tap.wire();
            wire.first_byte.get_or_insert_with(Instant::now);
            if wire.received.is_empty() {
                let room = wire.before.min(ROOM_BYTES);
                wire.received.reserve_exact(room + room / 8);
            }
            wire.received.extend_from_slice(new);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tee<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(cx, buf);
        if let Poll::Ready(Ok(written)) = &polled {
            self.tap.wire().sent.extend_from_slice(&buf[..*written]);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
