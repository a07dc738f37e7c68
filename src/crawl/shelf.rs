//! The open files of every site: captures, texts, catalogue.

use std::collections::HashMap;
use std::path::PathBuf;

use jiff::Timestamp;

use super::rows::{FileRow, encode};
use crate::archive::Result;
use crate::archive::catalog::Catalog;
use crate::archive::warc::{Level, Rotation, Series, SeriesKind, SeriesSpec, WarcInfo};
use crate::ledger::{Batch, Key};

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
}

impl Shelf {
    /// None open yet.
    pub fn new(spec: ShelfSpec) -> Self {
        Self { spec, sites: HashMap::new() }
    }

    /// Compression of records.
    pub fn level(&self) -> Level {
        self.spec.level
    }

    /// Archive root.
    pub fn root(&self) -> &std::path::Path {
        &self.spec.root
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
        if files.captures.due(now, next) {
            files.captures.seal()?;
        }
        if files.texts.due(now, 0) {
            // Once the texts are sealed nobody looks whether the catalogue holds them.
            files.catalog.sync()?;
            files.texts.seal()?;
        }
        Ok(())
    }

    /// Seals what is full or old, whether anything follows or not.
    pub fn rotate_all(&mut self, now: Timestamp) -> Result<()> {
        let sites: Vec<String> = self.sites.keys().cloned().collect();
        sites.iter().try_for_each(|site| self.rotate(site, now, 0))
    }

    /// Notes that the open texts are accounted for up to their ends.
    pub fn note_all(&self, batch: &mut Batch) {
        for files in self.sites.values() {
            files.note_committed(None, files.texts.lengths().map(|(length, _)| length), batch);
        }
    }

    /// Seals everything: the end of a run.
    pub fn seal_all(&mut self) -> Result<()> {
        for files in self.sites.values_mut() {
            files.captures.seal()?;
            files.catalog.sync()?;
            files.texts.seal()?;
        }
        self.sites.clear();
        Ok(())
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
