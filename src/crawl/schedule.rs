//! From a list's history to its next look. Pure: `now` and a number by chance are passed in.
//!
//! The gap between two new articles is averaged (an exponential mean); a list is looked at about once a gap, between a
//! quarter of an hour and a week. A list that has fallen silent is looked at ever less often, a quarter of its silence
//! apart; one of which nothing was known any more (no overlap with the look before) twice as often, and at once as often
//! as may be. A fixed interval of the site file beats all of this. A look that failed is repeated soon, and then ever later.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A list that paces itself is looked at no more often,
pub const LEAST: Duration = Duration::from_mins(15);
/// and no less often.
pub const MOST: Duration = Duration::from_hours(24 * 7);
/// Until its pace is known.
const UNKNOWN: Duration = Duration::from_hours(1);
/// The longest pause after failures, unless the interval itself is longer.
const MOST_AFTER_FAILURE: Duration = Duration::from_hours(24);
/// The first looks of many lists are this far apart, all of them within [`LEAST`]; where they are too many for that, they
/// fill the time evenly.
const SPREAD: Duration = Duration::from_secs(2);
/// Weight of the latest gap in the mean: one in so many.
const WEIGHT: u64 = 4;
/// A gap is usual until so many of these went by: nights and weekends count.
const FADES: u64 = 16;
/// An interval is longer or shorter by chance by up to one part in so many.
const JITTER: u64 = 10;
/// Failures in a row that need a person.
const REPEATED: u32 = 3;
/// Gaps that must have been seen before silence means anything.
const KNOWN_GAPS: u32 = 3;
/// Silence: so many times the longest usual gap.
const SILENCE: u64 = 3;
/// and never less than a day: the first night of a list that is new here is no silence.
const LEAST_SILENCE: Duration = Duration::from_hours(24);

/// What a look at a list found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// Items that its pages named.
    pub seen: u32,
    /// Of these, not known before.
    pub new: u32,
    /// Of these, known before: the overlap with the look before.
    pub held: u32,
    /// Items that could not be fetched.
    pub failed: u32,
    /// How it ended.
    pub end: LookEnd,
}

/// How a look ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LookEnd {
    /// The list was read.
    Read,
    /// The page came, and no article was recognised on it.
    Nothing,
    /// It could not be read, and why.
    Failed(String),
}

/// A list's history: a few numbers, whatever its age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rhythm {
    /// When it is looked at next, in milliseconds since 1970.
    pub next_ms: i64,
    /// The latest look.
    pub last: Option<Look>,
    /// When something new was last seen.
    pub new_ms: Option<i64>,
    /// Mean gap between new articles.
    pub gap_ms: Option<u64>,
    /// The longest pause between two looks with news that still counts as usual.
    pub longest_ms: u64,
    /// Such pauses seen.
    pub gaps: u32,
    /// Looks that read the list.
    pub looks: u32,
    /// Looks of which nothing was known any more.
    pub no_overlap: u32,
    /// Failures in a row.
    pub failures: u32,
    /// It once named articles, and names none any more.
    pub emptied: bool,
}

/// What needs a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmKind {
    /// No new article for three times the longest usual gap.
    Silence,
    /// A list that named articles names none: its template has changed.
    Nothing,
    /// Failures in a row.
    Failing,
}

impl AlarmKind {
    /// One word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::Nothing => "nothing-recognised",
            Self::Failing => "failing",
        }
    }
}

/// The first look of a list that nothing is known of, `place` of how many: spread out, so that a start is no rush.
pub fn first(now_ms: i64, place: usize, every: Option<Duration>) -> Rhythm {
    // A list that is read every second need not wait for longer than that.
    let within = millis(every.map_or(LEAST, |every| every.min(LEAST))).max(1);
    let step = millis(SPREAD).min(within);
    let (place, steps) = (place as u64, within / step);
    // Each turn through the time falls between the looks of the turns before it: by the golden ratio, in thousandths.
    let between = (place / steps).wrapping_mul(618) % 1_000 * step / 1_000;
    let wait = place % steps * step + between;
    Rhythm {
        next_ms: now_ms.saturating_add(signed(wait)),
        last: None,
        new_ms: None,
        gap_ms: None,
        longest_ms: 0,
        gaps: 0,
        looks: 0,
        no_overlap: 0,
        failures: 0,
        emptied: false,
    }
}

