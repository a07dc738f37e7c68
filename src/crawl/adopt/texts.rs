//! Texts read back in, with their records, files and catalogue lines.
//!
//! An article's records may lie in the files of several sites: its text in one, an address that another portal added in the
//! next. They are taken in the order in which they were made, over all files, as `reindex` and `verify` take them: a line
//! of the catalogue is then what it was, and the last one is the last.

use std::fs::File;

use jiff::Timestamp;

use super::{Adopter, BLOCK_BYTES, Found, Tail};
use crate::archive::catalog::ArticleRecord;
use crate::archive::reindex::Watcher;
use crate::archive::text as files;
use crate::archive::warc::{Group, RawRecord, RecordId, RecordType, WarcReader, field, parse_date};
use crate::archive::{ArchiveError, Result as ArchiveResult};
use crate::crawl::error::CrawlError;
use crate::crawl::kept;
use crate::crawl::near;
use crate::crawl::recorded::Read;
use crate::crawl::recurring;
use crate::crawl::requisites::Restore;
use crate::crawl::shelve::{self, Shelved};
use crate::crawl::templates;
use crate::crawl::versions;
use crate::ledger::Batch;

/// A group of a text series.
struct Place {
    at: Timestamp,
    tail: usize,
    offset: u64,
    records: usize,
}

