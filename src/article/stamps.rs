//! When an article was published: which of several witnesses is believed.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::dates::{find_in_url, parse_stamp};
use super::head::DateLine;
use super::meta::{Meta, Role};
use crate::model::{Stamp, StampSource, VIETNAM};

/// A stamp this close to the time of reading is a clock in the page's banner.
const CLOCK: SignedDuration = SignedDuration::from_mins(2);

/// Publication and change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Stamps {
    pub(super) published: Option<Stamp>,
    pub(super) modified: Option<Stamp>,
}

/// Weighs the witnesses: markup, a line near the title, the list, the address, the lead.
pub(super) fn decide(
    meta: &Meta,
    lines: &[DateLine],
    title_line: Option<usize>,
    listed: Option<Stamp>,
    url: &Url,
    lead: Option<&str>,
    now: Timestamp,
) -> Stamps {
    let here = VIETNAM.to_datetime(now);
    let declared = |role: Role| {
        meta.dates
            .iter()
            .filter(|date| date.role == role)
            .filter(|date| role != Role::Time || near(date.line, title_line))
            .filter_map(|date| parse_stamp(&date.text))
            .map(|(at, has_time)| Stamp { at, has_time, source: StampSource::Markup })
            .find(|stamp| !clock(*stamp, here) && !future(*stamp, here))
    };
    let printed = |updated: bool| {
        lines
            .iter()
            .filter(|line| line.updated == updated)
            .map(|line| Stamp { at: line.found.at, has_time: line.found.has_time, source: StampSource::Stamp })
            .filter(|stamp| !future(*stamp, here))
            .collect::<Vec<_>>()
    };
    let plain = printed(false);
    let steady = plain.iter().copied().find(|stamp| !clock(*stamp, here));
    let updated = printed(true).into_iter().find(|stamp| !clock(*stamp, here));
    let in_url = find_in_url(url).map(|(at, has_time)| Stamp { at, has_time, source: StampSource::Url });
    let published = declared(Role::Published)
        .map(|stamp| sharpen(stamp, steady))
        .or_else(|| declared(Role::Time).filter(|stamp| steady.is_none_or(|line| line.date() == stamp.date())))
        .or(steady)
        .or(updated.filter(|_| listed.is_none()))
        .or(listed)
        .or(updated)
        .or_else(|| in_url.filter(|stamp| !future(*stamp, here)))
        .or_else(|| plain.first().copied())
        .or_else(|| lead.and_then(|lead| inferred(lead, here)));
    let changed = declared(Role::Modified).or(updated);
    let modified =
        changed.filter(|stamp| published.is_some_and(|published| published.at != stamp.at && published.at < stamp.at));
    Stamps { published, modified }
}

/// A declared day takes its hour from the printed line of the same day.
fn sharpen(declared: Stamp, printed: Option<Stamp>) -> Stamp {
    match printed {
        Some(line) if !declared.has_time && line.has_time && line.date() == declared.date() => {
            Stamp { at: line.at, has_time: true, ..declared }
        }
        _ => declared,
    }
}

/// `<time>` counts in the article's head only.
fn near(line: usize, title: Option<usize>) -> bool {
    title.is_none_or(|title| line + 6 >= title && line <= title + 12)
}

fn clock(stamp: Stamp, here: DateTime) -> bool {
    stamp.has_time && stamp.at.duration_since(here).abs() <= CLOCK
}

fn future(stamp: Stamp, here: DateTime) -> bool {
    stamp.at.duration_since(here) > SignedDuration::from_hours(48)
}

/// `Chiều 11/10, …` at the start of the lead: day and month of the event, the latest such day that is not in the future.
///
/// A date further on belongs to a document or an earlier event.
fn inferred(lead: &str, here: DateTime) -> Option<Stamp> {
    let start = &lead[..lead.floor_char_boundary(120)];
    let digit = start.find(|c: char| c.is_ascii_digit())?;
    let opening = start[..digit].to_lowercase();
    // `(ĐN) -`, `TTĐT -`: the agency's mark.
    let opening = opening.rsplit([')', '-', '–']).next().unwrap_or_default();
    let mut words = opening.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).peekable();
    let day_words =
        |word: &str| matches!(word, "ngày" | "sáng" | "chiều" | "tối" | "trưa" | "đêm" | "nay" | "hôm" | "vào");
    if words.peek().is_none() || !words.all(day_words) {
        return None;
    }
    let rest = &start[digit..];
    let date = match parse_stamp(&rest[..rest.floor_char_boundary(12)]) {
        Some((at, _)) => at.date(),
        None => without_year(rest, here)?,
    };
    let stamp = Stamp::day(date, StampSource::Inferred);
    (!future(stamp, here)).then_some(stamp)
}

fn without_year(text: &str, here: DateTime) -> Option<Date> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '/' | '-' | '.')).unwrap_or(text.len());
    let (day, month) = text[..end].trim_end_matches(['.', '-', '/']).split_once(['/', '-', '.'])?;
    if day.len() > 2 || month.len() > 2 {
        return None;
    }
    let (day, month) = (day.parse().ok()?, month.parse().ok()?);
    let year = |year| Date::new(year, month, day).ok();
    year(here.year()).filter(|date| *date <= here.date()).or_else(|| year(here.year() - 1))
}
