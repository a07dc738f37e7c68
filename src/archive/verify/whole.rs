//! A whole archive, or a part of it, by several threads.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::Date;

use super::finding::{Fault, Finding, Summary};
use super::manifests::{self, Listed};
use super::resume::Resume;
use super::shelf::Comparer;
use super::{Verifier, check_alone, index_path};
use crate::archive::error::Result;
use crate::archive::fsio;
use crate::archive::shelf::{self, Short, short};
use crate::archive::warc::{SeriesKind, WarcFile, WarcName, entries, sealed_twin, warc_files};
use crate::model::Stamp;

/// Who looks on.
pub trait Watcher: Sync {
    /// Something is wrong, or worth a word.
    fn found(&self, finding: &Finding);

    /// `done` of `total` of a step are through.
    fn step(&self, step: &'static str, done: u64, total: u64);

    /// Whether to stop here.
    fn stopped(&self) -> bool;
}

/// What to look at.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Archive root.
    pub root: PathBuf,
    /// WARC files from anywhere; empty means the whole archive.
    pub files: Vec<PathBuf>,
    /// Only WARC files that were begun on this day or later (Vietnam time), and what is made of them.
    pub since: Option<Date>,
    /// The time: what a run writes from here on is not of this archive yet.
    pub now: Timestamp,
    /// Where whole files are noted, so that the next run passes over them.
    pub resume: Option<PathBuf>,
}

/// A file to be read.
struct Task {
    path: PathBuf,
    /// By its manifest name, where it is of the archive.
    name: Option<String>,
    length: u64,
}

/// Verifies; an interrupted run gives what it has.
pub fn verify(scope: &Scope, watch: &dyn Watcher) -> Result<Summary> {
    let root = scope.root.as_path();
    let alone = !scope.files.is_empty();
    let started = SystemTime::from(scope.now);
    let lengths = if alone { HashMap::new() } else { catalog_lengths(root)? };
    let files = if alone { Vec::new() } else { chosen(root, scope.since)? };
    let tasks: Vec<Task> = if alone {
        let task = |path: &PathBuf| {
            let length = std::fs::metadata(path).map_or(0, |meta| meta.len());
            Task { path: path.clone(), name: None, length }
        };
        scope.files.iter().map(task).collect()
    } else {
        let task = |file: &WarcFile| {
            let name = (!file.open).then(|| file.name.relative());
            Task { path: file.path.clone(), name, length: file.length }
        };
        files.iter().map(task).collect()
    };
    let listed = if alone { Listed::default() } else { Listed::open(root)? };
    let partial = alone || scope.since.is_some();
    let verifier = if partial { Verifier::partial() } else { Verifier::default() };
    let (mut summary, digests) = warcs(&tasks, &verifier, &listed, scope.resume.as_deref(), watch)?;
    if watch.stopped() {
        return Ok(summary);
    }
    summary.add(&verifier.finish(&mut |finding| watch.found(&finding)));
    if alone {
        return Ok(summary);
    }
    let mut comparer = Comparer::new(root, &verifier, watch, &listed, lengths, !partial);
    let Some(vouched) = shelf::walk(&files, &mut comparer)? else { return Ok(summary) };
    comparer.catalogs()?;
    summary.add(&comparer.summary);
    let mut report = |path: PathBuf, fault: Fault| {
        summary.count(&fault);
        watch.found(&Finding { path, offset: None, fault });
    };
    for file in files.iter().filter(|file| !file.open) {
        let day = file.name.begun().map(Stamp::vietnam_day).unwrap_or_default();
        let index = format!("index/{}.cdxj", file.name.stem());
        for name in [file.name.relative(), index] {
            if let Some(fault) = listed.unlisted(&name, day) {
                report(root.join(name), fault);
            }
        }
    }
    if !partial {
        strays(root, &mut |path| report(path, Fault::Stray))?;
        let busy = files.iter().any(|file| file.open && file.name.kind == SeriesKind::Text);
        let mut surplus = Vec::new();
        shelf::surplus(root, &files, &vouched, &mut |path| surplus.push(path))?;
        surplus.retain(|path| !is_empty_log(path));
        for path in surplus {
            let fresh = || std::fs::metadata(&path).and_then(|meta| meta.modified()).is_ok_and(|at| at >= started);
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let leftover = fsio::is_temporary(&path) || name.contains(".jsonl.before-");
            let fault = match () {
                () if busy && fresh() => Fault::Ahead,
                () if leftover => Fault::Leftover,
                () => Fault::Surplus,
            };
            report(path, fault);
        }
    }
    summary.add(&manifests::check(root, &listed, scope.since, &digests, watch)?);
    Ok(summary)
}

