//! Pages that read like articles and are the portal's word for "nothing here": told by three different listed articles
//! under whose addresses the same text came.
//!
//! A page for which something speaks ([`suspicion`](crate::article::suspicion)) is never counted. What was taken for an
//! article before the third was seen is withdrawn: its records stay in the WARC files, a record of the withdrawal joins
//! them, and the catalogue says so.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::coverage::Coverage;
use super::error::CrawlError;
use super::found::Text;
use super::frontier::Frontier;
use super::rows::{QueueRow, UrlState, decode, encode};
use super::run::SiteRun;
use super::shelf::Shelf;
use super::shelve;
use super::versions::{Pending, Records};
use crate::archive::catalog::ArticleRecord;
use crate::archive::text;
use crate::article::same_title;
use crate::ledger::{Batch, Key, Ledger, LedgerError};
use crate::model::{CanonicalUrl, Digest, Stamp};

/// The cause, for reports.
pub const CAUSE: &str = "template";
/// So many different listed articles with one text tell a template.
const ENOUGH: usize = 3;
/// Sightings remembered; more say nothing new.
const SIGHTINGS: usize = 8;

/// One page with a skeleton.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// What the listed article is known by.
    pub key: CanonicalUrl,
    /// The title that the list gave.
    pub title: String,
    /// The addresses at which it was seen.
    pub urls: Vec<String>,
    /// What it was taken for.
    pub content: Digest,
    /// The walk that counted it.
    pub walk: String,
    /// The list's date.
    pub listed: Option<Stamp>,
}

/// What is known of a skeleton.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRow {
    /// Where it was seen.
    pub sightings: Vec<Sighting>,
    /// It is a template.
    pub template: bool,
}

impl TemplateRow {
    /// Notes a sighting, once for each listed article.
    fn note(&mut self, sighting: Sighting) {
        let known = self.sightings.iter().any(|other| other.key == sighting.key);
        if !known && self.sightings.len() < SIGHTINGS {
            self.sightings.push(sighting);
        }
    }

    /// Whether enough different articles were listed where this text came: one article under many addresses is listed
    /// under one title.
    fn is_enough(&self) -> bool {
        let mut different: Vec<&Sighting> = Vec::new();
        for sighting in &self.sightings {
            let same = |other: &&Sighting| !sighting.title.is_empty() && same_title(&sighting.title, &other.title);
            if !different.iter().any(same) {
                different.push(sighting);
            }
        }
        different.len() >= ENOUGH
    }
}

/// Notes a page that nothing speaks for; says whether its text is a template, and whether that was found out just now.
pub fn judge(
    ledger: &dyn Ledger,
    site: &str,
    row: &QueueRow,
    text: &Text,
) -> Result<Option<(Digest, bool)>, LedgerError> {
    let Some(skeleton) = text.suspect else { return Ok(None) };
    let mut urls = vec![row.url.clone()];
    shelve::add_locations(&mut urls, std::slice::from_ref(&text.final_url));
    let sighting = Sighting {
        key: row.key.clone(),
        title: row.title.clone(),
        urls,
        content: text.content,
        walk: row.walk.clone(),
        listed: row.listed,
    };
    let before = known(ledger, site, &skeleton)?;
    if before.template {
        return Ok(Some((skeleton, false)));
    }
    let mut after = before.clone();
    after.note(sighting);
    after.template = after.is_enough();
    if after != before {
        let mut batch = Batch::default();
        batch.put(Key::template(site, &skeleton), encode(&after));
        ledger.apply(&batch)?;
    }
    Ok(after.template.then_some((skeleton, true)))
}

/// Withdraws what was taken for articles before their text proved to be a template.
pub fn withdraw(
    shelf: &mut Shelf,
    ledger: &dyn Ledger,
    frontier: &Frontier,
    site: &SiteRun,
    skeleton: &Digest,
    now: Timestamp,
) -> Result<(), CrawlError> {
    let row = known(ledger, site.id(), skeleton)?;
    let mut batch = Batch::default();
    for content in contents(&row) {
        let pending = Pending::default();
        let records = Records { root: shelf.root(), ledger, pending: &pending };
        let Some(record) = records.of(&content)? else { continue };
        let seen: Vec<&Sighting> = row.sightings.iter().filter(|sighting| sighting.content == content).collect();
        // At another address something spoke for it: then it is an article.
        let only_here = |url: &String| row.sightings.iter().any(|sighting| sighting.urls.contains(url));
        if record.site != site.id() || !record.locations.iter().all(only_here) {
            continue;
        }
        let record = ArticleRecord { withdrawn: Some(CAUSE.to_owned()), template: Some(*skeleton), ..record };
        append(shelf, &record, now)?;
        for sighting in seen {
            // The one that told was never counted as an article.
            let held = frontier.row(site.id(), &sighting.key)?.map(|row| row.state);
            if !matches!(held, Some(UrlState::Article { .. })) {
                continue;
            }
            let first = record.locations.first().is_some_and(|first| sighting.urls.contains(first));
            recount(ledger, site, sighting, first, &mut batch)?;
            frontier.withdraw(site.id(), &sighting.key, CAUSE, &mut batch)?;
            site.stats.withdrawn.add(u64::from(first));
            site.stats.not_articles.add(1);
        }
        batch.delete(Key::content(&content));
    }
    ledger.apply(&batch)?;
    Ok(())
}

