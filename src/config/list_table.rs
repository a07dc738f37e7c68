//! The `[[list]]` tables of a site file → checked lists.

use std::collections::BTreeSet;
use std::time::Duration;

use url::Url;

use super::pages_table;
use super::sheet::Section;
use super::site::authority;
use super::site_file::{selector, short_name, web_address};
use super::{ListSpec, Wrong};

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
    let every = table.duration("every", Duration::from_secs(1)..=Duration::from_hours(24 * 366));
    let (item, link) = (table.parsed("item", selector), table.parsed("link", selector));
    let date = table.parsed("date", selector);
    let pages = table.section("pages").and_then(|pages| pages_table::pages(&pages));
    table.unknown_keys();
    Some(ListSpec { id: id?, url: url?, section, every, item, link, date, pages })
}
