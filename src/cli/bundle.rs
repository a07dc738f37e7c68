//! `luutru bundle`: a WACZ of a selection.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::exit::{Exit, UsageError};
use super::options::Common;
use super::output;
use super::selecting::{Selecting, told};
use crate::archive::select::Selection;
use crate::archive::wacz::{self, Writer, Written};
use crate::config::Overrides;
use crate::page::requisites;

/// Bytes that are written at once.
const WRITE_BYTES: usize = 256 << 10;

/// Arguments of `bundle`.
#[derive(Debug, Args)]
pub struct Bundle {
    #[command(flatten)]
    selecting: Selecting,
    /// Where the bundle goes: a name that ends in .wacz, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Bundle {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let config = common.load(Overrides::default())?;
        let pipe = self.output == Path::new("-");
        if !pipe && self.output.extension().is_none_or(|ending| ending != "wacz") {
            let what = format!("{}: readers know a bundle by its ending .wacz", self.output.display());
            return Err(UsageError { what }.into());
        }
        let selection = Selection::make(&config.root, self.selecting.query()?, &requisites::named)?;
        let written = if pipe { to_pipe(&selection)? } else { to_file(&selection, &self.output)? };
        if common.json && !pipe {
            output::json(&written)?;
        } else if !common.quiet {
            output::note(&format!(
                "{}: {} captures, {} pages, {} WARC files ({} as they are)",
                self.output.display(),
                written.captures,
                written.pages,
                written.files,
                written.whole_files
            ));
        }
        Ok(told(&selection, written.without_text))
    }
}

fn to_pipe(selection: &Selection) -> anyhow::Result<Written> {
    let out = BufWriter::with_capacity(WRITE_BYTES, std::io::stdout().lock());
    let (out, written) = wacz::write(selection, Writer::pipe(out), Path::new("standard output"))?;
    out.into_inner().flush()?;
    Ok(written)
}

/// A reader sees the old file, or the whole new one.
fn to_file(selection: &Selection, path: &Path) -> anyhow::Result<Written> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let made = File::create(&part).with_context(|| format!("cannot create {}", part.display()))?;
    let written = (|| {
        let out = BufWriter::with_capacity(WRITE_BYTES, made);
        let (out, written) = wacz::write(selection, Writer::file(out), path)?;
        let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        anyhow::Ok(written)
    })();
    if written.is_err() {
        // Best effort: half a bundle helps nobody, and may have filled the disk.
        let _ = fs::remove_file(&part);
    }
    written
}
