//! A page as a row of pieces: constant ones, compressed once, and those of the moment.
//!
//! Why: benches ask for thousands of pages a second. Nearly all of a page never changes, so its bytes are shared and
//! its deflate blocks are kept; only counters, clock and lists are written and compressed anew.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress};

/// A constant piece with its compressed form.
#[derive(Debug)]
pub struct Chunk {
    raw: Bytes,
    packed: OnceLock<Packed>,
}

#[derive(Debug)]
struct Packed {
    blocks: Bytes,
    sum: Crc,
}

impl Chunk {
    /// A piece with these words.
    pub fn new(text: String) -> Arc<Self> {
        Arc::new(Self { raw: Bytes::from(text), packed: OnceLock::new() })
    }

    fn packed(&self) -> &Packed {
        self.packed.get_or_init(|| pack(&self.raw, &mut Compress::new(Compression::default(), false)))
    }
}

#[derive(Debug)]
enum Piece {
    Fixed(Arc<Chunk>),
    Own(String),
}

/// A page under construction.
#[derive(Debug, Default)]
pub struct Page {
    pieces: Vec<Piece>,
}

impl Page {
    /// A page of one text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { pieces: vec![Piece::Own(text.into())] }
    }

    /// Adds a constant piece.
    pub fn fixed(&mut self, chunk: &Arc<Chunk>) {
        self.pieces.push(Piece::Fixed(Arc::clone(chunk)));
    }

    /// The text of the moment at the end of the page, to push to.
    pub fn own(&mut self) -> &mut String {
        if !matches!(self.pieces.last(), Some(Piece::Own(_))) {
            self.pieces.push(Piece::Own(String::with_capacity(4096)));
        }
        match self.pieces.last_mut() {
            Some(Piece::Own(text)) => text,
            _ => unreachable!("an own piece was just pushed"),
        }
    }

    /// Uncompressed length in bytes.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.pieces.iter().map(|p| if let Piece::Fixed(c) = p { c.raw.len() } else { own_len(p) }).sum()
    }

    /// The bytes as they are.
    pub fn identity(self) -> Vec<Bytes> {
        self.pieces
            .into_iter()
            .map(|piece| match piece {
                Piece::Fixed(chunk) => chunk.raw.clone(),
                Piece::Own(text) => Bytes::from(text),
            })
            .filter(|bytes| !bytes.is_empty())
            .collect()
    }

    /// The bytes as one gzip member.
    pub fn gzip(self) -> Vec<Bytes> {
        const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
        let mut sum = Crc::new();
        let mut out = vec![Bytes::from_static(&HEAD)];
        for piece in self.pieces {
            match piece {
                Piece::Fixed(chunk) => {
                    let packed = chunk.packed();
                    sum.combine(&packed.sum);
                    out.push(packed.blocks.clone());
                }
                Piece::Own(text) if text.is_empty() => {}
                Piece::Own(text) => {
                    let packed = FAST.with_borrow_mut(|packer| pack(text.as_bytes(), packer));
                    sum.combine(&packed.sum);
                    out.push(packed.blocks);
                }
            }
        }
        // An empty last block closes the stream; check sum and length follow.
        let mut tail = vec![3, 0];
        tail.extend(sum.sum().to_le_bytes());
        tail.extend(sum.amount().to_le_bytes());
        out.push(Bytes::from(tail));
        out
    }
}

#[cfg(test)]
fn own_len(piece: &Piece) -> usize {
    if let Piece::Own(text) = piece { text.len() } else { 0 }
}

thread_local! {
    /// A compressor a thread for the pieces of the moment: setting one up costs more than using it.
    static FAST: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
}

/// Deflate blocks that end on a byte border and refer to nothing before them.
fn pack(raw: &[u8], packer: &mut Compress) -> Packed {
    let mut sum = Crc::new();
    sum.update(raw);
    packer.reset();
    let mut out = Vec::with_capacity(raw.len() / 2 + 64);
    loop {
        let done = packer.total_in() as usize;
        // Memory to memory there is no error but want of room, which the loop mends.
        let _ = packer.compress_vec(&raw[done..], &mut out, FlushCompress::Sync);
        if packer.total_in() as usize == raw.len() && out.len() < out.capacity() {
            break;
        }
        out.reserve(out.capacity());
    }
    Packed { blocks: Bytes::from(out), sum }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn gzip_pieces_join_to_one_member() {
        let chunk = Chunk::new("cố định ".repeat(300));
        let mut page = Page::default();
        page.own().push_str("đầu ");
        page.fixed(&chunk);
        page.own().push_str("giữa");
        page.fixed(&chunk);
        let text = format!("đầu {0}giữa{0}", "cố định ".repeat(300));
        assert_eq!(page.len(), text.len());
        let bytes: Vec<u8> = page.gzip().concat();
        let mut back = String::new();
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut back).unwrap();
        assert_eq!(back, text);
    }
}
