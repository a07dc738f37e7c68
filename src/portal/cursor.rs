//! What is carried from one list page to the next, and kept between runs.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use url::Url;

use super::course::Course;
use super::numbered::Numbered;
use crate::model::PageRequest;

/// How many item sets and requests are remembered: a list that turns in a longer circle brings nothing new for so many
/// pages that the walk ends by that.
const REMEMBERED: usize = 128;

/// What is known of a list after some of its pages. Small, and safe to lose: a walk then starts at the first page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Cursor {
    /// The CMS family, once recognised.
    pub family: Option<String>,
    /// Where the items stood.
    pub learned: Option<Learned>,
    /// Values of the first page's script that further requests carry.
    pub params: BTreeMap<String, String>,
    /// The largest number of items a page had.
    pub page_size: u32,
    /// Number of pages, where the portal tells.
    pub total_pages: Option<u32>,
    /// Hashes of the item sets of the latest pages, newest last.
    pub item_sets: Vec<u64>,
    /// Hashes of the latest requests, newest last.
    pub requests: Vec<u64>,
    /// Pages in a row on which every item had been listed before in this walk.
    pub stale_pages: u32,
    /// Pages read in this walk.
    pub pages_read: u32,
    /// Which of the family's ways to further pages holds.
    pub rule: Option<usize>,
    /// Whether the first page was a frame that a web service fills, so that its first answer is page 2.
    pub frame: bool,
    /// Numbers of the articles shown, for portals that want them told; see [`Cursor::SHOWN`].
    pub shown: Vec<String>,
    /// Sitemap files still to be read, next one last.
    pub pending: Vec<Pending>,
    /// The day on which the sitemap file to read next was changed last.
    pub changed: Option<Date>,
    /// Whether the walk works off the files of a sitemap index.
    pub queued: bool,
    /// Whether the pending files are in the order of their age, and none without one.
    pub by_age: bool,
    /// What the list has and this walk cannot reach.
    pub cut: Option<String>,
    /// The page to ask for next, when the walk goes on.
    pub next: Option<PageRequest>,
    /// The address of any page, as the pager's links have it.
    pub numbered: Option<Numbered>,
    /// Whether the walk leaves its way, and what for.
    pub course: Course,
}

/// Where the items of a list stand on its pages, as the first page showed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Learned {
    /// Structural paths (tag and classes, four levels) of the links.
    pub paths: Vec<String>,
    /// Hashes of the same paths up to the root: they tell the list from a box built like it. Pages that answer as a
    /// fragment, or in another language's frame, have none of them.
    #[serde(default)]
    pub roots: Vec<u64>,
    /// Whether the family's selectors found them.
    #[serde(default)]
    pub by_family: bool,
    /// Levels from the link up to its item's block, the largest seen.
    pub rise: usize,
}

/// A sitemap file that an index names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Its address.
    pub url: Url,
    /// The day of its last change.
    pub changed: Option<Date>,
}

impl Cursor {
    /// Articles whose numbers are told at most: some 80 KB a request.
    pub(super) const SHOWN: usize = 4_000;
    /// Sitemap files kept at most.
    pub(super) const PENDING: usize = 1_000;

    /// Remembers a request; `false` when it was made before.
    pub(super) fn remember_request(&mut self, request: &PageRequest) -> bool {
        remember(&mut self.requests, request_hash(request))
    }

    /// Remembers a page's items; `false` when the same set was met before.
    pub(super) fn remember_items<'a>(&mut self, keys: impl Iterator<Item = &'a str>) -> bool {
        remember(&mut self.item_sets, set_of(&keys.map(hash).collect::<Vec<_>>()))
    }

    /// Whether that request was made lately.
    pub(super) fn knows_request(&self, request: &PageRequest) -> bool {
        self.requests.contains(&request_hash(request))
    }
}

fn remember(seen: &mut Vec<u64>, value: u64) -> bool {
    if seen.contains(&value) {
        return false;
    }
    if seen.len() == REMEMBERED {
        seen.remove(0);
    }
    seen.push(value);
    true
}

fn request_hash(request: &PageRequest) -> u64 {
    match &request.method {
        crate::model::PageMethod::Get => hash(request.url.as_str()),
        crate::model::PageMethod::Post { body, .. } => hash(&format!("{}\n{body}", request.url)),
    }
}

/// Articles as a set. Order does not count: some portals shuffle equal dates.
pub(super) fn set_of(keys: &[u64]) -> u64 {
    keys.iter().copied().fold(0u64, u64::wrapping_add)
}

/// FNV-1a: the same in every build, which the ledger needs and `std`'s hasher does not promise.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_set_in_another_order_is_known() {
        let mut cursor = Cursor::default();
        assert!(cursor.remember_items(["a", "b"].into_iter()));
        assert!(!cursor.remember_items(["b", "a"].into_iter()));
        assert!(cursor.remember_items(["b", "c"].into_iter()));
    }

    #[test]
    fn a_cursor_of_an_older_version_is_read() {
        let cursor: Cursor = serde_json::from_str(r#"{"family":"vnpt"}"#).unwrap();
        assert_eq!(cursor.family.as_deref(), Some("vnpt"));
    }
}