/// The record of the withdrawal, then what follows from it.
fn append(shelf: &mut Shelf, record: &ArticleRecord, now: Timestamp) -> Result<(), CrawlError> {
    shelve::append_record(shelf, &record.site, record, now)?;
    shelf.site(&record.site)?.texts.sync()?;
    take_away(shelf, record)
}

/// The catalogue says that the article is withdrawn, and its text and record are gone from `text/`.
fn take_away(shelf: &mut Shelf, record: &ArticleRecord) -> Result<(), CrawlError> {
    shelf.site(&record.site)?.catalog.append(record)?;
    text::remove(shelf.root(), &record.text_path)?;
    Ok(())
}

/// Takes a withdrawal that a text series tells of into the ledger.
pub fn adopt(ledger: &dyn Ledger, record: &ArticleRecord) -> Result<(), CrawlError> {
    let mut batch = Batch::default();
    batch.delete(Key::content(&record.content_hash));
    if let Some(skeleton) = &record.template {
        let row = TemplateRow { template: true, ..known(ledger, &record.site, skeleton)? };
        batch.put(Key::template(&record.site, skeleton), encode(&row));
    }
    ledger.apply(&batch)?;
    Ok(())
}

/// Takes in a page that nothing speaks for, as its record tells.
pub fn adopt_sighting(
    ledger: &dyn Ledger,
    site: &str,
    found: &QueueRow,
    (content, skeleton): (Digest, &Digest),
    batch: &mut Batch,
) -> Result<(), LedgerError> {
    let mut row = known(ledger, site, skeleton)?;
    let QueueRow { key, title, url, listed, .. } = found.clone();
    row.note(Sighting { key, title, urls: vec![url], content, walk: String::new(), listed });
    batch.put(Key::template(site, skeleton), encode(&row));
    Ok(())
}

/// Whether a skeleton is a template's.
pub fn is_template(ledger: &dyn Ledger, site: &str, skeleton: &Digest) -> Result<bool, LedgerError> {
    Ok(known(ledger, site, skeleton)?.template)
}

fn known(ledger: &dyn Ledger, site: &str, skeleton: &Digest) -> Result<TemplateRow, LedgerError> {
    let key = Key::template(site, skeleton);
    ledger.get(&key)?.map_or_else(|| Ok(TemplateRow::default()), |bytes| decode(&key, &bytes))
}

fn contents(row: &TemplateRow) -> Vec<Digest> {
    let mut contents: Vec<Digest> = Vec::new();
    for sighting in &row.sightings {
        if !contents.contains(&sighting.content) {
            contents.push(sighting.content);
        }
    }
    contents
}

/// Moves an item from the articles of its walk's account to what is none.
fn recount(
    ledger: &dyn Ledger,
    site: &SiteRun,
    sighting: &Sighting,
    first: bool,
    batch: &mut Batch,
) -> Result<(), LedgerError> {
    let key = Key::coverage(site.id(), &sighting.walk);
    let mut walks = site.walks();
    if let Some(walk) = walks.iter_mut().find(|walk| walk.id == sighting.walk) {
        walk.coverage.withdraw(sighting.listed.as_ref(), first, CAUSE);
        batch.put(key, encode(&walk.coverage));
    } else if let Some(bytes) = ledger.get(&key)? {
        let mut coverage: Coverage = decode(&key, &bytes)?;
        coverage.withdraw(sighting.listed.as_ref(), first, CAUSE);
        // Two sightings of one walk: the later must see what the earlier did.
        let mut now = Batch::default();
        now.put(key, encode(&coverage));
        ledger.apply(&now)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(titles: &[&str]) -> TemplateRow {
        let mut row = TemplateRow::default();
        for (at, title) in titles.iter().enumerate() {
            row.note(Sighting {
                key: CanonicalUrl(format!("tinh.vn/{at}")),
                title: (*title).to_owned(),
                urls: Vec::new(),
                content: Digest::of(b"x"),
                walk: String::new(),
                listed: None,
            });
        }
        row
    }

    #[test]
    fn three_different_articles_tell() {
        assert!(row(&["Khánh thành cầu", "Nạo vét kênh nội đồng", "Họp dân cuối năm"]).is_enough());
        assert!(row(&["", "", ""]).is_enough(), "lists without titles");
        assert!(!row(&["Khánh thành cầu", "Nạo vét kênh nội đồng"]).is_enough());
        let one = "Nạo vét kênh nội đồng";
        assert!(!row(&[one, "Nạo vét kênh nội đồng...", "NẠO VÉT KÊNH NỘI ĐỒNG", one]).is_enough(), "one article");
        let mut twice = row(&["Khánh thành cầu", "Nạo vét kênh nội đồng"]);
        twice.note(Sighting { title: "Họp dân".to_owned(), ..twice.sightings[0].clone() });
        assert!(!twice.is_enough(), "one address counts once");
    }
}
