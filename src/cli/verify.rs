//! `luutru verify`: every WARC record re-read.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::exit::{Exit, UsageError};
use super::options::Common;
use super::output;
use crate::archive::verify::{Finding, Summary, Verifier};
use crate::config::Overrides;

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Files or folders; everything under warc/ of the root when left out
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a Path,
    offset: Option<u64>,
    damage: bool,
    what: String,
}

impl Verify {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let config = common.load(Overrides::default())?;
        let starts = if self.paths.is_empty() { vec![config.root.join("warc")] } else { self.paths.clone() };
        let mut files = Vec::new();
        for start in &starts {
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
        let mut fault = None;
        let mut each = |finding: Finding| {
            if fault.is_none() {
                fault = say(common, &finding).err();
            }
        };
        let mut verifier = Verifier::default();
        let mut total = Summary::default();
        for file in &files {
            total.add(&verifier.check(file, &mut each));
        }
        total.add(&verifier.finish(&mut each));
        if let Some(error) = fault {
            return Err(error);
        }
        if common.json {
            output::json(&total)?;
        } else {
            let records: u64 = total.records.values().sum();
            output::data(&format!(
                "{} files, {records} records, {} digests, {}: {}\n",
                total.files,
                total.digests,
                output::bytes(total.file_bytes),
                if total.damage == 0 { "whole".to_owned() } else { format!("{} damages", total.damage) }
            ))?;
        }
        Ok(if total.damage == 0 { Exit::Done } else { Exit::Storage })
    }
}

/// Damage is data; a remark on a file that is being written is not.
fn say(common: &Common, finding: &Finding) -> anyhow::Result<()> {
    let damage = finding.fault.is_damage();
    if common.json {
        let what = finding.fault.to_string();
        return output::json(&Line { file: &finding.path, offset: finding.offset, damage, what });
    }
    if damage {
        output::data(&output::shown(&format!("{finding}\n")))?;
    } else {
        output::note(&finding.to_string());
    }
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
