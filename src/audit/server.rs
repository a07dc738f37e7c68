//! One server as time goes on: when it was free again, how long it was to be left alone, and who did not wait.

use std::time::Duration;

use super::report::{BreachKind, Place, ServerReport};
use super::request::{Request, us};
use crate::politeness::retry_after;

/// Clocks are corrected while pauses run: a gap may fall short by so many microseconds,
const SLACK_US: i64 = 2_000;
/// and by one part in so many.
const SLACK_PART: i64 = 1_000;

/// The response that ended last.
#[derive(Debug, Clone)]
struct Latest {
    end_us: i64,
    url: String,
    /// The pause that was promised after it, and why; `None` if that is not on record.
    promise: Option<(i64, &'static str)>,
    took_us: i64,
    ours: bool,
}

/// A pause that the server asked for.
#[derive(Debug, Clone)]
struct Asked {
    until_us: i64,
    by: String,
    ours: bool,
}

/// What is known of one server by now.
#[derive(Debug, Default)]
pub struct Server {
    latest: Option<Latest>,
    asked: Option<Asked>,
    /// What is reported.
    pub report: ServerReport,
}

/// How a request stands to the window and the sites that are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Interest {
    /// It is in the window.
    pub within: bool,
    /// It is of a site that is looked at.
    pub ours: bool,
}

/// A fault of a request, in words.
pub type Fault = (BreachKind, String);

impl Server {
    /// Takes the next request to this server; gives what was wrong with it, as far as it is looked at.
    pub fn take(
        &mut self,
        request: &Request,
        crawl_delay: Option<Duration>,
        usual: Option<Duration>,
        interest: Interest,
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        if interest.within {
            self.count(request);
            faults.extend(self.gap(request, interest.ours));
            faults.extend(self.inside(request, interest.ours));
        }
        let promise = promise(request, crawl_delay, usual);
        let counts = interest.within && interest.ours;
        self.report.without_promise += u64::from(counts && promise.is_none());
        self.report.without_end += u64::from(counts && request.took_us.is_none());
        if let Some(until_us) = asked_until(request) {
            self.report.retry_after += u64::from(interest.within);
            if self.asked.as_ref().is_none_or(|asked| asked.until_us < until_us) {
                self.asked = Some(Asked { until_us, by: request.url.to_string(), ours: interest.ours });
            }
        }
        let end_us = request.end_us();
        if self.latest.as_ref().is_none_or(|latest| latest.end_us <= end_us) {
            let (url, took_us) = (request.url.to_string(), request.took_us.unwrap_or(0));
            self.latest = Some(Latest { end_us, url, promise, took_us, ours: interest.ours });
        }
        faults
    }

    fn count(&mut self, request: &Request) {
        let report = &mut self.report;
        report.captures += 1;
        report.robots_txt += u64::from(request.robots.is_some());
        let at = request.at().to_string();
        report.first.get_or_insert_with(|| at.clone());
        report.last = Some(at);
    }

    /// The time since the response before, held to what was promised after that.
    fn gap(&mut self, request: &Request, ours: bool) -> Option<Fault> {
        let latest = self.latest.as_ref().filter(|latest| latest.ours || ours)?;
        let gap = request.start_us - latest.end_us;
        let report = &mut self.report;
        keep_least(&mut report.closest_gap_ms, gap);
        if gap < -(SLACK_US + latest.took_us / SLACK_PART) {
            report.overlaps += 1;
            let what = format!("begun {} before the response to {} had ended", show(-gap), latest.url);
            return Some((BreachKind::Overlap, what));
        }
        let (promised, why) = latest.promise?;
        keep_least(&mut report.promised_least_ms, promised);
        keep_most(&mut report.promised_most_ms, promised);
        keep_least(&mut report.least_margin_ms, gap - promised);
        if gap >= promised - SLACK_US - promised / SLACK_PART {
            return None;
        }
        report.short_gaps += 1;
        let what = format!("begun {} after the response to {}; {why} is {}", show(gap), latest.url, show(promised));
        Some((BreachKind::ShortGap, what))
    }

    /// Whether it came before the time that the server had asked for.
    fn inside(&mut self, request: &Request, ours: bool) -> Option<Fault> {
        let asked = self.asked.as_ref().filter(|asked| asked.ours || ours)?;
        let left = asked.until_us - request.start_us;
        // A pause that ends within the slack is over.
        if left <= SLACK_US {
            return None;
        }
        self.report.inside_retry_after += 1;
        let what = format!("begun {} before the Retry-After of {} was over", show(left), asked.by);
        Some((BreachKind::RetryAfter, what))
    }
}

/// The pause that the crawler's own rules promise after a request, and which rule it is.
fn promise(request: &Request, crawl_delay: Option<Duration>, usual: Option<Duration>) -> Option<(i64, &'static str)> {
    let pace = request.pace();
    let delay = pace.map(|pace| pace.delay).or(usual);
    let cap = pace.unwrap_or_default().crawl_delay_cap;
    let refused = request.pushback.is_some() && asked_for(request).is_none();
    let backoff = pace.filter(|_| refused).map(|pace| pace.backoff_first.min(pace.backoff_max));
    let all = [
        (delay, "the delay"),
        (crawl_delay.map(|asked| asked.min(cap)), "the Crawl-delay"),
        (backoff, "the pause after a refusal"),
    ];
    let known = all.into_iter().filter_map(|(pause, why)| pause.map(|pause| (us(pause), why)));
    // The first of equals names the reason.
    known.rev().max_by_key(|(pause, _)| *pause)
}

/// The time that a refusal named, in seconds or as a date (RFC 9110 section 10.2.3).
fn asked_for(request: &Request) -> Option<Duration> {
    let text = request.pushback.as_deref().filter(|text| !text.is_empty())?;
    retry_after(text, request.end_us().div_euclid(1_000_000))
}

/// Until when the server asked to be left alone; no longer than the longest pause that is kept.
fn asked_until(request: &Request) -> Option<i64> {
    let asked = asked_for(request)?.min(request.pace().unwrap_or_default().backoff_max);
    let end = request.end_us();
    // A date has no fractions of a second: it counts from the whole second in which the response ended.
    let seconds = request.pushback.as_deref().is_some_and(|text| text.trim().parse::<u64>().is_ok());
    let from = if seconds { end } else { end.div_euclid(1_000_000) * 1_000_000 };
    Some(from.saturating_add(us(asked)))
}

#[expect(clippy::cast_precision_loss, reason = "shown in milliseconds")]
fn ms(us: i64) -> f64 {
    us as f64 / 1_000.0
}

fn keep_least(kept: &mut Option<f64>, us: i64) {
    *kept = Some(kept.map_or(ms(us), |known| known.min(ms(us))));
}

fn keep_most(kept: &mut Option<f64>, us: i64) {
    *kept = Some(kept.map_or(ms(us), |known| known.max(ms(us))));
}

/// `4.013 s`, `120 ms`.
fn show(us: i64) -> String {
    if us.abs() >= 1_000_000 { format!("{:.3} s", ms(us) / 1_000.0) } else { format!("{:.1} ms", ms(us)) }
}

/// Where a request's capture lies.
pub fn place(request: &Request, files: &[String]) -> Place {
    Place { file: files.get(request.file).cloned().unwrap_or_default(), offset: request.offset }
}
