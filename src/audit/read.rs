//! WARC files → every request, sorted by time on disk, and the bodies of all robots.txt.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use jiff::Timestamp;

use super::report::{Unreadable, Word};
use super::request::{KEEP_BYTES, Request, rules};
use super::{AuditError, Scope, Watcher};
use crate::archive::Lines;
use crate::archive::warc::{
    Group, RecordType, SeriesKind, WarcFile, WarcName, entries, field, file_safe, scan, warc_files,
};
use crate::model::Digest;
use crate::politeness::robots::Rules;

/// How far before the window files are read: robots.txt is relied on for a day, and a server may ask for as long a pause.
const BEFORE_S: i64 = 26 * 3_600;
/// A capture's date is that of its start, and it may lie a little before its file's.
const SLACK_S: i64 = 3_600;

/// Requests that are sorted in memory, in bytes; a million of them then make less than a hundred runs on disk.
const HELD_BYTES: usize = 4 << 20;

/// What was read.
#[derive(Debug)]
pub struct Read {
    /// One line a request: its start in microseconds, as wide as any, then the request as JSON.
    pub requests: Lines,
    /// How many.
    pub count: u64,
    /// Relative paths of the files, by the number that requests name.
    pub files: Vec<String>,
    /// Rules of every robots.txt, by the digest of its payload.
    pub rules: HashMap<Digest, Rc<Rules>>,
    /// Files that could not be read to their end.
    pub unreadable: u64,
    /// Captures that tell too little to be judged.
    pub unclear: u64,
}

/// Where the lines are sorted.
pub fn folder() -> PathBuf {
    std::env::temp_dir()
}

/// Names the folder when sorting fails.
pub fn sorting(source: std::io::Error) -> AuditError {
    AuditError::Sort { folder: folder().display().to_string(), source }
}

struct Reader<'a> {
    scope: &'a Scope,
    watch: &'a dyn Watcher,
    read: Read,
    /// Payloads of robots.txt that stand in another record: its id, and its date.
    wanted: HashMap<Digest, (String, i64)>,
}

/// Reads every file that can hold a request of the window, or robots.txt in force in it.
pub fn read(scope: &Scope, watch: &dyn Watcher) -> Result<Read, AuditError> {
    let all: Vec<WarcFile> =
        warc_files(&scope.root)?.into_iter().filter(|file| file.name.kind == SeriesKind::Captures).collect();
    for site in &scope.sites {
        if !all.iter().any(|file| file.name.site == file_safe(site)) {
            let root = scope.root.display().to_string();
            return Err(AuditError::NoSite { site: site.clone(), root });
        }
    }
    let spans = spans(&all);
    let read = Read {
        requests: Lines::holding(folder(), HELD_BYTES),
        count: 0,
        files: Vec::new(),
        rules: HashMap::new(),
        unreadable: 0,
        unclear: 0,
    };
    let mut reader = Reader { scope, watch, read, wanted: HashMap::new() };
    reader.strangers(&all)?;
    let within = |&(begun, ended): &(i64, i64)| {
        scope.from.is_none_or(|from| ended + SLACK_S + BEFORE_S >= from.as_second())
            && scope.until.is_none_or(|until| begun - SLACK_S < until.as_second())
    };
    let chosen: Vec<&WarcFile> =
        all.iter().zip(&spans).filter(|(_, span)| within(span)).map(|(file, _)| file).collect();
    let total = chosen.iter().map(|file| file.length).sum();
    let mut done = 0;
    for file in chosen {
        if watch.stopped() {
            break;
        }
        reader.file(file)?;
        done += file.length;
        watch.step("reading", done, total);
    }
    reader.look_up(&all, &spans);
    Ok(reader.read)
}

/// When the captures of each file were made: from its beginning to that of the next one of its series, in seconds.
fn spans(files: &[WarcFile]) -> Vec<(i64, i64)> {
    let begun = |file: &WarcFile| file.name.begun().map_or(0, Timestamp::as_second);
    let next = |at: usize| {
        let series = |file: &WarcFile| (file.name.site.clone(), file.name.host.clone());
        files[at + 1..]
            .iter()
            .take_while(|later| later.name.site == files[at].name.site)
            .find(|later| series(later) == series(&files[at]) && later.name.stamp > files[at].name.stamp)
    };
    (0..files.len()).map(|at| (begun(&files[at]), next(at).map_or(i64::MAX / 2, begun))).collect()
}

