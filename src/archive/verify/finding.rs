//! What verification says.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use crate::archive::warc::DamageKind;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub path: PathBuf,
    /// Where the record's member (or the index line) starts, in bytes; `None` for the file as a whole.
    pub offset: Option<u64>,
    /// What is wrong.
    pub fault: Fault,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(f, "{} at offset {offset}: {}", self.path.display(), self.fault),
            None => write!(f, "{}: {}", self.path.display(), self.fault),
        }
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The file cannot be opened or read.
    Unreadable(String),
    /// No record at all.
    Empty,
    /// The first record is no `warcinfo`.
    NoWarcinfo,
    /// `WARC-Filename` is not the file's name.
    Filename(String),
    /// The file is still being written, or was left by a crash. No damage.
    Open,
    /// An open file ends inside a capture: being written, or to be recovered. No damage.
    OpenTail,
    /// Bytes that are no whole record.
    Damage(DamageKind),
    /// Bytes that had to be skipped to reach the next whole record.
    Skipped {
        /// How many.
        bytes: u64,
    },
    /// A field that ISO 28500 asks for is missing.
    Missing(&'static str),
    /// A field stands on a record type that must not carry it.
    Forbidden(String),
    /// A field that may stand once is repeated.
    Repeated(String),
    /// A field's value is not of the form that it must have.
    Value(&'static str, String),
    /// `WARC-Block-Digest` does not fit the block.
    BlockDigest,
    /// `WARC-Payload-Digest` does not fit the payload.
    PayloadDigest,
    /// A digest in an algorithm that is not checked here. No damage.
    DigestUnchecked(String),
    /// The HTTP message contradicts its own head.
    Http(&'static str),
    /// A revisit whose payload cannot be looked up as the standard says.
    Revisit(&'static str),
    /// Another record has the same id.
    DuplicateId,
    /// A link to a record that was not seen in this run.
    Dangling(&'static str),
    /// A revisit of something that holds no payload.
    RevisitTarget,
    /// A sealed file without an index.
    NoIndex,
    /// A capture that the index does not list, or lists wrongly.
    NotIndexed,
    /// The compressed bytes are not those that were indexed. What a CRC cannot see: gzip's own head, padding bits.
    MemberDigest,
    /// An index line that points at no capture of the file.
    IndexDangling,
    /// An index line that is none, or that is out of order.
    IndexLine(&'static str),
    /// A link to a record outside the files that were looked at. No damage.
    Unseen(&'static str),
    /// A text or a record that is not there.
    Absent,
    /// A text that is not the one in the WARC files.
    Text,
    /// A record that is not the one in the WARC files.
    Record,
    /// A group of the text series that is no text and record.
    Strange(&'static str),
    /// A record names a place of a WARC file at which its capture is not.
    Reference,
    /// A record that its catalogue does not list.
    NotListed,
    /// A catalogue line that no WARC file vouches for.
    CatalogLine,
    /// An article's last line in the catalogue is not its last record.
    CatalogOrder,
    /// An open WARC file is ahead of what is made of it: being written, or to be recovered. No damage.
    Ahead,
    /// A file that no WARC file vouches for.
    Surplus,
    /// A file that a rebuild or a crash left. No damage.
    Leftover,
    /// A file below `warc/` that is no WARC file of this archive.
    Stray,
    /// The chain of manifests is broken.
    Chain(&'static str),
    /// A line that is none of a manifest.
    ManifestLine,
    /// A manifest lists a file that is not there.
    Lost(String),
    /// A file's bytes are not those that a manifest lists.
    Changed(String),
    /// A file that no manifest lists.
    Unlisted,
    /// Sealed before manifests were begun. No damage.
    BeforeManifests,
}

impl Fault {
    /// Whether something is lost or wrong, and not only unfinished or unchecked.
    pub fn is_damage(&self) -> bool {
        use Fault::{Ahead, BeforeManifests, DigestUnchecked, Leftover, Open, OpenTail, Unseen};
        !matches!(self, Open | OpenTail | DigestUnchecked(_) | Unseen(_) | Ahead | Leftover | BeforeManifests)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(what) => write!(f, "cannot be read ({what})"),
            Self::Empty => f.write_str("holds no record"),
            Self::NoWarcinfo => f.write_str("does not start with a warcinfo record"),
            Self::Filename(name) => write!(f, "WARC-Filename says {name:?}"),
            Self::Open => f.write_str("is still open: being written, or left by a crash"),
            Self::OpenTail => f.write_str("an open file ends inside a capture: the next start recovers it"),
            Self::Damage(kind) => write!(f, "{kind}"),
            Self::Skipped { bytes } => write!(f, "{bytes} bytes lie between here and the next whole record"),
            Self::Missing(name) => write!(f, "{name} is missing"),
            Self::Forbidden(name) => write!(f, "{name} must not stand on this record type"),
            Self::Repeated(name) => write!(f, "{name} is repeated"),
            Self::Value(name, value) => write!(f, "{name} has a value of the wrong form: {value:?}"),
            Self::BlockDigest => f.write_str("the block does not fit WARC-Block-Digest"),
            Self::PayloadDigest => f.write_str("the payload does not fit WARC-Payload-Digest"),
            Self::DigestUnchecked(label) => write!(f, "the digest {label} is of an algorithm that is not checked"),
            Self::Http(what) | Self::Revisit(what) | Self::IndexLine(what) => f.write_str(what),
            Self::DuplicateId => f.write_str("another record has the same WARC-Record-ID"),
            Self::Dangling(name) => write!(f, "{name} points at a record that was not found"),
            Self::RevisitTarget => f.write_str("the revisit points at a record that is no response or resource"),
            Self::NoIndex => f.write_str("is sealed and has no CDXJ index; its captures are not affected"),
            Self::NotIndexed => f.write_str("the CDXJ index does not list this capture as it is"),
            Self::MemberDigest => f.write_str("the member's bytes do not fit the recordDigest of the index"),
            Self::IndexDangling => f.write_str("the index line points at no capture of its file"),
            _ => self.of_the_shelf(f),
        }
    }
}

impl Fault {
    /// Faults of what is made of the WARC files.
    fn of_the_shelf(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unseen(name) => write!(f, "{name} points at a record outside the files that were looked at"),
            Self::Lost(path) => write!(f, "lists {path}, which is not there"),
            Self::Changed(path) => write!(f, "lists {path}, whose bytes are others now"),
            Self::Chain(what) | Self::Strange(what) => f.write_str(what),
            fixed => f.write_str(match fixed {
                Self::Absent => "is not there; `luutru reindex` makes it again",
                Self::Text => "is not the text that the WARC files hold; `luutru reindex` mends it",
                Self::Record => "is not the record that the WARC files hold; `luutru reindex` mends it",
                Self::Reference => "the record names a place at which its capture is not",
                Self::NotListed => "the catalogue does not list this record; `luutru reindex` mends it",
                Self::CatalogLine => "no WARC file vouches for this line",
                Self::CatalogOrder => "an article's last line is not its last record; `luutru reindex` mends it",
                Self::Ahead => "an open WARC file is ahead of this: being written, or left to the next start",
                Self::Surplus => "no WARC file vouches for this file",
                Self::Leftover => "a rebuild or a crash left this; it may be deleted",
                Self::Stray => "is no WARC file of this archive",
                Self::ManifestLine => "not a line of a manifest",
                Self::Unlisted => "no manifest lists this file",
                Self::BeforeManifests => "was sealed before manifests were begun; `luutru reindex` lists it",
                _ => "is wrong",
            }),
        }
    }
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, serde::Deserialize)]
pub struct Summary {
    /// Files.
    pub files: u64,
    /// Records by type.
    pub records: BTreeMap<String, u64>,
    /// Bytes of the files.
    pub file_bytes: u64,
    /// Bytes of the blocks.
    pub block_bytes: u64,
    /// Digests that were computed and compared.
    pub digests: u64,
    /// Texts that were compared with the WARC files.
    #[serde(default)]
    pub texts: u64,
    /// Catalogue lines that were compared.
    #[serde(default)]
    pub lines: u64,
    /// Lines of manifests that were compared.
    #[serde(default)]
    pub listed: u64,
    /// Findings that are damage.
    pub damage: u64,
    /// Findings that are not.
    pub notes: u64,
}

impl Summary {
    /// Counts a fault.
    pub(super) fn count(&mut self, fault: &Fault) {
        if fault.is_damage() {
            self.damage += 1;
        } else {
            self.notes += 1;
        }
    }

    /// Adds another file's numbers.
    pub fn add(&mut self, other: &Self) {
        self.files += other.files;
        for (kind, count) in &other.records {
            *self.records.entry(kind.clone()).or_default() += count;
        }
        self.file_bytes += other.file_bytes;
        self.block_bytes += other.block_bytes;
        self.digests += other.digests;
        self.texts += other.texts;
        self.lines += other.lines;
        self.listed += other.listed;
        self.damage += other.damage;
        self.notes += other.notes;
    }
}
