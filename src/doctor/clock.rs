//! Is the clock right? Captures, pauses and schedules go by it.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use rustix::time::{ClockId, clock_gettime};

use super::{Area, Finding, Look};
use crate::model::Clock;

const LOOK: Look = Look("clock", Area::Machine);
const SYNC: Look = Look("time source", Area::Machine);

/// Before this year there was no luutru; after the other the clock is a guess.
const YEARS: (i16, i16) = (2026, 2100);
/// The wall clock may lie behind the newest file by so many seconds: files are named by the second they were begun in.
const BEHIND_S: i64 = 5;
/// Both clocks may drift apart by so many milliseconds while this program looks.
const STEP_MS: i64 = 200;

/// Wall clock and steady clock at one moment, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    wall_ms: i64,
    steady_ms: i64,
}

impl Pair {
    /// Now.
    pub fn now(clock: &dyn Clock) -> Self {
        // Counts on while the machine sleeps, as the wall clock does.
        let steady = clock_gettime(ClockId::Boottime);
        Self { wall_ms: clock.now().as_millisecond(), steady_ms: steady.tv_sec * 1_000 + steady.tv_nsec / 1_000_000 }
    }
}

/// Who sets the clock, as far as files tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// systemd-timesyncd, and it has set it.
    Timesyncd,
    /// systemd-timesyncd runs, and has not set it yet.
    Waiting,
    /// Another daemon, whose word only its own command gives.
    Other(&'static str),
    /// Nobody is seen.
    Nobody,
}

/// What the clocks showed.
#[derive(Debug)]
pub struct Reading {
    now: Timestamp,
    stepped_ms: i64,
    newest: Option<Timestamp>,
    source: Source,
}

impl Reading {
    /// Both clocks now, against what they showed at the beginning.
    pub fn of(clock: &dyn Clock, begun: Pair, newest: Option<Timestamp>) -> Self {
        let end = Pair::now(clock);
        let stepped_ms = (end.wall_ms - begun.wall_ms) - (end.steady_ms - begun.steady_ms);
        Self { now: clock.now(), stepped_ms, newest, source: source(Path::new("/run")) }
    }
}

/// Looks for the traces of the usual daemons.
fn source(run: &Path) -> Source {
    // systemd-timesyncd.service(8): touched whenever it has set the clock.
    if run.join("systemd/timesync/synchronized").exists() {
        return Source::Timesyncd;
    }
    let others =
        [("chrony", "chrony (`chronyc tracking`)"), ("ntpd.pid", "ntpd (`ntpq -p`)"), ("ntpsec", "ntpsec (`ntpq -p`)")];
    if let Some((_, name)) = others.into_iter().find(|(trace, _)| run.join(trace).exists()) {
        return Source::Other(name);
    }
    if run.join("systemd/timesync").exists() { Source::Waiting } else { Source::Nobody }
}

/// What follows from a reading.
pub fn look(reading: &Reading) -> Vec<Finding> {
    vec![time(reading), sync(reading.source)]
}

fn time(reading: &Reading) -> Finding {
    let now = reading.now;
    let what = format!("it is {}", now.strftime("%Y-%m-%dT%H:%M:%SZ"));
    let mend = "set it (`timedatectl set-ntp true`) before anything is archived: dates in WARC files are never mended";
    let begin = |year: i16| date(year, 1, 1).to_zoned(TimeZone::UTC).map_or(now, |at| at.timestamp());
    if now < begin(YEARS.0) || now >= begin(YEARS.1) {
        return LOOK.fail(format!("{what}, which cannot be"), mend);
    }
    if let Some(newest) = reading.newest.filter(|newest| newest.as_second() > now.as_second() + BEHIND_S) {
        let what = format!("{what}, and the newest WARC file was begun at {newest}: the clock went back");
        return LOOK.fail(what, mend);
    }
    if reading.stepped_ms.abs() > STEP_MS {
        let what = format!("{what}; it was set by {} ms while this program looked", reading.stepped_ms);
        return LOOK.warn(what, "look again; a clock that jumps makes pauses look shorter or longer than they were");
    }
    LOOK.ok(what)
}

fn sync(source: Source) -> Finding {
    match source {
        Source::Timesyncd => SYNC.ok("systemd-timesyncd has set the clock"),
        Source::Other(name) => SYNC.ok(format!("{name} is here; whether it has set the clock, only its command tells")),
        Source::Waiting => SYNC.warn(
            "systemd-timesyncd is here and has not set the clock since the machine started",
            "look at `timedatectl timesync-status`; is a time server reached?",
        ),
        Source::Nobody => SYNC.warn(
            "no daemon that sets the clock is seen (systemd-timesyncd, chrony, ntpd)",
            "`timedatectl set-ntp true`; a container has the clock of its host, where this is seen to",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::Level;
    use super::*;
    use crate::model::FixedClock;

    fn at(now: &str, newest: Option<&str>, stepped_ms: i64) -> Finding {
        let newest = newest.map(|at| at.parse().unwrap());
        time(&Reading { now: now.parse().unwrap(), stepped_ms, newest, source: Source::Timesyncd })
    }

    #[test]
    fn a_clock_that_cannot_be_right_fails() {
        let now = "2026-11-23T10:00:00Z";
        for (found, level) in [
            (at(now, None, 0), Level::Ok),
            (at(now, Some("2026-11-23T10:00:03Z"), -150), Level::Ok),
            (at("1970-01-01T00:00:07Z", None, 0), Level::Fail),
            (at("2106-02-07T06:28:15Z", None, 0), Level::Fail),
            (at(now, Some("2026-11-23T10:30:00Z"), 0), Level::Fail),
            (at(now, None, 3_000), Level::Warn),
            (at(now, None, -3_000), Level::Warn),
        ] {
            assert_eq!(found.level, level, "{found:?}");
        }
    }

    #[test]
    fn a_clock_that_stands_still_was_set_back() {
        let clock = FixedClock("2026-11-23T10:00:00Z".parse().unwrap());
        let mut begun = Pair::now(&clock);
        begun.steady_ms -= 5_000;
        let reading = Reading::of(&clock, begun, None);
        assert!(reading.stepped_ms <= -5_000, "{reading:?}");
        assert_eq!(look(&reading)[0].level, Level::Warn);
    }

    #[test]
    fn whoever_sets_the_clock_is_known_by_traces() {
        let run = tempfile::tempdir().unwrap();
        let level = || sync(source(run.path())).level;
        assert_eq!((source(run.path()), level()), (Source::Nobody, Level::Warn));
        fs::create_dir_all(run.path().join("systemd/timesync")).unwrap();
        assert_eq!((source(run.path()), level()), (Source::Waiting, Level::Warn));
        fs::create_dir(run.path().join("chrony")).unwrap();
        assert_eq!(level(), Level::Ok);
        fs::write(run.path().join("systemd/timesync/synchronized"), "").unwrap();
        assert_eq!((source(run.path()), level()), (Source::Timesyncd, Level::Ok));
    }
}
