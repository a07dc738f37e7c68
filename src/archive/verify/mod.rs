//! An archive → what is damaged, and where.
//!
//! Every record is read again: gzip CRC, framing, lengths, block and payload digests, fields, ids, links, index lines;
//! then everything that is made of the WARC files is compared with them: texts, records, catalogues, and the manifests
//! with all. Promises: to read only, without `state/`; to go on behind damage; memory for the ids and texts alone, about
//! 200 bytes a page. Refuses: to mend anything.

mod finding;
mod index;
mod links;
mod manifests;
mod payload;
mod record;
mod resume;
mod shelf;
mod whole;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use finding::{Fault, Finding, Summary};
pub use whole::{Scope, Watcher, verify};

use self::index::Index;
use self::links::{FileLinks, Links, Outcome};
use serde::{Deserialize, Serialize};

use super::warc::{Damage, RawRecord, RecordId, RecordType, WarcName, WarcReader, field, http, next_whole_record};

/// One run over any number of files, by any number of threads. Ids and links are known across all of them.
#[derive(Debug, Default)]
pub struct Verifier {
    all: Mutex<All>,
    /// Links out of the files that are looked at lead to files that are not.
    partial: bool,
}

#[derive(Debug, Default)]
struct All {
    links: Links,
    files: Vec<PathBuf>,
}

/// Checks one file on its own; links that leave it count as unseen.
pub fn verify_file(path: &Path, each: &mut dyn FnMut(Finding)) -> Summary {
    let verifier = Verifier::partial();
    let mut summary = verifier.check(path, each);
    summary.add(&verifier.finish(each));
    summary
}

/// What the check of a file gives besides its findings.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Checked {
    summary: Summary,
    links: FileLinks,
}

impl Verifier {
    /// A run over some of an archive's files: links that leave them are no damage.
    pub fn partial() -> Self {
        Self { partial: true, ..Self::default() }
    }

    /// Checks a file, sealed or open. Links into other files wait for [`Self::finish`].
    pub fn check(&self, path: &Path, each: &mut dyn FnMut(Finding)) -> Summary {
        let checked = check_alone(path, false, each);
        let mut summary = checked.summary.clone();
        summary.damage += self.take_in(path, &checked, each);
        summary
    }

    /// Takes in what a file holds; gives the number of ids that another file has too.
    fn take_in(&self, path: &Path, checked: &Checked, each: &mut dyn FnMut(Finding)) -> u64 {
        let mut all = self.lock();
        let number = u32::try_from(all.files.len()).unwrap_or(u32::MAX);
        all.files.push(path.to_owned());
        let twice = all.links.add(number, &checked.links);
        drop(all);
        for &offset in &twice {
            each(Finding { path: path.to_owned(), offset: Some(offset), fault: Fault::DuplicateId });
        }
        twice.len() as u64
    }

    /// Reports the links that lead nowhere, once every file was checked.
    pub fn finish(&self, each: &mut dyn FnMut(Finding)) -> Summary {
        let mut summary = Summary::default();
        let mut all = self.lock();
        for (file, link, outcome) in all.links.finish() {
            let fault = match outcome {
                Outcome::NoPayload => Fault::RevisitTarget,
                _ if self.partial => Fault::Unseen(link.field()),
                _ => Fault::Dangling(link.field()),
            };
            let path = all.files.get(file as usize).cloned().unwrap_or_default();
            summary.count(&fault);
            each(Finding { path, offset: Some(link.offset), fault });
        }
        summary
    }

    /// Where the record of that id was met.
    fn spot(&self, id: RecordId) -> Option<(PathBuf, u64)> {
        let all = self.lock();
        let spot = all.links.spot(id)?;
        Some((all.files.get(spot.file as usize)?.clone(), spot.offset))
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks a file without looking at others. `vouched` says that a manifest lists exactly these bytes, so that the digests
/// of single members need not be taken.
fn check_alone(path: &Path, vouched: bool, each: &mut dyn FnMut(Finding)) -> Checked {
    let mut pass = Pass {
        path,
        name: sealed_name(path),
        open: path.extension().is_some_and(|ending| ending == "open"),
        vouched,
        links: FileLinks::default(),
        index: None,
        summary: Summary { files: 1, ..Summary::default() },
        block: Vec::new(),
        each,
    };
    pass.run();
    let Pass { summary, mut links, .. } = pass;
    links.close();
    Checked { summary, links }
}

/// One file's check.
struct Pass<'a> {
    path: &'a Path,
    name: String,
    open: bool,
    vouched: bool,
    links: FileLinks,
    index: Option<Index>,
    summary: Summary,
    block: Vec<u8>,
    each: &'a mut dyn FnMut(Finding),
}

impl Pass<'_> {
    fn run(&mut self) {
        match std::fs::metadata(self.path) {
            Ok(meta) => self.summary.file_bytes = meta.len(),
            Err(error) => return self.report(None, Fault::Unreadable(error.to_string())),
        }
        if self.open {
            self.report(None, Fault::Open);
        } else {
            self.open_index();
        }
        let mut from = 0;
        while let Err(damage) = self.records(from) {
            let next = next_whole_record(self.path, damage.offset + 1).ok().flatten();
            // The torn end of a file that is being written is the next start's work.
            let torn = self.open && next.is_none();
            self.report(Some(damage.offset), if torn { Fault::OpenTail } else { Fault::Damage(damage.kind) });
            let Some(next) = next else { break };
            self.report(Some(damage.offset), Fault::Skipped { bytes: next - damage.offset });
            from = next;
        }
        // An open file that holds nothing yet has just been begun.
        if self.summary.records.is_empty() && !self.open {
            self.report(None, Fault::Empty);
        }
        let index = index_path(self.path);
        for at in self.index.take().map(|index| index.left()).unwrap_or_default() {
            self.report_at(index.clone(), Some(at), Fault::IndexDangling);
        }
    }

