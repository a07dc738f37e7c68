//! The head of one record against ISO 28500 clause 5 and 6.

use std::collections::HashSet;

use warc::RecordType;

use super::finding::Fault;
use crate::archive::warc::{Fields, field, forbidden, needs_target_uri, repeatable};

/// Faults of a head.
pub(super) fn check(fields: &Fields, block_len: u64, fault: &mut dyn FnMut(Fault)) {
    let kind = fields.kind();
    for name in [field::TYPE, field::RECORD_ID, field::DATE] {
        if fields.get(name).is_none_or(str::is_empty) {
            fault(Fault::Missing(name));
        }
    }
    if needs_target_uri(&kind) && fields.get(field::TARGET_URI).is_none() {
        fault(Fault::Missing(field::TARGET_URI));
    }
    let mut seen = HashSet::new();
    for (name, _) in &fields.0 {
        if forbidden(&kind, name) {
            fault(Fault::Forbidden(name.clone()));
        }
        if !seen.insert(name.to_ascii_lowercase()) && !repeatable(name) {
            fault(Fault::Repeated(name.clone()));
        }
    }
    values(fields, fault);
    if block_len > 0 && kind != RecordType::Continuation && fields.get(field::CONTENT_TYPE).is_none() {
        fault(Fault::Missing(field::CONTENT_TYPE));
    }
    if kind == RecordType::Revisit {
        revisit(fields, block_len, fault);
    }
}

/// Forms of single values.
fn values(fields: &Fields, fault: &mut dyn FnMut(Fault)) {
    let mut each = |name: &'static str, right: fn(&str) -> bool| {
        for value in fields.all(name).filter(|value| !right(value)) {
            fault(Fault::Value(name, value.chars().take(120).collect()));
        }
    };
    for name in [field::RECORD_ID, field::CONCURRENT_TO, field::REFERS_TO, field::WARCINFO_ID] {
        each(name, is_id);
    }
    each(field::DATE, is_date);
    each(field::REFERS_TO_DATE, is_date);
    each(field::TARGET_URI, is_uri);
    each(field::REFERS_TO_TARGET_URI, is_uri);
    each(field::IP_ADDRESS, |value| value.parse::<std::net::IpAddr>().is_ok());
    each(field::TRUNCATED, |value| matches!(value, "length" | "time" | "disconnect" | "unspecified"));
}

/// ISO 28500 6.7: what a revisit must say so that its payload can be found.
fn revisit(fields: &Fields, block_len: u64, fault: &mut dyn FnMut(Fault)) {
    let Some(profile) = fields.get(field::PROFILE) else {
        fault(Fault::Missing(field::PROFILE));
        return;
    };
    if profile.ends_with("/revisit/identical-payload-digest") {
        if fields.get(field::PAYLOAD_DIGEST).is_none() {
            fault(Fault::Missing(field::PAYLOAD_DIGEST));
        }
        if block_len > 0 && fields.get(field::TRUNCATED) != Some("length") {
            fault(Fault::Revisit("a revisit with a block must say WARC-Truncated: length"));
        }
    } else if !profile.ends_with("/revisit/server-not-modified") {
        fault(Fault::Value(field::PROFILE, profile.to_owned()));
    }
    if fields.get(field::REFERS_TO).is_none() && fields.get(field::REFERS_TO_DATE).is_none() {
        fault(Fault::Revisit("the revisit refers to nothing"));
    }
}

/// `<uri>`.
fn is_id(value: &str) -> bool {
    value.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).is_some_and(is_uri)
}

/// A scheme, then characters of RFC 3986 alone. Square brackets count wherever they stand: other archives are full of
/// them, and nothing is lost by them.
fn is_uri(value: &str) -> bool {
    let bytes = value.as_bytes();
    let right = |(at, byte): (usize, &u8)| match byte {
        b'%' => bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)),
        _ => byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(byte),
    };
    value.contains(':') && bytes.iter().enumerate().all(right)
}

/// W3C date of ISO 28500 5.4: year to nanosecond, with `Z` once there is a time.
fn is_date(value: &str) -> bool {
    let padded = match value.len() {
        4 => format!("{value}-01-01T00:00Z"),
        7 => format!("{value}-01T00:00Z"),
        10 => format!("{value}T00:00Z"),
        17 => value.to_owned(),
        _ => return value.ends_with('Z') && value.contains('T') && value.parse::<jiff::Timestamp>().is_ok(),
    };
    jiff::civil::DateTime::strptime("%Y-%m-%dT%H:%MZ", padded).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert!(is_date("2026-11-23T10:00:00.123456Z") && is_date("2026") && is_date("2026-11-23T10:00Z"));
        assert!(!is_date("2026-13-01") && !is_date("2026-11-23T10:00:00+07:00") && !is_date("20261123100000"));
        assert!(is_id("<urn:uuid:1-2>") && !is_id("urn:uuid:1-2") && !is_id("<a b:c>"));
        assert!(is_uri("http://x.vn/a[0]") && !is_uri("http://x.vn/ứ") && !is_uri("<http://x.vn/>") && !is_uri("/a"));
    }

    #[test]
    fn heads() {
        let faults = |lines: &[(&str, &str)], len| {
            let mut out = Vec::new();
            let fields = lines.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            check(&Fields(fields), len, &mut |fault| out.push(fault));
            out
        };
        let base = [("WARC-Type", "revisit"), ("WARC-Record-ID", "<urn:a:b>"), ("WARC-Date", "2026-01-01T00:00:00Z")];
        let found = faults(&base, 0);
        assert_eq!(found, [Fault::Missing(field::TARGET_URI), Fault::Missing(field::PROFILE)]);
        let found = faults(&[("warc-type", "metadata"), ("WARC-Profile", "x"), ("WARC-Date", "now")], 1);
        assert_eq!(
            found,
            [
                Fault::Missing(field::RECORD_ID),
                Fault::Forbidden("WARC-Profile".to_owned()),
                Fault::Value(field::DATE, "now".to_owned()),
                Fault::Missing(field::CONTENT_TYPE),
            ]
        );
    }
}
