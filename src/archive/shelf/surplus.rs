//! Files of `text/`, `catalog/` and `index/` that no WARC file vouches for.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{Named, Short, short};
use crate::archive::catalog;
use crate::archive::error::Result;
use crate::archive::text::sidecar;
use crate::archive::warc::{WarcFile, entries, file_safe};

/// What the WARC files vouch for.
#[derive(Debug, Default)]
pub struct Vouched {
    /// Paths of texts, short; sorted once complete.
    texts: Vec<Short>,
    /// Catalogues, by site.
    sites: HashSet<String>,
}

impl Vouched {
    /// A withdrawn article has a line in the catalogue and no `text` any more.
    pub(super) fn add(&mut self, named: &Named, text: bool) {
        if text {
            self.texts.push(short(named.text_path.as_bytes()));
        }
        if !self.sites.contains(&named.site) {
            self.sites.insert(named.site.clone());
        }
    }

    pub(super) fn close(&mut self) {
        self.texts.sort_unstable();
        self.texts.dedup();
    }

    /// Sites with a catalogue.
    pub fn sites(&self) -> impl Iterator<Item = &str> {
        self.sites.iter().map(String::as_str)
    }

    fn holds_text(&self, relative: &str) -> bool {
        self.texts.binary_search(&short(relative.as_bytes())).is_ok()
    }
}

/// Calls `each` with every surplus file. A site that is crawled and has no article yet has an empty catalogue: that is none.
pub fn surplus(root: &Path, files: &[WarcFile], vouched: &Vouched, each: &mut dyn FnMut(PathBuf)) -> Result<()> {
    let indexed: HashSet<PathBuf> = files.iter().map(|file| file.name.index_path(root)).collect();
    for path in entries(&root.join("index"))? {
        if !indexed.contains(&path) {
            each(path);
        }
    }
    let crawled: HashSet<&str> = files.iter().map(|file| file.name.site.as_str()).collect();
    let logs: HashSet<PathBuf> = vouched.sites().map(|site| catalog::path_of(root, site)).collect();
    for path in entries(&root.join("catalog"))? {
        let site = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".jsonl")).unwrap_or_default();
        let empty = std::fs::metadata(&path).is_ok_and(|meta| meta.len() == 0);
        let known = logs.contains(&path) || (empty && crawled.contains(file_safe(site).as_str()));
        if !known {
            each(path);
        }
    }
    texts(root, &root.join("text"), vouched, each)
}

fn texts(root: &Path, dir: &Path, vouched: &Vouched, each: &mut dyn FnMut(PathBuf)) -> Result<()> {
    let mut list = entries(dir)?;
    list.sort();
    for path in list {
        if path.is_dir() {
            texts(root, &path, vouched, each)?;
            continue;
        }
        let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        let text = relative.strip_suffix(".json").map_or_else(|| relative.clone(), |stem| format!("{stem}.txt"));
        let ours = relative == text || relative == sidecar(&text);
        if !ours || !vouched.holds_text(&text) {
            each(path);
        }
    }
    Ok(())
}
