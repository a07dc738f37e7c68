//! An archive root made by hand: a catalogue and its texts, as readers find them on a copy without `warc/`.

use std::fs;
use std::path::Path;

use luutru::archive::catalog::{ArticleRecord, Catalog, WarcRef};
use luutru::archive::warc::RecordId;
use luutru::model::{Digest, StampSource};
use tempfile::TempDir;

/// Deleted with the test.
pub struct Made {
    dir: TempDir,
}

impl Made {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// Adds an article; the first line of its text is its title.
    pub fn add(&self, id: &str, day: &str, title: &str, body: &str) -> ArticleRecord {
        let record = article(id, day, title);
        self.write(&record, body);
        record
    }

    /// Adds a line of the catalogue, and the text that it names.
    pub fn write(&self, record: &ArticleRecord, body: &str) {
        let path = self.root().join(&record.text_path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{}\n\n{body}\n", record.title)).unwrap();
        let mut log = Catalog::open(self.root(), &record.site).unwrap();
        log.append(record).unwrap();
        log.sync().unwrap();
    }
}

pub fn article(id: &str, day: &str, title: &str) -> ArticleRecord {
    ArticleRecord {
        id: id.to_owned(),
        site: "bacgiang".to_owned(),
        url: format!("http://bacgiang.example/tin/{id}?a=1&b=2"),
        locations: vec![
            format!("http://bacgiang.example/tin/{id}?a=1&b=2"),
            format!("http://bacgiang.example/in/{id}"),
        ],
        title: title.to_owned(),
        published: Some(format!("{day}T08:30:00+07:00")),
        published_source: StampSource::List,
        modified: None,
        byline: None,
        section: Some("Thời sự".to_owned()),
        text_path: format!("text/bacgiang/{id}.txt"),
        content_hash: Digest::of(id.as_bytes()),
        near_duplicates: Vec::new(),
        version: 1,
        captured_at: "2026-11-23T10:00:00Z".to_owned(),
        warc: WarcRef { file: "warc/bacgiang/2026/a.warc.gz".to_owned(), offset: 5, record_id: RecordId::random() },
        attachments: Vec::new(),
        images: Vec::new(),
        list: None,
        lang: Some("vi".to_owned()),
        extractor: None,
        notes: Vec::new(),
        left_out: Vec::new(),
        corrects: Vec::new(),
        supersedes: None,
        withdrawn: None,
        template: None,
    }
}
