//! What the catalogue's logs gained since they were last read → the index.
//!
//! Where each log was read to is kept in the commit itself, so that index and places can never disagree.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::{Deserialize, Serialize};
use tantivy::indexer::IndexWriterOptions;
use tantivy::schema::{IndexRecordOption, TantivyDocument};
use tantivy::{DocSet as _, IndexWriter, Term};

use super::error::{At as _, SearchError};
use super::index::Index;
use super::schema::Fields;
use crate::archive::catalog::{self, ArticleRecord};
use crate::archive::select::text_of;

/// What the writer may hold in memory.
const WRITER_BYTES: usize = 15 << 20;
/// Lines between two commits, after which what was read can be found.
const BATCH_LINES: usize = 20_000;

/// What an update did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Updated {
    /// Lines that were read.
    pub lines: u64,
    /// Articles that were indexed, or indexed again.
    pub articles: u64,
    /// Logs that were read from their beginning, since they were rewritten.
    pub anew: u64,
}

/// Where every log was read to.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Places(BTreeMap<String, Place>);

#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    offset: u64,
    mark: String,
}

#[derive(Deserialize)]
struct Brief {
    id: String,
    version: u32,
}

impl Index {
    /// Brings the index up to date. `goes_on` is asked between batches: `false` ends it early, and the next call goes on.
    pub fn update(&self, root: &Path, goes_on: &dyn Fn() -> bool) -> Result<Updated, SearchError> {
        let mut done = Updated::default();
        if self.is_current(root)? {
            return Ok(done);
        }
        let _lock = Self::lock(&self.dir)?;
        let mut places = self.places()?;
        let logs = catalog::logs(root, &[])?;
        let names: Vec<String> = logs.iter().filter_map(|log| name_of(log)).collect();
        let mut writer = self.writer()?;
        let gone: Vec<String> = places.0.keys().filter(|name| !names.contains(name)).cloned().collect();
        for name in gone {
            writer.delete_term(Term::from_field_text(self.fields.log, &name));
            places.0.remove(&name);
            self.commit(&mut writer, &places)?;
        }
        for (path, name) in logs.iter().zip(&names) {
            while goes_on() && self.batch(root, path, name, &mut places, &mut writer, &mut done)? {}
        }
        writer.wait_merging_threads().at(&self.dir)?;
        self.reader.reload().at(&self.dir)?;
        Ok(done)
    }

    /// Whether nothing was added to the logs, or taken from them.
    pub fn is_current(&self, root: &Path) -> Result<bool, SearchError> {
        let places = self.places()?;
        let logs = catalog::logs(root, &[])?;
        for path in &logs {
            let Some(place) = name_of(path).and_then(|name| places.0.get(&name).cloned()) else { return Ok(false) };
            if whole(path, place.offset)? != place.offset || catalog::mark(path, place.offset)? != place.mark {
                return Ok(false);
            }
        }
        Ok(logs.len() == places.0.len())
    }

    /// Picks up what another process has committed.
    pub fn reload(&self) -> Result<(), SearchError> {
        self.reader.reload().at(&self.dir)
    }

    /// One thread writes and one merges: nobody waits for an index, and each merge takes memory.
    fn writer(&self) -> Result<IndexWriter, SearchError> {
        let options = IndexWriterOptions::builder().num_worker_threads(1).num_merge_threads(1);
        let options = options.memory_budget_per_thread(WRITER_BYTES).build();
        self.inner.writer_with_options(options).at(&self.dir)
    }

    fn places(&self) -> Result<Places, SearchError> {
        let payload = self.inner.load_metas().at(&self.dir)?.payload.unwrap_or_default();
        Ok(serde_json::from_str(&payload).unwrap_or_default())
    }

    fn commit(&self, writer: &mut IndexWriter, places: &Places) -> Result<(), SearchError> {
        let mut prepared = writer.prepare_commit().at(&self.dir)?;
        prepared.set_payload(&serde_json::to_string(places).unwrap_or_default());
        prepared.commit().at(&self.dir)?;
        self.reader.reload().at(&self.dir)
    }

