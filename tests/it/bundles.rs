//! Bundles: what is in them, what is not, and that every byte of them leads where it says.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::Path;

use luutru::archive::warc::field;
use luutru_portal::PortalSpec;
use serde_json::Value;

use crate::support::{Ran, Stage, Wacz, files_below};

/// Two portals that share articles, archived; the second sends chunks.
pub fn archived() -> Stage {
    let stage = Stage::new(vec![
        PortalSpec::nukeviet("echo", 71).articles(40).page_size(8).gzip(true).shared_percent(20),
        PortalSpec::vnpt("alpha", 72).articles(30).page_size(8).chunked(true).shared_percent(20),
    ]);
    stage.site_files("");
    stage.crawl(&["backfill"]).ended(0);
    stage
}

/// `luutru bundle` with these words, opened.
pub fn bundle(stage: &Stage, name: &str, words: &[&str]) -> Wacz {
    run(stage, name, words).ended(0);
    let path = stage.path(name);
    assert!(!path.with_extension("wacz.part").exists());
    let wacz = Wacz::open(&path);
    let folder = stage.path(&format!("{name}-warcs"));
    wacz.unpack(&folder);
    // Lengths, digests, ids, links: whatever `verify` finds in an archive it finds here.
    stage.run(&["verify", folder.to_str().unwrap()]).ended(0);
    wacz
}

fn run(stage: &Stage, name: &str, words: &[&str]) -> Ran {
    let path = stage.path(name);
    stage.run(&[&["bundle", "-o", path.to_str().unwrap()], words].concat())
}

pub fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record[key].as_str().unwrap_or_default()
}

fn set<T: Into<String>>(values: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    values.into_iter().map(Into::into).collect()
}

/// Addresses in the indexes: an article may have been listed at others that were never asked for.
fn captured(stage: &Stage) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for path in files_below(&stage.root().join("index")) {
        for line in fs::read_to_string(path).unwrap().lines() {
            let json: Value = serde_json::from_str(line.splitn(3, ' ').nth(2).unwrap()).unwrap();
            out.insert(text(&json, "url").to_owned());
        }
    }
    out
}

#[test]
fn a_whole_archive_goes_as_it_is_and_twice_the_same() {
    let stage = archived();
    let wacz = bundle(&stage, "all.wacz", &[]);
    let originals = files_below(&stage.root().join("warc"));
    assert_eq!(wacz.warcs().count(), originals.len());
    for path in originals {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert_eq!(wacz.files[&format!("archive/{name}")], fs::read(&path).unwrap(), "{name}");
    }
    // Every captured address of every article is a page, lists and robots.txt are there without being one.
    let articles = stage.articles();
    let places: Vec<&str> =
        articles.iter().flat_map(|a| a["locations"].as_array().unwrap()).map(|url| url.as_str().unwrap()).collect();
    let captured = captured(&stage);
    assert_eq!(set(wacz.of_pages("url")), set(places.into_iter().filter(|url| captured.contains(*url))));
    assert!(articles.iter().any(|article| article["locations"].as_array().unwrap().len() > 1), "no shared article");
    for portal in stage.portals() {
        assert!(wacz.lines.iter().any(|line| line.fields.url == format!("{}/robots.txt", portal.base())));
    }
    bundle(&stage, "again.wacz", &[]);
    let first = fs::read(stage.path("all.wacz")).unwrap();
    assert_eq!(first, fs::read(stage.path("again.wacz")).unwrap());
    // Only files are read: the ledger may be gone, and a copy of the root gives the same.
    fs::remove_dir_all(stage.root().join("state")).unwrap();
    bundle(&stage, "stateless.wacz", &[]);
    assert_eq!(first, fs::read(stage.path("stateless.wacz")).unwrap());
}

