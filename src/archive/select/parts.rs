//! What the pages of a selection name → the addresses that belong to it as well: style sheets, scripts, fonts, images.
//!
//! What a page names is read from the page as it was archived, and what its style sheets name from these. The reading
//! itself is the caller's: a codec of pages is not this room's.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::address::{Key, captured_as};
use super::articles::Articles;
use super::files::WarcFile;
use super::lines;
use crate::archive::error::Result;
use crate::archive::warc::{RawRecord, http, locate, read_at};
use crate::model::{Head, PagePart};

/// What a page or a style sheet at an address names; from the head and the payload of its answer.
pub type Names<'a> = dyn Fn(&str, &Head, &[u8]) -> Vec<PagePart> + 'a;

/// What is read of a page or a style sheet; parts that are named behind it are left out.
pub const READ_BYTES: usize = 16 << 20;
/// Style sheets that name style sheets, one below the other.
const DEPTH: usize = 4;

/// Where an answer lies.
#[derive(Debug, Clone)]
struct Place {
    file: usize,
    offset: u64,
    url: String,
}

/// Addresses of the parts of all pages of `articles`; reads the indexes of `files` once, and each page.
pub fn find(
    root: &Path,
    files: &[WarcFile],
    articles: &Articles,
    names: &Names<'_>,
    problems: &mut Vec<String>,
) -> Result<HashSet<Key>> {
    let mut pages: Vec<Place> = Vec::new();
    let mut styles: HashMap<Key, Vec<Place>> = HashMap::new();
    // Sheets by their bytes, and where these were met again: there only the first capture has them.
    let mut sheets: HashMap<String, Place> = HashMap::new();
    let mut revisits: Vec<(Key, String, String)> = Vec::new();
    for (number, file) in files.iter().enumerate().filter(|(_, file)| file.of_captures()) {
        lines::each(root, file, &mut |_, entry| {
            if entry.fields.status != Some(200) {
                return Ok(());
            }
            let (key, kind) = (Key::of(&entry.fields.url), entry.fields.mime.as_deref().unwrap_or_default());
            let place = || Place { file: number, offset: entry.fields.offset, url: entry.fields.url.clone() };
            let digest = entry.fields.digest.clone();
            if kind.contains("css") {
                sheets.extend(digest.map(|digest| (digest, place())));
                styles.entry(key).or_default().push(place());
            } else if kind == "warc/revisit" {
                revisits.extend(digest.map(|digest| (key, entry.fields.url.clone(), digest)));
            } else if kind.contains("html") && articles.have_page(key) {
                pages.push(place());
            }
            Ok(())
        })?;
    }
    for (key, url, digest) in revisits {
        if let Some(sheet) = sheets.get(&digest) {
            styles.entry(key).or_default().push(Place { url, ..sheet.clone() });
        }
    }
    let mut found = HashSet::new();
    let mut open = pages;
    for _ in 0..DEPTH {
        let mut next = Vec::new();
        for place in std::mem::take(&mut open) {
            for part in named(root, files, &place, names, problems) {
                let key = Key::of(&captured_as(&part.url));
                if found.insert(key) {
                    next.extend(styles.get(&key).into_iter().flatten().cloned());
                }
            }
        }
        open = next;
    }
    Ok(found)
}

fn named(
    root: &Path,
    files: &[WarcFile],
    place: &Place,
    names: &Names<'_>,
    problems: &mut Vec<String>,
) -> Vec<PagePart> {
    match read_at(&locate(root, &files[place.file].relative), place.offset, READ_BYTES) {
        Ok(record) => of_record(&record, &place.url, names),
        Err(error) => {
            problems.push(error.to_string());
            Vec::new()
        }
    }
}

/// What the answer in a record names.
pub fn of_record(record: &RawRecord, url: &str, names: &Names<'_>) -> Vec<PagePart> {
    let message = http::Message::parse(&record.block);
    let Some(head) = Head::parse(message.head) else { return Vec::new() };
    names(url, &head, &message.payload.concat())
}
