//! Start is recovery: what the WARC files hold and the ledger does not account for is read back in.
//!
//! Texts come first, so that a page whose text is on disk needs no second reading; then captures. A file that a crash
//! left open is cut to its whole captures and sealed. An empty ledger is only the longest tail: the same code rebuilds
//! it. Damage inside a file is passed over: what lies behind it counts, and `luutru verify` names it.

mod again;
mod parts;
mod texts;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use self::parts::Files;
use super::coverage::Fate;
use super::error::CrawlError;
use super::frontier::Frontier;
use super::kept::Kept;
use super::payload;
use super::process::Finding;
use super::readers::ArticleReaders;
use super::recorded::{Lines, Read, is_not_modified, is_page, original_of, visit_of};
use super::recurring::{self, SiteRow};
use super::rows::{FileRow, PayloadRow, UrlState, encode};
use super::shelf::{Shelf, seal};
use super::shelve::{self, Shelved};
use super::tails::{Tail, tails};
use super::templates;
use crate::archive::reindex::{Event, Watcher};
use crate::archive::sync_file_system;
use crate::archive::warc::{
    Closed, Group, RawRecord, Receipt, RecordId, RecordType, SeriesKind, Tail as Found, WarcName, cut, field, locate,
    read_at, scan,
};
use crate::config::{Site, Whole};
use crate::ledger::{Batch, Key, Ledger};
use crate::model::{Digest, Limits, Stamp};

/// Bytes of a record block that are kept in memory: more than any body that is fetched.
const BLOCK_BYTES: usize = 64 << 20;

/// What was read back in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Adopted {
    /// Files looked into.
    pub files: u64,
    /// Captures that the ledger did not account for.
    pub captures: u64,
    /// Articles among them.
    pub articles: u64,
    /// Bytes of torn records cut off.
    pub cut_bytes: u64,
}

/// Reads the tails of WARC files back in.
pub struct Adopter<'a> {
    ledger: Arc<dyn Ledger>,
    frontier: &'a Frontier,
    shelf: Shelf,
    sites: &'a [Site],
    limits: Limits,
    whole: Whole,
    now: Timestamp,
    // What a capture's page holds: such a page needs no second reading.
    texts: HashMap<RecordId, Read>,
    // Revisits whose original lies in a file that is yet to be read.
    later: Vec<(WarcName, Group)>,
    kept: Kept,
    readers: HashMap<String, ArticleReaders>,
    families: HashMap<String, &'static str>,
    // Contents that may be a template's, with their skeletons; and those that proved to be.
    suspects: HashMap<Digest, Digest>,
    withdrawn: HashSet<Digest>,
    // Set when texts, records and catalogues were rebuilt just before.
    watch: Option<&'a dyn Watcher>,
    // What the texts tell of the blocks that sites repeat.
    recurring: HashMap<String, SiteRow>,
    done: Adopted,
}

impl std::fmt::Debug for Adopter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Adopter({:?})", self.done)
    }
}

impl<'a> Adopter<'a> {
    /// Adopts for `sites`; of others, pages are read without a site file.
    pub fn new(
        ledger: Arc<dyn Ledger>,
        frontier: &'a Frontier,
        shelf: Shelf,
        sites: &'a [Site],
        limits: Limits,
        now: Timestamp,
    ) -> Self {
        Self {
            ledger,
            frontier,
            shelf,
            sites,
            limits,
            whole: Whole::default(),
            now,
            texts: HashMap::new(),
            later: Vec::new(),
            kept: Kept::default(),
            readers: HashMap::new(),
            families: HashMap::new(),
            suspects: HashMap::new(),
            withdrawn: HashSet::new(),
            watch: None,
            recurring: HashMap::new(),
            done: Adopted::default(),
        }
    }

    /// Texts, records and catalogues were rebuilt just before: they are taken as they are, and a capture that cannot be
    /// read gives way to one that can.
    #[must_use]
    pub fn after_rebuild(mut self, watch: &'a dyn Watcher) -> Self {
        self.watch = Some(watch);
        self
    }

