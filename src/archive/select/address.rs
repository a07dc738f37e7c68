//! Addresses as captures carry them, and as small keys. Pure.

use url::Url;

use crate::archive::warc::target_uri;
use crate::model::Digest;

/// Stands for a `WARC-Target-URI` where millions of them must be known: 16 bytes of its SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(u128);

impl Key {
    /// Of a `WARC-Target-URI`.
    pub fn of(uri: &str) -> Self {
        let digest = Digest::of(uri.as_bytes()).0;
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        Self(u128::from_be_bytes(half))
    }
}

/// The `WARC-Target-URI` that a capture of `location` has.
pub fn captured_as(location: &str) -> String {
    match Url::parse(location) {
        Ok(url) => target_uri(url.as_str()),
        Err(_) => target_uri(location),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_finds_its_capture() {
        assert_eq!(captured_as("http://X.vn/tin tức?a=[1]#top"), "http://x.vn/tin%20t%E1%BB%A9c?a=%5B1%5D");
        assert_eq!(Key::of("http://x.vn/"), Key::of(&captured_as("http://x.vn")));
        assert_ne!(Key::of("http://x.vn/"), Key::of("http://y.vn/"));
    }
}
