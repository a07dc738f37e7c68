//! A selection → a WACZ 1.1.1 file, as a stream.
//!
//! Promises: WARC files stored as they are, or as whole members behind a `warcinfo` of their own; a sorted index of all
//! of them; a line for every page; hashes of everything. The same selection gives the same bytes. Nothing is kept in
//! memory but an index line a file and a digest a resource.

mod index;
mod pages;
mod zip;

use std::io::{Seek, Write};
use std::path::Path;

use serde::Serialize;

use super::error::{ArchiveError, Result};
use super::select::{Selection, rfc3339};
use crate::model::Digest;

pub use self::zip::{Form, Package, Resource, Streamed, Writer};

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Written {
    /// WARC files.
    pub files: u64,
    /// Those that were stored as they are.
    pub whole_files: u64,
    /// Captures in the index.
    pub captures: u64,
    /// Pages.
    pub pages: u64,
    /// Pages whose text file is not there.
    pub without_text: u64,
}

/// `datapackage.json` (WACZ 1.1.1, section 5.2).
#[derive(Serialize)]
struct DataPackage<'a> {
    profile: &'static str,
    wacz_version: &'static str,
    title: &'a str,
    description: String,
    created: &'a str,
    modified: &'a str,
    software: String,
    #[serde(rename = "mainPageUrl", skip_serializing_if = "Option::is_none")]
    main_page_url: Option<String>,
    #[serde(rename = "mainPageDate", skip_serializing_if = "Option::is_none")]
    main_page_date: Option<String>,
    resources: &'a [Resource],
}

/// `datapackage-digest.json` (section 5.3).
#[derive(Serialize)]
struct DataPackageDigest {
    path: &'static str,
    hash: String,
}

/// Writes the package. `name` is what errors call it.
pub fn write<W: Write + Seek>(selection: &Selection, out: Writer<W>, name: &Path) -> Result<(W, Written)> {
    let title = format!("luutru: {}", selection.query.words());
    let created = rfc3339(selection.latest);
    let mut package = Package::new(out, name, selection.latest);
    let mut written = Written::default();
    for take in &selection.takes {
        let path = format!("archive/{}", take.name.file_name());
        package.entry(&path, Form::Stored, take.length, &mut |out| take.copy_to(&selection.root, out))?;
        written.files += 1;
        written.whole_files += u64::from(take.is_whole());
    }
    let mut blocks = Vec::new();
    let bound = selection.captures.saturating_mul(index::LINE_BYTES);
    package.entry("indexes/index.cdx.gz", Form::Stored, bound, &mut |out| {
        (blocks, written.captures) = index::write(selection, name, out)?;
        Ok(())
    })?;
    let listed = index::listing(&blocks);
    package.entry("indexes/index.idx", Form::Deflated, listed.len() as u64, &mut |out| {
        out.write_all(&listed).map_err(|error| ArchiveError::io("write", name, error))
    })?;
    let mut main = None;
    package.entry("pages/pages.jsonl", Form::Deflated, u64::MAX, &mut |out| {
        main = pages::write(selection, &title, name, out, &mut written)?;
        Ok(())
    })?;
    let (main_page_url, main_page_date) = main.unzip();
    let head = DataPackage {
        profile: "data-package",
        wacz_version: "1.1.1",
        title: &title,
        description: format!("{} captures, {} pages of articles", written.captures, written.pages),
        created: &created,
        modified: &created,
        software: concat!("luutru/", env!("CARGO_PKG_VERSION")).to_owned(),
        main_page_url,
        main_page_date,
        resources: &package.resources.clone(),
    };
    let json = |value: serde_json::Result<Vec<u8>>| {
        value.map_err(|source| ArchiveError::Json { path: name.to_owned(), source })
    };
    let head = json(serde_json::to_vec_pretty(&head))?;
    let digest = DataPackageDigest { path: "datapackage.json", hash: Digest::of(&head).to_string() };
    let digest = json(serde_json::to_vec_pretty(&digest))?;
    for (path, bytes) in [("datapackage.json", head), ("datapackage-digest.json", digest)] {
        package.entry(path, Form::Deflated, bytes.len() as u64, &mut |out| {
            out.write_all(&bytes).map_err(|error| ArchiveError::io("write", name, error))
        })?;
    }
    Ok((package.finish()?, written))
}
