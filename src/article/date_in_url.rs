//! Dates in addresses.

use jiff::civil::{Date, DateTime, Time};
use url::Url;

use super::dates::{date, has_hour};

/// The date an article's address gives: `/2023-11-11/`, `/2023/11/11/`, `/20231111/`, `_20240122084425`, and the
/// sixteen-digit ids that hold `yymmddhhmmss`. A month alone is no date.
pub fn find_in_url(url: &Url) -> Option<(DateTime, bool)> {
    let segments: Vec<&str> = url.path_segments()?.take(64).collect();
    for (index, segment) in segments.iter().enumerate() {
        let segment = &segment[..segment.floor_char_boundary(400)];
        if segment.len() == 4
            && let (Some(month), Some(day)) = (segments.get(index + 1), segments.get(index + 2))
            && let Some(day) = digits_date(&format!("{segment}{month:0>2}{day:0>2}"))
        {
            return Some((day.at(0, 0, 0, 0), false));
        }
        if let Some(found) = dashed(segment) {
            return Some((found.at(0, 0, 0, 0), false));
        }
        if let Some(found) = segment.split(|c: char| !c.is_ascii_digit()).find_map(digit_run) {
            return Some(found);
        }
    }
    None
}

/// `2023-11-11` or `2023-1-5` as a whole segment.
fn dashed(segment: &str) -> Option<Date> {
    let mut parts = segment.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 {
        return None;
    }
    date(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn digits_date(run: &str) -> Option<Date> {
    (run.len() == 8).then_some(())?;
    date(run.get(..4)?.parse().ok()?, run.get(4..6)?.parse().ok()?, run.get(6..8)?.parse().ok()?)
}

fn digit_run(run: &str) -> Option<(DateTime, bool)> {
    let long = match run.len() {
        8 => return digits_date(run).map(|day| (day.at(0, 0, 0, 0), false)),
        14 | 17 => run.get(..14)?.to_owned(),
        18 => return ticks(run),
        16 => format!("20{}", run.get(1..13)?),
        _ => return None,
    };
    let day = digits_date(long.get(..8)?)?;
    let part = |range| long.get(range).and_then(|text: &str| text.parse().ok());
    let time = Time::new(part(8..10)?, part(10..12)?, part(12..14)?, 0).ok()?;
    Some((day.to_datetime(time), has_hour(time)))
}

/// .NET ticks, tenths of a microsecond since the year 1, as one family names its files.
fn ticks(run: &str) -> Option<(DateTime, bool)> {
    let seconds = run.parse::<i64>().ok()? / 10_000_000 - 62_135_596_800;
    let at = jiff::Timestamp::from_second(seconds).ok()?.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    date(at.year(), at.month().into(), at.day().into()).map(|_| (at, has_hour(at.time())))
}

/// Year and month that an address gives where no day stands in it: `/202010/`, `/2020/10/`, `/2020_10/`.
pub(super) fn month_in_url(url: &str) -> Option<Date> {
    let segments: Vec<&str> = url.split('/').skip(3).take(64).collect();
    segments.iter().enumerate().find_map(|(index, segment)| {
        let (year, month) = match segment.len() {
            4 => (*segment, *segments.get(index + 1)?),
            6 => (segment.get(..4)?, segment.get(4..)?),
            7 => segment.split_once(['_', '-'])?,
            _ => return None,
        };
        let figures = year.len() == 4
            && month.len() <= 2
            && [year, month].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
        figures.then(|| date(year.parse().ok()?, month.parse().ok()?, 15)).flatten()
    })
}
