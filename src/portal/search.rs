//! From list pages looked at out of turn to the page at which a window of days begins.
//!
//! [`Bisect`] chooses the pages. What is judged here is whether a page can be believed: portals answer for pages that
//! they do not have, with the first page, the last, or something else. A page that is not believed only makes the walk
//! begin earlier.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::bisect::{Bisect, Look, middle};
use super::cursor::set_of;
use super::{ListItem, ListReading, Next};
use crate::model::PageRequest;

/// An older article may stand before one that is younger by so many days: lists go by the hour of release, or by that
/// of the latest change.
const LOOSE_DAYS: i64 = 7;
/// Places with more than that which are forgiven: an article with a wrong day.
const FORGIVEN: usize = 1;

/// A window that begins so many pages on is walked to: a search would cost as much.
const NEAR: u32 = 12;

/// A search under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    bisect: Bisect,
    /// Pages that the walk had read before.
    pub read: u32,
    /// What comes after them.
    pub onward: PageRequest,
    /// Articles of the first page.
    tops: Vec<u64>,
    /// Pages looked at: number, the articles as a set, the middle day.
    seen: Vec<(u32, u64, Option<Date>)>,
    /// Places where older articles stood before younger ones.
    rises: usize,
    /// Pages asked for.
    pub looks: u32,
}

impl Search {
    /// A search for `to`, the last day wanted, after page `read` of a list. `None` where it would find nothing: the
    /// window begins here, or the page has too few dates.
    pub fn begin(to: Date, read: u32, reading: &ListReading, onward: &PageRequest, tops: &[u64]) -> Option<Self> {
        let dated = reading.items.iter().filter(|item| item.date.is_some()).count();
        if dated * 2 <= reading.items.len() {
            return None;
        }
        let far = pages_to(to, &reading.items).is_none_or(|pages| pages > NEAR);
        if !far || reading.total_pages.is_some_and(|total| total <= NEAR) || rises(&reading.items) > FORGIVEN + 1 {
            return None;
        }
        let mut bisect = Bisect::new(to, reading.total_pages);
        bisect.note(read, &reading.items);
        let day = middle(&reading.items);
        let search = Self {
            bisect,
            read,
            onward: onward.clone(),
            tops: tops.to_vec(),
            seen: vec![(read, 0, day)],
            rises: 0,
            looks: 0,
        };
        matches!(search.next(), Look::Page(_)).then_some(search)
    }

    /// What to do next.
    pub fn next(&self) -> Look {
        self.bisect.next()
    }

    /// Takes in a page that was asked for, with the keys of its articles.
    pub fn note(&mut self, page: u32, reading: &ListReading, keys: &[u64]) {
        self.looks += 1;
        // Pinned articles stand on every page; a page of nothing else, or the first once more, is none of the list's.
        // What new articles pushed down from the first page stands further up than it did.
        let of_top = |at: usize| self.tops.iter().position(|top| *top == keys[at]).is_some_and(|was| was <= at);
        let items: Vec<ListItem> =
            reading.items.iter().enumerate().filter(|(at, _)| !of_top(*at)).map(|(_, item)| item.clone()).collect();
        if reading.sent_back || items.len() * 2 < keys.len() || items.is_empty() {
            return self.bisect.past(page);
        }
        let set = set_of(keys);
        // The last page again: the list has no more pages than the lower number says.
        if let Some((lower, ..)) = self.seen.iter().find(|(number, known, _)| *known == set && *number < page) {
            return self.bisect.ends_with(*lower);
        }
        self.rises += rises(&items);
        let day = middle(&items);
        let younger = |(number, _, before): &(u32, u64, Option<Date>)| *number < page && day > *before;
        let disorder = day.is_some() && self.seen.iter().any(|seen| seen.2.is_some() && younger(seen));
        // As young as the first page: that once more, pushed down.
        if disorder && self.seen.first().is_some_and(|(.., first)| day >= *first) {
            return self.bisect.past(page);
        }
        if disorder || self.rises > FORGIVEN {
            return self.bisect.give_up();
        }
        self.bisect.note(page, &items);
        if matches!(reading.next, Next::End(_)) {
            self.bisect.ends_with(page);
        }
        self.seen.push((page, set, day));
    }

    /// Takes in that there is no such page.
    pub fn missed(&mut self, page: u32) {
        self.looks += 1;
        self.bisect.past(page);
    }
}

/// How many pages on a day is to be expected, going by the days of one page; `None` where they are all the same.
fn pages_to(to: Date, items: &[ListItem]) -> Option<u32> {
    let mut days: Vec<Date> = items.iter().filter_map(|item| item.date.map(|stamp| stamp.date())).collect();
    days.sort_unstable();
    // The ends may be pinned or misdated articles.
    let (low, high) = (days.get(days.len() / 4)?, days.get(days.len() * 3 / 4)?);
    let span = i64::from(low.until(*high).ok()?.get_days());
    let away = i64::from(to.until(*high).ok()?.get_days());
    if span == 0 {
        return None;
    }
    u32::try_from(away.max(0) / (span * 2)).ok()
}

/// Places where an article stands before a much younger one.
fn rises(items: &[ListItem]) -> usize {
    let days: Vec<Date> = items.iter().filter_map(|item| item.date.map(|stamp| stamp.date())).collect();
    days.windows(2).filter(|pair| pair[0].saturating_add(LOOSE_DAYS.days()) < pair[1]).count()
}
