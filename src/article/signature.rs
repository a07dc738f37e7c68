//! Near-duplicate signatures: one-permutation MinHash over word 4-shingles, a byte a value.
//!
//! Every shingle gets one 64-bit hash: its top bits choose one of 128 bins, the smallest hash of a bin stands for it (Li,
//! Owen, Zhang 2012). An empty bin borrows from another, chosen by a hash of the bin's number alone (Shrivastava 2017), so
//! that equal texts borrow alike. Of each value the low byte is kept (b-bit MinHash, Li and König 2010): two texts agree in
//! a byte with probability `J + (1 - J) / 256`, where `J` is the Jaccard likeness of their shingles. One hash a shingle in
//! place of 128 keeps the cost far below that of reading the page.
//!
//! What is compared can be told from a text file and its record, so that a rebuild needs no page: the blocks of at least
//! twelve words that are no picture's label. Title, date line and byline seldom are that long; none of them says what a
//! text is about.

use std::borrow::Cow;

use super::fold::normal_form;

/// Values of a signature.
pub const VALUES: usize = 128;
/// Bands looked up for candidates: each is a row of the ledger to find, to read and to write, so that they are few.
pub const BANDS: usize = 8;
/// Values of a band, the first of its sixteen; the rest tells how like two texts are, not which to compare.
const BAND_VALUES: usize = 5;
/// Words of a shingle; a Vietnamese word here is a syllable.
const SHINGLE_WORDS: usize = 4;
/// Words of a block that is compared.
const BLOCK_WORDS: usize = 12;
/// Words below which a text is compared with nothing: too little to be like anything by more than chance.
const TEXT_WORDS: usize = 24;

/// Likeness from which two texts count as near-duplicates. With 128 values the estimate is off by 0.04 (one standard error),
/// and 8 bands of 5 find a pair of this likeness with a probability of 0.88, one of 0.85 with 0.99; one of 0.1, as texts of
/// one topic have it, with 0.0001.
pub const NEAR_DUPLICATE: f64 = 0.75;

/// A MinHash signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; VALUES]);

impl Signature {
    /// The signature of a text file's content; `label` tells the labels of pictures. `None` for a text of few words.
    pub fn of(text: &str, label: impl Fn(&str) -> bool) -> Option<Self> {
        Self::of_blocks(text, label, |block| Cow::Owned(normal_form(block)))
    }

    /// The same, where normal forms of blocks may be known already.
    pub fn of_blocks<'f>(
        text: &str,
        label: impl Fn(&str) -> bool,
        mut form: impl FnMut(&str) -> Cow<'f, str>,
    ) -> Option<Self> {
        let mut words: Vec<u64> = Vec::with_capacity(text.len() / 5);
        for block in text.trim_end().split("\n\n").filter(|block| !label(block)) {
            let folded = form(block);
            let start = words.len();
            hash_words(folded.as_bytes(), &mut words);
            if words.len() - start < BLOCK_WORDS {
                words.truncate(start);
            }
        }
        if words.len() < TEXT_WORDS {
            return None;
        }
        let mut bins = [u64::MAX; VALUES];
        for shingle in words.windows(SHINGLE_WORDS) {
            let value = mix(shingle.iter().fold(0u64, |seed, word| seed.rotate_left(17).wrapping_mul(5) ^ word));
            // The top seven bits: 128 bins.
            let bin = &mut bins[usize::try_from(value >> 57).unwrap_or_default()];
            *bin = (*bin).min(value);
        }
        let mut values = [0; VALUES];
        for (number, value) in (0u64..).zip(&mut values) {
            *value = filled(&bins, number).to_le_bytes()[0];
        }
        Some(Self(values))
    }

    /// The signature as it was stored.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The estimated Jaccard likeness, 0 to 1.
    pub fn likeness(&self, other: &Self) -> f64 {
        let equal = self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count();
        let share = f64::from(u32::try_from(equal).unwrap_or_default()) / 128.0;
        // Bytes that agree by chance are taken out.
        ((share - 1.0 / 256.0) / (1.0 - 1.0 / 256.0)).max(0.0)
    }

    /// One key a band: texts that share a key in the same band are candidates.
    pub fn bands(&self) -> impl Iterator<Item = (u8, &[u8])> {
        (0u8..).zip(self.0.chunks_exact(VALUES / BANDS).map(|values| &values[..BAND_VALUES]))
    }
}

/// The value of a bin, or of the one that it borrows from.
fn filled(bins: &[u64; VALUES], number: u64) -> u64 {
    let mut at = number;
    for attempt in 1u64.. {
        let value = bins[usize::try_from(at).unwrap_or_default() % VALUES];
        if value != u64::MAX {
            return value;
        }
        at = mix(number ^ (attempt << 32)) % VALUES as u64;
    }
    u64::MAX
}

