//! `luutru token`: who may come in from outside.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::exit::{Exit, UsageError};
use super::options::Common;
use super::output;
use crate::access::{self, NewToken, Tokens};
use crate::archive::warc::file_safe;
use crate::config::{Overrides, units};
use crate::model::{Clock, SystemClock, VIETNAM};

/// Arguments of `token`.
#[derive(Debug, Args)]
pub struct Token {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a token and print it, this once
    Create(Create),
    /// List tokens: id, name, sites, when made, when it ends, when last used
    List(List),
    /// End a token, at once
    Revoke(Revoke),
}

#[derive(Debug, Args)]
struct Create {
    /// Whose it is
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Opens these sites only [default: all]
    #[arg(long, value_name = "SITE", num_args = 1.., value_delimiter = ',')]
    site: Vec<String>,
    /// When it ends: after a time (90d), or with a day (2027-12-31, Vietnam time) [default: never]
    #[arg(long, value_name = "TIME|DAY")]
    expires: Option<String>,
}

#[derive(Debug, Args)]
struct List {
    /// Where the server keeps its cache [default: <root>/cache]
    #[arg(long, value_name = "DIR", env = "CACHE_DIRECTORY")]
    cache: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Revoke {
    /// The token's id in `luutru token list`
    id: String,
}

/// A line of `token list --json`.
#[derive(Debug, Serialize)]
struct Row<'a> {
    id: &'a str,
    name: Option<&'a str>,
    /// All, if `null`.
    sites: Option<&'a BTreeSet<String>>,
    created: Timestamp,
    expires: Option<Timestamp>,
    revoked: Option<Timestamp>,
    last_used: Option<Timestamp>,
    good: bool,
}

impl Token {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let root = common.load(Overrides::default())?.root;
        if !root.is_dir() {
            let what = format!("{}: there is no archive here; name its root with --root", root.display());
            return Err(UsageError { what }.into());
        }
        match &self.command {
            Command::Create(create) => create.run(&root, common),
            Command::List(list) => list.run(&root, common),
            Command::Revoke(Revoke { id }) => {
                let changed = access::revoke(&root, id, SystemClock.now())?;
                let already = if changed { "" } else { "nothing to do, it is already " };
                output::note(&format!("{id}: {already}revoked"));
                Ok(Exit::Done)
            }
        }
    }
}

impl Create {
    fn run(&self, root: &Path, common: &Common) -> anyhow::Result<Exit> {
        let now = SystemClock.now();
        let expires = self.expires.as_deref().map(|text| ends(text, now)).transpose()?;
        let sites: BTreeSet<String> = self.site.iter().map(|site| site.trim().to_owned()).collect();
        if sites.contains("") {
            return Err(
                UsageError { what: "--site: a name is empty; leave --site out for all sites".to_owned() }.into()
            );
        }
        for site in sites.iter().filter(|site| !root.join("warc").join(file_safe(site)).is_dir()) {
            output::note(&format!("{site}: nothing is archived of it yet; `luutru articles` has the names of sites"));
        }
        let (id, secret) = access::create(root, NewToken { name: self.name.clone(), sites, expires }, now)?;
        if common.json {
            output::json(&serde_json::json!({ "id": id, "token": secret.text(), "expires": expires }))?;
        } else {
            output::data(&format!("{}\n", secret.text()))?;
        }
        let end = expires.map_or_else(|| "until it is revoked".to_owned(), |end| format!("until {end:.0}"));
        output::note(&format!("token {id}, good {end}; it is shown this once: only its hash is kept"));
        Ok(Exit::Done)
    }
}

/// `90d`, or the end of a day in Vietnam.
fn ends(text: &str, now: Timestamp) -> Result<Timestamp, UsageError> {
    let wrong = |why: &str| UsageError { what: format!("--expires {text}: {why}; write 90d or 2027-12-31") };
    let end = if let Ok(day) = text.parse::<Date>() {
        let after = day.tomorrow().and_then(|day| day.to_zoned(TimeZone::fixed(VIETNAM)));
        after.map_err(|_| wrong("no such day"))?.timestamp()
    } else {
        let time = units::parse_duration(text).map_err(|fault| wrong(&fault.what))?;
        now.checked_add(time).map_err(|_| wrong("too far away"))?
    };
    if end <= now { Err(wrong("that is over already")) } else { Ok(end) }
}

impl List {
    fn run(&self, root: &Path, common: &Common) -> anyhow::Result<Exit> {
        let now = SystemClock.now();
        let cache = self.cache.clone().unwrap_or_else(|| root.join("cache"));
        let uses = access::uses(&cache).unwrap_or_else(|error| {
            output::note(&format!("last uses are not known: {error}"));
            std::collections::BTreeMap::new()
        });
        let tokens = Tokens::read(root)?;
        let mut table = Vec::new();
        for token in tokens.iter() {
            let last = uses.get(&token.id).copied();
            if common.json {
                output::json(&Row {
                    id: &token.id,
                    name: token.name.as_deref(),
                    sites: (!token.sites.is_empty()).then_some(&token.sites),
                    created: token.created,
                    expires: token.expires,
                    revoked: token.revoked,
                    last_used: last,
                    good: token.is_good(now),
                })?;
                continue;
            }
            let at = |time: Option<Timestamp>, none: &str| time.map_or(none.to_owned(), |time| format!("{time:.0}"));
            let ends = match token.revoked {
                Some(revoked) => format!("revoked {revoked:.0}"),
                None => at(token.expires, "never"),
            };
            let sites = token.sites.iter().cloned().collect::<Vec<_>>().join(",");
            let sites = if sites.is_empty() { "all".to_owned() } else { sites };
            let name = token.name.clone().unwrap_or_default();
            table.push(vec![token.id.clone(), name, sites, at(Some(token.created), ""), ends, at(last, "never")]);
        }
        if !common.json {
            let head = ["id", "name", "sites", "created", "ends", "last used"];
            output::data(&output::shown(&output::table(&head, &table)))?;
        }
        Ok(Exit::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_after_a_time_or_with_a_day() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        assert_eq!(ends("90d", now).unwrap().to_string(), "2027-02-21T10:00:00Z");
        assert_eq!(ends("2026-11-23", now).unwrap().to_string(), "2026-11-23T17:00:00Z");
        for text in ["2026-11-22", "0d", "soon", "2026-13-01", ""] {
            assert!(ends(text, now).is_err(), "{text}");
        }
    }
}
