//! One file: begun or gone on with, compared with its checksums, put in place.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, RANGE};
use reqwest::{Method, Response, StatusCode};
use url::Url;

use super::client::{Client, Tries, said};
use super::error::PullError;
use super::sums::Sums;
use crate::archive::{create_dirs, sync_dir};

/// A file that is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub url: Url,
    /// Where it shall be.
    pub target: PathBuf,
    /// Bytes, where listed.
    pub size: Option<u64>,
    /// What it has to match.
    pub sums: Sums,
}

/// Fetches it; the number of bytes that it has. `moved` counts bytes as they arrive.
pub async fn fetch(client: &Client, wanted: &Wanted, moved: &AtomicU64) -> Result<u64, PullError> {
    let part = Part::of(&wanted.target);
    if let Some(folder) = wanted.target.parent() {
        create_dirs(folder)
            .map_err(|error| PullError::disk("make", folder)(std::io::Error::other(error.to_string())))?;
    }
    let mut tries = Tries::default();
    loop {
        let before = part.length()?;
        // A whole part of an earlier run only has to be looked at.
        let whole = before > 0 && wanted.size == Some(before);
        if !whole && let Err(error) = receive(client, wanted, &part, moved).await {
            if part.length()? > before {
                tries.progress();
            }
            tries.again(error).await?;
            continue;
        }
        let (own, found) = (wanted.clone(), Part::of(&wanted.target));
        let settled = tokio::task::spawn_blocking(move || settle(&own, &found)).await;
        match settled.map_err(|error| PullError::disk("check", &wanted.target)(std::io::Error::other(error)))? {
            // What was put together from two answers may be of two files: once more, from the start.
            Err(PullError::Bytes { .. }) if before > 0 => {}
            other => return other,
        }
    }
}

/// Compares what has arrived with what was listed, and gives it its name.
fn settle(wanted: &Wanted, part: &Part) -> Result<u64, PullError> {
    let name = || wanted.name.clone();
    let length = part.length()?;
    if let Some(size) = wanted.size.filter(|&size| size != length) {
        part.remove()?;
        return Err(PullError::Bytes { name: name(), what: format!("{length} bytes came, {size} are listed") });
    }
    let file = File::open(&part.file).map_err(PullError::disk("open", &part.file))?;
    let differ = wanted.sums.differ(&file).map_err(PullError::disk("read", &part.file))?;
    if let Some(method) = differ {
        part.remove()?;
        return Err(PullError::Bytes { name: name(), what: format!("its {method} is not the listed one") });
    }
    file.sync_all().map_err(PullError::disk("sync", &part.file))?;
    // Linked, not renamed: what has come to lie there meanwhile is not replaced.
    match fs::hard_link(&part.file, &wanted.target) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(PullError::Other { path: wanted.target.clone() });
        }
        // A file system without links.
        Err(_) => fs::rename(&part.file, &wanted.target).map_err(PullError::disk("name", &wanted.target))?,
    }
    part.remove()?;
    if let Some(folder) = wanted.target.parent() {
        sync_dir(folder).map_err(|error| PullError::disk("sync", folder)(std::io::Error::other(error.to_string())))?;
    }
    Ok(length)
}

/// One answer, written behind what is there or in its place.
async fn receive(client: &Client, wanted: &Wanted, part: &Part, moved: &AtomicU64) -> Result<(), PullError> {
    let had = part.length()?;
    let tag = if had > 0 { part.tag() } else { None };
    let mut headers = HeaderMap::new();
    // RFC 9110 14.2 and 13.1.5: the rest, if it is the rest of the same bytes; otherwise all.
    if let Some(tag) = &tag {
        let range = HeaderValue::from_str(&format!("bytes={had}-"));
        headers.extend(range.ok().map(|range| (RANGE, range)));
        headers.insert(IF_RANGE, tag.clone());
    }
    let mut answer = match client.once(Method::GET, &wanted.url, &headers).await {
        Err(PullError::Status { status: StatusCode::RANGE_NOT_SATISFIABLE, url, .. }) if tag.is_some() => {
            part.remove()?;
            return Err(PullError::Line { url, why: "what is here is more than the file has".to_owned() });
        }
        other => other?,
    };
    let line = |why: String| PullError::Line { url: wanted.url.to_string(), why };
    let from = if answer.status() == StatusCode::PARTIAL_CONTENT {
        if tag.is_none() || starts(&answer) != Some(had) {
            part.remove()?;
            return Err(line("another part came than was asked for".to_owned()));
        }
        had
    } else {
        part.remove()?;
        0
    };
    let total = answer.content_length().map(|rest| from + rest);
    if let (Some(total), Some(size)) = (total, wanted.size)
        && total != size
    {
        part.remove()?;
        let what = format!("the server has {total} bytes, and lists {size}");
        return Err(PullError::Bytes { name: wanted.name.clone(), what });
    }
    let mut file = part.open(from, answer.headers().get(ETAG))?;
    let mut length = from;
    while let Some(chunk) = answer.chunk().await.map_err(|error| line(said(&error)))? {
        length += chunk.len() as u64;
        if let Some(size) = wanted.size.filter(|&size| length > size) {
            part.remove()?;
            let what = format!("more bytes come than the {size} that are listed");
            return Err(PullError::Bytes { name: wanted.name.clone(), what });
        }
        file.write_all(&chunk).map_err(PullError::disk("write", &part.file))?;
        moved.fetch_add(chunk.len() as u64, Ordering::Relaxed);
    }
    match wanted.size {
        Some(size) if length < size => Err(line(format!("the line ended after {length} of {size} bytes"))),
        _ => Ok(()),
    }
}

/// Where a part begins, as the answer says.
fn starts(answer: &Response) -> Option<u64> {
    let range = answer.headers().get(CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split_once('-')?.0.parse().ok()
}

/// What has arrived of a file, and the validator of those bytes.
#[derive(Debug)]
struct Part {
    file: PathBuf,
    tag: PathBuf,
}

impl Part {
    fn of(target: &Path) -> Self {
        let behind = |ending: &str| {
            let mut name = target.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        Self { file: behind(".part"), tag: behind(".part.etag") }
    }

    fn length(&self) -> Result<u64, PullError> {
        match fs::metadata(&self.file) {
            Ok(meta) => Ok(meta.len()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
            Err(error) => Err(PullError::disk("look at", &self.file)(error)),
        }
    }

    fn tag(&self) -> Option<HeaderValue> {
        HeaderValue::from_bytes(&fs::read(&self.tag).ok()?).ok()
    }

    /// Opens it to be written on from `from`. Of a weak validator (RFC 9110 8.8.1) two different files may be one.
    fn open(&self, from: u64, tag: Option<&HeaderValue>) -> Result<File, PullError> {
        if from == 0
            && let Some(tag) = tag.filter(|tag| tag.as_bytes().starts_with(b"\""))
        {
            fs::write(&self.tag, tag.as_bytes()).map_err(PullError::disk("write", &self.tag))?;
        }
        let file = OpenOptions::new().append(true).create(true).open(&self.file);
        file.map_err(PullError::disk("open", &self.file))
    }

    fn remove(&self) -> Result<(), PullError> {
        for path in [&self.file, &self.tag] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(PullError::disk("remove", path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
