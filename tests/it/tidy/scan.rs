//! Rust source without its comments, strings and tests, so that rules look at code alone.
//!
//! Everything that is taken out becomes spaces: offsets and lines stay.

use std::ops::Range;

/// `text` with comments, strings and character literals blanked.
pub fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = skip(bytes, at);
        if end > at + 1 || (end == at + 1 && bytes[at] >= 0x80) {
            wipe(&mut out, at..end);
        }
        at = end.max(at + 1);
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Spaces over `range`; newlines stay.
fn wipe(out: &mut [u8], range: Range<usize>) {
    for byte in &mut out[range] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// The end of the comment, string or literal that begins at `at`; `at + 1` where plain code stands.
fn skip(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let in_word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    match rest[0] {
        b'/' if rest.starts_with(b"//") => at + find(rest, b"\n").unwrap_or(rest.len()),
        b'/' if rest.starts_with(b"/*") => at + block_comment(rest),
        b'"' => at + quoted(rest, 0),
        b'b' | b'c' if !in_word && rest.get(1) == Some(&b'"') => at + quoted(rest, 1),
        b'r' | b'b' | b'c' if !in_word => raw(rest).map_or(at + 1, |length| at + length),
        b'\'' => at + character(rest),
        _ => at + 1,
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// Length of the string whose quote stands at `open`.
fn quoted(rest: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Length of a raw string such as `r#"…"#` or `br"…"`; `None` when it is none.
fn raw(rest: &[u8]) -> Option<usize> {
    let mark = if rest[0] == b'r' { 1 } else { 2 };
    if rest.get(mark - 1) != Some(&b'r') {
        return None;
    }
    let hashes = rest[mark..].iter().take_while(|byte| **byte == b'#').count();
    if rest.get(mark + hashes) != Some(&b'"') {
        return None;
    }
    let body = mark + hashes + 1;
    let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
    Some(find(&rest[body..], &close).map_or(rest.len(), |end| body + end + close.len()))
}

/// Length of a character literal; 1 for the tick of a lifetime.
fn character(rest: &[u8]) -> usize {
    if rest.get(1) == Some(&b'\\') {
        return find(&rest[3.min(rest.len())..], b"'").map_or(1, |end| end + 4);
    }
    let width = match rest.get(1) {
        Some(0xF0..) => 4,
        Some(0xE0..) => 3,
        Some(0xC0..) => 2,
        _ => 1,
    };
    if rest.get(1 + width) == Some(&b'\'') { width + 2 } else { 1 }
}

/// Byte ranges of the items behind `#[cfg(test)]`, in blanked source.
pub fn tests(code: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(found) = code[at..].find("#[cfg(test)]") {
        let start = at + found;
        let after = start + "#[cfg(test)]".len();
        let end = match code[after..].find(['{', ';']) {
            Some(offset) if code.as_bytes()[after + offset] == b'{' => closing(code, after + offset),
            Some(offset) => after + offset + 1,
            None => code.len(),
        };
        ranges.push(start..end);
        at = end;
    }
    ranges
}

/// The end of the block that opens at `open`, in blanked source.
pub fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0usize;
    for (offset, byte) in code.as_bytes()[open..].iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return open + offset + 1;
                }
            }
            _ => {}
        }
    }
    code.len()
}

/// Blanked source with its tests blanked too.
pub fn without_tests(code: &str) -> String {
    let mut out = code.as_bytes().to_vec();
    for range in tests(code) {
        wipe(&mut out, range);
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The line of a byte offset, from 1.
pub fn line_of(text: &str, offset: usize) -> usize {
    memchr::memchr_iter(b'\n', &text.as_bytes()[..offset]).count() + 1
}

#[test]
fn comments_and_strings_become_spaces() {
    for (code, words) in [
        ("a // println!", "a"),
        ("a /* b /* c */ d */ e", "a e"),
        (r#"a "x\" y" b"#, "a b"),
        ("a r#\"x\" y\"# b", "a b"),
        (r#"a b"x" c br"y\" d"#, "a c d"),
        ("'x' 'ữ' '\\'' '\\u{1}' '\"' b", "b"),
        ("fn f<'a>(x: &'a str) { 'b' }", "fn f<'a>(x: &'a str) { }"),
        ("bar \"x\" for", "bar for"),
    ] {
        let blanked = blank(code);
        assert_eq!(blanked.split_whitespace().collect::<Vec<_>>().join(" "), words, "{code}");
    }
}

#[test]
fn tests_are_found_with_their_blocks() {
    let code = "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() { {} }\n}\n#[cfg(test)]\nmod more;\nfn c() {}\n";
    let left = without_tests(code);
    assert_eq!(left.split_whitespace().collect::<Vec<_>>(), ["fn", "a()", "{}", "fn", "c()", "{}"]);
    assert_eq!(left.lines().count(), code.lines().count());
}
