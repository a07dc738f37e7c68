//! WARC files → what is damaged, and where.
//!
//! Every record is read again: gzip CRC, framing, lengths, block and payload digests, fields, ids, links, index lines.
//! Promises: bounded memory but for 17 bytes a record id, and to go on behind damage. Refuses: to mend anything.

mod finding;
mod index;
mod links;
mod payload;
mod record;

use std::path::{Path, PathBuf};

pub use finding::{Fault, Finding, Summary};

use self::index::Index;
use self::links::{Links, Outcome};
use super::warc::{Damage, RawRecord, RecordType, WarcName, WarcReader, field, http, next_whole_record};

/// One run over any number of files. Ids and links are known across all of them.
#[derive(Debug, Default)]
pub struct Verifier {
    links: Links,
    files: Vec<PathBuf>,
}

/// Checks one file on its own; links that leave it count as dangling.
pub fn verify_file(path: &Path, each: &mut dyn FnMut(Finding)) -> Summary {
    let mut verifier = Verifier::default();
    let mut summary = verifier.check(path, each);
    summary.add(&verifier.finish(each));
    summary
}

impl Verifier {
    /// Checks a file, sealed or open. Links into other files wait for [`Self::finish`].
    pub fn check(&mut self, path: &Path, each: &mut dyn FnMut(Finding)) -> Summary {
        let number = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        self.files.push(path.to_owned());
        let mut pass = Pass {
            path,
            name: sealed_name(path),
            open: path.extension().is_some_and(|ending| ending == "open"),
            number,
            links: &mut self.links,
            index: None,
            summary: Summary { files: 1, ..Summary::default() },
            block: Vec::new(),
            each,
        };
        pass.run();
        pass.summary
    }

    /// Reports the links that lead nowhere, once every file was checked.
    pub fn finish(&mut self, each: &mut dyn FnMut(Finding)) -> Summary {
        let mut summary = Summary::default();
        for (link, outcome) in self.links.finish() {
            let fault = if outcome == Outcome::NoPayload { Fault::RevisitTarget } else { Fault::Dangling(link.field) };
            let path = self.files.get(link.file as usize).cloned().unwrap_or_default();
            summary.damage += 1;
            each(Finding { path, offset: Some(link.offset), fault });
        }
        summary
    }
}

/// One file's check.
struct Pass<'a> {
    path: &'a Path,
    name: String,
    open: bool,
    number: u32,
    links: &'a mut Links,
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
            Ok(reader) if self.index.is_some() => reader.with_member_digest(),
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
        if !self.links.record(fields) {
            faults.push(Fault::DuplicateId);
        }
        self.links.links(fields, self.number, offset);
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
        if fault.is_damage() {
            self.summary.damage += 1;
        } else {
            self.summary.notes += 1;
        }
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
