//! Day-first dates as portals print them.

use jiff::civil::{Date, DateTime, Time};

/// The first date of `text`, with its hour where one is printed; `true` when it is.
///
/// Midnight counts as "no hour known": that is what portals print when they hold a day only.
pub(super) fn parse_stamp(text: &str) -> Option<(DateTime, bool)> {
    let tokens = tokens(text);
    let (at, end, day) = (0..tokens.len()).find_map(|at| {
        let (end, day) = day_at(&tokens[at..])?;
        Some((at, at + end, day))
    })?;
    let time =
        time_in(&tokens[end..tokens.len().min(end + 12)]).or_else(|| time_in(&tokens[at.saturating_sub(12)..at]));
    match time {
        Some(time) if time != Time::midnight() => Some((day.to_datetime(time), true)),
        _ => Some((day.to_datetime(Time::midnight()), false)),
    }
}

/// A number with its length in digits, a mark, or a word.
#[derive(Debug, PartialEq)]
enum Token {
    Number(i32, usize),
    Mark(char),
    Word(String),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = text.chars().take(400).peekable();
    while let Some(&c) = chars.peek() {
        let mut run = String::new();
        if c.is_ascii_digit() {
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                run.push(digit);
            }
            out.push(Token::Number(run.parse().unwrap_or(-1), run.len()));
        } else if c.is_alphabetic() {
            while let Some(letter) = chars.next_if(|c| c.is_alphabetic()) {
                run.extend(letter.to_lowercase());
            }
            out.push(Token::Word(run));
        } else {
            chars.next();
            if !c.is_whitespace() {
                out.push(Token::Mark(c));
            }
        }
    }
    out
}

/// A date at the start of `tokens`, and how many it takes.
fn day_at(tokens: &[Token]) -> Option<(usize, Date)> {
    use Token::{Mark, Number, Word};
    let (taken, year, month, day) = match tokens {
        [Number(year, 4), Mark('-'), Number(month, _), Mark('-'), Number(day, _), ..] => (5, *year, *month, *day),
        [
            Number(day, 1 | 2),
            Mark(one @ ('/' | '-' | '.')),
            Number(month, 1 | 2),
            Mark(two),
            Number(year, len @ (2 | 4)),
            ..,
        ] if one == two => (5, if *len == 2 { 2000 + year } else { *year }, *month, *day),
        [Number(day, 1 | 2), Word(first), Number(month, 1 | 2), Word(second), Number(year, 4), ..]
            if first == "tháng" && second == "năm" =>
        {
            (5, *year, *month, *day)
        }
        _ => return None,
    };
    if !(1945..=2100).contains(&year) {
        return None;
    }
    let day = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some((taken, day))
}

/// The first `h:mm[:ss] [AM|PM|SA|CH]`.
fn time_in(tokens: &[Token]) -> Option<Time> {
    use Token::{Mark, Number, Word};
    tokens.iter().enumerate().find_map(|(at, _)| {
        let [Number(hour, 1 | 2), Mark(':'), Number(minute, 2), rest @ ..] = &tokens[at..] else { return None };
        let (second, rest) = match rest {
            [Mark(':'), Number(second, 2), rest @ ..] => (*second, rest),
            rest => (0, rest),
        };
        let hour = match rest {
            [Word(half), ..] if (half == "pm" || half == "ch") && *hour < 12 => hour + 12,
            [Word(half), ..] if (half == "am" || half == "sa") && *hour == 12 => 0,
            _ => *hour,
        };
        Time::new(i8::try_from(hour).ok()?, i8::try_from(*minute).ok()?, i8::try_from(second).ok()?, 0).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        parse_stamp(text).map_or_else(|| "-".to_owned(), |(at, hour)| format!("{at} {hour}"))
    }

    #[test]
    fn forms_in_the_field() {
        assert_eq!(read("(11/10/2021)"), "2021-10-11T00:00:00 false");
        assert_eq!(read("Thứ sáu - 19/11/2021 09:35"), "2021-11-19T09:35:00 true");
        assert_eq!(read("Cập nhật lúc 17:57, Thứ Năm, 10/06/2021 (GMT+7)"), "2021-06-10T17:57:00 true");
        assert_eq!(read("Đăng ngày: 20/01/2020 - 8:28:04 PM"), "2020-01-20T20:28:04 true");
        assert_eq!(read("22/02/2016 | 12:00 AM"), "2016-02-22T00:00:00 false");
        assert_eq!(read("Đăng ngày 11 - 11 - 2023"), "2023-11-11T00:00:00 false");
        assert_eq!(read("2025-10-30T10:31:51+07:00"), "2025-10-30T10:31:51 true");
        assert_eq!(read("ngày 27 tháng 11 năm 2008"), "2008-11-27T00:00:00 false");
        assert_eq!(read("10/06/21"), "2021-06-10T00:00:00 false");
        assert_eq!(read("31/02/2021"), "-");
        assert_eq!(read("Lượt xem: 1094"), "-");
    }
}
