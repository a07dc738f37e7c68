//! Pages of every make (tests/fixtures/pages): the text to the letter, title, byline, date and what is noted.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use luutru::article::{Article, Hint, Reading};
use luutru::config::Site;
use luutru::crawl::ArticleReaders;
use luutru::model::{Head, Limits, StampSource};
use luutru::page::{self, HtmlPage};
use luutru::portal;
use serde_json::Value;
use url::Url;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pages")
}

/// Reads a page as `luutru extract` does, on the first of June 2026.
fn read(file: &Path, url: &str) -> Result<Article, String> {
    let url = Url::parse(url).unwrap();
    let limits = Limits::default();
    let decoded = page::decode(&Head::default(), &fs::read(file).unwrap(), &limits).map_err(|e| e.to_string())?;
    let page = HtmlPage::parse(url.clone(), decoded.text, &limits);
    let family = portal::recognise(&page.source).map(|(family, _)| family.name);
    let now = "2026-06-01T02:00:00Z".parse().unwrap();
    let hint = Hint { title: None, date: None, section: None, status: 200, now };
    match ArticleReaders::new(&Site::bare(&url).unwrap()).unwrap().of(family).read(&page, &hint) {
        Reading::Article(article) => Ok(*article),
        Reading::NotArticle(cause) => Err(cause.cause().to_owned()),
    }
}

/// What differs from the page's gold.
fn faults(article: &Article, gold: &Value, text: &str) -> Vec<String> {
    let published = article.published.as_ref();
    let source = serde_json::to_value(published.map_or(StampSource::Unknown, |stamp| stamp.source)).unwrap();
    let got = [
        ("title", Value::from(article.title.clone())),
        ("byline", Value::from(article.byline.clone())),
        ("published", Value::from(published.map(luutru::model::Stamp::to_rfc3339))),
        ("published_source", source),
    ];
    let mut out: Vec<String> = got
        .iter()
        .filter(|(key, value)| gold[key] != *value)
        .map(|(key, value)| format!("{key}: {value}, not {}", gold[key]))
        .collect();
    let files = usize::try_from(gold["attachments"].as_u64().unwrap_or(0)).unwrap();
    if article.attachments.len() != files {
        out.push(format!("{} attachments, not {files}", article.attachments.len()));
    }
    let noted = gold["notes"].as_array().is_none_or(|wanted| {
        let all = article.notes.join(" ").to_lowercase();
        wanted.iter().all(|word| word.as_str().unwrap().split(' ').all(|part| all.contains(part)))
    });
    if !noted {
        out.push(format!("notes: {:?}, not {}", article.notes, gold["notes"]));
    }
    let ours = article.to_text();
    if ours != text {
        let (got, want): (Vec<_>, Vec<_>) = (ours.trim().split("\n\n").collect(), text.trim().split("\n\n").collect());
        out.extend(got.iter().filter(|block| !want.contains(block)).map(|block| format!("too much: {block}")));
        out.extend(want.iter().filter(|block| !got.contains(block)).map(|block| format!("missing: {block}")));
        out.push("the text is not the gold".to_owned());
    }
    out
}

#[test]
fn pages_of_every_make_read_as_their_gold() {
    let mut complaints: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut pages = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|kind| kind != "html") {
            continue;
        }
        pages += 1;
        let gold: Value = serde_json::from_slice(&fs::read(file.with_extension("json")).unwrap()).unwrap();
        let text = fs::read_to_string(file.with_extension("txt")).unwrap();
        let found = match read(&file, gold["url"].as_str().unwrap()) {
            Ok(article) => faults(&article, &gold, &text),
            Err(cause) => vec![format!("no article: {cause}")],
        };
        if !found.is_empty() {
            complaints.insert(file.file_stem().unwrap().to_string_lossy().into_owned(), found);
        }
    }
    assert!(pages >= 40, "{pages} pages");
    assert!(complaints.is_empty(), "{complaints:#?}");
}
