//! A portal looked at by a newcomer: robots.txt, the server, a list and its next page, one article, a site file.
//!
//! The requests go the way of a crawl, with its robots decisions and its pauses; no more than [`MOST_REQUESTS`] are made
//! and nothing is kept. Refuses: to ask a server further that has just pushed back.

mod findings;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;
use url::Url;

pub use findings::{Findings, Item, OtherList, PageSeen, RobotsSeen, Sample, ServerSeen, TlsSeen};

use super::error::CrawlError;
use super::frontier::{Candidate, Frontier};
use super::pipeline::{pace, shared};
use super::process::{self, Finding};
use super::run::{Halt, Run, SiteRun, Stop};
use super::runner::Runner;
use super::task::{Failure, Finished, Task};
use crate::article::{Hint, Reading};
use crate::config::{self, Config, ListSpec, Site, authority};
use crate::fetch::Exchange;
use crate::ledger::{Batch, MemoryLedger};
use crate::model::{CanonicalUrl, Clock, PageRequest, Stamp, SystemClock};
use crate::page::{Decoded, HtmlPage};
use crate::portal::{self, Cursor, ListItem, ListReader, ListReading, Next};

/// Requests of one look, robots.txt and redirects counted in.
pub const MOST_REQUESTS: u32 = 8;
/// Items tried until one reads as an article.
const SAMPLES: usize = 2;
/// Stands above the lists that were not looked at.
const OTHERS: &str = "\n# The page links to these lists as well; take the # off those that are wanted.\n";
/// The id of the one walk.
const WALK: &str = "probe";

/// Looks at the list at `url`. Every request is told to `tell` before it is made.
pub async fn probe(config: &Config, url: &Url, tell: &dyn Fn(&str)) -> Result<Findings, CrawlError> {
    let mut probe = Probe::new(config, url)?;
    probe.look(tell).await?;
    probe.end();
    Ok(probe.findings)
}

struct Probe {
    run: Arc<Run>,
    site: Arc<SiteRun>,
    runner: Runner,
    handed: mpsc::Receiver<Finished>,
    findings: Findings,
}

impl Probe {
    fn new(config: &Config, url: &Url) -> Result<Self, CrawlError> {
        let ledger = Arc::new(MemoryLedger::default());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let frontier = Frontier::open(Arc::clone(&ledger) as _)?;
        let run = Arc::new(shared(config, ledger, frontier, clock, Stop::Go));
        let mut site = newcomer(url).ok_or_else(|| CrawlError::Root {
            path: url.to_string(),
            why: "the address has no host; give that of a news list".to_owned(),
        })?;
        site.add_asset_hosts(&config.asset_hosts);
        let site = Arc::new(SiteRun::new(site.clone(), pace(config, &site), Vec::new())?);
        let (hand_over, handed) = mpsc::channel(MOST_REQUESTS as usize);
        let runner = Runner::new(Arc::clone(&run), Arc::clone(&site), hand_over).bounded(MOST_REQUESTS);
        Ok(Self { run, site, runner, handed, findings: Findings::new(url) })
    }

    async fn look(&mut self, tell: &dyn Fn(&str)) -> Result<(), CrawlError> {
        let Some(spec) = self.site.site.lists.first().cloned() else { return Ok(()) };
        let first = PageRequest::first(spec.url.clone());
        tell(&format!("robots.txt, then {}", first.url));
        let Some((exchange, text)) = self.page(list_task(&spec, &first)).await? else { return Ok(()) };
        let page = HtmlPage::parse(exchange.url.clone(), text.text, &self.run.limits);
        // Where the portal led: that is the list's address from here on.
        let mut site = proposed(&self.site.site, &page.url, &spec);
        let Some(spec) = site.lists.first().cloned() else { return Ok(()) };
        let reader =
            ListReader::new(&spec, &site).map_err(|source| CrawlError::Portal { site: site.id.clone(), source })?;
        let reading = reader.read(&page, &PageRequest::first(spec.url.clone()), &Cursor::default());
        self.findings.seen(&first, &exchange, &reading);
        self.note_menu(&page, &site, &reading);
        if let Some(why) = self.no_list(&page, &site, &reading) {
            self.findings.failures.push(why);
            return Ok(());
        }
        self.findings.recognised = true;
        if let Some(family) = reading.family {
            self.site.note_family(family);
        }
        self.second(&spec, &reader, &reading, tell).await?;
        let sample = self.sample(&spec, &reading, tell).await?;
        site.family.clone_from(&self.findings.family);
        complete(&mut site, &reading, sample.as_ref(), self.run.clock.now());
        site.add_asset_hosts(&self.site.site.asset_hosts);
        self.findings.sample = sample;
        self.findings.site_id = Some(site.id.clone());
        self.findings.site_file = Some(config::site_text(&site) + &self.commented(&spec.id));
        Ok(())
    }

