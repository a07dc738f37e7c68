//! RSS and Atom: a list without a page around it.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use url::Url;

use super::cursor::Cursor;
use super::reader::{ListReader, ListReading, Taken};
use super::script::entities;
use super::xml::{self, Record};
use super::{ListItem, Next, article_key};
use crate::article::dates::{month_first, parse_month_first, parse_stamp};
use crate::model::{PageMethod, PageRequest, Stamp, StampSource, VIETNAM};

/// Names of a feed's root element.
pub(super) const ROOTS: [&str; 3] = ["rss", "feed", "rdf"];

impl ListReader {
    /// Reads a feed.
    pub(super) fn read_feed(&self, url: &Url, source: &str, request: &PageRequest, cursor: Cursor) -> ListReading {
        let family = self.known_family(&cursor);
        let (head, records) = xml::records(source, &["item", "entry"]);
        let month_first = months_first(&records);
        let (mut keys, mut items, mut seen) = (Vec::new(), Vec::new(), HashMap::new());
        for record in &records {
            let Some(link) = link(record, url).filter(|link| self.urls.accepts(link)) else { continue };
            let key = article_key(&link, family.map(|family| family.name));
            if let Some(&at) = seen.get(&key) {
                let item: &mut ListItem = &mut items[at];
                item.seen_at(&link);
                continue;
            }
            seen.insert(key.clone(), items.len());
            keys.push(key);
            items.push(ListItem { url: link, title: title(record), date: date(record, month_first), also: Vec::new() });
        }
        let next = onward(&head, url).filter(|_| !items.is_empty());
        let next = next.map_or_else(
            || Next::End("the feed has no further page".to_owned()),
            |url| Next::Page(PageRequest { number: request.number.saturating_add(1), url, method: PageMethod::Get }),
        );
        let why = vec![format!("feed of {} entries, {} of them articles of the site", records.len(), items.len())];
        let section = self.list.section.clone().or_else(|| head.text("title").map(entities));
        self.close(Taken { keys, items, next, section, from: url }, family, request, cursor, why)
    }
}

/// RSS has the address as text, Atom as an attribute; a permanent `guid` stands in for either.
fn link(record: &Record, base: &Url) -> Option<Url> {
    let text = record.text("link").map(str::to_owned);
    let alternate = || {
        let mut links = record.named("link").filter(|link| link.attribute("rel").is_none_or(|rel| rel == "alternate"));
        links.find_map(|link| link.attribute("href"))
    };
    let guid = || {
        let mut guids =
            record.named("guid").filter(|guid| guid.attribute("ispermalink").is_none_or(|flag| flag == "true"));
        guids.find(|guid| guid.text.trim().starts_with("http")).map(|guid| guid.text.clone())
    };
    let mut url = base.join(text.or_else(alternate).or_else(guid)?.trim()).ok()?;
    url.set_fragment(None);
    Some(url)
}

/// Titles are often encoded twice.
fn title(record: &Record) -> String {
    let text = entities(record.text("title").unwrap_or_default());
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Elements that hold an entry's date.
const DATES: [&str; 5] = ["pubdate", "published", "dc:date", "a10:updated", "updated"];

/// Whether the feed writes `9/25/2026`: one entry that can be read no other way speaks for all of them.
fn months_first(records: &[Record]) -> bool {
    let mut said = records.iter().filter_map(|record| DATES.iter().find_map(|name| month_first(record.text(name)?)));
    said.next().is_some_and(|first| first && said.all(|other| other))
}

fn date(record: &Record, month_first: bool) -> Option<Stamp> {
    DATES.iter().find_map(|name| {
        let text = record.text(name)?;
        let swapped = if month_first { parse_month_first(text) } else { None };
        swapped.map(|(at, has_time)| Stamp { at, has_time, source: StampSource::List }).or_else(|| stamp(text))
    })
}

/// A date as feeds, sitemaps and web services write it.
pub(super) fn stamp(text: &str) -> Option<Stamp> {
    let text = text.trim();
    let plain = text.replace("GMT+7", "+0700").replace("GMT+07:00", "+0700");
    // Weekdays are often in Vietnamese, or wrong.
    let dated = plain.split_once(", ").map_or(plain.as_str(), |(_, rest)| rest);
    let at = text.parse::<Timestamp>().ok().or_else(|| rfc2822::parse(dated).ok().map(|zoned| zoned.timestamp()));
    if let Some(at) = at {
        return Some(Stamp { at: VIETNAM.to_datetime(at), has_time: true, source: StampSource::List });
    }
    let (at, has_time) = parse_stamp(text)?;
    Some(Stamp { at, has_time, source: StampSource::List })
}

/// RFC 5005: a feed in pages links to its next.
fn onward(head: &Record, base: &Url) -> Option<Url> {
    let links = ["atom:link", "link", "atom10:link"].into_iter().flat_map(|name| head.named(name));
    let mut next = links.filter(|link| link.attribute("rel").is_some_and(|rel| rel == "next"));
    next.find_map(|link| base.join(&link.attribute("href")?).ok())
}
