//! The `pages` table of a list → a checked rule.

use regex::Regex;
use toml::de::DeValue;

use super::Wrong;
use super::pages::{Count, Pages};
use super::sheet::{Section, did_you_mean};
use super::site_file::selector;

/// Kinds of further pages.
pub(super) const KINDS: [&str; 10] =
    ["query", "path", "next", "form", "postback", "exclusion", "json", "feed", "sitemap", "single"];

/// Reads the table.
pub(super) fn pages(table: &Section<'_, '_>) -> Option<Pages> {
    table.require("kind", "\"query\"");
    let kind = table.text("kind")?;
    let span = kind.span();
    let pages = match *kind.get_ref() {
        "query" => {
            table.require("param", "\"page\"");
            let count = count(table);
            table.parsed("param", parameter).map(|param| Pages::Query { param, count })
        }
        "path" => {
            table.require("template", "\"page-{n}\"");
            let count = count(table);
            table.parsed("template", numbered).map(|template| Pages::Path { template, count })
        }
        "next" => {
            table.require("selector", "\"a.next\"");
            table.parsed("selector", selector).map(|selector| Pages::Next { selector })
        }
        "form" => form(table),
        "postback" => Some(Pages::Postback { target: plain(table, "target"), argument: plain(table, "argument") }),
        "exclusion" => exclusion(table),
        "json" => json(table),
        "feed" => Some(Pages::Feed),
        "sitemap" => Some(Pages::Sitemap),
        "single" => Some(Pages::Single),
        other => {
            let what = format!("unknown kind of pages \"{}\"", other.escape_debug());
            table.sheet.fault(&span, Wrong::new(what, did_you_mean(other, &KINDS)));
            return None;
        }
    };
    table.unknown_keys();
    pages
}

fn plain(table: &Section<'_, '_>, key: &'static str) -> Option<String> {
    table.text(key).map(|text| (*text.get_ref()).to_owned())
}

/// What the portal calls its pages.
fn count(table: &Section<'_, '_>) -> Count {
    let usual = Count::default();
    Count {
        first: table.number("first", 0..=1_000_000).unwrap_or(usual.first),
        step: table.number("step", 1..=1_000).unwrap_or(usual.step),
    }
}

/// The name of a query parameter, as it stands in the address.
fn parameter(text: &str) -> Result<String, Wrong> {
    if text.contains(['=', '&', '?', '#', ' ']) {
        let what = format!("\"{}\" is more than a parameter's name", text.escape_debug());
        return Err(Wrong::new(what, "write the name alone, such as \"page\""));
    }
    Ok(text.to_owned())
}

/// A piece of an address with the page number in it.
fn numbered(text: &str) -> Result<String, Wrong> {
    if text.matches("{n}").count() == 1 {
        return Ok(text.to_owned());
    }
    let what = format!("\"{}\" does not hold {{n}} once", text.escape_debug());
    Err(Wrong::new(what, "write {n} where the page number stands, such as \"page-{n}\""))
}

/// A POST with fields of its own.
fn form(table: &Section<'_, '_>) -> Option<Pages> {
    table.require("action", "\"/path/of/the/script\"");
    table.require("fields", "{ page = \"{n}\" }");
    let (action, total, count) = (plain(table, "action"), plain(table, "total"), count(table));
    let json = table.flag("json").unwrap_or(false);
    let section = table.section("fields")?;
    let fields = fields(&section)?;
    if !fields.iter().any(|(_, value)| value.contains("{n}")) {
        let mend = "write {n} as the value of the field that carries it";
        table.sheet.fault(&section.span(), Wrong::new("no form field carries the page number", mend));
        return None;
    }
    Some(Pages::Form { action: action?, fields, json, total, count })
}

fn fields(section: &Section<'_, '_>) -> Option<Vec<(String, String)>> {
    let mut fields = Vec::new();
    let entries = section.entries();
    for (name, value) in &entries {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Boolean(flag) => flag.to_string(),
            _ => {
                section.wants(name, value, "text", "\"{n}\"");
                continue;
            }
        };
        fields.push(((*name).to_owned(), text));
    }
    (fields.len() == entries.len()).then_some(fields)
}

/// A POST that names what was shown.
fn exclusion(table: &Section<'_, '_>) -> Option<Pages> {
    table.require("action", "\"/path/of/the/script\"");
    table.require("ids", "\"DataIds[]\"");
    let (action, ids) = (plain(table, "action"), plain(table, "ids"));
    let id = table.parsed("id", one_group);
    let fields = match table.section("fields") {
        Some(section) => fields(&section)?,
        None => Vec::new(),
    };
    Some(Pages::Exclusion { action: action?, fields, ids: ids?, id })
}

/// A pattern with the group that is wanted.
fn one_group(text: &str) -> Result<String, Wrong> {
    let mend = "write a regular expression with one group, such as '-(\\d+)\\.htm$'";
    match Regex::new(text) {
        Ok(pattern) if pattern.captures_len() == 2 => Ok(text.to_owned()),
        Ok(_) => Err(Wrong::new(format!("\"{}\" does not have one group", text.escape_debug()), mend)),
        Err(_) => Err(Wrong::new(format!("\"{}\" is no regular expression", text.escape_debug()), mend)),
    }
}

/// A web service.
fn json(table: &Section<'_, '_>) -> Option<Pages> {
    table.require("url", "\"/api/tin?trang={n}\"");
    table.require("link", "\"url\"");
    table.require("title", "\"title\"");
    let url = table.text("url");
    let body = plain(table, "body");
    let (items, link, title) = (plain(table, "items"), plain(table, "link"), plain(table, "title"));
    let (date, total, count) = (plain(table, "date"), plain(table, "total"), count(table));
    let url = url?;
    if !url.get_ref().contains("{n}") && !body.as_ref().is_some_and(|body| body.contains("{n}")) {
        let mend = "write {n} where it stands, such as \"/api/tin?trang={n}\"";
        table.sheet.fault(&url.span(), Wrong::new("neither url nor body carries the page number", mend));
        return None;
    }
    let url = (*url.get_ref()).to_owned();
    Some(Pages::Json { url, body, items, link: link?, title: title?, date, total, count })
}
