//! What the text series gives, written where it is missing or wrong.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::{Event, Listing, Rebuilt, Tally, Watcher, put};
use crate::archive::catalog;
use crate::archive::error::{Context as _, Result};
use crate::archive::fsio;
use crate::archive::shelf::{Named, Origin, Short, Sink, short};
use crate::archive::text::sidecar;
use crate::archive::warc::WarcFile;
use crate::model::Digest;

/// Takes the shelf's contents.
pub(super) struct Writer<'a> {
    root: &'a Path,
    listing: Listing,
    watch: &'a dyn Watcher,
    // By path, each beside the catalogue that it will replace.
    catalogs: HashMap<PathBuf, BufWriter<File>>,
    rebuilt: Rebuilt,
}

impl<'a> Writer<'a> {
    pub(super) fn new(root: &'a Path, listing: Listing, watch: &'a dyn Watcher) -> Self {
        Self { root, listing, watch, catalogs: HashMap::new(), rebuilt: Rebuilt::default() }
    }

    /// Puts the catalogues in their places; a site that was crawled has one even without an article.
    pub(super) fn finish(mut self, files: &[WarcFile]) -> Result<Rebuilt> {
        for file in files {
            let path = catalog::path_of(self.root, &file.name.site);
            self.catalog(path)?;
        }
        let mut paths: Vec<PathBuf> = self.catalogs.keys().cloned().collect();
        paths.sort();
        for path in paths {
            if let Some(new) = self.catalogs.remove(&path) {
                let new = new.into_inner().map_err(std::io::IntoInnerError::into_error).at("write", &beside(&path))?;
                new.sync_all().at("sync", &beside(&path))?;
                let tally = self.exchange(&path)?;
                self.rebuilt.catalogs.add(tally);
            }
        }
        if let Some(dir) = catalog::path_of(self.root, "x").parent().filter(|dir| dir.exists()) {
            fsio::sync_dir(dir)?;
        }
        self.listing.flush()?;
        self.rebuilt.listed = self.listing.count;
        Ok(self.rebuilt)
    }

    fn catalog(&mut self, path: PathBuf) -> Result<&mut BufWriter<File>> {
        if !self.catalogs.contains_key(&path) {
            if let Some(dir) = path.parent() {
                fsio::create_dirs(dir)?;
            }
            let new = beside(&path);
            let file = File::create(&new).at("create", &new)?;
            self.catalogs.insert(path.clone(), BufWriter::with_capacity(32 << 10, file));
        }
        // invariant: inserted above.
        Ok(self.catalogs.entry(path).or_insert_with(|| unreachable!()))
    }

    /// Puts a new catalogue in the place of the old one. Lines that only the old one has are kept aside with it.
    fn exchange(&self, path: &Path) -> Result<Tally> {
        let new = beside(path);
        if !path.exists() {
            fs::rename(&new, path).at("rename", &new)?;
            return Ok(Tally { made: 1, ..Tally::default() });
        }
        if fsio::digest_of(path)? == fsio::digest_of(&new)? {
            fs::remove_file(&new).at("remove", &new)?;
            return Ok(Tally { right: 1, ..Tally::default() });
        }
        let mut known: HashSet<Short> = HashSet::new();
        lines(&new, &mut |line| {
            known.insert(short(line));
        })?;
        let mut lost = 0;
        // A torn line is none.
        lines(path, &mut |line| lost += u64::from(line.ends_with(b"\n") && !known.contains(&short(line))))?;
        if lost > 0 {
            let aside = free_name(path);
            fs::rename(path, &aside).at("rename", path)?;
            self.watch.event(Event::Aside(&aside, lost));
        }
        fs::rename(&new, path).at("rename", &new)?;
        Ok(Tally { mended: 1, ..Tally::default() })
    }
}

impl Sink for Writer<'_> {
    fn text(&mut self, origin: Origin<'_>, named: &Named, bytes: &[u8]) -> Result<()> {
        let path = &named.text_path;
        put(&self.root.join(path), bytes, &mut self.rebuilt.texts)?;
        // The texts of an open file are listed when it is sealed.
        if origin.file.open || named.template.is_some() {
            return Ok(());
        }
        self.listing.note(path.clone(), Digest::of(bytes))
    }

    fn record(&mut self, _: Origin<'_>, named: &Named, bytes: &[u8]) -> Result<()> {
        put(&self.root.join(sidecar(&named.text_path)), bytes, &mut self.rebuilt.records)
    }

    fn line(&mut self, _: Origin<'_>, named: &Named, bytes: &[u8]) -> Result<()> {
        let path = catalog::path_of(self.root, &named.site);
        self.rebuilt.lines += 1;
        self.catalog(path)?.write_all(bytes).at("write to the catalogue of", Path::new(&named.site))
    }

    fn strange(&mut self, origin: Origin<'_>, what: &'static str) -> Result<()> {
        self.rebuilt.strange += 1;
        self.watch.event(Event::Strange(&origin.file.path, origin.offset, what));
        Ok(())
    }

    fn go_on(&mut self, done: usize, total: usize) -> bool {
        self.watch.event(Event::Step("texts and catalogues", done as u64, total as u64));
        !self.watch.stopped()
    }
}

/// Where a catalogue is put together.
fn beside(path: &Path) -> PathBuf {
    path.with_extension("jsonl.tmp")
}

/// A name that no file has.
fn free_name(path: &Path) -> PathBuf {
    let name = |number: u32| path.with_extension(format!("jsonl.before-{number}"));
    (1..10_000).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(10_000))
}

fn lines(path: &Path, each: &mut dyn FnMut(&[u8])) -> Result<()> {
    let mut reader = BufReader::with_capacity(256 << 10, File::open(path).at("open", path)?);
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).at("read", path)? == 0 {
            return Ok(());
        }
        each(&line);
    }
}
