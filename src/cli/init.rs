//! `luutru init`.

use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::options::Common;
use super::output;
use crate::config::{self, InitError};

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Where to write
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

impl Init {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        match config::init(&self.dir) {
            Ok(paths) => {
                if common.json {
                    output::json(&paths)?;
                } else {
                    for path in paths {
                        output::data(&format!("{}\n", path.display()))?;
                    }
                }
                Ok(Exit::Done)
            }
            Err(error @ InitError::Exists(_)) => {
                output::error(&error.to_string());
                Ok(Exit::Configuration)
            }
            Err(error @ InitError::Write { .. }) => {
                output::error(&error.to_string());
                Ok(Exit::Storage)
            }
        }
    }
}
