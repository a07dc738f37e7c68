//! Texts, records and catalogues against the text series that they are made of.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Verifier;
use super::finding::{Fault, Finding, Summary};
use super::manifests::Listed;
use super::whole::Watcher;
use crate::archive::catalog;
use crate::archive::error::{Context as _, Result};
use crate::archive::shelf::{Named, Origin, Short, Sink, short};
use crate::archive::text::sidecar;
use crate::archive::warc::{field, file_safe, locate, read_at};
use crate::model::Stamp;

/// A line that a catalogue must hold.
#[derive(Debug)]
struct Due {
    line: Short,
    file: u32,
    offset: u64,
    open: bool,
}

/// Compares what the text series gives with what lies there.
pub(super) struct Comparer<'a> {
    pub(super) root: &'a Path,
    pub(super) verifier: &'a Verifier,
    pub(super) watch: &'a dyn Watcher,
    pub(super) summary: Summary,
    /// How long each catalogue was at the start: what a run appends meanwhile does not count.
    pub(super) lengths: HashMap<String, u64>,
    listed: &'a Listed,
    files: Vec<PathBuf>,
    due: HashMap<String, Vec<Due>>,
    whole: bool,
}

impl<'a> Comparer<'a> {
    /// `whole` says that all of the archive is looked at.
    pub(super) fn new(
        root: &'a Path,
        verifier: &'a Verifier,
        watch: &'a dyn Watcher,
        listed: &'a Listed,
        lengths: HashMap<String, u64>,
        whole: bool,
    ) -> Self {
        let (files, due) = (Vec::new(), HashMap::new());
        Self { root, verifier, watch, summary: Summary::default(), lengths, listed, files, due, whole }
    }

    fn report(&mut self, path: &Path, offset: Option<u64>, fault: Fault) {
        self.summary.count(&fault);
        self.watch.found(&Finding { path: path.to_owned(), offset, fault });
    }

    fn compare(&mut self, origin: Origin<'_>, path: &Path, bytes: &[u8], wrong: Fault) {
        let fault = match fs::read(path) {
            Ok(there) if there == bytes => return,
            _ if origin.file.open => Fault::Ahead,
            Ok(_) => wrong,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Fault::Absent,
            Err(error) => Fault::Unreadable(error.to_string()),
        };
        self.report(path, None, fault);
    }

    /// The place that a record names must hold its capture.
    fn reference(&mut self, origin: Origin<'_>, named: &Named) {
        let there = locate(self.root, &named.warc.file);
        let place = (there.clone(), named.warc.offset);
        let right = self.verifier.spot(named.warc.record_id).is_some_and(|spot| spot == place) || {
            let id = named.warc.record_id.to_string();
            read_at(&there, named.warc.offset, 0)
                .is_ok_and(|found| found.fields.get(field::RECORD_ID) == Some(id.as_str()))
        };
        if !right {
            self.report(&origin.file.path, Some(origin.offset), Fault::Reference);
        }
    }

    /// Compares the catalogues, once all lines are known.
    pub(super) fn catalogs(&mut self) -> Result<()> {
        let mut sites: Vec<(String, Vec<Due>)> = std::mem::take(&mut self.due).into_iter().collect();
        sites.sort_by(|a, b| a.0.cmp(&b.0));
        for (site, due) in sites {
            self.catalog(&site, &due)?;
        }
        Ok(())
    }

    fn catalog(&mut self, site: &str, due: &[Due]) -> Result<()> {
        let path = catalog::path_of(self.root, site);
        let vouched: HashSet<Short> = due.iter().map(|due| due.line).collect();
        let mut there: HashSet<Short> = HashSet::new();
        // The last line of each article, there and as it must be.
        let (mut ids, mut last): (HashMap<Short, String>, HashMap<String, Short>) = Default::default();
        let limit = self.lengths.get(site).copied().unwrap_or(0);
        let mut offset = 0;
        if let Ok(file) = File::open(&path) {
            let mut reader = BufReader::with_capacity(256 << 10, file.take(limit));
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).at("read", &path)? > 0 {
                let key = short(&line);
                if vouched.contains(&key) {
                    self.summary.lines += 1;
                    there.insert(key);
                    if let Ok(IdOnly { id }) = serde_json::from_slice(&line) {
                        last.insert(id.clone(), key);
                        ids.insert(key, id);
                    }
                } else if self.whole && line.ends_with(b"\n") {
                    self.report(&path, Some(offset), Fault::CatalogLine);
                }
                offset += line.len() as u64;
                line.clear();
            }
        }
        let mut must: HashMap<&String, Short> = HashMap::new();
        for due in due {
            match ids.get(&due.line) {
                Some(id) => {
                    must.insert(id, due.line);
                }
                None if !there.contains(&due.line) => {
                    let fault = if due.open { Fault::Ahead } else { Fault::NotListed };
                    let file = self.files[due.file as usize].clone();
                    self.report(&file, Some(due.offset), fault);
                }
                None => {}
            }
        }
        if must.iter().any(|(id, line)| last.get(*id) != Some(line)) {
            self.report(&path, None, Fault::CatalogOrder);
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct IdOnly {
    id: String,
}

impl Sink for Comparer<'_> {
    fn text(&mut self, origin: Origin<'_>, named: &Named, bytes: &[u8]) -> Result<()> {
        let path = &named.text_path;
        self.summary.texts += 1;
        self.compare(origin, &self.root.join(path), bytes, Fault::Text);
        let day = origin.file.name.begun().map(Stamp::vietnam_day).unwrap_or_default();
        if !origin.file.open
            && named.template.is_none()
            && let Some(fault) = self.listed.unlisted(path, day)
        {
            self.report(&self.root.join(path), None, fault);
        }
        Ok(())
    }

    fn record(&mut self, origin: Origin<'_>, named: &Named, bytes: &[u8]) -> Result<()> {
        self.reference(origin, named);
        self.compare(origin, &self.root.join(sidecar(&named.text_path)), bytes, Fault::Record);
        Ok(())
    }

    fn line(&mut self, origin: Origin<'_>, named: &Named, bytes: &[u8]) -> Result<()> {
        if self.files.last() != Some(&origin.file.path) {
            self.files.push(origin.file.path.clone());
        }
        let file = u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX);
        let due = Due { line: short(bytes), file, offset: origin.offset, open: origin.file.open };
        // As the catalogue's file is called.
        self.due.entry(file_safe(&named.site)).or_default().push(due);
        Ok(())
    }

    fn strange(&mut self, origin: Origin<'_>, what: &'static str) -> Result<()> {
        self.report(&origin.file.path, Some(origin.offset), Fault::Strange(what));
        Ok(())
    }

    fn go_on(&mut self, done: usize, total: usize) -> bool {
        self.watch.step("texts and catalogues", done as u64, total as u64);
        !self.watch.stopped()
    }
}
