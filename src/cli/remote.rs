//! Commands that the daemon carries out, and that read the ledger themselves where no daemon runs: `status`, `why`, `pause`,
//! `resume`, `reload`; and jobs that are handed over to it.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;

use super::backfill::runtime;
use super::exit::{Exit, UsageError};
use super::options::Common;
use super::{output, signals, standing};
use crate::config::{Config, Faults, Overrides};
use crate::control::{Client, ClientError, Command, Part};
use crate::crawl::daemon::{captured, set_paused, status, why};
use crate::crawl::look_in;
use crate::ledger::Ledger;
use crate::model::{Clock, SystemClock};

/// Arguments of `status`.
#[derive(Debug, Args)]
pub struct Status {}

/// Arguments of `why`.
#[derive(Debug, Args)]
pub struct Why {
    /// The address of an article
    url: String,
}

/// Arguments of `pause`.
#[derive(Debug, Args)]
pub struct Pause {
    /// The site; everything when left out
    site: Option<String>,
}

/// Arguments of `resume`.
#[derive(Debug, Args)]
pub struct Resume {
    /// The site; everything when left out
    site: Option<String>,
}

/// Arguments of `reload`.
#[derive(Debug, Args)]
pub struct Reload {}

impl Status {
    #[expect(clippy::unused_self, reason = "like every command")]
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let status = answer(common, Command::Status, |ledger, config| {
            Ok(serde_json::to_value(status::resting(ledger, config, SystemClock.now())?)?)
        })?;
        if common.json {
            output::json(&status)?;
        } else {
            output::data(&standing::text(&serde_json::from_value(status)?, SystemClock.now()))?;
        }
        Ok(Exit::Done)
    }
}

impl Why {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let ask = |url: &str| -> anyhow::Result<why::Why> {
            let found = answer(common, Command::Why { url: url.to_owned() }, |ledger, config| {
                Ok(serde_json::to_value(why::why(ledger, &config.root, config, url)?)?)
            })?;
            Ok(serde_json::from_value(found)?)
        };
        let mut found = ask(&self.url)?;
        // Read here, from the files: a daemon has other things to do.
        let root = root_of(common, &common.load(Overrides::default()))?;
        if let Some(listed) = captured::add(&mut found, &root)? {
            captured::join(&mut found, ask(&listed)?);
        }
        if common.json {
            output::json(&found)?;
        } else {
            output::data(&standing::why(&found))?;
        }
        Ok(Exit::Done)
    }
}

impl Pause {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        pause(common, self.site.as_deref(), true)
    }
}

impl Resume {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        pause(common, self.site.as_deref(), false)
    }
}

impl Reload {
    #[expect(clippy::unused_self, reason = "like every command")]
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let line = answer(common, Command::Reload, |_, _| {
            let what = "no daemon runs: the next one reads the configuration anew".to_owned();
            Err(UsageError { what }.into())
        })?;
        output::note(line.as_str().unwrap_or_default());
        Ok(Exit::Done)
    }
}

fn pause(common: &Common, site: Option<&str>, pause: bool) -> anyhow::Result<Exit> {
    let own = site.map(str::to_owned);
    let command = if pause { Command::Pause { site: own } } else { Command::Resume { site: own } };
    answer(common, command, |ledger, config| {
        if let Some(site) = site
            && config.site(site).is_none()
        {
            let what = format!("no site \"{site}\" in {}", config.sites_dir.display());
            return Err(UsageError { what }.into());
        }
        set_paused(ledger, site, pause)?;
        Ok(Value::Null)
    })?;
    let what = site.unwrap_or("everything");
    output::note(&format!("{what}: {}", if pause { "paused, also over restarts" } else { "goes on" }));
    Ok(Exit::Done)
}

/// The archive's root. A configuration that is being mended must not keep anybody from the daemon, which has its own.
fn root_of(common: &Common, config: &Result<Config, Faults>) -> anyhow::Result<PathBuf> {
    match (config, &common.root) {
        (Ok(config), _) => Ok(config.root.clone()),
        (Err(_), Some(root)) => Ok(root.clone()),
        (Err(faults), None) => Err(faults.clone().into()),
    }
}

