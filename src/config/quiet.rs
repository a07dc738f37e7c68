//! Hours of the day in which a portal is left alone, such as `07:00-19:00`.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::Wrong;
use crate::model::VIETNAM;

/// From when to when, Vietnam time; over midnight where the end is before the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    from: Time,
    to: Time,
}

impl Quiet {
    /// Reads `HH:MM-HH:MM`.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let mend = "write two times of the day, Vietnam time, such as \"07:00-19:00\" or \"22:00-05:00\"";
        let wrong = |why: &str| Wrong::new(format!("\"{}\" {why}", text.escape_debug()), mend);
        let time = |text: &str| {
            let (hour, minute) = text.trim().split_once(':')?;
            let two = |digits: &str| digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
            if !two(hour) || !two(minute) {
                return None;
            }
            Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
        };
        let (from, to) = text.split_once('-').ok_or_else(|| wrong("are no hours of the day"))?;
        let (from, to) = time(from).zip(time(to)).ok_or_else(|| wrong("are no hours of the day"))?;
        if from == to {
            return Err(wrong("is the whole day, or none of it"));
        }
        Ok(Self { from, to })
    }

    /// When the quiet hours that `now` lies in are over; `None` outside of them.
    pub fn until(self, now: Timestamp) -> Option<Timestamp> {
        let here = VIETNAM.to_datetime(now);
        let time = here.time();
        let inside =
            if self.from < self.to { self.from <= time && time < self.to } else { time >= self.from || time < self.to };
        if !inside {
            return None;
        }
        let day = if time < self.to { here.date() } else { here.date().tomorrow().ok()? };
        Some(day.to_datetime(self.to).to_zoned(TimeZone::fixed(VIETNAM)).ok()?.timestamp())
    }
}

impl fmt::Display for Quiet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from.strftime("%H:%M"), self.to.strftime("%H:%M"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_of_the_day_and_of_the_night() {
        for (hours, now, until) in [
            ("07:00-19:00", "2026-11-23T06:59:59+07:00", None),
            ("07:00-19:00", "2026-11-23T07:00:00+07:00", Some("2026-11-23T19:00:00+07:00")),
            ("07:00-19:00", "2026-11-23T19:00:00+07:00", None),
            ("22:30-05:00", "2026-11-23T23:00:00+07:00", Some("2026-11-24T05:00:00+07:00")),
            ("22:30-05:00", "2026-11-24T04:59:00+07:00", Some("2026-11-24T05:00:00+07:00")),
            ("22:30-05:00", "2026-11-24T12:00:00+07:00", None),
        ] {
            let quiet = Quiet::parse(hours).unwrap();
            assert_eq!(quiet.to_string(), hours);
            let until: Option<Timestamp> = until.map(|at| at.parse().unwrap());
            assert_eq!(quiet.until(now.parse().unwrap()), until, "{hours} at {now}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "7-19", "07:00", "07:00-25:00", "07:00-07:00", "7:00-19:00", "07:00-19:00h", "nights"] {
            let wrong = Quiet::parse(text).unwrap_err().to_string();
            assert!(wrong.contains("\"07:00-19:00\""), "{text}: {wrong}");
        }
    }
}