impl Rhythm {
    /// Whether a look shared nothing with those before it, though there were some: articles may have been missed.
    pub fn is_gap(&self, look: &Look) -> bool {
        self.looks > 0 && look.end == LookEnd::Read && look.seen > 0 && look.held == 0
    }

    /// The history after one more look.
    #[must_use]
    pub fn after(&self, look: &Look, every: Option<Duration>, dice: u64) -> Self {
        let mut next = Self { last: Some(look.clone()), ..self.clone() };
        let gap = self.is_gap(look);
        match &look.end {
            LookEnd::Failed(_) => next.failures = self.failures.saturating_add(1),
            LookEnd::Nothing => {
                next.failures = 0;
                next.emptied = self.emptied || self.looks > 0;
            }
            LookEnd::Read => {
                next.failures = 0;
                next.emptied = self.emptied && look.seen == 0;
                next.looks = self.looks.saturating_add(1);
                next.note_news(look);
            }
        }
        if gap {
            next.no_overlap = self.no_overlap.saturating_add(1);
            next.gap_ms = next.gap_ms.map(|gap| gap / 2);
        }
        let soon = gap.then_some(LEAST);
        let wait = next.wait(look.at_ms, every, soon, dice);
        next.next_ms = look.at_ms.saturating_add(signed(wait));
        next
    }

    fn note_news(&mut self, look: &Look) {
        if look.new == 0 {
            return;
        }
        if let Some(before) = self.new_ms.replace(look.at_ms) {
            // A clock that went back says nothing.
            let pause = u64::try_from(look.at_ms.saturating_sub(before)).unwrap_or(0);
            let each = pause / u64::from(look.new);
            self.gap_ms = Some(self.gap_ms.map_or(each, |gap| gap - gap / WEIGHT + each / WEIGHT));
            self.longest_ms = pause.max(self.longest_ms - self.longest_ms / FADES);
            self.gaps = self.gaps.saturating_add(1);
        }
    }

    /// Its usual interval at `now`.
    fn interval(&self, now_ms: i64, every: Option<Duration>) -> u64 {
        if let Some(every) = every {
            return millis(every);
        }
        let silence = self.new_ms.map_or(0, |at| u64::try_from(now_ms.saturating_sub(at)).unwrap_or(0));
        let pace = self.gap_ms.unwrap_or_else(|| millis(UNKNOWN)).max(silence / 4);
        pace.clamp(millis(LEAST), millis(MOST))
    }

    fn wait(&self, now_ms: i64, every: Option<Duration>, soon: Option<Duration>, dice: u64) -> u64 {
        let interval = self.interval(now_ms, every);
        if self.failures > 0 {
            let doubled = interval.min(millis(LEAST)).saturating_mul(1 << (self.failures - 1).min(20));
            return jittered(doubled.min(interval.max(millis(MOST_AFTER_FAILURE))), dice);
        }
        match (every, soon) {
            (Some(_), _) => interval,
            (None, Some(soon)) => jittered(millis(soon), dice),
            (None, None) => jittered(interval, dice).clamp(millis(LEAST), millis(MOST)),
        }
    }

    /// What needs a person at `now`, each in a line.
    pub fn alarms(&self, now_ms: i64, every: Option<Duration>) -> Vec<(AlarmKind, String)> {
        let mut out = Vec::new();
        let usual = self.longest_ms.max(every.map_or(millis(LEAST), millis));
        if let Some(at) = self.new_ms
            && self.gaps >= KNOWN_GAPS
            && u64::try_from(now_ms.saturating_sub(at)).unwrap_or(0)
                > usual.saturating_mul(SILENCE).max(millis(LEAST_SILENCE))
        {
            let text = format!("no new article for over {SILENCE} times its longest usual pause");
            out.push((AlarmKind::Silence, text));
        }
        if self.emptied {
            let text = "no article is recognised any more where there were some: has its template changed? \
                        `luutru probe` looks at it afresh";
            out.push((AlarmKind::Nothing, text.to_owned()));
        }
        if self.failures >= REPEATED
            && let Some(Look { end: LookEnd::Failed(why), .. }) = &self.last
        {
            // The number would make each failure another alarm.
            out.push((AlarmKind::Failing, format!("it fails again and again: {why}")));
        }
        out
    }
}

/// Up to a tenth more or less.
fn jittered(wait: u64, dice: u64) -> u64 {
    let tenth = wait / JITTER;
    wait - tenth + dice % (2 * tenth + 1)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn signed(millis: u64) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
