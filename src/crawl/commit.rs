//! The one thread that makes things true: append, sync, note, acknowledge; many captures at a time.
//!
//! Order of a commit: captures appended and synced, texts appended and synced, files written, ledger, and only then the
//! acknowledgement. A crash between any two leaves WARC records past the committed offset, which the next start reads
//! back in.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use super::coverage::Fate;
use super::effects;
use super::error::CrawlError;
use super::payload;
use super::places::{self};
use super::process::{Finding, Processed, Ready, may_refer, record, same_payload};
use super::recheck;
use super::recurring::Accounts;
use super::requisites;
use super::run::{Run, SiteRun, Stop};
use super::shelf::Shelf;
use super::shelve::{self, Shelved, Source};
use super::task::Task;
use super::templates;
use super::told;
use super::versions::Pending;
use super::visit;
use crate::archive::warc::{Original, Receipt};
use crate::ledger::{Applied, Batch};
use crate::model::Digest;
use crate::portal;

/// Captures of one commit.
const MOST: usize = 32;
/// How long the first capture of a commit waits for others.
const GATHER: Duration = Duration::from_millis(15);

/// How often records are given the places of their files in a run that does not end.
const FILL: Duration = Duration::from_mins(10);

/// Makes processed tasks durable.
#[derive(Debug)]
pub struct Committer {
    pub(super) run: Arc<Run>,
    pub(super) shelf: Shelf,
    // Templates found out in this commit: what was taken for articles before is withdrawn at its end.
    unmasked: Vec<(Arc<SiteRun>, Digest)>,
    blocks: Accounts,
}

/// A task whose captures were appended.
pub(super) struct Placed {
    pub(super) item: Processed,
    // Offset and length of each capture.
    spots: Vec<(u64, u64)>,
    pub(super) shelved: Option<Shelved>,
    pub(super) receipt: Option<Receipt>,
    ends: (Option<u64>, Option<u64>),
}

/// A task, and what it changes in the ledger.
struct Effects {
    placed: Placed,
    batch: Batch,
    fate: Option<Fate>,
}

impl Committer {
    /// A committer that writes to `shelf`.
    pub fn new(run: Arc<Run>, shelf: Shelf) -> Self {
        Self { run, shelf, unmasked: Vec::new(), blocks: Accounts::default() }
    }

    /// Commits what comes until the channel closes, then seals all files.
    pub fn go(mut self, incoming: &Receiver<Processed>) -> Result<(), CrawlError> {
        let mut filled = Instant::now();
        while let Some(first) = self.first(incoming)? {
            let mut batch = vec![first];
            // Asleep, and not woken by each of them.
            thread::sleep(GATHER);
            batch.extend(incoming.try_iter().take(MOST - 1));
            self.commit(batch)?;
            if filled.elapsed() > FILL {
                requisites::fill(&mut self.shelf, &self.run)?;
                filled = Instant::now();
            }
            if self.run.disk.is_low(Instant::now()) {
                self.run.stopper.send_replace(Stop::Drain);
            }
        }
        requisites::fill(&mut self.shelf, &self.run)?;
        self.shelf.seal_all(self.run.clock.now())?;
        self.run.ledger.flush()?;
        Ok(())
    }

    /// Commits tasks together: one sync of each file for all of them.
    pub fn commit(&mut self, items: Vec<Processed>) -> Result<(), CrawlError> {
        self.rotate(&items)?;
        let mut placed = self.append(items)?;
        self.sync_captures(&mut placed)?;
        self.shelve(&mut placed)?;
        for item in &placed {
            if let Some(shelved) = item.shelved.as_ref().filter(|shelved| shelved.appended) {
                shelve::write_files(&mut self.shelf, shelved)?;
            }
        }
        self.blocks.note(&*self.run.ledger, &mut self.shelf, &placed)?;
        note_ends_once(&mut placed);
        let mut joint = Vec::with_capacity(placed.len());
        for item in placed {
            if stands_alone(&item) {
                joint.push(self.effects_of(item)?);
                continue;
            }
            // It may rest on rows that those before it change.
            self.acknowledge(std::mem::take(&mut joint))?;
            let effects = self.effects_of(item)?;
            self.acknowledge(vec![effects])?;
        }
        self.acknowledge(joint)?;
        for (site, skeleton) in std::mem::take(&mut self.unmasked) {
            let (run, now) = (&*self.run, self.run.clock.now());
            templates::withdraw(&mut self.shelf, &*run.ledger, &run.frontier, &site, &skeleton, now)?;
        }
        self.blocks.settle(&*self.run.ledger, &mut self.shelf, self.run.clock.now())
    }

    fn rotate(&mut self, items: &[Processed]) -> Result<(), CrawlError> {
        let mut sizes: HashMap<&str, u64> = HashMap::new();
        for item in items {
            let bytes: usize = item.captures.iter().map(|ready| ready.prepared.bytes.len()).sum();
            *sizes.entry(item.finished.site.id()).or_default() += bytes as u64;
        }
        let now = self.run.clock.now();
        for (site, bytes) in sizes {
            self.shelf.rotate(site, now, bytes)?;
        }
        Ok(())
    }

