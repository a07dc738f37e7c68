//! The open files of every site: captures, texts, catalogue.

use std::collections::HashMap;
use std::path::PathBuf;

use jiff::Timestamp;

use super::rows::{FileRow, encode};
use crate::archive::catalog::Catalog;
use crate::archive::warc::{Closed, Level, Rotation, Series, SeriesKind, SeriesSpec, WarcInfo};
use crate::archive::{Result, manifest, sync_file_system};
use crate::ledger::{Batch, Key};

/// The precision of `WARC-Date` as it is written.
const MICROSECOND: jiff::SignedDuration = jiff::SignedDuration::from_micros(1);

/// How files are made.
#[derive(Debug, Clone)]
pub struct ShelfSpec {
    /// Archive root.
    pub root: PathBuf,
    /// This machine's name.
    pub host: String,
    /// When a file is full.
    pub rotation: Rotation,
    /// Compression.
    pub level: Level,
    /// What opens every file.
    pub info: WarcInfo,
}

/// One site's open files.
#[derive(Debug)]
pub struct SiteFiles {
    /// Exchanges.
    pub captures: Series,
    /// Cleaned texts and records.
    pub texts: Series,
    /// The log of articles.
    pub catalog: Catalog,
}

impl SiteFiles {
    /// Notes how far the open files are accounted for.
    pub fn note_committed(&self, captures: Option<u64>, texts: Option<u64>, batch: &mut Batch) {
        for (series, end) in [(&self.captures, captures), (&self.texts, texts)] {
            if let (Some(name), Some(committed)) = (series.name(), end) {
                batch.put(Key::file(&name.relative()), encode(&FileRow { committed }));
            }
        }
    }
}

/// All sites' open files.
#[derive(Debug)]
pub struct Shelf {
    spec: ShelfSpec,
    sites: HashMap<String, SiteFiles>,
    last_stamp: Timestamp,
}

impl Shelf {
    /// None open yet.
    pub fn new(spec: ShelfSpec) -> Self {
        Self { spec, sites: HashMap::new(), last_stamp: Timestamp::MIN }
    }

    /// Compression of records.
    pub fn level(&self) -> Level {
        self.spec.level
    }

    /// Archive root.
    pub fn root(&self) -> &std::path::Path {
        &self.spec.root
    }

    /// `now`, or a microsecond after the last time that was given: the dates of text records put them in one order over
    /// all sites, in which a rebuild writes the catalogue again.
    pub fn stamp(&mut self, now: Timestamp) -> Timestamp {
        self.last_stamp = now.max(self.last_stamp.saturating_add(MICROSECOND).unwrap_or(now));
        self.last_stamp
    }

    /// A site's files, opened when first asked for.
    pub fn site(&mut self, site: &str) -> Result<&mut SiteFiles> {
        if !self.sites.contains_key(site) {
            let files = SiteFiles {
                captures: Series::new(self.series(site, SeriesKind::Captures))?,
                texts: Series::new(self.series(site, SeriesKind::Text))?,
                catalog: Catalog::open(&self.spec.root, site)?,
            };
            self.sites.insert(site.to_owned(), files);
        }
        // invariant: inserted above.
        Ok(self.sites.entry(site.to_owned()).or_insert_with(|| unreachable!()))
    }

    /// Seals a site's files that are full, before `next` bytes of captures are appended.
    pub fn rotate(&mut self, site: &str, now: Timestamp, next: u64) -> Result<()> {
        let files = self.site(site)?;
        if files.captures.due(now, next)
            && let Some(closed) = files.captures.detach()?
        {
            seal(closed, now)?;
        }
        if files.texts.due(now, 0)
            && let Some(closed) = files.texts.detach()?
        {
            self.sync_texts()?;
            seal(closed, now)?;
        }
        Ok(())
    }

    /// Seals what is full or has grown old, of sites of which nothing comes any more too.
    pub fn rotate_all(&mut self, now: Timestamp) -> Result<()> {
        let sites: Vec<String> = self.sites.keys().cloned().collect();
        sites.iter().try_for_each(|site| self.rotate(site, now, 0))
    }

    /// Texts, records and catalogue lines are not synced one by one. Once their WARC file is sealed, no start looks
    /// whether they are there: they must be on disk before.
    fn sync_texts(&self) -> Result<()> {
        sync_file_system(&self.spec.root)
    }

    /// Notes that the open texts are accounted for up to their ends.
    pub fn note_all(&self, batch: &mut Batch) {
        for files in self.sites.values() {
            files.note_committed(None, files.texts.lengths().map(|(length, _)| length), batch);
        }
    }

    /// Seals everything: the end of a run.
    pub fn seal_all(&mut self, now: Timestamp) -> Result<()> {
        let mut closed = Vec::new();
        for files in self.sites.values_mut() {
            closed.extend(files.captures.detach()?);
            closed.extend(files.texts.detach()?);
        }
        self.sites.clear();
        if !closed.is_empty() {
            self.sync_texts()?;
        }
        // In the order of names, so that manifests of equal archives are equal.
        closed.sort_by(|a, b| a.name().cmp(b.name()));
        closed.into_iter().try_for_each(|closed| seal(closed, now))
    }

    fn series(&self, site: &str, kind: SeriesKind) -> SeriesSpec {
        let what = match kind {
            SeriesKind::Captures => "captures of news lists and articles",
            SeriesKind::Text => "cleaned texts of articles, and their records",
        };
        SeriesSpec {
            root: self.spec.root.clone(),
            site: site.to_owned(),
            kind,
            host: self.spec.host.clone(),
            rotation: self.spec.rotation,
            info: WarcInfo {
                description: format!("{site}: {what}"),
                is_part_of: site.to_owned(),
                ..self.spec.info.clone()
            },
            level: self.spec.level,
        }
    }
}

/// Seals a file and lists it in the manifest of the day.
pub fn seal(closed: Closed, now: Timestamp) -> Result<()> {
    let root = closed.root().to_owned();
    let listed = &mut |sealing: &_| manifest::list(&root, now, &manifest::lines_of(sealing)?);
    closed.seal_listed(listed).map(|_| ())
}
