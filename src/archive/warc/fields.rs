//! Named fields of a record: their names, order, and on which record types they may stand.

use warc::RecordType;

/// Field names, in the letter case of ISO 28500 clause 5; the last three are proposed extensions in wide use.
pub mod field {
    #![allow(missing_docs)]
    pub const TYPE: &str = "WARC-Type";
    pub const RECORD_ID: &str = "WARC-Record-ID";
    pub const DATE: &str = "WARC-Date";
    pub const CONTENT_LENGTH: &str = "Content-Length";
    pub const CONTENT_TYPE: &str = "Content-Type";
    pub const CONCURRENT_TO: &str = "WARC-Concurrent-To";
    pub const BLOCK_DIGEST: &str = "WARC-Block-Digest";
    pub const PAYLOAD_DIGEST: &str = "WARC-Payload-Digest";
    pub const IP_ADDRESS: &str = "WARC-IP-Address";
    pub const REFERS_TO: &str = "WARC-Refers-To";
    pub const REFERS_TO_TARGET_URI: &str = "WARC-Refers-To-Target-URI";
    pub const REFERS_TO_DATE: &str = "WARC-Refers-To-Date";
    pub const TARGET_URI: &str = "WARC-Target-URI";
    pub const TRUNCATED: &str = "WARC-Truncated";
    pub const WARCINFO_ID: &str = "WARC-Warcinfo-ID";
    pub const FILENAME: &str = "WARC-Filename";
    pub const PROFILE: &str = "WARC-Profile";
    pub const IDENTIFIED_PAYLOAD_TYPE: &str = "WARC-Identified-Payload-Type";
    pub const SEGMENT_NUMBER: &str = "WARC-Segment-Number";
    pub const SEGMENT_ORIGIN_ID: &str = "WARC-Segment-Origin-ID";
    pub const SEGMENT_TOTAL_LENGTH: &str = "WARC-Segment-Total-Length";
    pub const PROTOCOL: &str = "WARC-Protocol";
    pub const CIPHER_SUITE: &str = "WARC-Cipher-Suite";
}

/// Whether `name` may stand more than once: `WARC-Concurrent-To` by ISO 28500 5.7, `WARC-Protocol` by its proposal.
pub fn repeatable(name: &str) -> bool {
    name.eq_ignore_ascii_case(field::CONCURRENT_TO) || name.eq_ignore_ascii_case(field::PROTOCOL)
}

/// Whether ISO 28500 clause 5 says that `name` shall not stand on a record of type `kind`.
pub fn forbidden(kind: &RecordType, name: &str) -> bool {
    use RecordType as T;
    let is = |candidate: &str| name.eq_ignore_ascii_case(candidate);
    if is(field::TARGET_URI) || is(field::WARCINFO_ID) {
        matches!(kind, T::WarcInfo)
    } else if is(field::CONCURRENT_TO) || is(field::IP_ADDRESS) {
        matches!(kind, T::WarcInfo | T::Conversion | T::Continuation)
    } else if is(field::REFERS_TO) {
        matches!(kind, T::WarcInfo | T::Response | T::Resource | T::Request | T::Continuation)
    } else if is(field::REFERS_TO_TARGET_URI) || is(field::REFERS_TO_DATE) || is(field::PROFILE) {
        !matches!(kind, T::Revisit | T::Unknown(_))
    } else if is(field::PAYLOAD_DIGEST) || is(field::IDENTIFIED_PAYLOAD_TYPE) {
        matches!(kind, T::WarcInfo | T::Metadata)
    } else if is(field::FILENAME) {
        !matches!(kind, T::WarcInfo | T::Unknown(_))
    } else if is(field::SEGMENT_ORIGIN_ID) || is(field::SEGMENT_TOTAL_LENGTH) {
        !matches!(kind, T::Continuation | T::Unknown(_))
    } else {
        false
    }
}

/// Whether ISO 28500 5.10 asks for a `WARC-Target-URI` on a record of type `kind`.
pub fn needs_target_uri(kind: &RecordType) -> bool {
    use RecordType as T;
    matches!(kind, T::Response | T::Resource | T::Request | T::Revisit | T::Conversion | T::Continuation)
}

/// Fields of a record that was read: in order, repeated ones kept, names in the case of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// The first field of that name, in any letter case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Every field of that name, in any letter case.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The record's type.
    pub fn kind(&self) -> RecordType {
        use RecordType as T;
        let name = self.get(field::TYPE).unwrap_or_default();
        let known = [
            ("response", T::Response),
            ("request", T::Request),
            ("metadata", T::Metadata),
            ("conversion", T::Conversion),
            ("revisit", T::Revisit),
            ("resource", T::Resource),
            ("warcinfo", T::WarcInfo),
            ("continuation", T::Continuation),
        ];
        let found = known.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or_else(|| T::Unknown(name.to_ascii_lowercase()), |(_, kind)| kind)
    }
}

/// `uri` as ISO 28500 5.10 wants it: an RFC 3986 URI without brackets around it and without a fragment.
///
/// What a browser leaves bare in paths and queries (`|`, `"`, letters of Vietnamese) is percent-encoded as UTF-8; a `%`
/// that starts no escape becomes `%25`. Hosts are expected in punycode, as `url::Url` prints them.
pub fn target_uri(uri: &str) -> String {
    let uri = uri.trim().trim_start_matches('<').trim_end_matches('>');
    let uri = uri.split('#').next().unwrap_or_default();
    // Square brackets belong to an IPv6 host only.
    let host_end = uri.find("://").map_or(0, |at| {
        let rest = at + 3;
        uri[rest..].find(['/', '?']).map_or(uri.len(), |end| rest + end)
    });
    let bytes = uri.as_bytes();
    let mut out = String::with_capacity(uri.len() + 16);
    for (at, &byte) in bytes.iter().enumerate() {
        let bare = match byte {
            b'%' => bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)),
            b'[' | b']' => at < host_end,
            _ => byte.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=".contains(&byte),
        };
        if bare {
            out.push(char::from(byte));
        } else {
            push_escape(&mut out, byte);
        }
    }
    out
}

/// Appends `%XX`.
fn push_escape(out: &mut String, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(HEX[usize::from(byte >> 4)]));
    out.push(char::from(HEX[usize::from(byte & 15)]));
}

/// `value` without control characters, so that nothing a server sends can start a field of its own.
pub fn one_line(value: &str) -> String {
    value.trim_matches(|c: char| c.is_control() || c.is_whitespace()).replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_uris_are_rfc_3986() {
        assert_eq!(target_uri("https://x.vn/tin tức|1?q=a[0]#top"), "https://x.vn/tin%20t%E1%BB%A9c%7C1?q=a%5B0%5D");
        assert_eq!(target_uri("http://[::1]:80/a%zz%20"), "http://[::1]:80/a%25zz%20");
        assert_eq!(target_uri("<http://x.vn/>"), "http://x.vn/");
    }

    #[test]
    fn table_follows_clause_five() {
        assert!(forbidden(&RecordType::WarcInfo, "warc-target-uri"));
        assert!(forbidden(&RecordType::Metadata, field::PAYLOAD_DIGEST));
        assert!(!forbidden(&RecordType::Metadata, field::REFERS_TO));
        assert!(forbidden(&RecordType::Response, field::REFERS_TO_DATE));
        assert!(!forbidden(&RecordType::Revisit, field::PROFILE));
    }

    #[test]
    fn values_stay_on_their_line() {
        assert_eq!(one_line(" a\r\nWARC-Type: x\0 "), "a  WARC-Type: x");
    }
}