    /// Reads all tails.
    pub fn go(mut self) -> Result<Adopted, CrawlError> {
        let tails = tails(self.shelf.root(), &*self.ledger)?;
        let (texts, captures): (Vec<&Tail>, Vec<&Tail>) =
            tails.iter().partition(|tail| tail.name.kind == SeriesKind::Text);
        let Some(ends) = self.texts(&texts)? else { return Ok(self.done) };
        if texts.iter().any(|tail| tail.open) {
            // Once their file is sealed, no start looks whether texts and lines are there.
            sync_file_system(self.shelf.root())?;
        }
        for (tail, end) in texts.into_iter().zip(ends) {
            self.account(tail, &end, tails.len())?;
        }
        // A file is not taken in before all that it holds is: a start that is killed reads it again.
        let mut waiting = Vec::new();
        for tail in captures {
            if self.watch.is_some_and(Watcher::stopped) {
                return Ok(self.done);
            }
            let before = self.later.len();
            let end = Self::read(tail, tail.committed, BLOCK_BYTES, &mut |group| match group.first() {
                Some(main) if matches!(main.fields.kind(), RecordType::Response | RecordType::Revisit) => {
                    self.capture(&tail.name, &group, false)
                }
                _ => Ok(()),
            })?;
            if self.later.len() > before {
                waiting.push((tail, end));
            } else {
                self.account(tail, &end, tails.len())?;
            }
        }
        for (name, group) in std::mem::take(&mut self.later) {
            self.capture(&name, &group, true)?;
        }
        for (tail, end) in waiting {
            self.account(tail, &end, tails.len())?;
        }
        // What was made here needs no reading at the next start.
        let mut batch = Batch::default();
        self.shelf.note_all(&mut batch);
        for (site, row) in &self.recurring {
            recurring::put(site, row, &mut batch);
        }
        self.shelf.seal_all(self.now)?;
        self.ledger.apply(&batch)?;
        Ok(self.done)
    }

    /// What a file holds is taken in: one that was left open is cut to its whole captures and sealed.
    fn account(&mut self, tail: &Tail, found: &Found, tails: usize) -> Result<(), CrawlError> {
        self.done.files += 1;
        if tail.open {
            if !found.is_clean() {
                self.done.cut_bytes += found.length - found.keep;
                tracing::warn!(file = %tail.path.display(), cut_bytes = found.length - found.keep, "a torn record was cut off");
                cut(&tail.path, found.keep)?;
            } else if found.length == 0 {
                // Made, and not yet begun with its warcinfo.
                cut(&tail.path, 0)?;
            }
            if found.keep > 0 {
                seal(Closed::recovered(self.shelf.root(), &tail.path)?, self.now)?;
            }
        }
        let committed = if tail.open { found.keep } else { found.length };
        let mut batch = Batch::default();
        batch.put(Key::file(&tail.name.relative()), encode(&FileRow { committed }));
        self.ledger.apply(&batch)?;
        if let Some(watch) = self.watch {
            watch.event(Event::Step("ledger", self.done.files, tails as u64));
        }
        Ok(())
    }

    /// Hands over all groups from `from` on, also those behind damage.
    fn read(
        tail: &Tail,
        mut from: u64,
        keep_block: usize,
        each: &mut dyn FnMut(Group) -> Result<(), CrawlError>,
    ) -> Result<Found, CrawlError> {
        loop {
            let mut fault = None;
            let found = scan(&tail.path, from, keep_block, &mut |group| {
                if fault.is_none() {
                    fault = each(group).err();
                }
            })?;
            if let Some(error) = fault {
                return Err(error);
            }
            let Some(next) = found.whole_after else { return Ok(found) };
            tracing::warn!(file = %tail.path.display(), from = found.keep, to = next, "damaged records are passed over; `luutru verify` says more");
            from = next;
        }
    }

    fn keep(&mut self, shelved: &Shelved) -> Result<(), CrawlError> {
        shelve::write_files(&mut self.shelf, shelved)?;
        // Files are queued where the page is read.
        self.note(shelved, false)
    }

