//! Addresses: the one that is fetched, whose bytes are kept, and the one that names the article.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// The address under which an article is known, with twins folded (print, mobile, session ids).
///
/// Only a key and a name: the bytes that are sent are those of the address as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CanonicalUrl(pub String);

impl CanonicalUrl {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CanonicalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a list page is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageMethod {
    /// A plain address.
    Get,
    /// A form or JSON body.
    Post {
        /// Value of `Content-Type`.
        content_type: String,
        /// The body.
        body: String,
    },
}

/// One page of a list, ready to be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRequest {
    /// 1 for the first page, whatever the portal counts from.
    pub number: u32,
    /// The address.
    pub url: Url,
    /// GET or POST.
    pub method: PageMethod,
}

impl PageRequest {
    /// The first page of the list at `url`.
    pub fn first(url: Url) -> Self {
        Self { number: 1, url, method: PageMethod::Get }
    }
}
