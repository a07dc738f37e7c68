//! One site's requests, one after the other: choose, ask robots.txt, wait for the server's turn, fetch, hand over.

mod parts;
mod robots;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use url::Url;

use super::error::CrawlError;
use super::frontier::Lease;
use super::gates::Cookies;
use super::lane::{self, Lane, outcome_of};
use super::rows::UrlState;
use super::run::{Halt, Run, SiteRun, Stop};
use super::servers::Server;
use super::task::{Failure, Finished, Task};
use super::visit;
use crate::config::TlsPolicy;
use crate::fetch::{Ask, Exchange, FetchError};
use crate::ledger::Batch;
use crate::model::CanonicalUrl;
use crate::politeness::{Answer, Outcome, Pass, Refusal, RobotsGate};
use crate::portal;

/// Leases taken at a time: one write to the ledger for so many requests.
const LEASES: usize = 16;
/// A server that answered before and is gone now is tried this often, with the back-off between.
const UNREACHABLE_TRIES: u32 = 3;
/// A command that a person waits for does not sit out a longer pause than this.
const PATIENCE: Duration = Duration::from_mins(15);

/// What to do next.
enum Choice {
    Do(Box<Task>),
    Wait,
    Done,
}

/// Fetches for one site.
pub struct Runner {
    run: Arc<Run>,
    site: Arc<SiteRun>,
    hand_over: mpsc::Sender<Finished>,
    lane: Lane,
    gates: HashMap<String, RobotsGate>,
    cookies: Cookies,
    leased: VecDeque<Lease>,
    parts: parts::Parts,
    more_queued: bool,
    answered: bool,
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Runner({})", self.site.id())
    }
}

impl Runner {
    /// A runner that hands finished tasks to `hand_over`.
    pub fn new(run: Arc<Run>, site: Arc<SiteRun>, hand_over: mpsc::Sender<Finished>) -> Self {
        Self {
            run,
            site,
            hand_over,
            lane: Lane::default(),
            gates: HashMap::new(),
            cookies: Cookies::default(),
            leased: VecDeque::new(),
            parts: parts::Parts::default(),
            more_queued: true,
            answered: false,
        }
    }

    /// The same runner, for `most` requests, redirects and robots.txt counted in.
    pub fn bounded(self, most: u32) -> Self {
        Self { lane: Lane::bounded(most), ..self }
    }

    /// Why no TLS connection came about, if one did not.
    pub fn tls_fault(&self) -> Option<&str> {
        self.lane.tls_fault.as_deref()
    }

    /// Works until nothing is left, the site is left, or the run drains.
    pub async fn go(mut self) -> Result<(), CrawlError> {
        let site = Arc::clone(&self.site);
        let mut stop = self.run.stop.clone();
        loop {
            if self.run.draining() || site.halted().is_some() {
                break;
            }
            let woken = site.wake.notified();
            match self.choose()? {
                Choice::Do(task) => self.perform(*task).await?,
                Choice::Wait => tokio::select! {
                    () = woken => {}
                    _ = stop.changed() => {}
                },
                Choice::Done => break,
            }
        }
        self.give_back()
    }

    /// Articles while many wait; otherwise the next list page first, so that its reading overlaps with fetching.
    fn choose(&mut self) -> Result<Choice, CrawlError> {
        if self.leased.is_empty() {
            let allowed = self.run.take_articles(LEASES);
            let leases = if allowed == 0 { Vec::new() } else { self.run.frontier.lease(self.site.id(), allowed)? };
            self.run.return_articles(allowed - leases.len());
            self.more_queued = leases.len() == LEASES;
            self.leased.extend(leases);
            if allowed == 0 && self.leased.is_empty() {
                let part = self.next_part()?;
                return Ok(part.map_or_else(|| self.when_capped(), |part| Choice::Do(Box::new(part))));
            }
        }
        // A live list is read before what a backfill has queued.
        if (!self.more_queued || self.leased.is_empty() || self.site.is_urgent())
            && let Some((walk, list, request)) = self.site.take_page(self.run.max_pages)
        {
            return Ok(Choice::Do(Box::new(Task::List { walk, list, request })));
        }
        if let Some(lease) = self.leased.pop_front() {
            return Ok(Choice::Do(Box::new(Task::Article(lease))));
        }
        // A list page that is being read may name articles, and those come first.
        let idle = self.site.outstanding.load(Ordering::SeqCst) == 0;
        if !self.site.walks().iter().any(|walk| walk.in_flight)
            && let Some(part) = self.next_part()?
        {
            return Ok(Choice::Do(Box::new(part)));
        }
        if !idle {
            return Ok(Choice::Wait);
        }
        // What was acknowledged between the two looks may have queued more.
        if self.run.frontier.is_empty(self.site.id())? && !self.site.walks().iter().any(|w| w.in_flight) {
            Ok(Choice::Done)
        } else {
            Ok(Choice::Wait)
        }
    }

