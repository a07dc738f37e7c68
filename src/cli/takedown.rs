//! `luutru takedown` and `luutru hold`: what is hidden, and what must not be.

use std::path::Path;

use clap::Args;
use jiff::Timestamp;

use super::exit::{Exit, UsageError};
use super::options::Common;
use super::output;
use crate::archive::catalog::{self, ArticleRecord};
use crate::archive::decisions::{self, Action, Decision, Decisions};
use crate::config::Overrides;
use crate::model::{Clock, SystemClock};

/// Arguments of `takedown`.
#[derive(Debug, Args)]
pub struct Takedown {
    /// The article, by its id in `luutru articles`
    #[arg(value_name = "ID", required_unless_present = "list")]
    id: Option<String>,
    /// Show it again
    #[arg(long)]
    undo: bool,
    /// List what is taken down, and why
    #[arg(long, conflicts_with_all = ["id", "undo", "reason", "actor"])]
    list: bool,
    #[command(flatten)]
    why: Why,
}

/// Arguments of `hold`.
#[derive(Debug, Args)]
pub struct Hold {
    /// An article's id, or a site's
    #[arg(value_name = "ID|SITE", required_unless_present = "list")]
    subject: Option<String>,
    /// End the hold
    #[arg(long)]
    release: bool,
    /// List what is held, and why
    #[arg(long, conflicts_with_all = ["subject", "release", "reason", "actor"])]
    list: bool,
    #[command(flatten)]
    why: Why,
}

/// Who and why, for the log.
#[derive(Debug, Args)]
struct Why {
    /// Why; it goes into the log
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who decided [default: the user who runs this]
    #[arg(long, value_name = "WHO")]
    actor: Option<String>,
}

impl Takedown {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let root = common.load(Overrides::default())?.root;
        let Some(id) = &self.id else {
            return list(common, Decisions::read(&root)?.takedowns());
        };
        let action = if self.undo { Action::UndoTakedown } else { Action::Takedown };
        // What is taken down can be shown again even when the catalogue has lost it.
        let site = match site_of(&root, id)? {
            Some(site) => site,
            None if self.undo => String::new(),
            None => return Err(unknown(&format!("no article {id}; `luutru articles` lists ids"))),
        };
        let changed = decisions::decide(&root, self.why.decision(action, id, false)?, &site)?;
        Ok(said(changed, id, if self.undo { "shown" } else { "taken down" }))
    }
}

impl Hold {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let root = common.load(Overrides::default())?.root;
        let Some(subject) = &self.subject else {
            return list(common, Decisions::read(&root)?.holds());
        };
        let of_site = catalog::path_of(&root, subject).exists() || root.join("warc").join(subject).is_dir();
        let held = |site| {
            Decisions::read(&root).map(|known| known.holds().any(|on| on.site == site && on.subject == *subject))
        };
        let site = match (of_site, self.release) {
            (true, _) => true,
            (false, true) => held(true)?,
            (false, false) if site_of(&root, subject)?.is_some() => false,
            (false, false) => {
                return Err(unknown(&format!("no article and no site {subject}; `luutru articles` lists both")));
            }
        };
        let action = if self.release { Action::Release } else { Action::Hold };
        let changed = decisions::decide(&root, self.why.decision(action, subject, site)?, "")?;
        Ok(said(changed, subject, if self.release { "not held" } else { "held" }))
    }
}

impl Why {
    fn decision(&self, action: Action, subject: &str, site: bool) -> Result<Decision, UsageError> {
        let reason = self.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
        let Some(reason) = reason else {
            let what = "a decision needs --reason: whoever reads the log in ten years has nothing else".to_owned();
            return Err(UsageError { what });
        };
        let actor = self.actor.clone().or_else(|| std::env::var("USER").ok()).or_else(|| std::env::var("LOGNAME").ok());
        let actor = actor.filter(|actor| !actor.trim().is_empty());
        let actor = actor.unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()));
        let at: Timestamp = SystemClock.now();
        Ok(Decision { at, action, subject: subject.to_owned(), site, actor, reason: reason.to_owned() })
    }
}

fn unknown(what: &str) -> anyhow::Error {
    UsageError { what: what.to_owned() }.into()
}

/// The site of an article.
fn site_of(root: &Path, id: &str) -> anyhow::Result<Option<String>> {
    let mut site = None;
    let mut each = |record: ArticleRecord| {
        if record.id == id {
            site = Some(record.site);
        }
    };
    catalog::read_all(root, &[], &mut each, &mut |_| {})?;
    Ok(site)
}

fn said(changed: bool, subject: &str, what: &str) -> Exit {
    let already = if changed { "" } else { "nothing to do, it is already " };
    output::note(&format!("{subject}: {already}{what}"));
    Exit::Done
}

fn list<'a>(common: &Common, decisions: impl Iterator<Item = &'a Decision>) -> anyhow::Result<Exit> {
    for decision in decisions {
        if common.json {
            output::json(decision)?;
        } else {
            let Decision { at, subject, actor, reason, .. } = decision;
            let kind = if decision.site { "site " } else { "" };
            output::data(&output::shown(&format!(
                "{kind}{subject}  {at:.0}  {actor}: {}\n",
                reason.replace('\n', " ")
            )))?;
        }
    }
    Ok(Exit::Done)
}
