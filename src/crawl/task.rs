//! What is asked for, and what came back, between the runner and the workers.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use super::frontier::Lease;
use super::pulse::Handed;
use super::requisites::Needed;
use super::run::SiteRun;
use crate::fetch::{Exchange, FetchError};
use crate::model::{CanonicalUrl, PageRequest};
use crate::politeness::RobotsAnswer;

/// One thing to fetch.
#[derive(Debug)]
pub enum Task {
    /// robots.txt of an origin, with the answer that the rules were read from.
    Robots {
        /// Scheme, host and port.
        origin: String,
        /// What it said.
        answer: RobotsAnswer,
    },
    /// A page of a list.
    List {
        /// The walk.
        walk: String,
        /// The list's id.
        list: String,
        /// The page.
        request: PageRequest,
    },
    /// An article.
    Article(Lease),
    /// A part of a page, or a file that it links to.
    Part(Box<Needed>),
}

impl Task {
    /// One word, as the capture's metadata has it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Robots { .. } => "robots",
            Self::List { .. } => "list",
            Self::Article(_) => "article",
            Self::Part(need) => need.word(),
        }
    }
}

/// Why the last hop gave no page to read.
#[derive(Debug, Clone)]
pub enum Failure {
    /// No exchange.
    Fetch(FetchError),
    /// robots.txt forbids it, by this line.
    Refused(String),
    /// robots.txt could not be had, so nothing may be asked for now.
    Closed(String),
    /// A redirect leads to a host that is not the site's.
    OffSite,
    /// More redirects than the limit, or in a circle.
    Redirects,
    /// A redirect leads to an article that is held, by this key.
    KnownTarget(CanonicalUrl),
    /// A list page past the end leads back to the first.
    BackToStart,
}

impl Failure {
    /// One word for reports.
    pub fn cause(&self) -> String {
        match self {
            Self::Fetch(error) => error.cause().to_owned(),
            Self::Refused(_) | Self::Closed(_) => "robots".to_owned(),
            Self::OffSite => "redirect off the site".to_owned(),
            Self::Redirects => "too many redirects".to_owned(),
            Self::KnownTarget(_) => "redirect to a known article".to_owned(),
            Self::BackToStart => "past the end".to_owned(),
        }
    }

    /// Whether a later run tries again.
    pub fn retryable(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.retryable())
    }
}

/// A task after its last request.
#[derive(Debug)]
pub struct Finished {
    /// The site.
    pub site: Arc<SiteRun>,
    /// What was asked for.
    pub task: Task,
    /// The exchanges, in order: redirects, then the page.
    pub hops: Vec<Exchange>,
    /// Set when the last hop gave no page.
    pub failure: Option<Failure>,
    /// Held until the acknowledgement: its drop lets the next item in.
    #[expect(dead_code, reason = "held, never read")]
    pub slot: Option<OwnedSemaphorePermit>,
    /// Held until the acknowledgement: its drop is what the watchdog hears of.
    #[expect(dead_code, reason = "held, never read")]
    pub handed: Option<Handed>,
}
