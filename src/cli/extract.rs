//! `luutru extract`: an HTML file in, the cleaned text or its record out; no archive is needed.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use url::Url;

use super::exit::{Exit, UsageError};
use super::options::Common;
use super::output;
use crate::article::{Article, EXTRACTOR, Hint, Reading, Role};
use crate::config::{Overrides, Site};
use crate::crawl::ArticleReaders;
use crate::model::{Clock, Digest, Head, Limits, Stamp, StampSource, SystemClock};
use crate::page::{self, HtmlPage};
use crate::portal;

/// Stands in for the address of a page that comes without one.
const NOWHERE: &str = "http://page.invalid/";

/// Arguments of `extract`.
#[derive(Debug, Args)]
pub struct Extract {
    /// The page; left out with --batch
    #[arg(value_name = "FILE", required_unless_present = "batch")]
    file: Option<PathBuf>,
    /// The page's address: makes links absolute, and may tell the family and the date
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
    /// Read it as this site's file says
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// Read `FILE<TAB>URL` lines from standard input and write one JSON object a line
    #[arg(long, conflicts_with_all = ["file", "url"])]
    batch: bool,
}

/// What is known of a page by itself: the fields of an article's record that need no archive.
#[derive(Debug, Serialize)]
struct Record {
    url: String,
    title: String,
    published: Option<String>,
    published_source: StampSource,
    modified: Option<String>,
    byline: Option<String>,
    section: Option<String>,
    date_line: Option<String>,
    lead: Option<String>,
    captions: Vec<String>,
    content_hash: Digest,
    images: Vec<Url>,
    attachments: Vec<Url>,
    lang: Option<String>,
    extractor: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    f: &'a str,
    us: u128,
    t: String,
    record: Option<Record>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_article: Option<String>,
}

impl Extract {
    pub(super) fn run(&self, common: &Common) -> anyhow::Result<Exit> {
        let readers = self.readers(common)?;
        let now = SystemClock.now();
        let Some(file) = &self.file else {
            return batch(&readers, now);
        };
        let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        match read(&readers, &bytes, self.url.clone(), now) {
            Ok((article, url)) => {
                if common.json {
                    output::json(&record(&article, &url))?;
                } else {
                    output::data(&article.to_text())?;
                }
                Ok(Exit::Done)
            }
            Err(cause) => {
                output::error(&format!("{}: no article: {cause}", file.display()));
                Ok(Exit::Failures)
            }
        }
    }

    fn readers(&self, common: &Common) -> anyhow::Result<ArticleReaders> {
        let site = match &self.site {
            None => Site::bare(&Url::parse(NOWHERE)?).context("no site")?,
            Some(id) => {
                let config = common.load(Overrides::default())?;
                let known = config.site(id).cloned();
                known
                    .ok_or_else(|| UsageError { what: format!("no site \"{id}\" in {}", config.sites_dir.display()) })?
            }
        };
        Ok(ArticleReaders::new(&site)?)
    }
}

/// One object a line; a page that cannot be read is a line as well.
fn batch(readers: &ArticleReaders, now: Timestamp) -> anyhow::Result<Exit> {
    let mut failed = false;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (file, address) = line.split_once('\t').unwrap_or((line.as_str(), ""));
        if file.is_empty() {
            continue;
        }
        let started = clock_gettime(ClockId::ThreadCPUTime);
        let bytes = std::fs::read(Path::new(file)).map_err(|error| error.to_string());
        let found = bytes.and_then(|bytes| read(readers, &bytes, Url::parse(address).ok(), now));
        let (text, record, not_article) = match found {
            Ok((article, url)) => (article.to_text(), Some(record(&article, &url)), None),
            Err(cause) => (String::new(), None, Some(cause)),
        };
        let ended = clock_gettime(ClockId::ThreadCPUTime);
        failed |= not_article.is_some();
        output::json(&Line {
            f: file,
            us: micros(ended).saturating_sub(micros(started)),
            t: text,
            record,
            not_article,
        })?;
    }
    Ok(if failed { Exit::Failures } else { Exit::Done })
}

fn micros(at: rustix::time::Timespec) -> u128 {
    let nanos = i128::from(at.tv_sec) * 1_000_000_000 + i128::from(at.tv_nsec);
    u128::try_from(nanos / 1_000).unwrap_or(0)
}

/// The article of a file, or what it is instead.
fn read(readers: &ArticleReaders, bytes: &[u8], url: Option<Url>, now: Timestamp) -> Result<(Article, Url), String> {
    let limits = Limits::default();
    let url = match url {
        Some(url) => url,
        None => Url::parse(NOWHERE).map_err(|error| error.to_string())?,
    };
    let decoded = page::decode(&Head::default(), bytes, &limits).map_err(|error| error.to_string())?;
    if !decoded.media.is_text() {
        return Err(format!("{:?}", decoded.media).to_lowercase());
    }
    let page = HtmlPage::parse(url, decoded.text, &limits);
    let family = portal::recognise(&page.source).map(|(family, _)| family.name);
    let hint = Hint { title: None, date: None, section: None, status: 200, now };
    match readers.of(family).read(&page, &hint) {
        Reading::Article(article) => Ok((*article, page.url)),
        Reading::NotArticle(why) => Err(why.cause().to_owned()),
    }
}

fn record(article: &Article, url: &Url) -> Record {
    let captions = article.blocks.iter().filter(|block| block.role == Role::Caption);
    Record {
        url: article.canonical.as_ref().unwrap_or(url).to_string(),
        title: article.title.clone(),
        published: article.published.as_ref().map(Stamp::to_rfc3339),
        published_source: article.published.map_or(StampSource::Unknown, |stamp| stamp.source),
        modified: article.modified.as_ref().map(Stamp::to_rfc3339),
        byline: article.byline.clone(),
        section: article.section.clone(),
        date_line: article.date_line.clone(),
        lead: article.lead.clone(),
        captions: captions.map(|block| block.text.clone()).collect(),
        content_hash: article.content_hash(),
        images: article.images.iter().map(|image| image.url.clone()).collect(),
        attachments: article.attachments.iter().map(|file| file.url.clone()).collect(),
        lang: article.lang.clone(),
        extractor: EXTRACTOR,
        notes: article.notes.clone(),
    }
}