/// The daemon's answer, or one from the ledger where no daemon runs.
fn answer(
    common: &Common,
    command: Command,
    alone: impl FnOnce(&dyn Ledger, &Config) -> anyhow::Result<Value>,
) -> anyhow::Result<Value> {
    let config = common.load(Overrides::default());
    let root = root_of(common, &config)?;
    let runtime = runtime()?;
    let asked = runtime.block_on(async {
        match Client::connect(&root).await? {
            Some(mut client) => client.ask(command, |_| {}).await.map(Some),
            None => Ok(None),
        }
    });
    if let Some(value) = asked.map_err(told)? {
        return Ok(value);
    }
    let config = config?;
    let Some(ledger) = look_in(&root)? else {
        let what = format!("{}: there is no archive here; name its root with --root", root.display());
        return Err(UsageError { what }.into());
    };
    alone(&ledger, &config)
}

/// What the daemon refuses, with its exit code.
fn told(error: ClientError) -> anyhow::Error {
    match error {
        ClientError::Refused { kind, message } if kind == "usage" => UsageError { what: message }.into(),
        other => other.into(),
    }
}

/// Hands a job over to the daemon that owns the root; `None` when there is none. A first Ctrl-C takes it back.
pub fn hand_over(
    common: &Common,
    config: &Config,
    command: impl FnOnce() -> anyhow::Result<Command>,
) -> anyhow::Result<Option<Exit>> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let Some(mut client) = Client::connect(&config.root).await.map_err(told)? else { return Ok(None) };
        let command = command()?;
        if !common.quiet {
            output::note("the daemon owns this archive, and does it");
        }
        let tell = |line: &str| {
            if !common.quiet {
                output::note(line);
            }
        };
        let came = tokio::select! {
            came = client.ask(command, tell) => came,
            _ = signals::interrupted() => {
                output::note("taken back; the same command goes on (--detach leaves a job with the daemon)");
                return Ok(Some(Exit::Interrupted));
            }
        };
        match came {
            Ok(came) => finish(common, &came).map(Some),
            Err(ClientError::Refused { kind, message }) if kind == "stopping" => {
                output::note(&message);
                Ok(Some(Exit::Interrupted))
            }
            Err(error) => Err(told(error)),
        }
    })
}

fn finish(common: &Common, came: &Value) -> anyhow::Result<Exit> {
    let Some(sites) = came.as_array() else {
        output::note("handed over; `luutru status` says how it goes");
        return Ok(Exit::Done);
    };
    if common.json {
        output::json(came)?;
    } else {
        output::data(&standing::jobs(sites)).context("the result")?;
    }
    let failed = |site: &Value| site["failed"].as_u64().unwrap_or(0) > 0 || !site["unreachable"].is_null();
    let bad_list =
        |site: &Value| site["lists"].as_array().is_some_and(|lists| lists.iter().any(|list| list["failed"] == true));
    for site in sites.iter().filter(|site| !site["unreachable"].is_null()) {
        let text = |key: &str| site[key].as_str().unwrap_or_default();
        output::note(&format!("{}: {}", text("site"), text("unreachable")));
    }
    Ok(if sites.iter().any(|site| failed(site) || bad_list(site)) { Exit::Failures } else { Exit::Done })
}

/// Sites and lists as the daemon is told of them.
pub fn parts(config: &Config, sites: &[crate::config::Site]) -> anyhow::Result<Vec<Part>> {
    let part = |site: &crate::config::Site| {
        let Some(known) = config.site(&site.id) else {
            let what = format!(
                "the daemon owns this archive, and {} has no site file there: save one (`luutru probe --save`) and \
                 `luutru reload`, or use another --root",
                site.id
            );
            return Err(UsageError { what }.into());
        };
        let all = site.lists.len() == known.lists.len();
        let lists = if all { Vec::new() } else { site.lists.iter().map(|list| list.id.clone()).collect() };
        Ok(Part { site: site.id.clone(), lists })
    };
    sites.iter().map(part).collect()
}
