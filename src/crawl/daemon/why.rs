//! Why an address was archived, and where; or why it was not.

use std::path::Path;

use serde::{Deserialize, Serialize};
use url::Url;

use super::rows::SiteRow;
use crate::archive::Found;
use crate::config::{Config, RobotsPolicy, Site};
use crate::crawl::requisites::{self, PartRow};
use crate::crawl::rows::{ContentRow, UrlRow, UrlState, decode};
use crate::crawl::shelve;
use crate::ledger::{Key, Ledger, LedgerError};
use crate::model::CanonicalUrl;
use crate::politeness::{RobotsAnswer, RobotsGate};
use crate::portal;

/// What is known of an address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// The address asked about.
    pub url: String,
    /// The site that it belongs to.
    pub site: Option<String>,
    /// One word: `archived`, `redirect`, `captured`, `queued`, `not-article`, `failed`, `refused`, `not-listed`,
    /// `out-of-scope`, `not-a-url`.
    pub verdict: String,
    /// In a line.
    pub why: String,
    /// The list that named it.
    pub list: Option<String>,
    /// The list page that named it.
    pub via: Option<String>,
    /// The archived article, where there is one.
    pub article: Option<Place>,
    /// What robots.txt, as it was last read, says of it.
    pub robots: Option<String>,
    /// Why its site cannot be asked at present, and when it is asked again.
    #[serde(default)]
    pub trouble: Option<String>,
    /// When it was last fetched, and when it first was.
    pub visited: Option<String>,
    /// When it first was.
    pub first_visited: Option<String>,
    /// Its captures, oldest first; see [`super::captured`].
    #[serde(default)]
    pub captures: Vec<Found>,
}

/// Where an article lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The article's id.
    pub id: String,
    /// Its newest version.
    pub version: u32,
    /// Its text, relative to the root.
    pub text_path: String,
    /// Its WARC file, relative to the root.
    pub file: Option<String>,
    /// Offset of its record in the file.
    pub offset: Option<u64>,
    /// Its record.
    pub record_id: Option<String>,
}

/// Looks an address up.
pub fn why(ledger: &dyn Ledger, root: &Path, config: &Config, text: &str) -> Result<Why, LedgerError> {
    let mut out = Why {
        url: text.to_owned(),
        site: None,
        verdict: "not-a-url".to_owned(),
        why: String::new(),
        list: None,
        via: None,
        article: None,
        robots: None,
        trouble: None,
        visited: None,
        first_visited: None,
        captures: Vec::new(),
    };
    let set = |out: &mut Why, verdict: &str, why: String| {
        verdict.clone_into(&mut out.verdict);
        out.why = why;
    };
    let url = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        _ => {
            set(&mut out, "not-a-url", "an address starts with https:// or http://".to_owned());
            return Ok(out);
        }
    };
    let bare = Site::bare(&url);
    let owner = config.sites().iter().find(|site| site.owns(&url)).or(bare.as_ref());
    let Some(site) = owner else { return Ok(out) };
    out.robots = robots(ledger, site, &url)?;
    out.trouble = trouble(ledger, site)?;
    let Some(row) = row_of(ledger, site, &url)? else {
        if let Some((named, verdict, why)) = part(ledger, config, site, &url)? {
            out.site = Some(named);
            set(&mut out, verdict, why);
        } else if config.site(&site.id).is_none() {
            set(&mut out, "out-of-scope", format!("no configured site owns {}", url.host_str().unwrap_or_default()));
        } else {
            out.site = Some(site.id.clone());
            set(&mut out, "not-listed", "no list that was read names it".to_owned());
        }
        return Ok(out);
    };
    out.site = Some(site.id.clone());
    out.list = Some(row.list.clone());
    out.via = Some(row.via.clone());
    match &row.state {
        UrlState::Queued(_) => set(&mut out, "queued", "it waits to be fetched".to_owned()),
        UrlState::NotArticle(cause) => {
            set(&mut out, "not-article", format!("fetched and archived, but no article: {cause}"));
        }
        UrlState::Failed { cause, retryable } => {
            let again = if *retryable { "it is tried again" } else { "it is not tried again" };
            set(&mut out, "failed", format!("{cause}; {again}"));
        }
        UrlState::Refused(rule) => set(&mut out, "refused", format!("robots.txt forbids it ({rule})")),
        UrlState::Article { content, version, visit } => {
            let key = Key::content(content);
            let known: Option<ContentRow> = ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()?;
            out.article = known.map(|known| place(root, known, *version));
            let at = |seconds| jiff::Timestamp::from_second(seconds).ok().map(|at| at.to_string());
            (out.visited, out.first_visited) = (at(visit.at), at(visit.first));
            set(&mut out, "archived", "its article is archived".to_owned());
        }
    }
    Ok(out)
}

