//! What a capture's records tell, once they are read back: the other half of the metadata that `process` writes.

use jiff::Timestamp;
use jiff::civil::Date;
use url::Url;

use super::rows::QueueRow;
use super::visit::{Validators, Visit};
use crate::archive::catalog::ArticleRecord;
use crate::archive::warc::{Original, RawRecord, RecordId, RecordType, field, http, parse_date};
use crate::fetch::{Exchange, Payload};
use crate::model::{CanonicalUrl, Digest, Head, Stamp, StampSource};

/// Lines of a metadata record.
pub struct Lines<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Lines<'a> {
    /// Reads a metadata record's block.
    pub fn of(block: &'a [u8]) -> Self {
        let text = std::str::from_utf8(block).unwrap_or_default();
        Self(text.lines().filter_map(|line| line.split_once(": ")).collect())
    }

    /// The value of a line.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(field, _)| *field == name).map(|(_, value)| *value)
    }

    /// The queue's row as it was when the article was asked for.
    pub fn queue_row(&self) -> Option<QueueRow> {
        let text = |name| self.get(name).unwrap_or_default().to_owned();
        Some(QueueRow {
            url: self.get("luutru-url")?.to_owned(),
            key: CanonicalUrl(self.get("luutru-key")?.to_owned()),
            list: text("luutru-list"),
            via: text("via"),
            title: text("luutru-title"),
            listed: self.get("luutru-listed").and_then(listed),
            walk: String::new(),
            attempts: 0,
            fence: 0,
            again: false,
        })
    }
}

/// A list's date as the metadata record has it: a day, or RFC 3339.
fn listed(text: &str) -> Option<Stamp> {
    if let Ok(day) = text.parse::<jiff::civil::Date>()
        && text.len() == 10
    {
        return Some(Stamp::day(day, StampSource::List));
    }
    let at = text.strip_suffix("+07:00")?.parse().ok()?;
    Some(Stamp { at, has_time: true, source: StampSource::List })
}

/// What was read in a capture's page.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// The content.
    pub content: Digest,
    /// Its version.
    pub version: u32,
    /// Its day.
    pub day: Option<Date>,
    /// Whether the text was new then.
    pub new: bool,
    /// Whether the record of the text names the files that this very page links to.
    pub names_files: bool,
}

impl Read {
    /// From the record of the text, which was held before.
    pub fn of(record: &ArticleRecord) -> Self {
        let day = record.published.as_ref().and_then(|at| at.get(..10)?.parse().ok());
        Self { content: record.content_hash, version: record.version, day, new: false, names_files: false }
    }
}

/// Whether the capture is of a page, and not of a redirect on the way to it or of an error.
pub fn is_page(main: &RawRecord) -> bool {
    let whole = main.fields.get(field::TRUNCATED).is_none() || main.fields.kind() == RecordType::Revisit;
    whole && http::status(&main.block).is_some_and(|status| (200..300).contains(&status))
}

/// Whether the capture is a server's word that a page is as it was.
pub fn is_not_modified(main: &RawRecord) -> bool {
    main.fields.kind() == RecordType::Revisit && http::status(&main.block) == Some(304)
}

/// The visit that a page's capture tells of.
pub fn visit_of(main: &RawRecord, day: Option<Date>) -> Visit {
    let at = main.fields.get(field::DATE).and_then(parse_date).map_or(0, Timestamp::as_second);
    let url = main.fields.get(field::TARGET_URI).and_then(|uri| Url::parse(uri).ok());
    let payload = main.fields.get(field::PAYLOAD_DIGEST).and_then(Digest::parse);
    let head = Head::parse(&main.block[..http::head_length(&main.block)]);
    let validators = match (head, url, payload) {
        (Some(head), Some(url), Some(payload)) if head.status == 200 => Validators::of(&head, &url, payload),
        _ => None,
    };
    Visit { at, first: at, day, validators, waits: None }
}

/// The response as the original of later revisits; `None` for anything else.
pub fn original_of(main: &RawRecord) -> Option<Original> {
    let is_original = main.fields.kind() == RecordType::Response && is_page(main);
    if !is_original || http::head_length(&main.block) == main.block.len() {
        return None;
    }
    Some(Original {
        record_id: RecordId::parse(main.fields.get(field::RECORD_ID)?)?,
        target_uri: main.fields.get(field::TARGET_URI)?.to_owned(),
        date: parse_date(main.fields.get(field::DATE)?)?,
        payload_digest: Digest::parse(main.fields.get(field::PAYLOAD_DIGEST)?)?,
    })
}

/// An exchange as far as a record tells.
pub fn exchange_of(main: &RawRecord, response: Vec<u8>) -> Option<Exchange> {
    let url = Url::parse(main.fields.get(field::TARGET_URI)?).ok()?;
    let started = main.fields.get(field::DATE).and_then(parse_date)?;
    let head_bytes = http::head_length(&response);
    let head = Head::parse(&response[..head_bytes])?;
    let payload = Payload::Unchunked(http::Message::parse(&response).payload.concat());
    Some(Exchange::recorded(url, started, response, head, head_bytes, payload))
}
