//! A page's source → what a browser would load to show it: style sheets, scripts, fonts, images.
//!
//! The tree of [`super::HtmlPage`] leaves scripts, styles and image candidates out, so the source itself is gone through,
//! once. Contents of `<noscript>` count: that is where images stand that a script loads lazily.

mod tag;

use std::collections::HashSet;

use memchr::{memchr, memmem};
use serde::{Deserialize, Serialize};
use url::Url;

use self::tag::{Tag, past};
use super::{css, decode};
use crate::model::{Head, Limits, PagePart};

/// Bytes of an address; longer ones are data.
const LONGEST: usize = 2_048;

/// Attributes in which scripts of the usual kinds keep the image that is to be shown later.
const LAZY: [&str; 9] = [
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-url",
    "data-echo",
    "data-bg",
    "data-background-image",
    "data-full",
];

/// What a requisite is to the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A style sheet: names further requisites.
    Style,
    /// A script.
    Script,
    /// A font.
    Font,
    /// An image.
    Image,
    /// A file that an article links to.
    File,
}

/// Something a page needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requisite {
    /// Its address, without fragment.
    pub url: Url,
    /// What it is.
    pub kind: Kind,
}

/// Collects addresses in the order in which they are named, each once, or once for each link in which it stands.
struct Found {
    base: Url,
    seen: HashSet<(Url, Option<Url>)>,
    all: Vec<(Requisite, Option<Url>)>,
    most: usize,
    /// Whether links count.
    links: bool,
    /// Where the link leads that is open.
    link: Option<Url>,
}

impl Found {
    fn new(base: &Url, most: usize) -> Self {
        let (base, all) = (base.clone(), Vec::new());
        Self { base, seen: HashSet::new(), all, most, links: false, link: None }
    }

    fn requisites(self) -> Vec<Requisite> {
        self.all.into_iter().map(|(requisite, _)| requisite).collect()
    }

    fn page(&mut self, source: &str) {
        let mut at = 0;
        while let Some(offset) = memchr(b'<', &source.as_bytes()[at..]) {
            at = element(source, at + offset, self);
        }
    }

    fn add(&mut self, address: &str, kind: Kind) {
        let address = address.trim();
        if address.is_empty() || address.starts_with('#') || address.len() > LONGEST || self.all.len() >= self.most {
            return;
        }
        let Ok(mut url) = self.base.join(address) else { return };
        url.set_fragment(None);
        let fetched = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
        if fetched && self.seen.insert((url.clone(), self.link.clone())) {
            self.all.push((Requisite { url, kind }, self.link.clone()));
        }
    }

    /// A link begins, which ends the one before it.
    fn enter(&mut self, href: Option<&str>) {
        if self.links {
            self.link = href.and_then(|href| self.base.join(href.trim()).ok()).filter(Url::has_host);
            if let Some(link) = &mut self.link {
                link.set_fragment(None);
            }
        }
    }

    fn style(&mut self, css: &str) {
        css::addresses(css, &mut |address, kind| self.add(address, kind));
    }
}

/// Addresses that an answer may name before the rest is passed over unread.
const MOST_NAMED: usize = 600;

/// What the page or style sheet in an answer needs; nothing of what is neither, or cannot be read.
pub fn named(url: &str, head: &Head, payload: &[u8]) -> Vec<PagePart> {
    let Ok(url) = Url::parse(url) else { return Vec::new() };
    let Ok(decoded) = decode(head, payload, &Limits::default()) else { return Vec::new() };
    let mut found = Found { links: true, ..Found::new(&url, MOST_NAMED) };
    if decoded.declared.as_deref() == Some("text/css") {
        found.style(&decoded.text);
    } else {
        found.page(&decoded.text);
    }
    let parts = found.all.into_iter().map(|(requisite, link)| PagePart {
        url: requisite.url.into(),
        picture: requisite.kind == Kind::Image,
        link: link.map(Into::into),
    });
    parts.collect()
}

/// What a page at `url` needs, up to `most`.
pub fn of_page(source: &str, url: &Url, most: usize) -> Vec<Requisite> {
    let mut found = Found::new(url, most);
    found.page(source);
    found.requisites()
}

