//! The text series → what `text/` and `catalog/` must hold, in the order in which it came about.
//!
//! Every metadata record of the series is one line of a catalogue, and the last one of a text is the record beside it. The
//! dates of the records put them in one order over all sites. `reindex` writes what comes out, `verify` compares. Promises:
//! the same WARC files give the same bytes, on any machine; about a hundred bytes of memory a record. Refuses: paths that
//! lead out of `text/`.

mod groups;
mod surplus;

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::error::Result;
use super::warc::{RecordId, WarcFile};
use crate::model::Digest;
use groups::{Pages, Place, places};

pub use groups::BLOCK_BYTES;
pub use surplus::{Vouched, surplus};

/// Half a digest: enough to tell paths and lines apart.
pub type Short = [u8; 16];

/// The short form of some bytes.
pub fn short(bytes: &[u8]) -> Short {
    let mut out = [0; 16];
    out.copy_from_slice(&Digest::of(bytes).0[..16]);
    out
}

/// Where a record of the text series lies.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The file.
    pub file: &'a WarcFile,
    /// Where the group starts, in bytes.
    pub offset: u64,
}

/// The parts of an article's record that say where it belongs.
#[derive(Debug, Clone, Deserialize)]
pub struct Named {
    /// Article id.
    pub id: String,
    /// Site whose catalogue lists it.
    pub site: String,
    /// Relative to the root.
    pub text_path: String,
    /// Over the normal form.
    pub content_hash: Digest,
    /// Addresses.
    #[serde(default)]
    pub locations: Vec<String>,
    /// Where the page is archived.
    pub warc: Reference,
    /// Why the article was withdrawn: its text and record are not kept beside the WARC files.
    #[serde(default)]
    pub withdrawn: Option<String>,
    /// The text file that this text took the place of.
    #[serde(default)]
    pub supersedes: Option<String>,
    /// Set where the article may be withdrawn: its text is in no manifest.
    #[serde(default)]
    pub template: Option<Digest>,
}

/// A record in a WARC file, as a record names it.
#[derive(Debug, Clone, Deserialize)]
pub struct Reference {
    /// Relative path of the sealed file.
    pub file: String,
    /// Where the member starts.
    pub offset: u64,
    /// The record's id.
    pub record_id: RecordId,
}

/// What takes the contents of the shelf.
pub trait Sink {
    /// A text file as it must be; called once a path.
    fn text(&mut self, origin: Origin<'_>, named: &Named, bytes: &[u8]) -> Result<()>;

    /// A record as it must stand beside its text; called once a path.
    fn record(&mut self, origin: Origin<'_>, named: &Named, bytes: &[u8]) -> Result<()>;

    /// The next line of a site's catalogue, its line feed included.
    fn line(&mut self, origin: Origin<'_>, named: &Named, bytes: &[u8]) -> Result<()>;

    /// A group that is no text and record; or one whose path leads elsewhere.
    fn strange(&mut self, origin: Origin<'_>, what: &'static str) -> Result<()>;

    /// `done` of `total` groups are through; `false` ends the walk.
    fn go_on(&mut self, done: usize, total: usize) -> bool;
}

/// Walks the text series of `files` in order. `None` if the sink ended it; otherwise what the files vouch for.
pub fn walk(files: &[WarcFile], sink: &mut dyn Sink) -> Result<Option<Vouched>> {
    let Some(places) = places(files, sink)? else { return Ok(None) };
    let mut pages = Pages::default();
    // Of texts with several records: all addresses so far.
    let mut known: HashMap<Short, (Digest, Vec<String>)> = HashMap::new();
    let mut vouched = Vouched::default();
    for (done, place) in places.iter().enumerate() {
        if !sink.go_on(done, places.len()) {
            return Ok(None);
        }
        let origin = Origin { file: &files[place.file as usize], offset: place.offset };
        let Some(group) = pages.read(origin)? else {
            sink.strange(origin, "the records changed while they were read")?;
            continue;
        };
        if let Some(text) = group.text.filter(|_| place.last_text) {
            sink.text(origin, &group.named, &text)?;
        }
        let json = joined(place, &group.named, group.json, &mut known);
        vouched.add(&group.named, !place.withdrawn);
        if place.last && !place.withdrawn {
            sink.record(origin, &group.named, &pretty(&json))?;
        }
        let line = [&json[..], b"\n"].concat();
        sink.line(origin, &group.named, &line)?;
    }
    vouched.close();
    Ok(Some(vouched))
}

/// The record with every address that an earlier record of the same text knew: one that was made anew after a loss may
/// know fewer. Written by an undisturbed run, it comes out as it went in.
fn joined(place: &Place, named: &Named, json: Vec<u8>, known: &mut HashMap<Short, (Digest, Vec<String>)>) -> Vec<u8> {
    if !place.several {
        return json;
    }
    let (content, all) = known.entry(place.path).or_insert_with(|| (named.content_hash, Vec::new()));
    if *content != named.content_hash {
        (*content, *all) = (named.content_hash, Vec::new());
    }
    let before = all.len();
    for location in &named.locations {
        if !all.contains(location) {
            all.push(location.clone());
        }
    }
    let same = all[..] == named.locations[..] || before == 0;
    let joined = if same { None } else { with_locations(&json, all) };
    if place.last {
        known.remove(&place.path);
    }
    joined.unwrap_or(json)
}

fn with_locations(json: &[u8], all: &[String]) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(json).ok()?;
    value["locations"] = all.iter().cloned().map(Value::String).collect();
    serde_json::to_vec(&value).ok()
}

/// A record as it stands beside its text. Its fields are passed on whatever program wrote them.
fn pretty(json: &[u8]) -> Vec<u8> {
    let value: Option<Value> = serde_json::from_slice(json).ok();
    let mut out = value.and_then(|value| serde_json::to_vec_pretty(&value).ok()).unwrap_or_default();
    out.push(b'\n');
    out
}

/// Whether a path of a record stays in `text/`.
fn is_inside(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.next() == Some("text")
        && path.strip_suffix(".txt").is_some()
        && parts.all(|part| !part.is_empty() && !part.starts_with('.'))
}
