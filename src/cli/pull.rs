//! `luutru pull`: an archivist's client.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;
use url::Url;

use super::exit::{Exit, UsageError};
use super::options::Common;
use super::output::{self, bytes};
use super::signals;
use crate::config::units;
use crate::model::VIETNAM;
use crate::pull::{self, Account, Credentials, Progress, Settings, Since};

const BAR_EVERY: Duration = Duration::from_millis(200);
const LINE_EVERY: Duration = Duration::from_secs(30);

/// Arguments of `pull`.
#[derive(Debug, Args)]
pub struct Pull {
    /// Address of the server, or of its WASAPI list
    #[arg(value_name = "SERVER-URL")]
    server: Url,
    /// Folder of the copy
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Only these sites (collections)
    #[arg(long, value_name = "SITE", num_args = 1.., value_delimiter = ',')]
    site: Vec<String>,
    /// Only files begun on or after this day, Vietnam time
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "since")]
    from: Option<Date>,
    /// Only files begun up to this day, Vietnam time
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<Date>,
    /// Only what is new: since the last complete run of this selection, or since a day
    #[arg(long, value_name = "last|YYYY-MM-DD")]
    since: Option<String>,
    /// One WACZ of the selection instead of WARC files (luutru servers only)
    #[arg(long, conflicts_with = "since")]
    wacz: bool,
    /// Downloads at a time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// How long the server may say nothing
    #[arg(long, value_name = "DURATION", default_value = "1min", value_parser = units::parse_duration)]
    timeout: Duration,
    #[command(flatten)]
    access: Access,
}

/// What opens the server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Access")]
struct Access {
    /// Token; other users of this machine can see it: better a file
    #[arg(long, value_name = "TOKEN", env = "LUUTRU_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// File that holds the token
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    token_file: Option<PathBuf>,
    /// Name beside the token, for servers that want a name and a password
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Hosts beside the server's to which the token may be sent
    #[arg(long, value_name = "HOST", num_args = 1.., value_delimiter = ',')]
    token_host: Vec<String>,
    /// Certificates (PEM) to trust beside those of the machine
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

impl Access {
    fn credentials(&self) -> Result<Credentials, UsageError> {
        let token = match &self.token_file {
            None => self.token.clone(),
            Some(path) => {
                let text = std::fs::read_to_string(path);
                let text = text.map_err(|error| UsageError { what: format!("{}: {error}", path.display()) })?;
                Some(text)
            }
        };
        let token = token.map(|text| text.trim().to_owned());
        if token.as_deref() == Some("") || token.is_none() && self.user.is_some() {
            return Err(UsageError {
                what: "there is no token: give --token-file with a file that holds one".to_owned(),
            });
        }
        Ok(Credentials { token, user: self.user.clone(), hosts: self.token_host.clone(), authority: self.ca.clone() })
    }
}

impl Pull {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        if let (Some(from), Some(until)) = (self.from, self.until)
            && from > until
        {
            return Err(UsageError { what: format!("--from {from} is after --until {until}: swap them") }.into());
        }
        let settings = Settings {
            server: self.server.clone(),
            to: self.to.clone(),
            sites: self.site.clone(),
            from: self.from,
            until: self.until,
            since: self.since()?,
            jobs: usize::from(self.jobs),
            patience: self.timeout,
        };
        let credentials = self.access.credentials()?;
        let near = self.server.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
        if credentials.token.is_some() && self.server.scheme() == "http" && !near {
            output::note("the token crosses the network in clear: use an https address if the server has one");
        }
        let pull = pull::Pull::open(settings, &credentials)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let ended = runtime.block_on(async {
            let work = async { if self.wacz { pull.wacz().await } else { pull.files().await } };
            tokio::select! {
                ended = work => Some(ended),
                () = interrupted() => None,
                () = watch(pull.progress(), common) => None,
            }
        });
        pull.save()?;
        let account = pull.account();
        let interrupted = ended.is_none();
        let failed = ended.and_then(Result::err);
        // Where nothing at all could be had, the error says all there is to say.
        let told = failed.is_none() || account.files + account.had > 0 || !account.failures.is_empty();
        if told {
            tell(&account, common, &self.to)?;
        }
        if let Some(error) = failed {
            return Err(error.into());
        }
        if interrupted {
            output::note("interrupted: the same command goes on; what arrived is kept");
            return Ok(Exit::Interrupted);
        }
        Ok(if account.failures.is_empty() { Exit::Done } else { Exit::Failures })
    }

    fn since(&self) -> Result<Since, UsageError> {
        let Some(text) = &self.since else { return Ok(Since::Ever) };
        if text == "last" {
            return Ok(Since::Last);
        }
        let day = text.parse::<Date>().ok().and_then(|day| day.to_zoned(TimeZone::fixed(VIETNAM)).ok());
        let wrong = || UsageError { what: format!("--since {text}: write last, or a day such as 2026-11-23") };
        Ok(Since::At(day.ok_or_else(wrong)?.timestamp()))
    }
}

async fn interrupted() {
    if !signals::interrupted().await {
        std::future::pending::<()>().await;
    }
}

fn tell(account: &Account, common: &Common, to: &std::path::Path) -> anyhow::Result<()> {
    for failure in &account.failures {
        output::note(&format!("failed: {}: {}", failure.name, failure.why));
    }
    if account.unverified > 0 {
        output::note(&format!("{} files came without a checksum that could be compared", account.unverified));
    }
    if common.json {
        let failures: Vec<_> = account.failures.iter().map(|f| json!({ "name": f.name, "why": f.why })).collect();
        return output::json(&json!({
            "files": account.files,
            "bytes": account.bytes,
            "had": account.had,
            "unverified": account.unverified,
            "failed": failures,
            "complete": account.whole && account.failures.is_empty(),
        }));
    }
    let Account { files, had, failures, .. } = account;
    let line = format!(
        "{}: {files} files ({}), {had} already had, {} failed",
        to.display(),
        bytes(account.bytes),
        failures.len()
    );
    output::note(&line);
    Ok(())
}

/// Shows how far it is, for as long as it is polled: a bar on a terminal, a line now and then elsewhere.
async fn watch(progress: Arc<Progress>, common: &Common) {
    let line = || {
        let of = |number: &std::sync::atomic::AtomicU64| number.load(Ordering::Relaxed);
        (of(&progress.settled), of(&progress.listed), of(&progress.moved))
    };
    if common.quiet {
        return std::future::pending().await;
    }
    // Log lines and a bar would tear each other apart.
    let bar = (output::stderr_is_terminal() && common.verbose == 0).then(|| {
        let style = ProgressStyle::with_template("{spinner} {bar:32} {msg}").unwrap_or(ProgressStyle::default_bar());
        ProgressBar::new(0).with_style(style)
    });
    let mut turns = tokio::time::interval(if bar.is_some() { BAR_EVERY } else { LINE_EVERY });
    turns.tick().await;
    loop {
        turns.tick().await;
        let (settled, listed, moved) = line();
        let message = format!("{settled}/{listed} files, {}", bytes(moved));
        match &bar {
            None => output::note(&message),
            Some(bar) => {
                bar.set_length(listed.max(1));
                bar.set_position(settled);
                bar.set_message(message);
                bar.tick();
            }
        }
    }
}