impl Reader<'_> {
    /// Files below `warc/` that have no name of this archive: nobody knows what they would tell.
    fn strangers(&mut self, known: &[WarcFile]) -> Result<(), AuditError> {
        let known: HashSet<&Path> = known.iter().map(|file| file.path.as_path()).collect();
        for site in entries(&self.scope.root.join("warc"))? {
            for year in entries(&site)? {
                for path in entries(&year)? {
                    let name = path.to_string_lossy();
                    let named = WarcName::parse(&path).is_some();
                    if name.contains(".warc") && !named && !known.contains(path.as_path()) {
                        self.unreadable(&path, None, "has no name of this archive, and was left out");
                    }
                }
            }
        }
        Ok(())
    }

    fn unreadable(&mut self, path: &Path, offset: Option<u64>, what: &str) {
        self.read.unreadable += 1;
        let file = path.strip_prefix(&self.scope.root).unwrap_or(path).display().to_string();
        self.watch.word(&Word::Unreadable(Unreadable { file, offset, what: what.to_owned() }));
    }

    fn file(&mut self, file: &WarcFile) -> Result<(), AuditError> {
        let number = self.read.files.len();
        self.read.files.push(file.name.relative());
        let mut failed = None;
        let mut from = Some(0);
        while let Some(start) = from {
            let path = file.now_at();
            let scanned = scan(&path, start, KEEP_BYTES, &mut |group| {
                if failed.is_none() {
                    failed = self.group(&group, number, &file.name.site).err();
                }
            });
            if let Some(error) = failed.take() {
                return Err(sorting(error));
            }
            let tail = match scanned {
                Ok(tail) => tail,
                Err(error) => {
                    self.unreadable(&path, None, &error.to_string());
                    return Ok(());
                }
            };
            // Records that make up no whole capture tell of a request all the same.
            if !file.open || tail.whole_after.is_some() {
                self.group(&tail.pending, number, &file.name.site).map_err(sorting)?;
            }
            // An open file may end inside a record: it is being written, or a crash left it so.
            let torn = file.open && tail.whole_after.is_none();
            if let Some(damage) = tail.damage.filter(|_| !torn) {
                self.unreadable(&path, Some(damage.offset), &damage.kind.to_string());
            }
            from = tail.whole_after;
        }
        Ok(())
    }

    fn group(&mut self, group: &Group, file: usize, site: &str) -> std::io::Result<()> {
        let request = match Request::of(group, file, site) {
            None => return Ok(()),
            Some(Err(_)) => {
                self.read.unclear += 1;
                return Ok(());
            }
            Some(Ok(request)) => request,
        };
        if let Some(answer) = request.robots.as_ref().filter(|_| (200..300).contains(&request.status)) {
            let known = self.read.rules.contains_key(&answer.body);
            match (&answer.held_by, group.first()) {
                (None, Some(main)) if !known => {
                    self.read.rules.insert(answer.body, Rc::new(rules(&main.block)));
                }
                (Some(held_by), _) if !known => {
                    self.wanted.insert(answer.body, held_by.clone());
                }
                _ => {}
            }
        }
        self.read.count += 1;
        let json = serde_json::to_string(&request)?;
        self.read.requests.push(format!("{:020} {json}\n", request.start_us.max(0)))
    }

    /// robots.txt whose bytes lie in a file before the window, or in a record of another address.
    fn look_up(&mut self, files: &[WarcFile], spans: &[(i64, i64)]) {
        self.wanted.retain(|body, _| !self.read.rules.contains_key(body));
        for (file, (begun, ended)) in files.iter().zip(spans) {
            let may_hold = |at: i64| (begun - SLACK_S..=ended + SLACK_S).contains(&(at / 1_000_000));
            if !self.wanted.values().any(|(_, at)| may_hold(*at)) || self.watch.stopped() {
                continue;
            }
            let (wanted, rules_of) = (&mut self.wanted, &mut self.read.rules);
            // What cannot be read was said, or is not in the window: then the rules stay unknown, and are counted so.
            let _ = scan(&file.now_at(), 0, KEEP_BYTES, &mut |group| {
                let Some(main) = group.first().filter(|main| main.fields.kind() == RecordType::Response) else {
                    return;
                };
                let id = main.fields.get(field::RECORD_ID).unwrap_or_default();
                let found = wanted.iter().find(|(_, (record, _))| record == id).map(|(body, _)| *body);
                if let Some(body) = found {
                    wanted.remove(&body);
                    rules_of.insert(body, Rc::new(rules(&main.block)));
                }
            });
        }
    }
}
