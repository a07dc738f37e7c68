//! Dates and times as Vietnamese portals print them. Day before month always; linear in the text.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};

pub use super::date_in_url::find_in_url;
use super::date_words::{english, linking, month_word};
use super::weekday::{self, Verdict};
use crate::model::VIETNAM;

/// Years a portal can have published in.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2099;

/// How far from the day its hour may stand, in bytes (a weekday and a label fit between).
const HOUR_REACH_BYTES: usize = 40;

/// Longest text looked at; a date line is short.
const MAX_BYTES: usize = 2000;

/// A date found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Local time in Vietnam; midnight when there is no hour.
    pub at: DateTime,
    /// Whether the text gives an hour (midnight counts as none).
    pub has_time: bool,
    /// First byte of what was read, hour included.
    pub start: usize,
    /// Byte after it.
    pub end: usize,
    /// The weekday printed beside it is another day's.
    pub disagrees: bool,
}

/// The first date in `text`, as Vietnamese local time, and whether it has an hour.
///
/// ```
/// let (at, has_time) = luutru::article::dates::parse_stamp("Thứ Ba, 02/09/2025 - 14:05").unwrap();
/// assert_eq!(at.to_string(), "2025-09-02T14:05:00");
/// assert!(has_time);
/// ```
pub fn parse_stamp(text: &str) -> Option<(DateTime, bool)> {
    find_stamp(text).map(|found| (found.at, found.has_time))
}

/// As [`parse_stamp`], with the place in the text.
pub fn find_stamp(text: &str) -> Option<Found> {
    let text = &text[..text.floor_char_boundary(MAX_BYTES)];
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    epoch(text).or_else(|| {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            if !bytes[at].is_ascii_digit() {
                at += 1;
                continue;
            }
            if let Some(found) = day_at(text, at) {
                return Some(found);
            }
            while at < bytes.len() && bytes[at].is_ascii_digit() {
                at += 1;
            }
        }
        english(text)
    })
}

/// Whether a numeric date can be read in one order only: `Some(true)` for month first (`12/25/2026`), `Some(false)` for
/// day first; `None` when both are possible, or it is no such date.
pub fn month_first(text: &str) -> Option<bool> {
    let text = text.trim();
    let (first, at) = number(text.as_bytes(), text.find(|c: char| c.is_ascii_digit())?, 2)?;
    let (_, at) = separator(text, at).filter(|(kind, _)| *kind != '.')?;
    let (second, at) = number(text.as_bytes(), at, 2)?;
    separator(text, at)?;
    match (first, second) {
        (1..=12, 13..=31) => Some(true),
        (13..=31, 1..=12) => Some(false),
        _ => None,
    }
}

/// As [`parse_stamp`], for a source known to put the month first.
pub fn parse_month_first(text: &str) -> Option<(DateTime, bool)> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let mut parts = text.get(start..)?.splitn(3, ['/', '-']);
    let (month, day, rest) = (parts.next()?, parts.next()?, parts.next()?);
    parse_stamp(&format!("{day}/{month}/{rest}"))
}

/// A number's value and the byte after it.
pub(super) fn number(bytes: &[u8], at: usize, digits: usize) -> Option<(i16, usize)> {
    let mut end = at;
    let mut value: i16 = 0;
    while let Some(digit) = bytes.get(end).filter(|byte| byte.is_ascii_digit()) {
        if end - at == digits {
            return None;
        }
        value = value * 10 + i16::from(digit - b'0');
        end += 1;
    }
    (end > at).then_some((value, end))
}

/// Past blanks, no-break ones included.
pub(super) fn skip(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{A0}').len()
}

/// A separator between day, month and year: its kind, and the byte after it.
fn separator(text: &str, at: usize) -> Option<(char, usize)> {
    let at = skip(text, at);
    let c = text.get(at..)?.chars().next()?;
    let kind = match c {
        '/' | '.' => c,
        '-' | '‐' | '‑' | '–' => '-',
        _ => return None,
    };
    Some((kind, skip(text, at + c.len_utf8())))
}

