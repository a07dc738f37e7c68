//! Portals that keep no page numbers: each request tells which articles were shown, and gets the next ones.

use std::collections::HashSet;

use regex::Regex;
use url::Url;

use super::cursor::Cursor;
use super::family::Family;
use super::reader::ListReader;
use super::{ListItem, form, template};
use crate::config::Pages;
use crate::model::PageRequest;

impl ListReader {
    /// Notes the numbers of the articles that the page shows, under a rule that wants them.
    pub(super) fn note_shown(&self, family: Option<&'static Family>, items: &[ListItem], cursor: &mut Cursor) {
        let Some(Pages::Exclusion { id, .. }) = self.rule(family, cursor) else { return };
        // A family's pattern is compiled where it is needed: once a page.
        let own = id.as_deref().filter(|_| self.shown_id.is_none()).and_then(|id| Regex::new(id).ok());
        let pattern = self.shown_id.as_ref().or(own.as_ref());
        let known: HashSet<String> = cursor.shown.iter().cloned().collect();
        let numbers =
            items.iter().filter_map(|item| number(&item.url, pattern)).filter(|number| !known.contains(number));
        let free = Cursor::SHOWN.saturating_sub(cursor.shown.len());
        let fresh: Vec<String> = numbers.take(free).collect();
        cursor.shown.extend(fresh);
    }
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
