//! An address → where its captures lie: from the indexes of sealed files, and from files that are being written.

use std::path::Path;

use serde::{Deserialize, Serialize};
use url::Url;

use super::cdxj::Entry;
use super::error::{ArchiveError, Context as _, Result};
use super::sorted::Sorted;
use super::surt::surt;
use super::warc::{RawRecord, RecordType, SeriesKind, WarcFile, WarcReader, field, file_safe, http, warc_files};
use crate::model::Head;

/// What is kept of a block: the HTTP head, or a metadata record.
const HEAD_BYTES: usize = 64 << 10;
/// Captures of one address that are handed out, the newest ones.
const MOST: usize = 100;

/// One capture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The address that was asked for: one that has the same key in the indexes may differ in scheme or `www.`.
    pub url: String,
    /// `WARC-Date`.
    pub at: String,
    /// HTTP status.
    pub status: Option<u16>,
    /// Path of the sealed file, relative to the root.
    pub file: String,
    /// Where the response's (or revisit's) member starts, in bytes.
    pub offset: u64,
    /// Its record.
    pub record_id: String,
    /// What it was asked for as: `robots`, `list`, `article`, `requisite`, `attachment`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub task: Option<String>,
    /// The address that a list named, for pages of articles and redirects to them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub listed_as: Option<String>,
    /// Content hash of the article that was read in it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub content: Option<String>,
    /// Where a redirect leads.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub leads_to: Option<String>,
    /// The redirect that led here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub redirected_from: Option<String>,
}

/// Every capture of `url`, oldest first. Open files have no index and are read through: of `site` alone, if it is known.
pub fn captures_of(root: &Path, url: &str, site: Option<&str>) -> Result<Vec<Found>> {
    let key = surt(url);
    let mut places: Vec<(String, u64, WarcFile)> = Vec::new();
    for file in warc_files(root)?.into_iter().filter(|file| file.name.kind == SeriesKind::Captures) {
        let index = file.name.index_path(root);
        let found = if !file.open && index.exists() {
            indexed(&index, &key).at("read", &index)?
        } else if site.is_none_or(|site| file_safe(site) == file.name.site) {
            read_through(&file, &key)?
        } else {
            Vec::new()
        };
        places.extend(found.into_iter().map(|(stamp, offset)| (stamp, offset, file.clone())));
    }
    places.sort_by(|a, b| (&a.0, &a.2.name, a.1).cmp(&(&b.0, &b.2.name, b.1)));
    let newest = places.split_off(places.len().saturating_sub(MOST));
    let mut out = Vec::with_capacity(newest.len());
    for (_, offset, file) in newest {
        out.extend(look(&file, offset)?);
    }
    Ok(out)
}

/// Times and offsets of the lines of a key.
fn indexed(index: &Path, key: &str) -> std::io::Result<Vec<(String, u64)>> {
    let start = format!("{key} ");
    let mut lines = Sorted::seek(index, &start)?;
    let mut out = Vec::new();
    while let Some(line) = lines.next_line()?.filter(|line| line.starts_with(&start)) {
        out.extend(Entry::parse(line.trim_end()).map(|entry| (entry.stamp, entry.fields.offset)));
    }
    Ok(out)
}

/// The same from the file itself, as far as it is whole.
fn read_through(file: &WarcFile, key: &str) -> Result<Vec<(String, u64)>> {
    let mut reader = WarcReader::open(&file.now_at(), 0)?;
    let mut out = Vec::new();
    // The first damage is the record that is being written, or one that a crash tore.
    while let Ok(Some(record)) = reader.next_record(0) {
        let is_capture = matches!(record.fields.kind(), RecordType::Response | RecordType::Revisit);
        if is_capture && record.fields.get(field::TARGET_URI).is_some_and(|uri| surt(uri) == key) {
            let date = record.fields.get(field::DATE).unwrap_or_default();
            let stamp = date.chars().filter(char::is_ascii_digit).take(14).collect();
            out.push((stamp, record.offset));
        }
    }
    Ok(out)
}

/// What the records of a capture tell.
fn look(file: &WarcFile, offset: u64) -> Result<Option<Found>> {
    let path = file.now_at();
    let mut reader = WarcReader::open(&path, offset)?;
    let mut next = || {
        let damaged = |damage| ArchiveError::Damaged { path: path.clone(), damage };
        reader.next_record(HEAD_BYTES).map_err(damaged)
    };
    let Some(main) = next()? else { return Ok(None) };
    let told = told(&main, next()?, next()?);
    let told = |name: &str| told.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let get = |name| main.fields.get(name).unwrap_or_default().to_owned();
    let head = Head::parse(&main.block[..http::head_length(&main.block)]);
    let target = || {
        let to = head.as_ref()?.get("location")?;
        Some(Url::parse(&get(field::TARGET_URI)).ok()?.join(to.trim()).ok()?.to_string())
    };
    let status = http::status(&main.block);
    let redirects = status.is_some_and(|status| (300..400).contains(&status));
    Ok(Some(Found {
        url: get(field::TARGET_URI),
        at: get(field::DATE),
        status,
        file: file.name.relative(),
        offset,
        record_id: get(field::RECORD_ID),
        task: told("luutru-task"),
        listed_as: told("luutru-task").filter(|task| task == "article").and_then(|_| told("luutru-url")),
        content: told("luutru-content"),
        leads_to: redirects.then(target).flatten(),
        redirected_from: told("redirectedFrom"),
    }))
}

/// The lines of the capture's metadata record, where it has one of its own.
fn told(main: &RawRecord, request: Option<RawRecord>, metadata: Option<RawRecord>) -> Vec<(String, String)> {
    let id = main.fields.get(field::RECORD_ID);
    let own = |record: &RawRecord| record.fields.all(field::CONCURRENT_TO).any(|target| Some(target) == id);
    let is_metadata = |record: &RawRecord| record.fields.kind() == RecordType::Metadata && own(record);
    let Some(metadata) = request.into_iter().chain(metadata).find(is_metadata) else { return Vec::new() };
    let text = String::from_utf8_lossy(&metadata.block);
    let line = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
    text.lines().filter_map(line).collect()
}
