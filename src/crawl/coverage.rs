//! The account of a walk: for each month, what was listed and what became of it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::model::Stamp;

/// Months of an account at most: one misdated article may lie centuries before the others.
const SPAN: usize = 600;

/// What became of one listed item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A new article.
    Archived,
    /// The text of an article that is known from elsewhere.
    Duplicate,
    /// Archived, and no article.
    NotArticle(String),
    /// Could not be fetched.
    Failed(String),
    /// robots.txt forbids it.
    Refused,
}

/// Counts of one month.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Items that lists named, each once.
    pub listed: u64,
    /// Of these, archived before this walk.
    pub held: u64,
    /// New articles.
    pub archived: u64,
    /// Known texts at new addresses.
    pub duplicates: u64,
    /// No articles, by cause.
    pub not_article: BTreeMap<String, u64>,
    /// Failures, by cause.
    pub failed: BTreeMap<String, u64>,
    /// Forbidden by robots.txt.
    pub refused: u64,
}

impl Counts {
    /// Items whose fate is not known yet.
    pub fn open(&self) -> u64 {
        let settled = self.held
            + self.archived
            + self.duplicates
            + self.refused
            + self.failed.values().sum::<u64>()
            + self.not_article.values().sum::<u64>();
        self.listed.saturating_sub(settled)
    }

    /// Items that a list named and the archive does not hold: failed, forbidden, or not fetched yet.
    pub fn gaps(&self) -> u64 {
        self.failures() + self.refused + self.open()
    }

    /// All failures.
    pub fn failures(&self) -> u64 {
        self.failed.values().sum()
    }

    /// All pages that were no articles.
    pub fn not_articles(&self) -> u64 {
        self.not_article.values().sum()
    }

    /// Adds another month's counts.
    pub fn add(&mut self, other: &Self) {
        self.listed += other.listed;
        self.held += other.held;
        self.archived += other.archived;
        self.duplicates += other.duplicates;
        self.refused += other.refused;
        for (cause, n) in &other.not_article {
            *self.not_article.entry(cause.clone()).or_default() += n;
        }
        for (cause, n) in &other.failed {
            *self.failed.entry(cause.clone()).or_default() += n;
        }
    }
}

/// Counts by month (`2026-11`), and of items whose list gives no date (`undated`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// By month.
    pub months: BTreeMap<String, Counts>,
    /// Items outside the window of the walk: named, and left alone.
    pub outside: u64,
}

impl Coverage {
    /// Notes an item that a list names, once per walk.
    pub fn list(&mut self, listed: Option<&Stamp>, held: bool) {
        let counts = self.month(listed);
        counts.listed += 1;
        counts.held += u64::from(held);
    }

    /// Notes what became of an item.
    pub fn settle(&mut self, listed: Option<&Stamp>, fate: &Fate) {
        let counts = self.month(listed);
        match fate {
            Fate::Archived => counts.archived += 1,
            Fate::Duplicate => counts.duplicates += 1,
            Fate::Refused => counts.refused += 1,
            Fate::NotArticle(cause) => *counts.not_article.entry(cause.clone()).or_default() += 1,
            Fate::Failed(cause) => *counts.failed.entry(cause.clone()).or_default() += 1,
        }
    }

    /// Takes back a failure (of this cause) or a refusal (`None`), since the item is tried again. An item that an
    /// earlier walk counted is new to this one.
    pub fn reopen(&mut self, listed: Option<&Stamp>, cause: Option<&str>) {
        let counts = self.month(listed);
        let settled = match cause {
            Some(cause) => counts.failed.get_mut(cause),
            None => Some(&mut counts.refused),
        };
        match settled.filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => counts.listed += 1,
        }
        counts.failed.retain(|_, count| *count > 0);
    }

    /// Every month from `first` to `last`, also those of which no list names anything; without a bound, from the first
    /// or to the last of which one does. What is undated comes last.
    pub fn span(&self, first: Option<Date>, last: Option<Date>) -> BTreeMap<String, Counts> {
        let mut months = self.months.clone();
        let dated = || self.months.keys().filter_map(|month| format!("{month}-01").parse::<Date>().ok());
        let from = first.or_else(|| dated().min());
        let to = last.or_else(|| dated().max());
        if let (Some(from), Some(to)) = (from, to) {
            let whole = from.first_of_month().series(jiff::Span::new().months(1));
            for month in whole.take_while(|month| *month <= to).take(SPAN) {
                months.entry(month.strftime("%Y-%m").to_string()).or_default();
            }
        }
        months
    }

    /// An item that was counted as an article (`first`) or a known text proved to be none.
    pub fn withdraw(&mut self, listed: Option<&Stamp>, first: bool, cause: &str) {
        let counts = self.month(listed);
        let place = if first && counts.archived > 0 { &mut counts.archived } else { &mut counts.duplicates };
        if *place > 0 {
            *place -= 1;
            *counts.not_article.entry(cause.to_owned()).or_default() += 1;
        }
    }

    /// All months together.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        for counts in self.months.values() {
            total.add(counts);
        }
        total
    }

    /// Adds another walk's account.
    pub fn add(&mut self, other: &Self) {
        for (month, counts) in &other.months {
            self.months.entry(month.clone()).or_default().add(counts);
        }
        self.outside += other.outside;
    }

    /// The account of a new day: only what is open is carried over.
    #[must_use]
    pub fn carried(&self) -> Self {
        let open = |(month, counts): (&String, &Counts)| {
            let open = counts.open();
            (open > 0).then(|| (month.clone(), Counts { listed: open, ..Counts::default() }))
        };
        Self { months: self.months.iter().filter_map(open).collect(), outside: 0 }
    }

    fn month(&mut self, listed: Option<&Stamp>) -> &mut Counts {
        let month = listed.map_or_else(|| "undated".to_owned(), |stamp| stamp.date().strftime("%Y-%m").to_string());
        self.months.entry(month).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::StampSource;

    #[test]
    fn every_listed_item_is_accounted_for() {
        let stamp = Stamp::day(jiff::civil::Date::constant(2026, 11, 3), StampSource::List);
        let mut coverage = Coverage::default();
        coverage.list(Some(&stamp), false);
        coverage.list(Some(&stamp), true);
        coverage.list(None, false);
        coverage.settle(Some(&stamp), &Fate::Archived);
        assert_eq!(coverage.months["2026-11"].open(), 0);
        assert_eq!(coverage.total().open(), 1);
        coverage.settle(None, &Fate::Failed("404".to_owned()));
        assert_eq!(coverage.total().open(), 0);
        assert_eq!(coverage.total().failures(), 1);
    }

    #[test]
    fn months_of_which_nothing_is_listed_are_shown() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let mut coverage = Coverage::default();
        for listed in ["2026-02-27", "2026-05-01"] {
            coverage.list(Some(&Stamp::day(day(listed), StampSource::List)), false);
        }
        coverage.list(None, false);
        let months = |first: Option<&str>, last: Option<&str>| {
            coverage.span(first.map(day), last.map(day)).into_keys().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(months(None, None), "2026-02 2026-03 2026-04 2026-05 undated");
        assert_eq!(months(Some("2026-01-31"), Some("2026-04-01")), "2026-01 2026-02 2026-03 2026-04 2026-05 undated");
        let mut old = Coverage::default();
        old.list(Some(&Stamp::day(day("0201-01-01"), StampSource::List)), false);
        assert_eq!(old.span(None, Some(day("2026-01-01"))).len(), SPAN);
    }
}
