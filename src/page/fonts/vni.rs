//! VNI: a vowel and a code for its mark behind it; some letters have a code of their own.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::compose;

/// Codes behind `a`, `e`, `o` with a circumflex (`â` alone), and its tones.
const CIRCUMFLEX: [(char, Option<char>); 6] = [
    ('â', None),
    ('à', Some('\u{300}')),
    ('á', Some('\u{301}')),
    ('å', Some('\u{309}')),
    ('ã', Some('\u{303}')),
    ('ä', Some('\u{323}')),
];
/// Codes behind `a` with a breve, and its tones.
const BREVE: [(char, Option<char>); 6] = [
    ('ê', None),
    ('è', Some('\u{300}')),
    ('é', Some('\u{301}')),
    ('ú', Some('\u{309}')),
    ('ü', Some('\u{303}')),
    ('ë', Some('\u{323}')),
];
/// Codes behind any vowel: the tone alone.
const TONES: [(char, char); 5] =
    [('ø', '\u{300}'), ('ù', '\u{301}'), ('û', '\u{309}'), ('õ', '\u{303}'), ('ï', '\u{323}')];
/// Letters with a code of their own.
const LETTERS: [(char, char); 18] = [
    ('ô', 'ơ'),
    ('Ô', 'Ơ'),
    ('ö', 'ư'),
    ('Ö', 'Ư'),
    ('ñ', 'đ'),
    ('Ñ', 'Đ'),
    ('ì', 'ì'),
    ('Ì', 'Ì'),
    ('í', 'í'),
    ('Í', 'Í'),
    ('æ', 'ỉ'),
    ('Æ', 'Ỉ'),
    ('ó', 'ĩ'),
    ('Ó', 'Ĩ'),
    ('ò', 'ị'),
    ('Ò', 'Ị'),
    ('î', 'ỵ'),
    ('Î', 'Ỵ'),
];

/// The marks that `code` puts on `vowel`.
fn marks(vowel: char, code: char) -> Option<(Option<char>, Option<char>)> {
    let code = code.to_lowercase().next()?;
    let vowel = vowel.to_lowercase().next()?;
    if let Some((_, tone)) = TONES.iter().find(|(known, _)| *known == code) {
        return matches!(vowel, 'a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö').then_some((None, Some(*tone)));
    }
    if matches!(vowel, 'a' | 'e' | 'o')
        && let Some((_, tone)) = CIRCUMFLEX.iter().find(|(known, _)| *known == code)
    {
        return Some((Some('\u{302}'), *tone));
    }
    let (_, tone) = BREVE.iter().find(|(known, _)| vowel == 'a' && *known == code)?;
    Some((Some('\u{306}'), *tone))
}

/// `text` with vowels and their codes as one letter each.
pub(super) fn convert(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let base = LETTERS.iter().find(|(code, _)| *code == c).map_or(c, |(_, letter)| *letter);
        let Some((shape, tone)) = chars.peek().and_then(|next| marks(c, *next)) else {
            out.push(base);
            continue;
        };
        chars.next();
        let shaped = shape.and_then(|shape| compose(base, shape)).unwrap_or(base);
        match tone {
            Some(tone) => out.extend([shaped, tone].into_iter().nfc()),
            None => out.push(shaped),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::convert;

    #[test]
    fn pairs_become_letters_in_either_case() {
        assert_eq!(convert("Tieáng nöôùc chaûy qua ñaäp"), "Tiếng nước chảy qua đập");
        assert_eq!(convert("TRÖÔØNG ÑAËT ÔÛ BEÁN CHÔÏ"), "TRƯỜNG ĐẶT Ở BẾN CHỢ");
        assert_eq!(convert("Hai höõu, kyù, luõ, thò xaõ, ñeïp, nghæ, ñóa"), "Hai hữu, ký, lũ, thị xã, đẹp, nghỉ, đĩa");
    }
}
