//! Texts that were shelved before a recurring block was known: the same article and version, without the block.
//!
//! A corrected text is a conversion record and a record of its own in the text series, and the last line of its version in
//! the catalogue. The text before it goes from `text/` where it lies in the same open WARC file, which no manifest lists
//! yet; one whose file is sealed stays on disk, as the manifests say. Either way its content leads to the corrected record
//! from then on. What is corrected already is passed over, so that this can be done again at any time.

use jiff::Timestamp;
use jiff::civil::Date;

use super::error::CrawlError;
use super::near;
use super::recurring::{Latest, SiteRow};
use super::shelf::Shelf;
use super::shelve::{self, Shelved};
use super::versions::{self, Pending, Records};
use crate::archive::catalog::ArticleRecord;
use crate::archive::text;
use crate::archive::warc::{Series, TextCapture, WarcName};
use crate::article::recurring::{Blocks, Learned, NOTE};
use crate::ledger::{Batch, Ledger};
use crate::model::Digest;

/// What tells a series' open file from all others; 0 for none.
pub fn mark(texts: &Series) -> u64 {
    let name = texts.name().map(WarcName::relative);
    let digest = name.map(|name| Digest::of(name.as_bytes()).0);
    let first = digest.and_then(|bytes| bytes.first_chunk::<8>().copied());
    first.map_or(0, u64::from_le_bytes)
}

/// Corrects the latest texts of a site.
pub fn texts(
    shelf: &mut Shelf,
    ledger: &dyn Ledger,
    site: &str,
    row: &mut SiteRow,
    now: Timestamp,
) -> Result<(), CrawlError> {
    let mut done: Vec<Shelved> = Vec::new();
    let SiteRow { account, latest, .. } = row;
    for known in latest.iter_mut() {
        let open = mark(&shelf.site(site)?.texts);
        let Some((record, text)) = corrected(shelf, ledger, site, known, open, account.learned())? else { continue };
        let twice = done.iter().any(|done| done.record.content_hash == record.content_hash);
        if twice {
            continue;
        }
        append(shelf, site, &record, &text, now)?;
        *known = Latest { content: record.content_hash, file: mark(&shelf.site(site)?.texts) };
        done.push(Shelved::appended(record, Some(text)));
    }
    if done.is_empty() {
        return Ok(());
    }
    shelf.site(site)?.texts.sync()?;
    let mut rows = near::Rows::new();
    let mut batch = Batch::default();
    for shelved in &done {
        shelve::write_files(shelf, shelved)?;
        let Shelved { record, text, .. } = shelved;
        if let Some(path) = &record.supersedes {
            text::remove(shelf.root(), path)?;
        }
        versions::remember(ledger, record, &mut batch)?;
        if let Some(signature) = text.as_ref().and_then(|text| near::signature(text, record)) {
            let bands = near::bands(ledger, &rows, &signature)?;
            rows.extend(near::rows(bands, record, &signature));
        }
    }
    for (key, row) in rows {
        batch.put(key, row);
    }
    let files = shelf.site(site)?;
    files.note_committed(None, files.texts.lengths().map(|(length, _)| length), &mut batch);
    ledger.apply(&batch)?;
    tracing::info!(site, texts = done.len(), "a block that recurs was learned: texts that had it are corrected");
    Ok(())
}

/// The record and the text without learned blocks; `None` where nothing is to be done, or it cannot be.
fn corrected(
    shelf: &Shelf,
    ledger: &dyn Ledger,
    site: &str,
    known: &Latest,
    open: u64,
    learned: &Learned,
) -> Result<Option<(ArticleRecord, String)>, CrawlError> {
    let pending = Pending::default();
    let records = Records { root: shelf.root(), ledger, pending: &pending };
    let Some(record) = records.of(&known.content)? else { return Ok(None) };
    let plain = record.withdrawn.is_none() && record.template.is_none();
    if record.content_hash != known.content || record.site != site || !plain {
        return Ok(None);
    }
    let Ok(before) = std::fs::read_to_string(shelf.root().join(&record.text_path)) else { return Ok(None) };
    let label = |block: &str| record.images.iter().any(|image| image.label.as_deref() == Some(block));
    let Some(mut blocks) = Blocks::of(&before, label, &record.content_hash) else { return Ok(None) };
    let left = blocks.leave_out(learned);
    let content = blocks.hash();
    // Another article that had no such block has this text already: two ids stay two.
    if left.is_empty() || versions::content_row(ledger, &content)?.is_some() {
        return Ok(None);
    }
    let day: Option<Date> = record.published.as_ref().and_then(|at| at.get(..10)?.parse().ok());
    let mut new = ArticleRecord {
        text_path: text::relative_path(site, day, &content),
        content_hash: content,
        supersedes: (known.file != 0 && known.file == open).then(|| record.text_path.clone()),
        byline: record.byline.clone().or_else(|| blocks.bracketed()),
        ..record
    };
    new.corrects.push(known.content);
    new.left_out.extend(left);
    if !new.notes.iter().any(|note| note == NOTE) {
        new.notes.push(NOTE.to_owned());
    }
    Ok(Some((new, blocks.to_text())))
}

fn append(shelf: &mut Shelf, site: &str, record: &ArticleRecord, text: &str, now: Timestamp) -> Result<(), CrawlError> {
    let json = serde_json::to_vec(record).unwrap_or_default();
    let at = shelf.stamp(now);
    let uri = record.locations.first().unwrap_or(&record.url);
    let source = record.warc.record_id;
    let capture = TextCapture { uri, at, source, article_id: &record.id, text: Some(text), record: &json };
    let prepared = capture.prepare(shelf.level());
    shelf.site(site)?.texts.append_prepared(&prepared, at)?;
    Ok(())
}