    fn when_capped(&self) -> Choice {
        if self.site.outstanding.load(Ordering::SeqCst) > 0 {
            return Choice::Wait;
        }
        self.site.halt(Halt::Capped("stopped at --max-articles".to_owned()));
        Choice::Done
    }

    async fn perform(&mut self, task: Task) -> Result<(), CrawlError> {
        // invariant: the semaphore is never closed.
        let Ok(slot) = Arc::clone(&self.run.slots).acquire_owned().await else {
            return Err(CrawlError::Worker);
        };
        self.site.outstanding.fetch_add(1, Ordering::SeqCst);
        let (hops, failure) = self.follow(&task).await?;
        let handed = Some(self.run.pulse.hand_over());
        let finished = Finished { site: Arc::clone(&self.site), task, hops, failure, slot: Some(slot), handed };
        self.hand_over.send(finished).await.map_err(|_| CrawlError::Worker)
    }

    /// Asks for a task's page, hop by hop, each with its own robots decision and permit.
    pub async fn follow(&mut self, task: &Task) -> Result<(Vec<Exchange>, Option<Failure>), CrawlError> {
        let ask = match task {
            Task::Robots { .. } => return Ok((Vec::new(), None)),
            Task::List { request, .. } => Ok(Ask { method: request.method.clone(), ..Ask::get(request.url.clone()) }),
            Task::Article(lease) => plain(&lease.row.url),
            Task::Part(need) => plain(&need.row.url),
        };
        let mut ask = match ask {
            Ok(ask) => ask,
            Err(error) => return Ok((Vec::new(), Some(Failure::Fetch(error)))),
        };
        let mut hops: Vec<Exchange> = Vec::new();
        loop {
            if !self.allows(task, &ask.url) {
                return Ok((hops, Some(Failure::OffSite)));
            }
            if let Task::Article(lease) = task {
                ask = visit::conditional(&*self.run.ledger, lease, ask)?;
            }
            let pass = match self.robots(&ask.url).await? {
                Ok(pass) => pass,
                Err(refusal) => return Ok((hops, Some(self.refused(refusal, &ask.url)))),
            };
            self.run.meters.robots("allowed");
            ask.cookie = self.cookies.of(&ask.url);
            match self.request(pass, &ask).await? {
                Err(error) => return Ok((hops, Some(Failure::Fetch(error)))),
                Ok(exchange) => hops.push(exchange),
            }
            if self.opened(hops.last()) {
                continue;
            }
            let Some(target) = hops.last().and_then(Exchange::redirect) else {
                return Ok((hops, None));
            };
            if let Some(failure) = self.judge_redirect(task, &hops, &target)? {
                return Ok((hops, Some(failure)));
            }
            ask = Ask::get(target);
        }
    }

    /// Whether the last page was a cookie gate that the site file says to answer: the same is then asked for once more.
    fn opened(&mut self, last: Option<&Exchange>) -> bool {
        last.is_some_and(|page| self.cookies.answer(&self.site.site.cookie_gate, page, &self.run.limits))
    }

    fn refused(&mut self, refusal: Refusal, url: &Url) -> Failure {
        if let Refusal::Unreachable(_) = refusal
            && !self.owns(url)
        {
            self.close(url);
        } else if let Refusal::Unreachable(_) = refusal
            && !self.run.draining()
        {
            // The first reason stays: where the connection failed, that is the clearer one.
            self.site.halt(Halt::Unreachable(refusal.to_string()));
        }
        let (verdict, failure) = match refusal {
            Refusal::Rule(rule) => ("refused", Failure::Refused(rule)),
            other @ Refusal::Unreachable(_) => ("unreachable", Failure::Closed(other.to_string())),
        };
        self.run.meters.robots(verdict);
        failure
    }

    /// Whether a redirect is followed.
    fn judge_redirect(&self, task: &Task, hops: &[Exchange], target: &Url) -> Result<Option<Failure>, CrawlError> {
        let circle = hops.iter().any(|hop| hop.url == *target);
        if circle || hops.len() > usize::from(self.run.limits.redirects) {
            return Ok(Some(Failure::Redirects));
        }
        match task {
            Task::List { list, request, .. } if request.number > 1 => {
                let first = self.site.site.lists.iter().find(|spec| spec.id == *list).map(|spec| &spec.url);
                Ok((first == Some(target)).then_some(Failure::BackToStart))
            }
            Task::Article(lease) => {
                let key = CanonicalUrl(portal::article_key(target, self.site.family().as_deref()));
                let row = self.run.frontier.row(self.site.id(), &key)?;
                let known =
                    key != lease.row.key && row.is_some_and(|row| matches!(row.state, UrlState::Article { .. }));
                Ok(known.then_some(Failure::KnownTarget(key)))
            }
            _ => Ok(None),
        }
    }