    /// A capture; a revisit whose original is not known yet waits until all files are read, `last` says that they are.
    fn capture(&mut self, name: &WarcName, group: &Group, last: bool) -> Result<(), CrawlError> {
        let [main, .., metadata] = group.as_slice() else { return Ok(()) };
        if main.fields.kind() == RecordType::Revisit && !last && self.original_place(main)?.is_none() {
            self.later.push((name.clone(), group.clone()));
            return Ok(());
        }
        self.done.captures += 1;
        let lines = Lines::of(&metadata.block);
        let receipt = Receipt::recovered(name, main.offset);
        let mut batch = Batch::default();
        if let Some(original) = original_of(main) {
            payload::remember(&*self.ledger, &original, receipt.file(), main.offset, &mut batch)?;
        }
        let site = lines.get("luutru-site").unwrap_or(&name.site);
        if matches!(lines.get("luutru-task"), Some("requisite" | "attachment")) {
            self.part(site, main, &lines, &receipt, &mut batch)?;
        }
        if lines.get("luutru-task") == Some("article") {
            if is_page(main) {
                self.article(&name.site, main, &lines, &receipt, &mut batch)?;
            } else if is_not_modified(main) {
                self.not_modified(&name.site, main, &lines, &mut batch)?;
            }
        }
        self.ledger.apply(&batch)?;
        Ok(())
    }

    /// An article's page: its item leaves the queue, and its text is made if the crash came before it was.
    fn article(
        &mut self,
        named: &str,
        main: &RawRecord,
        lines: &Lines<'_>,
        receipt: &Receipt,
        batch: &mut Batch,
    ) -> Result<(), CrawlError> {
        let site = lines.get("luutru-site").unwrap_or(named).to_owned();
        let Some(row) = lines.queue_row() else { return Ok(()) };
        let Some(id) = main.fields.get(field::RECORD_ID).and_then(RecordId::parse) else { return Ok(()) };
        let before = self.content_at(&site, &row.key)?;
        let known = match self.texts.get(&id) {
            Some(known) => Some(*known),
            None => self.told(lines, before.as_ref(), &row)?,
        };
        let visit = |day: Option<Date>| visit_of(main, day.or_else(|| row.listed.as_ref().map(Stamp::date)));
        let (state, fate) = match known {
            Some(read) if self.withdrawn.contains(&read.content) => unmasked(),
            Some(Read { content, version, day, new, names_files }) => {
                let files = if names_files { Files::Recorded } else { Files::Unknown };
                self.named(&site, &row, main, files, before.is_some())?;
                if let Some(skeleton) = self.suspects.get(&content) {
                    templates::adopt_sighting(&*self.ledger, &site, &row, (content, skeleton), batch)?;
                }
                let state = UrlState::Article { content, version, visit: visit(day) };
                (state, if new { Fate::Archived } else { Fate::Duplicate })
            }
            None => match self.read_again(&site, &row, main)? {
                Finding::Article(text) if self.is_template(&site, &text)? => unmasked(),
                Finding::Article(text) => {
                    self.named(&site, &row, main, Files::Read(&text), false)?;
                    match self.shelve_now(&site, &row, &text, (main, receipt, id), before)? {
                        Some(found) => found,
                        None => return Ok(()),
                    }
                }
                Finding::NotArticle(cause) => (UrlState::NotArticle(cause.clone()), Fate::NotArticle(cause)),
                _ => return Ok(()),
            },
        };
        if let UrlState::Article { content, .. } = &state {
            self.done.articles += 1;
            self.mend_reference(content, &site, main, receipt)?;
        }
        self.frontier.adopt(&site, &row, &state, receipt, &fate, batch)?;
        self.under_todays_key(&site, &row, &state, receipt, &fate, batch)
    }

    fn original_place(&self, revisit: &RawRecord) -> Result<Option<PayloadRow>, CrawlError> {
        let digest = revisit.fields.get(field::PAYLOAD_DIGEST).and_then(Digest::parse);
        Ok(digest.map(|digest| payload::place(&*self.ledger, &digest)).transpose()?.flatten())
    }

    fn original_block(&self, revisit: &RawRecord) -> Result<Option<Vec<u8>>, CrawlError> {
        let Some(place) = self.original_place(revisit)? else { return Ok(None) };
        let path = locate(self.shelf.root(), &place.file);
        Ok(read_at(&path, place.offset, BLOCK_BYTES).ok().map(|record| record.block))
    }
}

/// What a page is whose text proved to be a template's.
fn unmasked() -> (UrlState, Fate) {
    let cause = templates::CAUSE.to_owned();
    (UrlState::NotArticle(cause.clone()), Fate::NotArticle(cause))
}
