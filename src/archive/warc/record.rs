//! One WARC record before compression: its fields in order, and its block.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::IpAddr;

use jiff::Timestamp;
use warc::{RecordType, TruncatedType};

use super::fields::{field, forbidden, one_line, repeatable, target_uri};
use super::http;
use super::id::{RecordId, date_string};
use super::member::{Level, append_member};
use super::stored::{append_stored, is_dense};
use crate::archive::cdxj::{self, Listed, Listing};
use crate::model::Digest;

/// How a revisit came about (ISO 28500 6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// The payload was received again and is the same (6.7.2).
    IdenticalPayloadDigest,
    /// The server answered 304 to a conditional request (6.7.3).
    ServerNotModified,
}

impl Profile {
    /// The URI that `WARC-Profile` carries.
    pub fn uri(self) -> &'static str {
        match self {
            Self::IdenticalPayloadDigest => "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
            Self::ServerNotModified => "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
        }
    }
}

/// A record that is being put together. Fields are written in the order in which they were added.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    kind: RecordType,
    id: RecordId,
    date: Timestamp,
    fields: Vec<(&'static str, String)>,
    block: Cow<'a, [u8]>,
}

impl<'a> Record<'a> {
    /// A record with the mandatory fields (ISO 28500 5.1) and nothing else.
    pub fn new(kind: RecordType, id: RecordId, date: Timestamp, block: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { kind, id, date, fields: Vec::with_capacity(12), block: block.into() }
    }

    /// 6.2 `warcinfo`: describes the file that it opens.
    pub fn warcinfo(id: RecordId, date: Timestamp, filename: &str, block: impl Into<Cow<'a, [u8]>>) -> Self {
        Self::new(RecordType::WarcInfo, id, date, block)
            .with(field::FILENAME, filename)
            .with(field::CONTENT_TYPE, "application/warc-fields")
    }

    /// 6.3 `response`: `block` is the message as received, `payload` the digest of its entity-body.
    pub fn response(id: RecordId, date: Timestamp, uri: &str, block: &'a [u8], payload: Digest) -> Self {
        Self::new(RecordType::Response, id, date, block)
            .with(field::TARGET_URI, &target_uri(uri))
            .with(field::CONTENT_TYPE, "application/http;msgtype=response")
            .with(field::PAYLOAD_DIGEST, &payload.to_string())
    }

    /// 6.5 `request`: `block` is the message as sent, `response` the record it led to.
    pub fn request(id: RecordId, date: Timestamp, uri: &str, block: &'a [u8], response: RecordId) -> Self {
        Self::new(RecordType::Request, id, date, block)
            .with(field::TARGET_URI, &target_uri(uri))
            .with(field::CONTENT_TYPE, "application/http;msgtype=request")
            .concurrent_to(response)
    }

    /// 6.6 `metadata`; link it with [`Self::concurrent_to`] or [`Self::refers_to`].
    pub fn metadata(
        id: RecordId,
        date: Timestamp,
        uri: &str,
        content_type: &str,
        block: impl Into<Cow<'a, [u8]>>,
    ) -> Self {
        Self::new(RecordType::Metadata, id, date, block)
            .with(field::TARGET_URI, &target_uri(uri))
            .with(field::CONTENT_TYPE, content_type)
    }

    /// 6.7 `revisit`: `head` is the HTTP head alone. The caller adds what it refers to.
    pub fn revisit(id: RecordId, date: Timestamp, uri: &str, head: &'a [u8], profile: Profile) -> Self {
        let record = Self::new(RecordType::Revisit, id, date, head)
            .with(field::TARGET_URI, &target_uri(uri))
            .with(field::PROFILE, profile.uri())
            .with(field::CONTENT_TYPE, "application/http;msgtype=response");
        // 6.7.2: a block without its payload shall say so. A 304 has no payload that could be missing.
        match profile {
            Profile::IdenticalPayloadDigest if !head.is_empty() => record.truncated(&TruncatedType::Length),
            _ => record,
        }
    }

    /// 6.8 `conversion`: another form of the payload of `source`, complete in itself.
    pub fn conversion(
        id: RecordId,
        date: Timestamp,
        uri: &str,
        content_type: &str,
        block: &'a [u8],
        source: RecordId,
    ) -> Self {
        Self::new(RecordType::Conversion, id, date, block)
            .with(field::TARGET_URI, &target_uri(uri))
            .with(field::CONTENT_TYPE, content_type)
            .refers_to(source)
            // The payload of a conversion is its block.
            .with(field::PAYLOAD_DIGEST, &Digest::of(block).to_string())
    }