/// What a style sheet at `url` needs, up to `most`.
pub fn of_style(css: &str, url: &Url, most: usize) -> Vec<Requisite> {
    let mut found = Found::new(url, most);
    found.style(css);
    found.requisites()
}

/// Reads what begins at `<`; gives where to go on.
fn element(source: &str, start: usize, found: &mut Found) -> usize {
    let bytes = source.as_bytes();
    if bytes[start..].starts_with(b"<!--") {
        let end = memmem::find(&bytes[start + 4..], b"-->");
        return end.map_or(bytes.len(), |end| start + 4 + end + 3);
    }
    let name_end = start + 1 + bytes[start + 1..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let name = source[start + 1..name_end].to_ascii_lowercase();
    if name.is_empty() {
        let end = bytes.get(start + 1..start + 3).is_some_and(|tag| tag.eq_ignore_ascii_case(b"/a"));
        if end && !bytes.get(start + 3).is_some_and(u8::is_ascii_alphanumeric) {
            found.enter(None);
        }
        return start + 1;
    }
    let mut tag = Tag::default();
    let end = tag.read(source, name_end);
    if name == "a" {
        found.enter(tag.get("href"));
    }
    tag.needs(&name, found);
    match name.as_str() {
        "script" => past(source, end, "</script"),
        "style" => {
            let close = past(source, end, "</style");
            found.style(&source[end..close]);
            close
        }
        "textarea" => past(source, end, "</textarea"),
        _ => end,
    }
}

impl Tag {
    fn needs(&self, name: &str, found: &mut Found) {
        if let Some(style) = self.get("style").filter(|style| style.contains("url") || style.contains("URL")) {
            found.style(style);
        }
        if let Some(image) = self.get("background") {
            found.add(image, Kind::Image);
        }
        match name {
            "base" => {
                if let Some(base) = self.get("href").and_then(|href| found.base.join(href.trim()).ok()) {
                    found.base = base;
                }
            }
            "link" => self.link(found),
            "script" => {
                // A block of data is no script; it has no address either.
                if let Some(address) = self.get("src") {
                    found.add(address, Kind::Script);
                }
            }
            "img" | "source" | "image" | "amp" => self.image(found),
            "input" if self.get("type").is_some_and(|kind| kind.eq_ignore_ascii_case("image")) => self.image(found),
            "div" | "span" | "a" | "figure" | "section" | "li" => {
                for address in ["data-bg", "data-background-image"].iter().filter_map(|name| self.get(name)) {
                    found.add(
                        address.trim_start_matches("url(").trim_end_matches(')').trim_matches(['"', '\'']),
                        Kind::Image,
                    );
                }
            }
            "video" => {
                if let Some(poster) = self.get("poster") {
                    found.add(poster, Kind::Image);
                }
            }
            _ => {}
        }
    }

    fn link(&self, found: &mut Found) {
        let Some(address) = self.get("href") else { return };
        let relation = self.get("rel").unwrap_or_default().to_ascii_lowercase();
        let is = |word: &str| relation.split_ascii_whitespace().any(|relation| relation == word);
        let kind = if is("stylesheet") {
            Kind::Style
        } else if is("icon") || is("apple-touch-icon") {
            Kind::Image
        } else if is("preload") || is("modulepreload") {
            match self.get("as").unwrap_or("script") {
                "style" => Kind::Style,
                "font" => Kind::Font,
                "image" => Kind::Image,
                "script" => Kind::Script,
                _ => return,
            }
        } else {
            return;
        };
        found.add(address, kind);
    }

    /// An image in every form in which it is asked for: now, later by a script, and the largest of its candidates.
    fn image(&self, found: &mut Found) {
        // A `source` of a video has a media type that says so.
        if self.get("type").is_some_and(|kind| kind.starts_with("video/") || kind.starts_with("audio/")) {
            return;
        }
        for name in ["src", "href"].into_iter().chain(LAZY) {
            if let Some(address) = self.get(name) {
                found.add(address, Kind::Image);
            }
        }
        for name in ["srcset", "data-srcset", "data-lazy-srcset"] {
            if let Some(address) = self.get(name).and_then(largest) {
                found.add(address, Kind::Image);
            }
        }
    }
}

/// The candidate of the greatest width or density (HTML Living Standard, 4.8.4.2.1).
fn largest(set: &str) -> Option<&str> {
    let mut best: Option<(&str, f64)> = None;
    let mut rest = set.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (address, after) = rest.split_at(end);
        let bare = address.ends_with(',');
        let (descriptor, next) = if bare { ("", after) } else { after.split_once(',').unwrap_or((after, "")) };
        let size = descriptor.trim().trim_end_matches(['w', 'x', 'h']).parse().unwrap_or(1.0);
        if best.is_none_or(|(_, most)| size > most) {
            best = Some((address.trim_end_matches(','), size));
        }
        rest = next.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
    }
    best.map(|(address, _)| address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(source: &str) -> Vec<String> {
        let url = Url::parse("http://x.gov.vn/tin/bai.html").unwrap();
        of_page(source, &url, 100).into_iter().map(|found| format!("{:?} {}", found.kind, found.url)).collect()
    }

    #[test]
    fn everything_that_is_loaded_is_found() {
        let page = "<head><!-- <img src=no.png> --><link REL='Shortcut Icon' href=/i.ico><link rel=stylesheet href='a.css?v=1&amp;w=2'>
            <link rel=canonical href=/no><script src=\"/s.js\">document.write('<img src=no.png>')</script>
            <style>body{background:url(bg.png)}</style></head><body background=b.gif>
            <img alt='a > b' src='data:image/gif;base64,AA' data-src=lazy.jpg><noscript><img src=lazy.jpg></noscript>
            <picture><source srcset='s.webp 480w, m.webp 960w,l.webp 1920w'><img src=p.jpg srcset='p.jpg, p2.jpg 2x'></picture>
            <div style=\"background-image: url(&quot;d.png&quot;)\"></div><video poster=v.jpg><source type=video/mp4 src=no.mp4></video>
            <img src='http://cdn.vn/x y.jpg#f'><iframe src=/no></iframe>";
        let on = |path: &str| format!("http://x.gov.vn{path}");
        assert_eq!(
            of(page),
            [
                format!("Image {}", on("/i.ico")),
                format!("Style {}", on("/tin/a.css?v=1&w=2")),
                format!("Script {}", on("/s.js")),
                format!("Image {}", on("/tin/bg.png")),
                format!("Image {}", on("/tin/b.gif")),
                format!("Image {}", on("/tin/lazy.jpg")),
                format!("Image {}", on("/tin/l.webp")),
                format!("Image {}", on("/tin/p.jpg")),
                format!("Image {}", on("/tin/p2.jpg")),
                format!("Image {}", on("/tin/d.png")),
                format!("Image {}", on("/tin/v.jpg")),
                "Image http://cdn.vn/x%20y.jpg".to_owned(),
            ]
        );
    }

    #[test]
    fn a_picture_is_named_once_for_each_link_in_which_it_stands() {
        let page = "<img src=a.png><A HREF='/bai-2#x'><img src=a.png></A><abbr><img src=a.png></abbr>
            <a href=javascript:xem()><img src=b.png><a href=c.jpg><img src=b.png></a><a name=x><img src=d.png>";
        let head = Head::parse(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n").unwrap();
        let parts = named("http://x.vn/tin/", &head, page.as_bytes());
        let parts: Vec<_> = parts.iter().map(|part| (part.url.as_str(), part.link.as_deref())).collect();
        assert_eq!(
            parts,
            [
                ("http://x.vn/tin/a.png", None),
                ("http://x.vn/tin/a.png", Some("http://x.vn/bai-2")),
                ("http://x.vn/tin/b.png", None),
                ("http://x.vn/tin/b.png", Some("http://x.vn/tin/c.jpg")),
                ("http://x.vn/tin/d.png", None),
            ]
        );
    }

    #[test]
    fn broken_pages_end_and_base_counts() {
        assert_eq!(of("<base href='/goc/'><img src=a.png>"), ["Image http://x.gov.vn/goc/a.png"]);
        for broken in [
            "<img src=\"a",
            "<",
            "<img",
            "<!-- <img src=a>",
            "<style>x{",
            "<script>",
            "<img ==== / = >",
            "<img \u{1EA1}=\u{1EA1}>",
        ] {
            assert!(of(broken).is_empty(), "{broken}");
        }
        assert!(of(&"<img src='".repeat(20_000)).len() <= 100);
    }
}
