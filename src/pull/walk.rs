//! A whole run: page after page of the list, and the files on them, some at a time.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode};
use tokio::task::JoinSet;
use url::Url;

use super::address::{Selection, list, same_server};
use super::client::{Client, Credentials};
use super::download::{Wanted, fetch};
use super::error::PullError;
use super::listing::{Listed, Page};
use super::place::{Place, place};
use super::state::State;
use super::sums::Sums;
use super::{Settings, Since, bundle};
use crate::model::{Clock, SystemClock};

/// Pages of one list, at most.
const PAGES: usize = 100_000;
/// How often what is had is written down.
const SAVE_EVERY: Duration = Duration::from_secs(5);
/// A file is listed when it is sealed, under the time at which it was begun. This is more than the one is behind the
/// other, and costs nothing: what is had is not fetched again.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A file that could not be had, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its name, or the address of the page.
    pub name: String,
    /// Why.
    pub why: String,
}

/// What became of a run.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// Files that came.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were here already.
    pub had: u64,
    /// Files that came without a checksum that is known.
    pub unverified: u64,
    /// What could not be had.
    pub failures: Vec<Failure>,
    /// Whether the list was seen to its end.
    pub whole: bool,
}

/// How far a run is, for those who watch.
#[derive(Debug, Default)]
pub struct Progress {
    /// Files that the server lists.
    pub listed: AtomicU64,
    /// Files that are settled, one way or the other.
    pub settled: AtomicU64,
    /// Bytes that arrived.
    pub moved: AtomicU64,
}

/// One run.
#[derive(Debug)]
pub struct Pull {
    settings: Settings,
    selection: Selection,
    client: Arc<Client>,
    state: Mutex<(State, Instant)>,
    account: Mutex<Account>,
    progress: Arc<Progress>,
    began: Timestamp,
}

/// What became of one file.
struct Settled {
    name: String,
    path: String,
    sums: Sums,
    /// Bytes, and whether they came now.
    result: Result<(u64, bool), PullError>,
}

impl Pull {
    /// Takes the folder; nothing is asked for yet.
    pub fn open(settings: Settings, credentials: &Credentials) -> Result<Self, PullError> {
        let client = Client::new(settings.server.clone(), credentials, settings.patience)?;
        let state = State::open(&settings.to)?;
        let selection = Selection { sites: settings.sites.clone(), from: settings.from, until: settings.until };
        Ok(Self {
            selection,
            client: Arc::new(client),
            state: Mutex::new((state, Instant::now())),
            account: Mutex::default(),
            progress: Arc::default(),
            began: SystemClock.now(),
            settings,
        })
    }

    /// To be watched meanwhile.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// What came of it so far.
    pub fn account(&self) -> Account {
        self.tally().clone()
    }

    /// Writes down what is had; also for a run that was given up.
    pub fn save(&self) -> Result<(), PullError> {
        self.state().0.save()
    }

    /// Pulls every file of the selection. An error means that nothing could be had; the rest stands in the account.
    pub async fn files(&self) -> Result<(), PullError> {
        let after = match self.settings.since {
            Since::Ever => None,
            Since::At(at) => Some(at),
            Since::Last => self.state().0.complete(&self.key()).and_then(|at| at.checked_sub(LOOK_BACK).ok()),
        };
        let mut url = self.selection.first_page(&list(&self.settings.server), after)?;
        let mut tasks = JoinSet::new();
        let (mut pages, mut paths) = (BTreeSet::new(), BTreeSet::new());
        loop {
            pages.insert(url.to_string());
            let page: Page = match self.client.json(Method::GET, &url).await {
                Ok(page) => page,
                Err(error) if pages.len() == 1 || error.is_fatal() => return Err(error),
                Err(error) => {
                    self.fail(url.to_string(), &error);
                    break;
                }
            };
            let seen = paths.len() + page.files.len();
            self.progress.listed.store(page.count.unwrap_or(seen as u64), Ordering::Relaxed);
            for file in page.files {
                while tasks.len() >= self.settings.jobs {
                    self.settle(tasks.join_next().await)?;
                }
                self.begin(&mut tasks, &mut paths, &url, &file);
            }
            let next = page.next.as_deref().filter(|next| !next.is_empty()).map(|next| self.next(&url, next, &pages));
            match next.transpose() {
                Ok(Some(next)) => url = next,
                Ok(None) => {
                    self.tally().whole = true;
                    break;
                }
                Err(error) => {
                    self.fail(url.to_string(), &error);
                    break;
                }
            }
        }
        while let Some(done) = tasks.join_next().await {
            self.settle(Some(done))?;
        }
        if self.tally().whole && self.tally().failures.is_empty() {
            let key = self.key();
            self.state().0.completed(key, self.began);
        }
        self.save()
    }

