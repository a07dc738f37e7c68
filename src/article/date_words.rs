//! Months by name, Vietnamese and English, and the English forms of feeds.

use jiff::SignedDuration;
use jiff::civil::Date;

use super::dates::{Found, date, number, skip, with_hour, zone};

/// Month words, Vietnamese and English; compared in lower case.
const MONTHS: [(&str, i8); 36] = [
    ("mười một", 11),
    ("mười hai", 12),
    ("một", 1),
    ("giêng", 1),
    ("hai", 2),
    ("ba", 3),
    ("tư", 4),
    ("bốn", 4),
    ("năm", 5),
    ("sáu", 6),
    ("bảy", 7),
    ("bẩy", 7),
    ("tám", 8),
    ("chín", 9),
    ("mười", 10),
    ("chạp", 12),
    ("january", 1),
    ("february", 2),
    ("march", 3),
    ("april", 4),
    ("june", 6),
    ("july", 7),
    ("august", 8),
    ("september", 9),
    ("october", 10),
    ("november", 11),
    ("december", 12),
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("may", 5),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
];

const LATE_MONTHS: [(&str, i8); 3] = [("oct", 10), ("nov", 11), ("dec", 12)];

/// A month word at `at`: its number and the byte after it.
pub(super) fn month_word(text: &str, at: usize) -> Option<(i16, usize)> {
    let window = text.get(at..text.floor_char_boundary(at + 24))?.to_lowercase();
    let (word, month) = MONTHS
        .iter()
        .chain(&LATE_MONTHS)
        .find(|(word, _)| window.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphabetic)))?;
    Some((i16::from(*month), at + word.len()))
}

/// Words that may stand between a day and its hour.
const LINKING: [&str; 38] = [
    "thứ",
    "hai",
    "ba",
    "tư",
    "năm",
    "sáu",
    "bảy",
    "bẩy",
    "chủ",
    "chúa",
    "nhật",
    "cn",
    "t2",
    "t3",
    "t4",
    "t5",
    "t6",
    "t7",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "ngày",
    "lúc",
    "gmt",
    "giờ",
    "vào",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "at",
    "on",
];

/// Whether what stands between hour and day is only weekday, label and punctuation.
pub(super) fn linking(between: &str) -> bool {
    let lower = between.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).all(|word| LINKING.contains(&word))
}

/// `15 Oct 2020 16:21:00 +0700`, `October 15, 2020`.
pub(super) fn english(text: &str) -> Option<Found> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(offset) = bytes.get(at..)?.iter().position(u8::is_ascii_digit) {
        let start = at + offset;
        let end = start + bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        at = end;
        let Some((day, after)) = number(bytes, start, 2) else { continue };
        let found = month_word(text, skip(text, after)).and_then(|(month, at)| year_after(text, at, month, day));
        let found = found.or_else(|| {
            let word = text[..start].trim_end().rfind(' ').map_or(0, |blank| blank + 1);
            let (month, _) = month_word(text, word)?;
            year_after(text, after, month, day)
        });
        if let Some((date, end)) = found {
            let mut found = with_hour(text, date, start, end);
            if let Some((offset, end)) = zone(text, found.end) {
                found.at = found.at.checked_add(SignedDuration::from_mins(7 * 60 - offset)).unwrap_or(found.at);
                found.end = end;
            } else if text[found.end..].trim_start() == "GMT" {
                found.at = found.at.checked_add(SignedDuration::from_hours(7)).unwrap_or(found.at);
            }
            return Some(found);
        }
    }
    None
}

fn year_after(text: &str, at: usize, month: i16, day: i16) -> Option<(Date, usize)> {
    let rest = text.get(at..)?;
    let at = at + rest.len() - rest.trim_start_matches([' ', ',', '\u{A0}', '.']).len();
    let (year, end) = number(text.as_bytes(), at, 4).filter(|(_, end)| end - at == 4)?;
    Some((date(year, month, day)?, end))
}
