//! Attributes of a tag: where one ends, and whether anybody asks for it.

use std::ops::Range;

use memchr::{memchr, memmem};

/// A `data:` address longer than this is an image in the page itself.
const MAX_DATA_BYTES: usize = 256;

/// One attribute: where its name stands, and its value without quotes.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
}

/// The value that starts at `at`, without its quotes.
pub(super) fn value_at(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    match *bytes.get(at)? {
        quote @ (b'"' | b'\'') => {
            let length = memchr(quote, &bytes[at + 1..])?;
            Some(at + 1..at + 1 + length)
        }
        b'>' => Some(at..at),
        _ => {
            let length = bytes[at..].iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'>')?;
            Some(at..at + length)
        }
    }
}

/// Whether an attribute can matter to a reader or a selector. Event handlers carry no text (`onclick` alone holds file
/// addresses), nor do image candidates, inline images, layout numbers and styles that neither align, weigh nor hide.
pub(super) fn keeps(bytes: &[u8], attribute: &Attribute) -> bool {
    let name = &bytes[attribute.name.clone()];
    let value = &bytes[attribute.value.clone()];
    match name.first().map_or(0, u8::to_ascii_lowercase) {
        b'o' if name.len() > 2 && name[1].eq_ignore_ascii_case(&b'n') => name.eq_ignore_ascii_case(b"onclick"),
        b's' if name.eq_ignore_ascii_case(b"style") => styled(value),
        b's' => !name.eq_ignore_ascii_case(b"srcset") && !name.eq_ignore_ascii_case(b"sizes") && !inline_image(value),
        b'd' => !inline_image(value),
        b'a' => {
            !name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"aria-"))
                || name.eq_ignore_ascii_case(b"aria-label")
        }
        b'b' => !name.eq_ignore_ascii_case(b"border") && !name.eq_ignore_ascii_case(b"bgcolor"),
        b'c' => !name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"cell")),
        b't' => !name.eq_ignore_ascii_case(b"target") && !name.eq_ignore_ascii_case(b"tabindex"),
        _ => true,
    }
}

fn inline_image(value: &[u8]) -> bool {
    value.len() > MAX_DATA_BYTES && value[..5].eq_ignore_ascii_case(b"data:")
}

/// Whether a style says anything about alignment, weight or visibility.
fn styled(value: &[u8]) -> bool {
    value.split(|byte| *byte == b';').any(|declaration| {
        let name = declaration.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii();
        [b"text-align".as_slice(), b"font-weight", b"font-style", b"display", b"visibility"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
    })
}

/// Whether a script's `type` says that it holds JSON-LD.
pub(super) fn names_json_ld(bytes: &[u8], attribute: &Attribute) -> bool {
    memmem::find(&bytes[attribute.value.clone()], b"ld+json").is_some()
}
