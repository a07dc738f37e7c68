//! The file adapter: captures of one site, appended to one file after the other.
//!
//! A capture is one positioned write at a tracked offset. A write that fails is taken back, so that the file ends with a
//! whole record again; if that fails too, or a sync does, the series takes no more: what the disk holds is then unknown,
//! and recovery must look.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::capture::Prepared;
use super::files::entries;
use super::id::RecordId;
use super::info::WarcInfo;
use super::member::Level;
use super::name::{SeriesKind, WarcName, file_safe};
use super::rotate::Rotation;
use crate::archive::cdxj;
use crate::archive::error::{ArchiveError, Context as _, Result};
use crate::archive::fsio;
use crate::archive::lines::Lines;
use crate::model::Digest;

/// What a series needs to know.
#[derive(Debug, Clone)]
pub struct SeriesSpec {
    /// Archive root.
    pub root: PathBuf,
    /// Site id.
    pub site: String,
    /// Captures or texts.
    pub kind: SeriesKind,
    /// The crawling machine's name, for file names.
    pub host: String,
    /// When a file is full.
    pub rotation: Rotation,
    /// What opens every file.
    pub info: WarcInfo,
    /// Compression of the `warcinfo` record.
    pub level: Level,
}

/// The file that is being written, if any, and how to begin the next.
#[derive(Debug)]
pub struct Series {
    spec: SeriesSpec,
    open: Option<OpenFile>,
    /// Serial of the next file.
    next_serial: u32,
}

/// Proof that records are on disk. Only a series makes it, after a sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    file: String,
    offset: u64,
}

impl Receipt {
    /// For records that recovery has read back from the disk, in a file that it has cut and synced.
    pub(crate) fn recovered(name: &WarcName, offset: u64) -> Self {
        Self { file: name.relative(), offset }
    }

    /// The file's final path, relative to the root.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Where the records start in it.
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

/// A file with `.open` behind its name.
#[derive(Debug)]
struct OpenFile {
    name: WarcName,
    path: PathBuf,
    file: File,
    begun: Timestamp,
    length: u64,
    /// Bytes that a sync has made durable.
    synced: u64,
    poisoned: bool,
    /// The index so far; `None` when it has to be read from the file.
    listed: Option<Indexed>,
    /// Over everything up to `length`; `None` for a file that was gone on with.
    digest: Option<Sha256>,
}

/// The lines of a file's first bytes.
#[derive(Debug)]
struct Indexed {
    lines: Lines,
    /// All records up to here are in the lines.
    covered: u64,
}

impl Series {
    /// A series that begins its first file with the first capture.
    pub fn new(spec: SeriesSpec) -> Result<Self> {
        let next_serial = highest_serial(&spec.root, &spec.site, spec.kind)? + 1;
        Ok(Self { spec, open: None, next_serial })
    }

    /// Goes on with a file that a crash left open, `length` bytes of which are whole records; see `recover`.
    pub fn resume(&mut self, path: &Path, length: u64) -> Result<()> {
        let name = WarcName::parse(path).ok_or_else(|| ArchiveError::Name { path: path.to_owned() })?;
        let begun = name.begun().ok_or_else(|| ArchiveError::Name { path: path.to_owned() })?;
        let file = OpenOptions::new().read(true).write(true).open(path).at("open", path)?;
        if file.metadata().at("look at", path)?.len() != length {
            file.set_len(length).at("cut", path)?;
        }
        self.next_serial = self.next_serial.max(name.serial + 1);
        let path = path.to_owned();
        let (listed, digest) = (None, None);
        self.open = Some(OpenFile { name, path, file, begun, length, synced: 0, poisoned: false, listed, digest });
        Ok(())
    }

    /// Whether the file must be sealed (or detached) before `next` bytes are appended at `now`.
    pub fn due(&self, now: Timestamp, next: u64) -> bool {
        self.open.as_ref().is_some_and(|open| self.spec.rotation.due(open.length, open.begun, now, next))
    }

    /// Appends a whole capture; begins a file (with its `warcinfo`) if none is open. Returns the offset at which the
    /// bytes start. Nothing is durable before [`Self::sync`].
    pub fn append(&mut self, bytes: &[u8], now: Timestamp) -> Result<u64> {
        let open = match &mut self.open {
            Some(open) => open,
            None => self.open.insert(begin(&self.spec, &mut self.next_serial, now)?),
        };
        open.append(bytes)
    }