    /// Pulls one WACZ of the selection.
    pub async fn wacz(&self) -> Result<(), PullError> {
        self.progress.listed.store(1, Ordering::Relaxed);
        let made = bundle::order(&self.client, &self.settings.server, &self.selection).await?;
        let name = bundle::file_name(&self.selection);
        let (path, sums) = (format!("wacz/{name}"), Sums::listed(&made.checksums));
        let target = self.settings.to.join(&path);
        let wanted = Wanted { name: name.clone(), url: made.url, target, size: made.size, sums: sums.clone() };
        let result = obtain(&self.client, &wanted, &self.progress.moved).await;
        self.settle(Some(Ok(Settled { name, path, sums, result })))?;
        self.tally().whole = true;
        self.save()
    }

    /// The page after this one: of the same server, and none that was seen.
    fn next(&self, url: &Url, next: &str, seen: &BTreeSet<String>) -> Result<Url, PullError> {
        let wrong =
            |why: &str| PullError::Answer { url: url.to_string(), why: format!("the next page, {next}, {why}") };
        let next = url.join(next).map_err(|_| wrong("is no address"))?;
        if !same_server(&next, &self.settings.server) {
            return Err(wrong("is on another server: name the address that the server itself uses"));
        }
        if seen.len() >= PAGES || seen.contains(next.as_str()) {
            return Err(wrong("was there before: the list has no end"));
        }
        Ok(next)
    }

