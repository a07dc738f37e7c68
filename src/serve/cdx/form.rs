//! A line of an index → the form that was asked for. Pure.

use serde_json::{Map, Value};

use crate::archive::cdxj::Entry;

/// Fields of the text form, in order.
const TEXT_FIELDS: [&str; 9] =
    ["urlkey", "timestamp", "url", "mime", "status", "digest", "length", "offset", "filename"];

/// In which form captures are given, a line each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// As the index has them: key, time, object.
    Cdxj,
    /// One object.
    Json,
    /// Values with spaces between them.
    Text,
}

impl Output {
    /// `Content-Type`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Cdxj => "text/x-cdxj; charset=utf-8",
            Self::Json => "application/x-ndjson",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// The line of a capture, with its line feed. `fields` narrows it; none means all.
    pub fn line(self, line: &str, entry: &Entry, fields: &[String]) -> String {
        if self == Self::Text {
            let names: Vec<&str> =
                if fields.is_empty() { TEXT_FIELDS.to_vec() } else { fields.iter().map(String::as_str).collect() };
            let values = names.iter().map(|name| value_of(line, entry, name).unwrap_or_else(|| "-".to_owned()));
            return values.collect::<Vec<_>>().join(" ") + "\n";
        }
        if self == Self::Cdxj && fields.is_empty() {
            return line.to_owned();
        }
        let mut object = Map::new();
        if self == Self::Json {
            object.insert("urlkey".to_owned(), entry.key.clone().into());
            object.insert("timestamp".to_owned(), entry.stamp.clone().into());
        }
        object.extend(object_of(line));
        if !fields.is_empty() {
            let known = std::mem::take(&mut object);
            object.extend(fields.iter().filter_map(|name| Some((name.clone(), known.get(name)?.clone()))));
        }
        let object = Value::Object(object);
        match self {
            Self::Cdxj => format!("{} {} {object}\n", entry.key, entry.stamp),
            _ => format!("{object}\n"),
        }
    }
}

/// The value of a field as text.
pub fn value_of(line: &str, entry: &Entry, name: &str) -> Option<String> {
    match name {
        "urlkey" => return Some(entry.key.clone()),
        "timestamp" => return Some(entry.stamp.clone()),
        "url" => return Some(entry.fields.url.clone()),
        "mime" => return entry.fields.mime.clone(),
        "status" => return entry.fields.status.map(|status| status.to_string()),
        "digest" => return entry.fields.digest.clone(),
        _ => {}
    }
    match object_of(line).remove(name)? {
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

fn object_of(line: &str) -> Map<String, Value> {
    let json = line.splitn(3, ' ').nth(2).unwrap_or_default();
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::filter::Filter;
    use super::*;

    const LINE: &str = "vn,x)/a 20261123101112 {\"url\": \"http://x.vn/a\", \"mime\": \"text/html\", \"status\": \"200\", \
                        \"length\": \"9\", \"offset\": \"5\", \"filename\": \"f.warc.gz\"}\n";

    #[test]
    fn each_form_has_what_was_asked_for() {
        let entry = Entry::parse(LINE.trim_end()).unwrap();
        let fields = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(Output::Cdxj.line(LINE, &entry, &[]), LINE);
        let cut = Output::Cdxj.line(LINE, &entry, &fields("status"));
        assert_eq!(cut, "vn,x)/a 20261123101112 {\"status\":\"200\"}\n");
        let json = Output::Json.line(LINE, &entry, &fields("timestamp,url"));
        assert_eq!(json, "{\"timestamp\":\"20261123101112\",\"url\":\"http://x.vn/a\"}\n");
        let text = Output::Text.line(LINE, &entry, &[]);
        assert_eq!(text, "vn,x)/a 20261123101112 http://x.vn/a text/html 200 - 9 5 f.warc.gz\n");
        assert_eq!(Output::Text.line(LINE, &entry, &fields("offset,none")), "5 -\n");
    }

    #[test]
    fn filters_hold_or_do_not() {
        let entry = Entry::parse(LINE.trim_end()).unwrap();
        for (text, wanted) in [
            ("mime:html", true),
            ("!mime:html", false),
            ("=mime:html", false),
            ("=mimetype:text/html", true),
            ("=status:200", true),
            ("!=statuscode:200", false),
            ("~status:[23]..", true),
            ("~url:a", false),
            ("~url:.*a$", true),
            ("~digest:x", false),
            ("=offset:5", true),
        ] {
            assert_eq!(Filter::read(text).unwrap().passes(LINE, &entry), wanted, "{text}");
        }
    }
}
