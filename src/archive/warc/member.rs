//! One record → one gzip member (ISO 28500 Annex D), in memory.

use std::cell::RefCell;

use libdeflater::{CompressionLvl, Compressor};
use serde::{Deserialize, Serialize};

/// Compression level of libdeflate, 1 to 12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Level(u8);

impl Level {
    /// `None` outside 1..=12.
    pub fn new(level: u8) -> Option<Self> {
        (1..=12).contains(&level).then_some(Self(level))
    }
}

impl Default for Level {
    /// 3: smaller files than zlib's 6 at twice its speed on news pages.
    fn default() -> Self {
        Self(3)
    }
}

impl TryFrom<u8> for Level {
    type Error = String;

    fn try_from(level: u8) -> Result<Self, String> {
        Self::new(level).ok_or_else(|| format!("compression level {level}: must be 1 to 12"))
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        level.0
    }
}

/// What a thread keeps between records: the compressor's tables (about 600 KiB at level 3), the record's bytes, and room
/// for the member.
struct Bench {
    level: Level,
    compressor: Compressor,
    record: Vec<u8>,
    member: Vec<u8>,
}

/// Scratch space above this is given back, so that one huge capture does not stay in memory for good.
const KEEP_SCRATCH_BYTES: usize = 4 << 20;

thread_local! {
    static BENCH: RefCell<Option<Bench>> = const { RefCell::new(None) };
}

/// Appends `parts`, as one gzip member, to `out`; returns the member's length in bytes.
pub fn append_member(out: &mut Vec<u8>, level: Level, parts: &[&[u8]]) -> u64 {
    BENCH.with_borrow_mut(|slot| {
        let mut bench = match slot.take() {
            Some(bench) if bench.level == level => bench,
            _ => Bench { level, compressor: new_compressor(level), record: Vec::new(), member: Vec::new() },
        };
        bench.record.clear();
        for part in parts {
            bench.record.extend_from_slice(part);
        }
        let bound = bench.compressor.gzip_compress_bound(bench.record.len());
        // Grows only, so that no room is cleared twice.
        if bench.member.len() < bound {
            bench.member.resize(bound, 0);
        }
        // Cannot fail: the bound is the compressor's own. Were it wrong, an empty member would be caught on reading.
        let length = bench.compressor.gzip_compress(&bench.record, &mut bench.member).unwrap_or(0);
        out.extend_from_slice(&bench.member[..length]);
        if bench.member.len() > KEEP_SCRATCH_BYTES {
            bench.member = Vec::new();
        }
        bench.record.shrink_to(KEEP_SCRATCH_BYTES);
        *slot = Some(bench);
        length as u64
    })
}

/// A compressor; the level was checked when it was made.
fn new_compressor(level: Level) -> Compressor {
    Compressor::new(CompressionLvl::new(i32::from(level.0)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::warc::testing::gunzip;

    #[test]
    fn members_stand_alone() {
        let mut out = Vec::new();
        let first = append_member(&mut out, Level::default(), &[b"WARC", b"/1.1"]);
        let second = append_member(&mut out, Level::new(1).unwrap(), &["x".repeat(100_000).as_bytes()]);
        assert_eq!(out.len() as u64, first + second);
        assert_eq!(gunzip(&out[..usize::try_from(first).unwrap()]), b"WARC/1.1");
    }

    #[test]
    fn levels_are_checked() {
        assert_eq!(Level::new(0), None);
        assert!(serde_json::from_str::<Level>("13").is_err());
        assert_eq!(serde_json::from_str::<Level>("6").unwrap(), Level::new(6).unwrap());
    }
}
