//! An HTTP/1.1 message as a record block: where its head ends, and its payload.
//!
//! ISO 28500 6.3.2: the payload of an HTTP record is the entity-body, the transfer coding removed, the content coding
//! kept. Nothing is copied: the payload is a list of slices of the block.

use memchr::memmem;

use crate::model::{Digest, Head};

/// How the body was framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// No transfer coding: the body is the payload.
    Plain,
    /// Chunked, and whole up to the last byte.
    Chunked,
    /// Chunked, and cut before the last chunk or followed by other bytes.
    ChunkedCut,
    /// The head says chunked, the body is not: the body is taken as it stands.
    Broken,
}

/// A message block, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<'a> {
    /// Status line or request line and fields, with the blank line.
    pub head: &'a [u8],
    /// Everything after the head, chunk framing included.
    pub body: &'a [u8],
    /// Pieces of the body that make up the payload.
    pub payload: Vec<&'a [u8]>,
    /// How the body was framed.
    pub framing: Framing,
}

impl<'a> Message<'a> {
    /// Takes a block apart; a block without a blank line is all head.
    pub fn parse(block: &'a [u8]) -> Self {
        let end = head_length(block);
        let (head, body) = block.split_at(end);
        let bodyless = matches!(status(head), Some(100..=199 | 204 | 304)) || !head.starts_with(b"HTTP/");
        if bodyless || !has_chunked(head) {
            return Self { head, body, payload: vec![body], framing: Framing::Plain };
        }
        let (payload, framing) = dechunk(body);
        let payload = if framing == Framing::Broken { vec![body] } else { payload };
        Self { head, body, payload, framing }
    }

    /// Digest over the payload.
    pub fn payload_digest(&self) -> Digest {
        Digest::of_parts(&self.payload)
    }

    /// Payload size in bytes.
    pub fn payload_len(&self) -> u64 {
        self.payload.iter().map(|piece| piece.len() as u64).sum()
    }

    /// Status code; `None` for a request or a line that is none.
    pub fn status(&self) -> Option<u16> {
        status(self.head)
    }

    /// The first field of that name, trimmed; names in any letter case.
    pub fn field(&self, name: &str) -> Option<String> {
        header(self.head, name).map(|value| String::from_utf8_lossy(value).into_owned())
    }
}

/// Length of the head with its blank line; the whole block if there is none.
pub fn head_length(block: &[u8]) -> usize {
    Head::length(block).unwrap_or(block.len())
}

/// Status code of a response head.
pub fn status(head: &[u8]) -> Option<u16> {
    let rest = head.strip_prefix(b"HTTP/1.")?.get(2..5)?;
    std::str::from_utf8(rest).ok()?.parse().ok()
}

/// The first field of that name in a head, trimmed.
pub fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a [u8]> {
    headers(head, name).next()
}

/// Every field of that name in a head, trimmed.
fn headers<'a>(head: &'a [u8], name: &str) -> impl Iterator<Item = &'a [u8]> {
    head.split(|&byte| byte == b'\n').skip(1).filter_map(move |line| {
        let colon = memchr::memchr(b':', line)?;
        let (field, value) = line.split_at(colon);
        field.trim_ascii().eq_ignore_ascii_case(name.as_bytes()).then(|| value[1..].trim_ascii())
    })
}

/// Whether a head names the chunked transfer coding.
pub fn has_chunked(head: &[u8]) -> bool {
    headers(head, "transfer-encoding")
        .any(|value| value.split(|&byte| byte == b',').any(|part| part.trim_ascii().eq_ignore_ascii_case(b"chunked")))
}