    fn note_menu(&mut self, page: &HtmlPage, site: &Site, reading: &ListReading) {
        let known = |url: &Url| site.lists.iter().any(|list| list.url == *url);
        let item = |url: &Url| reading.items.iter().any(|item| item.url == *url);
        let menu = portal::sections(page, site).into_iter().filter(|(_, url)| !known(url) && !item(url));
        self.findings.other_lists = menu.map(|(section, url)| OtherList { section, url: url.into() }).collect();
    }

    /// Why a page is not taken for a list, if so.
    fn no_list(&self, page: &HtmlPage, site: &Site, reading: &ListReading) -> Option<String> {
        if reading.items.is_empty() {
            return Some(format!("no list was recognised at {}; give the address of a news list", page.url));
        }
        // An article shows a list as well, of what else there is to read.
        let (end, family) = (!matches!(reading.next, Next::Page(_)), reading.family);
        let told = Hint { title: None, date: None, section: None, status: 200, now: self.run.clock.now() };
        let article = end
            && portal::is_article_url(&page.url, site, family)
            && matches!(self.site.article_reader().read(page, &told), Reading::Article(_));
        article.then(|| format!("{} is an article itself; give the address of the list that it stands in", page.url))
    }

    /// The other lists as blocks that a person can put in force.
    fn commented(&self, first: &str) -> String {
        let mut ids = BTreeSet::from([first.to_owned()]);
        let mut out = String::new();
        for list in &self.findings.other_lists {
            let Ok(url) = Url::parse(&list.url) else { continue };
            let bare = ListSpec::bare(&url);
            let mut id = short(&bare.id, 60);
            if !ids.insert(id.clone()) {
                id = format!("{id}-{}", ids.len());
                ids.insert(id.clone());
            }
            let block = config::list_text(&ListSpec { id, section: Some(list.section.clone()), ..bare });
            out.extend(block.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("#{line}\n") }));
        }
        if out.is_empty() { out } else { format!("{OTHERS}{out}") }
    }

    /// The second page, where the first leads to one.
    async fn second(
        &mut self,
        spec: &ListSpec,
        reader: &ListReader,
        first: &ListReading,
        tell: &dyn Fn(&str),
    ) -> Result<(), CrawlError> {
        let Next::Page(request) = &first.next else { return Ok(()) };
        tell(&format!("page {} of the list: {}", request.number, request.url));
        if let Some((exchange, text)) = self.page(list_task(spec, request)).await? {
            // Further pages may be markup in JSON, or a web service's answer.
            let (url, limits) = (&exchange.url, &self.run.limits);
            let reading = reader.read_text(text.media, url, text.text, limits, request, &first.cursor);
            self.findings.seen(request, &exchange, &reading);
            if reading.items.is_empty() || reading.repeated || reading.sent_back {
                self.findings.failures.push("the second page shows nothing that the first does not".to_owned());
            }
        }
        Ok(())
    }

    /// The first item that reads as an article.
    async fn sample(
        &mut self,
        spec: &ListSpec,
        reading: &ListReading,
        tell: &dyn Fn(&str),
    ) -> Result<Option<Sample>, CrawlError> {
        for item in reading.items.iter().take(SAMPLES) {
            if self.pushed_back() {
                break;
            }
            tell(&format!("an article: {}", item.url));
            let Some(task) = self.article_task(spec, item, reading.family)? else { continue };
            let Task::Article(lease) = &task else { continue };
            let row = lease.row.clone();
            let Some((exchange, text)) = self.page(task).await? else { continue };
            let page = HtmlPage::parse(exchange.url.clone(), text.text, &self.run.limits);
            self.findings.note_family(&page);
            let section = reading.section.as_deref();
            let (status, now) = (exchange.head.status, self.run.clock.now());
            let (reader, learned) = (self.site.article_reader(), self.site.learned());
            match process::read_article(reader, &row, section, &page, status, now, &learned) {
                Finding::Article(text) => return Ok(Some(Sample::new(&self.site.site.id, &text))),
                Finding::NotArticle(cause) => {
                    self.findings.failures.push(format!("{} reads as no article: {cause}", item.url));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// An item on the way that every item goes: queued, then leased.
    fn article_task(&self, spec: &ListSpec, item: &ListItem, family: Option<&str>) -> Result<Option<Task>, CrawlError> {
        let candidate = Candidate {
            url: item.url.to_string(),
            key: CanonicalUrl(portal::article_key(&item.url, family)),
            list: spec.id.clone(),
            via: spec.url.to_string(),
            title: item.title.clone(),
            listed: item.date,
            walk: WALK.to_owned(),
            patient: false,
        };
        let mut batch = Batch::default();
        self.run.frontier.enqueue(self.site.id(), &[candidate], &mut batch)?;
        self.run.ledger.apply(&batch)?;
        Ok(self.run.frontier.lease(self.site.id(), 1)?.pop().map(Task::Article))
    }

    /// One page, if it could be had; what was seen on the way is noted.
    async fn page(&mut self, task: Task) -> Result<Option<(Exchange, Decoded)>, CrawlError> {
        if self.pushed_back() {
            return Ok(None);
        }
        let (mut hops, failure) = self.runner.follow(&task).await?;
        while let Ok(finished) = self.handed.try_recv() {
            if let Task::Robots { origin, answer } = &finished.task {
                self.findings.robots.push(RobotsSeen::new(origin, answer));
            }
        }
        for hop in &hops {
            self.findings.met(hop);
        }
        if let Some(failure) = failure {
            let lost = self.lost(&failure, hops.last());
            self.findings.failures.push(lost);
            return Ok(None);
        }
        let Some(exchange) = hops.pop() else { return Ok(None) };
        let (status, url) = (exchange.head.status, exchange.url.to_string());
        if !(200..300).contains(&status) {
            self.findings.failures.push(format!("{url} answered {status}"));
            return Ok(None);
        }
        match process::text(&self.run.limits, &exchange) {
            Ok(text) => Ok(Some((exchange, text))),
            Err(what) => {
                self.findings.failures.push(format!("{url} is no page: {what}"));
                Ok(None)
            }
        }
    }

    /// What a failure means to whoever looks at the portal for the first time.
    fn lost(&self, failure: &Failure, last: Option<&Exchange>) -> String {
        match failure {
            Failure::Refused(rule) => format!("robots.txt forbids it ({rule}); no option of a command overrides that"),
            Failure::Closed(why) => match self.site.halted() {
                Some(halt) => halt.text().to_owned(),
                None => why.clone(),
            },
            Failure::OffSite => match last.and_then(Exchange::redirect) {
                Some(target) => format!("it leads to another host; to look at that one, probe {target}"),
                None => "it leads to another host".to_owned(),
            },
            Failure::Fetch(error) => error.to_string(),
            other => other.cause(),
        }
    }

    fn pushed_back(&self) -> bool {
        self.site.halted().is_some() || matches!(self.findings.status, Some(429 | 503))
    }

    fn end(&mut self) {
        let gone = matches!(self.site.halted(), Some(Halt::Unreachable(_) | Halt::AddressRefused(_)));
        self.findings.reached = !gone || !self.findings.pages.is_empty();
        self.findings.tls_fault = self.runner.tls_fault().map(str::to_owned);
        self.findings.requests = self.site.stats.requests.get();
        if let Some(halt) = self.site.halted()
            && !self.findings.failures.iter().any(|failure| failure == halt.text())
        {
            self.findings.failures.push(halt.text().to_owned());
        }
    }
}

fn list_task(spec: &ListSpec, request: &PageRequest) -> Task {
    Task::List { walk: WALK.to_owned(), list: spec.id.clone(), request: request.clone() }
}

/// A site of which only the address is known. A host and its `www.` twin are one portal.
fn newcomer(url: &Url) -> Option<Site> {
    let mut site = Site::bare(url)?;
    site.hosts.extend(twin(url));
    Some(site)
}

fn twin(url: &Url) -> Option<String> {
    url.domain()?;
    let host = authority(url)?;
    Some(host.strip_prefix("www.").map_or_else(|| format!("www.{host}"), str::to_owned))
}

/// The site as it shows after the first page: its base and its list where the portal led.
fn proposed(known: &Site, list: &Url, spec: &ListSpec) -> Site {
    let bare = Site::bare(list).unwrap_or_else(|| known.clone());
    let spec = ListSpec { url: list.clone(), id: short(&spec.id, 64), ..spec.clone() };
    let id = authority(list).unwrap_or_default().trim_start_matches("www.").replace(':', "-");
    Site { id: short(&id, 64), hosts: known.hosts.clone(), lists: vec![spec], ..bare }
}

/// A name that a site file takes: bounded, a letter or digit first.
fn short(name: &str, most: usize) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c.to_ascii_lowercase() } else { '-' };
    let name: String = name.chars().map(safe).take(most).collect();
    let name = name.trim_matches(['-', '.', '_']);
    if name.is_empty() { "list".to_owned() } else { name.to_owned() }
}

/// Fills in what the pages told.
fn complete(site: &mut Site, reading: &ListReading, sample: Option<&Sample>, now: Timestamp) {
    site.verified = Some(Stamp::vietnam_day(now));
    if let Some(spec) = site.lists.first_mut() {
        spec.section.clone_from(&reading.section);
    }
    // The twin stays only where the list leads to it.
    let own = authority(&site.base);
    let used: BTreeSet<String> = reading.items.iter().filter_map(|item| authority(&item.url)).collect();
    site.hosts.retain(|host| Some(host) == own.as_ref() || used.contains(host));
    let assets = sample.iter().flat_map(|sample| sample.images.iter().chain(&sample.attachments));
    let hosts: BTreeSet<String> = assets.filter_map(|asset| authority(&Url::parse(&asset.url).ok()?)).collect();
    site.asset_hosts = hosts.into_iter().filter(|host| !site.hosts.contains(host)).collect();
}