    /// Checks records from `from` up to the end or the first damage.
    fn records(&mut self, from: u64) -> Result<(), Damage> {
        let mut reader = match WarcReader::open(self.path, from) {
            Ok(reader) if self.index.is_some() && !self.vouched => reader.with_member_digest(),
            Ok(reader) => reader,
            Err(error) => {
                self.report(None, Fault::Unreadable(error.to_string()));
                return Ok(());
            }
        };
        while let Some(head) = reader.next_head()? {
            let mut faults = Vec::new();
            let mut block = std::mem::take(&mut self.block);
            let read = payload::check(&mut reader, &head.fields, head.block_len, &mut block, &mut |f| faults.push(f));
            let length = read.and_then(|computed| {
                self.summary.digests += computed;
                reader.finish()
            })?;
            record::check(&head.fields, head.block_len, &mut |fault| faults.push(fault));
            self.place(&head.fields, head.offset, &mut faults);
            self.summary.block_bytes += head.block_len;
            *self.summary.records.entry(head.fields.kind().to_string()).or_default() += 1;
            if let Some(index) = &mut self.index {
                // The index needs the HTTP head alone; the block goes back to be filled again.
                let head_len = http::head_length(&block).min(64 << 10);
                let (offset, block_len) = (head.offset, head.block_len);
                let fields = head.fields;
                let record = RawRecord { offset, length, fields, block_len, block: block[..head_len].to_vec() };
                faults.extend(index.tick(&record, &self.name, reader.member_digest()));
            }
            self.block = block;
            for fault in faults {
                self.report(Some(head.offset), fault);
            }
        }
        Ok(())
    }

    /// Ids, links, and what the first record must be.
    fn place(&mut self, fields: &super::warc::Fields, offset: u64, faults: &mut Vec<Fault>) {
        if !self.links.record(fields, offset) {
            faults.push(Fault::DuplicateId);
        }
        self.links.links(fields, offset);
        let warcinfo = fields.kind() == RecordType::WarcInfo;
        if offset == 0 && !warcinfo {
            faults.push(Fault::NoWarcinfo);
        }
        if let Some(name) = fields.get(field::FILENAME).filter(|name| warcinfo && *name != self.name) {
            faults.push(Fault::Filename(name.to_owned()));
        }
    }

    /// Files of this archive have an index; files from elsewhere need none.
    fn open_index(&mut self) {
        let path = index_path(self.path);
        if !path.exists() {
            if WarcName::parse(self.path).is_some() {
                self.report(None, Fault::NoIndex);
            }
            return;
        }
        let mut faults = Vec::new();
        match Index::read(&path, &mut |at, fault| faults.push((at, fault))) {
            Ok(index) => self.index = Some(index),
            Err(error) => return self.report_at(path, None, Fault::Unreadable(error.to_string())),
        }
        for (at, fault) in faults {
            self.report_at(path.clone(), Some(at), fault);
        }
    }

    fn report(&mut self, offset: Option<u64>, fault: Fault) {
        self.report_at(self.path.to_owned(), offset, fault);
    }

    fn report_at(&mut self, path: PathBuf, offset: Option<u64>, fault: Fault) {
        self.summary.count(&fault);
        (self.each)(Finding { path, offset, fault });
    }
}

/// The name that the file has, or will have, when it is sealed.
fn sealed_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.strip_suffix(".open").unwrap_or(&name).to_owned()
}

/// `<root>/index/<stem>.cdxj` for `<root>/warc/<site>/<year>/<stem>.warc.gz`.
fn index_path(path: &Path) -> PathBuf {
    let root = path.ancestors().nth(4).unwrap_or(Path::new(""));
    match WarcName::parse(path) {
        Some(name) => name.index_path(root),
        None => root.join("index").join(sealed_name(path).trim_end_matches(".warc.gz").to_owned() + ".cdxj"),
    }
}

#[cfg(test)]
mod tests;
