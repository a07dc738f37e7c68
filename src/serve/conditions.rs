//! Conditional requests (RFC 9110 13): whether the copy that a client holds is still the right one. Pure.

use std::time::{Duration, SystemTime};

use axum::http::{HeaderMap, HeaderName, header};

/// What identifies a representation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validators {
    /// Strong entity tags, quotes included. The first is the one that is sent; all of them name these bytes.
    pub tags: Vec<String>,
    /// To the second.
    pub modified: SystemTime,
}

/// What becomes of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Answer it; the ranges count if `ranges` is true.
    Go {
        /// Whether `Range` is to be looked at.
        ranges: bool,
    },
    /// 304.
    NotModified,
    /// 412.
    Failed,
}

/// The order of RFC 9110 13.2.2.
pub fn judge(headers: &HeaderMap, own: &Validators) -> Verdict {
    if let Some(tags) = list(headers, &header::IF_MATCH) {
        if !tags.iter().any(|tag| tag == "*" || own.tags.contains(tag)) {
            return Verdict::Failed;
        }
    } else if let Some(since) = date(headers, &header::IF_UNMODIFIED_SINCE)
        && own.seconds() > since
    {
        return Verdict::Failed;
    }
    if let Some(tags) = list(headers, &header::IF_NONE_MATCH) {
        // Weak comparison here: a `W/` in front makes no difference.
        let known = |tag: &String| tag == "*" || own.tags.iter().any(|own| own == tag.trim_start_matches("W/"));
        if tags.iter().any(known) {
            return Verdict::NotModified;
        }
    } else if let Some(since) = date(headers, &header::IF_MODIFIED_SINCE)
        && own.seconds() <= since
    {
        return Verdict::NotModified;
    }
    let ranges = match headers.get(header::IF_RANGE).map(|value| value.to_str().unwrap_or_default().trim()) {
        None => true,
        // Strong comparison (13.1.5): a weak tag never matches.
        Some(tag) if tag.starts_with('"') => own.tags.iter().any(|own| own == tag),
        Some(when) => httpdate::parse_http_date(when).is_ok_and(|when| seconds(when) == own.seconds()),
    };
    Verdict::Go { ranges }
}

impl Validators {
    fn seconds(&self) -> u64 {
        seconds(self.modified)
    }

    /// `Last-Modified`.
    pub fn last_modified(&self) -> String {
        httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(self.seconds()))
    }
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A field that is no date is passed over.
fn date(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let value = headers.get(name)?.to_str().ok()?;
    httpdate::parse_http_date(value).ok().map(seconds)
}

/// Tags of a field that may stand more than once. Ours hold no comma.
fn list(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<String>> {
    let mut values = headers.get_all(name).iter().peekable();
    values.peek()?;
    let tags = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    Some(tags.map(|tag| tag.trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GO: Verdict = Verdict::Go { ranges: true };
    const WHOLE: Verdict = Verdict::Go { ranges: false };

    #[test]
    fn conditions_are_judged_in_the_order_of_the_rfc() {
        let modified = httpdate::parse_http_date("Mon, 23 Nov 2026 10:00:00 GMT").unwrap() + Duration::from_millis(500);
        let own = Validators { tags: vec!["\"a\"".to_owned(), "\"b\"".to_owned()], modified };
        let (then, before) = ("Mon, 23 Nov 2026 10:00:00 GMT", "Mon, 23 Nov 2026 09:59:59 GMT");
        for (fields, wanted) in [
            (&[][..], GO),
            (&[("if-match", "\"a\"")], GO),
            (&[("if-match", "\"x\", \"b\"")], GO),
            (&[("if-match", "*")], GO),
            (&[("if-match", "W/\"a\"")], Verdict::Failed),
            (&[("if-match", "\"x\"")], Verdict::Failed),
            (&[("if-unmodified-since", then)], GO),
            (&[("if-unmodified-since", before)], Verdict::Failed),
            (&[("if-match", "\"a\""), ("if-unmodified-since", before)], GO),
            (&[("if-none-match", "W/\"a\"")], Verdict::NotModified),
            (&[("if-none-match", "\"x\"")], GO),
            (&[("if-none-match", "*")], Verdict::NotModified),
            (&[("if-modified-since", then)], Verdict::NotModified),
            (&[("if-modified-since", before)], GO),
            (&[("if-modified-since", "yesterday")], GO),
            (&[("if-none-match", "\"x\""), ("if-modified-since", then)], GO),
            (&[("if-range", "\"b\"")], GO),
            (&[("if-range", "W/\"b\"")], WHOLE),
            (&[("if-range", "\"x\"")], WHOLE),
            (&[("if-range", then)], GO),
            (&[("if-range", before)], WHOLE),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                headers.insert(*name, value.parse().unwrap());
            }
            assert_eq!(judge(&headers, &own), wanted, "{fields:?}");
        }
        assert_eq!(own.last_modified(), then);
    }
}
