//! A site: one portal, its lists, and how to read its articles.

use std::time::Duration;

use jiff::civil::Date;
use serde::Deserialize;
use url::Url;

use super::{Pages, Quiet};

/// One portal (`config/sites/<id>.toml`).
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// File-name safe: `[a-z0-9._-]`.
    pub id: String,
    /// For people.
    pub name: Option<String>,
    /// The body that publishes.
    pub publisher: Option<String>,
    /// Province, as named when the body that ran the portal was set up.
    pub province: Option<String>,
    /// The province that this one is part of since a merger; none where nothing changed but perhaps its size.
    pub province_now: Option<String>,
    /// When this publisher ran this host.
    pub valid: Validity,
    /// The portal's root address.
    pub base: Url,
    /// CMS family preset, by its name in `portal/`.
    pub family: Option<String>,
    /// Hosts (with port when not the default) that are never left; holds `base`'s own.
    pub hosts: Vec<String>,
    /// Further hosts for images, style sheets and attachments only.
    pub asset_hosts: Vec<String>,
    /// Delay from the end of a response to the next request; `None` takes the configuration's.
    pub delay: Option<Duration>,
    /// Hours of the day in which nothing is asked of it.
    pub quiet: Option<Quiet>,
    /// How much TLS is trusted.
    pub tls: TlsPolicy,
    /// Whether robots.txt is obeyed.
    pub robots: RobotsPolicy,
    /// What is done about a page that only sets a cookie by script and loads again.
    pub cookie_gate: CookieGate,
    /// Day of the last live probe.
    pub verified: Option<Date>,
    /// Why the site is not crawled.
    pub disabled: Option<String>,
    /// News lists.
    pub lists: Vec<ListSpec>,
    /// How articles are read.
    pub article: ArticleSpec,
}

/// From when to when, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Validity {
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
}

/// How a server's certificate is judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum TlsPolicy {
    /// The machine's trust anchors, nothing else.
    #[default]
    Strict,
    /// Strict, with intermediates the server forgets to send.
    Intermediates {
        /// PEM file; empty where the site file itself holds the certificates.
        file: String,
        /// The certificates, as PEM.
        pem: String,
        /// Why.
        why: String,
    },
    /// A host that modern TLS cannot talk to.
    Legacy {
        /// Why.
        why: String,
    },
}

/// Whether robots.txt is obeyed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum RobotsPolicy {
    /// RFC 9309.
    #[default]
    Obey,
    /// Overridden, for the reason given.
    Ignore {
        /// Why.
        why: String,
    },
}

/// What is done about a cookie gate: a page whose script sets a cookie and loads the page again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CookieGate {
    /// It is archived and counted, and not passed.
    #[default]
    Stop,
    /// Its own cookie is sent back, for the run, for the reason given.
    Answer {
        /// Why.
        why: String,
    },
}

/// One news list. Selectors left out come from the family preset, or are recognised on the page.
#[derive(Debug, Clone, PartialEq)]
pub struct ListSpec {
    /// Short name, unique in its site.
    pub id: String,
    /// Address of its first page.
    pub url: Url,
    /// Section name for the record.
    pub section: Option<String>,
    /// Fixed interval; adaptive without one.
    pub every: Option<Duration>,
    /// CSS selector of one item block.
    pub item: Option<String>,
    /// CSS selector of the article link, inside an item.
    pub link: Option<String>,
    /// CSS selector of the date, inside an item.
    pub date: Option<String>,
    /// How further pages are reached.
    pub pages: Option<Pages>,
}

/// CSS selectors of an article's parts. Whatever is left out comes from the family preset, or is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ArticleSpec {
    /// Title.
    pub title: Option<String>,
    /// Date line.
    pub date: Option<String>,
    /// Byline.
    pub byline: Option<String>,
    /// Lead (sapo).
    pub lead: Option<String>,
    /// Body container.
    pub body: Option<String>,
    /// Elements that are never text.
    pub drop: Vec<String>,
    /// Regular expression that an article's address matches.
    pub url_pattern: Option<String>,
}

impl Site {
    /// A site known by a list's address alone; its id is the host, with the port when it is not the default.
    pub fn bare(list: &Url) -> Option<Self> {
        let host = authority(list)?;
        let mut base = list.clone();
        base.set_path("/");
        base.set_query(None);
        base.set_fragment(None);
        Some(Self {
            id: host.to_ascii_lowercase(),
            name: None,
            publisher: None,
            province: None,
            province_now: None,
            valid: Validity::default(),
            base,
            family: None,
            hosts: vec![host],
            asset_hosts: Vec::new(),
            delay: None,
            quiet: None,
            tls: TlsPolicy::default(),
            robots: RobotsPolicy::default(),
            cookie_gate: CookieGate::default(),
            verified: None,
            disabled: None,
            lists: vec![ListSpec::bare(list)],
            article: ArticleSpec::default(),
        })
    }

    /// Adds hosts of images and attachments that are neither there nor the site's own.
    pub fn add_asset_hosts(&mut self, more: &[String]) {
        for host in more {
            if !self.hosts.contains(host) && !self.asset_hosts.contains(host) {
                self.asset_hosts.push(host.clone());
            }
        }
    }

    /// Whether `url` lies on one of the site's own hosts.
    pub fn owns(&self, url: &Url) -> bool {
        matches!(url.scheme(), "http" | "https") && authority(url).is_some_and(|host| self.hosts.contains(&host))
    }
}

impl ListSpec {
    /// A list known by its address alone; its id is the path, made safe for file names.
    pub fn bare(url: &Url) -> Self {
        let id: String = url
            .path()
            .trim_matches('/')
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        Self {
            id: if id.is_empty() { "home".to_owned() } else { id },
            url: url.clone(),
            section: None,
            every: None,
            item: None,
            link: None,
            date: None,
            pages: None,
        }
    }
}

/// `host`, or `host:port` when the port is not the scheme's default.
pub fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}
