//! One pass over a page's tree: its elements, links and texts in document order.
//!
//! Every element covers a run of links and a run of texts, so that "what stands in this block" is a slice and no walk.

use std::collections::HashMap;
use std::ops::Range;

use ego_tree::{NodeId, iter::Edge};
use html5ever::local_name;
use scraper::{Html, Node as DomNode, node::Element};
use url::Url;

use super::words::{Noise, noise_of};

/// Longer addresses are no portal's: they are made to cost time.
const HREF_BYTES: usize = 4096;
/// Links that are looked at; a list page has some hundreds.
const LINKS: usize = 5000;

/// A page, flattened.
pub(super) struct Outline<'a> {
    /// Elements; parents before children.
    pub nodes: Vec<Node<'a>>,
    /// `<a href>` elements.
    pub links: Vec<Link>,
    /// Pieces of text that are not blank.
    pub texts: Vec<Text<'a>>,
    /// Index of `<link rel=next>`'s node.
    pub rel_next: Option<Url>,
    /// The `<title>`.
    pub title: Option<&'a str>,
}

/// An element.
pub(super) struct Node<'a> {
    /// Its place in the tree, for selectors.
    pub id: NodeId,
    /// The element above.
    pub parent: Option<usize>,
    /// Levels below the root.
    pub depth: usize,
    /// Tag and attributes.
    pub element: &'a Element,
    /// The links inside.
    pub links: Range<usize>,
    /// The texts inside.
    pub texts: Range<usize>,
    /// How foreign the region is.
    pub noise: Noise,
}

/// A link to a page.
pub(super) struct Link {
    /// The `<a>`.
    pub node: usize,
    /// Made absolute, fragment removed; `None` for `javascript:` and the like.
    pub url: Option<Url>,
}

/// A piece of text.
pub(super) struct Text<'a> {
    /// The element it stands in.
    pub node: usize,
    /// As in the page.
    pub text: &'a str,
}

/// What classes say, looked up once each: the items of a list have the same.
#[derive(Default)]
struct Known<'a>(HashMap<(&'a str, &'a str), Noise>);

impl<'a> Known<'a> {
    fn noise(&mut self, element: &'a Element) -> Noise {
        let (mut class, mut id) = (None, None);
        for (name, value) in &element.attrs {
            match name.local {
                local_name!("class") => class = Some(&**value),
                local_name!("id") => id = Some(&**value),
                _ => {}
            }
        }
        match (class, id) {
            (None, None) => noise_of(element.name(), ""),
            (class, Some(id)) => noise_of(element.name(), &[class.unwrap_or_default(), " ", id].concat()),
            (Some(class), None) => {
                *self.0.entry((element.name(), class)).or_insert_with(|| noise_of(element.name(), class))
            }
        }
    }
}

impl<'a> Outline<'a> {
    /// Flattens `dom`; links are resolved against `<base href>` or `url`.
    pub(super) fn of(dom: &'a Html, url: &Url) -> Self {
        let mut out = Self { nodes: Vec::new(), links: Vec::new(), texts: Vec::new(), rel_next: None, title: None };
        let mut base = url.clone();
        let mut open: Vec<usize> = Vec::new();
        let mut known = Known::default();
        for edge in dom.tree.root().traverse() {
            match edge {
                Edge::Open(node) => match node.value() {
                    DomNode::Element(element) => {
                        let index = out.open(node.id(), element, open.last().copied(), &mut known);
                        open.push(index);
                        out.note(index, element, &mut base);
                    }
                    DomNode::Text(text) => {
                        if let Some(&node) = open.last() {
                            out.text(node, &text.text);
                        }
                    }
                    _ => {}
                },
                Edge::Close(node) if node.value().is_element() => {
                    if let Some(index) = open.pop() {
                        out.nodes[index].links.end = out.links.len();
                        out.nodes[index].texts.end = out.texts.len();
                    }
                }
                Edge::Close(_) => {}
            }
        }
        out
    }

    fn open(&mut self, id: NodeId, element: &'a Element, parent: Option<usize>, known: &mut Known<'a>) -> usize {
        let above = parent.map_or(Noise::None, |parent| self.nodes[parent].noise);
        self.nodes.push(Node {
            id,
            parent,
            depth: parent.map_or(0, |parent| self.nodes[parent].depth + 1),
            element,
            links: self.links.len()..self.links.len(),
            texts: self.texts.len()..self.texts.len(),
            noise: above.max(known.noise(element)),
        });
        self.nodes.len() - 1
    }

