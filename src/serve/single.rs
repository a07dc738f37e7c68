//! One article with all that its pages need, as a WACZ that can be read in ranges: made when it is asked for, and kept for
//! as long as somebody may be reading it.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tempfile::{NamedTempFile, TempPath};

use super::bundles::bytes;
use super::error::ServeError;
use super::files::Gift;
use super::library::Library;
use super::shown::Shown;
use super::sums;
use crate::access::Access;
use crate::archive::select::{Query, Selection};
use crate::archive::wacz::{self, Writer};
use crate::model::Digest;
use crate::page::requisites;

/// Articles that are kept; the one that was asked for longest ago goes first.
const MOST: usize = 32;
/// Bytes of all that are kept, and of one; a larger one is for `/bundles`.
const MOST_BYTES: u64 = 2 << 30;
const LARGEST_BYTES: u64 = 1 << 30;
/// How long one is kept after it was made: what was captured since is then found.
const KEPT_FOR: Duration = Duration::from_mins(10);
/// Written at once.
const WRITE_BYTES: usize = 256 << 10;

/// Where and when a version of the article was captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Of the version.
    pub version: u32,
    /// The address as the capture has it.
    pub uri: String,
    /// 14 digits, UTC.
    pub stamp: String,
}

/// The WACZ of one article; deleted when nobody holds it any more.
#[derive(Debug)]
pub struct Single {
    /// Its pages.
    pub visits: Vec<Visit>,
    /// Length in bytes.
    pub length: u64,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    id: String,
    access: Access,
    shown: Arc<Shown>,
    made: Instant,
    path: TempPath,
}

impl Single {
    /// Names these bytes in an address: other bytes have another name.
    pub fn tag(&self) -> String {
        self.digest.hex()[..16].to_owned()
    }

    /// As a file to be given away.
    pub fn gift(&self) -> Gift {
        let (path, digest) = (self.path.to_path_buf(), Some(self.digest));
        Gift { name: format!("{}.wacz", self.id), path, kind: "application/wacz", digest }
    }

    fn is_for(&self, id: &str, access: &Access, shown: &Shown) -> bool {
        self.id == id && self.access == *access && self.shown.hidden().hides_same(shown.hidden())
    }
}

/// Those that were made lately, the latest in front.
#[derive(Debug)]
pub struct Singles {
    folder: PathBuf,
    kept: Mutex<VecDeque<Arc<Single>>>,
}

impl Singles {
    /// None yet; what an earlier run that was killed left in the cache is removed.
    pub fn open(cache: Option<&Path>) -> Self {
        let folder = cache.map(|cache| cache.join("replay"));
        for entry in folder.iter().flat_map(fs::read_dir).flatten().flatten() {
            let _ = fs::remove_file(entry.path());
        }
        Self { folder: folder.unwrap_or_else(std::env::temp_dir), kept: Mutex::default() }
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<Arc<Single>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A file with a name, since it is opened once for each range.
    fn room(&self) -> io::Result<NamedTempFile> {
        fs::create_dir_all(&self.folder)?;
        tempfile::Builder::new().prefix("replay-").suffix(".wacz").tempfile_in(&self.folder)
    }

    fn find(&self, holds: impl Fn(&Single) -> bool) -> Option<Arc<Single>> {
        let mut all = self.all();
        let found = all.iter().position(|single| holds(single))?;
        let single = all.remove(found)?;
        all.push_front(Arc::clone(&single));
        Some(single)
    }

    fn keep(&self, single: Single) -> Arc<Single> {
        let single = Arc::new(single);
        let mut all = self.all();
        all.push_front(Arc::clone(&single));
        all.truncate(MOST);
        while all.len() > 1 && all.iter().map(|single| single.length).sum::<u64>() > MOST_BYTES {
            all.pop_back();
        }
        single
    }
}

impl Library {
    /// The WACZ of an article, made anew when it has grown old.
    pub(super) async fn single(self: &Arc<Self>, id: &str, access: &Access) -> Result<Arc<Single>, ServeError> {
        let shown = self.shown().await?;
        let fresh = |single: &Single| single.made.elapsed() < KEPT_FOR && single.is_for(id, access, &shown);
        if let Some(single) = self.singles.find(fresh) {
            return Ok(single);
        }
        let place = self.selecting_place().await?;
        // Made by another while we waited.
        if let Some(single) = self.singles.find(fresh) {
            return Ok(single);
        }
        let (id, access) = (id.to_owned(), access.clone());
        let made = self.blocking(move |library| {
            let made = make(library, id, access, shown);
            drop(place);
            made
        });
        Ok(self.singles.keep(made.await?))
    }

    /// The very bytes that a page was told of, as long as they are kept.
    pub(super) async fn same_single(
        self: &Arc<Self>,
        id: &str,
        access: &Access,
        tag: &str,
    ) -> Result<Arc<Single>, ServeError> {
        let shown = self.shown().await?;
        let found = self.singles.find(|single| single.tag() == tag && single.is_for(id, access, &shown));
        found.ok_or(ServeError::Missing { what: "replay any more: open the article again" })
    }
}

fn make(library: &Library, id: String, access: Access, shown: Arc<Shown>) -> Result<Single, ServeError> {
    let query = Query { ids: vec![id.clone()], within: access.within(), ..Query::default() };
    let selection = Selection::make(library.root(), query, &requisites::named);
    let selection = selection.map_err(|error| match error {
        crate::archive::ArchiveError::Selection { .. } => ServeError::Missing { what: "capture of this article" },
        other => other.into(),
    })?;
    let expected = bytes(&selection);
    if expected > LARGEST_BYTES {
        return Err(ServeError::TooLarge { bytes: expected });
    }
    let failed = |source: io::Error| ServeError::Read { path: "the replay of an article".to_owned(), source };
    let file = library.singles.room().map_err(failed)?;
    let out = BufWriter::with_capacity(WRITE_BYTES, file.as_file().try_clone().map_err(failed)?);
    let (mut out, _) = wacz::write(&selection, Writer::file(out), Path::new("a replay"))?;
    out.flush().map_err(failed)?;
    let mut visits = Vec::new();
    selection.each_page(&mut |page| {
        let stamp = page.at.chars().filter(char::is_ascii_digit).take(14).collect();
        visits.push(Visit { version: page.record.version, uri: page.uri, stamp });
        Ok(())
    })?;
    let path = file.into_temp_path();
    let length = fs::metadata(&path).map_err(failed)?.len();
    let digest = sums::compute(&path).map_err(failed)?.digest();
    let digest = digest.ok_or(ServeError::Worker)?;
    Ok(Single { visits, length, digest, id, access, shown, made: Instant::now(), path })
}
