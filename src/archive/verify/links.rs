//! Record ids of a run, and links between records; 17 bytes an id.

use std::collections::HashMap;

use warc::RecordType;

use crate::archive::warc::{Fields, RecordId, field};
use crate::model::Digest;

/// An id in 16 bytes: the UUID, or the start of a digest of any other URI.
type Key = [u8; 16];

/// What a link may point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Response or resource: holds a payload of its own.
    Payload,
    /// Anything else.
    Other,
}

/// A link whose target was not seen before it.
#[derive(Debug)]
pub(super) struct Pending {
    /// Number of the file, as the caller counts.
    pub(super) file: u32,
    /// Where the record starts.
    pub(super) offset: u64,
    /// The field.
    pub(super) field: &'static str,
    target: Key,
    /// A revisit's target must hold a payload.
    revisit: bool,
}

/// How a link ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Right,
    Dangling,
    NoPayload,
}

/// Ids seen and links still open.
#[derive(Debug, Default)]
pub(super) struct Links {
    seen: HashMap<Key, Kind>,
    pending: Vec<Pending>,
}

impl Links {
    /// Notes a record's id; `false` if it was seen before.
    pub(super) fn record(&mut self, fields: &Fields) -> bool {
        let Some(id) = fields.get(field::RECORD_ID) else { return true };
        let kind = match fields.kind() {
            RecordType::Response | RecordType::Resource => Kind::Payload,
            _ => Kind::Other,
        };
        self.seen.insert(key(id), kind).is_none()
    }

    /// Notes a record's links; those whose target was seen, and is right, are done with.
    pub(super) fn links(&mut self, fields: &Fields, file: u32, offset: u64) {
        let revisit = fields.kind() == RecordType::Revisit;
        for name in [field::CONCURRENT_TO, field::REFERS_TO, field::WARCINFO_ID] {
            for target in fields.all(name) {
                let revisit = revisit && name == field::REFERS_TO;
                let link = Pending { file, offset, field: name, target: key(target), revisit };
                if self.outcome(&link) != Outcome::Right {
                    self.pending.push(link);
                }
            }
        }
    }

    /// Links that are open at the end of the run, with how they ended.
    pub(super) fn finish(&mut self) -> Vec<(Pending, Outcome)> {
        let pending = std::mem::take(&mut self.pending);
        let ended = pending.into_iter().map(|link| {
            let outcome = self.outcome(&link);
            (link, outcome)
        });
        ended.filter(|(_, outcome)| *outcome != Outcome::Right).collect()
    }

    fn outcome(&self, link: &Pending) -> Outcome {
        match self.seen.get(&link.target) {
            None => Outcome::Dangling,
            Some(Kind::Other) if link.revisit => Outcome::NoPayload,
            Some(_) => Outcome::Right,
        }
    }
}

fn key(id: &str) -> Key {
    RecordId::parse(id).map_or_else(
        || {
            let mut key = [0; 16];
            key.copy_from_slice(&Digest::of(id.as_bytes()).0[..16]);
            key
        },
        |id| id.0.into_bytes(),
    )
}
