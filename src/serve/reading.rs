//! What pages and search share: the catalogue in memory, the index, what the site files say, and what is hidden.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use super::desk::Desk;
use super::error::ServeError;
use super::library::Library;
use super::shelf::Shelf;
use crate::access::Access;
use crate::archive::decisions::Decisions;
use crate::config::Site;

/// How long a look at the logs is relied on.
const FRESH_FOR: Duration = Duration::from_secs(1);

/// For people who read.
#[derive(Debug, Default)]
pub struct Reading {
    sites: Vec<Site>,
    desk: Desk,
    shelf: RwLock<Shelf>,
    looked: Mutex<Option<Instant>>,
}

impl Reading {
    /// Of the archive at `root`, with its search index in `index`; `sites` are the configured ones.
    pub fn open(root: &Path, index: PathBuf, sites: Vec<Site>) -> Self {
        Self { sites, desk: Desk::open(root.to_owned(), index), ..Self::default() }
    }
}

/// Blocking: called from the threads that make pages.
impl Library {
    /// The catalogue, as of a second ago at most.
    pub(super) fn shelf(&self) -> Result<RwLockReadGuard<'_, Shelf>, ServeError> {
        // One looks, the others wait for what it finds.
        let mut looked = self.reading.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.is_none_or(|at| at.elapsed() >= FRESH_FOR) {
            self.reading.shelf.write().unwrap_or_else(PoisonError::into_inner).refresh(self.root())?;
            *looked = Some(Instant::now());
        }
        drop(looked);
        Ok(self.reading.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ids of the articles that are taken down.
    pub(super) fn hidden(&self) -> Result<Vec<String>, ServeError> {
        let decisions = Decisions::read(self.root())?;
        Ok(decisions.takedowns().map(|decision| decision.subject.clone()).collect())
    }

    /// Where searches go.
    pub(super) fn desk(&self) -> &Desk {
        &self.reading.desk
    }

    /// The configured sites.
    pub(super) fn configured(&self) -> &[Site] {
        &self.reading.sites
    }

    /// What a site file says of a site.
    pub(super) fn site(&self, id: &str) -> Option<&Site> {
        self.reading.sites.iter().find(|site| site.id == id)
    }

    /// What people call a site; its id, where no site file says.
    pub(super) fn site_name(&self, id: &str) -> String {
        self.site(id).and_then(|site| site.name.clone()).unwrap_or_else(|| id.to_owned())
    }

    /// Sites of the catalogue that may be seen, with their names, by name.
    pub(super) fn site_names(&self, access: &Access) -> Vec<(String, String)> {
        let mut ids = self.shelf().map(|shelf| shelf.names()).unwrap_or_default();
        ids.retain(|id| access.may_see(id));
        let mut out: Vec<(String, String)> = ids.into_iter().map(|id| (self.site_name(&id), id)).collect();
        out.sort();
        out.into_iter().map(|(name, id)| (id, name)).collect()
    }
}
