//! What an archivist asked for → the WARC records, pages and texts that belong to it.
//!
//! Promises: reads files of the root only, never the ledger, and changes none; leaves out what was taken down; takes the
//! original of a revisit along; keeps places and keys in memory, some ten bytes a capture and some hundred an article, never
//! a file. The same selection of the same files is the same, to the byte. Refuses: a selection that is empty, or that names
//! what is not there.

mod address;
mod articles;
mod files;
mod hidden;
mod lines;
mod members;
mod originals;
mod pages;
mod parts;
mod query;
mod take;
mod texts;
mod withheld;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use address::Key;
use articles::Articles;
use files::WarcFile;
use originals::Originals;

pub use hidden::Hidden;
pub use lines::Lines;
pub use pages::{Page, text_of};
pub use parts::Names;
pub use query::{By, Query, rfc3339};
pub use take::{Range, Take};
pub use texts::Texts;
pub use withheld::holds_hidden;

use super::catalog::ArticleRecord;
use super::cdxj::Entry;
use super::error::{ArchiveError, Result};

/// What belongs to a selection.
#[derive(Debug)]
pub struct Selection {
    /// The archive.
    pub root: PathBuf,
    /// What was asked for.
    pub query: Query,
    /// WARC files, by their names.
    pub takes: Vec<Take>,
    /// Captures among their records.
    pub captures: u64,
    /// Time of the latest capture, 14 digits; 0 when there is none.
    pub latest: u64,
    /// What could not be read, and was left out.
    pub problems: Vec<String>,
    articles: Articles,
    /// Addresses of what the pages of the articles name.
    parts: HashSet<Key>,
    /// Times of the captures at the addresses of articles.
    seen: HashMap<Key, BTreeSet<u64>>,
}

impl Selection {
    /// Finds what belongs to `query`; `names` reads what pages name, for a selection of articles takes their parts along.
    pub fn make(root: &Path, query: Query, names: &Names<'_>) -> Result<Self> {
        let (mut files, foreign) = files::list(root)?;
        files.retain(|file| query.sees_site(&file.name.site));
        known_sites(root, &files, &query)?;
        let hidden = Hidden::read(root, names)?;
        let held = held(root, &files, &query)?;
        let articles = Articles::read(root, &query, &hidden, &held)?;
        known_articles(&articles, &query)?;
        let mut out = Self {
            root: root.to_owned(),
            query,
            takes: Vec::new(),
            captures: 0,
            latest: 0,
            problems: Vec::new(),
            articles,
            parts: HashSet::new(),
            seen: HashMap::new(),
        };
        let left_out = |path: &PathBuf| format!("{}: not a WARC name of this archive; left out", path.display());
        out.problems.extend(foreign.iter().map(left_out));
        if out.articles.bad_lines > 0 {
            out.problems.push(format!("{} lines of the catalogue are no records", out.articles.bad_lines));
        }
        if !out.query.takes_all() {
            let near: Vec<WarcFile> =
                files.iter().filter(|file| out.query.wants_site(&file.name.site)).cloned().collect();
            out.parts = parts::find(root, &near, &out.articles, names, &mut out.problems)?;
        }
        let chosen = out.choose(&files, &hidden)?;
        if chosen.is_empty() {
            let what = format!(
                "nothing in {} belongs to: {}; `luutru articles` lists what there is",
                root.display(),
                out.query.words()
            );
            return Err(ArchiveError::Selection { what });
        }
        out.take_captures(&files, &chosen)?;
        out.take_texts(&files, &chosen, &hidden)?;
        out.takes.sort_by_key(|take| take.name.file_name());
        Ok(out)
    }

    /// How many articles it has.
    pub fn articles(&self) -> usize {
        self.articles.count()
    }

    /// Whether a capture belongs for its own sake.
    fn wants(&self, file: &WarcFile, entry: &Entry, hidden: &Hidden) -> bool {
        let needed = |key: Key| self.articles.have(key) || self.parts.contains(&key);
        self.query.wants_site(&file.name.site)
            && self.query.wants_time(&entry.stamp)
            && (self.query.takes_all() || needed(Key::of(&entry.fields.url)))
            && !hidden.capture(entry)
    }

    /// The captures that belong, by file, and which files are wanted to their last capture.
    fn choose(&mut self, files: &[WarcFile], hidden: &Hidden) -> Result<BTreeMap<usize, Chosen>> {
        let mut chosen: BTreeMap<usize, Chosen> = BTreeMap::new();
        let mut originals = Originals::default();
        // Files of the selection first: most originals lie there, and then no other is read.
        let captures = files.iter().enumerate().filter(|(_, file)| file.of_captures());
        let (near, far): (Vec<_>, Vec<_>) = captures.partition(|(_, file)| self.query.wants_site(&file.name.site));
        for &(number, file) in &near {
            let mut here = Chosen::default();
            lines::each(&self.root.clone(), file, &mut |_, entry| {
                if !self.wants(file, entry, hidden) {
                    here.others = true;
                    return Ok(());
                }
                here.offsets.push(entry.fields.offset);
                self.note(entry);
                if entry.fields.mime.as_deref() == Some("warc/revisit") {
                    originals.want(&self.root, file, entry.fields.offset, &mut self.problems);
                }
                Ok(())
            })?;
            if !here.offsets.is_empty() {
                chosen.insert(number, here);
            }
        }
        for (number, file) in near.into_iter().chain(far) {
            if originals.is_empty() {
                break;
            }
            let mut found = Vec::new();
            lines::each(&self.root, file, &mut |_, entry| {
                if originals.settle(entry) && !hidden.capture(entry) && !self.wants(file, entry, hidden) {
                    found.push(entry.fields.offset);
                }
                Ok(())
            })?;
            if !found.is_empty() {
                let here = chosen.entry(number).or_insert_with(|| Chosen { others: true, ..Chosen::default() });
                self.captures += found.len() as u64;
                here.offsets.extend(found);
            }
        }
        self.problems.extend(originals.missing());
        Ok(chosen)
    }

