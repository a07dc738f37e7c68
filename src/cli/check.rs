//! `luutru check`.

use clap::Args;

use super::exit::Exit;
use super::options::Common;
use super::output;
use crate::config;

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {}

impl Check {
    #[expect(clippy::unused_self, reason = "every command has this form")]
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let outcome = config::check(common.config.as_deref());
        if common.json {
            output::json(&outcome)?;
        } else {
            for fault in &outcome.faults {
                output::note(&fault.to_string());
            }
            let file = outcome.file.as_ref().map_or("built-in defaults".to_owned(), |file| file.display().to_string());
            let faults = outcome.faults.len();
            let verdict = if faults == 0 { "no fault".to_owned() } else { format!("{faults} faults") };
            output::data(&format!("{file}: {} sites, {} lists, {verdict}\n", outcome.sites, outcome.lists))?;
        }
        Ok(if outcome.faults.is_empty() { Exit::Done } else { Exit::Configuration })
    }
}