    /// One request: resolve, wait for the server's turn, exchange, settle.
    async fn request(&mut self, pass: Pass, ask: &Ask) -> Result<Result<Exchange, FetchError>, CrawlError> {
        let address = match self.lane.resolve(&self.run.fetcher, &ask.url).await {
            Ok(address) => address,
            Err(error) => {
                self.unreachable(&ask.url, &error, None);
                return Ok(Err(error));
            }
        };
        self.site.note_server(address.ip());
        if let Some(until) = self.site.site.quiet.and_then(|quiet| quiet.until(self.run.clock.now())) {
            self.site.halt(Halt::Later(format!("quiet hours until {until} (`quiet` of its site file)")));
            return Ok(Err(FetchError::Stopped));
        }
        let server = self.run.servers.at(address.ip(), &self.site.pace)?;
        let left = server.trouble_left();
        if left > PATIENCE || (!left.is_zero() && !self.owns(&ask.url)) {
            self.paused(&ask.url, &server, left);
            return Ok(Err(FetchError::Stopped));
        }
        let run = Arc::clone(&self.run);
        let stats = &self.site.stats;
        let (mut stop, waiting) = (run.stop.clone(), Instant::now());
        let permit = tokio::select! {
            permit = server.permit(pass, |left, why| stats.set_pause(Some(pause_line(left, why)))) => permit,
            // A pause may be long; whoever stops the run does not sit it out.
            Ok(_) = stop.wait_for(|stop| *stop == Stop::Drain) => return Ok(Err(FetchError::Stopped)),
            () = self.site.left() => return Ok(Err(FetchError::Stopped)),
        };
        // A place under the ceiling is taken last: waiting for one server must not hold up the others.
        let _place = run.concurrency.acquire().await;
        if let Some(ceiling) = &run.ceiling {
            ceiling.until_ready().await;
        }
        self.site.stats.set_pause(None);
        run.meters.waited(waiting.elapsed());
        // What the site's file allows its own servers is no word on those of others.
        let policy = if self.owns(&ask.url) { self.site.site.tls.clone() } else { TlsPolicy::Strict };
        let (under_way, begun) = (run.pulse.request(), Instant::now());
        let (spent, result) = self.lane.exchange(&run.fetcher, address, permit, (ask, &policy)).await;
        drop(under_way);
        let now = self.run.clock.now();
        let outcome = outcome_of(&result, now.as_second());
        let dice = u16::try_from(now.subsec_nanosecond().unsigned_abs() / 1_000 % 1_000).unwrap_or(0);
        let answer = Answer { outcome, took: begun.elapsed(), dice };
        lane::meter(&run.meters, &result, &answer);
        let pause = self.run.servers.settle((address.ip(), &server), spent, answer, &self.site.pace)?;
        match &result {
            Ok(exchange) => {
                self.answered = true;
                self.site.stats.requests.add(1);
                self.site.stats.bytes.add(exchange.response.len() as u64);
                if outcome != Outcome::Fine {
                    self.paused(&ask.url, &server, pause);
                }
            }
            Err(FetchError::Protocol { .. } | FetchError::Address { .. }) => {}
            Err(error) => self.unreachable(&ask.url, error, Some((&server, pause))),
        }
        Ok(result)
    }

    fn note_pause(&self, server: &Server, pause: Duration) {
        let (_, reason) = server.trouble();
        let line = pause_line(pause, reason.as_deref());
        if pause > PATIENCE {
            self.site.halt(Halt::Later(line));
        } else {
            self.site.stats.set_pause(Some(line));
        }
    }

    fn note_unreachable(&self, error: &FetchError, server: Option<(&Server, Duration)>) {
        match error {
            FetchError::Enough => return,
            FetchError::Refused { .. } => return self.site.halt(Halt::AddressRefused(error.to_string())),
            _ => {}
        }
        let gone = match server {
            Some((server, _)) => server.trouble().0 > UNREACHABLE_TRIES,
            None => true,
        };
        if !self.answered || gone {
            self.site.halt(Halt::Unreachable(format!("{}: {error}", error.state())));
        } else if let Some((server, pause)) = server {
            self.note_pause(server, pause);
        }
    }

    /// Gives leases back that were not used.
    fn give_back(&mut self) -> Result<(), CrawlError> {
        self.run.return_articles(self.leased.len());
        let mut batch = Batch::default();
        for lease in self.leased.drain(..) {
            self.run.frontier.release(&lease, false, &mut batch);
        }
        if !batch.is_empty() {
            self.run.ledger.apply(&batch)?;
        }
        Ok(())
    }
}

fn plain(url: &str) -> Result<Ask, FetchError> {
    let wrong = |error: url::ParseError| FetchError::Address { url: url.to_owned(), why: error.to_string() };
    Url::parse(url).map(Ask::get).map_err(wrong)
}

fn pause_line(pause: Duration, why: Option<&str>) -> String {
    let seconds = pause.as_secs_f64().ceil();
    format!("paused for {seconds:.0} s: {}", why.unwrap_or("the delay between requests"))
}
