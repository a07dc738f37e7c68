//! A selection → a BagIt 1.0 bag (RFC 8493): WARC files, texts and their records below `data/`, with two manifests.
//!
//! Promises: a bag is there whole or not at all; files are hashed while they are copied, in pieces. Refuses: a folder that
//! is not empty.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Serialize;
use sha2::{Digest as _, Sha256, Sha512};

use super::error::{ArchiveError, Context as _, Result};
use super::fsio;
use super::select::{Selection, text_of};
use super::text::sidecar;

/// What `bag-info.txt` says beside what the selection says itself.
#[derive(Debug, Clone)]
pub struct BagInfo {
    /// Who hands it out.
    pub organization: Option<String>,
    /// A mail address or a page.
    pub contact: Option<String>,
    /// The day of bagging.
    pub date: Date,
}

/// What a bag holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Written {
    /// Files below `data/`.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Texts among them.
    pub texts: u64,
    /// Pages whose text file is not in the archive.
    pub without_text: u64,
}

/// Makes the bag.
pub fn write(selection: &Selection, dir: &Path, info: &BagInfo) -> Result<Written> {
    let mut stage = dir.as_os_str().to_owned();
    stage.push(".part");
    let stage = PathBuf::from(stage);
    free(dir, "it is not empty; name a new folder")?;
    free(&stage, "an earlier run left it unfinished; remove it and try again")?;
    fs::create_dir_all(stage.join("data")).at("create the directory", &stage)?;
    let mut bag = Bag::begin(&stage)?;
    let mut written = payload(selection, &mut bag)?;
    (written.files, written.bytes) = (bag.files, bag.bytes);
    bag.finish(selection, info)?;
    fs::rename(&stage, dir).at("put in place", dir)?;
    fsio::sync_dir(dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    Ok(written)
}

fn payload(selection: &Selection, bag: &mut Bag) -> Result<Written> {
    for take in &selection.takes {
        let path = format!("data/{}", take.name.relative());
        bag.payload(&path, &mut |out| take.copy_to(&selection.root, out))?;
    }
    let mut written = Written::default();
    selection.each_page(&mut |page| {
        let path = format!("data/{}", page.record.text_path);
        if bag.stage.join(&path).exists() {
            return Ok(());
        }
        let Some(text) = text_of(&selection.root, &page.record)? else {
            written.without_text += 1;
            return Ok(());
        };
        let record = serde_json::to_vec_pretty(&page.record);
        let mut record = record.map_err(|source| ArchiveError::Json { path: PathBuf::from(&path), source })?;
        record.push(b'\n');
        for (path, bytes) in [(sidecar(&path), record), (path, text)] {
            let at = bag.stage.join(&path);
            bag.payload(&path, &mut |out| out.write_all(&bytes).at("write", &at))?;
        }
        written.texts += 1;
        Ok(())
    })?;
    Ok(written)
}

/// Refuses a folder with something in it.
fn free(dir: &Path, what: &str) -> Result<()> {
    let taken = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(error).at("list", dir),
    };
    if taken { Err(ArchiveError::Occupied { path: dir.to_owned(), what: what.to_owned() }) } else { Ok(()) }
}

/// Both digests of what passes.
struct Hashing<W> {
    out: W,
    sha256: Sha256,
    sha512: Sha512,
    bytes: u64,
}

impl<W> Hashing<W> {
    fn new(out: W) -> Self {
        Self { out, sha256: Sha256::new(), sha512: Sha512::new(), bytes: 0 }
    }

