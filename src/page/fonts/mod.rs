//! Vietnamese written for fonts of its own, before Unicode, and UTF-8 that was encoded twice → the letters meant.
//!
//! TCVN3 (ABC, `.VnTime`) and VNI (`VNI-Times`) put Vietnamese shapes on the codes of western letters, so no charset names
//! them: the text arrives as sound Latin-1 that nobody can read. Promises: a page is taken for one of these only when many
//! of its words are Vietnamese syllables in that reading and no words at all as they stand; single texts that read well as
//! they are (a menu in Unicode around an old article) stay. Refuses: bytes; what was captured is never touched.

mod syllable;
mod tcvn3;
mod twice;
mod vni;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

/// How the letters of a text were put down, where it was not in Unicode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OldLetters {
    /// TCVN 5712:1993, the fonts of the ABC set, named `.VnTime` and so on.
    Tcvn3,
    /// The fonts named `VNI-Times` and so on.
    Vni,
    /// UTF-8 that somebody read as windows-1252 and encoded once more.
    TwiceUtf8,
}

/// Words that only an old reading explains, from which a page is taken for one, when its markup names no such font.
const WORDS: usize = 8;
/// The same where it does.
const WORDS_NAMED: usize = 2;
/// Text that is looked at, in bytes.
const LOOKED_AT_BYTES: usize = 256 << 10;

impl OldLetters {
    /// What the record says about a text that was converted.
    pub const fn note(self) -> &'static str {
        match self {
            Self::Tcvn3 => "text converted from the font encoding TCVN3 (ABC)",
            Self::Vni => "text converted from the font encoding VNI",
            Self::TwiceUtf8 => "text converted from UTF-8 that was encoded twice",
        }
    }

    /// Whether the source of a page gives reason to look closer; costs one pass over its bytes.
    pub fn suspected(source: &str) -> bool {
        named(source).is_some() || strange_pairs(source) >= WORDS || twice::marks(source) >= 3
    }

    /// What the texts of a page are written in, when not in Unicode. `source` is searched for the names of fonts.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>, source: &str) -> Option<Self> {
        let named = named(source);
        let mut tallies = [(Self::Tcvn3, Tally::default()), (Self::Vni, Tally::default())];
        let (mut twice, mut seen) = (0usize, 0usize);
        for text in texts {
            if text.is_ascii() {
                continue;
            }
            seen += text.len();
            if seen > LOOKED_AT_BYTES {
                break;
            }
            twice += usize::from(twice::restore(text).is_some());
            for (font, tally) in &mut tallies {
                tally.add(text, *font);
            }
        }
        if twice >= 2 {
            return Some(Self::TwiceUtf8);
        }
        let best = tallies.into_iter().max_by_key(|(_, tally)| tally.gained)?;
        let least = if named == Some(best.0) { WORDS_NAMED } else { WORDS };
        best.1.convinces(least).then_some(best.0)
    }

    /// `text` in Unicode; `None` when it reads better as it is.
    pub fn restore(self, text: &str) -> Option<String> {
        if text.is_ascii() {
            return None;
        }
        if self == Self::TwiceUtf8 {
            return twice::restore(text);
        }
        let mut tally = Tally::default();
        tally.add(text, self);
        (tally.gained > tally.lost && !tally.unicode).then(|| self.convert(text))
    }

    fn convert(self, text: &str) -> String {
        match self {
            Self::Tcvn3 => tcvn3::convert(text),
            Self::Vni => vni::convert(text),
            Self::TwiceUtf8 => twice::restore(text).unwrap_or_else(|| text.to_owned()),
        }
    }
}

/// Whether a font is one of the ABC set's that show small letters as capitals: `.VnTimeH`.
pub fn shows_capitals(font: &str) -> bool {
    let lower = font.to_ascii_lowercase();
    let name = lower.find(".vn").map(|at| &lower[at..]);
    name.is_some_and(|name| name.split(['"', '\'', ',', ';', '}']).next().unwrap_or(name).trim_end().ends_with('h'))
}

/// Which old font the markup names.
fn named(source: &str) -> Option<OldLetters> {
    let bytes = source.as_bytes();
    for at in memchr::memchr_iter(b'n', bytes).chain(memchr::memchr_iter(b'N', bytes)) {
        let Some(before) = at.checked_sub(2).map(|from| &bytes[from..at]) else { continue };
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        if before.eq_ignore_ascii_case(b".v") && next.is_ascii_uppercase() {
            return Some(OldLetters::Tcvn3);
        }
        let vni = bytes.get(at - 1..at + 3).is_some_and(|name| name.eq_ignore_ascii_case(b"vni-"));
        if vni && bytes.get(at + 3).is_some_and(u8::is_ascii_alphabetic) {
            return Some(OldLetters::Vni);
        }
    }
    None
}

/// Western letters and signs that Vietnamese does not use, with a letter before them: `c¸c`, `vaø`.
fn strange_pairs(source: &str) -> usize {
    let bytes = source.as_bytes();
    memchr::memchr2_iter(0xC2, 0xC3, bytes)
        .filter(|at| {
            let before = at.checked_sub(1).is_some_and(|before| bytes[before].is_ascii_alphabetic());
            let strange = match (bytes[*at], bytes.get(at + 1)) {
                (0xC2, Some(next)) => (0xA1..=0xBE).contains(next) && *next != 0xAD,
                (0xC3, Some(next)) => matches!(
                    next,
                    0x84..=0x87 | 0x8B | 0x8E..=0x91 | 0x96..=0x98 | 0x9B | 0x9C | 0x9E | 0x9F | 0xA4..=0xA7 | 0xAB
                        | 0xAE..=0xB1 | 0xB6..=0xB8 | 0xBB | 0xBC | 0xBE
                ),
                _ => false,
            };
            before && strange
        })
        .take(WORDS)
        .count()
}

/// What a text's words say for and against one reading.
#[derive(Debug, Default)]
struct Tally {
    /// Words that are syllables in the old reading only.
    gained: usize,
    /// Words that are syllables as they stand only.
    lost: usize,
    /// Words that are syllables in neither reading.
    neither: usize,
    /// Letters beyond Latin-1, which no old font has.
    unicode: bool,
    distinct: HashSet<String>,
}

impl Tally {
    fn add(&mut self, text: &str, font: OldLetters) {
        for word in text.split(|c: char| !c.is_alphabetic() && !('\u{A1}'..='\u{FF}').contains(&c)) {
            if word.is_ascii() || !word.bytes().any(|byte| byte.is_ascii_alphabetic()) {
                continue;
            }
            if word.chars().any(|c| c > '\u{FF}') {
                self.unicode = true;
                continue;
            }
            let converted = font.convert(word);
            match (syllable::is(&converted), syllable::is(word)) {
                (true, false) => {
                    self.gained += 1;
                    if self.distinct.len() < WORDS {
                        self.distinct.insert(converted);
                    }
                }
                (false, true) => self.lost += 1,
                (false, false) => self.neither += 1,
                (true, true) => {}
            }
        }
    }

    /// Enough words, not the same one again and again, and no other language that happens to hold some.
    fn convinces(&self, least: usize) -> bool {
        self.distinct.len() >= least.min(6) && self.gained >= least && self.gained >= self.neither * 2
    }
}
