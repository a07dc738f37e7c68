//! From an answer to what it is: the part that was asked for, or something else in its place.

use super::{DEPTH, NAMED, Needed};
use crate::crawl::process::Finding;
use crate::fetch::Exchange;
use crate::model::Limits;
use crate::page::requisites::{Kind, Requisite, of_style};
use crate::page::{self, Media};

/// A part as it came.
#[derive(Debug)]
pub struct PartRead {
    /// Media type, by its bytes.
    pub media: String,
    /// The name that the server gave it.
    pub name: Option<String>,
    /// Bytes of the payload.
    pub bytes: u64,
    /// What a style sheet names in turn.
    pub named: Vec<Requisite>,
}

/// Reads a good answer.
pub fn read(limits: &Limits, need: &Needed, exchange: &Exchange) -> Finding {
    let failed = |cause: &str| Finding::Failed { cause: cause.to_owned(), retryable: false };
    if exchange.cut.is_some() {
        return failed("over the size limit");
    }
    if exchange.payload().is_empty() {
        return failed("empty");
    }
    let decoded = match page::decode(&exchange.head, exchange.payload(), limits) {
        Ok(decoded) => decoded,
        Err(error) => return failed(error.cause()),
    };
    let body = if decoded.media.is_text() { decoded.text.as_bytes() } else { &decoded.bytes };
    // Whatever the header says: a page in the place of a file or a picture is an error told politely.
    if Media::of(None, body) == Media::Html {
        return failed("a page in its place");
    }
    let deeper = need.row.kind == Kind::Style && need.row.depth < DEPTH;
    Finding::Part(Box::new(PartRead {
        media: page::file_type(decoded.declared.as_deref(), body),
        name: exchange.head.bytes("content-disposition").and_then(page::file_name),
        bytes: exchange.payload().len() as u64,
        named: if deeper { of_style(&decoded.text, &exchange.url, NAMED) } else { Vec::new() },
    }))
}

/// Lines of the metadata record on what was asked for.
pub fn metadata(need: &Needed, hop: usize) -> Vec<(&'static str, String)> {
    let row = &need.row;
    vec![
        ("via", row.via.clone()),
        ("hopsFromSeed", (hop + 1 + usize::from(row.depth)).to_string()),
        ("luutru-url", row.url.clone()),
        ("luutru-kind", format!("{:?}", row.kind).to_ascii_lowercase()),
        ("luutru-depth", row.depth.to_string()),
    ]
}

/// Lines of the metadata record on what came: a rebuild need not read the bytes again.
pub fn told(finding: &Finding) -> Vec<(&'static str, String)> {
    let Finding::Part(part) = finding else { return Vec::new() };
    let mut lines = vec![("luutru-media", part.media.clone()), ("luutru-bytes", part.bytes.to_string())];
    lines.extend(part.name.clone().map(|name| ("luutru-name", name)));
    lines
}
