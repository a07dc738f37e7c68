//! The `[[list]]` tables of a site file → checked lists.

use std::collections::BTreeSet;
use std::time::Duration;

use toml::de::DeValue;
use url::Url;

use super::sheet::{Section, did_you_mean};
use super::site::authority;
use super::site_file::{selector, short_name, web_address};
use super::{ListSpec, Pages, Wrong};

/// Kinds of further pages that this version walks.
const KINDS: [&str; 5] = ["query", "path", "next", "form", "single"];

/// Kinds that the format names and this version does not walk.
const PLANNED: [&str; 5] = ["postback", "json", "exclusion", "feed", "sitemap"];

/// Every good list of the file; the bad ones leave faults.
pub(super) fn lists(top: &Section<'_, '_>, base: Option<&Url>, hosts: &[String]) -> Vec<ListSpec> {
    let mut seen = BTreeSet::new();
    let mut lists = Vec::new();
    for table in top.sections("list") {
        let list = list(&table, base, hosts);
        if let Some(id) = table.text("id")
            && !seen.insert((*id.get_ref()).to_owned())
        {
            let what = format!("a second [[list]] has the id \"{}\"", id.get_ref());
            table.sheet.fault(&id.span(), Wrong::new(what, "give each list of a site its own id"));
        }
        lists.extend(list);
    }
    lists
}

fn list(table: &Section<'_, '_>, base: Option<&Url>, hosts: &[String]) -> Option<ListSpec> {
    table.require("id", "\"a-short-name\"");
    table.require("url", "\"https://host/tin-tuc\"");
    let id = table.parsed("id", short_name);
    // Without a base nothing can be said of a relative address; the base has its own fault.
    let lost = |text: &str| base.is_none() && !text.contains("://");
    let url = match table.text("url") {
        Some(text) if !lost(text.get_ref()) => table.check("url", &text.span(), web_address(text.get_ref(), base)),
        _ => None,
    };
    if let (Some(url), Some(text)) = (&url, table.text("url"))
        && let Some(host) = authority(url)
        && base.is_some()
        && !hosts.contains(&host)
    {
        let what = format!("the list's host \"{host}\" is not among the site's hosts");
        let mend = format!("add it to the top of the file: hosts = [\"{}\", \"{host}\"]", hosts.join("\", \""));
        table.sheet.fault(&text.span(), Wrong::new(what, mend));
    }
    let section = table.text("section").map(|text| (*text.get_ref()).to_owned());
    let every = table.duration("every", Duration::from_mins(1)..=Duration::from_hours(24 * 366));
    let (item, link) = (table.parsed("item", selector), table.parsed("link", selector));
    let date = table.parsed("date", selector);
    let pages = table.section("pages").and_then(|pages| self::pages(&pages));
    table.unknown_keys();
    Some(ListSpec { id: id?, url: url?, section, every, item, link, date, pages })
}

fn pages(table: &Section<'_, '_>) -> Option<Pages> {
    table.require("kind", "\"query\"");
    let kind = table.text("kind")?;
    let span = kind.span();
    let pages = match *kind.get_ref() {
        "query" => {
            table.require("param", "\"page\"");
            let first = table.number("first", 0..=1).unwrap_or(1);
            table.parsed("param", parameter).map(|param| Pages::Query { param, first })
        }
        "path" => {
            table.require("template", "\"page-{n}\"");
            table.parsed("template", template).map(|template| Pages::Path { template })
        }
        "next" => {
            table.require("selector", "\"a.next\"");
            table.parsed("selector", selector).map(|selector| Pages::Next { selector })
        }
        "form" => form(table),
        "single" => Some(Pages::Single),
        planned if PLANNED.contains(&planned) => {
            let what = format!("pages of kind \"{planned}\" are not supported by this version");
            let mend = "leave `pages` out: the first page of the list is read all the same";
            table.sheet.fault(&span, Wrong::new(what, mend));
            return None;
        }
        other => {
            let what = format!("unknown kind of pages \"{}\"", other.escape_debug());
            table.sheet.fault(&span, Wrong::new(what, did_you_mean(other, &KINDS)));
            return None;
        }
    };
    table.unknown_keys();
    pages
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
fn template(text: &str) -> Result<String, Wrong> {
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
    let action = table.text("action").map(|text| (*text.get_ref()).to_owned());
    let section = table.section("fields")?;
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
    if fields.len() < entries.len() {
        return None;
    }
    if !fields.iter().any(|(_, value)| value.contains("{n}")) {
        let mend = "write {n} as the value of the field that carries it";
        table.sheet.fault(&section.span(), Wrong::new("no form field carries the page number", mend));
        return None;
    }
    Some(Pages::Form { action: action?, fields })
}
