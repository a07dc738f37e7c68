//! A page and its one parse.

use std::ops::Range;

use ego_tree::Tree;
use html5ever::driver::{ParseOpts, parse_document};
use html5ever::tendril::TendrilSink;
use scraper::{Html, HtmlTreeSink, Node};
use url::Url;

use super::prune;
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
        let pruned = prune::prune(&source, limits);
        // An element and a text each: a tree that grows while it is built is copied several times over.
        let mut empty = Html::new_document();
        empty.tree = Tree::with_capacity(Node::Document, pruned.elements * 2 + 16);
        let dom = parse_document(HtmlTreeSink::new(empty), ParseOpts::default()).one(pruned.html.as_str());
        Self { url, source, dom, json_ld: pruned.json_ld }
    }

    /// The bodies of the page's `application/ld+json` scripts, in document order.
    pub fn json_ld(&self) -> impl Iterator<Item = &str> {
        self.json_ld.iter().filter_map(|range| self.source.get(range.clone()))
    }
}