/// A site that cannot be reached is asked again, however long that lasts; nothing of it is given up.
fn trouble(ledger: &dyn Ledger, site: &Site) -> Result<Option<String>, LedgerError> {
    let row = SiteRow::of(ledger, &site.id)?;
    let Some(why) = row.trouble else { return Ok(None) };
    let again = jiff::Timestamp::from_millisecond(row.retry_ms).map(|at| format!("; asked again after {at}"));
    Ok(Some(format!("{why}{}", again.unwrap_or_default())))
}

/// What is known of an address as a part of pages, or a file of articles: its site, a verdict, and a line.
fn part(
    ledger: &dyn Ledger,
    config: &Config,
    owner: &Site,
    url: &Url,
) -> Result<Option<(String, &'static str, String)>, LedgerError> {
    // On a host for files alone, any site may have named it.
    for site in std::iter::once(&owner.id).chain(config.sites().iter().map(|site| &site.id)) {
        let (verdict, why) = match requisites::known(ledger, site, url.as_str())? {
            None => continue,
            Some(PartRow::Held(held)) => {
                ("captured", format!("archived as a part of a page or an attached file: {}", held.media))
            }
            Some(PartRow::Waiting(_)) => ("queued", "it waits to be fetched, for a page that names it".to_owned()),
            Some(PartRow::Failed { cause, waits: Some(_) }) => ("failed", format!("{cause}; it is tried again")),
            Some(PartRow::Failed { cause, waits: None }) => ("failed", format!("{cause}; it is not tried again")),
        };
        return Ok(Some((site.clone(), verdict, why)));
    }
    Ok(None)
}

fn place(root: &Path, known: ContentRow, version: u32) -> Place {
    let record = shelve::beside(root, &known.text_path);
    let warc = record.map(|record| record.warc);
    Place {
        id: known.id,
        version,
        text_path: known.text_path,
        file: warc.as_ref().map(|warc| warc.file.clone()),
        offset: warc.as_ref().map(|warc| warc.offset),
        record_id: warc.map(|warc| warc.record_id.to_string()),
    }
}

/// The row of an address, under the key that its portal's family gives it.
fn row_of(ledger: &dyn Ledger, site: &Site, url: &Url) -> Result<Option<UrlRow>, LedgerError> {
    let mut families = vec![site.family.as_deref(), None];
    families.dedup();
    for family in families {
        let key = Key::url(&site.id, &CanonicalUrl(portal::article_key(url, family)));
        if let Some(bytes) = ledger.get(&key)? {
            return decode(&key, &bytes).map(Some);
        }
    }
    Ok(None)
}

fn robots(ledger: &dyn Ledger, site: &Site, url: &Url) -> Result<Option<String>, LedgerError> {
    let gate = match &site.robots {
        RobotsPolicy::Ignore { why } => RobotsGate::ignored(why),
        RobotsPolicy::Obey => {
            let key = Key::robots(&url.origin().ascii_serialization());
            let Some(bytes) = ledger.get(&key)? else { return Ok(None) };
            RobotsGate::from_answer(&decode::<RobotsAnswer>(&key, &bytes)?)
        }
    };
    Ok(Some(match gate.check(url) {
        Ok(pass) => pass.decision().to_owned(),
        Err(refusal) => refusal.to_string(),
    }))
}
