//! What the crash tests share: portals in this process, the real binary beside it, and a look at what it left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use luutru::archive::catalog::{self, ArticleRecord};
use luutru::archive::verify::Verifier;
use luutru::archive::warc::{RawRecord, RecordType, field, http, scan};
use luutru_portal::{Gold, Portal, PortalSpec, Portals};
use tokio::runtime::Runtime;

use crate::support::PAGES_ALONE;

/// Exit codes as users know them.
pub const DONE: i32 = 0;
pub const STORAGE: i32 = 4;
pub const NETWORK: i32 = 5;

/// Longer than any run here takes; a run that hangs fails its test instead of holding up the suite.
const PATIENCE: Duration = Duration::from_mins(1);

/// Portals on loopback, on threads of their own.
pub struct Town {
    portals: Option<Portals>,
    runtime: Runtime,
}

impl Town {
    pub fn start(specs: Vec<PortalSpec>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let portals = runtime.block_on(luutru_portal::start(specs, &[])).unwrap();
        Self { portals: Some(portals), runtime }
    }

    /// Two portals of different make, `articles` each.
    pub fn of_two(seed: u64, articles: usize) -> Self {
        Self::start(vec![
            PortalSpec::vnpt("một", seed).articles(articles),
            PortalSpec::nukeviet("hai", seed + 1).articles(articles),
        ])
    }

    pub fn portals(&self) -> &[Portal] {
        self.portals.as_ref().map_or(&[], Portals::portals)
    }

    /// First pages of all lists.
    pub fn lists(&self) -> Vec<String> {
        self.portals().iter().flat_map(Portal::lists).map(|list| list.url).collect()
    }

    pub fn golds(&self) -> Vec<Gold> {
        self.portals().iter().flat_map(Portal::gold).collect()
    }

    /// Requests so far, over all portals.
    pub fn requests(&self) -> usize {
        self.portals().iter().map(|portal| portal.requests().len()).sum()
    }

    /// How often each article's page was asked for, by address.
    pub fn article_requests(&self) -> BTreeMap<String, usize> {
        let pages: BTreeSet<String> = self.golds().into_iter().flat_map(|gold| addresses(&gold)).collect();
        let mut out = BTreeMap::new();
        for portal in self.portals() {
            for request in portal.requests() {
                let url = format!("{}{}", portal.base(), request.path);
                if pages.contains(&url) {
                    *out.entry(url).or_default() += 1;
                }
            }
        }
        out
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        if let Some(portals) = self.portals.take() {
            self.runtime.block_on(portals.stop());
        }
    }
}

/// The address in the lists, and all others at which the article answers.
pub fn addresses(gold: &Gold) -> Vec<String> {
    std::iter::once(gold.url.clone()).chain(gold.twins.iter().cloned()).collect()
}

