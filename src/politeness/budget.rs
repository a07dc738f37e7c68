//! One server, one budget: when the next request to it may start.

use std::time::{Duration, Instant};

use super::permit::{Pass, Permit, Spent};

/// How fast a server may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// From the end of a response to the start of the next request.
    pub delay: Duration,
    /// A `Crawl-delay` above this counts as this.
    pub crawl_delay_cap: Duration,
    /// First pause after a refusal (429, 503, no connection) that names no time itself; doubles each time.
    pub backoff_first: Duration,
    /// Longest such pause.
    pub backoff_max: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            delay: Duration::from_secs(5),
            crawl_delay_cap: Duration::from_mins(2),
            backoff_first: Duration::from_mins(1),
            backoff_max: Duration::from_hours(24),
        }
    }
}

/// How an exchange went, as far as politeness cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The server answered and had no complaint.
    Fine,
    /// 429 or 503, with the pause it asked for if it named one.
    Pushback(Option<Duration>),
    /// No answer: refused, reset, timed out.
    Unreachable,
}

/// The answer to a request, for the server's budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// How it went.
    pub outcome: Outcome,
    /// From the request's first byte to the answer's last.
    pub took: Duration,
    /// A number by chance: pauses of many servers that began at one time shall not end at one time.
    pub dice: u16,
}

/// A server is given so many times as long as it took to answer,
const STRETCH: u32 = 5;
/// and never more than so many usual delays.
pub const STRETCH_DELAYS: u32 = 12;
/// A back-off is longer by up to this share, in thousandths.
const JITTER_PERMILLE: u32 = 100;

/// Why a permit is not to be had yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// A request to this server is under way.
    Busy,
    /// Not before this much time has passed.
    For(Duration),
}

/// The state of one server.
#[derive(Debug)]
pub struct Budget {
    next_at: Instant,
    in_flight: bool,
    level: u32,
    reason: Option<String>,
    // The latest answer was fine.
    calm: bool,
}

impl Budget {
    /// A server that may be asked `wait` from now (what is left of a pause that a former run has seen).
    pub fn new(now: Instant, wait: Duration, level: u32, reason: Option<String>) -> Self {
        let calm = reason.is_none();
        Self { next_at: now + wait, in_flight: false, level, reason, calm }
    }

    /// What is left of a pause that the server's trouble began; nothing is left of the usual delay.
    pub fn trouble_left(&self, now: Instant) -> Duration {
        if self.calm || self.level == 0 { Duration::ZERO } else { self.next_at.saturating_duration_since(now) }
    }

    /// Hands out the one permit of this server, if its time has come.
    pub fn take(&mut self, pass: Pass, now: Instant) -> Result<Permit, (Pass, Wait)> {
        if self.in_flight {
            return Err((pass, Wait::Busy));
        }
        if let Some(left) = self.next_at.checked_duration_since(now).filter(|left| !left.is_zero()) {
            return Err((pass, Wait::For(left)));
        }
        self.in_flight = true;
        Ok(Permit::granted(pass))
    }

    /// Takes the permit back at the end of the exchange. Gives the pause before the next request.
    pub fn settle(&mut self, spent: Spent, answer: Answer, pace: &Pace, now: Instant) -> Duration {
        let Answer { outcome, took, dice } = answer;
        let crawl_delay = spent.crawl_delay().unwrap_or_default().min(pace.crawl_delay_cap);
        drop(spent);
        self.in_flight = false;
        let floor = pace.delay.max(crawl_delay);
        self.calm = false;
        let pause = match outcome {
            Outcome::Fine => {
                // Trouble is forgiven step by step, so that a server that fails now and then is asked ever more gently.
                self.level = self.level.saturating_sub(1);
                self.reason = None;
                self.calm = true;
                floor.max(took.saturating_mul(STRETCH).min(pace.delay.saturating_mul(STRETCH_DELAYS)))
            }
            Outcome::Pushback(asked) => {
                let pause = asked.unwrap_or_else(|| self.doubled(pace, dice)).min(pace.backoff_max).max(floor);
                self.level = self.level.saturating_add(1);
                self.reason = Some(match asked {
                    Some(_) => "the server asked for it (Retry-After)".to_owned(),
                    None => "the server answered 429 or 503".to_owned(),
                });
                pause
            }
            Outcome::Unreachable => {
                // One lost connection is nothing yet; the second in a row is a server in trouble.
                let pause = match self.level {
                    0 => floor,
                    _ => self.doubled(pace, dice).min(pace.backoff_max).max(floor),
                };
                self.level = self.level.saturating_add(1);
                self.reason = Some("the server could not be reached".to_owned());
                pause
            }
        };
        self.next_at = now + pause;
        pause
    }

    /// Refusals, less the good answers since.
    pub fn level(&self) -> u32 {
        self.level
    }

