//! Keys for comparing texts: letter case, tone-mark placement, entities, punctuation folded. Never used for text itself.

use unicode_normalization::UnicodeNormalization;

use super::text::{blank, invisible};

/// Old-style rhymes (mark on the first letter) and the new style they fold to, whole open syllables only.
const TONES: [(&str, &str); 15] = [
    ("òa", "oà"),
    ("óa", "oá"),
    ("ỏa", "oả"),
    ("õa", "oã"),
    ("ọa", "oạ"),
    ("òe", "oè"),
    ("óe", "oé"),
    ("ỏe", "oẻ"),
    ("õe", "oẽ"),
    ("ọe", "oẹ"),
    ("ùy", "uỳ"),
    ("úy", "uý"),
    ("ủy", "uỷ"),
    ("ũy", "uỹ"),
    ("ụy", "uỵ"),
];

/// Named entities that CMS editors leave in texts, without `&` and `;`, and the letters they stand for.
const ENTITIES: [(&str, char); 48] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("bull", '•'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("atilde", 'ã'),
    ("egrave", 'è'),
    ("eacute", 'é'),
    ("ecirc", 'ê'),
    ("igrave", 'ì'),
    ("iacute", 'í'),
    ("ograve", 'ò'),
    ("oacute", 'ó'),
    ("ocirc", 'ô'),
    ("otilde", 'õ'),
    ("ugrave", 'ù'),
    ("uacute", 'ú'),
    ("yacute", 'ý'),
    ("Agrave", 'À'),
    ("Aacute", 'Á'),
    ("Acirc", 'Â'),
    ("Atilde", 'Ã'),
    ("Egrave", 'È'),
    ("Eacute", 'É'),
    ("Ecirc", 'Ê'),
    ("Igrave", 'Ì'),
    ("Iacute", 'Í'),
    ("Ograve", 'Ò'),
    ("Oacute", 'Ó'),
    ("Ocirc", 'Ô'),
    ("Otilde", 'Õ'),
    ("Ugrave", 'Ù'),
    ("Uacute", 'Ú'),
    ("Yacute", 'Ý'),
];

/// The longest entity that is looked at, in bytes.
const MAX_ENTITY_BYTES: usize = 10;

/// Decodes entities once: the named ones of [`ENTITIES`] and numbers.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        let end = tail.bytes().take(MAX_ENTITY_BYTES).position(|byte| byte == b';');
        if let Some((c, length)) = end.and_then(|end| entity(&tail[..end]).map(|c| (c, end + 1))) {
            out.push(c);
            rest = &tail[length..];
        } else {
            out.push('&');
            rest = tail;
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, c)| *c)
}

/// `text` with entities decoded, twice since CMS exports encode twice.
pub(super) fn decode_twice(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    entities(&entities(text))
}

/// Letters and digits of `text` in the normal form, single spaces between.
///
/// Entities decoded twice, NFC, lower case, tone-mark placement folded on whole open syllables.
pub fn normal_form(text: &str) -> String {
    let decoded = decode_twice(text);
    let mut out = String::with_capacity(decoded.len());
    let mut word = String::with_capacity(16);
    for c in decoded.nfc().filter(|c| !invisible(*c)) {
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        } else {
            flush(&mut out, &mut word);
        }
    }
    flush(&mut out, &mut word);
    out
}

fn flush(out: &mut String, word: &mut String) {
    if word.is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push(' ');
    }
    fold_tone(word);
    out.push_str(word);
    word.clear();
}

/// Moves the tone mark of one lower-case syllable to the new style, when its rhyme is exactly `oa`, `oe` or `uy`.
///
/// Not after `q`, where `u` belongs to the onset (`quý` has one spelling), and not before a coda (`hoàn`).
fn fold_tone(word: &mut String) {
    let Some((old, new)) = TONES.iter().find(|(old, _)| word.ends_with(old)) else { return };
    let onset = &word[..word.len() - old.len()];
    let vowel_before = onset.chars().next_back().is_some_and(|c| !consonant(c));
    if vowel_before || onset.ends_with('q') {
        return;
    }
    let at = onset.len();
    word.truncate(at);
    word.push_str(new);
}

const fn consonant(c: char) -> bool {
    matches!(c, 'b' | 'c' | 'd' | 'đ' | 'g' | 'h' | 'k' | 'l' | 'm' | 'n' | 'p' | 'q' | 'r' | 's' | 't' | 'v' | 'x')
}

/// A key for lexicon look-ups and comparing titles: as [`normal_form`], without decoding.
pub(super) fn key(text: &str) -> String {
    let plain = text.chars().all(|c| c < '\u{300}' || matches!(c, '\u{1EA0}'..='\u{1EF9}' | '\u{2010}'..='\u{2026}'));
    let mut out = String::with_capacity(text.len());
    let mut word = String::with_capacity(16);
    let mut take = |c: char| {
        if c.is_alphanumeric() {
            if c.is_ascii() { word.push(c.to_ascii_lowercase()) } else { word.extend(c.to_lowercase()) }
        } else if !invisible(c) || blank(c) {
            flush(&mut out, &mut word);
        }
    };
    if plain {
        text.chars().for_each(&mut take);
    } else {
        text.nfc().for_each(&mut take);
    }
    flush(&mut out, &mut word);
    out
}
