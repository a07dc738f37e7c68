//! How a run is seen while it moves: bars on a terminal, a line every 30 s otherwise.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::output::{self, bytes};
use crate::crawl::{SiteRun, View};

const BAR_EVERY: Duration = Duration::from_millis(200);
const LINE_EVERY: Duration = Duration::from_secs(30);

/// A thread that shows progress until it is stopped.
#[derive(Debug)]
pub struct Progress {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Shows `view` as it changes.
    pub fn start(view: View, quiet: bool, logging: bool) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let thread = (!quiet).then(|| {
            thread::spawn(move || {
                // Log lines and bars would tear each other apart.
                if output::stderr_is_terminal() && !logging {
                    bars(&view.sites, &seen);
                } else {
                    lines(&view.sites, &seen);
                }
            })
        });
        Self { over, thread }
    }

    /// Ends it.
    pub fn stop(mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

fn bars(sites: &[Arc<SiteRun>], over: &AtomicBool) {
    let all = MultiProgress::new();
    let style =
        ProgressStyle::with_template("{spinner} {prefix:20!} {bar:24} {msg}").unwrap_or(ProgressStyle::default_bar());
    let bars: Vec<ProgressBar> = sites
        .iter()
        .map(|site| {
            let bar = all.add(ProgressBar::new(0)).with_style(style.clone());
            bar.set_prefix(site.id().to_owned());
            bar
        })
        .collect();
    while !over.load(Ordering::Relaxed) {
        for (site, bar) in sites.iter().zip(&bars) {
            let (done, total) = extent(site);
            bar.set_length(total.max(1));
            bar.set_position(done);
            bar.set_message(output::shown(&line(site)));
            bar.tick();
        }
        thread::park_timeout(BAR_EVERY);
    }
    for bar in &bars {
        bar.finish_and_clear();
    }
}

fn lines(sites: &[Arc<SiteRun>], over: &AtomicBool) {
    let mut next = Instant::now() + LINE_EVERY;
    let mut said: Vec<Option<String>> = vec![None; sites.len()];
    while !over.load(Ordering::Relaxed) {
        thread::park_timeout(BAR_EVERY);
        let due = Instant::now() >= next;
        for (site, said) in sites.iter().zip(&mut said) {
            let pause = site.stats.why_paused();
            // A pause is said when it begins, not half a minute later.
            let begins = pause.is_some() && pause != *said;
            if due || begins {
                output::note(&format!("{}: {}", site.id(), line(site)));
            }
            *said = pause;
        }
        if due {
            next += LINE_EVERY;
        }
    }
}

/// Items settled, and items known.
fn extent(site: &SiteRun) -> (u64, u64) {
    let tally = site.stats.tally();
    let done = tally.articles + tally.duplicates + tally.not_articles + tally.failed + tally.refused;
    (done, tally.queued.max(done))
}

fn line(site: &SiteRun) -> String {
    let tally = site.stats.tally();
    let (done, total) = extent(site);
    let mut text = format!(
        "{done}/{total} items, {} list pages, {} articles, {} duplicates, {} failed, {}",
        tally.list_pages,
        tally.articles,
        tally.duplicates,
        tally.failed,
        bytes(tally.bytes)
    );
    let parts = &tally.requisites;
    if !parts.is_empty() {
        let _ = write!(text, ", {} page parts, {} attachments", parts.fetched, parts.attachments);
    }
    if let Some(pause) = site.stats.why_paused() {
        text.push_str("; ");
        text.push_str(&pause);
    }
    text
}
