//! What `luutru.toml` says, with a default for everything.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::sheet::{Section, Sheet};
use super::{Cidr, Config, Fault, Lasting, Requisites, Whole, Wrong, check_host, lasting};
use crate::model::Limits;

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_hours(24);

/// How WARC files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarcSettings {
    /// A file is sealed when it holds this many bytes, compressed.
    pub rotate_bytes: u64,
    /// A file is sealed when it is this old.
    pub rotate_age: Duration,
    /// Compression level of gzip, 1 to 9.
    pub level: u8,
}

impl Default for WarcSettings {
    fn default() -> Self {
        Self { rotate_bytes: 1_000_000_000, rotate_age: DAY, level: 3 }
    }
}

/// Bounds over all hosts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceiling {
    /// Requests a second; at least 1.
    pub requests_per_second: u32,
}

impl Default for Ceiling {
    fn default() -> Self {
        Self { requests_per_second: 10 }
    }
}

/// How long a server that refuses or cannot be reached is left alone, when it names no time itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The first pause; each further refusal in a row doubles it.
    pub first: Duration,
    /// The longest pause, also of those that a server asks for; never below `first`.
    pub max: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_mins(1), max: DAY }
    }
}

/// When a filling disk pauses the crawl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskMarks {
    /// Free bytes below which nothing is fetched.
    pub low_bytes: u64,
    /// Free bytes from which fetching goes on again; never below `low_bytes`.
    pub high_bytes: u64,
}

impl Default for DiskMarks {
    fn default() -> Self {
        Self { low_bytes: 1_000_000_000, high_bytes: 2_000_000_000 }
    }
}

/// What the file says; `None` leaves the default.
#[derive(Debug, Default)]
pub(super) struct Settings {
    root: Option<String>,
    pub(super) sites: Option<String>,
    operator: Option<String>,
    contact: Option<String>,
    user_agent: Option<String>,
    delay: Option<Duration>,
    crawl_delay_cap: Option<Duration>,
    concurrency: Option<u32>,
    allow_net: Vec<Cidr>,
    limits: Limits,
    warc: WarcSettings,
    ceiling: Ceiling,
    backoff: Backoff,
    disk: DiskMarks,
    whole: Whole,
    lasting: Lasting,
}

/// Reads the text of `file`; the second half names every key that exists.
pub(super) fn read(file: &Path, text: &str) -> (Settings, Vec<Fault>, std::collections::BTreeSet<String>) {
    let sheet = Sheet::new(file, text);
    let settings = sheet.parse().map(|table| top(&Section::top(&sheet, &table))).unwrap_or_default();
    let (faults, asked) = sheet.into_parts();
    (settings, faults, asked)
}

fn top(top: &Section<'_, '_>) -> Settings {
    let settings = Settings {
        root: top.text("root").map(|text| (*text.get_ref()).to_owned()),
        sites: top.text("sites").map(|text| (*text.get_ref()).to_owned()),
        operator: top.text("operator").map(|text| (*text.get_ref()).to_owned()),
        contact: top.parsed("contact", check_contact),
        user_agent: top.parsed("user_agent", check_user_agent),
        delay: top.duration("delay", Duration::ZERO..=DAY),
        crawl_delay_cap: top.duration("crawl_delay_cap", SECOND..=DAY),
        concurrency: top.number("concurrency", 1..=256),
        allow_net: top.each("allow_net", str::parse),
        limits: limits(top),
        warc: warc(top),
        ceiling: ceiling(top),
        backoff: backoff(top),
        disk: disk(top),
        whole: whole(top),
        lasting: lasting::read(top),
    };
    robots(top);
    top.unknown_keys();
    settings
}

fn whole(top: &Section<'_, '_>) -> Whole {
    let mut whole = Whole::default();
    set(&mut whole.requisites, top.parsed("requisites", str::parse));
    set(&mut whole.attachments, top.flag("attachments"));
    whole
}

