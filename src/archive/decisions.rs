//! What an archivist decided about what is held: takedowns, which hide, and holds, which forbid to hide or to prune.
//!
//! One append-only log (`decisions.jsonl` in the root): who, when, what, why. Nothing is taken out of `warc/`; whoever
//! hands something out asks [`Decisions`] first. The log cannot be made again from the WARC files. A log that cannot be
//! read is an error everywhere: what was hidden must not come out since a line is damaged.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustix::fs::FlockOperation;
use serde::{Deserialize, Serialize};

use super::error::{ArchiveError, Context as _, Result};
use super::fsio;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The article is hidden from everything that is handed out.
    Takedown,
    /// It is shown again.
    UndoTakedown,
    /// Nothing of it may be hidden or pruned.
    Hold,
    /// The hold is over.
    Release,
}

impl Action {
    /// Whether it is about holds.
    fn of_holds(self) -> bool {
        matches!(self, Self::Hold | Self::Release)
    }

    /// Whether it opens something that can be taken back.
    fn opens(self) -> bool {
        matches!(self, Self::Takedown | Self::Hold)
    }
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// When, UTC.
    pub at: Timestamp,
    /// What.
    pub action: Action,
    /// An article's id, or a site's where [`Decision::site`] says so.
    pub subject: String,
    /// Whether the subject is a whole site.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub site: bool,
    /// Who decided.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// What is in force.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    takedowns: BTreeMap<String, Decision>,
    holds: BTreeMap<(bool, String), Decision>,
}

impl Decisions {
    /// Reads the log; a root without one has decided nothing.
    pub fn read(root: &Path) -> Result<Self> {
        let mut known = Self::default();
        for decision in history(root)? {
            known.apply(decision);
        }
        Ok(known)
    }

    /// Whether the article is hidden.
    pub fn hides(&self, id: &str) -> bool {
        self.takedowns.contains_key(id)
    }

    /// The hold that covers an article of a site: its own, or that of the site.
    pub fn hold_on(&self, id: &str, site: &str) -> Option<&Decision> {
        self.holds.get(&(false, id.to_owned())).or_else(|| self.holds.get(&(true, site.to_owned())))
    }

    /// The takedowns in force, by article id.
    pub fn takedowns(&self) -> impl Iterator<Item = &Decision> {
        self.takedowns.values()
    }

    /// The holds in force: articles, then sites.
    pub fn holds(&self) -> impl Iterator<Item = &Decision> {
        self.holds.values()
    }

    /// Whether `decision` changes nothing: it is in force already, or there is nothing to take back.
    fn is_idle(&self, decision: &Decision) -> bool {
        let in_force = if decision.action.of_holds() {
            self.holds.contains_key(&(decision.site, decision.subject.clone()))
        } else {
            self.takedowns.contains_key(&decision.subject)
        };
        in_force == decision.action.opens()
    }

    fn apply(&mut self, decision: Decision) {
        let (subject, site) = (decision.subject.clone(), decision.site);
        match decision.action {
            Action::Takedown => drop(self.takedowns.insert(subject, decision)),
            Action::UndoTakedown => drop(self.takedowns.remove(&subject)),
            Action::Hold => drop(self.holds.insert((site, subject), decision)),
            Action::Release => drop(self.holds.remove(&(site, subject))),
        }
    }
}

