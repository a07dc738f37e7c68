//! What can be wrong with a site's list before any page was read.

use thiserror::Error;

/// A fault of the site file; nothing on the wire raises one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PortalError {
    /// A CSS selector that cannot be read.
    #[error(
        "list `{list}`: `{field}` is no CSS selector: `{selector}` ({why}); mend it, or leave it out to have the list recognised"
    )]
    Selector {
        /// The list's id.
        list: String,
        /// The key in the site file.
        field: &'static str,
        /// As written.
        selector: String,
        /// The parser's words.
        why: String,
    },
    /// A `url_pattern` that cannot be read.
    #[error(
        "site `{site}`: `article.url_pattern` is no regular expression: `{pattern}` ({why}); mend it, or leave it out"
    )]
    Pattern {
        /// The site's id.
        site: String,
        /// As written.
        pattern: String,
        /// The parser's words.
        why: String,
    },
    /// A page rule without its place for the number.
    #[error(
        "list `{list}`: `pages.{field}` = `{value}` has no `{{n}}`; write the page number's place as `{{n}}`, such as `page-{{n}}`"
    )]
    NoNumber {
        /// The list's id.
        list: String,
        /// The key in the site file.
        field: &'static str,
        /// As written.
        value: String,
    },
    /// A family that is not known.
    #[error("site `{site}`: no CMS family `{family}`; known: {known}; leave `family` out to have it recognised")]
    Family {
        /// The site's id.
        site: String,
        /// As written.
        family: String,
        /// All names.
        known: String,
    },
}

impl PortalError {
    /// Never: a site file does not mend itself.
    pub fn retryable(&self) -> bool {
        false
    }
}
