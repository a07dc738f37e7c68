//! What a look at a portal found, in a form that can be printed.

use serde::Serialize;
use url::Url;

use super::super::found::Text;
use crate::archive::catalog::Asset;
use crate::archive::text;
use crate::article::EXTRACTOR;
use crate::fetch::Exchange;
use crate::model::{Digest, PageRequest, Stamp, StampSource};
use crate::page::HtmlPage;
use crate::politeness::RobotsAnswer;
use crate::politeness::robots::Rules;
use crate::portal::{self, ListReading, Next};

/// Everything that was found.
#[derive(Debug, Clone, Serialize)]
pub struct Findings {
    /// The address that was given.
    pub url: String,
    /// Requests that were answered.
    pub requests: u64,
    /// Whether the portal could be reached at all.
    pub reached: bool,
    /// Whether a list was recognised.
    pub recognised: bool,
    /// Each origin's robots.txt.
    pub robots: Vec<RobotsSeen>,
    /// Who answered.
    pub server: Option<ServerSeen>,
    /// Why no TLS connection came about.
    pub tls_fault: Option<String>,
    /// Status of the latest answer.
    #[serde(skip)]
    pub status: Option<u16>,
    /// The CMS family.
    pub family: Option<String>,
    /// Evidence for the family and the list.
    pub why: Vec<String>,
    /// Number of pages, where the portal tells.
    pub total_pages: Option<u32>,
    /// The pages of the list that were read.
    pub pages: Vec<PageSeen>,
    /// Further lists that the first page links to, by the words of its menu.
    pub other_lists: Vec<OtherList>,
    /// One article as it would be archived.
    pub sample: Option<Sample>,
    /// Id of the proposed site file.
    pub site_id: Option<String>,
    /// The proposed site file, TOML.
    pub site_file: Option<String>,
    /// What went wrong.
    pub failures: Vec<String>,
}

/// A robots.txt.
#[derive(Debug, Clone, Serialize)]
pub struct RobotsSeen {
    /// Scheme, host and port.
    pub origin: String,
    /// Final status.
    pub status: u16,
    /// The lines that concern us.
    pub rules: Vec<String>,
    /// Seconds.
    pub crawl_delay_s: Option<f64>,
    /// Values of its `Sitemap` lines.
    pub sitemaps: Vec<String>,
}

/// The server behind the list.
#[derive(Debug, Clone, Serialize)]
pub struct ServerSeen {
    /// Its address.
    pub address: String,
    /// Its `Server` field.
    pub software: Option<String>,
    /// How the connection is protected; none for plain http.
    pub tls: Option<TlsSeen>,
}

/// What was agreed on.
#[derive(Debug, Clone, Serialize)]
pub struct TlsSeen {
    /// `tls/1.2` or `tls/1.3`.
    pub version: String,
    /// IANA name.
    pub cipher: String,
    /// How the certificate was judged.
    pub verdict: String,
}

/// One page of the list.
#[derive(Debug, Clone, Serialize)]
pub struct PageSeen {
    /// 1 for the first.
    pub number: u32,
    /// The request for it.
    pub request: PageRequest,
    /// Where it was answered.
    pub url: String,
    /// robots.txt's word on it.
    pub robots: String,
    /// Its section.
    pub section: Option<String>,
    /// Its entries.
    pub items: Vec<Item>,
    /// The request for the page after it.
    pub next: Option<PageRequest>,
    /// Why there is none.
    pub end: Option<String>,
}

/// One entry.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// Vietnamese day or time.
    pub date: Option<String>,
    /// The link's text.
    pub title: String,
    /// The article's address.
    pub url: String,
}

/// A list that was not looked at.
#[derive(Debug, Clone, Serialize)]
pub struct OtherList {
    /// The link's text.
    pub section: String,
    /// Its address.
    pub url: String,
}

/// An article, with the fields of its record that need no archive.
#[derive(Debug, Clone, Serialize)]
pub struct Sample {
    /// The address it was found at.
    pub url: String,
    /// Title.
    pub title: String,
    /// RFC 3339.
    pub published: Option<String>,
    /// Where that date was found.
    pub published_source: StampSource,
    /// RFC 3339.
    pub modified: Option<String>,
    /// Who wrote it.
    pub byline: Option<String>,
    /// Section.
    pub section: Option<String>,
    /// Where its text would lie.
    pub text_path: String,
    /// The content hash.
    pub content_hash: Digest,
    /// Pictures.
    pub images: Vec<Asset>,
    /// Files.
    pub attachments: Vec<Asset>,
    /// The `lang` attribute.
    pub lang: Option<String>,
    /// Version of the extractor.
    pub extractor: &'static str,
    /// The text file.
    pub text: String,
}