#[test]
fn a_pipe_gets_the_same_entries() {
    let stage = archived();
    let file = bundle(&stage, "file.wacz", &["--site", "alpha"]);
    let path = stage.path("pipe.wacz");
    let program = std::process::Command::new(env!("CARGO_BIN_EXE_luutru"))
        .args(["bundle", "--site", "alpha", "-o", "-", "--root", stage.root().to_str().unwrap()])
        .stdout(fs::File::create(&path).unwrap())
        .stderr(std::process::Stdio::null())
        .status();
    assert!(program.unwrap().success());
    assert_eq!(Wacz::open(&path).files, file.files);
}

#[test]
fn published_days_cut_files_and_keep_members() {
    let stage = archived();
    let mut days: Vec<String> = stage.articles().iter().map(|a| text(a, "published")[..10].to_owned()).collect();
    days.sort();
    let (from, to) = (days[10].clone(), days[30].clone());
    let wacz = bundle(&stage, "days.wacz", &["--from", &from, "--to", &to]);
    let inside: Vec<Value> = stage
        .articles()
        .into_iter()
        .filter(|a| (from.as_str()..=to.as_str()).contains(&&text(a, "published")[..10]))
        .collect();
    let ids = |wacz: &Wacz| set(wacz.of_pages("id").iter().map(|id| id[..16].to_owned()));
    assert_eq!(ids(&wacz), set(inside.iter().map(|a| text(a, "id"))));
    // Members are copied, not made again; a warcinfo of its own stands in front.
    let root = stage.root();
    let originals: HashSet<Vec<u8>> =
        stage.records().iter().map(|record| record.field("WARC-Record-ID").as_bytes().to_vec()).collect();
    for (name, bytes) in wacz.warcs() {
        assert!(name.contains("-part-"), "{name}");
        let mut reader = luutru::archive::warc::WarcReader::new(bytes, 0);
        let first = reader.next_record(1 << 16).unwrap().unwrap();
        assert_eq!(first.fields.get(field::FILENAME), Some(name));
        assert!(String::from_utf8_lossy(&first.block).contains("copied unchanged"));
        let master = files_below(&root.join("warc")).into_iter().find(|path| {
            let stem = path.file_name().unwrap().to_str().unwrap().trim_end_matches(".warc.gz").to_owned();
            name.starts_with(&stem)
        });
        let master = fs::read(master.unwrap()).unwrap();
        while let Some(record) = reader.next_record(0).unwrap() {
            assert!(originals.contains(record.fields.get(field::RECORD_ID).unwrap().as_bytes()));
            let (at, end) =
                (usize::try_from(record.offset).unwrap(), usize::try_from(record.offset + record.length).unwrap());
            assert!(memchr::memmem::find(&master, &bytes[at..end]).is_some(), "{name} at {at}");
        }
    }
    let robots = wacz.lines.iter().any(|line| line.fields.url.ends_with("/robots.txt"));
    assert!(!robots, "a list of another day is no article of these");
    // One day alone; the day before the first, nothing.
    let one = bundle(&stage, "one.wacz", &["--from", &days[0], "--to", &days[0]]);
    assert_eq!(ids(&one).len(), days.iter().filter(|day| **day == days[0]).count());
    run(&stage, "none.wacz", &["--to", "2001-01-01"]).ended(2).says(&["nothing", "2001-01-01", "luutru articles"]);
    assert!(!stage.path("none.wacz").exists() && !stage.path("none.wacz.part").exists());
    run(&stage, "none.wacz", &["--from", &to, "--to", "2001-01-01"]).ended(2).says(&["after", "swap"]);
}

#[test]
fn captured_days_take_what_was_captured() {
    let stage = archived();
    let stamp = text(&stage.articles()[0], "captured_at").to_owned();
    let captured: jiff::Timestamp = stamp.parse().unwrap();
    let day = luutru::model::Stamp::vietnam_day(captured);
    // The archive is of today or, around midnight in Vietnam, of two days.
    let (from, to) = (day.yesterday().unwrap().to_string(), day.tomorrow().unwrap().to_string());
    let all = bundle(&stage, "all.wacz", &[]);
    let days = bundle(&stage, "days.wacz", &["--by", "captured", "--from", &from, "--to", &to]);
    assert_eq!(days.lines.len(), all.lines.len());
    assert_eq!(days.pages, all.pages);
    let before = day.yesterday().unwrap().yesterday().unwrap().to_string();
    run(&stage, "none.wacz", &["--by", "captured", "--to", &before]).ended(2).says(&["nothing", "captured to"]);
}

