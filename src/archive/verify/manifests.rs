//! The chain of manifests, and the files that they list.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::finding::{Fault, Finding, Summary};
use super::whole::Watcher;
use crate::archive::error::Result;
use crate::archive::fsio;
use crate::archive::manifest::{Line, Read, manifests, read};
use crate::archive::shelf::{Short, short};
use crate::model::Digest;

/// What the newest line of each file says.
#[derive(Debug, Default)]
pub(super) struct Listed {
    lines: HashMap<Short, (Short, u32)>,
    days: Vec<(Date, PathBuf)>,
}

impl Listed {
    /// Reads all manifests; what is wrong with them is said by [`check`].
    pub(super) fn open(root: &Path) -> Result<Self> {
        let days = manifests(root)?;
        let mut lines = HashMap::new();
        for (number, (_, path)) in (0..).zip(&days) {
            for (_, line) in read(&text_of(path)) {
                if let Read::File(line) = line {
                    lines.insert(short(line.path.as_bytes()), (short(&line.digest.0), number));
                }
            }
        }
        Ok(Self { lines, days })
    }

    /// Half of the digest that a file must have.
    pub(super) fn digest(&self, path: &str) -> Option<Short> {
        self.lines.get(&short(path.as_bytes())).map(|(digest, _)| *digest)
    }

    /// The day of the first manifest.
    pub(super) fn begun(&self) -> Option<Date> {
        self.days.first().map(|(day, _)| *day)
    }

    /// What is to be said of a file from `day` that no manifest lists; nothing where there are no manifests at all.
    pub(super) fn unlisted(&self, path: &str, day: Date) -> Option<Fault> {
        if self.digest(path).is_some() {
            return None;
        }
        Some(if self.begun()? <= day { Fault::Unlisted } else { Fault::BeforeManifests })
    }
}

fn text_of(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Checks the chain, and the listed files of the manifests from `since` on. `digests` are those that were taken already.
pub(super) fn check(
    root: &Path,
    listed: &Listed,
    since: Option<Date>,
    digests: &HashMap<Short, Short>,
    watch: &dyn Watcher,
) -> Result<Summary> {
    let mut pass = Pass {
        root,
        listed,
        digests,
        watch,
        summary: Summary::default(),
        done: HashSet::new(),
        total: listed.lines.len(),
    };
    let mut before: Option<(String, Digest)> = None;
    for (number, (day, path)) in (0..).zip(&listed.days) {
        let text = text_of(path);
        for (at, line) in read(&text) {
            match line {
                Read::Before(said) if at == 0 => pass.link(path, said.as_ref(), before.as_ref()),
                Read::File(line) if since.is_none_or(|since| *day >= since) => pass.file(path, at, number, &line)?,
                Read::File(_) => {}
                Read::Before(_) | Read::Bad => pass.report(path, Some(at), Fault::ManifestLine),
            }
            if watch.stopped() {
                return Ok(pass.summary);
            }
        }
        if text.is_empty() {
            pass.report(path, None, Fault::Empty);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        before = Some((name, fsio::digest_of(path)?));
    }
    Ok(pass.summary)
}

struct Pass<'a> {
    root: &'a Path,
    listed: &'a Listed,
    digests: &'a HashMap<Short, Short>,
    watch: &'a dyn Watcher,
    summary: Summary,
    done: HashSet<Short>,
    total: usize,
}

impl Pass<'_> {
    fn report(&mut self, path: &Path, offset: Option<u64>, fault: Fault) {
        self.summary.count(&fault);
        self.watch.found(&Finding { path: path.to_owned(), offset, fault });
    }

    fn link(&mut self, path: &Path, said: Option<&(String, Digest)>, before: Option<&(String, Digest)>) {
        let what = match (said, before) {
            (said, before) if said == before => return,
            (None, Some(_)) => "says that no manifest is before it, and there is one",
            (Some(_), None) => "names a manifest before it that is not there",
            (Some((said, _)), Some((name, _))) if said != name => "names another manifest than the one before it",
            _ => "the manifest before it is not the one whose digest it gives",
        };
        self.report(path, Some(0), Fault::Chain(what));
    }

    fn file(&mut self, manifest: &Path, at: u64, number: u32, line: &Line) -> Result<()> {
        let key = short(line.path.as_bytes());
        // A later line of the same file stands for all of them.
        let newest = self.listed.lines.get(&key) == Some(&(short(&line.digest.0), number));
        if !newest || !self.done.insert(key) {
            return Ok(());
        }
        self.summary.listed += 1;
        self.watch.step("manifests", self.done.len() as u64, self.total as u64);
        let path = self.root.join(&line.path);
        let found = match self.digests.get(&key) {
            Some(digest) => Some(*digest),
            None if path.is_file() => Some(short(&fsio::digest_of(&path)?.0)),
            None => None,
        };
        let fault = match found {
            Some(found) if found == short(&line.digest.0) => return Ok(()),
            Some(_) => Fault::Changed(line.path.clone()),
            // Listed, and not yet renamed.
            None if self.root.join(format!("{}.open", line.path)).exists() => Fault::Ahead,
            None => Fault::Lost(line.path.clone()),
        };
        self.report(manifest, Some(at), fault);
        Ok(())
    }
}