    /// Counts a capture, and remembers when an article's page was seen.
    fn note(&mut self, entry: &Entry) {
        self.captures += 1;
        let Some(stamp) = query::stamp14(&entry.stamp) else { return };
        self.latest = self.latest.max(stamp);
        let key = Key::of(&entry.fields.url);
        if entry.fields.status == Some(200) && self.articles.have(key) {
            self.seen.entry(key).or_default().insert(stamp);
        }
    }

    /// Captures with the records beside them.
    fn take_captures(&mut self, files: &[WarcFile], chosen: &BTreeMap<usize, Chosen>) -> Result<()> {
        for (&number, here) in chosen {
            let file = &files[number];
            if !here.others && !file.open {
                self.takes.push(Take::whole(&self.root, file)?);
                continue;
            }
            let mut offsets = here.offsets.clone();
            offsets.sort_unstable();
            offsets.dedup();
            let members = members::of_captures(&self.root, file, &offsets, &mut self.problems)?;
            if !members.is_empty() {
                self.takes.push(Take::part(&self.root, file, &members)?);
            }
        }
        Ok(())
    }

    /// The texts of the sites that captures were taken from.
    fn take_texts(&mut self, files: &[WarcFile], chosen: &BTreeMap<usize, Chosen>, hidden: &Hidden) -> Result<()> {
        let sites: BTreeSet<&str> = chosen.keys().map(|&number| files[number].name.site.as_str()).collect();
        let whole = self.query.whole_sites() && hidden.is_empty();
        let wanted = |file: &&WarcFile| {
            let site = file.name.site.as_str();
            !file.of_captures() && self.query.wants_site(site) && sites.contains(site)
        };
        for file in files.iter().filter(wanted).collect::<Vec<_>>() {
            if whole && !file.open {
                self.takes.push(Take::whole(&self.root, file)?);
                continue;
            }
            let belongs = &mut |record: &members::TextRecord| {
                self.query.wants_time(&record.captured_at)
                    && (self.query.takes_all() || self.articles.have_id(&record.id))
                    && !hidden.article(&record.id)
            };
            let (members, all) = members::of_texts(&self.root, file, belongs, &mut self.problems)?;
            if all && !file.open {
                self.takes.push(Take::whole(&self.root, file)?);
            } else if !members.is_empty() {
                self.takes.push(Take::part(&self.root, file, &members)?);
            }
        }
        Ok(())
    }
}

/// Captures of one file.
#[derive(Debug, Default)]
struct Chosen {
    /// Where they start.
    offsets: Vec<u64>,
    /// Whether the file has others.
    others: bool,
}

/// Addresses that the sites that were asked for captured; empty when all are asked for.
fn held(root: &Path, files: &[WarcFile], query: &Query) -> Result<HashSet<Key>> {
    let mut held = HashSet::new();
    if query.sites.is_empty() && query.within.is_none() {
        return Ok(held);
    }
    for file in files.iter().filter(|file| file.of_captures() && query.wants_site(&file.name.site)) {
        lines::each(root, file, &mut |_, entry| {
            held.insert(Key::of(&entry.fields.url));
            Ok(())
        })?;
    }
    Ok(held)
}

/// Whether the site captured the article at one of its addresses.
pub fn met_at(root: &Path, site: &str, record: &ArticleRecord) -> Result<bool> {
    let (files, _) = files::list(root)?;
    let query = Query { sites: vec![site.to_owned()], ..Query::default() };
    let held = held(root, &files, &query)?;
    Ok(record.site == site || record.locations.iter().any(|uri| held.contains(&Key::of(&address::captured_as(uri)))))
}

/// A site that nothing was ever captured from is a slip of the pen.
fn known_sites(root: &Path, files: &[WarcFile], query: &Query) -> Result<()> {
    let known: BTreeSet<&str> = files.iter().map(|file| file.name.site.as_str()).collect();
    match query.sites.iter().find(|site| !known.contains(site.as_str())) {
        None => Ok(()),
        Some(site) => {
            let known = Vec::from_iter(known).join(", ");
            let what = format!("{} holds nothing of a site {site}; it has: {known}", root.display());
            Err(ArchiveError::Selection { what })
        }
    }
}

/// An id that is not in the catalogue, or that is hidden, is said, and not passed over.
fn known_articles(articles: &Articles, query: &Query) -> Result<()> {
    if let Some(id) = query.ids.iter().find(|id| articles.hidden.contains(id)) {
        let what = format!("article {id} is taken down; `luutru takedown --list` says why");
        return Err(ArchiveError::Selection { what });
    }
    match query.ids.iter().find(|id| !articles.have_id(id)) {
        None => Ok(()),
        Some(id) => {
            let what = format!("article {id} does not belong to: {}; `luutru articles` lists ids", query.words());
            Err(ArchiveError::Selection { what })
        }
    }
}
