//! The first page of a span of days, found without reading all pages before it.
//!
//! For lists whose pages can be asked for by number and that run from young to old. Twenty thousand pages cost some
//! thirty requests. Safe whatever the list does: the page it names never lies after the first wanted one of a list in
//! order, and one that is in no order, or has no dates, is walked from as far as is known.

use jiff::civil::Date;

use super::ListItem;

/// Requests after which the search is content with what it knows.
const LOOKS: u32 = 48;
/// Pages without dates after which the search is content with what it knows.
const BLIND: usize = 4;
/// No list is longer.
const PAGES: u32 = 1 << 20;

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Ask for this page, and [`Bisect::note`] what it shows.
    Page(u32),
    /// Walk on from this page: what lies before is too young.
    Start(u32),
}

/// A search for the first page on which something is not younger than a day.
#[derive(Debug, Clone)]
pub struct Bisect {
    to: Date,
    /// Up to this page everything is too young; 0 when nothing is known.
    low: u32,
    /// From this page on it is not, or there is nothing.
    high: Option<u32>,
    blind: Vec<u32>,
    looks: u32,
    lost: bool,
}

impl Bisect {
    /// A search for `to`, the last day wanted, in a list of `total` pages, where that is known.
    pub fn new(to: Date, total: Option<u32>) -> Self {
        let high = total.map(|total| total.min(PAGES).saturating_add(1));
        Self { to, low: 0, high, blind: Vec::new(), looks: 0, lost: false }
    }

    /// What to do next. The same answer until something is noted.
    pub fn next(&self) -> Look {
        // The page before may hold wanted articles at its end.
        let start = Look::Start(self.low.max(1));
        if self.lost {
            return Look::Start(1);
        }
        if self.looks >= LOOKS || self.blind.len() >= BLIND || self.low >= PAGES {
            return start;
        }
        let aim = match self.high {
            Some(high) if high <= self.low + 1 => return start,
            Some(high) => self.low + (high - self.low) / 2,
            None => (self.low * 2).max(self.low + 1),
        };
        let free = |page: &u32| !self.blind.contains(page);
        let upwards = (aim..self.high.unwrap_or(u32::MAX)).find(free);
        upwards.or_else(|| (self.low + 1..aim).rev().find(free)).map_or(start, Look::Page)
    }

    /// Takes in a page that was asked for: its items, none when it lies past the end.
    ///
    /// The middle one of its dates speaks for it: pinned and misdated articles are few on a page.
    pub fn note(&mut self, page: u32, items: &[ListItem]) {
        self.looks += 1;
        let mut dates: Vec<Date> = items.iter().filter_map(|item| item.date.map(|stamp| stamp.date())).collect();
        dates.sort_unstable();
        let reached = match dates.get(dates.len() / 2) {
            _ if items.is_empty() => true,
            None => {
                self.blind.push(page);
                return;
            }
            Some(middle) => *middle <= self.to,
        };
        if reached {
            self.high = Some(self.high.map_or(page, |high| high.min(page)));
        } else {
            self.low = self.low.max(page);
        }
        // Older before younger: the list is in no order.
        self.lost = self.high.is_some_and(|high| high <= self.low);
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;
    use url::Url;

    use super::*;
    use crate::model::{Stamp, StampSource};

    const TODAY: Date = Date::constant(2026, 6, 30);

    /// Article `n` of a list that has three a day, ten on a page.
    fn page(number: u32, articles: u32, dated: bool) -> Vec<ListItem> {
        let from = (number - 1) * 10;
        let item = |n: u32| ListItem {
            url: Url::parse(&format!("http://tinh.vn/tin/bai-{n}.html")).unwrap(),
            title: String::new(),
            date: dated.then(|| Stamp::day(TODAY.saturating_sub(i64::from(n / 3).days()), StampSource::List)),
            also: Vec::new(),
        };
        (from..(from + 10).min(articles)).map(item).collect()
    }

    fn search(mut search: Bisect, articles: u32, dated: bool) -> (u32, u32) {
        loop {
            match search.next() {
                Look::Start(page) => return (page, search.looks),
                Look::Page(number) => search.note(number, &page(number, articles, dated)),
            }
        }
    }

    #[test]
    fn a_long_list_costs_few_requests() {
        let to = TODAY.saturating_sub(20_000.days());
        let (start, looks) = search(Bisect::new(to, None), 200_000, true);
        // Article 60 000 is the first of that day: page 6001.
        assert!((5_999..=6_001).contains(&start) && looks <= 30, "{start} {looks}");
        let (start, looks) = search(Bisect::new(to, Some(20_000)), 200_000, true);
        assert!((5_999..=6_001).contains(&start) && looks <= 16, "{start} {looks}");
    }

    #[test]
    fn without_dates_the_walk_begins_at_the_top() {
        let (start, looks) = search(Bisect::new(TODAY, None), 5_000, false);
        assert_eq!(start, 1);
        assert!(looks <= 4);
    }

    #[test]
    fn pinned_articles_do_not_mislead() {
        let mut search = Bisect::new(Date::constant(2026, 1, 1), None);
        let pinned = |number| [page(9_000, 100_000, true)[..2].to_vec(), page(number, 100_000, true)].concat();
        while let Look::Page(number) = search.next() {
            search.note(number, &pinned(number));
        }
        // 180 days of three articles: page 55.
        assert!(matches!(search.next(), Look::Start(53..=55)), "{:?}", search.next());
    }

    #[test]
    fn a_list_in_no_order_is_walked_from_the_top() {
        let mut search = Bisect::new(TODAY.saturating_sub(30.days()), None);
        search.note(1, &page(1, 1_000, true));
        search.note(4, &page(90, 1_000, true));
        search.note(5, &page(1, 1_000, true));
        assert_eq!(search.next(), Look::Start(1));
    }

    proptest! {
        /// Whatever the list, nothing of the window lies before the page that the walk starts at.
        #[test]
        fn nothing_wanted_is_left_out(articles in 0u32..3_000, back in 0i32..1_200, told in any::<bool>()) {
            let to = TODAY.saturating_sub(back.days());
            let total = told.then_some(articles.div_ceil(10));
            let (start, looks) = search(Bisect::new(to, total), articles, true);
            prop_assert!(looks <= 24);
            for before in 1..start {
                prop_assert!(page(before, articles, true).iter().all(|item| item.date.unwrap().date() > to));
            }
        }
    }
}
