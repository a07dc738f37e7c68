//! A gzip member at once, where both its ends are at hand: in less than half the time that piece by piece takes.

use libdeflater::{Decompressor, crc32};
use memchr::memmem::Finder;

/// What starts a member (RFC 1952 section 2.3.1).
pub const MAGIC: [u8; 3] = [0x1f, 0x8b, 0x08];
/// The fields before the deflate stream, and CRC32 and ISIZE after it, in bytes (RFC 1952 section 2.3).
const FRAME: (usize, usize) = (10, 8);
/// The largest member that is unpacked at once, in bytes unpacked.
const LARGEST: usize = 1 << 20;
/// Places that look like the next member's start. More are found in what was packed before.
const TRIES: usize = 4;

/// Unpacks members whole.
pub struct Whole {
    inflate: Decompressor,
    magic: Finder<'static>,
}

impl std::fmt::Debug for Whole {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Whole").finish_non_exhaustive()
    }
}

impl Whole {
    pub fn new() -> Self {
        Self { inflate: Decompressor::new(), magic: Finder::new(&MAGIC) }
    }

    /// Unpacks the member that `input` starts with; gives its packed length, and that of what is in `output` then.
    ///
    /// `None` where its end cannot be told (`last`: nothing comes behind `input`), where it is large, and where anything is
    /// wrong with it: piece by piece it will show what.
    pub fn unpack(&mut self, input: &[u8], last: bool, output: &mut Vec<u8>) -> Option<(usize, usize)> {
        let behind = input.get(FRAME.0..)?;
        let ends = self.magic.find_iter(behind).map(|at| at + FRAME.0);
        for end in ends.chain(last.then_some(input.len())).take(TRIES) {
            let Some((_, trailer)) = input[..end].split_last_chunk::<8>() else { continue };
            let [crc, size] = [&trailer[..4], &trailer[4..]].map(|word| word.try_into().map(u32::from_le_bytes));
            let (Ok(crc), Ok(size)) = (crc, size) else { continue };
            let size = size as usize;
            if end < FRAME.0 + FRAME.1 || size > LARGEST {
                continue;
            }
            if output.len() < size {
                output.resize(size, 0);
            }
            let unpacked = self.inflate.gzip_decompress(&input[..end], &mut output[..size]);
            // Rubbish behind a sound member is passed over in silence: the last bytes have to be this member's own.
            if unpacked.is_ok_and(|length| length == size) && crc32(&output[..size]) == crc {
                return Some((end, size));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(text: &[u8]) -> Vec<u8> {
        let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::new(3).unwrap());
        let mut out = vec![0; compressor.gzip_compress_bound(text.len())];
        let length = compressor.gzip_compress(text, &mut out).unwrap();
        out.truncate(length);
        out
    }

    #[test]
    fn a_member_ends_where_the_next_begins_or_the_file_ends() {
        let (text, mut output) = ("Lưu trữ ".repeat(900), Vec::new());
        let (first, second) = (member(text.as_bytes()), member(b"second"));
        let both = [first.clone(), second].concat();
        let mut whole = Whole::new();
        for (input, last) in [(&both, false), (&both, true), (&first, true)] {
            assert_eq!(whole.unpack(input, last, &mut output), Some((first.len(), text.len())));
            assert_eq!(&output[..text.len()], text.as_bytes());
        }
        assert_eq!(whole.unpack(&first, false, &mut output), None, "more may come");
    }

    #[test]
    fn a_member_that_holds_gzip_itself_is_whole() {
        let (inner, mut output) = (member(b"a body that the server packed"), Vec::new());
        let text = [b"WARC/1.1\r\n\r\n".as_slice(), &inner].concat();
        // Stored, as what is packed already is: the magic stands in the open.
        let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::new(0).unwrap());
        let mut outer = vec![0; compressor.gzip_compress_bound(text.len())];
        let length = compressor.gzip_compress(&text, &mut outer).unwrap();
        let outer = [&outer[..length], &member(b"next")].concat();
        assert_eq!(Whole::new().unpack(&outer, false, &mut output), Some((length, text.len())));
        assert_eq!(&output[..text.len()], &text);
    }

    #[test]
    fn anything_wrong_is_left_to_the_other_way() {
        let text = "Lưu trữ ".repeat(900);
        let (sound, next, mut output) = (member(text.as_bytes()), member(b"next"), Vec::new());
        let mut whole = Whole::new();
        for at in 0..sound.len() {
            let mut changed = sound.clone();
            // The time, the extra flags and the system of RFC 1952 tell nothing of the data.
            if (4..10).contains(&at) {
                continue;
            }
            changed[at] ^= 0x55;
            assert_eq!(whole.unpack(&[changed, next.clone()].concat(), true, &mut output), None, "byte {at}");
            assert_eq!(whole.unpack(&sound[..at], true, &mut output), None, "cut at {at}");
        }
        let rubbish = [sound.clone(), sound[sound.len() - 4..].to_vec(), next].concat();
        assert_eq!(whole.unpack(&rubbish, true, &mut output), None, "rubbish between two members");
    }
}