    fn begin(&self, tasks: &mut JoinSet<Settled>, paths: &mut BTreeSet<String>, page: &Url, file: &Listed) {
        let name = file.filename.clone();
        let made = place(file).and_then(|place| Ok((self.wanted(page, file, &place)?, place)));
        let (wanted, place) = match made {
            Ok(made) => made,
            Err(error) => return self.fail(name, &error),
        };
        if !paths.insert(place.path.clone()) {
            // The same file twice, or two under one name: the second is compared with the first by the checksums.
            tracing::debug!(name, "is listed twice");
            self.progress.settled.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let index = place.index.as_ref().map(|index| self.index(&wanted, index)).filter(|index| !index.target.exists());
        let (path, sums, size) = (place.path, wanted.sums.clone(), wanted.size);
        let had = self.state().0.has(&path, size, &sums);
        if had && index.is_none() {
            self.tally().had += 1;
            self.progress.settled.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let (client, progress) = (Arc::clone(&self.client), Arc::clone(&self.progress));
        tasks.spawn(async move {
            let mut result =
                if had { Ok((size.unwrap_or(0), false)) } else { obtain(&client, &wanted, &progress.moved).await };
            if let (Ok(_), Some(index)) = (&result, &index)
                && let Err(error) = offered(fetch(&client, index, &progress.moved).await)
            {
                result = Err(error);
            }
            Settled { name, path, sums, result }
        });
    }

    fn wanted(&self, page: &Url, file: &Listed, place: &Place) -> Result<Wanted, PullError> {
        let name = file.filename.clone();
        let places: Vec<Url> = file.locations.iter().filter_map(|text| page.join(text).ok()).collect();
        // Where there are several, the one that needs no other host's trust.
        let own = places.iter().find(|url| same_server(url, &self.settings.server));
        let url = own.or(places.first()).cloned();
        let url =
            url.ok_or_else(|| PullError::Answer { url: page.to_string(), why: format!("{name} has no location") })?;
        let target = self.settings.to.join(&place.path);
        Ok(Wanted { name, url, target, size: file.size, sums: Sums::listed(&file.checksums) })
    }

    /// The index of a file of a luutru lies beside it, under the name with another ending.
    fn index(&self, of: &Wanted, path: &str) -> Wanted {
        let name = path.trim_start_matches("index/").to_owned();
        let url = of.url.join(&name).unwrap_or_else(|_| of.url.clone());
        Wanted { name, url, target: self.settings.to.join(path), size: None, sums: Sums::default() }
    }

    fn settle(&self, done: Option<Result<Settled, tokio::task::JoinError>>) -> Result<(), PullError> {
        let Some(done) = done else { return Ok(()) };
        let broken = |error| PullError::disk("work in", &self.settings.to)(std::io::Error::other(error));
        let Settled { name, path, sums, result } = done.map_err(broken)?;
        match result {
            Ok((size, came)) => {
                let mut tally = self.tally();
                if came {
                    tally.files += 1;
                    tally.bytes += size;
                    tally.unverified += u64::from(sums.is_empty());
                } else {
                    tally.had += 1;
                }
                drop(tally);
                let mut state = self.state();
                state.0.got(&path, size, &sums, SystemClock.now());
                if state.1.elapsed() >= SAVE_EVERY {
                    state.0.save()?;
                    state.1 = Instant::now();
                }
                drop(state);
                self.progress.settled.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) if error.is_fatal() => return Err(error),
            Err(error) => self.fail(name, &error),
        }
        Ok(())
    }

    fn fail(&self, name: String, error: &PullError) {
        self.tally().failures.push(Failure { name, why: error.to_string() });
        self.progress.settled.fetch_add(1, Ordering::Relaxed);
    }

    fn key(&self) -> String {
        format!("{} {}", self.settings.server, self.selection.key())
    }

    fn state(&self) -> MutexGuard<'_, (State, Instant)> {
        // invariant: no call panics while it holds the state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tally(&self) -> MutexGuard<'_, Account> {
        // invariant: as above.
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file, from here or from there. What lies here is compared, never replaced.
async fn obtain(client: &Client, wanted: &Wanted, moved: &AtomicU64) -> Result<(u64, bool), PullError> {
    if wanted.target.exists() {
        let own = wanted.clone();
        let same = tokio::task::spawn_blocking(move || same_here(&own.target, own.size, &own.sums)).await;
        return match same.map_err(|error| PullError::disk("check", &wanted.target)(std::io::Error::other(error)))?? {
            Some(size) => Ok((size, false)),
            None => Err(PullError::Other { path: wanted.target.clone() }),
        };
    }
    Ok((fetch(client, wanted, moved).await?, true))
}

/// The size of a file that is the listed one.
fn same_here(path: &Path, size: Option<u64>, sums: &Sums) -> Result<Option<u64>, PullError> {
    let file = std::fs::File::open(path).map_err(PullError::disk("open", path))?;
    let length = file.metadata().map_err(PullError::disk("look at", path))?.len();
    let differs =
        size.is_some_and(|size| size != length) || sums.differ(file).map_err(PullError::disk("read", path))?.is_some();
    Ok((!differs).then_some(length))
}

/// An index that the server does not have is made again here by `reindex`, and no failure.
fn offered(index: Result<u64, PullError>) -> Result<(), PullError> {
    match index {
        Err(PullError::Status { status: StatusCode::NOT_FOUND, .. }) | Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}