/// Every decision ever taken, in order. A last line without a line feed was never acknowledged, and does not count.
pub fn history(root: &Path) -> Result<Vec<Decision>> {
    let path = path_of(root);
    match fs::read(&path) {
        Ok(bytes) => parse(&path, &bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).at("read", &path),
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Vec<Decision>> {
    let lines = bytes.split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let read = |(at, line)| {
        serde_json::from_slice(line).map_err(|_| ArchiveError::Decision { path: path.to_owned(), line: at + 1 })
    };
    lines.enumerate().map(read).collect()
}

/// Adds a decision and makes it durable; `false` when it changes nothing, and nothing is written then.
///
/// `site` is the article's site, for a takedown: a hold on either refuses it.
pub fn decide(root: &Path, decision: Decision, site: &str) -> Result<bool> {
    let path = path_of(root);
    let known = path.exists();
    let mut options = OpenOptions::new();
    let mut file = options.read(true).append(true).create(true).open(&path).at("open", &path)?;
    // Two archivists at once: the second sees what the first decided.
    let locked = rustix::fs::flock(&file, FlockOperation::LockExclusive);
    locked.map_err(std::io::Error::from).at("lock", &path)?;
    let bytes = fs::read(&path).at("read", &path)?;
    let mut now = Decisions::default();
    parse(&path, &bytes)?.into_iter().for_each(|decision| now.apply(decision));
    if decision.action == Action::Takedown
        && let Some(hold) = now.hold_on(&decision.subject, site)
    {
        return Err(ArchiveError::OnHold {
            subject: decision.subject,
            held: hold.subject.clone(),
            actor: hold.actor.clone(),
            reason: hold.reason.clone(),
        });
    }
    if now.is_idle(&decision) {
        return Ok(false);
    }
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    if whole < bytes.len() {
        file.set_len(whole as u64).at("cut", &path)?;
    }
    append(&mut file, &path, &decision)?;
    if !known {
        fsio::sync_dir(root)?;
    }
    Ok(true)
}

fn append(file: &mut File, path: &Path, decision: &Decision) -> Result<()> {
    let line = serde_json::to_vec(decision);
    let mut line = line.map_err(|source| ArchiveError::Json { path: path.to_owned(), source })?;
    line.push(b'\n');
    file.write_all(&line).and_then(|()| file.sync_all()).at("append to", path)
}

/// Where the log is. Not in `catalog/`, where every file is named after a site.
fn path_of(root: &Path) -> PathBuf {
    root.join("decisions.jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(action: Action, subject: &str, site: bool) -> Decision {
        let at = "2026-11-23T10:00:00Z".parse().unwrap();
        Decision { at, action, subject: subject.to_owned(), site, actor: "a".to_owned(), reason: "r".to_owned() }
    }

    #[test]
    fn a_takedown_is_undone_and_a_second_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let takes = |action| decide(dir.path(), decision(action, "x", false), "s").unwrap();
        assert!(!takes(Action::UndoTakedown));
        assert!(takes(Action::Takedown));
        assert!(!takes(Action::Takedown));
        assert!(Decisions::read(dir.path()).unwrap().hides("x"));
        assert!(takes(Action::UndoTakedown));
        assert!(!Decisions::read(dir.path()).unwrap().hides("x"));
        assert_eq!(history(dir.path()).unwrap().len(), 2);
    }

    #[test]
    fn a_hold_on_article_or_site_refuses_a_takedown() {
        let dir = tempfile::tempdir().unwrap();
        for site in [true, false] {
            let subject = if site { "s" } else { "x" };
            decide(dir.path(), decision(Action::Hold, subject, site), "").unwrap();
            let refused = decide(dir.path(), decision(Action::Takedown, "x", false), "s");
            assert!(matches!(refused, Err(ArchiveError::OnHold { .. })), "{refused:?}");
            decide(dir.path(), decision(Action::Release, subject, site), "").unwrap();
        }
        // A site and an article of one name are two things.
        decide(dir.path(), decision(Action::Hold, "x", true), "").unwrap();
        assert!(decide(dir.path(), decision(Action::Takedown, "x", false), "s").unwrap());
    }

    #[test]
    fn a_torn_line_never_counted_and_a_bad_one_stops() {
        let dir = tempfile::tempdir().unwrap();
        decide(dir.path(), decision(Action::Takedown, "x", false), "s").unwrap();
        let path = path_of(dir.path());
        let whole = fs::read(&path).unwrap();
        fs::write(&path, [&whole[..], &whole[..20]].concat()).unwrap();
        assert_eq!(history(dir.path()).unwrap().len(), 1);
        decide(dir.path(), decision(Action::Takedown, "y", false), "s").unwrap();
        assert_eq!(history(dir.path()).unwrap().len(), 2);
        fs::write(&path, [&whole[..], b"{}\n"].concat()).unwrap();
        let read = Decisions::read(dir.path());
        assert!(matches!(read, Err(ArchiveError::Decision { line: 2, .. })), "{read:?}");
    }
}
