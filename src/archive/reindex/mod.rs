//! WARC files → texts, records, catalogues and indexes, whatever is left of those.
//!
//! Promises: a file that is right is not touched; one that is not is replaced whole, so that a rebuild may be interrupted
//! at any time and repeated; what no WARC file vouches for is named, and deleted only on request. What comes out equals,
//! byte for byte, what an undisturbed run wrote. Refuses: to change anything under `warc/`.

mod indexes;
mod writer;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::error::{Context as _, Result};
use super::fsio::{self, Durability};
use super::manifest::{self, Line, Read};
use super::shelf::{self, Short, short};
use super::warc::{Damage, WarcFile};
use crate::model::Digest;
use writer::Writer;

pub use indexes::indexes;

/// What happens during a rebuild.
#[derive(Debug)]
pub enum Event<'a> {
    /// `done` of `total` of a step are through.
    Step(&'static str, u64, u64),
    /// Records that make no article's text.
    Strange(&'a Path, u64, &'static str),
    /// Damage in a WARC file; what lies behind it counts.
    Damaged(&'a Path, &'a Damage),
    /// A file that no WARC file vouches for.
    Surplus(&'a Path),
    /// A catalogue with lines that no WARC file vouches for; the old one is kept there.
    Aside(&'a Path, u64),
}

/// Who looks on.
pub trait Watcher: Sync {
    /// Something happened.
    fn event(&self, event: Event<'_>);

    /// Whether to stop here; everything is left so that the next rebuild goes on.
    fn stopped(&self) -> bool;
}

/// Files of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Were right.
    pub right: u64,
    /// Were not there.
    pub made: u64,
    /// Were there, and wrong.
    pub mended: u64,
}

/// What a rebuild did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// Texts.
    pub texts: Tally,
    /// Records beside texts.
    pub records: Tally,
    /// Catalogues.
    pub catalogs: Tally,
    /// Lines of all catalogues.
    pub lines: u64,
    /// Indexes.
    pub indexes: Tally,
    /// Files that a manifest lists from now on.
    pub listed: u64,
    /// Surplus files.
    pub surplus: u64,
    /// Records that make no article's text.
    pub strange: u64,
    /// Places of damage in WARC files.
    pub damage: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.made += other.made;
        self.mended += other.mended;
    }
}

/// Rebuilds texts, records and catalogues; `None` if it was stopped. What a crash kept from its place is deleted, with
/// `prune` surplus files as well.
pub fn texts(
    root: &Path,
    files: &[WarcFile],
    now: Timestamp,
    prune: bool,
    watch: &dyn Watcher,
) -> Result<Option<Rebuilt>> {
    let mut writer = Writer::new(root, Listing::open(root, now)?, watch);
    let Some(vouched) = shelf::walk(files, &mut writer)? else { return Ok(None) };
    let mut rebuilt = writer.finish(files)?;
    let mut surplus = Vec::new();
    shelf::surplus(root, files, &vouched, &mut |path| surplus.push(path))?;
    for path in &surplus {
        let left = fsio::is_temporary(path);
        if !left {
            rebuilt.surplus += 1;
            watch.event(Event::Surplus(path));
        }
        if (left || prune) && path.is_file() {
            std::fs::remove_file(path).at("remove", path)?;
        }
    }
    fsio::sync_file_system(root)?;
    Ok(Some(rebuilt))
}

/// Makes a file what it must be.
fn put(path: &Path, bytes: &[u8], tally: &mut Tally) -> Result<()> {
    match std::fs::read(path) {
        Ok(there) if there == bytes => {
            tally.right += 1;
            return Ok(());
        }
        Ok(_) => tally.mended += 1,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => tally.made += 1,
        // A folder, say, in the place of a file.
        Err(error) => return Err(error).at("read", path),
    }
    fsio::replace(path, bytes, Durability::Rebuildable)
}

/// What the manifests list, and what they must list besides.
struct Listing {
    root: PathBuf,
    now: Timestamp,
    listed: HashMap<Short, Short>,
    new: Vec<Line>,
    count: u64,
}

/// Lines that are written to a manifest in one go.
const LINES: usize = 8_192;

impl Listing {
    fn open(root: &Path, now: Timestamp) -> Result<Self> {
        let mut listed = HashMap::new();
        for (_, path) in manifest::manifests(root)? {
            let text = std::fs::read(&path).at("read", &path)?;
            for (_, line) in manifest::read(&String::from_utf8_lossy(&text)) {
                if let Read::File(line) = line {
                    listed.insert(short(line.path.as_bytes()), short(&line.digest.0));
                }
            }
        }
        Ok(Self { root: root.to_owned(), now, listed, new: Vec::new(), count: 0 })
    }

    /// Whether any manifest names it.
    fn has(&self, path: &str) -> bool {
        self.listed.contains_key(&short(path.as_bytes()))
    }

    /// Lists a file unless the newest line that names it says the same.
    fn note(&mut self, path: String, digest: Digest) -> Result<()> {
        let says = short(&digest.0);
        if self.listed.insert(short(path.as_bytes()), says) == Some(says) {
            return Ok(());
        }
        self.count += 1;
        self.new.push(Line { path, digest });
        if self.new.len() >= LINES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let lines = std::mem::take(&mut self.new);
        manifest::list(&self.root, self.now, &lines)
    }
}
