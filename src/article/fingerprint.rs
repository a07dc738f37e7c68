//! Content hash and near-duplicate signature, as pure functions of an article's text.

use crate::model::Digest;

pub use super::fold::normal_form;

/// Version of the normal form; part of the hashed bytes, so that two versions never meet by chance.
pub const NORMAL_FORM_VERSION: u32 = 1;

/// Values of a signature: 16 bands of 8.
pub const SIGNATURE_VALUES: usize = 128;
/// Bands looked up for candidates.
pub const BANDS: usize = 16;
/// Words of a shingle; a Vietnamese word here is a syllable.
const SHINGLE_WORDS: usize = 4;

/// Share of equal values from which two texts count as near-duplicates.
pub const NEAR_DUPLICATE: f64 = 0.75;

/// The digest of texts in normal form: title, lead, body paragraphs, in this order.
pub fn content_hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> Digest {
    let mut bytes = format!("luutru-nf{NORMAL_FORM_VERSION}");
    for part in parts {
        let part = normal_form(part);
        if !part.is_empty() {
            bytes.push(' ');
            bytes.push_str(&part);
        }
    }
    Digest::of(bytes.as_bytes())
}

/// A MinHash signature over word 4-shingles of the normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u32; SIGNATURE_VALUES]);

impl Signature {
    /// The signature of `text`, which is brought into normal form first. `None` for fewer than four words.
    pub fn of(text: &str) -> Option<Self> {
        let folded = normal_form(text);
        let words: Vec<u64> = folded.split(' ').map(|word| hash(word.as_bytes())).collect();
        if words.len() < SHINGLE_WORDS {
            return None;
        }
        let mut values = [u32::MAX; SIGNATURE_VALUES];
        for shingle in words.windows(SHINGLE_WORDS) {
            let seed = shingle.iter().fold(0u64, |seed, word| mix(seed.rotate_left(17) ^ word));
            let step = mix(seed ^ 0x9e37_79b9_7f4a_7c15) | 1;
            let mut value = seed;
            for slot in &mut values {
                // One multiplication a value: hashes of the family a·i + b, scrambled (Kirsch and Mitzenmacher).
                value = value.wrapping_add(step);
                let scrambled = (value ^ (value >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32;
                *slot = (*slot).min(u32::try_from(scrambled).unwrap_or(u32::MAX));
            }
        }
        Some(Self(values))
    }

    /// The estimated Jaccard likeness, 0 to 1.
    pub fn likeness(&self, other: &Self) -> f64 {
        let equal = self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count();
        f64::from(u32::try_from(equal).unwrap_or_default()) / f64::from(128u32)
    }

    /// One key a band: texts that share a key in the same band are candidates.
    pub fn bands(&self) -> [u64; BANDS] {
        let mut keys = [0u64; BANDS];
        for (band, (key, values)) in keys.iter_mut().zip(self.0.chunks_exact(SIGNATURE_VALUES / BANDS)).enumerate() {
            *key = values.iter().fold(band as u64 + 1, |key, value| mix(key ^ u64::from(*value)));
        }
        keys
    }
}

/// FNV-1a, 64 bits: stored signatures must not depend on a library's hash of the day.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The finaliser of SplitMix64.
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
