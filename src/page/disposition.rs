//! `Content-Disposition` → the name of a file (RFC 6266, RFC 8187), also where a server writes it as no standard says.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1258};
use unicode_normalization::UnicodeNormalization as _;

/// Characters of a name that are kept.
const LONGEST: usize = 255;

/// The file name that a header value gives: `filename*` before `filename`; raw UTF-8 or windows-1258 bytes, percent
/// signs (RFC 3986) and encoded words (RFC 2047) are read as what they were meant to be. Never a path.
pub fn file_name(value: &[u8]) -> Option<String> {
    let parameters = parameters(value);
    let of = |wanted: &str| parameters.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_slice());
    let found = of("filename*").and_then(extended).or_else(|| of("filename").map(plain))?;
    clean(&found)
}

/// The parameters behind the type; a `;` inside quotes separates nothing.
fn parameters(value: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    let mut rest = value;
    while let Some(at) = memchr::memchr(b';', rest) {
        rest = rest[at + 1..].trim_ascii_start();
        let Some(equals) = rest.iter().position(|byte| matches!(byte, b'=' | b';')) else { break };
        if rest[equals] == b';' {
            continue;
        }
        let name = String::from_utf8_lossy(rest[..equals].trim_ascii()).to_ascii_lowercase();
        rest = rest[equals + 1..].trim_ascii_start();
        let mut text = Vec::new();
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            let mut at = 0;
            while let Some(byte) = quoted.get(at).filter(|byte| **byte != b'"') {
                // A quoted pair; but a Windows path is written with backslashes too, and no quote behind them.
                let pair = *byte == b'\\' && matches!(quoted.get(at + 1), Some(b'"' | b'\\'));
                at += usize::from(pair);
                text.extend(quoted.get(at));
                at += 1;
            }
            rest = quoted.get(at..).unwrap_or_default();
        } else {
            let end = memchr::memchr(b';', rest).unwrap_or(rest.len());
            text.extend_from_slice(rest[..end].trim_ascii_end());
            rest = &rest[end..];
        }
        out.push((name, text));
    }
    out
}

/// `charset'language'percent-encoded` (RFC 8187 section 3.2).
fn extended(value: &[u8]) -> Option<String> {
    let mut parts = value.splitn(3, |byte| *byte == b'\'');
    let (charset, _language, text) = (parts.next()?, parts.next()?, parts.next()?);
    let encoding = Encoding::for_label(charset)?;
    let bytes = unescaped(text);
    let (text, wrong) = encoding.decode_without_bom_handling(&bytes);
    (!wrong).then(|| text.into_owned())
}

fn plain(value: &[u8]) -> String {
    let text = decoded(value);
    if let Some(words) = encoded_words(&text) {
        return words;
    }
    let bytes = unescaped(text.as_bytes());
    match String::from_utf8(bytes) {
        Ok(unescaped) if text.contains('%') => unescaped,
        _ => text,
    }
}

/// Bytes that stand in the header as they are: UTF-8, or what old Vietnamese systems write.
fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1258.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.extend(u8::try_from(high * 16 + low));
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// `=?UTF-8?B?…?=`, as mail programs write (RFC 2047).
fn encoded_words(text: &str) -> Option<String> {
    let mut out = String::new();
    for word in text.split_ascii_whitespace() {
        let mut parts = word.strip_prefix("=?")?.strip_suffix("?=")?.splitn(3, '?');
        let (charset, coding, data) = (parts.next()?, parts.next()?, parts.next()?);
        let bytes = match coding {
            "B" | "b" => base64(data)?,
            "Q" | "q" => unescaped(data.replace('_', " ").replace('=', "%").as_bytes()),
            _ => return None,
        };
        let encoding = Encoding::for_label(charset.as_bytes()).unwrap_or(UTF_8);
        out.push_str(&encoding.decode_without_bom_handling(&bytes).0);
    }
    (!out.is_empty()).then_some(out)
}

/// RFC 4648 section 4.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.extend(u8::try_from(bits >> held & 0xFF));
        }
    }
    Some(out)
}

/// The last part of what may be a path, composed, without control characters.
fn clean(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.nfc().filter(|c| !c.is_control()).take(LONGEST).collect();
    let name = name.trim().trim_matches('"');
    (!name.is_empty() && !name.chars().all(|c| c == '.')).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(value: &[u8]) -> Option<String> {
        file_name(value)
    }

    #[test]
    fn names_are_read_as_they_were_meant() {
        let plan = Some("Kế hoạch.pdf".to_owned());
        for value in [
            "attachment; filename=\"x.pdf\"; filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch.pdf".as_bytes(),
            "attachment; FileName=\"Kế hoạch.pdf\"".as_bytes(),
            "attachment; filename=Kế hoạch.pdf".as_bytes(),
            b"inline; filename=\"K%E1%BA%BF%20ho%E1%BA%A1ch.pdf\"",
            b"attachment; filename=\"=?UTF-8?B?S+G6vyBob+G6oWNoLnBkZg==?=\"",
            "attachment; filename=\"C:\\van ban\\Kế hoạch.pdf\"".as_bytes(),
            "attachment; filename=\"../../Kế hoạch.pdf\"; size=3".as_bytes(),
            // Letter and tone mark apart, as that code page has them.
            b"attachment; filename=\"K\xEA\xEC hoa\xF2ch.pdf\"",
        ] {
            assert_eq!(name(value), plan, "{}", String::from_utf8_lossy(value));
        }
        assert_eq!(name(b"attachment; filename=\"a;b \\\"c\\\".doc\""), Some("a;b \"c\".doc".to_owned()));
        assert_eq!(name(b"attachment; filename=100%.pdf"), Some("100%.pdf".to_owned()));
        for nothing in [b"attachment".as_slice(), b"attachment; filename=\"\"", b"inline; filename=..", b";;;=;", b""] {
            assert_eq!(name(nothing), None);
        }
    }
}