    /// [`Self::append`], and notes the records for the file's index: a file of which every capture came this way need not
    /// be read back when it is sealed.
    pub fn append_prepared(&mut self, prepared: &Prepared, now: Timestamp) -> Result<u64> {
        let offset = self.append(&prepared.bytes, now)?;
        if let Some(open) = &mut self.open {
            open.note(prepared, offset);
        }
        Ok(offset)
    }

    /// Makes everything that was appended durable (fdatasync). One call serves any number of captures.
    pub fn sync(&mut self) -> Result<()> {
        self.open.as_mut().map_or(Ok(()), OpenFile::sync)
    }

    /// The receipt for `length` bytes that were appended at `offset` of the open file; `None` before they are durable.
    pub fn receipt(&self, offset: u64, length: u64) -> Option<Receipt> {
        let open = self.open.as_ref().filter(|open| offset + length <= open.synced)?;
        Some(Receipt { file: open.name.relative(), offset })
    }

    /// Name of the file that is being written.
    pub fn name(&self) -> Option<&WarcName> {
        self.open.as_ref().map(|open| &open.name)
    }

    /// Length of the file that is being written, and how much of it is durable, in bytes.
    pub fn lengths(&self) -> Option<(u64, u64)> {
        self.open.as_ref().map(|open| (open.length, open.synced))
    }

    /// Syncs the file and lets go of it, so that the next capture begins another. A detached file can be sealed on
    /// another thread meanwhile.
    pub fn detach(&mut self) -> Result<Option<Closed>> {
        self.sync()?;
        Ok(self.open.take().map(|open| {
            let lines = open.listed.filter(|listed| listed.covered == open.length).map(|listed| listed.lines);
            let digest = open.digest.map(|hasher| Digest(hasher.finalize().into()));
            Closed { root: self.spec.root.clone(), name: open.name, lines, digest }
        }))
    }

    /// [`Self::detach`] and [`Closed::seal`] in one.
    pub fn seal(&mut self) -> Result<Option<Sealed>> {
        self.detach()?.map(Closed::seal).transpose()
    }
}

impl OpenFile {
    /// One positioned write; a failure is taken back.
    fn append(&mut self, bytes: &[u8]) -> Result<u64> {
        if self.poisoned {
            return Err(ArchiveError::Poisoned { path: self.path.clone() });
        }
        let offset = self.length;
        if let Err(error) = self.file.write_all_at(bytes, offset) {
            self.poisoned = self.file.set_len(offset).is_err();
            return Err(ArchiveError::io("append to", &self.path, error));
        }
        self.length += bytes.len() as u64;
        if let Some(digest) = &mut self.digest {
            digest.update(bytes);
        }
        Ok(offset)
    }

    /// Takes the lines of a capture that lies at `offset`. Where some are missing, the file is read at the end.
    fn note(&mut self, prepared: &Prepared, offset: u64) {
        let Some(listed) = self.listed.as_mut().filter(|listed| listed.covered == offset) else { return };
        let name = self.name.file_name();
        let mut lines = prepared
            .records
            .iter()
            .filter_map(|record| record.listing.as_ref().map(|listing| listing.line(offset + record.offset, &name)));
        match lines.try_for_each(|line| listed.lines.push(line)) {
            Ok(()) => listed.covered = self.length,
            Err(_) => self.listed = None,
        }
    }

    fn sync(&mut self) -> Result<()> {
        if self.poisoned {
            return Err(ArchiveError::Poisoned { path: self.path.clone() });
        }
        if self.synced == self.length {
            return Ok(());
        }
        if let Err(error) = self.file.sync_data() {
            // The kernel may have dropped the pages and forgotten the error: a second sync would lie.
            self.poisoned = true;
            return Err(ArchiveError::io("sync", &self.path, error));
        }
        self.synced = self.length;
        Ok(())
    }
}

/// A file that takes no more captures, synced but still named `.open`.
#[derive(Debug)]
pub struct Closed {
    root: PathBuf,
    name: WarcName,
    /// Its index, unless that has to be read from it.
    lines: Option<Lines>,
    /// Taken while it was written.
    digest: Option<Digest>,
}

/// A file that will never change again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its name.
    pub name: WarcName,
    /// Where it lies.
    pub path: PathBuf,
    /// Its index.
    pub index: PathBuf,
}

