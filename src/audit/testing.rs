//! WARC files made by hand, with the writer that a crawl uses, and what a look at them finds.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;

use super::{BreachKind, Scope, ServerReport, Total, Watcher, Word, politeness};
use crate::archive::warc::{
    Capture, Level, Original, Profile, Revisit, Rotation, Series, SeriesKind, SeriesSpec, TOOK_LINE, WarcInfo,
};
use crate::politeness::{PACE_LINE, Pace};

/// When the archive begins.
pub const BEGIN: &str = "2026-11-23T01:00:00Z";

/// A request that is to be recorded.
#[derive(Debug, Clone)]
pub struct Ask {
    pub site: &'static str,
    /// Milliseconds since the beginning.
    pub at_ms: i64,
    pub took_ms: Option<i64>,
    pub ip: &'static str,
    pub url: String,
    pub status: u16,
    /// Fields of the response, each with its line end.
    pub fields: String,
    pub body: String,
    pub task: &'static str,
    pub delay_ms: Option<u64>,
    pub decision: String,
    pub redirected_from: Option<String>,
    pub revisit: Option<Original>,
}

impl Ask {
    /// An article of `http://x.gov.vn`, one second long, with a delay of five.
    pub fn page(at_ms: i64, path: &str) -> Self {
        Self {
            site: "x",
            at_ms,
            took_ms: Some(1_000),
            ip: "192.0.2.1",
            url: format!("http://x.gov.vn{path}"),
            status: 200,
            fields: String::new(),
            body: format!("<p>{path}</p>"),
            task: "article",
            delay_ms: Some(5_000),
            decision: "allowed, no rule matches".to_owned(),
            redirected_from: None,
            revisit: None,
        }
    }

    /// robots.txt of `http://x.gov.vn`.
    pub fn robots(at_ms: i64, text: &str) -> Self {
        let fields = "Content-Type: text/plain\r\n".to_owned();
        Self { body: text.to_owned(), task: "robots", fields, ..Self::page(at_ms, "/robots.txt") }
    }

    pub fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub fn field(self, line: &str) -> Self {
        let fields = format!("{}{line}\r\n", self.fields);
        Self { fields, ..self }
    }

    pub fn on(self, site: &'static str, ip: &'static str, host: &str) -> Self {
        let url = self.url.replace("x.gov.vn", host);
        Self { site, ip, url, ..self }
    }

    pub fn at(&self) -> Timestamp {
        BEGIN.parse::<Timestamp>().unwrap() + Duration::from_millis(u64::try_from(self.at_ms).unwrap())
    }
}

/// An archive under the hands of a test.
pub struct Made {
    pub dir: TempDir,
    series: BTreeMap<&'static str, Series>,
}

impl Made {
    /// With these requests, in this order in the files.
    pub fn of(asks: impl IntoIterator<Item = Ask>) -> Self {
        let mut made = Self { dir: tempfile::tempdir().unwrap(), series: BTreeMap::new() };
        for ask in asks {
            made.add(&ask);
        }
        made
    }

    /// Records a request; the original of later revisits.
    pub fn add(&mut self, ask: &Ask) -> Option<Original> {
        let series = self.series.entry(ask.site).or_insert_with(|| {
            Series::new(SeriesSpec {
                root: self.dir.path().to_owned(),
                site: ask.site.to_owned(),
                kind: SeriesKind::Captures,
                host: "crawler1".to_owned(),
                rotation: Rotation::default(),
                info: WarcInfo::default(),
                level: Level::default(),
            })
            .unwrap()
        });
        let length = ask.body.len();
        let Ask { status, fields, body, .. } = ask;
        let response = format!("HTTP/1.1 {status} X\r\n{fields}Content-Length: {length}\r\n\r\n{body}");
        let path = &ask.url[ask.url.find("://").unwrap() + 3..];
        let path = &path[path.find('/').unwrap()..];
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        let mut metadata = vec![("luutru-site", ask.site.to_owned()), ("luutru-task", ask.task.to_owned())];
        metadata.push(("robots", ask.decision.clone()));
        metadata.extend(ask.took_ms.map(|ms| (TOOK_LINE, (ms * 1_000).to_string())));
        metadata.extend(ask.delay_ms.map(|ms| {
            let pace = Pace { delay: Duration::from_millis(ms), ..Pace::default() };
            (PACE_LINE, pace.to_line())
        }));
        metadata.extend(ask.redirected_from.clone().map(|from| ("redirectedFrom", from)));
        let capture = Capture {
            uri: &ask.url,
            at: ask.at(),
            response: response.as_bytes(),
            request: request.as_bytes(),
            ip: Some(ask.ip.parse().unwrap()),
            protocols: &["http/1.1"],
            cipher_suite: None,
            truncated: None,
            sniffed_type: None,
            payload_digest: None,
            revisit: ask.revisit.clone().map(|original| Revisit { profile: Profile::IdenticalPayloadDigest, original }),
            metadata: &metadata,
        };
        let prepared = capture.prepare(Level::default());
        let day_old = series.due(ask.at(), prepared.bytes.len() as u64);
        if day_old {
            series.seal().unwrap();
        }
        series.append_prepared(&prepared, ask.at()).unwrap();
        prepared.as_original()
    }

    /// Seals every file.
    pub fn sealed(mut self) -> Self {
        for series in self.series.values_mut() {
            series.seal().unwrap();
        }
        self
    }

    pub fn scope(&self) -> Scope {
        Scope { root: self.dir.path().to_owned(), ..Scope::default() }
    }

    /// What a look at everything finds.
    pub fn look(self) -> Heard {
        let made = self.sealed();
        hear(&made.scope())
    }
}

/// What was told.
#[derive(Debug)]
pub struct Heard {
    pub words: Vec<Word>,
    pub total: Total,
}

struct Ear(Mutex<Vec<Word>>);

impl Watcher for Ear {
    fn word(&self, word: &Word) {
        self.0.lock().unwrap().push(word.clone());
    }

    fn step(&self, _: &'static str, _: u64, _: u64) {}

    fn stopped(&self) -> bool {
        false
    }
}

/// What a look finds.
pub fn hear(scope: &Scope) -> Heard {
    let ear = Ear(Mutex::default());
    let total = politeness(scope, &ear).unwrap();
    Heard { words: ear.0.into_inner().unwrap(), total }
}

impl Heard {
    /// Each breach: its kind, the path, and the words.
    pub fn breaches(&self) -> Vec<(BreachKind, String, String)> {
        let of = |word: &Word| match word {
            Word::Breach(breach) => {
                let at = breach.url.find("://").unwrap() + 3;
                let path = breach.url[at..].find('/').map_or("", |slash| &breach.url[at + slash..]);
                Some((breach.breach, path.to_owned(), breach.what.clone()))
            }
            _ => None,
        };
        self.words.iter().filter_map(of).collect()
    }

    /// The only breach; panics when there is none, or another.
    #[track_caller]
    pub fn one(&self) -> (BreachKind, String, String) {
        let [one] = self.breaches().try_into().unwrap_or_else(|all| panic!("not one breach: {all:#?}"));
        assert_eq!(self.total.breaches, 1);
        one
    }

    pub fn servers(&self) -> Vec<ServerReport> {
        let of = |word: &Word| match word {
            Word::Server(server) => Some(server.as_ref().clone()),
            _ => None,
        };
        self.words.iter().filter_map(of).collect()
    }
}
