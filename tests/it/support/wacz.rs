//! A WACZ file, opened with a reader of its own, and held against what the format and the archive promise.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use luutru::archive::cdxj::Entry;
use luutru::archive::warc::{RawRecord, RecordType, WarcReader, field};
use luutru::model::Digest;
use serde_json::Value;
use zip::{CompressionMethod, ZipArchive};

/// What is in a WACZ.
pub struct Wacz {
    pub files: BTreeMap<String, Vec<u8>>,
    pub lines: Vec<Entry>,
    pub pages: Vec<Value>,
}

impl Wacz {
    /// Opens it; everything that a reader relies on holds.
    pub fn open(path: &Path) -> Self {
        let mut zip = ZipArchive::new(File::open(path).unwrap()).unwrap();
        let mut files = BTreeMap::new();
        for at in 0..zip.len() {
            let mut entry = zip.by_index(at).unwrap();
            let name = entry.name().unwrap().into_owned();
            if name.starts_with("archive/") || Path::new(&name).extension().is_some_and(|ending| ending == "gz") {
                assert_eq!(entry.compression(), CompressionMethod::Stored, "{name}");
            }
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            assert!(files.insert(name.clone(), bytes).is_none(), "{name} is there twice");
        }
        let (lines, pages) = (index(&files), pages(&files));
        let wacz = Self { files, lines, pages };
        wacz.resources_are_true();
        wacz.every_line_leads_to_its_record();
        wacz.every_page_is_in_the_index();
        wacz
    }

    /// Names and bytes of the WARC files.
    pub fn warcs(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().filter_map(|(name, bytes)| Some((name.strip_prefix("archive/")?, bytes.as_slice())))
    }

    /// Every record of every WARC file.
    pub fn records(&self) -> Vec<RawRecord> {
        let mut out = Vec::new();
        for (_, bytes) in self.warcs() {
            let mut reader = WarcReader::new(bytes, 0);
            while let Some(record) = reader.next_record(1 << 20).unwrap() {
                out.push(record);
            }
        }
        out
    }

    /// Values of a key of the pages.
    pub fn of_pages(&self, key: &str) -> Vec<String> {
        self.pages.iter().map(|page| page[key].as_str().unwrap().to_owned()).collect()
    }

    /// Puts the WARC files into a folder, for judges that read files.
    pub fn unpack(&self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        for (name, bytes) in self.warcs() {
            fs::write(folder.join(name), bytes).unwrap();
        }
    }

    fn resources_are_true(&self) {
        let head = &self.files["datapackage.json"];
        let package: Value = serde_json::from_slice(head).unwrap();
        assert_eq!((&package["profile"], &package["wacz_version"]), (&"data-package".into(), &"1.1.1".into()));
        let digest: Value = serde_json::from_slice(&self.files["datapackage-digest.json"]).unwrap();
        assert_eq!(digest["path"], "datapackage.json");
        assert_eq!(digest["hash"], Digest::of(head).to_string());
        let mut listed: HashSet<&str> = HashSet::from(["datapackage.json", "datapackage-digest.json"]);
        for resource in package["resources"].as_array().unwrap() {
            let path = resource["path"].as_str().unwrap();
            let bytes = &self.files[path];
            assert_eq!(resource["bytes"], bytes.len() as u64, "{path}");
            assert_eq!(resource["hash"], Digest::of(bytes).to_string(), "{path}");
            assert!(listed.insert(path), "{path} is listed twice");
        }
        assert_eq!(listed.len(), self.files.len(), "{:?}", self.files.keys());
    }

    fn every_line_leads_to_its_record(&self) {
        let mut indexed = HashSet::new();
        for line in &self.lines {
            let bytes = &self.files[&format!("archive/{}", line.fields.filename)];
            let at = usize::try_from(line.fields.offset).unwrap();
            let member = &bytes[at..at + usize::try_from(line.fields.length).unwrap()];
            assert_eq!(line.fields.record_digest, Some(Digest::of(member)), "{line:?}");
            let mut reader = WarcReader::new(member, 0);
            let record = reader.next_record(1 << 20).unwrap().unwrap();
            assert!(reader.next_record(0).unwrap().is_none(), "one record: {line:?}");
            assert_eq!(record.fields.get(field::TARGET_URI), Some(line.fields.url.as_str()));
            assert_eq!(record.fields.get(field::PAYLOAD_DIGEST), line.fields.digest.as_deref());
            let block = record.fields.get(field::BLOCK_DIGEST).unwrap();
            assert_eq!(block, Digest::of(&record.block).to_string(), "{line:?}");
            assert!(indexed.insert((line.fields.filename.clone(), line.fields.offset)));
        }
        let capture = |record: &RawRecord| matches!(record.fields.kind(), RecordType::Response | RecordType::Revisit);
        assert_eq!(self.records().into_iter().filter(capture).count(), indexed.len(), "every capture is indexed");
    }

    fn every_page_is_in_the_index(&self) {
        let known: HashSet<(String, String)> =
            self.lines.iter().map(|line| (line.fields.url.clone(), line.stamp.clone())).collect();
        let mut ids = HashSet::new();
        for page in &self.pages {
            let stamp = page["ts"].as_str().unwrap().replace(['-', ':', 'T', 'Z'], "");
            assert!(known.contains(&(page["url"].as_str().unwrap().to_owned(), stamp)), "{page}");
            assert!(ids.insert(page["id"].as_str().unwrap()), "{page}");
            assert!(!page["text"].as_str().unwrap().is_empty(), "{page}");
            assert!(page["text"].as_str().unwrap().starts_with(page["title"].as_str().unwrap()), "{page}");
        }
    }
}

/// The lines, found through the listing of the blocks, as a replay tool does.
fn index(files: &BTreeMap<String, Vec<u8>>) -> Vec<Entry> {
    let compressed = &files["indexes/index.cdx.gz"];
    let listing = String::from_utf8(files["indexes/index.idx"].clone()).unwrap();
    let (mut lines, mut end) = (Vec::new(), 0);
    for block in listing.lines().skip(1) {
        let (first, place) = block.split_once(" {").unwrap();
        let place: Value = serde_json::from_str(&format!("{{{place}")).unwrap();
        let number = |key: &str| usize::try_from(place[key].as_u64().unwrap()).unwrap();
        assert_eq!(number("offset"), end, "{block}");
        end += number("length");
        let bytes = &compressed[number("offset")..end];
        assert_eq!(place["digest"], Digest::of(bytes).to_string());
        let mut text = String::new();
        #[expect(clippy::disallowed_methods, reason = "a block of our own, in a test")]
        let mut decoder = flate2::bufread::GzDecoder::new(bytes);
        decoder.read_to_string(&mut text).unwrap();
        assert!(text.starts_with(first), "{block}");
        lines.extend(text.lines().map(str::to_owned));
    }
    assert_eq!(end, compressed.len());
    assert!(lines.is_sorted(), "the index is sorted by bytes");
    lines.iter().map(|line| Entry::parse(line).unwrap()).collect()
}

fn pages(files: &BTreeMap<String, Vec<u8>>) -> Vec<Value> {
    let text = String::from_utf8(files["pages/pages.jsonl"].clone()).unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert_eq!(lines.next().unwrap()["format"], "json-pages-1.0");
    lines.collect()
}
