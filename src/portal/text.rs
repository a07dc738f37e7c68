//! A list's answer of any kind: pages, fragments in JSON, web services, feeds and sitemaps.

use url::Url;

use super::cursor::Cursor;
use super::reader::{ListReader, ListReading};
use super::{feed, json, sitemap, xml};
use crate::article::instead_of_list;
use crate::config::Pages;
use crate::model::{Limits, PageRequest};
use crate::page::{HtmlPage, Media};

impl ListReader {
    /// Reads a decoded answer to `request` from `url`, of the kind `media` (one that is text).
    ///
    /// What it is told by the site file is read so; what it is not is read as what it looks like.
    pub fn read_text(
        &self,
        media: Media,
        url: &Url,
        source: String,
        limits: &Limits,
        request: &PageRequest,
        cursor: &Cursor,
    ) -> ListReading {
        let rule = self.rule(self.known_family(cursor), cursor);
        let page = |source: String| {
            let page = HtmlPage::parse(url.clone(), source, limits);
            let reading = self.read(&page, request, cursor);
            // Past its end a list may well say that nothing was found.
            let asked = request.number == 1 || !reading.items.is_empty();
            ListReading { instead: if asked { instead_of_list(&page) } else { None }, ..reading }
        };
        let start = source.trim_start_matches('\u{feff}').trim_start();
        // Web services answer with any type, and anything with the type of a page.
        let json_like = media == Media::Json || start.starts_with(['{', '[', ')']);
        if let Some(Pages::Json { .. }) = rule
            && (json_like || request.number > 1)
        {
            return self.read_json(url, &source, request, cursor.clone());
        }
        if json_like {
            return match json::markup(&source) {
                Some(fragment) => page(fragment),
                None => self.read_json(url, &source, request, cursor.clone()),
            };
        }
        let told = matches!(rule, Some(Pages::Feed | Pages::Sitemap));
        if told || media == Media::Xml {
            let root = xml::root(&source[..source.floor_char_boundary(64 << 10)]).unwrap_or_default();
            if sitemap::ROOTS.contains(&root.as_str()) {
                return self.read_sitemap(url, &source, request, cursor.clone());
            }
            if feed::ROOTS.contains(&root.as_str()) {
                return self.read_feed(url, &source, request, cursor.clone());
            }
        }
        page(source)
    }
}
