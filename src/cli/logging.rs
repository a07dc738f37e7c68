//! Where log lines go: to the journal with their fields where systemd started the program, otherwise to stderr as text, or
//! as JSON.
//!
//! A line on stderr has no level and no fields for the journal: everything would be "info". So where `JOURNAL_STREAM` says
//! that stderr is the journal's (systemd.exec(5)), records are sent in its native protocol, with `SITE`, `LIST`, `URL` and
//! `CAUSE` to select by. Where that cannot be, or a form was asked for, lines go to stderr as ever.

use std::os::fd::AsFd;

use tracing_journald::{Layer, Priority, PriorityMappings};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::options::LogFormat;

/// Begins to log what `level` lets through; `ansi` is for people at a terminal.
pub fn start(level: &str, format: Option<LogFormat>, ansi: bool) {
    if format.is_none()
        && let Some(journal) = journal()
    {
        // Fails only when a subscriber is there already, which is as good; the same below.
        let _ = tracing_subscriber::registry().with(EnvFilter::new(level)).with(journal).try_init();
        return;
    }
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(level))
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(ansi);
    let _ = match format {
        None | Some(LogFormat::Text) => builder.try_init(),
        Some(LogFormat::Json) => builder.json().try_init(),
    };
}

/// The journal, where stderr leads to it and it can be spoken to.
fn journal() -> Option<Layer> {
    let named = std::env::var("JOURNAL_STREAM").ok()?;
    let stat = rustix::fs::fstat(std::io::stderr().as_fd()).ok()?;
    if !is_stream(&named, stat.st_dev, stat.st_ino) {
        return None;
    }
    let levels = PriorityMappings {
        error: Priority::Error,
        warn: Priority::Warning,
        info: Priority::Informational,
        debug: Priority::Debug,
        trace: Priority::Debug,
    };
    // Without a socket the lines go to stderr, which the journal reads too.
    let layer = Layer::new().ok()?;
    Some(layer.with_field_prefix(None).with_priority_mappings(levels).with_syslog_identifier("luutru".to_owned()))
}

/// Whether `named`, as systemd writes it (`device:inode`), is this file.
fn is_stream(named: &str, device: u64, inode: u64) -> bool {
    let numbers = named.split_once(':').map(|(device, inode)| (device.parse(), inode.parse()));
    matches!(numbers, Some((Ok(d), Ok(i))) if (d, i) == (device, inode))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_is_known_by_its_numbers() {
        assert!(is_stream("8:1025", 8, 1025));
        for other in ["", "8", "8:", ":1025", "8:1026", "9:1025", "8:1025:1", "x:1025", "18446744073709551616:1025"] {
            assert!(!is_stream(other, 8, 1025), "{other}");
        }
    }
}