impl Findings {
    pub(super) fn new(url: &Url) -> Self {
        Self {
            url: url.to_string(),
            requests: 0,
            reached: false,
            recognised: false,
            robots: Vec::new(),
            server: None,
            tls_fault: None,
            status: None,
            family: None,
            why: Vec::new(),
            total_pages: None,
            pages: Vec::new(),
            other_lists: Vec::new(),
            sample: None,
            site_id: None,
            site_file: None,
            failures: Vec::new(),
        }
    }

    /// Notes who answered.
    pub(super) fn met(&mut self, exchange: &Exchange) {
        self.status = Some(exchange.head.status);
        let tls = exchange.tls.as_ref().map(|tls| TlsSeen {
            version: tls.version.to_owned(),
            cipher: tls.cipher.clone(),
            verdict: tls.verdict.clone(),
        });
        self.server =
            Some(ServerSeen { address: exchange.peer.to_string(), software: exchange.head.get("server"), tls });
    }

    /// Front pages often carry no mark of their system; an article does.
    pub(super) fn note_family(&mut self, article: &HtmlPage) {
        if self.family.is_none()
            && let Some((family, marks)) = portal::recognise(&article.source)
        {
            self.family = Some(family.name.to_owned());
            self.why.push(format!("family {}, told by an article: {}", family.name, marks.join(", ")));
        }
    }

    /// Notes a page of the list.
    pub(super) fn seen(&mut self, request: &PageRequest, exchange: &Exchange, reading: &ListReading) {
        if self.family.is_none() {
            self.family = reading.family.map(str::to_owned);
        }
        for line in &reading.why {
            if !self.why.contains(line) {
                self.why.push(line.clone());
            }
        }
        self.total_pages = reading.total_pages.or(self.total_pages);
        let (next, end) = match &reading.next {
            Next::Page(request) => (Some(request.clone()), None),
            Next::End(why) | Next::Cut(why) => (None, Some(why.clone())),
        };
        let day = |stamp: &Stamp| stamp.at.strftime(if stamp.has_time { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d" });
        let items = reading.items.iter().map(|item| Item {
            date: item.date.as_ref().map(|stamp| day(stamp).to_string()),
            title: item.title.clone(),
            url: item.url.to_string(),
        });
        self.pages.push(PageSeen {
            number: request.number,
            request: request.clone(),
            url: exchange.url.to_string(),
            robots: exchange.robots.clone(),
            section: reading.section.clone(),
            items: items.collect(),
            next,
            end,
        });
    }
}

impl RobotsSeen {
    pub(super) fn new(origin: &str, answer: &RobotsAnswer) -> Self {
        let rules = Rules::parse(&answer.body);
        Self {
            origin: origin.to_owned(),
            status: answer.status,
            rules: rules.lines(),
            crawl_delay_s: rules.crawl_delay.map(|delay| delay.as_secs_f64()),
            sitemaps: rules.sitemaps,
        }
    }
}

impl Sample {
    pub(super) fn new(site: &str, found: &Text) -> Self {
        let article = &found.article;
        let images = article.images.iter();
        let files = article.attachments.iter();
        Self {
            url: found.final_url.clone(),
            title: article.title.clone(),
            published: article.published.as_ref().map(Stamp::to_rfc3339),
            published_source: article.published.map_or(StampSource::Unknown, |stamp| stamp.source),
            modified: article.modified.as_ref().map(Stamp::to_rfc3339),
            byline: article.byline.clone(),
            section: article.section.clone(),
            text_path: text::relative_path(site, article.published.as_ref().map(Stamp::date), &found.content),
            content_hash: found.content,
            images: images.map(|it| Asset::named(it.url.to_string(), it.caption.clone())).collect(),
            attachments: files.map(|it| Asset::named(it.url.to_string(), Some(it.name.clone()))).collect(),
            lang: article.lang.clone(),
            extractor: EXTRACTOR,
            text: found.file.clone(),
        }
    }
}
