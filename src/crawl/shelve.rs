//! Texts onto the shelf: a new article, a new version, or one more location of a known one.

use std::path::Path;

use jiff::Timestamp;
use url::Url;

use super::error::CrawlError;
use super::found::Text;
use super::near;
use super::shelf::Shelf;
use super::versions::{Pending, Records, Standing};
use crate::archive::catalog::{ArticleRecord, Asset, WarcRef};
use crate::archive::text;
use crate::archive::warc::{Receipt, RecordId, TextCapture};
use crate::article::EXTRACTOR;
use crate::article::signature::Signature;
use crate::config::authority;
use crate::ledger::{Entry, Ledger};
use crate::model::{CanonicalUrl, Digest, Stamp, StampSource};
use crate::portal;

/// Where an article's page is, and how it came to be known.
#[derive(Debug)]
pub struct Source<'a> {
    /// The site that was crawled.
    pub site: &'a str,
    /// The article's canonical address.
    pub url: CanonicalUrl,
    /// The address of the captured page.
    pub page: &'a str,
    /// The site's CMS family.
    pub family: Option<&'a str>,
    /// The list that named it.
    pub list: &'a str,
    /// Every address at which it was seen just now.
    pub locations: Vec<String>,
    /// The capture on disk.
    pub receipt: &'a Receipt,
    /// Its response (or revisit) record.
    pub record_id: RecordId,
    /// When it was captured.
    pub captured_at: Timestamp,
    /// What the address held before.
    pub before: Option<Digest>,
}

/// What shelving a text did.
#[derive(Debug)]
pub struct Shelved {
    /// The record as it stands now.
    pub record: ArticleRecord,
    /// The text, when it is new.
    pub text: Option<String>,
    /// Whether records were appended to the text series.
    pub appended: bool,
    /// Whether it is a version after the first.
    pub edited: bool,
    /// Records of older texts that are nearly the same, and are told so.
    pub told: Vec<ArticleRecord>,
    /// Rows that lead to a new text from those that are nearly the same.
    pub near: Vec<Entry>,
}

impl Shelved {
    /// A record that was appended, with its text if that is new.
    pub fn appended(record: ArticleRecord, text: Option<String>) -> Self {
        Self { record, text, appended: true, edited: false, told: Vec::new(), near: Vec::new() }
    }
}

/// Appends what is new about a text to its site's text series. Nothing is durable before the series is synced.
pub fn shelve(
    shelf: &mut Shelf,
    ledger: &dyn Ledger,
    pending: &mut Pending,
    found: &Text,
    source: &Source<'_>,
    now: Timestamp,
) -> Result<Shelved, CrawlError> {
    let records = Records { root: shelf.root(), ledger, pending };
    let mut edited = false;
    let mut text = Some(found.file.as_str());
    let mut record = match records.standing(&found.content, source.before.as_ref())? {
        Standing::New => new_record(found, source),
        Standing::Held(mut record) => {
            let before = record.locations.len();
            add_locations(&mut record.locations, &source.locations);
            if record.locations.len() == before {
                return Ok(Shelved { appended: false, ..Shelved::appended(*record, None) });
            }
            text = None;
            *record
        }
        Standing::Version(next) => {
            edited = true;
            let mut record = new_record(found, source);
            (record.id, record.site, record.version) = (next.id, next.site, next.number);
            record.locations = next.locations;
            add_locations(&mut record.locations, &source.locations);
            let day = found.article.published.as_ref().map(Stamp::date);
            text = text.filter(|_| next.text_path.is_none());
            record.text_path = next.text_path.unwrap_or_else(|| text::relative_path(&record.site, day, &found.content));
            record
        }
    };
    let signature = found.signature.as_ref().filter(|_| text.is_some());
    let bands = signature.map(|signature| near::bands(ledger, &records.pending.near, signature)).transpose()?;
    let compared = signature.zip(bands);
    let told = compared.as_ref().map(|(signature, bands)| tell(&records, signature, bands, &mut record));
    let told = told.transpose()?.unwrap_or_default();
    let json = serde_json::to_vec(&record).unwrap_or_default();
    let now = shelf.stamp(now);
    let capture = TextCapture {
        uri: source.page,
        at: now,
        source: source.record_id,
        article_id: &record.id,
        text,
        record: &json,
    };
    let prepared = capture.prepare(shelf.level());
    shelf.site(source.site)?.texts.append_prepared(&prepared, now)?;
    for record in &told {
        append_record(shelf, source.site, record, now)?;
        pending.add(record);
    }
    pending.add(&record);
    let mut near = Vec::new();
    if let Some((signature, bands)) = compared {
        near = near::rows(bands, &record, signature);
        pending.near.extend(near.iter().cloned());
    }
    let text = text.map(str::to_owned);
    Ok(Shelved { edited, told, near, ..Shelved::appended(record, text) })
}

