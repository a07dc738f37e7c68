//! Lists that a web service answers as JSON.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use url::Url;

use super::cursor::Cursor;
use super::feed::stamp;
use super::reader::{ListReader, ListReading, Taken};
use super::script::entities;
use super::{ListItem, Next, article_key, template};
use crate::config::Pages;
use crate::model::{PageRequest, Stamp};

/// Larger answers are no list page.
const JSON_BYTES: usize = 8 << 20;
/// JSON within a text within JSON, no further.
const WRAPS: usize = 3;

impl ListReader {
    /// Reads the answer of a web service under the rule `rule`, which is one of [`Pages::Json`].
    pub(super) fn read_json(&self, url: &Url, source: &str, request: &PageRequest, mut cursor: Cursor) -> ListReading {
        let family = self.known_family(&cursor);
        let (mut keys, mut items) = (Vec::new(), Vec::new());
        let cut = |why: &str| (Next::Cut(why.to_owned()), vec![why.to_owned()]);
        let answer = if source.len() > JSON_BYTES { None } else { serde_json::from_str::<Value>(clean(source)).ok() };
        let rule = self.rule(family, &cursor);
        let (next, why) = match (rule, answer) {
            (Some(rule @ Pages::Json { items: place, total, .. }), Some(answer)) => {
                let found = at(&answer, place.as_deref().unwrap_or_default());
                let array = found.as_deref().and_then(Value::as_array);
                let mut seen = HashSet::new();
                for entry in array.into_iter().flatten() {
                    let Some(item) = self.entry(rule, entry) else { continue };
                    let key = article_key(&item.url, family.map(|family| family.name));
                    if seen.insert(key.clone()) {
                        keys.push(key);
                        items.push(item);
                    }
                }
                let told = total.as_ref().and_then(|total| number(&*at(&answer, total)?));
                cursor.total_pages = told.or(cursor.total_pages);
                let entries = array.map_or(0, Vec::len);
                let why = format!("web service: {entries} entries, {} of them articles of the site", items.len());
                (self.after_json(rule, array.map(Vec::len), request, &cursor), vec![why])
            }
            (Some(Pages::Json { .. }), None) => cut("the web service's answer is no JSON"),
            _ => cut("the portal sent JSON where the site file says no `json`"),
        };
        let section = self.list.section.clone();
        self.close(Taken { keys, items, next, section, from: url }, family, request, cursor, why)
    }

    fn after_json(&self, rule: &Pages, entries: Option<usize>, request: &PageRequest, cursor: &Cursor) -> Next {
        let number = request.number.saturating_add(1);
        // A frame's page comes before the first of the service's own.
        let own = if cursor.frame { request.number.saturating_sub(1) } else { request.number };
        match entries {
            None => Next::Cut("no array where the site file has the items".to_owned()),
            Some(0) => Next::End("no articles on this page".to_owned()),
            Some(_) if cursor.total_pages.is_some_and(|total| own >= total) => {
                Next::End(format!("page {own} is the last"))
            }
            Some(_) => self.ruled(rule, number, cursor),
        }
    }

    fn entry(&self, rule: &Pages, entry: &Value) -> Option<ListItem> {
        let Pages::Json { link, title, date, .. } = rule else { return None };
        let address = if link.contains('{') {
            let values: BTreeMap<String, String> = template::names_in(link)
                .filter_map(|name| Some((name.to_owned(), text(&*at(entry, name)?)?)))
                .collect();
            template::fill(link, &values, 0).ok()?
        } else {
            text(&*at(entry, link)?)?
        };
        let mut url = self.list.url.join(entities(address.trim()).as_str()).ok()?;
        url.set_fragment(None);
        let title = at(entry, title).and_then(|title| text(&title)).map(|title| entities(&title)).unwrap_or_default();
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let date = date.as_ref().and_then(|date| self::date(&*at(entry, date)?));
        self.urls.accepts(&url).then_some(ListItem { url, title, date, also: Vec::new() })
    }
}

/// The longest piece of markup in a JSON answer: fragments come wrapped as `{"d": "<li>…"}`.
pub(super) fn markup(source: &str) -> Option<String> {
    if source.len() > JSON_BYTES {
        return None;
    }
    let answer: Value = serde_json::from_str(clean(source)).ok()?;
    let mut best: Option<String> = None;
    longest(&answer, WRAPS, &mut best);
    best
}

fn longest(value: &Value, wraps: usize, best: &mut Option<String>) {
    match value {
        Value::String(text) if text.contains('<') && text.contains("href") => {
            *best = best.take().filter(|best| best.len() >= text.len()).or_else(|| Some(text.clone()));
        }
        Value::String(text) if wraps > 0 && text.trim_start().starts_with(['{', '[']) => {
            if let Ok(inner) = serde_json::from_str(text) {
                longest(&inner, wraps - 1, best);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| longest(value, wraps, best)),
        Value::Object(members) => members.values().for_each(|value| longest(value, wraps, best)),
        _ => {}
    }
}

/// Guards against being run as a script, which some services put before their JSON.
fn clean(source: &str) -> &str {
    let source = source.trim_start_matches('\u{feff}').trim();
    [")]}',", "while(1);", "for(;;);"].iter().find_map(|guard| source.strip_prefix(guard)).unwrap_or(source)
}

/// What stands at a place such as `d/items`; JSON kept as text on the way (as `.asmx` services answer) is opened.
fn at<'a>(value: &'a Value, place: &str) -> Option<Cow<'a, Value>> {
    let mut here = opened(Cow::Borrowed(value), place.is_empty());
    for step in place.split('/').filter(|step| !step.is_empty()) {
        here = opened(here, true);
        here = match here {
            Cow::Borrowed(value) => Cow::Borrowed(member(value, step)?),
            Cow::Owned(value) => Cow::Owned(member(&value, step)?.clone()),
        };
    }
    Some(if here.as_str().is_some_and(|text| text.starts_with(['[', '{'])) { opened(here, true) } else { here })
}

fn opened(value: Cow<'_, Value>, wanted: bool) -> Cow<'_, Value> {
    match value.as_str().filter(|_| wanted).and_then(|text| serde_json::from_str(text).ok()) {
        Some(inner) => Cow::Owned(inner),
        None => value,
    }
}

fn member<'a>(value: &'a Value, step: &str) -> Option<&'a Value> {
    match value {
        Value::Array(values) => values.get(step.parse::<usize>().ok()?),
        Value::Object(members) => members.get(step),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<u32> {
    text(value)?.trim().parse().ok()
}

/// Texts in any form, and epochs in seconds or milliseconds.
fn date(value: &Value) -> Option<Stamp> {
    stamp(&text(value)?)
}
