//! The relations between an address, its gate, its list and its captures, as `Link` fields (RFC 8288, RFC 7089 2.2). Pure.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use crate::archive::cdxj::Entry;
use crate::archive::select;

/// What is linked.
#[derive(Debug, Clone, Copy)]
pub struct Links<'a> {
    /// The server, without a slash at the end.
    pub base: &'a str,
    /// The address as it was asked for.
    pub url: &'a str,
}

impl Links<'_> {
    /// Where the capture is.
    pub fn memento(&self, entry: &Entry) -> String {
        format!("{}/web/{}id_/{}", self.base, entry.stamp, entry.fields.url)
    }

    /// Where the gate is.
    pub fn timegate(&self) -> String {
        format!("{}/timegate/{}", self.base, self.url)
    }

    /// Where the list is.
    pub fn map(&self, form: &str) -> String {
        format!("{}/timemap/{form}/{}", self.base, self.url)
    }

    /// A `Link` field: original, gate and list, and the captures at both ends and beside `of`.
    pub fn around(&self, found: &[Entry], of: Option<&Entry>) -> String {
        let mut out = format!("<{}>; rel=\"original\"", escaped(self.url));
        self.fixed(&mut out, ", ");
        let at = of.and_then(|of| found.iter().position(|entry| entry == of));
        let last = found.len().saturating_sub(1);
        for (number, entry) in found.iter().enumerate() {
            let beside = at.is_some_and(|at| number.abs_diff(at) <= 1);
            if number != 0 && number != last && !beside {
                continue;
            }
            let mut rel = Vec::new();
            rel.extend((number == 0).then_some("first"));
            rel.extend((number == last).then_some("last"));
            rel.extend((Some(number + 1) == at).then_some("prev"));
            rel.extend((number.checked_sub(1).is_some_and(|before| Some(before) == at)).then_some("next"));
            out.push_str(", ");
            self.one(&mut out, entry, &rel);
        }
        out
    }

    /// The list of all captures.
    pub fn timemap(&self, found: &[Entry]) -> String {
        let mut out = format!("<{}>; rel=\"original\"", escaped(self.url));
        let _ = write!(out, ",\n<{}>; rel=\"timegate\"", escaped(&self.timegate()));
        let _ = write!(out, ",\n<{}>; rel=\"self\"; type=\"application/link-format\"", escaped(&self.map("link")));
        if let (Some(first), Some(last)) = (found.first(), found.last()) {
            let _ = write!(out, "; from=\"{}\"; until=\"{}\"", http_date(first), http_date(last));
        }
        let last = found.len().saturating_sub(1);
        for (number, entry) in found.iter().enumerate() {
            let mut rel = Vec::new();
            rel.extend((number == 0).then_some("first"));
            rel.extend((number == last).then_some("last"));
            out.push_str(",\n");
            self.one(&mut out, entry, &rel);
        }
        out.push('\n');
        out
    }

    // Writing to a String cannot fail.
    fn fixed(&self, out: &mut String, between: &str) {
        let _ = write!(out, "{between}<{}>; rel=\"timegate\"", escaped(&self.timegate()));
        let _ =
            write!(out, "{between}<{}>; rel=\"timemap\"; type=\"application/link-format\"", escaped(&self.map("link")));
    }

    fn one(&self, out: &mut String, entry: &Entry, rel: &[&str]) {
        let rel = [rel, &["memento"]].concat().join(" ");
        let place = escaped(&self.memento(entry));
        let _ = write!(out, "<{place}>; rel=\"{rel}\"; datetime=\"{}\"", http_date(entry));
    }
}

/// What would end a link early is escaped.
fn escaped(url: &str) -> String {
    url.replace('<', "%3C").replace('>', "%3E").replace('"', "%22").replace(' ', "%20")
}

/// The time of a capture as `Memento-Datetime` has it.
pub fn http_date(entry: &Entry) -> String {
    let since = u64::try_from(super::instant(entry)).unwrap_or_default();
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(since))
}

/// The time of a capture.
pub fn rfc3339(entry: &Entry) -> String {
    select::rfc3339(entry.stamp.get(..14).and_then(|text| text.parse().ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(day: u32) -> Entry {
        let json = r#"{"url": "http://x.vn/a", "length": "1", "offset": "1", "filename": "f"}"#;
        Entry::parse(&format!("vn,x)/a 202611{day:02}100000 {json}")).unwrap()
    }

    #[test]
    fn neighbours_and_ends_are_linked_once() {
        let found: Vec<Entry> = (1..=6).map(entry).collect();
        let links = Links { base: "http://h", url: "http://x.vn/a" };
        let around = links.around(&found, Some(&found[3]));
        for part in [
            "<http://x.vn/a>; rel=\"original\", <http://h/timegate/http://x.vn/a>; rel=\"timegate\"",
            "<http://h/web/20261101100000id_/http://x.vn/a>; rel=\"first memento\"; datetime=\"Sun, 01 Nov 2026 10:00:00 GMT\"",
            "/web/20261103100000id_/http://x.vn/a>; rel=\"prev memento\"",
            "/web/20261104100000id_/http://x.vn/a>; rel=\"memento\"",
            "/web/20261105100000id_/http://x.vn/a>; rel=\"next memento\"",
            "/web/20261106100000id_/http://x.vn/a>; rel=\"last memento\"",
        ] {
            assert!(around.contains(part), "{part}\n{around}");
        }
        assert!(!around.contains("20261102"));
        assert!(links.around(&found[..1], Some(&found[0])).contains("rel=\"first last memento\""));
        let map = links.timemap(&found);
        assert_eq!(map.lines().count(), 9);
        assert!(
            map.contains("from=\"Sun, 01 Nov 2026 10:00:00 GMT\"; until=\"Fri, 06 Nov 2026 10:00:00 GMT\""),
            "{map}"
        );
    }
}