/// A file that is about to be sealed, as its manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealing {
    /// Its name.
    pub name: WarcName,
    /// Where it lies while it is still open.
    pub path: PathBuf,
    /// Over the whole file.
    pub digest: Digest,
    /// Over its index.
    pub index_digest: Digest,
}

impl Closed {
    /// A file that a crash left open and that has been cut to its whole records.
    pub fn recovered(root: &Path, path: &Path) -> Result<Self> {
        let name = WarcName::parse(path).ok_or_else(|| ArchiveError::Name { path: path.to_owned() })?;
        let file = File::open(path).at("open", path)?;
        file.sync_all().at("sync", path)?;
        Ok(Self { root: root.to_owned(), name, lines: None, digest: None })
    }

    /// Its name.
    pub fn name(&self) -> &WarcName {
        &self.name
    }

    /// The archive that it belongs to.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// [`Self::seal_listed`] without a manifest.
    pub fn seal(self) -> Result<Sealed> {
        self.seal_listed(&mut |_| Ok(()))
    }

    /// Writes the index beside it, has it listed, takes `.open` off its name, and makes all of it durable. Safe to repeat
    /// after a crash: a file is listed before it bears its final name, so that none is ever left out.
    pub fn seal_listed(self, list: &mut dyn FnMut(&Sealing) -> Result<()>) -> Result<Sealed> {
        let open = self.name.open_path(&self.root);
        let (path, index) = (self.name.sealed_path(&self.root), self.name.index_path(&self.root));
        let lines = match self.lines {
            Some(lines) => lines,
            None => cdxj::index_file(&open, &self.name.file_name())?,
        };
        fsio::replace_with(&index, fsio::Durability::Synced, |file| {
            let mut out = BufWriter::with_capacity(64 << 10, file);
            lines.write_to(&mut out)?;
            out.flush()
        })?;
        let digest = self.digest.map_or_else(|| fsio::digest_of(&open), Ok)?;
        let index_digest = fsio::digest_of(&index)?;
        list(&Sealing { name: self.name.clone(), path: open.clone(), digest, index_digest })?;
        // `create_new` keeps names unique; were there a sealed twin all the same, it must not be replaced.
        if path.exists() {
            return Err(std::io::Error::from(ErrorKind::AlreadyExists)).at("seal over", &path);
        }
        fs::rename(&open, &path).at("rename", &open)?;
        if let Some(parent) = path.parent() {
            fsio::sync_dir(parent)?;
        }
        Ok(Sealed { name: self.name, path, index })
    }
}

/// Begins a file: a name that never was, its `warcinfo`, and a durable directory entry.
fn begin(spec: &SeriesSpec, next_serial: &mut u32, now: Timestamp) -> Result<OpenFile> {
    loop {
        let name = WarcName::new(&spec.site, spec.kind, now, *next_serial, &spec.host);
        let path = name.open_path(&spec.root);
        let parent = path.parent().unwrap_or(&spec.root).to_owned();
        fsio::create_dirs(&parent)?;
        *next_serial += 1;
        if name.sealed_path(&spec.root).exists() {
            continue;
        }
        let file = match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error).at("create", &path),
        };
        let begun = name.begun().unwrap_or(now);
        let mut bytes = Vec::new();
        spec.info.record(RecordId::random(), now, &name.file_name()).append_to(&mut bytes, spec.level);
        let listed = Some(Indexed { lines: Lines::new(&spec.root), covered: bytes.len() as u64 });
        let digest = Some(Sha256::new());
        let mut open = OpenFile { name, path, file, begun, length: 0, synced: 0, poisoned: false, listed, digest };
        let started = open.append(&bytes).and_then(|_| fsio::sync_dir(&parent));
        if let Err(error) = started {
            // An empty file says nothing; without its `warcinfo` it must not stay.
            let _ = fs::remove_file(&open.path);
            return Err(error);
        }
        return Ok(open);
    }
}

/// The highest serial in use by a series, over all years; 0 if there is none.
fn highest_serial(root: &Path, site: &str, kind: SeriesKind) -> Result<u32> {
    let mut highest = 0;
    let site_dir = root.join("warc").join(file_safe(site));
    for year in entries(&site_dir)? {
        for path in entries(&year)? {
            if let Some(name) = WarcName::parse(&path).filter(|name| name.kind == kind) {
                highest = highest.max(name.serial);
            }
        }
    }
    Ok(highest)
}
