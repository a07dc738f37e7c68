//! Portals that keep no page numbers: each request tells which articles were shown, and gets the next ones.

use std::collections::HashSet;

use regex::Regex;
use url::Url;

use super::cursor::Cursor;
use super::family::Family;
use super::items::Candidate;
use super::outline::Outline;
use super::reader::ListReader;
use super::{form, template};
use crate::config::Pages;
use crate::model::PageRequest;

impl ListReader {
    /// Notes the numbers of the articles that the page shows, under a rule that wants them: the site file's pattern
    /// says where they stand, else the items carry them as `data-id`, else they are the addresses' last numbers.
    pub(super) fn note_shown(
        &self,
        family: Option<&'static Family>,
        outline: &Outline<'_>,
        chosen: &[Candidate],
        cursor: &mut Cursor,
    ) {
        let Some(Pages::Exclusion { .. }) = self.rule(family, cursor) else { return };
        let mut known: HashSet<String> = cursor.shown.iter().cloned().collect();
        for candidate in chosen {
            let Some(url) = &outline.links[candidate.link].url else { continue };
            let carried = if self.shown_id.is_none() { marked(outline, candidate) } else { None };
            let Some(number) = carried.or_else(|| number(url, self.shown_id.as_ref())) else { continue };
            if cursor.shown.len() < Cursor::SHOWN && known.insert(number.clone()) {
                cursor.shown.push(number);
            }
        }
    }
}

/// The number that an item's link, or an element of its block around it, carries for the page's own script.
fn marked(outline: &Outline<'_>, candidate: &Candidate) -> Option<String> {
    let link = outline.links[candidate.link].node;
    let mut inside = outline.upwards(link).take_while(|&node| outline.within(node, candidate.block));
    inside.find_map(|node| {
        let element = outline.nodes[node].element;
        let told = ["data-id", "data-newsid", "data-news-id"].iter().find_map(|name| element.attr(name));
        told.map(str::trim).filter(|text| !text.is_empty() && text.len() <= 64).map(str::to_owned)
    })
}

/// The request for what comes after the articles shown.
pub(super) fn request(
    list: &Url,
    action: &str,
    fields: &[(String, String)],
    ids: &str,
    cursor: &Cursor,
    number: u32,
) -> Result<PageRequest, String> {
    let action = template::fill(action, &cursor.params, number)?;
    let url = list.join(&action).map_err(|fault| format!("usable address ({action}: {fault})"))?;
    let mut fields = form::filled(fields, &cursor.params, number)?;
    fields.extend(cursor.shown.iter().map(|number| (ids.to_owned(), number.clone())));
    Ok(form::post(url, number, &fields))
}

/// The pattern's group, else the last run of digits in the path.
fn number(url: &Url, pattern: Option<&Regex>) -> Option<String> {
    if let Some(pattern) = pattern {
        return Some(pattern.captures(url.as_str())?.get(1)?.as_str().to_owned());
    }
    let mut runs = url.path().rsplit(|c: char| !c.is_ascii_digit());
    runs.find(|run| !run.is_empty()).map(str::to_owned)
}