    /// Adds a field. A second one of a name that may stand once takes the place of the first; control characters
    /// become spaces.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        debug_assert!(!forbidden(&self.kind, name), "ISO 28500 clause 5: {name} on {}", self.kind);
        if !repeatable(name) {
            self.fields.retain(|(known, _)| *known != name);
        }
        self.fields.push((name, one_line(value)));
        self
    }

    /// 5.7 `WARC-Concurrent-To`.
    #[must_use]
    pub fn concurrent_to(self, other: RecordId) -> Self {
        self.with(field::CONCURRENT_TO, &other.to_string())
    }

    /// 5.11 `WARC-Refers-To`.
    #[must_use]
    pub fn refers_to(self, other: RecordId) -> Self {
        self.with(field::REFERS_TO, &other.to_string())
    }

    /// 5.9 `WARC-IP-Address`.
    #[must_use]
    pub fn ip(self, address: IpAddr) -> Self {
        self.with(field::IP_ADDRESS, &address.to_string())
    }

    /// 5.15 `WARC-Truncated`.
    #[must_use]
    pub fn truncated(self, why: &TruncatedType) -> Self {
        self.with(field::TRUNCATED, &why.to_string())
    }

    /// The record's id.
    pub fn id(&self) -> RecordId {
        self.id
    }

    /// The record's type.
    pub fn kind(&self) -> &RecordType {
        &self.kind
    }

    /// Its line of an index, but for its place, once it is `member`; `None` for types that are not listed.
    pub(super) fn listing(&self, member: &[u8]) -> Option<Listing> {
        if !cdxj::lists(&self.kind) {
            return None;
        }
        let field = |name: &str| self.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        Listing::new(&Listed {
            kind: &self.kind,
            url: field(field::TARGET_URI)?,
            date: &date_string(self.date),
            content_type: field(field::CONTENT_TYPE),
            payload_digest: field(field::PAYLOAD_DIGEST),
            block: &self.block,
            length: member.len() as u64,
            member: Some(Digest::of(member)),
        })
    }

    /// The head: version line, fields, blank line.
    pub fn head(&self) -> String {
        let mut head = String::with_capacity(1024);
        head.push_str("WARC/1.1\r\n");
        let mut line = |name: &str, value: &dyn std::fmt::Display| {
            // Writing to a String cannot fail.
            let _ = write!(head, "{name}: {value}\r\n");
        };
        line(field::TYPE, &self.kind);
        line(field::RECORD_ID, &self.id);
        line(field::DATE, &date_string(self.date));
        for (name, value) in &self.fields {
            line(name, value);
        }
        line(field::BLOCK_DIGEST, &Digest::of(&self.block));
        line(field::CONTENT_LENGTH, &self.block.len());
        head.push_str("\r\n");
        head
    }

    /// Appends the record as one gzip member; returns its length in bytes. What is packed already is not packed again.
    pub fn append_to(&self, out: &mut Vec<u8>, level: Level) -> u64 {
        if self.kind == RecordType::Response {
            let (http_head, body) = self.block.split_at(http::head_length(&self.block));
            let text = || [self.head().as_bytes(), http_head].concat();
            if is_dense(body)
                && let Some(length) = append_stored(out, &text(), body, b"\r\n\r\n")
            {
                return length;
            }
        }
        append_member(out, level, &[self.head().as_bytes(), &self.block, b"\r\n\r\n"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        "2026-11-23T10:00:00.5Z".parse().unwrap()
    }

    #[test]
    fn fields_keep_their_order() {
        let (id, other) = (RecordId::random(), RecordId::random());
        let record = Record::request(id, at(), "http://x.vn/a b", b"GET / HTTP/1.1\r\n\r\n", other)
            .with(field::PROTOCOL, "http/1.1")
            .with(field::PROTOCOL, "tls/1.3");
        let digest = Digest::of(b"GET / HTTP/1.1\r\n\r\n");
        let wanted = format!(
            "WARC/1.1\r\nWARC-Type: request\r\nWARC-Record-ID: {id}\r\nWARC-Date: 2026-11-23T10:00:00.500000Z\r\n\
             WARC-Target-URI: http://x.vn/a%20b\r\nContent-Type: application/http;msgtype=request\r\n\
             WARC-Concurrent-To: {other}\r\nWARC-Protocol: http/1.1\r\nWARC-Protocol: tls/1.3\r\n\
             WARC-Block-Digest: {digest}\r\nContent-Length: 18\r\n\r\n"
        );
        assert_eq!(record.head(), wanted);
    }

    #[test]
    fn a_single_field_is_replaced_and_no_value_breaks_out() {
        let record = Record::new(RecordType::Metadata, RecordId::random(), at(), &b""[..])
            .with(field::CONTENT_TYPE, "a/b")
            .with(field::CONTENT_TYPE, "c/d\r\nWARC-Type: response");
        assert_eq!(record.head().matches("Content-Type").count(), 1);
        assert!(record.head().contains("Content-Type: c/d  WARC-Type: response\r\n"));
    }

    #[test]
    fn an_identical_revisit_says_that_its_block_is_cut() {
        let head = b"HTTP/1.1 200 OK\r\n\r\n";
        let same = Record::revisit(RecordId::random(), at(), "http://x.vn/", head, Profile::IdenticalPayloadDigest);
        assert!(same.head().contains("WARC-Truncated: length\r\n"));
        let not = Record::revisit(RecordId::random(), at(), "http://x.vn/", head, Profile::ServerNotModified);
        assert!(!not.head().contains("WARC-Truncated"));
    }
}
