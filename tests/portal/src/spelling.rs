//! Tone-mark placement, slugs and decomposition: the spellings in which one and the same text meets a crawler.

use unicode_normalization::UnicodeNormalization;

/// Where the tone mark stands on open syllables in `oa`, `oe`, `uy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// `ủy`, `hòa`: on the first letter.
    Old,
    /// `uỷ`, `hoà`: on the second letter.
    New,
    /// Both in one text, as happens when several hands type it.
    Mixed,
}

impl Tone {
    /// The style a second portal prints the same text in.
    pub fn other(self) -> Self {
        if self == Self::New { Self::Old } else { Self::New }
    }
}

const PAIRS: [(&str, &str); 15] = [
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

/// Respells a text. Only whole open syllables change, never `hoàn`, `thuyết` or `quý`.
///
/// [`Tone::Mixed`] shifts every third of the syllables that a text in the old style has.
pub fn respell(text: &str, tone: Tone) -> String {
    let mut out = String::with_capacity(text.len());
    let mut count = 0_usize;
    let mut word = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_alphabetic() {
            word.push(c);
            continue;
        }
        match shifted(&word, tone == Tone::Old) {
            Some(other) => {
                count += 1;
                out.push_str(if tone != Tone::Mixed || count % 3 == 1 { &other } else { &word });
            }
            None => out.push_str(&word),
        }
        word.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

/// The form of a word in the other style, when it is an open syllable of the three rhymes.
fn shifted(word: &str, back: bool) -> Option<String> {
    let mut tail = word.char_indices().rev();
    let start = tail.nth(1).map(|(i, _)| i)?;
    let (head, end) = word.split_at(start);
    let low = end.to_lowercase();
    // In `quỳ` the u belongs to the onset, so nothing shifts there.
    if head.ends_with(['q', 'Q']) {
        return None;
    }
    let new = PAIRS.iter().find_map(|(old, new)| {
        let (from, to) = if back { (new, old) } else { (old, new) };
        (*from == low).then_some(to)
    })?;
    let upper_first = end.starts_with(char::is_uppercase);
    let upper_last = end.ends_with(char::is_uppercase);
    let mut out = head.to_owned();
    for (i, c) in new.chars().enumerate() {
        if (i == 0 && upper_first) || (i == 1 && upper_last) {
            out.extend(c.to_uppercase());
        } else {
            out.push(c);
        }
    }
    Some(out)
}

/// Canonical composition.
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// Canonical decomposition: letters and their marks apart.
pub fn nfd(text: &str) -> String {
    text.nfd().collect()
}

/// An address part: marks dropped, `đ` as `d`, everything else a hyphen; at most about `limit` bytes, cut at a word.
pub fn slug(text: &str, limit: usize) -> String {
    let mut out = String::new();
    for c in text.nfd() {
        match c {
            'đ' | 'Đ' => out.push('d'),
            c if c.is_ascii_alphanumeric() => out.push(c.to_ascii_lowercase()),
            '\u{300}'..='\u{36f}' => {}
            _ if out.ends_with('-') || out.is_empty() => {}
            _ => out.push('-'),
        }
    }
    if out.len() > limit {
        let cut = out[..limit].rfind('-').unwrap_or(limit);
        out.truncate(cut);
    }
    out.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_open_syllables_shift() {
        let old = "Ủy ban thủy sản hoàn thiện quy hoạch, khóa XVII; HÒA giải, của quý";
        let new = "Uỷ ban thuỷ sản hoàn thiện quy hoạch, khoá XVII; HOÀ giải, của quý";
        assert_eq!(respell(old, Tone::New), new);
        assert_eq!(respell(old, Tone::Old), old);
        assert_eq!(respell(new, Tone::Old), old);
        assert_ne!(respell(old, Tone::Mixed), new);
    }

    #[test]
    fn slugs_are_plain() {
        assert_eq!(slug("Đồng bộ  “giải pháp”, năm 2026", 80), "dong-bo-giai-phap-nam-2026");
        assert_eq!(slug("một hai ba bốn", 9), "mot-hai");
    }
}