#[test]
fn a_site_brings_what_it_shares() {
    let stage = archived();
    let captured = captured(&stage);
    for portal in stage.portals() {
        let site = &portal.spec().id;
        let wacz = bundle(&stage, &format!("{site}.wacz"), &["--site", site]);
        assert!(wacz.warcs().all(|(name, _)| name.starts_with(site.as_str())), "its own files alone");
        let here: Vec<Value> = stage.articles();
        let of_site = here.iter().flat_map(|a| a["locations"].as_array().unwrap()).filter_map(|url| {
            let url = url.as_str().unwrap();
            (url.starts_with(&portal.base()) && captured.contains(url)).then_some(url)
        });
        assert_eq!(set(wacz.of_pages("url")), set(of_site), "{site}");
    }
    run(&stage, "x.wacz", &["--site", "nowhere"]).ended(2).says(&["nowhere", "alpha, echo"]);
    run(&stage, "x.wacz", &["--id", "0123456789abcdef"]).ended(2).says(&["0123456789abcdef"]);
    run(&stage, "x.zip", &[]).ended(2).says(&[".wacz"]);
}

/// Rewrites the catalogue so that an article is known at one of its addresses alone.
fn known_only_at(root: &Path, id: &str, url: &str) {
    for path in files_below(&root.join("catalog")) {
        let lines = fs::read_to_string(&path).unwrap();
        let lines = lines.lines().map(|line| {
            let mut record: Value = serde_json::from_str(line).unwrap();
            if record["id"] == id {
                record["url"] = url.into();
                record["locations"] = vec![url].into();
            }
            format!("{record}\n")
        });
        let lines = lines.collect::<String>();
        fs::write(&path, lines).unwrap();
    }
}

#[test]
fn a_revisit_takes_its_original_along() {
    let stage = archived();
    let records = stage.records();
    let revisit = records.iter().find(|record| record.kind() == "revisit").expect("a revisit");
    let url = revisit.field("WARC-Target-URI");
    let original = revisit.field("WARC-Refers-To-Target-URI");
    assert_ne!(url, original);
    let at = |article: &&Value| article["locations"].as_array().unwrap().iter().any(|known| known == url);
    let id = text(stage.articles().iter().find(at).unwrap(), "id").to_owned();
    known_only_at(&stage.root(), &id, url);
    let wacz = bundle(&stage, "one.wacz", &["--id", &id]);
    assert_eq!(wacz.of_pages("url"), [url]);
    let urls = set(wacz.lines.iter().map(|line| line.fields.url.clone()));
    assert_eq!(urls, set([url, original]));
    let ids: Vec<String> =
        wacz.records().iter().filter_map(|r| r.fields.get(field::RECORD_ID).map(str::to_owned)).collect();
    assert!(ids.contains(&revisit.field("WARC-Refers-To").to_owned()));
}

#[test]
fn a_file_that_is_being_written_is_read_to_its_last_whole_record() {
    let stage = archived();
    let all = bundle(&stage, "all.wacz", &[]);
    for path in files_below(&stage.root().join("warc")) {
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend([0x1f, 0x8b, 0x08, 0x00]);
        fs::write(path.with_extension("gz.open"), bytes).unwrap();
        fs::remove_file(&path).unwrap();
    }
    fs::remove_dir_all(stage.root().join("index")).unwrap();
    let open = bundle(&stage, "open.wacz", &[]);
    assert!(open.warcs().all(|(name, _)| name.contains("-part-")));
    assert_eq!(open.lines.len(), all.lines.len());
    assert_eq!(open.pages, all.pages);
    assert_eq!(open.records().len(), all.records().len());
}
