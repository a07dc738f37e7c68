//! The catalogue in memory: where each article's lines are, and the few facts that whole pages are made of.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::archive::catalog::{self, ArticleRecord};
use crate::archive::{ArchiveError, Result};

/// A line of a log: a version of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    version: u32,
    offset: u64,
}

/// An article, in some fifty bytes.
#[derive(Debug, Clone)]
pub struct Article {
    log: usize,
    /// By number of version; most articles have one.
    lines: Vec<Line>,
    key: u64,
    /// Day of publication as 20250701; 0 without one.
    pub day: u32,
    /// Day of the latest version's capture, UTC, likewise.
    pub captured: u32,
    withdrawn: bool,
}

/// A site's log.
#[derive(Debug, Clone, Default)]
struct Log {
    path: PathBuf,
    site: String,
    read_to: u64,
    mark: String,
}

/// All logs of a root, as far as they were read.
#[derive(Debug, Default)]
pub struct Shelf {
    logs: Vec<Log>,
    articles: Vec<Article>,
    places: HashMap<u64, usize>,
}

/// What is kept of a line.
#[derive(Deserialize)]
struct Brief {
    id: String,
    site: String,
    version: u32,
    published: Option<String>,
    captured_at: String,
    withdrawn: Option<serde::de::IgnoredAny>,
}

impl Shelf {
    /// Reads what the logs gained; everything, when one of them was rewritten or is gone.
    pub fn refresh(&mut self, root: &Path) -> Result<()> {
        let paths = catalog::logs(root, &[])?;
        let known = |path: &PathBuf| self.logs.iter().any(|log| log.path == *path);
        let gone = self.logs.iter().any(|log| !paths.contains(&log.path));
        let rewritten = |log: &Log| Ok::<_, ArchiveError>(catalog::mark(&log.path, log.read_to)? != log.mark);
        let mut anew = gone;
        for log in &self.logs {
            anew = anew || rewritten(log)?;
        }
        let new: Vec<PathBuf> = paths.iter().filter(|path| !known(path)).cloned().collect();
        if anew {
            *self = Self::default();
        }
        let new = if anew { paths } else { new };
        self.logs.extend(new.into_iter().map(|path| Log { path, ..Log::default() }));
        for log in 0..self.logs.len() {
            self.read_on(log)?;
        }
        Ok(())
    }

    fn read_on(&mut self, log: usize) -> Result<()> {
        let Log { path, mut read_to, .. } = self.logs[log].clone();
        let before = read_to;
        catalog::for_each_line_from(&path, read_to, &mut |offset, line| {
            read_to = offset + line.len() as u64;
            if let Ok(brief) = serde_json::from_slice::<Brief>(line) {
                self.note(log, offset, &brief);
            }
            true
        })?;
        if read_to != before || self.logs[log].mark.is_empty() {
            self.logs[log].mark = catalog::mark(&path, read_to)?;
            self.logs[log].read_to = read_to;
        }
        Ok(())
    }

    fn note(&mut self, log: usize, offset: u64, brief: &Brief) {
        let key = key_of(&brief.id);
        let place = *self.places.entry(key).or_insert(self.articles.len());
        if place == self.articles.len() {
            self.articles.push(Article { log, lines: Vec::new(), key, day: 0, captured: 0, withdrawn: false });
        }
        if self.logs[log].site.is_empty() {
            self.logs[log].site.clone_from(&brief.site);
        }
        let article = &mut self.articles[place];
        // An article has one log; a line of the same id in another comes from a site that was renamed.
        if article.log != log {
            article.log = log;
            article.lines.clear();
        }
        let line = Line { version: brief.version, offset };
        match article.lines.binary_search_by_key(&brief.version, |line| line.version) {
            Ok(at) => article.lines[at] = line,
            Err(at) => article.lines.insert(at, line),
        }
        if article.lines.last() == Some(&line) {
            article.day = brief.published.as_deref().map_or(0, day_number);
            article.captured = day_number(&brief.captured_at);
            article.withdrawn = brief.withdrawn.is_some();
        }
    }