    /// Takes what an element says by its attributes alone.
    fn note(&mut self, index: usize, element: &'a Element, base: &mut Url) {
        let Some(href) = element.attr("href") else { return };
        match element.name() {
            "a" if self.links.len() < LINKS => {
                let url = resolve(base, href);
                self.links.push(Link { node: index, url });
            }
            "base" => {
                if let Ok(url) = base.join(href.trim()) {
                    *base = url;
                }
            }
            "link" if has_rel(element, "next") => self.rel_next = resolve(base, href),
            _ => {}
        }
    }

    fn text(&mut self, node: usize, text: &'a str) {
        let trimmed = text.trim();
        match self.nodes[node].element.name() {
            "script" | "style" | "noscript" | "template" => {}
            "title" if self.title.is_none() => self.title = Some(trimmed),
            _ if trimmed.is_empty() => {}
            _ => self.texts.push(Text { node, text: trimmed }),
        }
    }

    /// The text of an element, single-spaced.
    pub(super) fn text_of(&self, node: usize) -> String {
        let mut out = String::new();
        for piece in &self.texts[self.nodes[node].texts.clone()] {
            for word in piece.text.split_whitespace() {
                if !out.is_empty() {
                    out.push(' ');
                }
                out.push_str(word);
            }
        }
        out
    }

    /// `node` and the elements above it, innermost first.
    pub(super) fn upwards(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(node), |&node| self.nodes[node].parent)
    }

    /// Whether `inner` is `outer` or lies in it.
    pub(super) fn within(&self, inner: usize, outer: usize) -> bool {
        self.nodes[inner].depth >= self.nodes[outer].depth && self.upwards(inner).any(|node| node == outer)
    }

    /// Whether an element is a heading by tag or class.
    pub(super) fn is_heading(&self, node: usize) -> bool {
        let element = self.nodes[node].element;
        let named = |class: &str| {
            let class = class.to_ascii_lowercase();
            class.contains("title") || class.contains("tieude")
        };
        matches!(element.name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6") || element.classes().any(named)
    }

    /// Tag and classes of an element, without the classes that mark a place or a state.
    pub(super) fn signature(&self, node: usize) -> String {
        let element = self.nodes[node].element;
        let mut classes: Vec<String> = element.classes().filter(|class| !is_state(class)).map(without_digits).collect();
        classes.sort_unstable();
        let mut out = element.name().to_owned();
        for class in classes {
            out.push('.');
            out.push_str(&class);
        }
        out
    }

    /// Signatures from `node` upwards, `levels` of them.
    pub(super) fn path(&self, node: usize, levels: usize) -> String {
        let path: Vec<String> = self.upwards(node).take(levels).map(|node| self.signature(node)).collect();
        path.join("<")
    }
}

/// Whether `rel` holds that word.
pub(super) fn has_rel(element: &Element, word: &str) -> bool {
    element.attr("rel").is_some_and(|rel| rel.split_whitespace().any(|part| part.eq_ignore_ascii_case(word)))
}

fn resolve(base: &Url, href: &str) -> Option<Url> {
    let href = href.trim();
    if href.is_empty() || href.len() > HREF_BYTES || href.starts_with('#') {
        return None;
    }
    let mut url = base.join(href).ok()?;
    url.set_fragment(None);
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// Classes that differ between the first, the odd and the chosen item of one list.
fn is_state(class: &str) -> bool {
    const STATES: [&str; 13] = [
        "first", "last", "odd", "even", "active", "current", "selected", "open", "new", "hot", "clearfix", "lifirst",
        "alt",
    ];
    let class = class.to_ascii_lowercase();
    STATES.contains(&class.as_str())
        || class.ends_with("-first")
        || class.ends_with("-last")
        || class.ends_with("firstchild")
}

/// `item-7` → `item-#`.
fn without_digits(class: &str) -> String {
    let mut out = String::with_capacity(class.len());
    for c in class.chars() {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !out.ends_with('#') {
            out.push('#');
        }
    }
    out
}
