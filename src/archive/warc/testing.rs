//! Captures for the tests of this room.

use std::path::Path;

use jiff::Timestamp;

use super::*;

pub(crate) const REQUEST: &[u8] = b"GET /a HTTP/1.1\r\nHost: x.gov.vn\r\n\r\n";

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::new(1_795_000_000 + seconds, 123_456_000).unwrap()
}

/// A plain 200 with a length.
pub(crate) fn plain(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// The same in chunks of seven bytes.
pub(crate) fn chunked(body: &[u8], more_fields: &str) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 200 OK\r\n{more_fields}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    for chunk in body.chunks(7) {
        out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\n\r\n");
    out
}

/// A capture without anything special.
pub(crate) fn capture<'a>(uri: &'a str, seconds: i64, response: &'a [u8]) -> Capture<'a> {
    Capture {
        uri,
        at: at(seconds),
        response,
        request: REQUEST,
        ip: Some("192.0.2.1".parse().unwrap()),
        protocols: &["http/1.1", "tls/1.3"],
        cipher_suite: Some("TLS_AES_128_GCM_SHA256"),
        truncated: None,
        sniffed_type: None,
        payload_digest: None,
        revisit: None,
        metadata: &[],
    }
}

pub(crate) fn spec(root: &Path, kind: SeriesKind) -> SeriesSpec {
    SeriesSpec {
        root: root.to_owned(),
        site: "x.gov.vn".to_owned(),
        kind,
        host: "crawler1".to_owned(),
        rotation: Rotation::default(),
        info: WarcInfo {
            software: "luutru/0.1.0".to_owned(),
            operator: "Thư viện".to_owned(),
            contact: "archive@example.org".to_owned(),
            robots: "RFC 9309".to_owned(),
            ..WarcInfo::default()
        },
        level: Level::default(),
    }
}

/// Every record of a file.
pub(crate) fn read_all(path: &Path) -> Vec<RawRecord> {
    let mut reader = WarcReader::open(path, 0).unwrap();
    std::iter::from_fn(|| reader.next_record(usize::MAX).unwrap()).collect()
}

/// One member's bytes, by a decoder that this room does not read with.
pub(crate) fn gunzip(member: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 1 << 20];
    let length = libdeflater::Decompressor::new().gzip_decompress(member, &mut out).unwrap();
    out.truncate(length);
    out
}
