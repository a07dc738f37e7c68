//! Which charset a text is in. Order: byte order mark, what is valid UTF-8, header, meta element, then a guess.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1258, X_USER_DEFINED};

use super::fonts::OldLetters;

/// How far a declaration inside the document is looked for, in bytes (the standard says 1024, portals put scripts first).
const META_BYTES: usize = 4096;

/// Bytes that the detector is shown.
const DETECT_BYTES: usize = 64 << 10;

/// The `charset` parameter of a `Content-Type` value.
pub(super) fn parameter(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.to_owned())
    })
}

/// Reads `bytes`; gives the charset's name and the text without its byte order mark.
pub(super) fn read(bytes: Vec<u8>, label: Option<&str>) -> (&'static str, String) {
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes) {
        if encoding == UTF_8 {
            return utf8(bytes[mark..].to_vec());
        }
        return decode(encoding, &bytes[mark..]);
    }
    if let Some(encoding) = bare_utf16(&bytes) {
        return decode(encoding, &bytes);
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return (UTF_8.name(), text),
        Err(fault) => fault.into_bytes(),
    };
    let named = label.and_then(|name| Encoding::for_label(name.as_bytes())).or_else(|| meta(&bytes));
    match named {
        Some(encoding) if encoding == UTF_8 && mostly_utf8(&bytes) => utf8(bytes),
        // Western is what a server says when it was never configured; Vietnamese bytes tell otherwise.
        Some(encoding) if encoding == WINDOWS_1252 => {
            let guess = detect(&bytes);
            decode(if guess == WINDOWS_1258 { guess } else { encoding }, &bytes)
        }
        // What TCVN3 pages declare so that browsers leave their codes alone.
        Some(encoding) if encoding == X_USER_DEFINED => decode(WINDOWS_1252, &bytes),
        // The bytes hold no UTF-16: somebody declared it over something else.
        Some(encoding) if encoding != UTF_8 && encoding != UTF_16LE && encoding != UTF_16BE => decode(encoding, &bytes),
        _ => decode(detect(&bytes), &bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> (&'static str, String) {
    let text = String::from_utf8(bytes).unwrap_or_else(|fault| String::from_utf8_lossy(fault.as_bytes()).into_owned());
    (UTF_8.name(), text)
}

fn decode(encoding: &'static Encoding, bytes: &[u8]) -> (&'static str, String) {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    (encoding.name(), text.into_owned())
}

fn detect(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(DETECT_BYTES)], bytes.len() <= DETECT_BYTES);
    let guess = detector.guess(Some(b"vn"), Utf8Detection::Allow);
    if guess != UTF_8 && guess != WINDOWS_1252 && old_font(bytes) { WINDOWS_1252 } else { guess }
}

/// Whether the bytes are codes of a Vietnamese font, which detectors take for some charset or other.
fn old_font(bytes: &[u8]) -> bool {
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(&bytes[..bytes.len().min(DETECT_BYTES)]);
    OldLetters::suspected(&text) && OldLetters::of([&*text], &text).is_some()
}

/// UTF-16 without its mark: every second byte of the ASCII at the start is zero.
fn bare_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..16)?;
    let zeros = |offset: usize| start.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        (0, 7..) => Some(UTF_16LE),
        (7.., 0) => Some(UTF_16BE),
        _ => None,
    }
}

/// One broken letter (a text cut in the middle by the CMS) does not make a page another charset.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().bytes().filter(|byte| *byte >= 0xC0).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    bad * 20 <= good
}

/// The charset that the document itself declares: `<meta charset>`, `http-equiv`, or the XML declaration.
fn meta(bytes: &[u8]) -> Option<&'static Encoding> {
    let window = bytes[..bytes.len().min(META_BYTES)].to_ascii_lowercase();
    for key in [b"charset".as_slice(), b"encoding"] {
        for at in memchr::memmem::find_iter(&window, key) {
            let rest = window[at + key.len()..].trim_ascii_start();
            let Some(rest) = rest.strip_prefix(b"=") else { continue };
            let rest = rest.trim_ascii_start();
            let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
            let end = rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"-_:".contains(byte)));
            if let Some(encoding) = Encoding::for_label(&rest[..end.unwrap_or(rest.len())]) {
                return Some(encoding);
            }
        }
    }
    None
}
