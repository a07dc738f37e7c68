//! Dates told from the reader's day: `3 giờ trước`, `Hôm qua, 08:15`; and days whose year nobody printed.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, ToSpan};

use super::dates::{Found, hour_at, number, skip};

/// The longest text that is such a date, in bytes.
const LONGEST_BYTES: usize = 80;

/// A date relative to `here`, the time of the capture. The text must hold little else: `hôm qua` opens sentences, and
/// `Hôm nay: 12` counts visitors.
pub(super) fn find_relative(text: &str, here: DateTime) -> Option<Found> {
    if text.len() > LONGEST_BYTES {
        return None;
    }
    let lower = text.to_lowercase();
    let span = (0, text.len());
    ago(&lower, here).or_else(|| named_day(&lower, here)).map(|(at, has_time)| Found {
        at,
        has_time,
        start: span.0,
        end: span.1,
        disagrees: false,
    })
}

/// `3 giờ trước`, `cách đây 2 ngày`, `5 minutes ago`.
fn ago(lower: &str, here: DateTime) -> Option<(DateTime, bool)> {
    let said = ["trước", "cách đây", " ago"].iter().any(|word| lower.contains(word));
    if !said {
        return None;
    }
    let start = lower.find(|c: char| c.is_ascii_digit())?;
    if lower[..start].split_whitespace().count() > 4 {
        return None;
    }
    let (count, after) = number(lower.as_bytes(), start, 3)?;
    let unit = lower.get(skip(lower, after)..)?;
    let count = i64::from(count);
    let one_of = |words: &[&str]| words.iter().any(|word| unit.starts_with(word));
    if one_of(&["giây", "second", "phút", "minute", "giờ", "hour", "tiếng"]) {
        let each = if one_of(&["giây", "second"]) {
            SignedDuration::from_secs(1)
        } else if one_of(&["phút", "minute"]) {
            SignedDuration::from_mins(1)
        } else {
            SignedDuration::from_hours(1)
        };
        let at = here.checked_sub(each.checked_mul(i32::try_from(count).ok()?)?).ok()?;
        return Some((at.date().at(at.hour(), at.minute(), 0, 0), true));
    }
    let span = if one_of(&["ngày", "day"]) {
        count.days()
    } else if one_of(&["tuần", "week"]) {
        count.weeks()
    } else if one_of(&["tháng", "month"]) {
        count.months()
    } else if one_of(&["năm", "year"]) {
        count.years()
    } else {
        return None;
    };
    Some((here.date().checked_sub(span).ok()?.at(0, 0, 0, 0), false))
}

/// `Hôm qua, 08:15`, `hôm nay lúc 7h30`, `Yesterday at 10:00`. Without an hour only when nothing else stands there.
fn named_day(lower: &str, here: DateTime) -> Option<(DateTime, bool)> {
    const DAYS: [(&str, i64); 7] = [
        ("hôm nay", 0),
        ("hôm qua", 1),
        ("hôm kia", 2),
        ("vừa xong", 0),
        ("today", 0),
        ("yesterday", 1),
        ("just now", 0),
    ];
    let (at, word, back) = DAYS.iter().find_map(|(word, back)| Some((lower.find(word)?, *word, *back)))?;
    let day = here.date().checked_sub(back.days()).ok()?;
    let label = lower[..at].trim_end_matches([' ', ':', '|', '-', ',']);
    let labelled = ["đăng", "cập nhật", "đăng lúc", "ngày đăng", "posted", "published", "updated", "lúc"];
    let rest = lower[at + word.len()..].trim();
    let hour_before = label.find(|c: char| c.is_ascii_digit()).and_then(|digit| hour_at(label, digit));
    let hour_after =
        rest.find(|c: char| c.is_ascii_digit()).filter(|digit| *digit <= 8).and_then(|digit| hour_at(rest, digit));
    match hour_after.or(hour_before) {
        Some((time, _)) if label.chars().count() <= 20 => Some((day.to_datetime(time), true)),
        _ if rest.is_empty() && (label.is_empty() || labelled.contains(&label)) => Some((day.at(0, 0, 0, 0), false)),
        _ => None,
    }
}

/// Day and month at the start of `text`, no year behind them: `10-6`, `11/10`.
pub(super) fn day_and_month(text: &str) -> Option<(i8, i8)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '/' | '-' | '.')).unwrap_or(text.len());
    let (day, month) = text[..end].trim_end_matches(['.', '-', '/']).split_once(['/', '-', '.'])?;
    if day.len() > 2 || month.len() > 2 {
        return None;
    }
    let (day, month) = (day.parse().ok()?, month.parse().ok()?);
    ((1..=31).contains(&day) && (1..=12).contains(&month)).then_some((day, month))
}

/// The year that day and month had: the one nearest to what the address or a picture's tells, else the latest that is
/// not in the future.
pub(super) fn with_year((day, month): (i8, i8), anchor: Option<Date>, here: DateTime) -> Option<Date> {
    let of = |year: i16| Date::new(year, month, day).ok().filter(|date| *date <= here.date());
    let Some(anchor) = anchor else {
        return of(here.year()).or_else(|| of(here.year() - 1));
    };
    let far = |date: &Date| date.duration_since(anchor).as_hours().abs();
    [anchor.year() - 1, anchor.year(), anchor.year() + 1].into_iter().filter_map(of).min_by_key(far)
}

/// A date line without a year: `10-6`, `Thứ Năm, 10/6`, `08:15 10/6`.
pub(super) fn find_yearless(text: &str, anchor: Option<Date>, here: DateTime) -> Option<Found> {
    if text.len() > LONGEST_BYTES {
        return None;
    }
    let mut at = 0;
    while let Some(offset) = text.get(at..)?.find(|c: char| c.is_ascii_digit()) {
        let start = at + offset;
        if let Some(found) = day_and_month(&text[start..]) {
            let date = with_year(found, anchor, here)?;
            return Some(Found { at: date.at(0, 0, 0, 0), has_time: false, start, end: text.len(), disagrees: false });
        }
        at = start + text[start..].find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len() - start);
    }
    None
}
