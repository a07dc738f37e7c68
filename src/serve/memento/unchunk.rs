//! Chunked bytes, piece by piece → the payload (RFC 9112 7.1), as `warc::http::dechunk` gives it for a whole body. Pure.

use std::io;

/// A chunk-size line is shorter than this.
const LINE_BYTES: usize = 64 << 10;

/// Where in the framing the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In a size line.
    Size,
    /// Bytes of the chunk left.
    Data(u64),
    /// Bytes of the line end behind a chunk that are still to come.
    End(u8),
    /// Behind the last chunk.
    Over,
}

/// Takes the framing off.
#[derive(Debug)]
pub struct Unchunk {
    state: State,
    line: Vec<u8>,
}

/// The bytes are no chunks: the body is the payload as it stands.
#[derive(Debug)]
pub enum Stop {
    /// Not chunked at all.
    Broken,
    /// The taker failed.
    Io(io::Error),
}

impl Default for Unchunk {
    fn default() -> Self {
        Self { state: State::Size, line: Vec::new() }
    }
}

impl Unchunk {
    /// Hands over the payload in `bytes`.
    pub fn feed(&mut self, mut bytes: &[u8], take: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> Result<(), Stop> {
        while !bytes.is_empty() {
            match self.state {
                State::Over => return Ok(()),
                State::Size => bytes = self.size(bytes)?,
                State::Data(left) => {
                    let here = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
                    take(&bytes[..here]).map_err(Stop::Io)?;
                    bytes = &bytes[here..];
                    let left = left - here as u64;
                    self.state = if left == 0 { State::End(2) } else { State::Data(left) };
                }
                State::End(left) => {
                    if bytes[0] != if left == 2 { b'\r' } else { b'\n' } {
                        return Err(Stop::Broken);
                    }
                    bytes = &bytes[1..];
                    self.state = if left == 1 { State::Size } else { State::End(1) };
                }
            }
        }
        Ok(())
    }

    /// Reads on in a size line; gives what is behind it.
    fn size<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Stop> {
        let known = self.line.len();
        self.line.extend_from_slice(&bytes[..bytes.len().min(LINE_BYTES)]);
        let from = known.saturating_sub(1);
        let Some(end) = memchr::memmem::find(&self.line[from..], b"\r\n").map(|at| from + at) else {
            return if self.line.len() > LINE_BYTES { Err(Stop::Broken) } else { Ok(&[]) };
        };
        let digits = self.line[..end].split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(Stop::Broken);
        }
        let size = std::str::from_utf8(digits).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
        self.state = match size.unwrap_or(u64::MAX) {
            0 => State::Over,
            size => State::Data(size),
        };
        self.line.clear();
        Ok(&bytes[end + 2 - known..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::warc::http::{Framing, dechunk};

    /// In pieces of `step` bytes; `None` when broken.
    fn fed(body: &[u8], step: usize) -> Option<Vec<u8>> {
        let (mut unchunk, mut out) = (Unchunk::default(), Vec::new());
        for piece in body.chunks(step) {
            let mut take = |bytes: &[u8]| {
                out.extend_from_slice(bytes);
                Ok(())
            };
            match unchunk.feed(piece, &mut take) {
                Ok(()) => {}
                Err(Stop::Broken) => return None,
                Err(Stop::Io(error)) => panic!("{error}"),
            }
        }
        Some(out)
    }

    /// What is given for a body as a whole.
    fn whole(body: &[u8]) -> Option<Vec<u8>> {
        let (pieces, framing) = dechunk(body);
        (framing != Framing::Broken).then(|| pieces.concat())
    }

    #[test]
    fn pieces_give_what_the_whole_gives() {
        for body in [
            &b"3\r\nabc\r\n2;x=1\r\nde\r\n0\r\n\r\n"[..],
            b"5\r\nabc",
            b"3\r\nabc\r\n",
            b"ffffffffffffffffff\r\nabc",
            b"1\r\na\r\n0\r\n\r\nrest",
            b"<html>\r\n",
            b"1\r\nab\r\n0\r\n\r\n",
            b"",
            b"12",
        ] {
            for step in 1..12 {
                assert_eq!(fed(body, step), whole(body), "{:?} by {step}", String::from_utf8_lossy(body));
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_body_in_any_pieces(body: Vec<u8>, size in 1usize..50, step in 1usize..60, cut in 0usize..500) {
            let mut framed = Vec::new();
            for chunk in body.chunks(size) {
                framed.extend_from_slice(format!("{:X}\r\n", chunk.len()).as_bytes());
                framed.extend_from_slice(chunk);
                framed.extend_from_slice(b"\r\n");
            }
            framed.extend_from_slice(b"0\r\n\r\n");
            proptest::prop_assert_eq!(fed(&framed, step), Some(body));
            let cut = &framed[..cut.min(framed.len())];
            proptest::prop_assert_eq!(fed(cut, step), whole(cut));
        }
    }
}
