//! The layout of the ledger's keys, in one place.
//!
//! A key is a one-letter space, then parts. Parts that stand before others end in a zero byte, which neither a site id
//! nor an address holds; numbers are big-endian, so that key order is their order.

use crate::model::{CanonicalUrl, Digest};

/// Makes keys.
#[derive(Debug, Clone, Copy)]
pub struct Key;

impl Key {
    /// What is known of one address of a site.
    pub fn url(site: &str, url: &CanonicalUrl) -> Vec<u8> {
        parts(b'u', site, url.as_str().as_bytes())
    }

    /// All addresses of a site.
    pub fn urls(site: &str) -> Vec<u8> {
        parts(b'u', site, b"")
    }

    /// An address that was listed and is not archived.
    pub fn unsettled(site: &str, url: &CanonicalUrl) -> Vec<u8> {
        parts(b'x', site, url.as_str().as_bytes())
    }

    /// All addresses of a site that were listed and are not archived.
    pub fn unsettled_of(site: &str) -> Vec<u8> {
        parts(b'x', site, b"")
    }

    /// Further addresses of an article that waits.
    pub fn waiting(site: &str, url: &CanonicalUrl) -> Vec<u8> {
        parts(b'w', site, url.as_str().as_bytes())
    }

    /// One place in a site's queue.
    pub fn queue(site: &str, place: u64) -> Vec<u8> {
        parts(b'q', site, &place.to_be_bytes())
    }

    /// A site's queue, first come first.
    pub fn queue_of(site: &str) -> Vec<u8> {
        parts(b'q', site, b"")
    }

    /// First capture of a payload.
    pub fn payload(digest: &Digest) -> Vec<u8> {
        [b"p/".as_slice(), &digest.0].concat()
    }

    /// The article of a content hash.
    pub fn content(digest: &Digest) -> Vec<u8> {
        [b"c/".as_slice(), &digest.0].concat()
    }

    /// The newest version of an article.
    pub fn article(id: &str) -> Vec<u8> {
        [b"a/".as_slice(), id.as_bytes()].concat()
    }

    /// The newest texts that share a band of their signatures.
    pub fn band(band: u8, key: &[u8]) -> Vec<u8> {
        [b"n/".as_slice(), &[band], key].concat()
    }

    /// A text's signature, by the first bytes of its content hash.
    pub fn signature(short: &[u8]) -> Vec<u8> {
        [b"s/".as_slice(), short].concat()
    }

    /// The latest pass over a site's archived articles.
    pub fn recheck(site: &str) -> Vec<u8> {
        parts(b'v', site, b"")
    }

    /// When an archived article is visited again (seconds since 1970), in the order of time.
    pub fn due(site: &str, at: i64, url: &CanonicalUrl) -> Vec<u8> {
        let mut key = parts(b'd', site, &u64::try_from(at).unwrap_or(0).to_be_bytes());
        key.extend_from_slice(url.as_str().as_bytes());
        key
    }

    /// All archived articles of a site, in the order in which they are visited again.
    pub fn due_of(site: &str) -> Vec<u8> {
        parts(b'd', site, b"")
    }

    /// Time and address of a key of [`Self::due`], without its prefix.
    pub fn due_parts(rest: &[u8]) -> Option<(i64, CanonicalUrl)> {
        let (at, url) = rest.split_first_chunk::<8>()?;
        let url = String::from_utf8(url.to_vec()).ok()?;
        Some((i64::try_from(u64::from_be_bytes(*at)).ok()?, CanonicalUrl(url)))
    }

    /// How often a list brings news, and when it is looked at next.
    pub fn rhythm(site: &str, list: &str) -> Vec<u8> {
        parts(b'l', site, list.as_bytes())
    }

    /// What the daemon knows of a site.
    pub fn site(site: &str) -> Vec<u8> {
        parts(b'o', site, b"")
    }

    /// All sites that the daemon knows of.
    pub fn sites() -> Vec<u8> {
        b"o/".to_vec()
    }

    /// A job that the daemon was given, and keeps over restarts.
    pub fn errand(site: &str, id: u64) -> Vec<u8> {
        parts(b'e', site, &id.to_be_bytes())
    }

    /// All jobs of a site that the daemon keeps.
    pub fn errands(site: &str) -> Vec<u8> {
        parts(b'e', site, b"")
    }

    /// What is known of a page's skeleton.
    pub fn template(site: &str, skeleton: &Digest) -> Vec<u8> {
        parts(b't', site, &skeleton.0)
    }

    /// The account of the blocks that a site repeats.
    pub fn recurring(site: &str) -> Vec<u8> {
        parts(b'b', site, b"")
    }

    /// How much of a WARC file is accounted for, by its final name.
    pub fn file(name: &str) -> Vec<u8> {
        [b"f/".as_slice(), name.as_bytes()].concat()
    }

    /// robots.txt of an origin.
    pub fn robots(origin: &str) -> Vec<u8> {
        [b"r/".as_slice(), origin.as_bytes()].concat()
    }

    /// Politeness towards one server address.
    pub fn server(address: &str) -> Vec<u8> {
        [b"h/".as_slice(), address.as_bytes()].concat()
    }

    /// A walk over one list.
    pub fn walk(site: &str, walk: &str) -> Vec<u8> {
        parts(b'j', site, walk.as_bytes())
    }

    /// The account of a walk: what was listed, and what became of it.
    pub fn coverage(site: &str, walk: &str) -> Vec<u8> {
        parts(b'k', site, walk.as_bytes())
    }

    /// All walks of a site.
    pub fn walks(site: &str) -> Vec<u8> {
        parts(b'j', site, b"")
    }

    /// What is known of one part of a site's pages.
    pub fn part(site: &str, url: &str) -> Vec<u8> {
        parts(b'y', site, url.as_bytes())
    }

    /// How many parts of a site's pages were ever queued.
    pub fn part_count(site: &str) -> Vec<u8> {
        parts(b'y', site, b"")
    }

    /// One place in a site's queue of parts.
    pub fn part_queue(site: &str, place: u64) -> Vec<u8> {
        parts(b'z', site, &place.to_be_bytes())
    }

    /// A site's queue of parts, first come first.
    pub fn part_queue_of(site: &str) -> Vec<u8> {
        parts(b'z', site, b"")
    }

    /// An article whose record is owed the places of its files and images.
    pub fn owing(site: &str, content: &Digest) -> Vec<u8> {
        parts(b'g', site, &content.0)
    }

    /// All articles whose records are owed the places of their files and images.
    pub fn owing_all() -> Vec<u8> {
        b"g/".to_vec()
    }

    /// A single value of the ledger itself.
    pub fn meta(name: &str) -> Vec<u8> {
        [b"m/".as_slice(), name.as_bytes()].concat()
    }
}

fn parts(space: u8, first: &str, last: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(first.len() + last.len() + 3);
    key.extend_from_slice(&[space, b'/']);
    key.extend_from_slice(first.as_bytes());
    key.push(0);
    key.extend_from_slice(last);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queue_order_is_the_order_of_places() {
        assert!(Key::queue("a", 255) < Key::queue("a", 256));
        assert!(Key::queue("a", 1).starts_with(&Key::queue_of("a")));
    }

    #[test]
    fn a_site_is_not_a_prefix_of_another() {
        assert!(!Key::queue("bao-b", 1).starts_with(&Key::queue_of("bao")));
    }
}
