//! Texts → a flat folder for those who work with language: `NNN_<hash16>.txt`, and `index.jsonl`, which says what is what.
//!
//! Promises: a number, once given, stays; a second run adds what is new behind what is there, and nothing twice; what was
//! taken down since is removed and its number kept free. Refuses: a folder with anything else in it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::{ArchiveError, Context as _, Result};
use super::fsio::{self, Durability};
use super::select::{Texts, text_of};
use crate::model::Digest;

/// The file that says what is what.
pub const INDEX: &str = "index.jsonl";
/// What its first line says.
const FORMAT: &str = "luutru-corpus-1";

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Written {
    /// Texts that are new.
    pub added: u64,
    /// Texts that were there already.
    pub held: u64,
    /// Texts that were taken out.
    pub withdrawn: u64,
    /// Articles whose text file is not in the archive.
    pub without_text: u64,
}

#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
}

/// A line of the index.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    number: usize,
    file: String,
    id: String,
    site: String,
    url: String,
    title: String,
    published: Option<String>,
    version: u32,
    content_hash: Digest,
    captured_at: String,
    /// Taken down after it was exported.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    withdrawn: bool,
}

/// Brings the corpus in `dir` up to `texts`.
pub fn write(texts: &Texts, dir: &Path) -> Result<Written> {
    let mut rows = rows_of(dir)?;
    let mut known: HashMap<Digest, usize> = rows.iter().map(|row| (row.content_hash, row.number)).collect();
    let mut written = Written::default();
    let mut missing = Vec::new();
    texts.each(&mut |record| {
        let Some(text) = text_of(&texts.root, &record)? else {
            written.without_text += 1;
            return Ok(());
        };
        if let Some(&number) = known.get(&record.content_hash) {
            let row = &mut rows[number];
            if row.withdrawn || !dir.join(&row.file).exists() {
                row.withdrawn = false;
                missing.push((row.file.clone(), record));
                written.added += 1;
            } else {
                written.held += 1;
            }
            return Ok(());
        }
        drop(text);
        let number = rows.len();
        let file = format!("{number:03}_{}.txt", record.content_hash.hash16());
        known.insert(record.content_hash, number);
        rows.push(Row {
            number,
            file: file.clone(),
            id: record.id.clone(),
            site: record.site.clone(),
            url: record.url.clone(),
            title: record.title.clone(),
            published: record.published.clone(),
            version: record.version,
            content_hash: record.content_hash,
            captured_at: record.captured_at.clone(),
            withdrawn: false,
        });
        missing.push((file, record));
        written.added += 1;
        Ok(())
    })?;
    for row in rows.iter_mut().filter(|row| !row.withdrawn && texts.hides(&row.id)) {
        row.withdrawn = true;
        written.withdrawn += 1;
    }
    // The index comes first: a text that it names and that a crash kept back is written by the next run.
    put_index(dir, &rows)?;
    for (file, record) in missing {
        if let Some(text) = text_of(&texts.root, &record)? {
            fsio::replace(&dir.join(file), &text, Durability::Rebuildable)?;
        }
    }
    for row in rows.iter().filter(|row| row.withdrawn) {
        let path = dir.join(&row.file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error).at("remove", &path),
            _ => {}
        }
    }
    Ok(written)
}

/// The index as it stands; a folder that is not there, or empty, has none.
fn rows_of(dir: &Path) -> Result<Vec<Row>> {
    let names = match fs::read_dir(dir) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<std::io::Result<Vec<_>>>(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => Err(error),
    };
    let names = names.at("list", dir)?;
    let foreign = |what: String| ArchiveError::Occupied { path: dir.to_owned(), what };
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let path = dir.join(INDEX);
    let Ok(index) = fs::read_to_string(&path) else {
        return Err(foreign(format!(
            "it has no {INDEX}, so it is no corpus of luutru; name an empty folder, or a new one"
        )));
    };
    let mut lines = index.lines();
    let head = lines.next().and_then(|line| serde_json::from_str::<Head>(line).ok());
    if head.is_none_or(|head| head.format != FORMAT) {
        return Err(foreign(format!("its {INDEX} is none of luutru; name an empty folder, or a new one")));
    }
    let rows = lines.map(serde_json::from_str).collect::<serde_json::Result<Vec<Row>>>();
    let rows =
        rows.map_err(|error| foreign(format!("its {INDEX} cannot be read ({error}); export to a new folder")))?;
    let ours: HashSet<&str> = rows.iter().map(|row| row.file.as_str()).collect();
    for name in names {
        let name = name.to_string_lossy();
        let left = name.strip_suffix(".tmp").unwrap_or(&name);
        if left != INDEX && !ours.contains(left) {
            return Err(foreign(format!("{name} is not in its {INDEX}; move it elsewhere")));
        }
    }
    if rows.iter().enumerate().any(|(number, row)| row.number != number || row.file.contains(['/', '\\'])) {
        return Err(foreign(format!("the numbers of its {INDEX} do not count up; export to a new folder")));
    }
    Ok(rows)
}

fn put_index(dir: &Path, rows: &[Row]) -> Result<()> {
    let path = dir.join(INDEX);
    let json = |source| ArchiveError::Json { path: path.clone(), source };
    let mut out = serde_json::to_vec(&Head { format: FORMAT.to_owned() }).map_err(json)?;
    out.push(b'\n');
    for row in rows {
        serde_json::to_writer(&mut out, row).map_err(json)?;
        out.push(b'\n');
    }
    fsio::replace(&path, &out, Durability::Synced)
}
