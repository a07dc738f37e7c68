//! What a body is, by its first bytes. Portals send PDF as `text/html` and pages as `application/octet-stream`.

/// Kinds of body that are treated differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Media {
    /// A page, or a fragment of one.
    Html,
    /// XML: feeds, sitemaps, SVG.
    Xml,
    /// JSON.
    Json,
    /// PDF.
    Pdf,
    /// A raster image.
    Image,
    /// Plain text, style sheets, scripts.
    Text,
    /// ZIP and what is built on it: docx, xlsx, odt.
    Zip,
    /// OLE compound file: doc, xls of old.
    Ole,
    /// Anything else.
    Other,
}

/// How far into the body a sign is looked for, in bytes.
const WINDOW_BYTES: usize = 1024;

const HTML_STARTS: [&[u8]; 14] = [
    b"<!doctype html",
    b"<html",
    b"<head",
    b"<body",
    b"<script",
    b"<title",
    b"<meta",
    b"<link",
    b"<div",
    b"<table",
    b"<p",
    b"<ul",
    b"<li",
    b"<h1",
];

impl Media {
    /// The kind of `body`, with the header's type for what the bytes leave open.
    pub fn of(declared: Option<&str>, body: &[u8]) -> Self {
        Self::sniff(body).unwrap_or_else(|| Self::declared(declared, body))
    }

    /// Whether the body is read as text.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Html | Self::Xml | Self::Json | Self::Text)
    }

    fn sniff(body: &[u8]) -> Option<Self> {
        let window = &body[..body.len().min(WINDOW_BYTES)];
        if window.windows(5).any(|five| five == b"%PDF-") {
            return Some(Self::Pdf);
        }
        match window {
            [b'P', b'K', 3 | 5, 4 | 6, ..] => return Some(Self::Zip),
            [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => return Some(Self::Ole),
            [0x89, b'P', b'N', b'G', ..]
            | [0xFF, 0xD8, 0xFF, ..]
            | [b'G', b'I', b'F', b'8', ..]
            | [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..]
            | [0, 0, 1, 0, _, 0, ..]
            | [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => return Some(Self::Image),
            _ => {}
        }
        Self::sniff_text(&ascii(window))
    }

    fn sniff_text(text: &[u8]) -> Option<Self> {
        let start = text.trim_ascii_start();
        if start.starts_with(b"<?xml") {
            // XHTML of old portals opens as XML and is a page all the same.
            let page = [b"<!doctype html".as_slice(), b"<html"].iter().any(|mark| find(start, mark));
            return Some(if page { Self::Html } else { Self::Xml });
        }
        if [b"<rss".as_slice(), b"<feed", b"<urlset", b"<sitemapindex", b"<svg"].iter().any(|mark| opens(start, mark)) {
            return Some(Self::Xml);
        }
        if HTML_STARTS.iter().any(|mark| opens(start, mark)) {
            return Some(Self::Html);
        }
        // A comment before the doctype, or a tag that is not in the table.
        (start.starts_with(b"<!--") && find(start, b"<html")).then_some(Self::Html)
    }

    fn declared(declared: Option<&str>, body: &[u8]) -> Self {
        let window = &body[..body.len().min(WINDOW_BYTES)];
        let text = ascii(window);
        let first = text.trim_ascii_start().first().copied();
        match declared.unwrap_or_default() {
            "text/html" | "application/xhtml+xml" if !matches!(first, Some(b'{' | b'[')) => Self::Html,
            kind if kind.ends_with("json") => Self::Json,
            kind if kind.ends_with("xml") && first == Some(b'<') => Self::Xml,
            "application/pdf" | "application/octet-stream" | "application/zip" if binary(window) => Self::Other,
            kind if kind.starts_with("image/") => Self::Other,
            _ if matches!(first, Some(b'{' | b'[')) => Self::Json,
            _ if binary(window) => Self::Other,
            _ if first == Some(b'<') => Self::Html,
            _ => Self::Text,
        }
    }
}

/// The window in lower case, byte order mark and the zero bytes of UTF-16 left out.
fn ascii(window: &[u8]) -> Vec<u8> {
    let body = match window {
        [0xEF, 0xBB, 0xBF, rest @ ..] => return rest.to_ascii_lowercase(),
        [0xFF, 0xFE, rest @ ..] | [0xFE, 0xFF, rest @ ..] => rest,
        [0, _, 0, _, ..] | [_, 0, _, 0, ..] => window,
        _ => return window.to_ascii_lowercase(),
    };
    body.iter().filter(|byte| **byte != 0).map(u8::to_ascii_lowercase).collect()
}

fn opens(text: &[u8], mark: &[u8]) -> bool {
    text.starts_with(mark) && !text.get(mark.len()).is_some_and(u8::is_ascii_alphanumeric)
}

fn find(text: &[u8], mark: &[u8]) -> bool {
    memchr::memmem::find(text, mark).is_some()
}

/// Control bytes that no text holds; the halves of UTF-16 letters look like them.
fn binary(window: &[u8]) -> bool {
    let utf16 = matches!(window, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, 0, _, ..] | [_, 0, _, 0, ..]);
    !utf16 && window.iter().any(|byte| matches!(byte, 0..=8 | 0x0E..=0x1A))
}