impl Adopter<'_> {
    /// Takes in what all text series hold beyond what is accounted for; gives how each file ends, `None` if it was stopped.
    pub(super) fn texts(&mut self, tails: &[&Tail]) -> Result<Option<Vec<Found>>, CrawlError> {
        let mut places = Vec::new();
        let mut ends = Vec::with_capacity(tails.len());
        for (number, tail) in tails.iter().enumerate() {
            // Texts, records and catalogue lines are not synced before their file is sealed: after a power cut they may be
            // gone while the ledger knows of them, so an open file of texts is compared with them from its start.
            let from = if tail.open { 0 } else { tail.committed };
            ends.push(Self::read(tail, from, 0, &mut |group| {
                if let (Some(first), Some(metadata)) = (group.first(), metadata_of(&group)) {
                    let at = metadata.fields.get(field::DATE).and_then(parse_date).unwrap_or(Timestamp::MIN);
                    places.push(Place { at, tail: number, offset: first.offset, records: group.len() });
                }
                Ok(())
            })?);
        }
        places.sort_by_key(|place| (place.at, place.tail, place.offset));
        let mut reader = None;
        for place in &places {
            if self.watch.is_some_and(Watcher::stopped) {
                return Ok(None);
            }
            let group = read(&mut reader, tails, place)?;
            self.text(&group, &tails[place.tail].name.site)?;
        }
        Ok(Some(ends))
    }

    /// A text or a location of the series of `site`: its record becomes a row, a file and a line again.
    fn text(&mut self, group: &Group, site: &str) -> Result<(), CrawlError> {
        let Some(metadata) = metadata_of(group) else { return Ok(()) };
        let Ok(record) = serde_json::from_slice::<ArticleRecord>(&metadata.block) else {
            return Ok(());
        };
        let conversion = group.iter().find(|record| record.fields.kind() == RecordType::Conversion);
        let refers = conversion.unwrap_or(metadata).fields.get(field::REFERS_TO).and_then(RecordId::parse);
        let new = conversion.is_some();
        // Another portal's new version of an article is the article's, and its files are that portal's.
        let own = new && record.site == site;
        if let Some(source) = refers {
            // A record that only adds a location refers to the same page as the text itself.
            let before = self.texts.get(&source);
            let (new, own) = before.map_or((new, own), |known| (known.new || new, known.names_files || own));
            self.texts.insert(source, Read { new, names_files: own, ..Read::of(&record) });
        }
        if let Some(skeleton) = record.template {
            self.suspects.insert(record.content_hash, skeleton);
        }
        if record.withdrawn.is_some() {
            self.withdrawn.insert(record.content_hash);
            if self.watch.is_none() {
                self.line(&record, metadata.block.clone())?;
                files::remove(self.shelf.root(), &record.text_path)?;
            }
            return templates::adopt(&*self.ledger, &record);
        }
        let text = conversion.map(|record| String::from_utf8_lossy(&record.block).into_owned());
        if self.watch.is_some() {
            return self.note(&Shelved::appended(record, text), own);
        }
        let whole = self.restore(&record, &metadata.block, text)?;
        self.note(&whole, own)
    }

    /// Makes what is missing of a text's files and of its line in the catalogue; gives the record with all that is known.
    fn restore(&mut self, made: &ArticleRecord, json: &[u8], text: Option<String>) -> Result<Shelved, CrawlError> {
        let mut record = made.clone();
        let mut line = json.to_vec();
        // The record beside the text may know of more than this one, from records that come later.
        if let Some(there) = shelve::beside(self.shelf.root(), &record.text_path)
            && (there.content_hash, there.version) == (record.content_hash, record.version)
        {
            let later = covers(&there, made);
            Restore::keep_places(&mut record, &there);
            let found = std::mem::replace(&mut record.locations, there.locations);
            shelve::add_locations(&mut record.locations, &found);
            let found = std::mem::replace(&mut record.near_duplicates, there.near_duplicates);
            near::name(&mut record, found);
            if !later && record != *made {
                line = serde_json::to_vec(&record).unwrap_or(line);
            }
        }
        self.line(made, line)?;
        let supersedes = record.supersedes.clone();
        let root = self.shelf.root();
        if !kept::files_are_there(root, &record, text.as_deref()) {
            match &text {
                Some(body) => files::write(root, &record, body).map(drop)?,
                None => files::write_record(root, &record)?,
            }
        }
        if let Some(path) = supersedes.filter(|_| text.is_some()) {
            files::remove(root, &path)?;
        }
        Ok(Shelved::appended(record, text))
    }

    /// Appends a line to its catalogue, unless it is there.
    fn line(&mut self, record: &ArticleRecord, mut line: Vec<u8>) -> Result<(), CrawlError> {
        line.push(b'\n');
        if !self.kept.lists(self.shelf.root(), record, &line)? {
            self.shelf.site(&record.site)?.catalog.append_line(&line)?;
        }
        Ok(())
    }

    /// Rows of a text, or of what was added to one; with `own`, its record names the files that its page links to.
    pub(super) fn note(&mut self, shelved: &Shelved, own: bool) -> Result<(), CrawlError> {
        let mut batch = Batch::default();
        versions::remember(&*self.ledger, &shelved.record, &mut batch)?;
        self.parts().record(&shelved.record, own, &mut batch)?;
        let text = shelved.text.as_deref();
        let site = &shelved.record.site;
        if !self.recurring.contains_key(site) {
            self.recurring.insert(site.clone(), recurring::row(&*self.ledger, site)?);
        }
        if let Some(row) = self.recurring.get_mut(site) {
            row.adopt(&shelved.record, text);
        }
        if let Some(signature) = text.and_then(|text| near::signature(text, &shelved.record)) {
            let bands = near::bands(&*self.ledger, &near::Rows::new(), &signature)?;
            for (key, row) in near::rows(bands, &shelved.record, &signature) {
                batch.put(key, row);
            }
        }
        self.ledger.apply(&batch)?;
        Ok(())
    }
}

fn metadata_of(group: &Group) -> Option<&RawRecord> {
    group.iter().find(|record| record.fields.kind() == RecordType::Metadata)
}

/// Whether `there` names all that `record` names.
fn covers(there: &ArticleRecord, record: &ArticleRecord) -> bool {
    record.locations.iter().all(|location| there.locations.contains(location))
        && record.near_duplicates.iter().all(|id| there.near_duplicates.contains(id))
}

/// Reads a group once more; one that follows the one before costs no seek.
fn read(reader: &mut Option<(usize, WarcReader<File>)>, tails: &[&Tail], place: &Place) -> ArchiveResult<Group> {
    let path = &tails[place.tail].path;
    let stands = |open: &(usize, WarcReader<File>)| open.0 == place.tail && open.1.offset() == place.offset;
    let mut open = match reader.take().filter(stands) {
        Some((_, open)) => open,
        None => WarcReader::open(path, place.offset)?,
    };
    let mut group = Group::with_capacity(place.records);
    for _ in 0..place.records {
        let next = open.next_record(BLOCK_BYTES);
        group.extend(next.map_err(|damage| ArchiveError::Damaged { path: path.clone(), damage })?);
    }
    *reader = Some((place.tail, open));
    Ok(group)
}
