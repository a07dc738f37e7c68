//! Other people's readers judge what luutru writes: warcio, FastWARC, cdxj-indexer, py-wacz, bagit, pywb; and fetches what it serves: py-wasapi-client.
//! Prometheus' parser reads its figures (`metrics`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use luutru_portal::PortalSpec;

use crate::bundles::bundle;
use crate::serve::server::Server;
use crate::support::{Stage, files_below};

/// The folder of the judges, installed by the first test that asks.
fn judges() -> &'static Path {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| {
        let setup = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/setup");
        let ran = Command::new(&setup).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{} failed, and without judges nothing is judged:\n{said}", setup.display());
        PathBuf::from(String::from_utf8(ran.stdout).unwrap().trim())
    })
}

fn judge(tool: &str, words: &[&Path]) -> Output {
    Command::new(judges().join("bin").join(tool)).args(words).output().unwrap()
}

/// One of our scripts around a judge.
pub fn script(name: &str, words: &[PathBuf]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges").join(name);
    let words: Vec<&Path> = std::iter::once(script.as_path()).chain(words.iter().map(PathBuf::as_path)).collect();
    judge("python", &words)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[track_caller]
pub fn passes(output: &Output) {
    assert!(output.status.success(), "{}", said(output));
}

#[track_caller]
pub fn objects(output: &Output) {
    assert!(!output.status.success(), "a judge that lets this through judges nothing:\n{}", said(output));
}

/// Plain, chunked and compressed pages, and revisits.
fn mixed() -> Stage {
    let stage = Stage::new(vec![
        PortalSpec::nukeviet("echo", 91).articles(24).page_size(8).gzip(true).shared_percent(20),
        PortalSpec::vnpt("alpha", 92).articles(24).page_size(8).gzip(false).chunked(true).shared_percent(20),
        PortalSpec::liferay("lima", 93).articles(12).page_size(8).gzip(false).chunked(false),
    ]);
    stage.site_files("");
    stage.crawl(&["backfill"]).ended(0);
    stage
}

fn warcs(stage: &Stage) -> Vec<PathBuf> {
    files_below(&stage.root().join("warc"))
}

/// The files of captures. Of a collection that has the texts' files too, pywb takes a cleaned text for one more capture of
/// its page: docs/bundles.md says so.
fn captures(stage: &Stage) -> Vec<PathBuf> {
    warcs(stage).into_iter().filter(|path| !path.to_string_lossy().contains("-text-")).collect()
}

/// Changes one byte in the middle of a file.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    fs::write(path, bytes).unwrap();
}

#[test]
fn warcio_and_fastwarc_read_every_record() {
    let stage = mixed();
    passes(&script("records.py", &warcs(&stage)));
    damage(&warcs(&stage)[0]);
    objects(&script("records.py", &warcs(&stage)));
}

#[test]
fn cdxj_indexer_makes_the_same_index() {
    let stage = mixed();
    passes(&script("index.py", &[stage.root()]));
    let path = files_below(&stage.root().join("index")).remove(0);
    let lines = fs::read_to_string(&path).unwrap();
    fs::write(&path, lines.replacen("\"offset\": \"", "\"offset\": \"9", 1)).unwrap();
    objects(&script("index.py", &[stage.root()]));
}

#[test]
fn py_wacz_validates_bundles_whole_and_cut() {
    let stage = mixed();
    let ids: Vec<String> = stage.articles().iter().take(5).map(|a| a["id"].as_str().unwrap().to_owned()).collect();
    bundle(&stage, "all.wacz", &[]);
    bundle(&stage, "cut.wacz", &["--id", &ids.join(",")]);
    for name in ["all.wacz", "cut.wacz"] {
        let path = stage.path(name);
        let verdict = judge("wacz", &[Path::new("validate"), Path::new("-f"), &path]);
        passes(&verdict);
        assert!(said(&verdict).contains("Validation succeeded"), "{}", said(&verdict));
    }
    // What was cut out of the files is whole to readers of records as well.
    passes(&script("records.py", &files_below(&stage.path("cut.wacz-warcs"))));
    let path = stage.path("all.wacz");
    damage(&path);
    objects(&judge("wacz", &[Path::new("validate"), Path::new("-f"), &path]));
}

#[test]
fn bagit_validates_a_bag() {
    let stage = mixed();
    let bag = stage.path("bag");
    stage.run(&["export", "--bagit", bag.to_str().unwrap()]).ended(0);
    passes(&judge("bagit.py", &[Path::new("--validate"), &bag]));
    damage(&files_below(&bag.join("data"))[0]);
    objects(&judge("bagit.py", &[Path::new("--validate"), &bag]));
}

#[test]
fn pywb_replays_pages_to_the_byte() {
    let stage = mixed();
    passes(&script("replay.py", &warcs(&stage)));
    // And from the WARC files of a bundle that a takedown has cut.
    let id = stage.articles()[0]["id"].as_str().unwrap().to_owned();
    stage.run(&["takedown", &id, "--reason", "x"]).ended(0);
    bundle(&stage, "cut.wacz", &[]);
    passes(&script("replay.py", &files_below(&stage.path("cut.wacz-warcs"))));
}

#[test]
fn pywb_shows_whole_pages() {
    let stage = Stage::new(vec![PortalSpec::dnn("dnn", 94).articles(20).page_size(8)]);
    stage.site_files("");
    stage.crawl(&["backfill", "--requisites", "same-site", "--attachments", "yes"]).ended(0);
    let golds = stage.portal(0).gold();
    let shown = golds.iter().find(|gold| !gold.images.is_empty()).expect("an article with an image");
    let linked = golds.iter().find(|gold| !gold.attachments.is_empty()).expect("an article with an attached file");
    let (urls, files) = ([shown.url.clone(), linked.url.clone()], linked.attachments.clone());
    let judged = |warcs: Vec<PathBuf>| {
        let words = urls.iter().map(PathBuf::from).chain(["--".into()]);
        let words = words.chain(files.iter().map(PathBuf::from)).chain(["--".into()]).chain(warcs);
        script("page.py", &words.collect::<Vec<_>>())
    };
    passes(&judged(captures(&stage)));
    // Without what was asked for behind the articles, it is a page without its looks.
    let alone = Stage::new(vec![PortalSpec::dnn("dnn", 94).articles(20).page_size(8)]);
    alone.site_files("");
    alone.crawl(&["backfill"]).ended(0);
    let base = (stage.portal(0).base(), alone.portal(0).base());
    let urls: Vec<PathBuf> = urls.iter().map(|url| url.replace(&base.0, &base.1).into()).collect();
    let words = urls.into_iter().chain(["--".into(), "--".into()]).chain(captures(&alone));
    objects(&script("page.py", &words.collect::<Vec<_>>()));
}

#[test]
fn py_wasapi_client_fetches_everything_and_checks_it() {
    let stage = mixed();
    let server = Server::start(&stage.root(), &[]);
    let fetch = |name: &str| script("wasapi.py", &[server.base().into(), stage.root(), stage.path(name)]);
    passes(&fetch("fetched"));
    // The client compares checksums: a file that changes behind its listing is refused.
    let listed = server.get("/wasapi/v1/webdata").status();
    assert_eq!(listed, 200);
    let path = &warcs(&stage)[0];
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    damage(path);
    fs::File::options().append(true).open(path).unwrap().set_modified(modified).unwrap();
    objects(&fetch("damaged"));
}
