//! A stage for the real program: look-alike portals on loopback, a folder of its own, and what a run left behind.

mod archive;
mod run;
mod wacz;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use luutru_portal::{Family, Gold, Portal, PortalSpec, Portals, Request};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::harness::captures;

pub use archive::{Kept, records};
pub use run::{Ran, Running, luutru};
pub use wacz::Wacz;

/// Longer than any run here takes; one that hangs fails its test instead of holding up the suite.
const PATIENCE: Duration = Duration::from_mins(1);

/// What tests say that count requests, and are about pages alone.
pub const PAGES_ALONE: [&str; 4] = ["--requisites", "none", "--attachments", "no"];

/// Portals at work, and a folder with a configuration and an archive.
pub struct Stage {
    // The portals stop before the runtime that carries them.
    portals: Portals,
    _runtime: Runtime,
    folder: TempDir,
}

impl Stage {
    /// Portal `i` on a free port of `127.0.0.(1+i)`.
    pub fn new(specs: Vec<PortalSpec>) -> Self {
        Self::at(specs, &[])
    }

    /// Portals at these addresses.
    pub fn at(specs: Vec<PortalSpec>, bind: &[&str]) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let bind: Vec<_> = bind.iter().map(|address| address.parse().unwrap()).collect();
        let portals = runtime.block_on(luutru_portal::start(specs, &bind)).unwrap();
        Self { portals, _runtime: runtime, folder: tempfile::tempdir().unwrap() }
    }

    /// One portal with a handful of articles, for what does not depend on their number.
    pub fn small(articles: usize) -> Self {
        Self::new(vec![PortalSpec::nukeviet("one", 11).articles(articles).page_size(6)])
    }

    pub fn portal(&self, at: usize) -> &Portal {
        &self.portals.portals()[at]
    }

    pub fn portals(&self) -> &[Portal] {
        self.portals.portals()
    }

    /// Address of a portal's list.
    pub fn list(&self, portal: usize, list: usize) -> String {
        self.portal(portal).lists()[list].url.clone()
    }

    /// Addresses of all lists of all portals.
    pub fn lists(&self) -> Vec<String> {
        self.portals().iter().flat_map(Portal::lists).map(|list| list.url).collect()
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes `luutru.toml`.
    pub fn config(&self, text: &str) -> &Self {
        fs::write(self.path("luutru.toml"), text).unwrap();
        self
    }

    /// Writes a site file for every portal, with `more` before its lists.
    pub fn site_files(&self, more: &str) -> &Self {
        fs::create_dir_all(self.path("sites")).unwrap();
        for portal in self.portals() {
            fs::write(self.path("sites").join(format!("{}.toml", portal.spec().id)), site_file(portal, more)).unwrap();
        }
        if !self.path("luutru.toml").exists() {
            self.config("");
        }
        self
    }

    /// A crawling command without delay; `words` may set another.
    pub fn crawl(&self, words: &[&str]) -> Ran {
        self.begin(words).wait(PATIENCE)
    }

    /// The same, under way.
    pub fn begin(&self, words: &[&str]) -> Running {
        let mut all = words.to_vec();
        if !words.contains(&"--delay") {
            all.extend(["--delay", "0s"]);
        }
        all.extend(["--allow-net", "127.0.0.0/8"]);
        if !words.contains(&"--requisites") {
            all.extend(PAGES_ALONE);
        }
        self.start(&all)
    }

    /// A crawling command under way, with variables in its environment.
    pub fn begin_with(&self, words: &[&str], variables: &[(&str, String)]) -> Running {
        let root = self.root();
        let mut all = words.to_vec();
        all.extend(["--delay", "0s", "--allow-net", "127.0.0.0/8", "--root", root.to_str().unwrap()]);
        all.extend(PAGES_ALONE);
        run::with_variables(self.folder.path(), &all, variables)
    }

    /// A command as it stands, under way.
    pub fn begin_with_as_it_stands(&self, words: &[&str]) -> Running {
        self.start(words)
    }

    /// A command as it stands.
    pub fn run(&self, words: &[&str]) -> Ran {
        self.start(words).wait(PATIENCE)
    }

    fn start(&self, words: &[&str]) -> Running {
        let root = self.root();
        let mut all = words.to_vec();
        all.extend(["--root", root.to_str().unwrap()]);
        luutru(self.folder.path(), &all)
    }

    /// The catalogue, as `articles --json` gives it.
    pub fn articles(&self) -> Vec<serde_json::Value> {
        self.run(&["articles", "--json"]).ended(0).objects()
    }

    /// Every WARC record is whole.
    pub fn verify(&self) {
        let ran = self.run(&["verify", "--json"]).ended(0);
        let total = ran.objects().pop().unwrap();
        assert_eq!(total["damage"], 0, "{total}");
        assert!(total["files"].as_u64().unwrap() > 0, "{total}");
    }

    /// The one report of a site.
    pub fn report(&self, site: &str) -> serde_json::Value {
        let folder = self.root().join("report").join(site.replace(':', "_"));
        let files: Vec<PathBuf> = files_below(&folder);
        assert_eq!(files.len(), 1, "{}: {files:?}", folder.display());
        serde_json::from_slice(&fs::read(&files[0]).unwrap()).unwrap()
    }

    /// The status of every article and every part of a page in the archive, by its address without the port and what it
    /// was asked for as. None is there twice.
    pub fn parts(&self) -> BTreeMap<(String, String), u16> {
        let mut out = BTreeMap::new();
        for seen in captures(&self.root()) {
            let Some(task) = seen.line("luutru-task") else { continue };
            if !["article", "requisite", "attachment"].contains(&task.as_str()) {
                continue;
            }
            let url = url::Url::parse(&seen.url).unwrap();
            let place = format!("{}{}", url.host_str().unwrap(), &url[url::Position::BeforePath..]);
            let before = out.insert((place, task), seen.status);
            assert!(before.is_none(), "{} is captured twice", seen.url);
        }
        out
    }

    /// Id of the site that a bare address makes.
    pub fn bare_id(&self, portal: usize) -> String {
        self.portal(portal).address().to_string()
    }

    pub fn records(&self) -> Vec<Kept> {
        records(&self.root())
    }
}