/// A date whose first number stands at `at`.
fn day_at(text: &str, at: usize) -> Option<Found> {
    let bytes = text.as_bytes();
    // `86/18/9/2025` is a document's number, `-5` no day.
    if at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'/') {
        return None;
    }
    let (first, after) = number(bytes, at, 4)?;
    if after - at == 4 {
        return iso_at(text, at, first, after);
    }
    if after - at > 2 {
        return None;
    }
    let Some((date, end)) = numeric(text, first, after) else {
        let (date, end) = worded(text, first, after)?;
        return Some(with_hour(text, date, at, end));
    };
    let verdict = weekday::weigh(text, at, end, date);
    let date = if let Verdict::MonthFirst(swapped) = verdict { swapped } else { date };
    Some(Found { disagrees: verdict == Verdict::Disagrees, ..with_hour(text, date, at, end) })
}

/// `d/m/Y` and its kin.
fn numeric(text: &str, day: i16, after: usize) -> Option<(Date, usize)> {
    let bytes = text.as_bytes();
    let (first, at) = separator(text, after)?;
    let (month, after) = number(bytes, at, 2)?;
    let (second, at) = separator(text, after)?;
    let (year, end) = number(bytes, at, 4)?;
    if first != second {
        return None;
    }
    let year = match (end - at, first) {
        (4, _) => year,
        (2, '/' | '-') => 2000 + year,
        _ => return None,
    };
    // `12/3/2021/NQ` and `1.2.2021.5` are numbers of documents and sections.
    if bytes.get(end) == Some(&b'/') && bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    Some((date(year, month, day)?, end))
}

/// `27 tháng 11 năm 2008`, `27 tháng Mười một, 2008`.
fn worded(text: &str, day: i16, after: usize) -> Option<(Date, usize)> {
    let at = skip_words(text, after, &["tháng", "Tháng", "THÁNG"])?;
    let bytes = text.as_bytes();
    let (month, at) = match number(bytes, at, 2) {
        Some(found) => found,
        None => month_word(text, at)?,
    };
    let mut at = skip(text, at);
    if let Some(next) = skip_words(text, at, &["năm", "Năm", "NĂM"]) {
        at = next;
    } else {
        while bytes.get(at).is_some_and(|byte| matches!(byte, b',' | b'/' | b'-' | b' ')) {
            at += 1;
        }
        at = skip(text, at);
    }
    let (year, end) = number(bytes, at, 4).filter(|(_, end)| end - at == 4)?;
    Some((date(year, month, day)?, end))
}

fn skip_words(text: &str, at: usize, words: &[&str]) -> Option<usize> {
    let at = skip(text, at);
    let rest = text.get(at..)?;
    let word = words.iter().find(|word| rest.starts_with(**word))?;
    Some(skip(text, at + word.len()))
}

pub(super) fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    if !YEARS.contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// `2025-10-30T10:31:51+07:00`, `2026-10-07 07:49 + 07:00`, `2025/10/30`.
fn iso_at(text: &str, start: usize, year: i16, after: usize) -> Option<Found> {
    let bytes = text.as_bytes();
    let (first, at) = separator(text, after)?;
    let (month, after) = number(bytes, at, 2)?;
    let (second, at) = separator(text, after)?;
    let (day, end) = number(bytes, at, 2)?;
    if first != second {
        return None;
    }
    let date = date(year, month, day)?;
    let at = if matches!(bytes.get(end), Some(b'T' | b't')) { end + 1 } else { skip(text, end) };
    let Some((time, end_time)) = hour_at(text, at) else {
        return Some(with_hour(text, date, start, end));
    };
    let local = date.to_datetime(time);
    let (shifted, end) = zone(text, end_time)
        .and_then(|(offset, end)| Some((local.checked_add(SignedDuration::from_mins(7 * 60 - offset)).ok()?, end)))
        .unwrap_or((local, end_time));
    Some(Found { at: shifted, has_time: has_hour(time), start, end, disagrees: false })
}

