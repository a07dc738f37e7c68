//! Sitemaps: an index of files, and files of addresses, among them the portal's articles.

use std::cmp::Reverse;
use std::collections::HashMap;

use url::Url;

use super::cursor::{Cursor, Pending};
use super::family::Family;
use super::feed::stamp;
use super::reader::{ListReader, ListReading, Taken};
use super::shape::{shape, split_ext};
use super::xml::{self, Record};
use super::{ListItem, Next, article_key};
use crate::article::dates::find_in_url;
use crate::model::{PageMethod, PageRequest, Stamp, StampSource};

/// Names of a sitemap's root element.
pub(super) const ROOTS: [&str; 2] = ["urlset", "sitemapindex"];

impl ListReader {
    /// Reads a sitemap or a sitemap index.
    pub(super) fn read_sitemap(
        &self,
        url: &Url,
        source: &str,
        request: &PageRequest,
        mut cursor: Cursor,
    ) -> ListReading {
        let family = self.known_family(&cursor);
        let mut why = Vec::new();
        let (mut keys, mut items) = (Vec::new(), Vec::new());
        if xml::root(source).as_deref() == Some("sitemapindex") {
            why.push(self.take_index(url, source, &mut cursor));
        } else {
            let (_, records) = xml::records(source, &["url"]);
            let mut seen = HashMap::new();
            for (link, record) in records.iter().filter_map(|record| Some((location(record, url)?, record))) {
                let key = article_key(&link, family.map(|family| family.name));
                if !self.may_be_article(&link, family) {
                    continue;
                }
                if let Some(&at) = seen.get(&key) {
                    let item: &mut ListItem = &mut items[at];
                    item.seen_at(&link);
                    continue;
                }
                seen.insert(key.clone(), items.len());
                let title = record.text("news:title").unwrap_or_default().to_owned();
                keys.push(key);
                items.push(ListItem { date: date(record, &link), title, url: link, also: Vec::new() });
            }
            why.push(format!("sitemap of {} addresses, {} of them like articles", records.len(), items.len()));
        }
        let number = request.number.saturating_add(1);
        let next = match (cursor.pending.pop(), cursor.cut.take()) {
            (Some(file), cut) => {
                cursor.cut = cut;
                Next::Page(PageRequest { number, url: file.url, method: PageMethod::Get })
            }
            (None, Some(cut)) => Next::Cut(cut),
            (None, None) => Next::End("the last sitemap file was read".to_owned()),
        };
        self.close(
            Taken { keys, items, next, section: self.list.section.clone(), from: url },
            family,
            request,
            cursor,
            why,
        )
    }

    /// Puts an index's files on the pile, the youngest on top; says what it did.
    fn take_index(&self, url: &Url, source: &str, cursor: &mut Cursor) -> String {
        let (_, records) = xml::records(source, &["sitemap"]);
        let mut files: Vec<Pending> = Vec::new();
        let (mut packed, mut foreign) = (0usize, 0usize);
        for record in &records {
            let Some(link) = location(record, url) else { continue };
            if split_ext(link.path()).1.eq_ignore_ascii_case("gz") {
                packed += 1;
            } else if !self.urls.owns(&link) {
                foreign += 1;
            } else if !files.iter().any(|file| file.url == link) {
                files.push(Pending { url: link, changed: record.text("lastmod").and_then(stamp).map(|at| at.date()) });
            }
            if files.len() == Cursor::PENDING {
                break;
            }
        }
        let over = records.len() - packed - foreign > Cursor::PENDING;
        let lost = [
            (packed > 0).then(|| format!("{packed} sitemap files are packed (.gz)")),
            (foreign > 0).then(|| format!("{foreign} sitemap files lie off the site")),
            over.then(|| format!("the sitemap index names more than {} files", Cursor::PENDING)),
        ];
        let lost: Vec<String> = lost.into_iter().flatten().collect();
        if !lost.is_empty() {
            cursor.cut = Some(lost.join("; "));
        }
        cursor.queued = true;
        cursor.by_age = !files.is_empty() && files.iter().all(|file| file.changed.is_some());
        if cursor.by_age {
            files.sort_by_key(|file| Reverse(file.changed));
        }
        files.reverse();
        let said = format!("sitemap index of {} files", files.len());
        files.retain(|file| !cursor.pending.contains(file));
        // An index within an index is read before what lies beneath it.
        cursor.pending.extend(files);
        let most = cursor.pending.len().saturating_sub(Cursor::PENDING);
        if most > 0 {
            cursor.pending.drain(..most);
            cursor.cut = Some(format!("the sitemap indexes name more than {} files", Cursor::PENDING));
        }
        said
    }

    /// A sitemap names sections and documents as well.
    fn may_be_article(&self, url: &Url, family: Option<&'static Family>) -> bool {
        if !self.urls.accepts(url) {
            return false;
        }
        match family.and_then(|family| family.pattern.as_ref()) {
            _ if self.urls.is_told() => true,
            Some(pattern) => pattern.is_match(url.as_str()),
            None => shape(url).likeness >= 2,
        }
    }
}

fn location(record: &Record, base: &Url) -> Option<Url> {
    let mut url = base.join(record.text("loc")?).ok()?;
    url.set_fragment(None);
    Some(url)
}

/// A news sitemap tells the day of publication; `lastmod` is only the day of some change, and is not taken for it.
fn date(record: &Record, url: &Url) -> Option<Stamp> {
    let told = record.text("news:publication_date").and_then(stamp);
    told.or_else(|| {
        let (at, has_time) = find_in_url(url)?;
        Some(Stamp { at, has_time, source: StampSource::Url })
    })
}
