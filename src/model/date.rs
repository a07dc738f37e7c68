//! Dates as portals print them, with the place they were found in.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

/// Vietnam's offset, UTC+7 all year; no daylight saving time.
pub const VIETNAM: Offset = Offset::constant(7);

/// Where a date was found, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StampSource {
    /// `datetime` attribute, JSON-LD, article meta element or a microdata property.
    Markup,
    /// A date line printed in the article's head.
    Stamp,
    /// The item of the list page that named the article.
    List,
    /// The article's address.
    Url,
    /// Day and month in the lead, the year from its neighbours.
    Inferred,
    /// Nothing was found.
    Unknown,
}

/// A point in Vietnamese local time and where it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Local time in Vietnam; midnight when the page gives a day only.
    pub at: DateTime,
    /// Whether the page gave an hour.
    pub has_time: bool,
    /// Where it was found.
    pub source: StampSource,
}

impl Stamp {
    /// A day without an hour.
    pub fn day(date: Date, source: StampSource) -> Self {
        Self { at: date.at(0, 0, 0, 0), has_time: false, source }
    }

    /// The day in Vietnam.
    pub fn date(&self) -> Date {
        self.at.date()
    }

    /// RFC 3339 with `+07:00`, whole seconds.
    pub fn to_rfc3339(&self) -> String {
        format!("{}+07:00", self.at.strftime("%Y-%m-%dT%H:%M:%S"))
    }

    /// The day in Vietnam on which `at` falls.
    pub fn vietnam_day(at: Timestamp) -> Date {
        vietnam(at).date()
    }
}

/// `at` as Vietnamese local time.
fn vietnam(at: Timestamp) -> Zoned {
    at.to_zoned(TimeZone::fixed(VIETNAM))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evening_utc_is_the_next_day_in_vietnam() {
        let at: Timestamp = "2026-11-22T17:30:00Z".parse().unwrap();
        assert_eq!(Stamp::vietnam_day(at).to_string(), "2026-11-23");
    }

    #[test]
    fn rfc3339_carries_the_offset() {
        let stamp = Stamp::day(Date::constant(2025, 7, 1), StampSource::List);
        assert_eq!(stamp.to_rfc3339(), "2025-07-01T00:00:00+07:00");
    }
}