/// What a site file for the portal says.
pub fn site_file(portal: &Portal, more: &str) -> String {
    let family = match portal.spec().family {
        Family::Vnpt => "vnpt",
        Family::NukeViet => "nukeviet",
        Family::Liferay => "liferay",
        Family::Tandan => "tandan",
        Family::Yyyymm => "yyyymm",
        Family::UploadId => "uploadid",
        Family::WebForms => "webforms",
        Family::Dnn => "dnn",
        Family::Exclusion => "ims",
        Family::SharePoint => "sharepoint",
        Family::Hemera => "hemera",
        Family::Drupal => "drupal",
        Family::WordPress => "wordpress",
        Family::PartySite | Family::Cp1258 | Family::Undated | Family::Json | Family::Feed => "generic",
    };
    let (id, base) = (&portal.spec().id, portal.base());
    let mut text = format!("id = \"{id}\"\nname = \"{id}\"\nbase = \"{base}/\"\nfamily = \"{family}\"\n{more}\n");
    for list in portal.lists() {
        let (id, url, section) = (list.id, list.url, list.section);
        text.extend(["\n[[list]]", &format!("\nid = \"{id}\"\nurl = \"{url}\"\nsection = \"{section}\"\n")]);
    }
    text
}

/// All files below a folder, sorted.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { out.push(path) }
        }
    }
    out.sort();
    out
}

/// What was asked of a portal, by kind.
pub struct Asked {
    pub robots: Vec<Request>,
    pub lists: Vec<Request>,
    pub articles: Vec<Request>,
}

impl Asked {
    /// Of the portal so far, from request `from` on.
    pub fn of(portal: &Portal, from: usize) -> Self {
        let known: HashSet<String> = portal.gold().iter().flat_map(|gold| paths(portal, gold)).collect();
        let mut asked = Self { robots: Vec::new(), lists: Vec::new(), articles: Vec::new() };
        for request in portal.requests().into_iter().skip(from) {
            let kind = match request.path.as_str() {
                "/robots.txt" => &mut asked.robots,
                path if known.contains(path) => &mut asked.articles,
                _ => &mut asked.lists,
            };
            kind.push(request);
        }
        asked
    }
}

/// Paths at which an article answers.
pub fn paths(portal: &Portal, gold: &Gold) -> Vec<String> {
    let base = portal.base();
    std::iter::once(&gold.url).chain(&gold.twins).map(|url| url[base.len()..].to_owned()).collect()
}

/// A port of loopback on which nobody listens.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The sum that a report must come to.
pub fn accounted(report: &serde_json::Value) -> u64 {
    let number = |name: &str| report[name].as_u64().unwrap_or_else(|| panic!("no {name} in {report}"));
    let causes = |name: &str| report[name].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>();
    ["archived", "duplicates", "held", "refused_by_robots", "open"].map(number).iter().sum::<u64>()
        + causes("failed")
        + causes("not_article")
}
