//! The captures of an address, found in the files of the archive, as a part of the answer to `why`.
//!
//! The ledger has rows for what lists named and for parts of pages. Hops of a redirect, list pages and robots.txt are in the
//! WARC files and indexes alone.

use std::path::Path;

use super::why::Why;
use crate::archive::{Found, Result, captures_of};

/// Adds the captures; an address that no row is of is then known by the newest of them. Where that is the page of an
/// article, gives the address under which a list named it.
pub fn add(why: &mut Why, root: &Path) -> Result<Option<String>> {
    if why.verdict == "not-a-url" {
        return Ok(None);
    }
    why.captures = captures_of(root, &why.url, why.site.as_deref())?;
    let exact = why.captures.iter().rfind(|found| found.url == why.url);
    if let Some(found) = exact.or(why.captures.last())
        && matches!(why.verdict.as_str(), "not-listed" | "out-of-scope")
    {
        (why.verdict, why.why) = verdict(found);
        return Ok(found.listed_as.clone().filter(|listed| found.content.is_some() && *listed != why.url));
    }
    Ok(None)
}

/// What is known of the article under the address that a list named.
pub fn join(why: &mut Why, listed: Why) {
    if listed.article.is_some() {
        why.verdict = listed.verdict;
        why.why = format!("its article is archived; a list named it as {}", listed.url);
        (why.site, why.list, why.via, why.article) = (listed.site, listed.list, listed.via, listed.article);
        (why.visited, why.first_visited) = (listed.visited, listed.first_visited);
    }
}

fn verdict(found: &Found) -> (String, String) {
    let status = found.status.map(|status| status.to_string()).unwrap_or_default();
    let task = match found.task.as_deref() {
        Some("robots") => "robots.txt",
        Some("list") => "a list page",
        Some("article") => "a page on the way to an article",
        _ => "a part of a page",
    };
    match &found.leads_to {
        Some(target) => ("redirect".to_owned(), format!("archived as a redirect ({status}) to {target}")),
        None => ("captured".to_owned(), format!("archived as {task} ({status}), and no article of its own")),
    }
}
