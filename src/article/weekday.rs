//! The weekday printed beside a date: it bears the date out, or shows that month and day stand the other way round.

use jiff::civil::{Date, Weekday};

/// How far before and behind a date its weekday stands, in bytes.
const BEFORE_BYTES: usize = 40;
const AFTER_BYTES: usize = 24;

const NAMES: [(&str, Weekday); 22] = [
    ("thứ hai", Weekday::Monday),
    ("thứ ba", Weekday::Tuesday),
    ("thứ tư", Weekday::Wednesday),
    ("thứ năm", Weekday::Thursday),
    ("thứ sáu", Weekday::Friday),
    ("thứ bảy", Weekday::Saturday),
    ("thứ bẩy", Weekday::Saturday),
    ("chủ nhật", Weekday::Sunday),
    ("chúa nhật", Weekday::Sunday),
    ("thứ 2", Weekday::Monday),
    ("thứ 3", Weekday::Tuesday),
    ("thứ 4", Weekday::Wednesday),
    ("thứ 5", Weekday::Thursday),
    ("thứ 6", Weekday::Friday),
    ("thứ 7", Weekday::Saturday),
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// The one weekday near the bytes `start..end` of `text`; two different ones say nothing.
fn said(text: &str, start: usize, end: usize) -> Option<Weekday> {
    let from = text.floor_char_boundary(start.saturating_sub(BEFORE_BYTES));
    let to = text.ceil_char_boundary((end + AFTER_BYTES).min(text.len()));
    let near = text.get(from..to)?.to_lowercase();
    let mut found = NAMES.iter().filter(|(name, _)| near.contains(name)).map(|(_, day)| *day);
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// What the weekday makes of a date read day first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// None is printed, or it agrees.
    Stands,
    /// It is the weekday of the same figures read month first.
    MonthFirst(Date),
    /// It is some other day's.
    Disagrees,
}

/// Weighs `date`, printed at `start..end` of `text`.
pub(super) fn weigh(text: &str, start: usize, end: usize, date: Date) -> Verdict {
    let Some(said) = said(text, start, end).filter(|said| *said != date.weekday()) else { return Verdict::Stands };
    match Date::new(date.year(), date.day(), date.month()) {
        Ok(swapped) if swapped != date && swapped.weekday() == said => Verdict::MonthFirst(swapped),
        _ => Verdict::Disagrees,
    }
}
