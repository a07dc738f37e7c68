//! What must hold for every page, read as a browser reads it.

use std::collections::BTreeSet;

use reqwest::blocking::Response;
use scraper::{Html, Selector};

use super::server::Server;

/// A page that was read.
pub struct Page {
    pub html: Html,
    pub text: String,
}

/// A page, asked for as a browser asks; it must come with this status, and be well made.
pub fn page(server: &Server, path: &str, status: u16) -> Page {
    let request = server.client().get(format!("{}{path}", server.base()));
    let response = request.header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8").send().unwrap();
    assert_eq!(response.status().as_u16(), status, "{path}");
    policy(&response, path);
    let text = response.text().unwrap();
    let page = Page { html: Html::parse_document(&text), text };
    page.well_made(path);
    page
}

fn policy(response: &Response, path: &str) {
    let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap());
    assert_eq!(header("content-type"), "text/html; charset=utf-8", "{path}");
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
}

impl Page {
    fn all(&self, selector: &str) -> Vec<scraper::ElementRef<'_>> {
        self.html.select(&Selector::parse(selector).unwrap()).collect()
    }

    /// The words of all elements that a selector finds.
    pub fn words(&self, selector: &str) -> Vec<String> {
        let words = |element: scraper::ElementRef<'_>| element.text().collect::<String>();
        self.all(selector).into_iter().map(|e| words(e).split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    /// Addresses of links that a selector finds.
    pub fn links(&self, selector: &str) -> Vec<String> {
        self.all(selector).into_iter().filter_map(|link| link.attr("href").map(str::to_owned)).collect()
    }

    fn well_made(&self, path: &str) {
        for (selector, count) in
            [("h1", 1), ("main", 1), ("header.top", 1), ("footer", 1), ("head > title", 1), ("html[lang]", 1)]
        {
            assert_eq!(self.all(selector).len(), count, "{path}: {selector}");
        }
        assert!(!self.words("head > title")[0].is_empty() && !self.words("h1")[0].is_empty(), "{path}");
        assert!(self.all("script, style, iframe, object, [style]").is_empty(), "{path}: a script or style in the page");
        let mut ids = BTreeSet::new();
        for element in self.all("*") {
            let value = element.value();
            assert!(value.attrs().all(|(name, _)| !name.starts_with("on")), "{path}: a script in an attribute");
            if let Some(id) = value.id() {
                assert!(ids.insert(id.to_owned()), "{path}: two elements are #{id}");
            }
        }
        for name in ["aria-labelledby", "aria-describedby"] {
            for element in self.all(&format!("[{name}]")) {
                assert!(ids.contains(element.attr(name).unwrap()), "{path}: {name} leads nowhere");
            }
        }
        for control in self.all("input:not([type=hidden]), select, textarea") {
            let id = control.attr("id").unwrap_or_default();
            assert_eq!(self.all(&format!("label[for=\"{id}\"]")).len(), 1, "{path}: no label for #{id}");
        }
        for link in self.links("link, script[src], img[src]") {
            assert!(link.starts_with('/'), "{path}: {link} is loaded from elsewhere");
        }
        assert_eq!(self.links("a.skip"), ["#main"], "{path}");
    }
}

/// Until `done`, for what appears without a restart; fails after ten seconds.
pub fn until(what: &str, mut done: impl FnMut() -> bool) {
    let at = std::time::Instant::now();
    while !done() {
        assert!(at.elapsed() < std::time::Duration::from_secs(10), "{what}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
