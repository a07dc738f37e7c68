//! The form of a text block: NFC, one space for a run of spaces, nothing invisible. Never respelled.

use unicode_normalization::UnicodeNormalization;

/// Characters that take no room and carry no meaning in Vietnamese text.
pub(crate) const fn invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
        || (c.is_ascii_control() && !c.is_ascii_whitespace())
        || matches!(c, '\u{80}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// White space of any width, the no-break ones included.
pub(crate) const fn blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{A0}' | '\u{3000}')
}

/// Appends `piece` to `line`, folding white space across the seam.
pub(super) fn push_folded(line: &mut String, piece: &str) {
    let bytes = piece.as_bytes();
    // ASCII runs and ordinary letters are copied in one go; only these bytes can start something to fold.
    let plain = |byte: u8| byte > b' ' && !matches!(byte, 0xC2 | 0xE2 | 0xEF);
    let (mut run, mut at) = (0, 0);
    line.reserve(piece.len());
    while let Some(byte) = bytes.get(at) {
        if plain(*byte) {
            at += 1;
            continue;
        }
        // One blank between two words is as it should be.
        if *byte == b' ' && at > run && bytes.get(at + 1).is_some_and(|next| plain(*next)) {
            at += 2;
            continue;
        }
        line.push_str(&piece[run..at]);
        let Some(c) = piece[at..].chars().next() else { return };
        if invisible(c) {
        } else if blank(c) {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else {
            line.push(c);
        }
        at += c.len_utf8();
        run = at;
    }
    line.push_str(&piece[run..]);
}

/// A whole block in its final form.
pub(super) fn clean(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    push_folded(&mut line, text);
    line.truncate(line.trim_end().len());
    nfc(line)
}

/// `text` in NFC; nearly all of it is already.
pub(super) fn nfc(text: String) -> String {
    if composed(&text) { text } else { text.nfc().collect() }
}

/// Whether a text is in NFC for certain: no lead byte of anything that could compose or change.
pub(super) fn composed(text: &str) -> bool {
    // C3 to C6 (Latin) and E1 BA/BB (Vietnamese) are safe; so are punctuation, arrows, frames, shapes and dingbats (E2 up to
    // AA, without the letter-like signs and marks of 83 and 84 and the brackets of 8C) and pictographs (F0 9F). CC, CD
    // (combining marks) and the rest are looked at by the library.
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += match (byte, bytes.get(at + 1)) {
            (0..=0xC6, _) => 1,
            (0xE1, Some(0xBA | 0xBB)) | (0xE2, Some(0x80..=0x82 | 0x85..=0x8B | 0x8D..=0xAA)) => 3,
            (0xF0, Some(0x9F)) => 4,
            _ => return false,
        };
    }
    true
}

/// Characters of `text`.
pub(super) fn length(text: &str) -> usize {
    text.chars().count()
}

/// Whether a line holds no letter and no digit.
pub(super) fn bare(text: &str) -> bool {
    !text.chars().any(char::is_alphanumeric)
}
