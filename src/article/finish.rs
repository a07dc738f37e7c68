//! From a draft to the article: stamps decided, addresses resolved, pictures and files gathered.

use url::Url;

use super::captions::placeholder;
use super::draft::Draft;
use super::outline::Picture;
use super::stamps::When;
use super::{Article, Attachment, Hint, Image, Role, files, stamps};
use crate::page::HtmlPage;

/// A first paragraph shorter than this opens no report.
const OPENING_BYTES: usize = 60;
/// Pictures and files of one article.
const MAX_ASSETS: usize = 300;

impl Draft<'_> {
    /// The article.
    pub(super) fn finish(self, page: &HtmlPage, hint: &Hint<'_>, when: &When) -> Article {
        let meta = &self.outline.meta;
        let opening = self.lead.as_deref().or_else(|| {
            let first = self
                .blocks
                .iter()
                .find(|(block, _)| block.role == Role::Paragraph && block.text.len() >= OPENING_BYTES);
            first.map(|(block, _)| block.text.as_str())
        });
        let stamps = stamps::decide(meta, &self.dates, self.title.line, hint.date, &page.url, opening, when);
        let date_line = self
            .shown_date
            .and_then(|shown| self.dates.iter().find(|date| date.line == shown))
            .map(|date| date.text.clone());
        let canonical = [&meta.canonical, &meta.og_url]
            .into_iter()
            .flatten()
            .find_map(|address| page.url.join(address.trim()).ok())
            .filter(|url| matches!(url.scheme(), "http" | "https"));
        let images = self.images(page);
        let attachments = self.attachments(page);
        Article {
            title: self.title.text,
            titled: self.titled,
            date_line,
            lead: self.lead,
            byline: self.byline,
            published: stamps.published,
            modified: stamps.modified,
            section: meta.section.clone().or_else(|| hint.section.map(str::to_owned)),
            canonical,
            images,
            attachments,
            lang: meta.lang.clone(),
            notes: stamps.note.map(str::to_owned).into_iter().collect(),
            left_out: Vec::new(),
            blocks: self.blocks.into_iter().map(|(block, _)| block).collect(),
        }
    }

    fn images(&self, page: &HtmlPage) -> Vec<Image> {
        let mut images: Vec<Image> = Vec::new();
        let inside = |picture: &&Picture| {
            let last = picture.line == self.end && self.outline.within(picture.area, self.area);
            self.covers(picture.line) && (picture.line < self.end || last) && !self.outline.areas[picture.area].noisy
        };
        for picture in self.outline.pictures.iter().filter(inside) {
            let Some(url) = resolve(&page.url, &picture.source) else { continue };
            if images.len() >= MAX_ASSETS || images.iter().any(|image| image.url == url) {
                continue;
            }
            let caption = self
                .blocks
                .iter()
                .find(|(block, line)| block.role == Role::Caption && *line == picture.line)
                .map(|(block, _)| block.text.clone())
                .filter(|text| !placeholder(text));
            images.push(Image { url, caption });
        }
        images
    }

    fn attachments(&self, page: &HtmlPage) -> Vec<Attachment> {
        let mut attachments: Vec<Attachment> = Vec::new();
        for file in
            self.outline.files.iter().filter(|file| self.covers(file.line) && !self.outline.areas[file.area].noisy)
        {
            let Some(url) = resolve(&page.url, &file.address) else { continue };
            if attachments.len() >= MAX_ASSETS || attachments.iter().any(|known| known.url == url) {
                continue;
            }
            let name = files::name(&file.name, &url);
            attachments.push(Attachment { url, name });
        }
        attachments
    }
}

fn resolve(base: &Url, address: &str) -> Option<Url> {
    let mut url = base.join(address.trim()).ok()?;
    url.set_fragment(None);
    matches!(url.scheme(), "http" | "https").then_some(url)
}
