//! Character references in texts and attribute values (HTML Living Standard, 13.2.5.72 to 13.2.5.80).

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};
use memchr::memchr;

/// The names that nearly all references of real pages have, with their semicolon.
const USUAL: [(&[u8], char); 5] = [(b"nbsp;", '\u{A0}'), (b"amp;", '&'), (b"quot;", '"'), (b"lt;", '<'), (b"gt;", '>')];

/// What a reference stands for: one or two characters.
type Characters = (char, Option<char>);

/// Appends `text` to `out` with its references resolved. In an attribute, `&copy=1` is a parameter and no sign.
pub(super) fn resolve(text: &str, attribute: bool, out: &mut String) {
    let bytes = text.as_bytes();
    let mut done = 0;
    let mut at = 0;
    while let Some(offset) = memchr(b'&', &bytes[at..]) {
        let start = at + offset;
        at = start + 1;
        let found = match bytes.get(at) {
            Some(b'#') => number(&bytes[at + 1..]).map(|(c, length)| ((c, None), length + 1)),
            Some(byte) if byte.is_ascii_alphanumeric() => usual(&bytes[at..]).or_else(|| named(&text[at..], attribute)),
            _ => None,
        };
        if let Some(((first, second), length)) = found {
            out.push_str(&text[done..start]);
            out.push(first);
            out.extend(second);
            at += length;
            done = at;
        }
    }
    out.push_str(&text[done..]);
}

fn usual(bytes: &[u8]) -> Option<(Characters, usize)> {
    USUAL.iter().find(|(name, _)| bytes.starts_with(name)).map(|(name, c)| ((*c, None), name.len()))
}

/// The longest name that `text` begins with.
fn named(text: &str, attribute: bool) -> Option<(Characters, usize)> {
    let bytes = text.as_bytes();
    let mut longest = None;
    let mut end = 1;
    // The table holds every beginning of a name as well, with nothing it stands for.
    while let Some((first, second)) = text.get(..end).and_then(|name| NAMED_ENTITIES.get(name)) {
        if *first != 0 {
            longest = Some(((*first, *second), end));
        }
        end += 1;
    }
    let ((first, second), length) = longest?;
    let open = bytes[length - 1] != b';';
    let goes_on = bytes.get(length).is_some_and(|next| *next == b'=' || next.is_ascii_alphanumeric());
    if attribute && open && goes_on {
        return None;
    }
    let second = if second == 0 { None } else { char::from_u32(second) };
    Some(((char::from_u32(first)?, second), length))
}

/// The number after `&#`: its character, and the bytes read.
fn number(bytes: &[u8]) -> Option<(char, usize)> {
    let hex = matches!(bytes.first(), Some(b'x' | b'X'));
    let (radix, start) = if hex { (16, 1) } else { (10, 0) };
    let digits = bytes[start..].iter().map_while(|byte| char::from(*byte).to_digit(radix));
    let (mut value, mut end) = (0u32, start);
    for digit in digits {
        // Anything beyond Unicode is the same fault.
        value = (value * radix + digit).min(0x11_0000);
        end += 1;
    }
    if end == start {
        return None;
    }
    end += usize::from(bytes.get(end) == Some(&b';'));
    let c = match value {
        0x80..=0x9F => C1_REPLACEMENTS[(value - 0x80) as usize].or_else(|| char::from_u32(value)),
        0 => None,
        _ => char::from_u32(value),
    };
    Some((c.unwrap_or(char::REPLACEMENT_CHARACTER), end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str, attribute: bool) -> String {
        let mut out = String::new();
        resolve(text, attribute, &mut out);
        out
    }

    #[test]
    fn names_and_numbers_are_resolved_as_the_standard_says() {
        for (text, plain) in [
            ("B&ocirc;&#x323; &amp; &#272;&ugrave;ng", "Bô\u{323} & Đùng"),
            ("&nbsp;&NotEqualTilde;", "\u{A0}\u{2242}\u{338}"),
            ("&notit; &notin; &noti", "¬it; ∉ ¬i"),
            ("&#0;&#xD800;&#99999999999;&#150;&#129;", "\u{FFFD}\u{FFFD}\u{FFFD}–\u{81}"),
            ("& &; &# &#x &#xg; &bogus; &", "& &; &# &#x &#xg; &bogus; &"),
            ("&copy=1&copyx &copy", "©=1©x ©"),
        ] {
            assert_eq!(resolved(text, false), plain, "{text}");
        }
        assert_eq!(resolved("?a=1&copy=2&copyx&amp;b&lt;c&copy", true), "?a=1&copy=2&copyx&b<c©");
    }
}
