//! A machine, a configuration and an archive root → is it fit to run here?
//!
//! Promises: every look has an answer, in words and with what to do; waiting has a bound; nothing is left behind, and a
//! running daemon is only asked. Refuses: to mend anything, to open a ledger that somebody holds or that belongs to
//! another user, and to look up names for longer than a few seconds.

mod clock;
mod daemon;
mod files;
mod limits;
mod names;
mod root;
mod settings;
mod units;
mod write;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use crate::config::{Config, Faults};
use crate::model::Clock;

pub use units::usual_folders as usual_unit_folders;

/// How a look ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// It works, and somebody should know.
    Warn,
    /// It does not work.
    Fail,
}

/// What a look is about; the exit code follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// `luutru.toml` and the site files.
    Configuration,
    /// The archive root and what lies in it.
    Storage,
    /// Names and addresses.
    Network,
    /// The clock, limits, the service manager.
    Machine,
}

/// What one look found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which look, in a word.
    pub check: &'static str,
    /// How it ended.
    pub level: Level,
    /// What it is about.
    pub area: Area,
    /// What was found.
    pub found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// One look, before it ended.
#[derive(Debug, Clone, Copy)]
struct Look(&'static str, Area);

impl Look {
    fn ok(self, found: impl Into<String>) -> Finding {
        Finding { check: self.0, level: Level::Ok, area: self.1, found: found.into(), mend: None }
    }

    fn warn(self, found: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding { level: Level::Warn, mend: Some(mend.into()), ..self.ok(found) }
    }

    fn fail(self, found: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding { level: Level::Fail, mend: Some(mend.into()), ..self.ok(found) }
    }
}

/// What is looked at.
pub struct Patient<'a> {
    /// The configuration, or what is wrong with it.
    pub config: Result<Config, Faults>,
    /// The root that was named on the command line.
    pub root: Option<PathBuf>,
    /// The wall clock.
    pub clock: &'a dyn Clock,
    /// Where the service manager's units are looked for.
    pub unit_folders: Vec<PathBuf>,
    /// Whether the service manager started this program.
    pub under_systemd: bool,
}

/// Looks at everything; each finding is handed over as soon as it is there.
pub async fn examine(patient: &Patient<'_>, each: &mut (dyn FnMut(Finding) + Send)) {
    let begun = clock::Pair::now(patient.clock);
    settings::look(&patient.config).into_iter().for_each(&mut *each);
    let named = patient.config.as_ref().ok().map(|config| config.root.clone());
    if let Some(root) = named.or_else(|| patient.root.clone()) {
        storage(patient, &root, each).await;
    } else {
        let look = Look("root", Area::Storage);
        each(
            look.warn("not looked at: the configuration does not say where it is", "mend that, or name it with --root"),
        );
    }
    if let Ok(config) = &patient.config {
        names::look(config).await.into_iter().for_each(&mut *each);
    }
    let sites = patient.config.as_ref().map_or(0, |config| settings::enabled(config).count());
    let concurrency = patient.config.as_ref().map_or(8, |config| config.concurrency);
    each(limits::look(sites, concurrency));
    units::look(&patient.unit_folders, patient.under_systemd).await.into_iter().for_each(&mut *each);
    let newest = patient.config.as_ref().ok().and_then(|config| newest_capture(&config.root));
    clock::look(&clock::Reading::of(patient.clock, begun, newest)).into_iter().for_each(&mut *each);
}

async fn storage(patient: &Patient<'_>, root: &Path, each: &mut (dyn FnMut(Finding) + Send)) {
    let (findings, there) = root::look(root);
    findings.into_iter().for_each(&mut *each);
    if !there {
        return;
    }
    if let Ok(config) = &patient.config {
        each(root::space(root, config.disk));
    }
    each(write::look(root).await);
    let (findings, owner) = daemon::look(root).await;
    findings.into_iter().for_each(&mut *each);
    each(files::tails(root, owner));
    each(files::tokens(root));
}

/// When the newest WARC file was begun.
fn newest_capture(root: &Path) -> Option<Timestamp> {
    let files = crate::archive::warc::warc_files(root).ok()?;
    files.iter().filter_map(|file| file.name.begun()).max()
}