    fn append(&mut self, items: Vec<Processed>) -> Result<Vec<Placed>, CrawlError> {
        let now = self.run.clock.now();
        let mut fresh: HashMap<Digest, (String, Original)> = HashMap::new();
        let mut out = Vec::with_capacity(items.len());
        for mut item in items {
            let site = Arc::clone(&item.finished.site);
            let mut spots = Vec::with_capacity(item.captures.len());
            for ready in &mut item.captures {
                self.refer(&site, ready, &mut fresh)?;
                let files = self.shelf.site(site.id())?;
                let offset = files.captures.append_prepared(&ready.prepared, now)?;
                let length = ready.prepared.bytes.len() as u64;
                self.run.meters.wrote(length);
                for record in &ready.prepared.records {
                    self.run.meters.appended(&record.kind.to_string(), 1);
                }
                site.stats.warc_bytes.add(length);
                spots.push((offset, length));
            }
            out.push(Placed { item, spots, shelved: None, receipt: None, ends: (None, None) });
        }
        Ok(out)
    }

    /// Turns a response into a revisit when another of this commit, or of another worker since, holds its payload.
    fn refer(
        &mut self,
        site: &SiteRun,
        ready: &mut Ready,
        fresh: &mut HashMap<Digest, (String, Original)>,
    ) -> Result<(), CrawlError> {
        let Some(original) = ready.prepared.as_original().filter(|_| may_refer(&ready.exchange)) else {
            if ready.prepared.main().is_some_and(|main| main.kind == crate::archive::warc::RecordType::Revisit) {
                site.stats.revisits.add(1);
            }
            return Ok(());
        };
        let earlier = match fresh.get(&ready.payload) {
            Some((owner, original)) => {
                // In another file, it must be on disk before anything refers to it.
                if owner != site.id() {
                    self.shelf.site(owner)?.captures.sync()?;
                }
                Some(original.clone())
            }
            None => payload::original(&*self.run.ledger, &ready.payload)?,
        };
        match earlier {
            Some(earlier) => {
                let level = self.shelf.level();
                ready.prepared =
                    record(&ready.exchange, &ready.metadata, ready.payload, Some(same_payload(earlier)), level);
                site.stats.revisits.add(1);
            }
            None => {
                fresh.insert(ready.payload, (site.id().to_owned(), original));
            }
        }
        Ok(())
    }

    fn sync_captures(&mut self, placed: &mut [Placed]) -> Result<(), CrawlError> {
        let sites: BTreeSet<String> = placed.iter().map(|p| p.item.finished.site.id().to_owned()).collect();
        for site in &sites {
            let begun = Instant::now();
            self.shelf.site(site)?.captures.sync()?;
            self.run.meters.synced(begun.elapsed());
        }
        for item in placed {
            let site = item.item.finished.site.id().to_owned();
            let series = &self.shelf.site(&site)?.captures;
            if let Some((offset, length)) = item.spots.last() {
                item.receipt = series.receipt(*offset, *length);
                item.ends.0 = Some(offset + length);
            }
        }
        Ok(())
    }

    fn shelve(&mut self, placed: &mut [Placed]) -> Result<(), CrawlError> {
        let now = self.run.clock.now();
        let mut pending = Pending::default();
        let mut touched = BTreeSet::new();
        for place in placed.iter_mut() {
            if let Finding::Article(text) = &mut place.item.finding {
                text.leave_out(&place.item.finished.site.learned());
            }
            self.judge(place)?;
            let Finding::Article(text) = &place.item.finding else { continue };
            let Task::Article(lease) = &place.item.finished.task else { continue };
            let Some(receipt) = &place.receipt else { continue };
            let Some(ready) = place.item.captures.last() else { continue };
            let Some(main) = ready.prepared.main() else { continue };
            let mut locations = vec![lease.row.url.clone()];
            shelve::add_locations(&mut locations, std::slice::from_ref(&text.final_url));
            let family = place.item.finished.site.family();
            let source = Source {
                site: place.item.finished.site.id(),
                url: portal::canonical(&ready.exchange.url, family.as_deref()),
                family: family.as_deref(),
                page: ready.exchange.url.as_str(),
                list: &lease.row.list,
                locations,
                receipt,
                record_id: main.id,
                captured_at: ready.prepared.date,
                before: visit::content_before(lease),
            };
            let shelved = shelve::shelve(&mut self.shelf, &*self.run.ledger, &mut pending, text, &source, now)?;
            if shelved.appended {
                touched.insert(source.site.to_owned());
                self.run.meters.appended("conversion", usize::from(shelved.text.is_some()));
                self.run.meters.appended("metadata", 1 + shelved.told.len());
            }
            place.shelved = Some(shelved);
            place.ends.1 = self.shelf.site(place.item.finished.site.id())?.texts.lengths().map(|(length, _)| length);
        }
        for site in touched {
            let begun = Instant::now();
            self.shelf.site(&site)?.texts.sync()?;
            self.run.meters.synced(begun.elapsed());
        }
        Ok(())
    }

