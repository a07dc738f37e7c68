//! `luutru export`: texts as a corpus, or a BagIt bag.

use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{Exit, UsageError};
use super::options::Common;
use super::output;
use super::selecting::{Selecting, told};
use crate::archive::bagit::{self, BagInfo};
use crate::archive::corpus;
use crate::archive::select::{Selection, Texts};
use crate::config::{Config, Overrides};
use crate::model::{Clock as _, Stamp, SystemClock};
use crate::page::requisites;

/// Arguments of `export`.
#[derive(Debug, Args)]
#[group(skip)]
pub struct Export {
    #[command(flatten)]
    selecting: Selecting,
    #[command(flatten)]
    form: Form,
}

/// What is made.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Form {
    /// Texts as NNN_<hash16>.txt, with an index.jsonl; a second run adds what is new
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// A BagIt bag (RFC 8493) of WARC files, texts and records
    #[arg(long, value_name = "DIR")]
    bagit: Option<PathBuf>,
}

impl Export {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let config = common.load(Overrides::default())?;
        match (&self.form.corpus, &self.form.bagit) {
            (Some(dir), _) => self.corpus(common, &config, dir),
            (_, Some(dir)) => self.bag(common, &config, dir),
            (None, None) => Err(UsageError { what: "name --corpus DIR or --bagit DIR".to_owned() }.into()),
        }
    }

    fn corpus(&self, common: &Common, config: &Config, dir: &Path) -> anyhow::Result<Exit> {
        let query = self.selecting.query()?;
        let texts = Texts::find(&config.root, &query, &requisites::named)?;
        if texts.count() == 0 && !dir.join(corpus::INDEX).exists() {
            let root = config.root.display();
            let what =
                format!("no article in {root} belongs to: {}; `luutru articles` lists what there is", query.words());
            return Err(UsageError { what }.into());
        }
        let written = corpus::write(&texts, dir)?;
        if common.json {
            output::json(&written)?;
        } else if !common.quiet {
            let corpus::Written { added, held, withdrawn, .. } = written;
            output::note(&format!("{}: {added} added, {held} there already, {withdrawn} taken out", dir.display()));
        }
        if written.without_text == 0 {
            return Ok(Exit::Done);
        }
        output::note(&format!("left out: {} articles have no file below text/", written.without_text));
        Ok(Exit::Failures)
    }

    fn bag(&self, common: &Common, config: &Config, dir: &Path) -> anyhow::Result<Exit> {
        let selection = Selection::make(&config.root, self.selecting.query()?, &requisites::named)?;
        let info = BagInfo {
            organization: config.operator.clone(),
            contact: config.contact.clone(),
            date: Stamp::vietnam_day(SystemClock.now()),
        };
        let written = bagit::write(&selection, dir, &info)?;
        if common.json {
            output::json(&written)?;
        } else if !common.quiet {
            let bytes = output::bytes(written.bytes);
            output::note(&format!("{}: {} files, {} texts, {bytes}", dir.display(), written.files, written.texts));
        }
        Ok(told(&selection, written.without_text))
    }
}