/// A zone after an ISO time, in minutes east of Greenwich.
pub(super) fn zone(text: &str, at: usize) -> Option<(i64, usize)> {
    let bytes = text.as_bytes();
    let mut at = at;
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
    }
    if matches!(bytes.get(at), Some(b'Z' | b'z')) {
        return Some((0, at + 1));
    }
    let at = skip(text, at);
    let sign = match bytes.get(at)? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let at = skip(text, at + 1);
    let digits = bytes.get(at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (hours, minutes, end) = match digits {
        4 => {
            let (both, end) = number(bytes, at, 4)?;
            (both / 100, both % 100, end)
        }
        1 | 2 => {
            let (hours, end) = number(bytes, at, 2)?;
            match bytes.get(end) {
                Some(b':') => number(bytes, end + 1, 2).map(|(minutes, end)| (hours, minutes, end))?,
                _ => (hours, 0, end),
            }
        }
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then_some((sign * (i64::from(hours) * 60 + i64::from(minutes)), end))
}

/// `h:mm`, `h:mm:ss`, `16h20`, `16 giờ 20`, each with AM, PM, SA (sáng) or CH (chiều) after it.
pub(super) fn hour_at(text: &str, at: usize) -> Option<(Time, usize)> {
    let bytes = text.as_bytes();
    if at > 0 && (bytes[at - 1].is_ascii_digit() || matches!(bytes[at - 1], b':' | b'+')) {
        return None;
    }
    let (mut hour, after) = number(bytes, at, 2)?;
    let colon = bytes.get(after) == Some(&b':');
    let (minute, mut end) = if colon || matches!(bytes.get(after), Some(b'h' | b'H' | b'g' | b'G')) {
        number(bytes, skip(text, after + 1), 2)?
    } else {
        number(bytes, skip_words(text, after, &["giờ", "Giờ"])?, 2)?
    };
    let mut second = 0;
    if let Some((value, after)) = bytes.get(end).filter(|byte| **byte == b':').and_then(|_| number(bytes, end + 1, 2)) {
        (second, end) = (value, after);
    }
    if let Some((afternoon, after)) = half_day(text, end) {
        end = after;
        hour = match (hour, afternoon) {
            (12, false) => 0,
            (1..=11, true) => hour + 12,
            _ => hour,
        };
    }
    let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0).ok()?;
    Some((time, end))
}

fn half_day(text: &str, at: usize) -> Option<(bool, usize)> {
    let at = skip(text, at);
    let word = text.get(at..at + 2)?;
    if text.get(at + 2..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric)) {
        return None;
    }
    let afternoon = match word {
        "AM" | "am" | "Am" | "SA" => false,
        "PM" | "pm" | "Pm" | "CH" => true,
        _ => return None,
    };
    Some((afternoon, at + 2))
}

pub(super) fn has_hour(time: Time) -> bool {
    time != Time::midnight()
}

/// The date with the hour that stands after it, or before it.
pub(super) fn with_hour(text: &str, date: Date, start: usize, end: usize) -> Found {
    let (time, start, end) = match hour_after(text, end) {
        Some((time, after)) => (Some(time), start, after),
        None => match hour_before(text, start) {
            Some((time, before)) => (Some(time), before, end),
            None => (None, start, end),
        },
    };
    let time = time.unwrap_or(Time::midnight());
    Found { at: date.to_datetime(time), has_time: has_hour(time), start, end, disagrees: false }
}

/// An hour after the date, over commas, bars and words such as `lúc`; `13/08/2025 | 329` has none, 329 are views.
fn hour_after(text: &str, end: usize) -> Option<(Time, usize)> {
    let window = text.get(end..text.floor_char_boundary(end + HOUR_REACH_BYTES / 2))?;
    let digit = window.find(|c: char| c.is_ascii_digit())?;
    linking(&window[..digit]).then(|| hour_at(text, end + digit)).flatten()
}

fn hour_before(text: &str, start: usize) -> Option<(Time, usize)> {
    let from = text.ceil_char_boundary(start.saturating_sub(HOUR_REACH_BYTES));
    let window = &text[from..start];
    let mut best = None;
    let mut at = 0;
    while let Some(offset) = window[at..].find(|c: char| c.is_ascii_digit()) {
        let digit = at + offset;
        if let Some((time, end)) = hour_at(text, from + digit).filter(|(_, end)| *end <= start) {
            if linking(&text[end..start]) {
                best = Some((time, from + digit));
            }
            at = end - from;
        } else {
            at = digit + 1;
        }
    }
    best
}

/// `/Date(1634000000000)/` and bare epoch seconds or milliseconds.
fn epoch(text: &str) -> Option<Found> {
    let trimmed = text.trim();
    let inner = trimmed.strip_prefix("/Date(").and_then(|rest| rest.split([')', '+', '-']).next()).unwrap_or(trimmed);
    if !(10..=13).contains(&inner.len()) || !inner.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: i64 = inner.parse().ok()?;
    let at = if inner.len() == 13 { Timestamp::from_millisecond(value) } else { Timestamp::from_second(value) };
    let at = VIETNAM.to_datetime(at.ok()?);
    YEARS.contains(&at.year()).then(|| Found {
        at,
        has_time: has_hour(at.time()),
        start: 0,
        end: text.len(),
        disagrees: false,
    })
}
