//! `luutru verify`: every WARC record re-read, and all that is made of them compared.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use serde::Serialize;

use super::backfill::runtime;
use super::exit::{Exit, UsageError};
use super::options::Common;
use super::output;
use super::steps::Steps;
use crate::archive::verify::{Finding, Scope, Summary, Watcher, verify};
use crate::config::Overrides;
use crate::control::{Client, Command};
use crate::model::{Clock as _, SystemClock};

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// WARC files, or folders that hold some; the whole archive when left out
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only WARC files begun on this day or later (Vietnam time), what is made of them, and the manifests from then on
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "paths")]
    since: Option<Date>,
    /// Note whole files here, and pass over those that an earlier run noted and nobody touched since
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a Path,
    offset: Option<u64>,
    damage: bool,
    what: String,
}

struct Watch {
    steps: Steps,
    json: bool,
    quiet: bool,
}

impl Watcher for Watch {
    /// Damage is data; a remark on a file that is being written is not.
    fn found(&self, finding: &Finding) {
        let damage = finding.fault.is_damage();
        let said = if self.json {
            let what = finding.fault.to_string();
            self.steps.data(|| output::json(&Line { file: &finding.path, offset: finding.offset, damage, what }))
        } else if damage {
            self.steps.data(|| Ok(output::data(&output::shown(&format!("{finding}\n")))?))
        } else {
            if !self.quiet {
                self.steps.note(&finding.to_string());
            }
            Ok(())
        };
        // Whoever reads has gone away.
        if said.is_err() {
            self.steps.stop();
        }
    }

    fn step(&self, step: &'static str, done: u64, total: u64) {
        self.steps.step(step, done, total);
    }

    fn stopped(&self) -> bool {
        self.steps.stopped()
    }
}

impl Verify {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let config = common.load(Overrides::default())?;
        let mut files = Vec::new();
        for start in &self.paths {
            if !start.exists() {
                let what = format!(
                    "{}: there is no such file or folder; name WARC files, or an archive with --root",
                    start.display()
                );
                return Err(UsageError { what }.into());
            }
            collect(start, &mut files)?;
        }
        files.sort();
        if self.paths.is_empty() && !config.root.join("warc").is_dir() {
            let what =
                format!("{} holds no warc/ folder; name an archive with --root, or WARC files", config.root.display());
            return Err(UsageError { what }.into());
        }
        if !self.paths.is_empty() && files.is_empty() {
            let what = "no WARC file is there (*.warc.gz)".to_owned();
            return Err(UsageError { what }.into());
        }
        let resume = match &self.resume {
            Some(file) => format!("stopping; --resume {} goes on", file.display()),
            None => "stopping; with --resume FILE the next one can be gone on with".to_owned(),
        };
        let watch = Watch { steps: Steps::begin(common.quiet, &resume)?, json: common.json, quiet: common.quiet };
        let (root, whole) = (config.root.clone(), files.is_empty() && self.since.is_none());
        let scope =
            Scope { root: config.root, files, since: self.since, now: SystemClock.now(), resume: self.resume.clone() };
        let total = verify(&scope, &watch);
        watch.steps.end();
        let total = total?;
        print(common, &total)?;
        if whole && (total.damage > 0 || !watch.stopped()) {
            tell(&root, total.damage);
        }
        Ok(match total.damage {
            1.. => Exit::Storage,
            0 if watch.stopped() => Exit::Interrupted,
            0 => Exit::Done,
        })
    }
}

/// Tells the daemon of the archive, if one runs, what came of it: its figures say so to those who watch.
fn tell(root: &Path, damage: u64) {
    let told = runtime().map(|runtime| {
        runtime.block_on(async {
            let Some(mut client) = Client::connect(root).await? else { return Ok(()) };
            client.ask(Command::Verified { damage }, |_| {}).await.map(drop)
        })
    });
    match told {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!("the daemon does not hear of it: {error}"),
        Err(error) => tracing::warn!("the daemon does not hear of it: {error}"),
    }
}

fn print(common: &Common, total: &Summary) -> anyhow::Result<()> {
    if common.json {
        return output::json(total);
    }
    let records: u64 = total.records.values().sum();
    output::data(&format!(
        "{} files, {records} records, {} digests, {}; {} texts, {} catalogue lines, {} lines of manifests: {}\n",
        total.files,
        total.digests,
        output::bytes(total.file_bytes),
        total.texts,
        total.lines,
        total.listed,
        if total.damage == 0 { "whole".to_owned() } else { format!("{} damages", total.damage) }
    ))?;
    Ok(())
}

/// WARC files at or below `path`.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let below = entry?.path();
        let name = below.file_name().unwrap_or_default().to_string_lossy();
        if below.is_dir() || name.ends_with(".warc.gz") || name.ends_with(".warc.gz.open") {
            collect(&below, files)?;
        }
    }
    Ok(())
}
