//! Files an administrator writes, turned into checked values.
//!
//! Promises: every fault names file, line and mend, and all faults of all files come at once; nothing half-checked
//! leaves this room. Refuses: unknown keys, bare numbers for durations and sizes, exceptions without a reason.
//! Only `load` touches the disk.

mod fault;
mod lasting;
mod list_table;
mod load;
pub mod net;
mod pages;
mod pages_table;
mod quiet;
pub mod scaffold;
mod settings;
mod sheet;
mod site;
mod site_file;
mod site_text;
pub mod units;
mod whole;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

pub use fault::{Fault, Faults, Wrong};
pub use lasting::Lasting;
pub use load::{CheckOutcome, InitError, check, init};
pub use net::Cidr;
pub use pages::{Count, Pages};
pub use quiet::Quiet;
pub use settings::{Backoff, Ceiling, DiskMarks, Overrides, WarcSettings, check_contact, check_user_agent};
pub use site::{ArticleSpec, CookieGate, ListSpec, RobotsPolicy, Site, TlsPolicy, Validity, authority};
pub use site_file::{FAMILIES, check_host};
pub use site_text::{list_text, site_text};
pub use whole::{Requisites, Whole};

/// A site from the text of its file, for tests of other rooms.
#[cfg(test)]
pub fn read_site(file: &std::path::Path, text: &str) -> (Option<Site>, Vec<Fault>) {
    site_file::read(file, text, site_file::FAMILIES)
}

use crate::model::{Digest, Limits};

/// Everything that a run is told: `luutru.toml`, the site files, and the command's flags on top.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it was read from; none when the defaults are in force.
    pub file: Option<PathBuf>,
    /// The archive root.
    pub root: PathBuf,
    /// Where the site files are.
    pub sites_dir: PathBuf,
    /// Who runs this crawler, for people.
    pub operator: Option<String>,
    /// Where a portal's administrator can write to.
    pub contact: Option<String>,
    /// Value of `User-Agent`, complete.
    pub user_agent: String,
    /// Least time between two requests to one host.
    pub delay: Duration,
    /// The longest `Crawl-delay` that is kept; one above it counts as this.
    pub crawl_delay_cap: Duration,
    /// Exchanges under way over all hosts; at least 1.
    pub concurrency: usize,
    /// Ranges that the address guard lets through although it would refuse them.
    pub allow_net: Vec<Cidr>,
    /// Hosts of images and attachments that every site of the run may use beside its own (`--allow-host`).
    pub asset_hosts: Vec<String>,
    /// Bounds on one exchange and what is made of it.
    pub limits: Limits,
    /// How WARC files are written.
    pub warc: WarcSettings,
    /// Bounds over all hosts.
    pub ceiling: Ceiling,
    /// How long a server that refuses is left alone.
    pub backoff: Backoff,
    /// When a filling disk pauses the crawl.
    pub disk: DiskMarks,
    /// What is archived beside pages.
    pub whole: Whole,
    /// What only the daemon goes by.
    pub lasting: Lasting,
    sites: Vec<Site>,
    delay_override: Option<Duration>,
    digest: Digest,
}

impl Default for Config {
    /// A configuration without any file, and without sites.
    fn default() -> Self {
        let mut config = Self {
            file: None,
            root: PathBuf::from("archive"),
            sites_dir: PathBuf::from("sites"),
            operator: None,
            contact: None,
            user_agent: String::new(),
            delay: Duration::from_secs(5),
            crawl_delay_cap: Duration::from_mins(2),
            concurrency: 8,
            allow_net: Vec::new(),
            asset_hosts: Vec::new(),
            limits: Limits::default(),
            warc: WarcSettings::default(),
            ceiling: Ceiling::default(),
            backoff: Backoff::default(),
            disk: DiskMarks::default(),
            whole: Whole::default(),
            lasting: Lasting::default(),
            sites: Vec::new(),
            delay_override: None,
            digest: Digest::of(b""),
        };
        config.name_agent();
        config
    }
}

impl Config {
    /// The configured sites, sorted by id; disabled ones included.
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// The site of that id.
    pub fn site(&self, id: &str) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == id)
    }

    /// Least time between two requests to a host of `site`: the flag, else the site file, else `luutru.toml`.
    pub fn delay_for(&self, site: &Site) -> Duration {
        self.delay_override.or(site.delay).unwrap_or(self.delay)
    }

    /// SHA-256 over the files in force, for `warcinfo`; flags are not part of it.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// `luutru/<version> (+contact)`, unless an agent was given whole.
    fn name_agent(&mut self) {
        if self.user_agent.is_empty() {
            let contact = self.contact.as_ref().map(|contact| format!(" (+{contact})")).unwrap_or_default();
            self.user_agent = format!("luutru/{}{contact}", env!("CARGO_PKG_VERSION"));
        }
    }
}
