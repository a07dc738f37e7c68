//! The attributes of one tag, as a browser reads them, and where raw text ends.

use memchr::memmem;

use super::LONGEST;
use crate::page::attributes::value_at;
use crate::page::references;

/// Attributes of one tag that are looked at.
const MOST_ATTRIBUTES: usize = 48;

/// The attributes of a tag, references resolved.
#[derive(Default)]
pub(super) struct Tag(Vec<(String, String)>);

impl Tag {
    /// Reads attributes from `at` on; gives the place behind the tag.
    pub(super) fn read(&mut self, source: &str, mut at: usize) -> usize {
        let bytes = source.as_bytes();
        loop {
            at += bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b'/').count();
            match bytes.get(at) {
                None => return bytes.len(),
                Some(b'>') => return at + 1,
                Some(_) => {}
            }
            let named = |byte: &&u8| !byte.is_ascii_whitespace() && !matches!(**byte, b'=' | b'>' | b'/');
            let end = at + bytes[at..].iter().take_while(named).count().max(1);
            let name = source.get(at..end).unwrap_or_default().to_ascii_lowercase();
            let space = bytes[end..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if bytes.get(end + space) != Some(&b'=') {
                at = end;
                continue;
            }
            let value = end + space + 1;
            let value = value + bytes[value..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let Some(range) = value_at(bytes, value) else { return bytes.len() };
            if self.0.len() < MOST_ATTRIBUTES && range.len() <= 4 * LONGEST {
                let mut text = String::new();
                references::resolve(source.get(range.clone()).unwrap_or_default(), true, &mut text);
                self.0.push((name, text));
            }
            at = range.end + usize::from(matches!(bytes[value..].first(), Some(b'"' | b'\'')));
        }
    }

    /// The first attribute of that name; the others are no attributes (HTML Living Standard, 13.2.5.33).
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Where the end tag `close` begins, or the end of the source.
pub(super) fn past(source: &str, from: usize, close: &str) -> usize {
    let bytes = source.as_bytes();
    let mut at = from;
    while let Some(offset) = memmem::find(&bytes[at..], b"</") {
        at += offset;
        if bytes.get(at..at + close.len()).is_some_and(|there| there.eq_ignore_ascii_case(close.as_bytes())) {
            return at;
        }
        at += 2;
    }
    source.len()
}
