//! Record ids of a run, and links between records: of one file first, then of all.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use warc::RecordType;

use crate::archive::shelf::short;
use crate::archive::warc::{Fields, RecordId, field};

/// An id in 16 bytes: the UUID, or the start of a digest of any other URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key([u8; 16]);

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&uuid::Uuid::from_bytes(self.0).simple())
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        uuid::Uuid::try_parse(&text).map(|id| Self(id.into_bytes())).map_err(serde::de::Error::custom)
    }
}

/// What a link may point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Kind {
    /// Response or resource: holds a payload of its own.
    Payload,
    /// Anything else.
    Other,
}

/// A link that its file does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pending {
    /// Where the record starts.
    pub(super) offset: u64,
    /// Which field: an index into `FIELDS`.
    field: u8,
    target: Key,
    /// A revisit's target must hold a payload.
    revisit: bool,
    /// The file itself holds the target, and it has none.
    #[serde(default)]
    no_payload: bool,
}

/// The fields that link records.
const FIELDS: [&str; 3] = [field::CONCURRENT_TO, field::REFERS_TO, field::WARCINFO_ID];

impl Pending {
    /// The field's name.
    pub(super) fn field(&self) -> &'static str {
        FIELDS[usize::from(self.field) % FIELDS.len()]
    }
}

/// How a link ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Right,
    Dangling,
    NoPayload,
}

/// The ids of one file, and its links that lead out of it.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileLinks {
    /// Records that others may point at, with their places.
    mains: Vec<(Key, Kind, u64)>,
    links: Vec<Pending>,
    #[serde(skip)]
    seen: HashMap<Key, Kind>,
}

impl FileLinks {
    /// Notes a record's id; `false` if it was seen before.
    pub(super) fn record(&mut self, fields: &Fields, offset: u64) -> bool {
        use RecordType::{Conversion, Resource, Response, Revisit};
        let Some(id) = fields.get(field::RECORD_ID) else { return true };
        let kind = match fields.kind() {
            Response | Resource => Kind::Payload,
            _ => Kind::Other,
        };
        if matches!(fields.kind(), Response | Resource | Revisit | Conversion) {
            self.mains.push((key(id), kind, offset));
        }
        self.seen.insert(key(id), kind).is_none()
    }

    /// Notes a record's links.
    pub(super) fn links(&mut self, fields: &Fields, offset: u64) {
        let is_revisit = fields.kind() == RecordType::Revisit;
        for (number, name) in (0..).zip(FIELDS) {
            for target in fields.all(name) {
                let revisit = is_revisit && name == field::REFERS_TO;
                self.links.push(Pending { offset, field: number, target: key(target), revisit, no_payload: false });
            }
        }
    }

    /// Lets go of what the file itself answers.
    pub(super) fn close(&mut self) {
        let seen = std::mem::take(&mut self.seen);
        self.links.retain_mut(|link| {
            let outcome = outcome(link, seen.get(&link.target));
            link.no_payload = outcome == Outcome::NoPayload;
            outcome != Outcome::Right
        });
    }
}

/// Where a record is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    kind: Kind,
    /// Number of the file, as the caller counts.
    pub(super) file: u32,
    /// Where it starts.
    pub(super) offset: u64,
}

/// Ids and open links of all files.
#[derive(Debug, Default)]
pub(super) struct Links {
    seen: HashMap<Key, Spot>,
    open: Vec<(u32, Pending)>,
}

impl Links {
    /// Takes in a file; gives the places of ids that another file has too.
    pub(super) fn add(&mut self, file: u32, links: &FileLinks) -> Vec<u64> {
        let mut twice = Vec::new();
        for &(key, kind, offset) in &links.mains {
            if self.seen.insert(key, Spot { kind, file, offset }).is_some_and(|other| other.file != file) {
                twice.push(offset);
            }
        }
        self.open.extend(links.links.iter().map(|link| (file, link.clone())));
        twice
    }

    /// Where the record of that id is.
    pub(super) fn spot(&self, id: RecordId) -> Option<Spot> {
        self.seen.get(&Key(id.0.into_bytes())).copied()
    }

    /// Links that are open at the end of the run, with how they ended.
    pub(super) fn finish(&mut self) -> Vec<(u32, Pending, Outcome)> {
        let open = std::mem::take(&mut self.open);
        let ended = open.into_iter().map(|(file, link)| {
            let kind = self.seen.get(&link.target).map(|spot| spot.kind);
            let outcome = outcome(&link, kind.as_ref());
            (file, link, outcome)
        });
        ended.filter(|(_, _, outcome)| *outcome != Outcome::Right).collect()
    }
}

fn outcome(link: &Pending, kind: Option<&Kind>) -> Outcome {
    match kind {
        None if link.no_payload => Outcome::NoPayload,
        None => Outcome::Dangling,
        Some(Kind::Other) if link.revisit => Outcome::NoPayload,
        Some(_) => Outcome::Right,
    }
}

fn key(id: &str) -> Key {
    Key(RecordId::parse(id).map_or_else(|| short(id.as_bytes()), |id| id.0.into_bytes()))
}
