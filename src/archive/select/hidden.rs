//! Takedowns → what they hide: every capture at the article's addresses, and its page wherever it was met.

use std::collections::HashSet;
use std::path::Path;

use super::address::{Key, captured_as};
use crate::archive::catalog::{self, ArticleRecord};
use crate::archive::cdxj::Entry;
use crate::archive::decisions::Decisions;
use crate::archive::error::Result;
use crate::archive::warc::{field, locate, read_at};

/// What must not be handed out.
#[derive(Debug, Default)]
pub struct Hidden {
    decisions: Decisions,
    uris: HashSet<Key>,
    /// Payload digests of the pages.
    digests: HashSet<String>,
}

impl Hidden {
    /// Reads the decisions, and the catalogue if something is hidden.
    pub fn read(root: &Path) -> Result<Self> {
        let decisions = Decisions::read(root)?;
        let mut hidden = Self { decisions, ..Self::default() };
        if hidden.is_empty() {
            return Ok(hidden);
        }
        // A file that a shown article names as well stays.
        let (mut files, mut shown) = (HashSet::new(), HashSet::new());
        let mut refs = Vec::new();
        let mut each = |record: ArticleRecord| {
            let assets = record.images.iter().chain(&record.attachments).map(|asset| Key::of(&captured_as(&asset.url)));
            if !hidden.decisions.hides(&record.id) {
                shown.extend(assets);
                return;
            }
            files.extend(assets);
            let uris = std::iter::once(&record.url).chain(&record.locations);
            hidden.uris.extend(uris.map(|uri| Key::of(&captured_as(uri))));
            refs.push(record.warc);
        };
        catalog::read_all(root, &[], &mut each, &mut |_| {})?;
        for place in refs {
            let path = locate(root, &place.file);
            // A copy of the root without that file has nothing of it to hide.
            if path.exists() {
                let record = read_at(&path, place.offset, 0)?;
                hidden.digests.extend(record.fields.get(field::PAYLOAD_DIGEST).map(str::to_owned));
            }
        }
        hidden.uris.extend(files.difference(&shown));
        Ok(hidden)
    }

    /// Whether nothing is hidden.
    pub fn is_empty(&self) -> bool {
        self.decisions.takedowns().next().is_none()
    }

    /// Whether the article is.
    pub fn article(&self, id: &str) -> bool {
        self.decisions.hides(id)
    }

    /// Whether both hide the same, so that what was found out with one holds for the other.
    pub fn hides_same(&self, other: &Self) -> bool {
        let ids = |hidden: &Self| hidden.decisions.takedowns().map(|taken| taken.subject.clone()).collect::<Vec<_>>();
        self.uris == other.uris && self.digests == other.digests && ids(self) == ids(other)
    }

    /// Whether the capture is: by its address, or since its payload is that of a hidden page.
    pub fn capture(&self, entry: &Entry) -> bool {
        self.uris.contains(&Key::of(&entry.fields.url))
            || entry.fields.digest.as_ref().is_some_and(|digest| self.digests.contains(digest))
    }
}
