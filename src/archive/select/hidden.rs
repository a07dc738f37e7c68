//! Takedowns → what they hide: every capture at the article's addresses, its page wherever it was met, and its pictures.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use url::Url;

use super::address::{Key, captured_as};
use super::parts::{self, Names, READ_BYTES};
use crate::archive::catalog::{self, ArticleRecord, WarcRef};
use crate::archive::cdxj::Entry;
use crate::archive::decisions::Decisions;
use crate::archive::error::Result;
use crate::archive::warc::{RawRecord, field, locate, read_at};

/// Other pages of a site that tell which pictures are the frame's and not the article's.
const WITNESSES: usize = 16;
/// Witnesses that must name a picture for that; all of them where there are fewer.
const AGREE: usize = 2;
/// What a picture's address ends in: a link to one enlarges it.
const PICTURES: [&str; 9] = [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".bmp", ".svg", ".jfif"];

/// What must not be handed out.
#[derive(Debug, Default)]
pub struct Hidden {
    decisions: Decisions,
    uris: HashSet<Key>,
    /// Payload digests of the pages.
    digests: HashSet<String>,
}

impl Hidden {
    /// Reads the decisions and, if something is hidden, the catalogue and the pages: `names` says what these show.
    pub fn read(root: &Path, names: &Names<'_>) -> Result<Self> {
        let decisions = Decisions::read(root)?;
        let mut hidden = Self { decisions, ..Self::default() };
        if hidden.is_empty() {
            return Ok(hidden);
        }
        let mut shown = HashSet::new();
        let mut taken = Vec::new();
        let mut witnesses = Witnesses::default();
        let mut each = |record: ArticleRecord| {
            if hidden.decisions.hides(&record.id) {
                let uris = std::iter::once(&record.url).chain(&record.locations);
                hidden.uris.extend(uris.map(|uri| Key::of(&captured_as(uri))));
                taken.push(record);
                return;
            }
            let assets = record.images.iter().chain(&record.attachments);
            shown.extend(assets.map(|asset| Key::of(&captured_as(&asset.url))));
            witnesses.offer(record);
        };
        catalog::read_all(root, &[], &mut each, &mut |_| {})?;
        let mut files = HashSet::new();
        let mut pictures: BTreeMap<&str, HashSet<Key>> = BTreeMap::new();
        for record in &taken {
            let assets = record.images.iter().chain(&record.attachments);
            files.extend(assets.flat_map(|asset| twins(&asset.url, record)));
            // A copy of the root without that file has nothing of it to hide.
            let Some(page) = page(root, &record.warc)? else { continue };
            hidden.digests.extend(page.fields.get(field::PAYLOAD_DIGEST).map(str::to_owned));
            let of_site = pictures.entry(&record.site).or_default();
            of_site.extend(hidden.own(&page, record, names).flat_map(|url| twins(&url, record)));
        }
        for (site, pictures) in pictures {
            let common = witnesses.common(root, site, &hidden, &pictures, names);
            files.extend(pictures.difference(&common));
        }
        // A file that a shown article has as well stays.
        hidden.uris.extend(files.difference(&shown));
        Ok(hidden)
    }

    /// Whether nothing is hidden.
    pub fn is_empty(&self) -> bool {
        self.decisions.takedowns().next().is_none()
    }

    /// Whether the article is.
    pub fn article(&self, id: &str) -> bool {
        self.decisions.hides(id)
    }

    /// Whether both hide the same, so that what was found out with one holds for the other.
    pub fn hides_same(&self, other: &Self) -> bool {
        let ids = |hidden: &Self| hidden.decisions.takedowns().map(|taken| taken.subject.clone()).collect::<Vec<_>>();
        self.uris == other.uris && self.digests == other.digests && ids(self) == ids(other)
    }

    /// Whether the capture is: by its address, or since its payload is that of a hidden page.
    pub fn capture(&self, entry: &Entry) -> bool {
        self.uris.contains(&Key::of(&entry.fields.url))
            || entry.fields.digest.as_ref().is_some_and(|digest| self.digests.contains(digest))
    }

    /// Pictures of a page but those in links to elsewhere, which are somebody else's.
    fn own<'a>(
        &'a self,
        page: &RawRecord,
        record: &ArticleRecord,
        names: &Names<'_>,
    ) -> impl Iterator<Item = String> + use<'a> {
        let parts = parts::of_record(page, &record.url, names).into_iter().filter(|part| part.picture);
        let own = |link: &str| self.uris.contains(&Key::of(&captured_as(link))) || is_picture(link);
        parts.filter(move |part| part.link.as_deref().is_none_or(own)).map(|part| part.url)
    }
}

/// The page that a version was read from, if its file is there.
fn page(root: &Path, place: &WarcRef) -> Result<Option<RawRecord>> {
    let path = locate(root, &place.file);
    if path.exists() { read_at(&path, place.offset, READ_BYTES).map(Some) } else { Ok(None) }
}

fn is_picture(link: &str) -> bool {
    let path = Url::parse(link).map_or_else(|_| String::new(), |url| url.path().to_ascii_lowercase());
    PICTURES.iter().any(|ending| path.ends_with(ending))
}

/// A file by its address and, where it lies on the page's host, by those that it has on the other hosts of the article.
fn twins(file: &str, record: &ArticleRecord) -> Vec<Key> {
    let mut keys = vec![Key::of(&captured_as(file))];
    let (Ok(file), Ok(page)) = (Url::parse(file), Url::parse(&record.url)) else { return keys };
    if file.host() == page.host() {
        let path = &file[url::Position::BeforePath..];
        let hosts = record.locations.iter().filter_map(|location| Url::parse(location).ok());
        keys.extend(hosts.filter_map(|host| host.join(path).ok()).map(|twin| Key::of(&captured_as(twin.as_str()))));
    }
    keys
}

/// Some shown articles of each site, the same ones every time: those whose ids' digests are least.
#[derive(Debug, Default)]
struct Witnesses(HashMap<String, BTreeMap<Key, (String, WarcRef)>>);

impl Witnesses {
    fn offer(&mut self, record: ArticleRecord) {
        let of_site = self.0.entry(record.site).or_default();
        of_site.insert(Key::of(&record.id), (record.url, record.warc));
        if of_site.len() > WITNESSES {
            of_site.pop_last();
        }
    }

    /// Which of the pictures are common to the site's pages. A picture in a link to a hidden article speaks of that one;
    /// a witness that cannot be read says nothing.
    fn common(
        &self,
        root: &Path,
        site: &str,
        hidden: &Hidden,
        pictures: &HashSet<Key>,
        names: &Names<'_>,
    ) -> HashSet<Key> {
        let mut named: HashMap<Key, usize> = HashMap::new();
        let mut heard = 0;
        for (url, place) in self.0.get(site).into_iter().flat_map(BTreeMap::values) {
            let Ok(Some(page)) = page(root, place) else { continue };
            heard += 1;
            let parts = parts::of_record(&page, url, names).into_iter();
            let of_hidden = |link: &String| hidden.uris.contains(&Key::of(&captured_as(link)));
            let parts = parts.filter(|part| !part.link.as_ref().is_some_and(of_hidden));
            let keys: HashSet<Key> = parts.map(|part| Key::of(&captured_as(&part.url))).collect();
            for key in keys.intersection(pictures) {
                *named.entry(*key).or_default() += 1;
            }
        }
        let enough = AGREE.min(heard).max(1);
        named.into_iter().filter(|(_, times)| *times >= enough).map(|(key, _)| key).collect()
    }
}