/// Names the articles that are nearly the same in the record of a new text; gives their records, which name it in turn.
fn tell<L: Ledger + ?Sized>(
    records: &Records<'_, L>,
    signature: &Signature,
    bands: &[Entry],
    record: &mut ArticleRecord,
) -> Result<Vec<ArticleRecord>, CrawlError> {
    let near = near::find(records.ledger, &records.pending.near, bands, &record.id, signature)?;
    let mut told = Vec::new();
    for neighbour in &near {
        let Some(mut other) = records.of(&neighbour.content)? else { continue };
        // A text that was corrected is found by its earlier signature as well.
        let known = told.iter().any(|told: &ArticleRecord| told.text_path == other.text_path);
        if !known && near::name(&mut other, [record.id.clone()]) {
            told.push(other);
        }
    }
    near::name(record, near.into_iter().map(|neighbour| neighbour.id));
    Ok(told)
}

/// Appends a record without a text: something new is known about a text that is held.
pub fn append_record(shelf: &mut Shelf, site: &str, record: &ArticleRecord, now: Timestamp) -> Result<(), CrawlError> {
    let json = serde_json::to_vec(record).unwrap_or_default();
    let at = shelf.stamp(now);
    let uri = record.locations.first().unwrap_or(&record.url);
    let source = record.warc.record_id;
    let capture = TextCapture { uri, at, source, article_id: &record.id, text: None, record: &json };
    let prepared = capture.prepare(shelf.level());
    shelf.site(site)?.texts.append_prepared(&prepared, at)?;
    Ok(())
}

/// The record beside a text.
pub fn beside(root: &Path, text_path: &str) -> Option<ArticleRecord> {
    let json = std::fs::read(root.join(text::sidecar(text_path))).ok()?;
    serde_json::from_slice(&json).ok()
}

/// Adds addresses that are not there yet.
pub fn add_locations(locations: &mut Vec<String>, more: &[String]) {
    for location in more {
        if !locations.contains(location) {
            locations.push(location.clone());
        }
    }
}

/// Writes the files of a shelved text, and its line of the catalogue. All of them can be made again from the WARC files.
pub fn write_files(shelf: &mut Shelf, shelved: &Shelved) -> Result<(), CrawlError> {
    let root = shelf.root().to_owned();
    match &shelved.text {
        Some(body) => {
            text::write(&root, &shelved.record, body)?;
        }
        None => text::write_record(&root, &shelved.record)?,
    }
    shelf.site(&shelved.record.site)?.catalog.append(&shelved.record)?;
    for record in &shelved.told {
        text::write_record(&root, record)?;
        shelf.site(&record.site)?.catalog.append(record)?;
    }
    Ok(())
}

/// The address that the page itself calls canonical, if that is the same article on the same host.
fn own_word(found: &Text, source: &Source<'_>) -> Option<String> {
    let said = found.article.canonical.as_ref()?;
    let page = Url::parse(source.page).ok()?;
    let key = |url: &Url| portal::article_key(url, source.family);
    let same = authority(said) == authority(&page) && key(said) == key(&page);
    same.then(|| portal::canonical(said, source.family).to_string())
}

fn new_record(found: &Text, source: &Source<'_>) -> ArticleRecord {
    let article = &found.article;
    let day = article.published.as_ref().map(Stamp::date);
    ArticleRecord {
        id: found.content.hash16(),
        site: source.site.to_owned(),
        url: own_word(found, source).unwrap_or_else(|| source.url.to_string()),
        locations: source.locations.clone(),
        title: article.title.clone(),
        published: article.published.as_ref().map(Stamp::to_rfc3339),
        published_source: article.published.map_or(StampSource::Unknown, |stamp| stamp.source),
        modified: article.modified.as_ref().map(Stamp::to_rfc3339),
        byline: article.byline.clone(),
        section: article.section.clone(),
        text_path: text::relative_path(source.site, day, &found.content),
        content_hash: found.content,
        near_duplicates: Vec::new(),
        version: 1,
        captured_at: source.captured_at.to_string(),
        warc: WarcRef {
            file: source.receipt.file().to_owned(),
            offset: source.receipt.offset(),
            record_id: source.record_id,
        },
        attachments: article
            .attachments
            .iter()
            .map(|file| Asset::named(file.url.to_string(), Some(file.name.clone())))
            .collect(),
        images: article.images.iter().map(|image| Asset::named(image.url.to_string(), image.caption.clone())).collect(),
        list: Some(source.list.to_owned()),
        lang: article.lang.clone(),
        extractor: Some(EXTRACTOR.to_owned()),
        notes: article.notes.clone(),
        left_out: article.left_out.clone(),
        corrects: found.earlier.clone(),
        supersedes: None,
        withdrawn: None,
        template: found.suspect,
    }
}
