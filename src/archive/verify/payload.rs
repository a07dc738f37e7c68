//! Blocks and payloads against their digests, and HTTP messages against their heads.

use sha2::{Digest as _, Sha256};
use warc::RecordType;

use super::finding::Fault;
use crate::archive::warc::http::{Framing, Message};
use crate::archive::warc::{Damage, Fields, WarcReader, field};
use crate::model::{Digest, Head};

/// Blocks up to this size are looked at whole; of larger ones the block digest alone is checked, in passing.
const WHOLE_BLOCK_BYTES: u64 = 64 << 20;

/// Reads the block of the current record and compares; returns the digests that were computed.
pub(super) fn check<R: std::io::Read>(
    reader: &mut WarcReader<R>,
    fields: &Fields,
    block_len: u64,
    block: &mut Vec<u8>,
    fault: &mut dyn FnMut(Fault),
) -> Result<u64, Damage> {
    block.clear();
    let whole = block_len <= WHOLE_BLOCK_BYTES;
    let mut hasher = Sha256::new();
    loop {
        let piece = reader.block_piece()?;
        if piece.is_empty() {
            break;
        }
        hasher.update(piece);
        if whole {
            block.extend_from_slice(piece);
        }
    }
    let block_digest = Digest(hasher.finalize().into());
    let mut computed = 0;
    if let Some(label) = fields.get(field::BLOCK_DIGEST) {
        computed += compare(label, field::BLOCK_DIGEST, || block_digest, Fault::BlockDigest, fault);
    }
    if whole {
        computed += payload(fields, block, block_digest, fault);
    }
    Ok(computed)
}

/// The payload, by the record's type.
fn payload(fields: &Fields, block: &[u8], block_digest: Digest, fault: &mut dyn FnMut(Fault)) -> u64 {
    let kind = fields.kind();
    let content_type = fields.get(field::CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    let label = fields.get(field::PAYLOAD_DIGEST);
    let compared = |digest: &dyn Fn() -> Digest, fault: &mut dyn FnMut(Fault)| {
        label.map_or(0, |label| compare(label, field::PAYLOAD_DIGEST, digest, Fault::PayloadDigest, fault))
    };
    if fields.get(field::SEGMENT_NUMBER).is_some() {
        return 0;
    }
    match kind {
        RecordType::Response | RecordType::Request if content_type.starts_with("application/http") => {
            let message = Message::parse(block);
            if kind == RecordType::Response {
                http(&message, fields, fault);
            }
            compared(&|| message.payload_digest(), fault)
        }
        RecordType::Resource | RecordType::Conversion | RecordType::Response => compared(&|| block_digest, fault),
        // A revisit's digest is that of the original.
        _ => 0,
    }
}

/// An HTTP response against its own head.
fn http(message: &Message<'_>, fields: &Fields, fault: &mut dyn FnMut(Fault)) {
    let cut = fields.get(field::TRUNCATED).is_some();
    if Head::length(message.head).is_none() {
        if !cut {
            fault(Fault::Http("the HTTP head has no end"));
        }
        return;
    }
    if message.status().is_none() {
        fault(Fault::Http("the block does not start with an HTTP/1.x status line"));
    }
    match message.framing {
        // Where it broke off for that, the server did it, and the record says that it is not whole.
        Framing::Broken if !cut => fault(Fault::Http("the head says chunked, the body is not")),
        Framing::ChunkedCut if !cut => fault(Fault::Http("the chunked body is cut and no WARC-Truncated says so")),
        _ => {}
    }
    let bodyless = matches!(message.status(), Some(100..=199 | 204 | 304));
    if message.framing == Framing::Plain && !cut && !bodyless {
        let said = message.field("content-length").and_then(|text| text.parse::<u64>().ok());
        // A HEAD request's answer has a length and no body; this program sends none, others may.
        if said.is_some_and(|said| said != message.body.len() as u64 && !message.body.is_empty()) {
            fault(Fault::Http("the HTTP Content-Length is not the length of the body"));
        }
    }
}

/// Compares a label with a digest; returns how many digests were computed.
fn compare(
    label: &str,
    name: &'static str,
    digest: impl FnOnce() -> Digest,
    wrong: Fault,
    fault: &mut dyn FnMut(Fault),
) -> u64 {
    match Digest::parse(label) {
        Some(said) => {
            if said != digest() {
                fault(wrong);
            }
            1
        }
        None if label.starts_with("sha256:") || !label.contains(':') => {
            fault(Fault::Value(name, label.chars().take(80).collect()));
            0
        }
        None => {
            fault(Fault::DigestUnchecked(label.chars().take(80).collect()));
            0
        }
    }
}