    fn hex(self) -> [String; 2] {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        [hex(&self.sha256.finalize()), hex(&self.sha512.finalize())]
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.out.write_all(buffer)?;
        self.sha256.update(buffer);
        self.sha512.update(buffer);
        self.bytes += buffer.len() as u64;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A bag under way.
struct Bag {
    stage: PathBuf,
    manifests: [Tag; 2],
    files: u64,
    bytes: u64,
}

/// A tag file, hashed for the tag manifests.
struct Tag {
    name: String,
    out: Hashing<BufWriter<File>>,
}

impl Tag {
    fn new(stage: &Path, name: String) -> Result<Self> {
        let path = stage.join(&name);
        let file = File::create(&path).at("create", &path)?;
        Ok(Self { name, out: Hashing::new(BufWriter::new(file)) })
    }

    fn line(&mut self, stage: &Path, line: &str) -> Result<()> {
        self.out.write_all(line.as_bytes()).at("write", &stage.join(&self.name))
    }

    /// Name and digests; the file is on disk then.
    fn close(mut self, stage: &Path) -> Result<(String, [String; 2])> {
        let path = stage.join(&self.name);
        self.out.flush().and_then(|()| self.out.out.get_ref().sync_all()).at("sync", &path)?;
        Ok((self.name, self.out.hex()))
    }
}

const ALGORITHMS: [&str; 2] = ["sha256", "sha512"];

impl Bag {
    fn begin(stage: &Path) -> Result<Self> {
        let [first, second] = ALGORITHMS.map(|algorithm| Tag::new(stage, format!("manifest-{algorithm}.txt")));
        Ok(Self { stage: stage.to_owned(), manifests: [first?, second?], files: 0, bytes: 0 })
    }

    /// A file below `data/`. Names of the archive hold nothing that a manifest would have to escape.
    fn payload(&mut self, path: &str, fill: &mut dyn FnMut(&mut dyn Write) -> Result<()>) -> Result<()> {
        let at = self.stage.join(path);
        if let Some(folder) = at.parent() {
            fs::create_dir_all(folder).at("create the directory", folder)?;
        }
        let file = OpenOptions::new().write(true).create_new(true).open(&at).at("create", &at)?;
        let mut out = Hashing::new(file);
        fill(&mut out)?;
        out.out.sync_data().at("sync", &at)?;
        self.files += 1;
        self.bytes += out.bytes;
        for (manifest, hex) in self.manifests.iter_mut().zip(out.hex()) {
            manifest.line(&self.stage, &format!("{hex}  {path}\n"))?;
        }
        Ok(())
    }

    /// Writes the tag files (RFC 8493, sections 2.1.1, 2.2.1 and 2.2.2).
    fn finish(self, selection: &Selection, info: &BagInfo) -> Result<()> {
        let stage = self.stage;
        let mut tags = Vec::new();
        for manifest in self.manifests {
            tags.push(manifest.close(&stage)?);
        }
        let mut text = String::new();
        let mut put = |label: &str, value: &str| {
            let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            text.extend([label, ": ", value.trim(), "\n"]);
        };
        if let Some(organization) = &info.organization {
            put("Source-Organization", organization);
        }
        if let Some(contact) = &info.contact {
            put(if contact.contains('@') { "Contact-Email" } else { "Contact-Name" }, contact);
        }
        put("External-Description", &format!("News pages archived by luutru: {}", selection.query.words()));
        put("Bagging-Date", &info.date.to_string());
        put("Bag-Software-Agent", concat!("luutru/", env!("CARGO_PKG_VERSION")));
        put("Payload-Oxum", &format!("{}.{}", self.bytes, self.files));
        for (name, text) in
            [("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"), ("bag-info.txt", &text)]
        {
            let mut tag = Tag::new(&stage, name.to_owned())?;
            tag.line(&stage, text)?;
            tags.push(tag.close(&stage)?);
        }
        for (at, algorithm) in ALGORITHMS.iter().enumerate() {
            let mut manifest = Tag::new(&stage, format!("tagmanifest-{algorithm}.txt"))?;
            for (name, digests) in &tags {
                manifest.line(&stage, &format!("{}  {name}\n", digests[at]))?;
            }
            manifest.close(&stage)?;
        }
        fsio::sync_dir(&stage)
    }
}
