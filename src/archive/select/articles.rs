//! The catalogue → the articles of a selection: where their lines are, and at which addresses they were captured.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::address::{Key, captured_as};
use super::hidden::Hidden;
use super::query::Query;
use crate::archive::catalog::{self, ArticleRecord};
use crate::archive::error::{ArchiveError, Context as _, Result};

/// A version of an article: the place of its last line.
#[derive(Debug, Clone, Copy)]
pub struct Version {
    log: usize,
    offset: u64,
    /// Whether it is the one that the catalogue shows.
    pub latest: bool,
}

/// The articles that were asked for, versions in order. Kept are places and keys, a few dozen bytes an article.
#[derive(Debug, Default)]
pub struct Articles {
    logs: Vec<PathBuf>,
    versions: Vec<Version>,
    uris: HashSet<Key>,
    pages: HashSet<Key>,
    ids: HashSet<String>,
    /// Ids that were asked for and are hidden.
    pub hidden: Vec<String>,
    /// Lines that are no records.
    pub bad_lines: u64,
}

/// What finds the last line of a version.
#[derive(Deserialize)]
struct Brief {
    id: String,
    version: u32,
}

impl Articles {
    /// Goes through all logs; `held` are the addresses that were captured by the sites that were asked for.
    pub fn read(root: &Path, query: &Query, hidden: &Hidden, held: &HashSet<Key>) -> Result<Self> {
        let mut out = Self { logs: catalog::logs(root, &[])?, ..Self::default() };
        for log in 0..out.logs.len() {
            let places = out.places(log)?;
            let path = out.logs[log].clone();
            let mut reader = BufReader::new(File::open(&path).at("open", &path)?);
            for places in places {
                let read = |&offset: &u64| record_at(&mut reader, &path, offset);
                let records = places.iter().map(read).collect::<Result<Vec<_>>>()?;
                if wanted(&records, query, held) {
                    out.take(log, &places, &records, hidden);
                }
            }
        }
        Ok(out)
    }

    /// Whether a capture of that address is one of an article of the selection, or of a file that it shows.
    pub fn have(&self, uri: Key) -> bool {
        self.uris.contains(&uri)
    }

    /// Whether it is one of an article's page.
    pub fn have_page(&self, uri: Key) -> bool {
        self.pages.contains(&uri)
    }

    /// Whether the article belongs.
    pub fn have_id(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Ids of the articles.
    pub fn count(&self) -> usize {
        self.ids.len()
    }

    /// Hands over every version, in the order of the catalogue; those of an article follow each other.
    pub fn each(&self, each: &mut dyn FnMut(Version, ArticleRecord) -> Result<()>) -> Result<()> {
        let mut open: Option<(usize, BufReader<File>)> = None;
        for version in &self.versions {
            let path = &self.logs[version.log];
            let reader = match &mut open {
                Some((log, reader)) if *log == version.log => reader,
                slot => {
                    let file = File::open(path).at("open", path)?;
                    &mut slot.insert((version.log, BufReader::new(file))).1
                }
            };
            each(*version, record_at(reader, path, version.offset)?)?;
        }
        Ok(())
    }

    /// The record of a version.
    pub fn record(&self, version: Version) -> Result<ArticleRecord> {
        let path = &self.logs[version.log];
        record_at(&mut BufReader::new(File::open(path).at("open", path)?), path, version.offset)
    }

    /// Last lines of all versions, article by article, in the order in which they were first seen.
    fn places(&mut self, log: usize) -> Result<Vec<Vec<u64>>> {
        let mut rows: HashMap<String, usize> = HashMap::new();
        let mut articles: Vec<Vec<(u32, u64)>> = Vec::new();
        catalog::for_each_line(&self.logs[log], &mut |offset, line| {
            let Ok(Brief { id, version }) = serde_json::from_slice(line) else {
                self.bad_lines += 1;
                return;
            };
            let row = *rows.entry(id).or_insert(articles.len());
            if row == articles.len() {
                articles.push(Vec::with_capacity(1));
            }
            // The last line of the log is the one that the catalogue shows, whatever its number.
            articles[row].retain(|(known, _)| *known != version);
            articles[row].push((version, offset));
        })?;
        Ok(articles.into_iter().map(|lines| lines.into_iter().map(|(_, offset)| offset).collect()).collect())
    }

    /// Keeps an article, unless it is hidden.
    fn take(&mut self, log: usize, places: &[u64], records: &[ArticleRecord], hidden: &Hidden) {
        let Some(latest) = records.last() else { return };
        if hidden.article(&latest.id) {
            self.hidden.push(latest.id.clone());
            return;
        }
        self.ids.insert(latest.id.clone());
        self.pages.extend(records.iter().flat_map(pages));
        self.uris.extend(records.iter().flat_map(pages));
        let files = records.iter().flat_map(|record| record.images.iter().chain(&record.attachments));
        self.uris.extend(files.map(|file| Key::of(&captured_as(&file.url))));
        let last = places.len() - 1;
        let versions = places.iter().enumerate();
        self.versions.extend(versions.map(|(at, &offset)| Version { log, offset, latest: at == last }));
    }
}

/// Whether an article, given with all its versions, is asked for.
fn wanted(records: &[ArticleRecord], query: &Query, held: &HashSet<Key>) -> bool {
    let asked = records.last().is_some_and(|latest| query.wants_article(latest));
    let mut pages = records.iter().flat_map(pages);
    asked && (records.iter().any(|record| query.wants_site(&record.site)) || pages.any(|page| held.contains(&page)))
}

/// Where an article was seen.
fn pages(record: &ArticleRecord) -> impl Iterator<Item = Key> {
    std::iter::once(&record.url).chain(&record.locations).map(|uri| Key::of(&captured_as(uri)))
}

fn record_at(reader: &mut BufReader<File>, path: &Path, offset: u64) -> Result<ArticleRecord> {
    let mut line = Vec::new();
    reader.seek(SeekFrom::Start(offset)).and_then(|_| reader.read_until(b'\n', &mut line)).at("read", path)?;
    serde_json::from_slice(&line).map_err(|source| ArchiveError::Json { path: path.to_owned(), source })
}
