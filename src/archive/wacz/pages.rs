//! `pages/pages.jsonl`: a line for every page, with its title and the cleaned text, for search.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::Written;
use crate::archive::error::{ArchiveError, Result};
use crate::archive::select::{Selection, text_of};

/// The first line.
#[derive(Serialize)]
struct Head<'a> {
    format: &'static str,
    id: &'static str,
    title: &'a str,
    #[serde(rename = "hasText")]
    has_text: bool,
}

/// A page. All lines have the same keys: the reference validator wants it so.
#[derive(Serialize)]
struct Line<'a> {
    id: String,
    url: &'a str,
    ts: &'a str,
    title: &'a str,
    text: &'a str,
}

/// Writes the lines; gives address and time of the first page.
pub fn write(
    selection: &Selection,
    title: &str,
    name: &Path,
    out: &mut dyn Write,
    written: &mut Written,
) -> Result<Option<(String, String)>> {
    let mut main = None;
    put(name, out, &Head { format: "json-pages-1.0", id: "pages", title, has_text: true })?;
    selection.each_page(&mut |page| {
        let text = text_of(&selection.root, &page.record)?;
        written.without_text += u64::from(text.is_none());
        let text = String::from_utf8(text.unwrap_or_default()).unwrap_or_default();
        let id = match page.number {
            0 => page.record.id.clone(),
            more => format!("{}-{}", page.record.id, more + 1),
        };
        put(name, out, &Line { id, url: &page.uri, ts: &page.at, title: &page.record.title, text: &text })?;
        written.pages += 1;
        main.get_or_insert((page.uri, page.at));
        Ok(())
    })?;
    Ok(main)
}

fn put<T: Serialize>(name: &Path, out: &mut dyn Write, value: &T) -> Result<()> {
    let line = serde_json::to_vec(value);
    let mut line = line.map_err(|source| ArchiveError::Json { path: name.to_owned(), source })?;
    line.push(b'\n');
    out.write_all(&line).map_err(|error| ArchiveError::io("write", name, error))
}