fn limits(top: &Section<'_, '_>) -> Limits {
    let mut limits = Limits::default();
    let Some(table) = top.section("limits") else { return limits };
    let bytes = |key, least| table.size(key, least).map(|size| usize::try_from(size).unwrap_or(usize::MAX));
    let bounds = SECOND..=DAY;
    set(&mut limits.head_bytes, bytes("head", 1 << 10));
    set(&mut limits.body_bytes, bytes("body", 1 << 10));
    set(&mut limits.decoded_bytes, bytes("decoded", 1 << 10));
    set(&mut limits.html_bytes, bytes("html", 1 << 10));
    set(&mut limits.connect, table.duration("connect_timeout", bounds.clone()));
    set(&mut limits.idle, table.duration("idle_timeout", bounds.clone()));
    set(&mut limits.exchange, table.duration("exchange_timeout", bounds));
    set(&mut limits.redirects, table.number("redirects", 0..=20).and_then(|n| n.try_into().ok()));
    table.unknown_keys();
    limits
}

fn warc(top: &Section<'_, '_>) -> WarcSettings {
    let mut warc = WarcSettings::default();
    let Some(table) = top.section("warc") else { return warc };
    set(&mut warc.rotate_bytes, table.size("rotate_bytes", 1_000));
    set(&mut warc.rotate_age, table.duration("rotate_age", SECOND..=DAY * 366));
    set(&mut warc.level, table.number("level", 1..=9).and_then(|n| n.try_into().ok()));
    table.unknown_keys();
    warc
}

fn ceiling(top: &Section<'_, '_>) -> Ceiling {
    let mut ceiling = Ceiling::default();
    let Some(table) = top.section("ceiling") else { return ceiling };
    set(&mut ceiling.requests_per_second, table.number("requests_per_second", 1..=1_000));
    table.unknown_keys();
    ceiling
}

fn backoff(top: &Section<'_, '_>) -> Backoff {
    let mut backoff = Backoff::default();
    let Some(table) = top.section("backoff") else { return backoff };
    let bounds = Duration::from_millis(100)..=DAY;
    set(&mut backoff.first, table.duration("first", bounds.clone()));
    set(&mut backoff.max, table.duration("max", bounds));
    if backoff.max < backoff.first {
        let what = "[backoff] \"max\" is less than \"first\"";
        table.sheet.fault(&table.span(), Wrong::new(what, "write a longest pause that is not below the first one"));
    }
    table.unknown_keys();
    backoff
}

fn disk(top: &Section<'_, '_>) -> DiskMarks {
    let mut disk = DiskMarks::default();
    let Some(table) = top.section("disk") else { return disk };
    set(&mut disk.low_bytes, table.size("low", 0));
    let high = table.size("high", 0);
    disk.high_bytes = high.unwrap_or(disk.low_bytes.saturating_mul(2));
    if disk.high_bytes < disk.low_bytes {
        let what = "[disk] \"high\" is less than \"low\"";
        let mend = "write a high mark above the low one, so that pausing and resuming do not take turns";
        table.sheet.fault(&table.span(), Wrong::new(what, mend));
    }
    table.unknown_keys();
    disk
}

