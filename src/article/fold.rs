//! Keys for comparing texts: letter case, tone-mark placement, entities, punctuation folded. Never used for text itself.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::text::{composed, invisible};

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
    if text.contains('&') { key(&decode_twice(text)) } else { key(text) }
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

/// Characters below this are folded by a table: all of Vietnamese, and most of what stands around it.
const TABLE_SIZE: usize = 0x2100;

/// The lower-case letter or digit for each character; 0 for what is neither, 1 for what needs the long way.
static TABLE: LazyLock<Vec<u16>> = LazyLock::new(|| {
    (0..TABLE_SIZE)
        .map(|code| {
            let Some(c) = u32::try_from(code).ok().and_then(char::from_u32) else { return 1 };
            let mut lower = c.to_lowercase();
            match (c.is_alphanumeric(), lower.next(), lower.next()) {
                (false, ..) if invisible(c) => 1,
                (false, ..) => 0,
                (true, Some(one), None) => u16::try_from(u32::from(one)).unwrap_or(1),
                _ => 1,
            }
        })
        .collect()
});

/// A key for lexicon look-ups and comparing titles: as [`normal_form`], without decoding.
pub(super) fn key(text: &str) -> String {
    if composed(text) { fold(text) } else { fold(&text.nfc().collect::<String>()) }
}

/// Whether two texts have one key. Most that have not are told apart by their first letters.
pub(super) fn agree(one: &str, other: &str) -> bool {
    let first = |text: &str| text.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase());
    // No tone mark, moved or composed, makes one basic letter of another.
    let apart = match (first(one), first(other)) {
        (Some(a), Some(b)) => a != b && a.is_ascii() && b.is_ascii(),
        _ => false,
    };
    one == other || (!apart && key(one) == key(other))
}

fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    let table = TABLE.as_slice();
    let bytes = text.as_bytes();
    let mut word = 0;
    // What stays as it is, most of a text, is copied in runs; `kept` is behind the last space of a run.
    let (mut run, mut at, mut kept) = (0, 0, 0);
    let copy = |out: &mut String, word: &mut usize, run: usize, at: usize, kept: usize| {
        if kept > run {
            *word = out.len() + (kept - run);
        }
        out.push_str(&text[run..at]);
    };
    while at < bytes.len() {
        if matches!(bytes[at], b'a'..=b'z' | b'0'..=b'9') {
            at += 1;
            continue;
        }
        if bytes[at] == b' ' && ends_as_it_is(&bytes[run..at]) {
            at += 1;
            kept = at;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        let folded = table.get(c as usize).copied();
        let next = at + c.len_utf8();
        if folded.is_some_and(|lower| lower > 1 && u32::from(lower) == u32::from(c)) {
            at = next;
            continue;
        }
        copy(&mut out, &mut word, run, at, kept);
        (run, at) = (next, next);
        match folded {
            Some(0) => end_word(&mut out, &mut word),
            Some(lower) if lower > 1 => out.push(char::from_u32(u32::from(lower)).unwrap_or(c)),
            _ if invisible(c) => {}
            _ if c.is_alphanumeric() => out.extend(c.to_lowercase()),
            _ => end_word(&mut out, &mut word),
        }
    }
    copy(&mut out, &mut word, run, bytes.len(), kept);
    end_word(&mut out, &mut word);
    out.truncate(out.trim_end_matches(' ').len());
    out
}

/// Whether a run ends in a word whose end changes nothing: there is one, and no tone mark stands before a bare last letter.
fn ends_as_it_is(run: &[u8]) -> bool {
    match run {
        [.., before, b'a' | b'e' | b'y'] => before.is_ascii(),
        // Of one letter alone, what stands before it was copied earlier.
        [b'a' | b'e' | b'y'] | [] => false,
        [.., last] => *last != b' ',
    }
}

/// Folds the word that began at `start` and opens the next one.
fn end_word(out: &mut String, start: &mut usize) {
    if out.len() == *start {
        return;
    }
    // The old style leaves its last letter bare and marks the one before.
    let bare = matches!(out.as_bytes().last(), Some(b'a' | b'e' | b'y'));
    if bare && matches!(out.chars().nth_back(1), Some('ò' | 'ó' | 'ỏ' | 'õ' | 'ọ' | 'ù' | 'ú' | 'ủ' | 'ũ' | 'ụ'))
    {
        let mut word = out.split_off(*start);
        fold_tone(&mut word);
        out.push_str(&word);
    }
    out.push(' ');
    *start = out.len();
}