/// A command of the real binary, away from any configuration of the checkout.
pub fn luutru(root: &Path, command: &str) -> Command {
    let mut out = Command::new(env!("CARGO_BIN_EXE_luutru"));
    out.arg(command).arg("--root").arg(root);
    out.current_dir(std::env::temp_dir()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    out
}

/// `luutru backfill` of a town's lists.
pub fn backfill(root: &Path, town: &Town, delay: &str) -> Command {
    let mut out = luutru(root, "backfill");
    out.args(["--allow-net", "127.0.0.0/8", "--delay", delay]).args(PAGES_ALONE).args(town.lists());
    out
}

/// Runs to the end; a run that takes too long is ended and fails.
pub fn finish(mut command: Command) -> Output {
    wait(command.spawn().unwrap())
}

/// Waits for a child, reading both of its streams meanwhile.
pub fn wait(mut child: Child) -> Output {
    let mut out = child.stdout.take().unwrap();
    let mut err = child.stderr.take().unwrap();
    let readers = [
        thread::spawn(move || read(&mut out)), //
        thread::spawn(move || read(&mut err)),
    ];
    let ended = ended_within(&mut child, PATIENCE);
    if !ended {
        child.kill().unwrap();
    }
    let status = child.wait().unwrap();
    let [stdout, stderr] = readers.map(|reader| reader.join().unwrap());
    let output = Output { status, stdout, stderr };
    assert!(ended, "the run hangs:\n{}", said(&output));
    output
}

fn read(from: &mut impl std::io::Read) -> Vec<u8> {
    let mut out = Vec::new();
    from.read_to_end(&mut out).unwrap();
    out
}

/// Whether the child ends by itself in that time.
pub fn ended_within(child: &mut Child, time: Duration) -> bool {
    let until = Instant::now() + time;
    loop {
        if child.try_wait().unwrap().is_some() {
            return true;
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        thread::sleep(left.min(Duration::from_millis(2)));
    }
}

/// What a run said on stderr.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Fails with what the run said unless it ended with this code.
pub fn expect_exit(output: &Output, code: i32) {
    let wrote = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(code), "{}{}", said(output), wrote.get(..4_000).unwrap_or(&wrote));
}

/// Runs to completion.
pub fn complete(root: &Path, town: &Town) -> String {
    let output = finish(backfill(root, town, "0ms"));
    expect_exit(&output, DONE);
    said(&output)
}

/// Starts a run and kills it once the town was asked `requests` times more.
pub fn kill_after_requests(command: &mut Command, town: &Town, requests: usize) {
    let mut child = command.spawn().unwrap();
    let goal = town.requests() + requests;
    let until = Instant::now() + PATIENCE;
    while town.requests() < goal {
        assert!(child.try_wait().unwrap().is_none(), "the run ended before it could be killed");
        assert!(Instant::now() < until, "no requests come");
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Numbers from a seed (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// All files below `dir`, sorted.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { out.extend(files(&path)) } else { out.push(path) }
    }
    out.sort();
    out
}

/// WARC files of a root, sealed and open.
pub fn warcs(root: &Path) -> Vec<PathBuf> {
    files(&root.join("warc"))
}

/// WARC files that are not sealed, of the captures or of the texts.
pub fn open_warc(root: &Path, texts: bool) -> Vec<PathBuf> {
    let is_open = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "open");
    let is_text = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().contains("-text-");
    warcs(root).into_iter().filter(|path| is_open(path) && is_text(path) == texts).collect()
}

/// A copy of a root, file by file.
pub fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let there = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(there.parent().unwrap()).unwrap();
        fs::copy(&file, &there).unwrap();
    }
}

/// Every WARC file can be read to its last whole record; only an open file may end inside one.
pub fn assert_readable(root: &Path) {
    let verifier = Verifier::default();
    let mut damage = Vec::new();
    let mut each = |finding: luutru::archive::verify::Finding| {
        if finding.fault.is_damage() {
            damage.push(finding.to_string());
        }
    };
    for file in warcs(root) {
        verifier.check(&file, &mut each);
    }
    verifier.finish(&mut each);
    assert!(damage.is_empty(), "{damage:#?}");
}

/// One capture of a page, as its records tell.
#[derive(Debug, Clone)]
pub struct Seen {
    pub url: String,
    pub kind: RecordType,
    pub status: u16,
    pub records: Vec<RawRecord>,
}

impl Seen {
    /// A line of the metadata record.
    pub fn line(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.records.last()?.block).into_owned();
        text.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
    }
}

/// All captures of a root, whole ones only; also those behind damage.
pub fn captures(root: &Path) -> Vec<Seen> {
    let mut out = Vec::new();
    for path in warcs(root).into_iter().filter(|path| !path.to_string_lossy().contains("-text-")) {
        let mut from = Some(0);
        while let Some(start) = from {
            from = scan(&path, start, 1 << 22, &mut |group| out.extend(seen(group))).unwrap().whole_after;
        }
    }
    out
}

fn seen(records: Vec<RawRecord>) -> Option<Seen> {
    let main = records.first()?;
    let kind = main.fields.kind();
    if !matches!(kind, RecordType::Response | RecordType::Revisit) {
        return None;
    }
    let url = main.fields.get(field::TARGET_URI)?.to_owned();
    let status = http::status(&main.block)?;
    Some(Seen { url, kind, status, records })
}

