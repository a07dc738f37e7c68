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

    /// What is known of a page's skeleton.
    pub fn template(site: &str, skeleton: &Digest) -> Vec<u8> {
        parts(b't', site, &skeleton.0)
    }

    /// The account of the blocks that a site repeats.
    pub fn recurring(site: &str) -> Vec<u8> {
        parts(b'e', site, b"")
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
