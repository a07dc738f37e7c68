//! From a finished task to records and a finding: decoding, parsing, reading and compressing, on a blocking worker.

use jiff::Timestamp;
use url::Url;

use super::found::Text;
use super::requisites::{self, PartRead};
use super::rows::QueueRow;
use super::run::{Run, SiteRun};
use super::task::{Failure, Finished, Task};
use super::visit;
use crate::archive::warc::{Capture, Level, Original, Prepared, Profile, Revisit, TOOK_LINE, TruncatedType, http};
use crate::article::recurring::Learned;
use crate::article::{ArticleReader, Hint, Reading, suspicion};
use crate::config::Requisites;
use crate::fetch::{Cut, Exchange, FetchError};
use crate::ledger::LedgerError;
use crate::model::{CanonicalUrl, Digest, Limits, PageRequest};
use crate::page::requisites::of_page;
use crate::page::{self, Decoded, HtmlPage, Media};
use crate::politeness::{PACE_LINE, RobotsAnswer};
use crate::portal::{self, Cursor, ListReading};

/// Requests for one item before it is given up in this run.
pub const ATTEMPTS: u8 = 3;

/// One exchange as records, and what is needed to make it a revisit after all.
#[derive(Debug)]
pub struct Ready {
    /// The records.
    pub prepared: Prepared,
    /// The exchange.
    pub exchange: Exchange,
    /// Lines of the metadata record.
    pub metadata: Vec<(&'static str, String)>,
    /// Digest of the payload.
    pub payload: Digest,
}

/// What a task came to.
#[derive(Debug)]
pub enum Finding {
    /// The answer that rules are read from.
    Robots(RobotsAnswer),
    /// A list page.
    List(Box<ListReading>),
    /// The list ends: a page past its end leads back.
    ListEnd,
    /// A list page that could not be read.
    ListFailed {
        /// Why.
        cause: String,
        /// Whether asking again may help.
        retryable: bool,
    },
    /// An article.
    Article(Box<Text>),
    /// A redirect to an article that is held, by this key.
    Elsewhere(CanonicalUrl),
    /// A page that is no article.
    NotArticle(String),
    /// An archived article's page is as it was (304).
    NotModified,
    /// No page.
    Failed {
        /// Why.
        cause: String,
        /// Whether asking again may help.
        retryable: bool,
    },
    /// A part of a page.
    Part(Box<PartRead>),
    /// robots.txt forbids it, by this line.
    Refused(String),
    /// Nothing may be asked for now; the item keeps its place.
    Postponed,
}

/// A task, ready to be committed.
#[derive(Debug)]
pub struct Processed {
    /// The task, with its site and its slot.
    pub finished: Finished,
    /// Its exchanges as records, in order.
    pub captures: Vec<Ready>,
    /// What it came to.
    pub finding: Finding,
}

/// Reads and records one finished task.
pub fn process(run: &Run, mut finished: Finished, level: Level) -> Result<Processed, LedgerError> {
    let unmodified = match (&finished.task, finished.hops.last()) {
        (Task::Article(lease), Some(last)) => visit::not_modified(&*run.ledger, lease, last)?,
        _ => None,
    };
    let finding = if unmodified.is_some() { Finding::NotModified } else { find(run, &finished) };
    let content = match &finding {
        Finding::Article(text) => Some(text.content),
        _ => None,
    };
    let hops = std::mem::take(&mut finished.hops);
    let mut captures = Vec::with_capacity(hops.len());
    let mut from: Option<Url> = None;
    let last = hops.len().saturating_sub(1);
    for (at, exchange) in hops.into_iter().enumerate() {
        let mut metadata = metadata(&finished, &exchange, at, from.as_ref());
        // What was read in the page: a rebuild need not read it again.
        metadata.extend(content.filter(|_| at == last).map(|content| ("luutru-content", content.to_string())));
        if at == last {
            metadata.extend(requisites::told(&finding));
        }
        from = Some(exchange.url.clone());
        let payload = payload_digest(&exchange);
        let revisit = match &unmodified {
            Some(original) if at == last => {
                Some(Revisit { profile: Profile::ServerNotModified, original: original.clone() })
            }
            _ if may_refer(&exchange) => super::payload::original(&*run.ledger, &payload)?.map(same_payload),
            _ => None,
        };
        let prepared = record(&exchange, &metadata, payload, revisit, level);
        captures.push(Ready { prepared, exchange, metadata, payload });
    }
    Ok(Processed { finished, captures, finding })
}

/// Digest of the payload. Of a response that was cut, as a reader of its bytes finds it: more may have arrived, or be left
/// of a broken chunk, than was taken out of the framing.
fn payload_digest(exchange: &Exchange) -> Digest {
    match exchange.cut {
        Some(_) => http::Message::parse(&exchange.response).payload_digest(),
        None => Digest::of(exchange.payload()),
    }
}

/// Whether a payload may be stored as a revisit, or be referred to: whole, of a good answer, and not empty.
pub fn may_refer(exchange: &Exchange) -> bool {
    exchange.head.status == 200 && exchange.cut.is_none() && !exchange.payload().is_empty()
}

/// A response whose payload is on disk.
pub fn same_payload(original: Original) -> Revisit {
    Revisit { profile: Profile::IdenticalPayloadDigest, original }
}

/// The records of one exchange.
pub fn record(
    exchange: &Exchange,
    metadata: &[(&'static str, String)],
    payload: Digest,
    revisit: Option<Revisit>,
    level: Level,
) -> Prepared {
    let protocols: Vec<&str> =
        std::iter::once("http/1.1").chain(exchange.tls.as_ref().map(|tls| tls.version)).collect();
    let capture = Capture {
        uri: exchange.url.as_str(),
        at: exchange.started,
        response: &exchange.response,
        request: &exchange.request,
        ip: Some(exchange.peer),
        protocols: &protocols,
        cipher_suite: exchange.tls.as_ref().map(|tls| tls.cipher.as_str()),
        truncated: exchange.cut.map(|cut| match cut {
            Cut::Length => TruncatedType::Length,
            Cut::Time => TruncatedType::Time,
            Cut::Disconnect => TruncatedType::Disconnect,
        }),
        sniffed_type: None,
        payload_digest: Some(payload),
        revisit,
        metadata,
    };
    capture.prepare(level)
}

/// The body of a robots.txt, decoded as far as its content coding goes.
pub fn decoded_text(exchange: &Exchange) -> Vec<u8> {
    let limits = Limits::default();
    page::decode(&exchange.head, exchange.payload(), &limits)
        .map(|decoded| decoded.text.into_bytes())
        .unwrap_or_default()
}

fn find(run: &Run, finished: &Finished) -> Finding {
    if let Task::Robots { answer, .. } = &finished.task {
        return Finding::Robots(answer.clone());
    }
    let list = matches!(finished.task, Task::List { .. });
    let failed = |cause: String, retryable: bool| {
        if list { Finding::ListFailed { cause, retryable } } else { Finding::Failed { cause, retryable } }
    };
    if let Some(failure) = &finished.failure {
        return match failure {
            Failure::BackToStart => Finding::ListEnd,
            Failure::KnownTarget(key) => Finding::Elsewhere(key.clone()),
            Failure::Closed(why) if list => Finding::ListFailed { cause: why.clone(), retryable: false },
            Failure::Closed(_) | Failure::Fetch(FetchError::Stopped) => Finding::Postponed,
            Failure::Refused(rule) if !list => Finding::Refused(rule.clone()),
            Failure::Refused(rule) => {
                Finding::ListFailed { cause: format!("robots.txt forbids it ({rule})"), retryable: false }
            }
            Failure::Fetch(error) if list => {
                Finding::ListFailed { cause: error.to_string(), retryable: error.retryable() }
            }
            other => failed(other.cause(), other.retryable()),
        };
    }
    let Some(exchange) = finished.hops.last() else {
        return failed("no answer".to_owned(), true);
    };
    if matches!(exchange.cut, Some(Cut::Time | Cut::Disconnect)) {
        return failed("cut off".to_owned(), true);
    }
    let status = exchange.head.status;
    if !(200..300).contains(&status) {
        let retryable = status >= 500 || matches!(status, 408 | 425 | 429);
        return failed(format!("{status}"), retryable);
    }
    // Who asks for news and is led to a log-in or a search has not got what was listed, whatever else the page shows.
    let asked = finished.hops.first().unwrap_or(exchange);
    if portal::is_tool(&exchange.url) && !portal::is_tool(&asked.url) {
        let cause = "redirect to a log-in or tool page".to_owned();
        let article = matches!(finished.task, Task::Article(_));
        return if article { Finding::NotArticle(cause) } else { failed(cause, false) };
    }
    match &finished.task {
        Task::List { walk, list, request } => match read_list(run, &finished.site, (walk, list), request, exchange) {
            Ok(reading) => Finding::List(Box::new(reading)),
            Err((cause, retryable)) => failed(cause, retryable),
        },
        // What is missing at the end would be missing in the text, and nothing would say so.
        Task::Article(_) if exchange.cut.is_some() => failed("over the size limit".to_owned(), false),
        Task::Article(lease) => match html(&run.limits, exchange) {
            Ok(page) => {
                let section = finished.site.section_of(&lease.row.list);
                let now = run.clock.now();
                let reader = finished.site.article_reader();
                let learned = finished.site.learned();
                let mut found = read_article(reader, &lease.row, section, &page, status, now, &learned);
                if let (Finding::Article(text), true) = (&mut found, run.whole.requisites != Requisites::None) {
                    text.requisites = of_page(&page.source, &page.url, requisites::NAMED);
                }
                found
            }
            Err(cause) => Finding::NotArticle(cause),
        },
        Task::Part(need) => requisites::read(&run.limits, need, exchange),
        Task::Robots { answer, .. } => Finding::Robots(answer.clone()),
    }
}

/// Reads a page of the list `list` for the walk `walk`; what is wrong with it, and whether asking again may help.
fn read_list(
    run: &Run,
    site: &SiteRun,
    (walk, list): (&str, &str),
    request: &PageRequest,
    exchange: &Exchange,
) -> Result<ListReading, (String, bool)> {
    let Decoded { media, text, .. } = text(&run.limits, exchange).map_err(|cause| (cause, false))?;
    let reader = site.list_readers.get(list);
    let reader = reader.ok_or_else(|| ("the list is no longer in the site file".to_owned(), false))?;
    let reading = reader.read_text(media, &exchange.url, text, &run.limits, request, &cursor_of(site, walk));
    match reading.instead {
        Some(instead) => Err((instead.cause().to_owned(), true)),
        None => Ok(reading),
    }
}

/// The page of an exchange, or a few words on what it is instead.
pub fn html(limits: &Limits, exchange: &Exchange) -> Result<HtmlPage, String> {
    let decoded = text(limits, exchange)?;
    if decoded.media == Media::Json {
        return Err("json".to_owned());
    }
    Ok(HtmlPage::parse(exchange.url.clone(), decoded.text, limits))
}

/// The decoded text of an exchange, or a few words on what it is instead.
pub fn text(limits: &Limits, exchange: &Exchange) -> Result<Decoded, String> {
    let decoded = page::decode(&exchange.head, exchange.payload(), limits).map_err(|e| e.cause().to_owned())?;
    if !decoded.media.is_text() {
        return Err(format!("{:?}", decoded.media).to_lowercase());
    }
    Ok(decoded)
}

fn cursor_of(site: &SiteRun, walk: &str) -> Cursor {
    let walks = site.walks();
    let row = walks.iter().find(|w| w.id == walk).map(|w| w.row.cursor.as_str());
    row.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

/// Reads a page as the article that a list named.
pub fn read_article(
    reader: &ArticleReader,
    row: &QueueRow,
    section: Option<&str>,
    page: &HtmlPage,
    status: u16,
    now: Timestamp,
    learned: &Learned,
) -> Finding {
    let title = Some(row.title.as_str()).filter(|title| !title.is_empty());
    let hint = Hint { title, date: row.listed, section, status, now };
    match reader.read(page, &hint) {
        Reading::NotArticle(why) => Finding::NotArticle(why.cause().to_owned()),
        Reading::Article(article) => {
            // Of the page as it is: what is learned on the way changes no skeleton.
            let suspect = suspicion(&article, &row.title, &page.url);
            Finding::Article(Box::new(Text::of(*article, page.url.to_string(), suspect, learned)))
        }
    }
}

/// Lines of a capture's metadata record. Names of our own begin with `luutru-`; a rebuild reads them.
fn metadata(finished: &Finished, exchange: &Exchange, hop: usize, from: Option<&Url>) -> Vec<(&'static str, String)> {
    let ms = |duration: std::time::Duration| duration.as_millis().to_string();
    let mut lines = vec![
        ("fetchTimeMs", ms(exchange.total)),
        ("connectTimeMs", ms(exchange.connect)),
        ("firstByteTimeMs", ms(exchange.first_byte)),
        // With the date of the record, whoever reads the files alone can tell what was promised, and whether it was kept.
        (TOOK_LINE, exchange.total.as_micros().to_string()),
        (PACE_LINE, finished.site.pace.to_line()),
        ("robots", exchange.robots.clone()),
        ("luutru-site", finished.site.id().to_owned()),
        ("luutru-task", finished.task.word().to_owned()),
    ];
    if let Some(tls) = &exchange.tls {
        lines.push(("tls", tls.verdict.clone()));
        lines.push(("tlsProtocol", tls.version.to_owned()));
        lines.push(("tlsCipherSuite", tls.cipher.clone()));
    }
    // Where a gate was answered, the page before is this one, and no redirect.
    if let Some(from) = from.filter(|from| **from != exchange.url) {
        lines.push(("redirectedFrom", from.to_string()));
    }
    if let Some(told) = super::gates::told(&finished.site.site.cookie_gate, exchange) {
        lines.push(("luutru-cookie-gate", told));
    }
    match &finished.task {
        Task::Robots { .. } => {}
        Task::Part(need) => lines.extend(requisites::metadata(need, hop)),
        Task::List { list, request, .. } => {
            lines.push(("hopsFromSeed", hop.to_string()));
            lines.push(("luutru-list", list.clone()));
            lines.push(("luutru-page", request.number.to_string()));
        }
        Task::Article(lease) => {
            let row = &lease.row;
            lines.push(("via", row.via.clone()));
            lines.push(("hopsFromSeed", (hop + 1).to_string()));
            lines.push(("luutru-list", row.list.clone()));
            lines.push(("luutru-key", row.key.to_string()));
            lines.push(("luutru-url", row.url.clone()));
            lines.push(("luutru-title", row.title.clone()));
            if let Some(listed) = row.listed {
                let date = if listed.has_time { listed.to_rfc3339() } else { listed.date().to_string() };
                lines.push(("luutru-listed", date));
            }
        }
    }
    lines
}