/// The [`hash`] of each word of a normal form, in one pass.
fn hash_words(folded: &[u8], words: &mut Vec<u64>) {
    let mut word = FNV_BASIS;
    for byte in folded {
        if *byte == b' ' {
            words.push(std::mem::replace(&mut word, FNV_BASIS));
        } else {
            word = fnv(word, *byte);
        }
    }
    words.push(word);
}

const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;

const fn fnv(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0100_0000_01b3)
}

/// FNV-1a, 64 bits: stored signatures must not depend on a library's hash of the day.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(FNV_BASIS, |hash, byte| fnv(hash, *byte))
}

/// The finaliser of SplitMix64.
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(word: &str, step: usize) -> String {
        let line =
            |n: usize| format!("Đoạn {n} kể {word} thứ {} của xã bên sông lớn khi trời đã vào mùa nước.", n * step);
        (0..40).map(line).collect::<Vec<_>>().join("\n\n")
    }

    fn of(text: &str) -> Option<Signature> {
        Signature::of(text, |_| false)
    }

    #[test]
    fn signatures_tell_near_copies_from_other_texts() {
        let one = long("việc", 7);
        let edited = one.replacen("việc", "chuyện lạ", 2);
        let other = (0..60)
            .map(|n| format!("Hồ {n} tích nước cho {} thửa ruộng phía đồi.", n * 5))
            .collect::<Vec<_>>()
            .join(" ");
        let (one, edited, other) = (of(&one).unwrap(), of(&edited).unwrap(), of(&other).unwrap());
        assert!(one.likeness(&edited) >= NEAR_DUPLICATE, "{}", one.likeness(&edited));
        assert!(one.likeness(&other) < 0.2, "{}", one.likeness(&other));
        assert!(one.bands().zip(edited.bands()).any(|(a, b)| a == b));
        assert!(one.bands().zip(other.bands()).all(|(a, b)| a != b));
    }

    #[test]
    fn the_estimate_is_near_the_likeness() {
        // Two texts of blocks of their own with a shared part: the Jaccard likeness of their shingles is known.
        for shared in [10usize, 20, 30] {
            let block = |tag: &str, n: usize| (0..40).map(|w| format!("{tag}{n}w{w}")).collect::<Vec<_>>().join(" ");
            let text = |tag: &str| {
                let blocks = (0..40).map(|n| if n < shared { block("s", n) } else { block(tag, n) });
                blocks.collect::<Vec<_>>().join("\n\n")
            };
            let (a, b) = (of(&text("a")).unwrap(), of(&text("b")).unwrap());
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let truth = shared as f64 / (80 - shared) as f64;
            assert!((a.likeness(&b) - truth).abs() < 0.13, "{shared}: {} for {truth}", a.likeness(&b));
        }
    }

    #[test]
    fn labels_short_blocks_and_spelling_do_not_count() {
        let text = long("việc", 3);
        let label = "Ảnh: quang cảnh buổi lễ trao quà cho bà con trong xã sau trận lũ vừa qua";
        let framed = format!("Tiêu đề khác\n\n20/11/2026 08:00\n\n{label}\n\n{text}\n\nTrần Văn Cảnh\n");
        assert_eq!(Signature::of(&framed, |block| block == label), of(&text));
        assert_eq!(of(&text.to_uppercase()), of(&text));
        assert_eq!(of("ba từ thôi\n"), None);
    }

    #[test]
    fn words_are_hashed_as_one_by_one() {
        for text in ["", "một", "một hai ba", "đường 9 qua sông"] {
            let mut words = Vec::new();
            hash_words(text.as_bytes(), &mut words);
            assert_eq!(words, text.split(' ').map(|word| hash(word.as_bytes())).collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn a_short_text_borrows_for_its_empty_bins() {
        let text = "một hai ba bốn năm sáu bảy tám chín mười mười một mười hai mười ba mười bốn mười lăm mười sáu rồi lại đi nữa";
        let one = of(text).unwrap();
        assert!(one.likeness(&of(text).unwrap()) > 0.999);
    }

    #[test]
    fn stored_forms_never_change_unnoticed() {
        // Signatures are kept in ledgers: a change needs a new version of its rows.
        let one = of(&long("việc", 7)).unwrap();
        assert_eq!(one.0[..8], GOLDEN);
    }

    const GOLDEN: [u8; 8] = [102, 1, 200, 9, 153, 126, 172, 137];
}
