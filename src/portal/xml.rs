//! Feeds and sitemaps, read as they come: broken markup loses what it breaks and nothing else.
//!
//! A strict parser would refuse a whole feed for one bare `&`. What is wanted of XML here is small: records, and the
//! texts and attributes inside them.

use super::script::entities;

/// Records of one file; the sitemap protocol allows as many.
const RECORDS: usize = 50_000;
/// Fields of one record.
const FIELDS: usize = 200;

/// An element with text or attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name as written, in small letters: `link`, `news:title`.
    pub name: String,
    /// Its own text, entities and CDATA read.
    pub text: String,
    attributes: String,
}

impl Field {
    /// An attribute's value.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes.as_str();
        while let Some((before, after)) = rest.split_once('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, tail) = after[1..].split_once(quote)?;
            if before.trim().eq_ignore_ascii_case(name) {
                return Some(entities(value));
            }
            rest = tail;
        }
        None
    }
}

/// The elements inside one record, in document order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Record(pub Vec<Field>);

impl Record {
    /// The text of the first field of that name that has one.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().filter(|field| field.name == name).map(|field| field.text.trim()).find(|text| !text.is_empty())
    }

    /// The fields of that name.
    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Field> {
        self.0.iter().filter(move |field| field.name == name)
    }
}

/// The name of the first element, without its prefix.
pub(super) fn root(source: &str) -> Option<String> {
    Pieces(source).find_map(|piece| match piece {
        Piece::Open { name, .. } => Some(local(&name).to_owned()),
        _ => None,
    })
}

/// What stands outside of the records, and the records: the elements called one of `names`.
pub(super) fn records(source: &str, names: &[&str]) -> (Record, Vec<Record>) {
    let (mut head, mut out) = (Record::default(), Vec::new());
    let mut current: Option<(String, Record)> = None;
    let mut open: Option<usize> = None;
    for piece in Pieces(source) {
        match piece {
            Piece::Open { name, .. } if names.contains(&local(&name)) => {
                if out.len() == RECORDS {
                    break;
                }
                // A record that was never closed ends where the next begins.
                out.extend(current.replace((name, Record::default())).map(|(_, record)| record));
                open = None;
            }
            Piece::Open { name, attributes } => {
                let into = current.as_mut().map_or(&mut head, |(_, record)| record);
                open = (into.0.len() < FIELDS).then(|| {
                    into.0.push(Field { name, text: String::new(), attributes: attributes.to_owned() });
                    into.0.len() - 1
                });
            }
            Piece::Text { text, raw } => {
                let into = current.as_mut().map_or(&mut head, |(_, record)| record);
                if let Some(field) = open.and_then(|open| into.0.get_mut(open)) {
                    field.text.push_str(&if raw { text.to_owned() } else { entities(text) });
                }
            }
            Piece::Close { name } => {
                open = None;
                if current.as_ref().is_some_and(|(opened, _)| *opened == name) {
                    out.extend(current.take().map(|(_, record)| record));
                }
            }
        }
    }
    out.extend(current.map(|(_, record)| record));
    (head, out)
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

enum Piece<'a> {
    Open { name: String, attributes: &'a str },
    Text { text: &'a str, raw: bool },
    Close { name: String },
}

/// Cuts a source into tags and texts; empty elements are opened only.
struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            if self.0.is_empty() {
                return None;
            }
            let at = self.0.find('<').unwrap_or(self.0.len());
            if at > 0 {
                let (text, rest) = self.0.split_at(at);
                self.0 = rest;
                return Some(Piece::Text { text, raw: false });
            }
            if let Some(rest) = self.0.strip_prefix("<![CDATA[") {
                let (text, rest) = rest.split_once("]]>").unwrap_or((rest, ""));
                self.0 = rest;
                return Some(Piece::Text { text, raw: true });
            }
            if self.0.starts_with("<!--") {
                self.0 = self.0.split_once("-->").map_or("", |(_, rest)| rest);
                continue;
            }
            let (tag, rest) = tag(self.0);
            self.0 = rest;
            if tag.starts_with(['?', '!']) {
                continue;
            }
            if let Some(name) = tag.strip_prefix('/') {
                return Some(Piece::Close { name: name.trim().to_ascii_lowercase() });
            }
            let tag = tag.trim_end_matches('/');
            let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
            return Some(Piece::Open { name: name.to_ascii_lowercase(), attributes });
        }
    }
}

/// What stands between `<` and `>`, and the rest; quotes may hold a `>`.
fn tag(text: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().skip(1).take(8_192) {
        match (quote, byte) {
            (None, b'>') => return (&text[1..at], &text[at + 1..]),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    // No end: a bare `<`, or a quote that was never closed.
    text[1..].split_once('>').unwrap_or((&text[1..], ""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn records_of_broken_markup() {
        let source = "\u{feff}<?xml version=\"1.0\"?><!-- <item> --><rss><channel><title>Tin</title>\
            <atom:link rel=\"next\" href='/rss?p=2&amp;a=1'/><item><title><![CDATA[Cá & tôm <b>]]></title><link>/a</link>\
            <item><title>Mùa &amp; vụ & gió</title><p a=\">\">x</p></item></channel></rss>";
        let (head, records) = records(source, &["item", "entry"]);
        assert_eq!(root(source).as_deref(), Some("rss"));
        assert_eq!(head.text("title"), Some("Tin"));
        assert_eq!(head.named("atom:link").next().unwrap().attribute("href").as_deref(), Some("/rss?p=2&a=1"));
        assert_eq!(records.len(), 2);
        assert_eq!((records[0].text("title"), records[0].text("link")), (Some("Cá & tôm <b>"), Some("/a")));
        assert_eq!((records[1].text("title"), records[1].text("p")), (Some("Mùa & vụ & gió"), Some("x")));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(<|>|/|item|<item>|</item>|\"|'|=|a|<!\\[CDATA\\[|\\]\\]>|<!--|-->|đ|&amp;| ){0,60}") {
            let (_, records) = records(&text, &["item"]);
            for field in records.iter().flat_map(|record| &record.0) {
                let _ = field.attribute("a");
            }
            let _ = root(&text);
        }
    }
}
