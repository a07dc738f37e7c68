//! UTF-8 that was read as windows-1252 and encoded again: `Ä‘Æ°á»ng`.

use encoding_rs::WINDOWS_1252;

/// Traces of such a text in a page's source.
pub(super) fn marks(source: &str) -> usize {
    ["á»", "áº", "Ã¡", "Ä‘", "Æ°"].iter().map(|mark| source.matches(mark).take(3).count()).sum()
}

/// The text once decoded; `None` unless all of it is UTF-8 again and holds a letter of Vietnamese.
///
/// A text in any language fails this by the first of its letters that no lead byte announced.
pub(super) fn restore(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let (bytes, _, lost) = WINDOWS_1252.encode(text);
    if lost {
        return None;
    }
    let restored = String::from_utf8(bytes.into_owned()).ok()?;
    let vietnamese = |c: char| matches!(c, 'à'..='ý' | 'À'..='Ý' | 'ă' | 'Ă' | 'đ' | 'Đ' | 'ĩ' | 'ũ' | 'ơ' | 'Ơ' | 'ư' | 'Ư' | '\u{1EA0}'..='\u{1EF9}');
    restored.chars().any(vietnamese).then_some(restored)
}
