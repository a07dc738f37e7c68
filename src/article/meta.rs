//! What a page declares about itself: title, meta elements, microdata, JSON-LD.

use ego_tree::NodeRef;
use scraper::Node;
use scraper::node::Element;
use serde_json::Value;

use super::markup::attr;
use super::text::clean;

/// A date that markup declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declared {
    pub(super) role: Role,
    pub(super) text: String,
    /// Lines before it; a date far from the article is some other item's.
    pub(super) line: usize,
}

/// Where a declared date comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// JSON-LD, `article:published_time`, `datePublished`.
    Published,
    /// The same for changes.
    Modified,
    /// `<time datetime>`, which any item of the page may carry.
    Time,
}

/// What a page says about itself.
#[derive(Debug, Default)]
pub(super) struct Meta {
    pub(super) title: Option<String>,
    pub(super) og_title: Option<String>,
    pub(super) headline: Option<String>,
    pub(super) canonical: Option<String>,
    pub(super) og_url: Option<String>,
    pub(super) section: Option<String>,
    pub(super) author: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) og_article: bool,
    pub(super) dates: Vec<Declared>,
}

/// Text of a microdata element that is read, in bytes.
const MAX_VALUE_BYTES: usize = 400;
/// Declared dates kept; a list page has one an item.
const MAX_DATES: usize = 64;
/// JSON-LD larger than this is no article's.
const MAX_JSON_BYTES: usize = 512 << 10;

fn cut(text: &str) -> String {
    clean(&text[..text.floor_char_boundary(MAX_VALUE_BYTES * 2)])
}

impl Meta {
    /// Takes what an element of the head, or one with microdata, declares.
    pub(super) fn element(&mut self, name: &str, element: &Element, node: NodeRef<'_, Node>, line: usize) {
        match name {
            "html" => self.lang = attr(element, "lang").map(str::to_owned),
            "title" if self.title.is_none() => self.title = Some(inner_text(node)),
            "link" if attr(element, "rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical")) => {
                self.canonical = self.canonical.take().or_else(|| attr(element, "href").map(str::to_owned));
            }
            "meta" => self.meta(element, line),
            _ => {}
        }
        if name == "time" && attr(element, "itemprop").is_none() {
            self.date(Role::Time, attr(element, "datetime").unwrap_or_default(), line);
        }
        if let Some(property) = attr(element, "itemprop") {
            let value = ["content", "datetime"].iter().find_map(|name| attr(element, name)).map(str::to_owned);
            match property {
                "datePublished" => self.date(Role::Published, &value.unwrap_or_else(|| inner_text(node)), line),
                "dateModified" => self.date(Role::Modified, &value.unwrap_or_else(|| inner_text(node)), line),
                "headline" if self.headline.is_none() => {
                    self.headline = Some(value.map_or_else(|| inner_text(node), |value| cut(&value)));
                }
                _ => {}
            }
        }
    }

    fn meta(&mut self, element: &Element, line: usize) {
        let Some(content) = attr(element, "content") else { return };
        let Some(key) = attr(element, "property").or_else(|| attr(element, "name")) else { return };
        let mut lower = key.to_owned();
        lower.make_ascii_lowercase();
        match lower.as_str() {
            "og:title" => self.og_title = Some(cut(content)),
            "og:url" => self.og_url = Some(content.to_owned()),
            "og:type" => self.og_article |= content.eq_ignore_ascii_case("article"),
            "article:section" => self.section = Some(cut(content)),
            "author" | "article:author" => self.author = Some(cut(content)),
            "article:published_time" | "pubdate" | "datepublished" | "dc.date.issued" | "publish-date" | "date" => {
                self.date(Role::Published, content, line);
            }
            "article:modified_time" | "og:updated_time" | "lastmod" | "datemodified" | "last-modified" => {
                self.date(Role::Modified, content, line);
            }
            _ => {}
        }
    }

    fn date(&mut self, role: Role, text: &str, line: usize) {
        if self.dates.len() < MAX_DATES && !text.is_empty() {
            self.dates.push(Declared { role, text: cut(text), line });
        }
    }

    /// Takes what JSON-LD declares. Broken scripts are common and say nothing.
    pub(super) fn json_ld<'a>(&mut self, scripts: impl Iterator<Item = &'a str>) {
        for script in scripts.filter(|script| script.len() <= MAX_JSON_BYTES) {
            if !(script.contains("datePublished") || script.contains("headline")) {
                continue;
            }
            // Editors leave raw line breaks inside strings, which JSON does not allow.
            let script = script.replace(['\n', '\r', '\t'], " ");
            if let Ok(value) = serde_json::from_str::<Value>(script.trim().trim_end_matches(';')) {
                self.json(&value, 0);
            }
        }
    }

    fn json(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Array(items) if depth < 4 => items.iter().take(16).for_each(|item| self.json(item, depth + 1)),
            Value::Object(map) if depth < 4 => {
                if let Some(graph) = map.get("@graph") {
                    self.json(graph, depth + 1);
                }
                let text = |name: &str| map.get(name).and_then(Value::as_str);
                let kind = map.get("@type").map(ToString::to_string).unwrap_or_default();
                if !(kind.contains("Article") || kind.contains("Posting") || kind.contains("WebPage")) {
                    return;
                }
                // JSON-LD is the strongest witness and goes before what the head said.
                if let Some(date) = text("datePublished") {
                    self.dates.insert(0, Declared { role: Role::Published, text: cut(date), line: 0 });
                }
                if let Some(date) = text("dateModified") {
                    self.dates.insert(0, Declared { role: Role::Modified, text: cut(date), line: 0 });
                }
                if let Some(headline) = text("headline") {
                    self.headline = Some(cut(headline));
                }
                if let Some(section) = text("articleSection") {
                    self.section = Some(cut(section));
                }
            }
            _ => {}
        }
    }
}

/// The text of a small element.
fn inner_text(node: NodeRef<'_, Node>) -> String {
    let mut text = String::new();
    for part in node.descendants().filter_map(|child| child.value().as_text()) {
        if text.len() > MAX_VALUE_BYTES {
            break;
        }
        text.push_str(part);
    }
    clean(&text)
}
