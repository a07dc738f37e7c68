//! Content coding off, media type and charset found.

use std::io::{ErrorKind, Read};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::{Media, PageError, charset};
use crate::model::{Head, Limits};

/// Below this size a high ratio is ordinary: a template of white space shrinks a hundredfold.
const RATIO_MATTERS_BYTES: usize = 1 << 20;

/// Codings applied one over another; more than this is an attack, not a server.
const MAX_CODINGS: usize = 3;

/// A body with its content coding removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// What it is, by its bytes first and by the header second.
    pub media: Media,
    /// The header's media type without parameters, in lower case; kept apart since servers are often wrong.
    pub declared: Option<String>,
    /// Name of the charset the text was read with (WHATWG names); `binary` for what is not text.
    pub charset: &'static str,
    /// The text, for HTML, XML, JSON and plain text; empty otherwise.
    pub text: String,
    /// The bytes, for what is not text; empty otherwise.
    pub bytes: Vec<u8>,
    /// Whether the whole coded body could be read; a body cut on the way gives what came through.
    pub complete: bool,
}

/// Removes the content coding of `body`, finds out what it is and reads its text.
///
/// `body` has no transfer coding any more.
///
/// # Errors
/// A coding other than gzip, deflate and identity; damage before the first byte; growth over `limits`.
pub fn decode(head: &Head, body: &[u8], limits: &Limits) -> Result<Decoded, PageError> {
    let (mut bytes, mut complete) = uncode(head, body, limits)?;
    if is_packed_xml(&bytes) {
        let (unpacked, whole) = gunzip(&bytes, bytes.len(), limits)?;
        (bytes, complete) = (unpacked, complete && whole);
    }
    let content_type = head.get("content-type");
    let declared = content_type.as_deref().map(media_type).filter(|kind| !kind.is_empty());
    let media = Media::of(declared.as_deref(), &bytes);
    if !media.is_text() {
        return Ok(Decoded { media, declared, charset: "binary", text: String::new(), bytes, complete });
    }
    let label = content_type.as_deref().and_then(charset::parameter);
    let (charset, text) = charset::read(bytes, label.as_deref());
    Ok(Decoded { media, declared, charset, text, bytes: Vec::new(), complete })
}

/// Whether the body is a gzip file of XML, as sitemaps come (`sitemap.xml.gz`). Other packed files are left as they are.
#[expect(clippy::disallowed_methods, reason = "reads as much as the array holds")]
fn is_packed_xml(bytes: &[u8]) -> bool {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return false;
    }
    let mut start = [0u8; 512];
    let mut filled = 0;
    let mut unpacked = MultiGzDecoder::new(bytes);
    while filled < start.len() {
        match unpacked.read(&mut start[filled..]) {
            Ok(n) if n > 0 => filled += n,
            _ => break,
        }
    }
    Media::of(None, &start[..filled]) == Media::Xml
}

fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn uncode(head: &Head, body: &[u8], limits: &Limits) -> Result<(Vec<u8>, bool), PageError> {
    let named = head.get("content-encoding").unwrap_or_default().to_ascii_lowercase();
    let codings: Vec<&str> =
        named.split(',').map(str::trim).filter(|coding| !coding.is_empty() && *coding != "identity").collect();
    if codings.len() > MAX_CODINGS {
        return Err(PageError::UnknownCoding(named));
    }
    let mut current: Option<(Vec<u8>, bool)> = None;
    // The last coding named was applied last (RFC 9110, section 8.4).
    for coding in codings.into_iter().rev() {
        let (input, whole) = current.as_ref().map_or((body, true), |(bytes, whole)| (bytes.as_slice(), *whole));
        let (bytes, complete) = match coding {
            "gzip" | "x-gzip" => gunzip(input, body.len(), limits)?,
            "deflate" => inflate(input, body.len(), limits)?,
            other => return Err(PageError::UnknownCoding(other.to_owned())),
        };
        current = Some((bytes, complete && whole));
    }
    match current {
        Some(done) => Ok(done),
        None if body.len() > limits.decoded_bytes => Err(PageError::TooLarge { limit: limits.decoded_bytes }),
        None => Ok((body.to_vec(), true)),
    }
}

#[expect(clippy::disallowed_methods, reason = "`drain` is the capped reader that the ban asks for")]
fn gunzip(input: &[u8], received: usize, limits: &Limits) -> Result<(Vec<u8>, bool), PageError> {
    // Some servers name gzip and send the page plain.
    if !input.starts_with(&[0x1f, 0x8b]) {
        return Ok((input.to_vec(), true));
    }
    drain(MultiGzDecoder::new(input), "gzip", received, limits)
}

#[expect(clippy::disallowed_methods, reason = "`drain` is the capped reader that the ban asks for")]
fn inflate(input: &[u8], received: usize, limits: &Limits) -> Result<(Vec<u8>, bool), PageError> {
    // `deflate` is the zlib format by RFC 9110, raw deflate by the habit of some servers: the zlib header tells.
    let zlib = matches!(input, [cmf, flg, ..] if cmf & 0x0f == 8 && (u16::from(*cmf) << 8 | u16::from(*flg)) % 31 == 0);
    if zlib {
        drain(ZlibDecoder::new(input), "deflate", received, limits)
    } else {
        drain(DeflateDecoder::new(input), "deflate", received, limits)
    }
}

/// Reads a decoder to its end, or to the limits.
fn drain(mut from: impl Read, coding: &str, received: usize, limits: &Limits) -> Result<(Vec<u8>, bool), PageError> {
    let mut out = Vec::with_capacity(received.saturating_mul(6).min(limits.decoded_bytes).min(1 << 20));
    let mut chunk = [0u8; 16 << 10];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return Ok((out, true)),
            Ok(n) => out.extend_from_slice(&chunk[..n]),
            Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
            // Cut or followed by rubbish: what came through is still a page.
            Err(_) if !out.is_empty() => return Ok((out, false)),
            Err(fault) => return Err(PageError::Damaged { coding: coding.to_owned(), detail: fault.to_string() }),
        }
        if out.len() > limits.decoded_bytes {
            return Err(PageError::TooLarge { limit: limits.decoded_bytes });
        }
        if out.len() > RATIO_MATTERS_BYTES && out.len() / received.max(1) > limits.decoded_ratio {
            return Err(PageError::Bomb { ratio: limits.decoded_ratio });
        }
    }
}