/// The chunk data of a chunked body (RFC 9112 7.1), and whether it was whole.
pub fn dechunk(body: &[u8]) -> (Vec<&[u8]>, Framing) {
    let mut pieces = Vec::new();
    let mut at = 0;
    loop {
        let Some(line) = memmem::find(&body[at..], b"\r\n") else { return (pieces, Framing::ChunkedCut) };
        let Some(size) = chunk_size(&body[at..at + line]) else { return (Vec::new(), Framing::Broken) };
        at += line + 2;
        if size == 0 {
            let whole = trailers_end(body, at) == Some(body.len());
            return (pieces, if whole { Framing::Chunked } else { Framing::ChunkedCut });
        }
        let rest = body.len() - at;
        // A size near 2^64 must not overflow: compare with what is left instead of adding.
        if size > rest || rest - size < 2 {
            pieces.push(&body[at..at + size.min(rest)]);
            return (pieces, Framing::ChunkedCut);
        }
        pieces.push(&body[at..at + size]);
        if &body[at + size..at + size + 2] != b"\r\n" {
            return (Vec::new(), Framing::Broken);
        }
        at += size + 2;
    }
}

/// A chunk-size line; extensions are passed over.
fn chunk_size(line: &[u8]) -> Option<usize> {
    let digits = line.split(|&byte| byte == b';').next()?.trim_ascii();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    Some(usize::from_str_radix(std::str::from_utf8(digits).ok()?, 16).unwrap_or(usize::MAX))
}

/// Where the trailer section that starts at `at` ends, its blank line included.
fn trailers_end(body: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let line = memmem::find(&body[at..], b"\r\n")?;
        at += line + 2;
        if line == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Type: text/html\r\n\r\n";

    fn chunked(body: &[u8]) -> (Vec<u8>, Framing) {
        let block = [HEAD, body].concat();
        let message = Message::parse(&block);
        (message.payload.concat(), message.framing)
    }

    #[test]
    fn chunks_are_joined() {
        assert_eq!(chunked(b"3\r\nabc\r\n2;x=1\r\nde\r\n0\r\n\r\n"), (b"abcde".to_vec(), Framing::Chunked));
        assert_eq!(chunked(b"1\r\na\r\n0\r\nX: y\r\n\r\n"), (b"a".to_vec(), Framing::Chunked));
    }

    #[test]
    fn cut_and_broken_framing_is_told_apart() {
        assert_eq!(chunked(b"5\r\nabc"), (b"abc".to_vec(), Framing::ChunkedCut));
        assert_eq!(chunked(b"3\r\nabc\r\n"), (b"abc".to_vec(), Framing::ChunkedCut));
        assert_eq!(chunked(b"ffffffffffffffffff\r\nabc"), (b"abc".to_vec(), Framing::ChunkedCut));
        assert_eq!(chunked(b"1\r\na\r\n0\r\n\r\nrest").1, Framing::ChunkedCut);
        assert_eq!(chunked(b"<html>\r\n"), (b"<html>\r\n".to_vec(), Framing::Broken));
        assert_eq!(chunked(b"1\r\nab\r\n0\r\n\r\n").1, Framing::Broken);
    }

    proptest::proptest! {
        #[test]
        fn chunks_of_any_size_join_to_the_body(body: Vec<u8>, size in 1usize..50, end in 0usize..400) {
            let mut framed = Vec::new();
            for chunk in body.chunks(size) {
                framed.extend_from_slice(format!("{:X}\r\n", chunk.len()).as_bytes());
                framed.extend_from_slice(chunk);
                framed.extend_from_slice(b"\r\n");
            }
            framed.extend_from_slice(b"0\r\n\r\n");
            proptest::prop_assert_eq!(dechunk(&framed).0.concat(), body.clone());
            // Cut anywhere, it gives a start of the body and says so.
            let cut = &framed[..end.min(framed.len() - 1)];
            let (pieces, framing) = dechunk(cut);
            proptest::prop_assert!(body.starts_with(&pieces.concat()));
            proptest::prop_assert_eq!(framing, Framing::ChunkedCut);
        }

        #[test]
        fn no_bytes_stop_it(block: Vec<u8>) {
            Message::parse(&[HEAD, &block].concat()).payload_digest();
            Message::parse(&block).payload_digest();
        }
    }

    #[test]
    fn a_body_without_coding_is_the_payload() {
        let message = Message::parse(b"HTTP/1.1 404 Not Found\r\nServer: x\r\n\r\nnone");
        assert_eq!((message.status(), message.payload.concat()), (Some(404), b"none".to_vec()));
        assert_eq!(message.field("SERVER").as_deref(), Some("x"));
        assert_eq!(message.payload_digest(), Digest::of(b"none"));
    }
}
