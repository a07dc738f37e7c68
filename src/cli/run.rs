//! `luutru run`: the daemon.

use std::sync::Arc;

use clap::Args;

use super::backfill::runtime;
use super::exit::Exit;
use super::options::{Common, CrawlOptions};
use super::{output, signals};
use crate::config::Config;
use crate::control::{self, Client, Command};
use crate::crawl::CrawlError;
use crate::crawl::daemon::{Ears, outlast};
use crate::ledger::LedgerError;

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    options: CrawlOptions,
}

impl Run {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let load = || self.options.config(common);
        let config = load()?;
        let root = config.root.clone();
        let again = || -> Result<Config, String> { load().map_err(|faults| faults.to_string()) };
        let runtime = runtime()?;
        let result = runtime.block_on(async {
            let stop = signals::listen("what is under way is sealed within half a minute".to_owned());
            let hangup = signals::hangups();
            let ears = Ears { stop, hangup, load: &again };
            let ended = outlast(config, ears, |hub| control::listen(&Arc::clone(hub))).await;
            match ended {
                Err(CrawlError::Ledger(LedgerError::Held { path })) => Err(held(&root, path).await),
                other => other,
            }
        });
        result?;
        if !common.quiet {
            output::note("stopped; everything is sealed");
        }
        Ok(Exit::Done)
    }
}

/// A second owner is refused by the name of the first.
async fn held(root: &std::path::Path, path: String) -> CrawlError {
    let Ok(Some(mut client)) = Client::connect(root).await else {
        return LedgerError::Held { path }.into();
    };
    let Ok(status) = client.ask(Command::Status, |_| {}).await else {
        return LedgerError::Held { path }.into();
    };
    let pid = status["daemon"]["pid"].as_u64().unwrap_or(0);
    CrawlError::Root {
        path: root.display().to_string(),
        why: format!(
            "belongs to the daemon that runs already (process {pid}); `luutru status` asks it, and another --root is free"
        ),
    }
}
