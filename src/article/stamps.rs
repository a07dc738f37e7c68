//! When an article was published: which of several witnesses is believed.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use url::Url;

use super::Hint;
use super::date_in_url::month_in_url;
use super::date_line::{DateLine, Origin};
use super::dates::{find_in_url, parse_stamp};
use super::meta::{Meta, Role};
use super::outline::Outline;
use super::relative::{day_and_month, with_year};
use crate::model::{Stamp, StampSource, VIETNAM};

/// A stamp this close to the time of reading is a clock in the page's banner.
const CLOCK: SignedDuration = SignedDuration::from_mins(2);

/// Publication and change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Stamps {
    pub(super) published: Option<Stamp>,
    pub(super) modified: Option<Stamp>,
    /// What to know about the publication.
    pub(super) note: Option<&'static str>,
}

/// What dates without a year or a day of their own lean on.
#[derive(Debug, Clone, Copy)]
pub(super) struct When {
    /// The time of the capture, in Vietnam.
    pub(super) here: DateTime,
    /// About when the article appeared, by its address or a picture's.
    pub(super) anchor: Option<Date>,
}

impl When {
    pub(super) fn of(url: &Url, outline: &Outline, hint: &Hint<'_>) -> Self {
        let here = VIETNAM.to_datetime(hint.now);
        let pictures = outline.pictures.iter().filter(|picture| !outline.areas[picture.area].noisy).take(40);
        let anchor = hint
            .date
            .map(|stamp| stamp.date())
            .or_else(|| about(url))
            .or_else(|| pictures.filter_map(|picture| url.join(&picture.source).ok()).find_map(|url| about(&url)))
            .filter(|date| *date <= here.date());
        Self { here, anchor }
    }
}

/// The day or the month that an address tells.
fn about(url: &Url) -> Option<Date> {
    find_in_url(url).map(|(at, _)| at.date()).or_else(|| month_in_url(url.as_str()))
}

/// Weighs the witnesses: markup, a line near the title, the list, the address, the lead. A line whose weekday is another
/// day's is believed when the list or the address bears it out, and else after both.
pub(super) fn decide(
    meta: &Meta,
    lines: &[DateLine],
    title_line: Option<usize>,
    listed: Option<Stamp>,
    url: &Url,
    lead: Option<&str>,
    when: &When,
) -> Stamps {
    let here = when.here;
    let declared = |role: Role| {
        meta.dates
            .iter()
            .filter(|date| date.role == role)
            .filter(|date| role != Role::Time || near(date.line, title_line))
            .filter_map(|date| parse_stamp(&date.text))
            .map(|(at, has_time)| Stamp { at, has_time, source: StampSource::Markup })
            .find(|stamp| !clock(*stamp, here) && !future(*stamp, here))
    };
    let in_url = find_in_url(url)
        .map(|(at, has_time)| Stamp { at, has_time, source: StampSource::Url })
        .filter(|stamp| !future(*stamp, here));
    let borne_out = |stamp: Stamp| [listed, in_url].into_iter().flatten().any(|other| other.date() == stamp.date());
    let lines = printed(lines, here);
    let first = |updated: bool, doubtful: bool| {
        lines
            .iter()
            .filter(|line| line.updated == updated && line.origin != Origin::Yearless && !clock(line.stamp, here))
            .find(|line| (line.disagrees && !borne_out(line.stamp)) == doubtful)
            .map(|line| line.stamp)
    };
    let (steady, updated) = (first(false, false), first(true, false));
    let published = declared(Role::Published)
        .map(|stamp| sharpen(stamp, steady))
        .or_else(|| declared(Role::Time).filter(|stamp| steady.is_none_or(|line| line.date() == stamp.date())))
        .or(steady)
        .or(updated.filter(|_| listed.is_none()))
        .or(listed)
        .or(updated)
        .or(in_url)
        .or_else(|| first(false, true).or_else(|| first(true, true)))
        .or_else(|| lines.iter().find(|line| !line.updated).map(|line| line.stamp))
        .or_else(|| lead.and_then(|lead| inferred(lead, when)));
    let changed = declared(Role::Modified).or(updated);
    let modified =
        changed.filter(|stamp| published.is_some_and(|published| published.at != stamp.at && published.at < stamp.at));
    let note = lines.iter().find(|line| Some(line.stamp) == published).and_then(Line::note);
    let note = note.or_else(|| {
        let guessed = published.is_some_and(|stamp| stamp.source == StampSource::Inferred);
        guessed.then_some("day and month of the publication are from the lead, the year from what stands around it")
    });
    Stamps { published, modified, note }
}

/// A printed line as a stamp.
struct Line {
    stamp: Stamp,
    updated: bool,
    disagrees: bool,
    origin: Origin,
}

impl Line {
    const fn note(&self) -> Option<&'static str> {
        match self.origin {
            Origin::Relative => Some("the publication is counted back from the time of the capture"),
            Origin::Yearless => Some("the publication is printed without its year"),
            Origin::Printed if self.disagrees => Some("the weekday printed beside the publication is another day's"),
            Origin::Printed => None,
        }
    }
}

fn printed(lines: &[DateLine], here: DateTime) -> Vec<Line> {
    let stamp = |line: &DateLine| {
        let source = if line.origin == Origin::Yearless { StampSource::Inferred } else { StampSource::Stamp };
        Stamp { at: line.found.at, has_time: line.found.has_time, source }
    };
    let all = lines.iter().map(|line| Line {
        stamp: stamp(line),
        updated: line.updated,
        disagrees: line.found.disagrees,
        origin: line.origin,
    });
    all.filter(|line| !future(line.stamp, here)).collect()
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
fn inferred(lead: &str, when: &When) -> Option<Stamp> {
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
        None => with_year(day_and_month(rest)?, when.anchor, when.here)?,
    };
    let stamp = Stamp::day(date, StampSource::Inferred);
    (!future(stamp, when.here)).then_some(stamp)
}