/// Nothing about robots.txt can be set for all sites at once; whoever tries is told where it belongs.
fn robots(top: &Section<'_, '_>) {
    if let Some(value) = top.forbidden("robots") {
        let what = "robots rules cannot be changed for all sites";
        let mend = "take it out; one site's file can say robots = { ignore = \"why\" }";
        top.sheet.fault(&value.span(), Wrong::new(what, mend));
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// An address that a portal's administrator can write to: a mail address or a web page.
pub fn check_contact(text: &str) -> Result<String, Wrong> {
    let plain = text.chars().all(|c| c.is_ascii_graphic() && !"()<>\\\"".contains(c));
    let mail = text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    let page = text.starts_with("https://") || text.starts_with("http://");
    if plain && (mail || page) {
        return Ok(text.to_owned());
    }
    let mend = "write a mail address or a web page, such as \"archive@example.org\"";
    Err(Wrong::new(format!("\"{}\" is no address to write to", text.escape_debug()), mend))
}

/// A value that may stand in a `User-Agent` header (RFC 9110 section 5.5, printable ASCII only).
pub fn check_user_agent(text: &str) -> Result<String, Wrong> {
    if !text.is_empty() && text.len() <= 256 && text.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
        return Ok(text.to_owned());
    }
    let mend = "write up to 256 printable ASCII characters, such as \"luutru/0.1 (+https://example.org/crawler)\"";
    Err(Wrong::new(format!("\"{}\" cannot be sent as a user agent", text.escape_debug()), mend))
}

impl Settings {
    /// Puts the file's values into `config`; relative paths start at `home`, the file's own directory.
    pub(super) fn apply(self, config: &mut Config, home: &Path) {
        let Self { root, sites, operator, contact, user_agent, delay, crawl_delay_cap, concurrency, .. } = self;
        config.root = home.join(root.unwrap_or_else(|| "archive".to_owned()));
        config.sites_dir = home.join(sites.unwrap_or_else(|| "sites".to_owned()));
        config.operator = operator;
        config.contact = contact;
        config.user_agent = user_agent.unwrap_or_default();
        set(&mut config.delay, delay);
        set(&mut config.crawl_delay_cap, crawl_delay_cap);
        set(&mut config.concurrency, concurrency.and_then(|n| n.try_into().ok()));
        config.allow_net = self.allow_net;
        config.limits = self.limits;
        config.warc = self.warc;
        config.ceiling = self.ceiling;
        config.backoff = self.backoff;
        config.disk = self.disk;
        config.whole = self.whole;
        config.lasting = self.lasting;
    }
}

/// Values that a command's flags give; each beats the files.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// Archive root.
    pub root: Option<PathBuf>,
    /// Least time between two requests to one host; beats the site files as well.
    pub delay: Option<Duration>,
    /// Exchanges under way over all hosts.
    pub concurrency: Option<usize>,
    /// The whole `User-Agent` value.
    pub user_agent: Option<String>,
    /// Where a portal's administrator can write to.
    pub contact: Option<String>,
    /// Ranges that the address guard lets through, besides the configured ones.
    pub allow_net: Vec<Cidr>,
    /// Asset hosts of every site, besides those of its file.
    pub asset_hosts: Vec<String>,
    /// Which parts of pages are archived.
    pub requisites: Option<Requisites>,
    /// Whether files that articles link to are archived.
    pub attachments: Option<bool>,
}

impl Overrides {
    /// Puts the flags into `config`.
    pub(super) fn apply(&self, config: &mut Config, faults: &mut Vec<Fault>) {
        let mut flag = |name: &str, checked: Result<String, Wrong>| {
            checked.map_err(|wrong| faults.push(Fault::whole(Path::new(name), wrong))).ok()
        };
        if let Some(contact) = &self.contact {
            config.contact = flag("--contact", check_contact(contact));
        }
        if let Some(agent) = &self.user_agent {
            config.user_agent = flag("--user-agent", check_user_agent(agent)).unwrap_or_default();
        }
        for host in &self.asset_hosts {
            config.asset_hosts.extend(flag("--allow-host", check_host(host)));
        }
        set(&mut config.root, self.root.clone());
        set(&mut config.delay, self.delay);
        config.delay_override = self.delay;
        set(&mut config.whole.requisites, self.requisites);
        set(&mut config.whole.attachments, self.attachments);
        set(&mut config.concurrency, self.concurrency.filter(|n| *n > 0));
        for range in &self.allow_net {
            if !config.allow_net.contains(range) {
                config.allow_net.push(*range);
            }
        }
    }
}
