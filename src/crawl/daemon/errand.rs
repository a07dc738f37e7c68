//! Jobs that the daemon is given: by a person through the control socket, or by itself where a list moved too far.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::config::Site;
use crate::crawl::error::CrawlError;
use crate::crawl::plan::{self, Want};
use crate::crawl::rows::{decode, encode};
use crate::crawl::run::{Run, Walk};
use crate::ledger::{Batch, Key, Ledger, LedgerError};

/// What is to be done at one site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// What.
    pub what: What,
    /// Ids of the lists; all of them when empty.
    pub lists: Vec<String>,
    /// List pages per list.
    pub max_pages: Option<u32>,
}

/// What is wanted of the lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// What is new, now.
    Look,
    /// Everything of these days.
    Backfill {
        /// First day.
        from: Option<Date>,
        /// Last day.
        to: Option<Date>,
        /// Also when it is complete already.
        again: bool,
    },
    /// The pages between a look and the one before.
    Gap {
        /// The walk that is to go on.
        walk: String,
    },
}

/// How a job stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Standing {
    /// Others come first.
    #[default]
    Waiting,
    /// Under way.
    Working,
    /// Over; what came of it.
    Done(serde_json::Value),
}

/// A job of one site.
#[derive(Debug)]
pub struct Errand {
    /// Its number, which also orders them.
    pub id: u64,
    /// What is to be done.
    pub ask: Ask,
    /// Whether it outlives the daemon: nobody waits for it.
    pub kept: bool,
    cancelled: AtomicBool,
    standing: watch::Sender<Standing>,
}

impl Errand {
    /// A job that nobody has begun.
    pub fn new(id: u64, ask: Ask, kept: bool) -> Self {
        Self { id, ask, kept, cancelled: AtomicBool::new(false), standing: watch::channel(Standing::Waiting).0 }
    }

    /// Jobs of a site that an earlier daemon left.
    pub fn left(ledger: &dyn Ledger, site: &str) -> Result<Vec<Self>, LedgerError> {
        let prefix = Key::errands(site);
        let rows = ledger.scan(&prefix, None, 1_000)?;
        let read = |(key, bytes): &(Vec<u8>, Vec<u8>)| {
            let id = key[prefix.len()..].try_into().map_or(0, u64::from_be_bytes);
            Ok(Self::new(id, decode(key, bytes)?, true))
        };
        rows.iter().map(read).collect()
    }

    /// Writes it down, if it is to outlive the daemon.
    pub fn keep(&self, site: &str, ledger: &dyn Ledger) -> Result<(), LedgerError> {
        if self.kept {
            let mut batch = Batch::default();
            batch.put(Key::errand(site, self.id), encode(&self.ask));
            ledger.apply(&batch)?;
        }
        Ok(())
    }

    /// Whoever asked for it no longer wants it.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
    }

    /// Whether it is wanted no more.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    /// Hears how it stands.
    pub fn listen(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    /// It is under way.
    pub fn begin(&self) {
        self.standing.send_replace(Standing::Working);
    }

    /// It is over.
    pub fn end(&self, site: &str, ledger: &dyn Ledger, came: serde_json::Value) -> Result<(), LedgerError> {
        if self.kept {
            let mut batch = Batch::default();
            batch.delete(Key::errand(site, self.id));
            ledger.apply(&batch)?;
        }
        self.standing.send_replace(Standing::Done(came));
        Ok(())
    }

    /// The lists that it is about.
    pub fn lists(&self, site: &Site) -> BTreeSet<String> {
        let all = site.lists.iter().map(|list| list.id.clone());
        all.filter(|id| self.ask.lists.is_empty() || self.ask.lists.contains(id)).collect()
    }

    /// Its walks, behind the live lists of the site.
    pub fn walks(&self, run: &Run, site: &Site, now: Timestamp) -> Result<Vec<Walk>, CrawlError> {
        let mut walks = match &self.ask.what {
            What::Look => Vec::new(),
            What::Gap { walk } => plan::go_on(&*run.ledger, site, walk)?.into_iter().collect(),
            What::Backfill { from, to, again } => {
                let wanted = self.lists(site);
                let lists = site.lists.iter().filter(|list| wanted.contains(&list.id)).cloned().collect();
                let part = Site { lists, ..site.clone() };
                let want = Want::Backfill { from: *from, to: *to, again: *again };
                plan::plan(&*run.ledger, &run.frontier, &part, want, now)?.walks
            }
        };
        for walk in &mut walks {
            walk.patient = true;
            walk.most = self.ask.max_pages;
        }
        Ok(walks)
    }
}
