//! Dates as archivists type them: `2026`, `2026-11`, `2026-11-23`, `2026-11-23T10:00`, with a zone or
//! without. Pure.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The instant at which what is meant begins; without a zone it is UTC. `None` if it is no date.
pub fn instant(text: &str) -> Option<Timestamp> {
    // A plus sign in a query that was not escaped arrives as a space.
    let text = text.trim();
    let text = if text.contains('T') { text.to_owned() } else { text.replacen(' ', "T", 1) };
    let text = text.replace(' ', "+");
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let whole = match text.split('-').collect::<Vec<_>>()[..] {
        [year] if digits(year, 4) => format!("{year}-01-01"),
        [year, month] if digits(year, 4) && digits(month, 2) => format!("{year}-{month}-01"),
        [_, _, _] => text,
        _ => return None,
    };
    let civil = whole.parse::<DateTime>().or_else(|_| DateTime::strptime("%Y-%m-%dT%H:%M", &whole)).ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_dates_begin_where_they_begin() {
        for (text, wanted) in [
            ("2026", "2026-01-01T00:00:00Z"),
            ("2026-11", "2026-11-01T00:00:00Z"),
            ("2026-11-23", "2026-11-23T00:00:00Z"),
            ("2026-11-23T10:05", "2026-11-23T10:05:00Z"),
            ("2026-11-23T10:05:06", "2026-11-23T10:05:06Z"),
            ("2026-11-23T10:05:06Z", "2026-11-23T10:05:06Z"),
            ("2026-11-23T10:05:06+07:00", "2026-11-23T03:05:06Z"),
            ("2026-11-23T10:05:06 07:00", "2026-11-23T03:05:06Z"),
            ("2026-11-23 10:05:06", "2026-11-23T10:05:06Z"),
            ("2026-11-23 10:05:06-0700", "2026-11-23T17:05:06Z"),
        ] {
            assert_eq!(instant(text), wanted.parse().ok(), "{text}");
        }
        for text in ["", "26", "2026-13", "2026-02-30", "yesterday", "2026-1", "20261123", "2026-11-23-01"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