    /// Why the present pause is longer than the delay.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    fn doubled(&self, pace: &Pace, dice: u16) -> Duration {
        let pause = pace.backoff_first.saturating_mul(2u32.saturating_pow(self.level.min(20)));
        let share = u32::from(dice) % (JITTER_PERMILLE + 1);
        pause.saturating_add(pause.saturating_mul(share) / 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn plain(outcome: Outcome) -> Answer {
        Answer { outcome, took: Duration::ZERO, dice: 0 }
    }

    fn budget(now: Instant) -> Budget {
        Budget::new(now, Duration::ZERO, 0, None)
    }

    #[test]
    fn one_in_flight_and_the_delay_counts_from_the_end() {
        let now = Instant::now();
        let pace = Pace::default();
        let mut budget = budget(now);
        let permit = budget.take(Pass::robots_txt(), now).unwrap();
        assert_eq!(budget.take(Pass::robots_txt(), now + 60 * SECOND).unwrap_err().1, Wait::Busy);
        let end = now + 7 * SECOND;
        assert_eq!(budget.settle(permit.spend(), plain(Outcome::Fine), &pace, end), 5 * SECOND);
        let early = budget.take(Pass::robots_txt(), end + 3 * SECOND).unwrap_err().1;
        assert_eq!(early, Wait::For(2 * SECOND));
        assert!(budget.take(Pass::robots_txt(), end + 5 * SECOND).is_ok());
    }

    #[test]
    fn crawl_delay_lengthens_up_to_its_cap_and_never_shortens() {
        let now = Instant::now();
        let pace = Pace { crawl_delay_cap: 30 * SECOND, ..Pace::default() };
        for (asked, got) in [(0, 5), (10, 10), (900, 30)] {
            let mut budget = budget(now);
            let pass = Pass::for_test(Some(Duration::from_secs(asked)));
            let permit = budget.take(pass, now).unwrap();
            assert_eq!(budget.settle(permit.spend(), plain(Outcome::Fine), &pace, now), Duration::from_secs(got));
        }
    }

    #[test]
    fn one_lost_connection_is_forgiven() {
        let now = Instant::now();
        let pace = Pace::default();
        let mut budget = budget(now);
        let mut at = now;
        for expected in [5, 120, 240] {
            let permit = budget.take(Pass::robots_txt(), at).unwrap();
            let pause = budget.settle(permit.spend(), plain(Outcome::Unreachable), &pace, at);
            assert_eq!(pause, Duration::from_secs(expected));
            at += pause;
        }
    }

    #[test]
    fn retry_after_is_kept_and_silence_doubles() {
        let now = Instant::now();
        let pace = Pace::default();
        let mut budget = budget(now);
        let mut pause = |outcome, at| {
            let permit = budget.take(Pass::robots_txt(), at).unwrap();
            let pause = budget.settle(permit.spend(), plain(outcome), &pace, at);
            (pause, at + pause)
        };
        let (first, at) = pause(Outcome::Pushback(Some(90 * SECOND)), now);
        assert_eq!(first, 90 * SECOND);
        let (second, at) = pause(Outcome::Pushback(None), at);
        assert_eq!(second, 120 * SECOND);
        let (third, at) = pause(Outcome::Unreachable, at);
        assert_eq!(third, 240 * SECOND);
        let (calm, at) = pause(Outcome::Fine, at);
        assert_eq!(calm, 5 * SECOND);
        let (short, _) = pause(Outcome::Pushback(Some(Duration::ZERO)), at);
        assert_eq!(short, 5 * SECOND, "a Retry-After never shortens the delay");
    }

    #[test]
    fn a_slow_server_is_given_time() {
        let now = Instant::now();
        let pace = Pace::default();
        for (took, pause) in [(100, 5_000), (2_000, 10_000), (60_000, 60_000)] {
            let mut budget = budget(now);
            let permit = budget.take(Pass::robots_txt(), now).unwrap();
            let answer = Answer { took: Duration::from_millis(took), ..plain(Outcome::Fine) };
            assert_eq!(budget.settle(permit.spend(), answer, &pace, now), Duration::from_millis(pause));
        }
    }

    #[test]
    fn a_back_off_is_never_shortened_by_chance_and_forgiven_step_by_step() {
        let now = Instant::now();
        let pace = Pace::default();
        for dice in [0, 7, 100, 101, u16::MAX] {
            let mut budget = budget(now);
            let mut at = now;
            let mut pause = |outcome| {
                let permit = budget.take(Pass::robots_txt(), at).unwrap();
                let pause = budget.settle(permit.spend(), Answer { dice, ..plain(outcome) }, &pace, at);
                let left = budget.trouble_left(at);
                at += pause;
                (pause, left)
            };
            let (first, _) = pause(Outcome::Pushback(None));
            assert!((60 * SECOND..=66 * SECOND).contains(&first), "{first:?}");
            pause(Outcome::Pushback(None));
            pause(Outcome::Pushback(None));
            assert_eq!(pause(Outcome::Fine), (5 * SECOND, Duration::ZERO), "calm again");
            let (later, _) = pause(Outcome::Pushback(None));
            assert!(later >= 240 * SECOND, "two of three are not forgiven yet: {later:?}");
        }
    }
}