    /// All versions of an article, oldest first; none when it is unknown or was withdrawn.
    pub fn versions(&self, id: &str) -> Result<Vec<ArticleRecord>> {
        let Some(article) = self.places.get(&key_of(id)).map(|&place| &self.articles[place]) else {
            return Ok(Vec::new());
        };
        if article.withdrawn {
            return Ok(Vec::new());
        }
        let mut out = Vec::new();
        for line in &article.lines {
            let record = catalog::record_at(&self.logs[article.log].path, line.offset)?;
            out.extend(record.filter(|record| record.id == id));
        }
        Ok(out)
    }

    /// The latest version of an article.
    pub fn latest(&self, article: &Article) -> Result<Option<ArticleRecord>> {
        match article.lines.last() {
            Some(line) => catalog::record_at(&self.logs[article.log].path, line.offset),
            None => Ok(None),
        }
    }

    /// Ids of all sites.
    pub fn names(&self) -> Vec<String> {
        self.logs.iter().map(site_of).collect()
    }

    /// The articles that can be shown, by the site whose log they are in.
    pub fn sites(&self, hidden: &[String]) -> BTreeMap<String, Vec<&Article>> {
        let hidden: Vec<u64> = hidden.iter().map(|id| key_of(id)).collect();
        let mut out: BTreeMap<String, Vec<&Article>> = self.logs.iter().map(|log| (site_of(log), Vec::new())).collect();
        let names = self.names();
        for article in self.articles.iter().filter(|article| !article.withdrawn && !hidden.contains(&article.key)) {
            if let Some(list) = out.get_mut(&names[article.log]) {
                list.push(article);
            }
        }
        out
    }
}

/// A log is named after its site, in letters that are safe for a file.
fn site_of(log: &Log) -> String {
    if !log.site.is_empty() {
        return log.site.clone();
    }
    log.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn key_of(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// `2025-07-01…` as 20250701; 0 for what is no day.
fn day_number(at: &str) -> u32 {
    let digits: String = at.chars().take(10).filter(char::is_ascii_digit).collect();
    if digits.len() == 8 { digits.parse().unwrap_or(0) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::catalog::{Catalog, tests::record};

    #[test]
    fn what_is_added_appears_and_what_is_rewritten_is_read_anew() {
        let dir = tempfile::tempdir().unwrap();
        let mut shelf = Shelf::default();
        shelf.refresh(dir.path()).unwrap();
        assert!(shelf.sites(&[]).is_empty());
        let mut log = Catalog::open(dir.path(), "x.gov.vn").unwrap();
        for (id, version) in [("a", 1), ("b", 1), ("a", 2)] {
            log.append(&record(id, version)).unwrap();
        }
        shelf.refresh(dir.path()).unwrap();
        assert_eq!(shelf.sites(&[])["x.gov.vn"].len(), 2);
        assert_eq!(shelf.sites(&["a".to_owned()])["x.gov.vn"].len(), 1);
        assert_eq!(shelf.versions("a").unwrap().iter().map(|row| row.version).collect::<Vec<_>>(), [1, 2]);
        log.append(&ArticleRecord { withdrawn: Some("template".to_owned()), ..record("b", 1) }).unwrap();
        log.append(&record("c", 1)).unwrap();
        shelf.refresh(dir.path()).unwrap();
        assert!(shelf.versions("b").unwrap().is_empty());
        assert_eq!(shelf.sites(&[])["x.gov.vn"].len(), 2);
        std::fs::remove_file(catalog::path_of(dir.path(), "x.gov.vn")).unwrap();
        Catalog::open(dir.path(), "x.gov.vn").unwrap().append(&record("d", 1)).unwrap();
        shelf.refresh(dir.path()).unwrap();
        assert_eq!(shelf.sites(&[])["x.gov.vn"].len(), 1);
        assert!(shelf.versions("a").unwrap().is_empty() && shelf.versions("d").unwrap().len() == 1);
    }
}
