//! Whether a word is a Vietnamese syllable: onset, rhyme and tone that can stand together.

use unicode_normalization::UnicodeNormalization;

const ONSETS: [&str; 29] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "q",
    "qu", "r", "s", "t", "th", "tr", "v", "x",
];

/// Rhymes without tone.
const RHYMES: &str = " a ac ach ai am an ang anh ao ap at au ay ă ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây \
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu \
o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong oong op ot \
ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uc ui um un ung up ut uân uâng uât uây uê uêch uênh uôc uôi uôm uôn uông uôt \
uơ uy uya uych uyt uynh uyên uyêt uyu uyp ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu \
y ych yt ynh yêm yên yêng yêt yêu ";

/// The longest syllable is `nghiêng`; nothing longer is looked up.
const LONGEST_CHARS: usize = 8;

/// Whether `word`, in any letter case, can be a syllable.
pub(super) fn is(word: &str) -> bool {
    let mut tone = None;
    let mut bare = String::new();
    for c in word.chars().take(LONGEST_CHARS + 1).flat_map(char::to_lowercase).nfd() {
        match c {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' if tone.is_some() => return false,
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => tone = Some(c),
            c => bare.push(c),
        }
    }
    let bare: String = bare.nfc().collect();
    if bare.is_empty() || bare.chars().count() > LONGEST_CHARS || bare.contains(' ') {
        return false;
    }
    // A stopped syllable takes two tones only.
    let stopped = bare.ends_with(['c', 'p', 't']) || bare.ends_with("ch");
    if stopped && !matches!(tone, Some('\u{301}' | '\u{323}')) {
        return false;
    }
    ONSETS.iter().any(|onset| bare.strip_prefix(onset).is_some_and(|rhyme| RHYMES.contains(&format!(" {rhyme} "))))
}

#[cfg(test)]
mod tests {
    use super::is;

    #[test]
    fn syllables_and_what_only_looks_like_them() {
        for word in
            ["Nguyễn", "nghiêng", "quyết", "giờ", "gì", "ĐƯỜNG", "uỷ", "ủy", "hoà", "khuya", "Ý", "xoăn", "quốc"]
        {
            assert!(is(word), "{word}");
        }
        for word in ["", " ", "été", "Müll", "toc", "tôt", "ngàc", "vŕ", "strong", "aø", "được được", "bềể"]
        {
            assert!(!is(word), "{word}");
        }
    }
}
