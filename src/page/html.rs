//! A page and its one parse.

use std::ops::Range;

use scraper::Html;
use url::Url;

use super::build::Builder;
use super::prune::prune;
use crate::model::Limits;

/// A decoded HTML page and its one parse.
#[derive(Debug)]
pub struct HtmlPage {
    /// The address it was fetched from, after redirects.
    pub url: Url,
    /// The decoded source, scripts included.
    pub source: String,
    /// The tree, made of the source without scripts, styles, comments and layout white space.
    pub dom: Html,
    json_ld: Vec<Range<usize>>,
}

impl HtmlPage {
    /// Parses `source`, bounded: at most `limits.html_bytes` are read, elements below `limits.dom_depth` are flattened.
    ///
    /// Never fails: what is over a bound is left out of the tree and stays in `source`.
    pub fn parse(url: Url, source: String, limits: &Limits) -> Self {
        let read = &source[..source.floor_char_boundary(limits.html_bytes)];
        let mut builder = Builder::new(read);
        let json_ld = prune(read, limits, &mut builder);
        let dom = builder.finish();
        Self { url, source, dom, json_ld }
    }

    /// The bodies of the page's `application/ld+json` scripts, in document order.
    pub fn json_ld(&self) -> impl Iterator<Item = &str> {
        self.json_ld.iter().filter_map(|range| self.source.get(range.clone()))
    }
}
