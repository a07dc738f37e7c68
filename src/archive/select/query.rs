//! What is asked for: sites, days, articles. Pure.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::archive::catalog::ArticleRecord;
use crate::archive::warc::file_safe;
use crate::model::Stamp;

/// Which day of a capture or an article counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// The day on which it was captured.
    Captured,
    /// The day that the portal gives.
    #[default]
    Published,
}

/// A selection as it was asked for. Everything that is empty does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Sites by their ids.
    pub sites: Vec<String>,
    /// Articles by their ids.
    pub ids: Vec<String>,
    /// First day, in Vietnam.
    pub from: Option<Date>,
    /// Last day, in Vietnam.
    pub to: Option<Date>,
    /// Whose day counts.
    pub by: By,
    /// The sites whose files may be looked at, as names of files have them; all, if `None`. To whoever asks, the others
    /// are not there.
    pub within: Option<Arc<BTreeSet<String>>>,
}

impl Query {
    /// Whether there are days to keep to.
    fn windowed(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    /// Whether captures belong for themselves, lists and robots.txt among them, and not for an article's sake.
    pub fn takes_all(&self) -> bool {
        self.ids.is_empty() && !(self.windowed() && self.by == By::Published)
    }

    /// Whether nothing narrows it within a site.
    pub fn whole_sites(&self) -> bool {
        self.ids.is_empty() && !self.windowed()
    }

    /// Whether files of the site may be looked at.
    pub fn sees_site(&self, site: &str) -> bool {
        self.within.as_ref().is_none_or(|sites| sites.contains(&file_safe(site)))
    }

    /// Whether the site is asked for.
    pub fn wants_site(&self, site: &str) -> bool {
        self.sees_site(site) && (self.sites.is_empty() || self.sites.iter().any(|wanted| wanted == site))
    }

    /// Whether the article is asked for, as far as its id and its published day go. One without a day is on none.
    pub fn wants_article(&self, record: &ArticleRecord) -> bool {
        let named = self.ids.is_empty() || self.ids.contains(&record.id);
        let published = || record.published.as_ref().and_then(|at| at.get(..10)?.parse().ok());
        named && (self.by == By::Captured || !self.windowed() || published().is_some_and(|day| self.has_day(day)))
    }

    /// Whether a capture of that time (RFC 3339 or 14 digits, UTC) is in time.
    pub fn wants_time(&self, at: &str) -> bool {
        if self.by == By::Published || !self.windowed() {
            return true;
        }
        vietnam_day(at).is_some_and(|day| self.has_day(day))
    }

    fn has_day(&self, day: Date) -> bool {
        self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
    }

    /// In words, for titles and messages.
    pub fn words(&self) -> String {
        let mut out = match &self.within {
            _ if !self.sites.is_empty() => self.sites.join(", "),
            Some(sites) => sites.iter().cloned().collect::<Vec<_>>().join(", "),
            None => "all sites".to_owned(),
        };
        if !self.ids.is_empty() {
            out.push_str(", articles ");
            out.push_str(&self.ids.join(", "));
        }
        let days = match (self.from, self.to) {
            (None, None) => return out,
            (Some(from), None) => format!("from {from}"),
            (None, Some(to)) => format!("to {to}"),
            (Some(from), Some(to)) => format!("{from} to {to}"),
        };
        let by = if self.by == By::Captured { ", captured " } else { ", published " };
        out.extend([by, &days]);
        out
    }
}

/// The first 14 digits of a time: year to second, UTC.
pub fn stamp14(at: &str) -> Option<u64> {
    let mut digits = at.bytes().filter(u8::is_ascii_digit).take(14);
    let number =
        digits.by_ref().fold((0, 0), |(number, count), digit| (number * 10 + u64::from(digit - b'0'), count + 1));
    (number.1 == 14).then_some(number.0)
}

/// RFC 3339 of 14 digits.
pub fn rfc3339(stamp: u64) -> String {
    let (day, time) = (stamp / 1_000_000, stamp % 1_000_000);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        day / 10_000,
        day / 100 % 100,
        day % 100,
        time / 10_000,
        time / 100 % 100,
        time % 100
    )
}

/// The day in Vietnam.
fn vietnam_day(at: &str) -> Option<Date> {
    let utc = DateTime::strptime("%Y-%m-%dT%H:%M:%SZ", rfc3339(stamp14(at)?)).ok()?;
    Some(Stamp::vietnam_day(utc.to_zoned(TimeZone::UTC).ok()?.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_vietnam() {
        let query = Query {
            from: "2026-11-23".parse().ok(),
            to: "2026-11-23".parse().ok(),
            by: By::Captured,
            ..Query::default()
        };
        for (at, wanted) in [
            ("20261122165959", false),
            ("20261122170000", true),
            ("2026-11-23T16:59:59.999999Z", true),
            ("2026-11-23T17:00:00Z", false),
            ("2026", false),
        ] {
            assert_eq!(query.wants_time(at), wanted, "{at}");
        }
        assert!(query.takes_all() && !query.whole_sites());
    }

    #[test]
    fn published_days_are_both_included_and_an_undated_article_is_on_none() {
        let query = Query { from: "2025-07-01".parse().ok(), to: "2025-07-01".parse().ok(), ..Query::default() };
        let mut record = crate::archive::catalog::tests::record("a", 1);
        assert!(query.wants_article(&record) && !query.takes_all());
        record.published = Some("2025-07-02T00:00:00+07:00".to_owned());
        assert!(!query.wants_article(&record));
        record.published = None;
        assert!(!query.wants_article(&record));
        assert!(Query::default().wants_article(&record));
    }

    #[test]
    fn stamps_read_back() {
        assert_eq!(stamp14("2026-11-23T10:00:07.5Z"), Some(20_261_123_100_007));
        assert_eq!(rfc3339(20_261_123_100_007), "2026-11-23T10:00:07Z");
        assert_eq!(stamp14("2026-11"), None);
    }
}
