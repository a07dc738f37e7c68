//! How a long look over files is seen while it moves: a bar on a terminal, a line every ten seconds otherwise.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::{output, signals};

const LINE_EVERY: Duration = Duration::from_secs(10);

/// Progress of one command, and whether it shall stop.
#[derive(Debug)]
pub struct Steps {
    stop: Arc<AtomicBool>,
    quiet: bool,
    shown: Mutex<Shown>,
}

#[derive(Debug)]
struct Shown {
    bar: Option<ProgressBar>,
    next_line: Instant,
}

impl Steps {
    /// Listens for Ctrl-C; `resume` is the line that says how to go on.
    pub fn begin(quiet: bool, resume: &str) -> std::io::Result<Self> {
        let bar = (!quiet && output::stderr_is_terminal()).then(|| {
            let style = ProgressStyle::with_template("{spinner} {prefix} {bar:30} {percent}%  {msg}");
            ProgressBar::new(0).with_style(style.unwrap_or(ProgressStyle::default_bar()))
        });
        let shown = Mutex::new(Shown { bar, next_line: Instant::now() + LINE_EVERY });
        Ok(Self { stop: signals::flag(resume)?, quiet, shown })
    }

    /// Whether it shall stop.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// `done` of `total` of a step are through.
    pub fn step(&self, step: &'static str, done: u64, total: u64) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = &shown.bar {
            bar.set_prefix(step);
            bar.set_length(total.max(1));
            bar.set_position(done);
        } else if !self.quiet && Instant::now() >= shown.next_line {
            let percent = done.saturating_mul(100).checked_div(total).unwrap_or(0);
            output::note(&format!("{step}: {percent} %"));
            shown.next_line = Instant::now() + LINE_EVERY;
        }
    }

    /// A line that must not tear the bar.
    pub fn note(&self, line: &str) {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        match &shown.bar {
            Some(bar) => bar.suspend(|| output::note(line)),
            None => output::note(line),
        }
    }

    /// Data that must not tear the bar, nor other data.
    pub fn data(&self, say: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        match &shown.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    /// Stops by itself.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Takes the bar away.
    pub fn end(&self) {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = &shown.bar {
            bar.finish_and_clear();
        }
    }
}
