//! What a file is, by its own bytes: servers send documents as `text/html`, `application/octet-stream` and worse.

use memchr::memmem;

use super::Media;

/// Bytes at either end in which the parts of a package or a compound file are named.
const WINDOW_BYTES: usize = 256 << 10;

/// Parts that only one kind of package has (ECMA-376 part 2, ODF 1.3 part 2), and what it is then.
const PACKAGES: [(&[u8], &str); 7] = [
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"),
    (b"application/vnd.oasis.opendocument.presentation", "application/vnd.oasis.opendocument.presentation"),
    (b"application/epub+zip", "application/epub+zip"),
];

/// Streams of a compound file, named in UTF-16 (MS-DOC, MS-XLS, MS-PPT).
const STREAMS: [(&str, &str); 4] = [
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("Book", "application/vnd.ms-excel"),
];

/// First bytes of files that are told by them alone.
const STARTS: [(&[u8], &str); 13] = [
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"{\\rtf", "application/rtf"),
    (b"wOF2", "font/woff2"),
    (b"wOFF", "font/woff"),
    (b"OTTO", "font/otf"),
    (b"\0\x01\0\0\0", "font/ttf"),
];

/// The media type of a file whose header says `declared`; `body` has neither transfer nor content coding any more.
pub fn file_type(declared: Option<&str>, body: &[u8]) -> String {
    // The header has its say below: of what is sent as a page, the bytes must say so themselves.
    let media = Media::of(None, body);
    let known = match media {
        Media::Pdf => Some("application/pdf"),
        Media::Zip => Some(package(body)),
        Media::Ole => Some(compound(body)),
        Media::Html => Some("text/html"),
        _ if body.starts_with(b"RIFF") && body.get(8..12) == Some(b"WEBP") => Some("image/webp"),
        _ => STARTS.iter().find(|(start, _)| body.starts_with(start)).map(|(_, kind)| *kind),
    };
    let declared = declared.filter(|kind| !kind.is_empty() && *kind != "text/html");
    known.or(declared).unwrap_or("application/octet-stream").to_owned()
}

fn ends(body: &[u8]) -> [&[u8]; 2] {
    let length = body.len().min(WINDOW_BYTES);
    [&body[..length], &body[body.len() - length..]]
}

fn package(body: &[u8]) -> &'static str {
    let holds = |part: &[u8]| ends(body).iter().any(|window| memmem::find(window, part).is_some());
    PACKAGES.iter().find(|(part, _)| holds(part)).map_or("application/zip", |(_, kind)| kind)
}

fn compound(body: &[u8]) -> &'static str {
    let holds = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        ends(body).iter().any(|window| memmem::find(window, &wide).is_some())
    };
    STREAMS.iter().find(|(name, _)| holds(name)).map_or("application/x-ole-storage", |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_bytes() {
        let zip = |part: &str| [b"PK\x03\x04\x14\0\0\0".as_slice(), part.as_bytes()].concat();
        let ole = |name: &str| {
            let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), vec![0; 600], wide].concat()
        };
        for (body, end) in [
            (b"%PDF-1.4".to_vec(), "/pdf"),
            (zip("[Content_Types].xml word/document.xml"), "wordprocessingml.document"),
            (zip("[Content_Types].xml xl/workbook.xml"), "spreadsheetml.sheet"),
            (zip("anh/1.jpg"), "/zip"),
            (ole("WordDocument"), "/msword"),
            (ole("Workbook"), "ms-excel"),
            (ole(""), "ole-storage"),
            (b"Rar!\x1a\x07\x01\0".to_vec(), "vnd.rar"),
            (b"<!DOCTYPE html><html>".to_vec(), "text/html"),
            (b"\x01\x02\x03".to_vec(), "octet-stream"),
        ] {
            let kind = file_type(Some("text/html"), &body);
            assert!(kind.ends_with(end), "{kind} {end}");
        }
        assert_eq!(file_type(Some("audio/mpeg"), b"ID3\x03"), "audio/mpeg");
    }
}
