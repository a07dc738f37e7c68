//! What was asked of a portal, and when: the proof of a crawler's manners.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

/// Requests kept; older ones are forgotten.
const KEPT: usize = 1 << 20;

/// One request.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// The portal's name.
    pub portal: String,
    /// When its head had arrived, since the start of the portals that were started together.
    #[serde(rename = "start_us", serialize_with = "micros")]
    pub start: Duration,
    /// When the last byte of the answer was handed over; the present while it is under way.
    #[serde(rename = "end_us", serialize_with = "micros")]
    pub end: Duration,
    /// Whether the answer has ended.
    pub done: bool,
    /// Method.
    pub method: String,
    /// Path with query.
    pub path: String,
    /// Status of the answer; 0 when none was given.
    pub status: u16,
    /// Bytes of the answer's body handed over so far.
    pub bytes: u64,
    /// The request's body, for forms.
    pub body: String,
    /// The `User-Agent` field.
    pub user_agent: String,
    /// The client's address.
    pub peer: SocketAddr,
}

fn micros<S: serde::Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u128(time.as_micros())
}

/// The log of one portal.
#[derive(Debug)]
pub struct Log {
    started: Instant,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Number of the first entry kept.
    first: u64,
    entries: VecDeque<Request>,
    file: Option<File>,
}

impl Log {
    /// An empty log; time runs from `started`.
    pub fn since(started: Instant) -> Self {
        Self { started, inner: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Requests ever seen.
    pub fn count(&self) -> u64 {
        let inner = self.lock();
        inner.first + inner.entries.len() as u64
    }

    /// Notes the start of a request and returns its number.
    pub fn start(&self, request: Request) -> u64 {
        let mut inner = self.lock();
        if inner.entries.len() == KEPT {
            inner.entries.pop_front();
            inner.first += 1;
        }
        inner.entries.push_back(request);
        inner.first + inner.entries.len() as u64 - 1
    }

    /// Notes the answer's status.
    pub fn status(&self, number: u64, status: u16) {
        let mut inner = self.lock();
        if let Some(entry) = entry(&mut inner, number) {
            entry.status = status;
        }
    }

    /// Notes the end of an answer, and writes the line to the log file when there is one.
    pub fn end(&self, number: u64, bytes: u64) {
        let now = self.elapsed();
        let mut inner = self.lock();
        let Some(entry) = entry(&mut inner, number) else {
            return;
        };
        entry.end = now;
        entry.bytes = bytes;
        entry.done = true;
        let line = entry.clone();
        if let Some(file) = &mut inner.file
            && let Ok(mut json) = serde_json::to_vec(&line)
        {
            json.push(b'\n');
            // A log that cannot be written is no reason to stop serving.
            let _ = file.write_all(&json);
        }
    }

    /// All requests kept, in the order of arrival.
    pub fn all(&self) -> Vec<Request> {
        let now = self.elapsed();
        let mut all: Vec<Request> = self.lock().entries.iter().cloned().collect();
        for request in all.iter_mut().filter(|r| !r.done) {
            request.end = now;
        }
        all
    }

    /// Also writes a JSON line for every ended request from now on.
    pub fn write_to(&self, file: File) {
        self.lock().file = Some(file);
    }
}

fn entry(inner: &mut Inner, number: u64) -> Option<&mut Request> {
    let at = number.checked_sub(inner.first)?;
    inner.entries.get_mut(at as usize)
}