/// The catalogue, folded, by id.
pub fn catalogue(root: &Path) -> BTreeMap<String, ArticleRecord> {
    let mut out = BTreeMap::new();
    let mut each = |record: ArticleRecord| {
        let id = record.id.clone();
        assert!(out.insert(id.clone(), record).is_none(), "{id} is in two logs");
    };
    catalog::read_latest(root, &[], &mut each, &mut |bad| panic!("bad line: {bad:?}")).unwrap();
    out
}

/// What a finished backfill of the whole town must have left, however it came to its end.
pub fn assert_complete(root: &Path, town: &Town) {
    let verified = finish(luutru(root, "verify"));
    expect_exit(&verified, DONE);
    assert_settled(root, town);
}

/// Every article is archived once and accounted for, and every file is sealed.
pub fn assert_settled(root: &Path, town: &Town) {
    let left: Vec<PathBuf> = files(root).into_iter().filter(|path| path.to_string_lossy().ends_with(".open")).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_catalogue(root, town);
    assert_captured_once(root, town);
    assert_accounted(root, town);
}

/// Every gold article stands in the catalogue exactly once, with its text and record.
pub fn assert_catalogue(root: &Path, town: &Town) {
    let rows = catalogue(root);
    let golds = town.golds();
    let mut used = BTreeSet::new();
    for gold in &golds {
        let addresses = addresses(gold);
        let of = |row: &&ArticleRecord| row.locations.iter().any(|location| addresses.contains(location));
        let found: Vec<&ArticleRecord> = rows.values().filter(of).collect();
        assert_eq!(found.len(), 1, "{} {}: {found:#?}", gold.url, gold.title);
        used.insert(found[0].id.clone());
    }
    assert_eq!(used.len(), rows.len(), "rows without an article");
    let first = golds.iter().filter(|gold| gold.same_as.is_none()).count();
    assert_eq!(rows.len(), first, "articles of the same words are one row");
    for row in rows.values() {
        let text = root.join(&row.text_path);
        let body = fs::read_to_string(&text).unwrap_or_else(|error| panic!("{}: {error}", text.display()));
        assert!(body.ends_with('\n'), "{}", text.display());
        let beside: ArticleRecord = serde_json::from_slice(&fs::read(text.with_extension("json")).unwrap()).unwrap();
        assert_eq!(&beside, row, "{}: the record beside the text is another", text.display());
    }
    let texts = files(&root.join("text"));
    assert_eq!(texts.len(), 2 * rows.len(), "files without a row: {texts:#?}");
}

/// Every page of an article has one capture, never two.
pub fn assert_captured_once(root: &Path, town: &Town) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for seen in captures(root) {
        if seen.status == 200 && seen.line("luutru-task").as_deref() == Some("article") {
            *count.entry(seen.url).or_default() += 1;
        }
    }
    let twice: Vec<_> = count.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "captured more than once: {twice:#?}");
    for gold in town.golds() {
        assert!(addresses(&gold).iter().any(|url| count.contains_key(url)), "{} has no capture", gold.url);
    }
}

/// The reports add up: nothing that was listed is open, nothing failed.
pub fn assert_accounted(root: &Path, town: &Town) {
    let reports: Vec<PathBuf> = files(&root.join("report"));
    assert_eq!(reports.len(), town.portals().len(), "{reports:?}");
    for path in reports {
        let report: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let number = |name: &str| report[name].as_u64().unwrap();
        assert_eq!(number("open"), 0, "{report:#}");
        let settled = number("held") + number("archived") + number("duplicates") + number("refused_by_robots");
        assert_eq!(settled, number("listed"), "{report:#}");
        for cause in ["failed", "not_article"] {
            assert!(report[cause].as_object().unwrap().is_empty(), "{report:#}");
        }
        assert!(report["lists"].as_array().unwrap().iter().all(|list| list["complete"] == true), "{report:#}");
    }
}