    /// What reads like an article may be the portal's page for what it does not have.
    fn judge(&mut self, place: &mut Placed) -> Result<(), CrawlError> {
        let (Finding::Article(text), Task::Article(lease)) = (&place.item.finding, &place.item.finished.task) else {
            return Ok(());
        };
        if let Some((skeleton, new)) = templates::judge(&*self.run.ledger, &lease.site, &lease.row, text)? {
            if new {
                self.unmasked.push((Arc::clone(&place.item.finished.site), skeleton));
            }
            place.item.finding = Finding::NotArticle(templates::CAUSE.to_owned());
        }
        Ok(())
    }

    /// What one task changes.
    fn effects_of(&mut self, placed: Placed) -> Result<Effects, CrawlError> {
        let mut batch = Batch::default();
        let site = Arc::clone(&placed.item.finished.site);
        for (ready, (offset, _)) in placed.item.captures.iter().zip(&placed.spots) {
            let files = self.shelf.site(site.id())?;
            let name = files.captures.name().map(crate::archive::warc::WarcName::relative).unwrap_or_default();
            if let Some(original) = ready.prepared.as_original().filter(|_| may_refer(&ready.exchange)) {
                payload::remember(&*self.run.ledger, &original, &name, *offset, &mut batch)?;
            }
        }
        self.shelf.site(site.id())?.note_committed(placed.ends.0, placed.ends.1, &mut batch);
        let mut seen = Vec::new();
        let fate = self.effects(&site, &placed, &mut seen, &mut batch)?;
        if !seen.is_empty() {
            // Before the acknowledgement: nothing would bring these addresses back.
            let now = self.run.clock.now();
            let end = places::record(&mut self.shelf, site.id(), &seen, site.family().as_deref(), now)?;
            self.shelf.site(site.id())?.note_committed(None, end, &mut batch);
        }
        if let (Some(fate), Task::Article(lease)) = (&fate, &placed.item.finished.task) {
            effects::settle_coverage(&*self.run.ledger, &site, &lease.row, fate, &mut batch)?;
        }
        Ok(Effects { placed, batch, fate })
    }

    /// Notes tasks in the ledger and lets go of them: in one write, or one by one where that is refused.
    fn acknowledge(&self, tasks: Vec<Effects>) -> Result<(), CrawlError> {
        let mut joint = Batch::default();
        for task in &tasks {
            joint.join(&task.batch);
        }
        let together = tasks.len() > 1 && self.run.ledger.apply(&joint)? == Applied::Done;
        for Effects { placed, batch, fate } in tasks {
            let site = Arc::clone(&placed.item.finished.site);
            // A refused batch means that another owner has taken the item over: it counts there.
            if (together || self.run.ledger.apply(&batch)? == Applied::Done)
                && let Some(fate) = fate
            {
                told::tell(&self.run.meters, &placed, &fate);
                match &placed.item.finished.task {
                    Task::Article(lease) if lease.row.again => site.stats.seen_again(&found_again(&placed, &fate)),
                    _ => count(&site, &fate),
                }
            }
            drop(placed);
            site.outstanding.fetch_sub(1, Ordering::SeqCst);
            site.wake.notify_one();
        }
        Ok(())
    }
}

/// How far its files are accounted for is noted with the last item of each site alone: after a crash before that, the items
/// acknowledged already are read back in as well, and found to be known.
fn note_ends_once(placed: &mut [Placed]) {
    let (mut captures, mut texts) = (BTreeSet::new(), BTreeSet::new());
    for place in placed.iter_mut().rev() {
        let site = place.item.finished.site.id();
        if place.ends.0.is_some() && !captures.insert(site.to_owned()) {
            place.ends.0 = None;
        }
        if place.ends.1.is_some() && !texts.insert(site.to_owned()) {
            place.ends.1 = None;
        }
    }
}

/// Whether what a task changes rests on no row that another task of the same commit may change: a new article, found in a
/// walk of this run.
fn stands_alone(placed: &Placed) -> bool {
    let Task::Article(lease) = &placed.item.finished.task else { return false };
    let new = placed.shelved.as_ref().is_some_and(|shelved| shelved.text.is_some() && !shelved.edited);
    let walked = || placed.item.finished.site.walks().iter().any(|walk| walk.id == lease.row.walk);
    new && !lease.row.again && walked()
}

/// What a visit of an archived article found.
fn found_again(placed: &Placed, fate: &Fate) -> recheck::Revisited {
    match (fate, &placed.item.finding) {
        (Fate::Failed(cause), _) => recheck::Revisited::Lost(cause.clone()),
        (_, Finding::NotModified) => recheck::Revisited::NotModified,
        _ if placed.shelved.as_ref().is_some_and(|shelved| shelved.edited) => recheck::Revisited::Edited,
        _ => recheck::Revisited::Unchanged,
    }
}

fn count(site: &SiteRun, fate: &Fate) {
    match fate {
        Fate::Archived => site.stats.articles.add(1),
        Fate::Duplicate => site.stats.duplicates.add(1),
        Fate::NotArticle(_) => site.stats.not_articles.add(1),
        Fate::Failed(_) => site.stats.failed.add(1),
        Fate::Refused => site.stats.refused.add(1),
    }
}
