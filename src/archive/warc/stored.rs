//! A record whose block is packed already → one gzip member that packs its head alone.
//!
//! A page that the server sent as gzip, an image or a PDF does not get smaller, and looking for what repeats in it costs
//! as much as in text. RFC 1951 section 3.2.4 has stored blocks for it.

use std::cell::RefCell;

use flate2::{Compress, Compression, FlushCompress};
use libdeflater::Crc;

/// A shorter block is not worth the look.
const LEAST_BYTES: usize = 2 << 10;
/// Bytes that the look takes, in pieces from all over the block.
const SAMPLE_BYTES: usize = 4 << 10;
/// Pieces of the sample.
const PIECES: usize = 8;
/// Bits a byte, by how often each value occurs, from which on nothing is gained. Text has 5, random bytes show 7.95 in a
/// sample of this size.
const DENSE_BITS: f64 = 7.8;
/// Bytes of one stored block.
const STORED_BYTES: usize = 65_535;

thread_local! {
    static PACKER: RefCell<Option<Compress>> = const { RefCell::new(None) };
}

/// Whether `block` is packed already, judged by a sample of its bytes.
pub(super) fn is_dense(block: &[u8]) -> bool {
    if block.len() < LEAST_BYTES {
        return false;
    }
    let mut counts = [0u32; 256];
    let mut seen = 0u32;
    let piece = (SAMPLE_BYTES / PIECES).min(block.len() / PIECES);
    for at in 0..PIECES {
        let from = (block.len() - piece) / (PIECES - 1) * at;
        for byte in &block[from..from + piece] {
            counts[usize::from(*byte)] += 1;
            seen += 1;
        }
    }
    let all = f64::from(seen);
    let bits: f64 = counts.iter().filter(|n| **n > 0).map(|n| f64::from(*n) / all * (all / f64::from(*n)).log2()).sum();
    // A smaller sample shows fewer bits of the same source (Miller and Madow).
    bits + 255.0 / (2.0 * all * std::f64::consts::LN_2) > DENSE_BITS + 0.045
}

/// Appends `text`, `dense` and `tail` as one gzip member, of which only `text` is packed; returns the member's length.
/// `None`, and nothing appended, when the packer fails.
pub(super) fn append_stored(out: &mut Vec<u8>, text: &[u8], dense: &[u8], tail: &[u8]) -> Option<u64> {
    let start = out.len();
    out.reserve(text.len() + dense.len() + tail.len() + 128);
    // RFC 1952: deflate, no flags, no time, system unknown.
    out.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
    if !pack(out, text) {
        out.truncate(start);
        return None;
    }
    let mut crc = Crc::new();
    let mut size = 0usize;
    for part in [text, dense, tail] {
        crc.update(part);
        size += part.len();
    }
    for chunk in dense.chunks(STORED_BYTES) {
        store(out, chunk, false);
    }
    store(out, tail, true);
    out.extend_from_slice(&crc.sum().to_le_bytes());
    // The length modulo 2^32, as the format wants it.
    let size = u32::try_from(size & 0xffff_ffff).unwrap_or_default();
    out.extend_from_slice(&size.to_le_bytes());
    Some((out.len() - start) as u64)
}

/// Packs `text` into blocks that end at a byte's edge, the last of them not the stream's last.
fn pack(out: &mut Vec<u8>, text: &[u8]) -> bool {
    PACKER.with_borrow_mut(|slot| {
        let packer = slot.get_or_insert_with(|| Compress::new(Compression::new(6), false));
        packer.reset();
        let mut rest = text;
        loop {
            out.reserve(rest.len() + 64);
            let before = packer.total_in();
            let room = out.capacity() - out.len();
            if packer.compress_vec(rest, out, FlushCompress::Sync).is_err() {
                return false;
            }
            let used = usize::try_from(packer.total_in() - before).unwrap_or_default();
            rest = &rest[used.min(rest.len())..];
            // Room left over means that the flush is through as well.
            if rest.is_empty() && out.len() < out.capacity() {
                return true;
            }
            if used == 0 && room == out.capacity() - out.len() {
                return false;
            }
        }
    })
}

/// A stored block of at most 65,535 bytes.
fn store(out: &mut Vec<u8>, bytes: &[u8], last: bool) {
    let length = u16::try_from(bytes.len()).unwrap_or_default();
    out.push(u8::from(last));
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&(!length).to_le_bytes());
    out.extend_from_slice(&bytes[..usize::from(length)]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::warc::Level;
    use crate::archive::warc::append_member;
    use crate::archive::warc::testing::gunzip;

    /// Bytes without a pattern.
    fn noise(count: usize) -> Vec<u8> {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let step = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        };
        (0..count).map(step).collect()
    }

    #[test]
    fn packed_bytes_are_told_from_text() {
        let text = "Ủy ban nhân dân tỉnh họp phiên thường kỳ tháng 11, bàn 27 nội dung. ".repeat(900);
        let mut packed = Vec::new();
        let numbers: Vec<_> = (0..20_000u32).map(|n| format!("{:x}", n.wrapping_mul(2_654_435_761))).collect();
        let numbers = numbers.concat();
        append_member(&mut packed, Level::default(), &[numbers.as_bytes()]);
        assert!(is_dense(&packed));
        for size in [LEAST_BYTES, 5_000, 70_000] {
            assert!(is_dense(&noise(size)), "{size}");
            assert!(!is_dense(&text.as_bytes()[..size]), "{size}");
        }
        assert!(!is_dense(numbers.as_bytes()));
        assert!(!is_dense(&noise(100)));
        assert!(!is_dense(&[0; 10_000]));
    }

    #[test]
    fn members_of_any_size_read_back() {
        let all = noise(200_000);
        let text = "WARC/1.1\r\nWARC-Type: response\r\n".repeat(40);
        for size in [0, 1, STORED_BYTES - 1, STORED_BYTES, STORED_BYTES + 1, 200_000] {
            for text in [text.as_bytes(), &all[..3_000], b""] {
                let mut out = b"before".to_vec();
                let length = append_stored(&mut out, text, &all[..size], b"\r\n\r\n").unwrap();
                assert_eq!(out.len() as u64, length + 6);
                assert!(gunzip(&out[6..]) == [text, &all[..size], b"\r\n\r\n"].concat());
            }
        }
    }

    #[test]
    fn nothing_is_lost_by_not_packing() {
        let (head, body) = ("WARC/1.1\r\nWARC-Type: response\r\n".repeat(20), noise(20_000));
        let (mut stored, mut packed) = (Vec::new(), Vec::new());
        append_stored(&mut stored, head.as_bytes(), &body, b"\r\n\r\n").unwrap();
        append_member(&mut packed, Level::default(), &[head.as_bytes(), &body, b"\r\n\r\n"]);
        assert!(stored.len() <= packed.len() + 16, "{} and {}", stored.len(), packed.len());
    }
}