    /// The next lines of one log; `false` when there are none.
    fn batch(
        &self,
        root: &Path,
        path: &Path,
        name: &str,
        places: &mut Places,
        writer: &mut IndexWriter,
        done: &mut Updated,
    ) -> Result<bool, SearchError> {
        let mut place = places.0.get(name).cloned();
        if let Some(known) = &place
            && catalog::mark(path, known.offset)? != known.mark
        {
            writer.delete_term(Term::from_field_text(self.fields.log, name));
            done.anew += 1;
            place = None;
        }
        let fresh = place.as_ref().is_none_or(|place| place.offset == 0);
        let mut offset = place.map_or(0, |place| place.offset);
        let mut latest: HashMap<String, (u32, u64)> = HashMap::new();
        let mut lines = 0;
        catalog::for_each_line_from(path, offset, &mut |at, line| {
            offset = at + line.len() as u64;
            lines += 1;
            if let Ok(Brief { id, version }) = serde_json::from_slice(line) {
                let known = latest.entry(id).or_insert((version, at));
                if version >= known.0 {
                    *known = (version, at);
                }
            }
            lines < BATCH_LINES
        })?;
        if lines == 0 && places.0.contains_key(name) && !fresh {
            return Ok(false);
        }
        let mut rows: Vec<(String, u32, u64)> =
            latest.into_iter().map(|(id, (version, at))| (id, version, at)).collect();
        rows.sort_unstable_by_key(|row| row.2);
        for (id, version, at) in rows {
            // What is noted later about an older version does not make it the latest.
            if !fresh && self.known(&id)?.is_some_and(|known| known > u64::from(version)) {
                continue;
            }
            let Some(record) = catalog::record_at(path, at)? else { continue };
            writer.delete_term(Term::from_field_text(self.fields.id, &id));
            writer.add_document(document(&self.fields, root, name, at, &record)?).at(&self.dir)?;
            done.articles += 1;
        }
        done.lines += lines as u64;
        let before = places.0.insert(name.to_owned(), Place { offset, mark: catalog::mark(path, offset)? });
        if before.as_ref() != places.0.get(name) {
            self.commit(writer, places)?;
        }
        Ok(lines == BATCH_LINES)
    }

    /// The version of an article that is indexed.
    fn known(&self, id: &str) -> Result<Option<u64>, SearchError> {
        let term = Term::from_field_text(self.fields.id, id);
        for segment in self.reader.searcher().segment_readers() {
            let index = segment.inverted_index(self.fields.id).at(&self.dir)?;
            let postings = index.read_postings(&term, IndexRecordOption::Basic);
            let Some(mut postings) = postings.map_err(tantivy::TantivyError::from).at(&self.dir)? else { continue };
            let versions = segment.fast_fields().u64("version").at(&self.dir)?;
            let mut doc = postings.doc();
            while doc != tantivy::TERMINATED {
                if !segment.is_deleted(doc) {
                    return Ok(versions.first(doc));
                }
                doc = postings.advance();
            }
        }
        Ok(None)
    }
}

/// What is indexed of an article. One that was withdrawn is noted with its version, and nothing else.
fn document(
    fields: &Fields,
    root: &Path,
    log: &str,
    offset: u64,
    record: &ArticleRecord,
) -> Result<TantivyDocument, SearchError> {
    let mut out = TantivyDocument::default();
    out.add_text(fields.id, &record.id);
    out.add_text(fields.log, log);
    out.add_u64(fields.offset, offset);
    out.add_u64(fields.version, u64::from(record.version));
    if record.withdrawn.is_some() {
        out.add_u64(fields.withdrawn, 1);
        return Ok(out);
    }
    out.add_text(fields.site, &record.site);
    if let Some(section) = &record.section {
        out.add_text(fields.section, section);
        out.add_text(fields.section_words, section);
    }
    if let Some(byline) = &record.byline {
        out.add_text(fields.byline, byline);
    }
    out.add_text(fields.title, &record.title);
    // A text that is lost leaves the title to be found by.
    if let Some(text) = text_of(root, record)? {
        out.add_text(fields.text, String::from_utf8_lossy(&text));
    }
    out.add_text(fields.url, &record.url);
    for location in record.locations.iter().filter(|location| **location != record.url) {
        out.add_text(fields.url, location);
    }
    let day = record.published.as_deref().map_or(0, day_number);
    out.add_u64(fields.day, day);
    out.add_u64(fields.year, day / 10_000);
    Ok(out)
}

/// `2025-07-01…` as 20250701; 0 for what is no day.
fn day_number(published: &str) -> u64 {
    let digits: String = published.chars().take(10).filter(|&c| c != '-').collect();
    if digits.len() == 8 { digits.parse().unwrap_or(0) } else { 0 }
}

fn name_of(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.to_owned())
}

/// Length of the log in whole lines, when its last line feed lies behind `offset`; `offset` itself when nothing was added.
fn whole(path: &Path, offset: u64) -> Result<u64, SearchError> {
    let mut end = offset;
    catalog::for_each_line_from(path, offset, &mut |at, line| {
        end = at + line.len() as u64;
        false
    })?;
    Ok(end)
}