/// The log of a site that was asked and has given nothing says nothing that anybody would have to vouch for.
fn is_empty_log(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "jsonl")
        && std::fs::metadata(path).is_ok_and(|meta| meta.len() == 0)
}

/// Reads the WARC files; gives the digests that were taken, by path.
fn warcs(
    tasks: &[Task],
    verifier: &Verifier,
    listed: &Listed,
    resume: Option<&Path>,
    watch: &dyn Watcher,
) -> Result<(Summary, HashMap<Short, Short>)> {
    let total: u64 = tasks.iter().map(|task| task.length).sum();
    let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
    let resume = Mutex::new(resume.map(Resume::open).transpose()?);
    let result = Mutex::new((Summary::default(), HashMap::new()));
    let work = || -> Result<()> {
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed))
            && !watch.stopped()
        {
            let (summary, digest) = one(task, verifier, listed, &resume, watch)?;
            let mut all = result.lock().unwrap_or_else(PoisonError::into_inner);
            all.0.add(&summary);
            if let (Some(name), Some(digest)) = (&task.name, digest) {
                all.1.insert(short(name.as_bytes()), digest);
            }
            let done = done.fetch_add(task.length, Ordering::Relaxed) + task.length;
            watch.step("WARC files", done, total);
        }
        Ok(())
    };
    let workers = thread::available_parallelism().map_or(2, usize::from).min(16).min(tasks.len().max(1));
    thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| match thread.join() {
            Ok(ended) => ended,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    Ok(result.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// One WARC file, unless an earlier run found it whole.
fn one(
    task: &Task,
    verifier: &Verifier,
    listed: &Listed,
    resume: &Mutex<Option<Resume>>,
    watch: &dyn Watcher,
) -> Result<(Summary, Option<Short>)> {
    // Sealed since the files were listed.
    let sealed = (!task.path.exists()).then(|| sealed_twin(&task.path)).filter(|path| path.exists());
    let path = sealed.as_ref().unwrap_or(&task.path);
    let index = index_path(path);
    let lock = || resume.lock().unwrap_or_else(PoisonError::into_inner);
    let each = &mut |finding: Finding| watch.found(&finding);
    if let Some(known) = lock().as_mut().and_then(|resume| resume.take(path, &index)) {
        let mut summary = known.checked.summary.clone();
        summary.damage += verifier.take_in(path, &known.checked, each);
        return Ok((summary, known.digest));
    }
    // Where a manifest vouches for all bytes of a file, the digests of its members say nothing more.
    let said = task.name.as_ref().and_then(|name| listed.digest(name));
    let digest = match said {
        Some(_) => fsio::digest_of(path).ok().map(|digest| short(&digest.0)),
        None => None,
    };
    let mut found = Vec::new();
    let checked = check_alone(path, digest.is_some() && digest == said, &mut |finding| found.push(finding));
    if sealed.is_none() && !path.exists() && sealed_twin(path).exists() {
        // Sealed since it was looked for.
        return one(task, verifier, listed, resume, watch);
    }
    found.into_iter().for_each(&mut *each);
    let mut summary = checked.summary.clone();
    summary.damage += verifier.take_in(path, &checked, each);
    if summary.damage == 0
        && digest == said
        && let Some(resume) = lock().as_mut()
    {
        resume.note(path, &index, digest, checked)?;
    }
    Ok((summary, digest))
}

/// The archive's files, from a day on if one is given.
fn chosen(root: &Path, since: Option<Date>) -> Result<Vec<WarcFile>> {
    let mut files = warc_files(root)?;
    if let Some(since) = since {
        files.retain(|file| file.open || file.name.begun().is_none_or(|begun| Stamp::vietnam_day(begun) >= since));
    }
    Ok(files)
}

/// Files below `warc/` that are none of this archive.
fn strays(root: &Path, each: &mut dyn FnMut(PathBuf)) -> Result<()> {
    let mut level = vec![root.join("warc")];
    for depth in 0..3 {
        let mut below = Vec::new();
        for dir in level {
            for path in entries(&dir)? {
                match (depth, path.is_dir()) {
                    (0 | 1, true) => below.push(path),
                    (2, false) if WarcName::parse(&path).is_some() => {}
                    _ => each(path),
                }
            }
        }
        level = below;
    }
    Ok(())
}

/// How long each site's catalogue is now.
fn catalog_lengths(root: &Path) -> Result<HashMap<String, u64>> {
    let mut out = HashMap::new();
    for path in entries(&root.join("catalog"))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let (Some(site), Ok(meta)) = (name.strip_suffix(".jsonl"), std::fs::metadata(&path)) {
            out.insert(site.to_owned(), meta.len());
        }
    }
    Ok(out)
}
