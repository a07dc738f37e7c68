//! What came over the wire → a page that can be read.
//!
//! A response head and its body (transfer coding removed) go in; out come the media type, the charset, the decoded text
//! and, for HTML, one bounded tree. Promises: one parse a page, bounded in size, depth, elements and attributes, in time
//! linear in the body. Refuses: I/O, bodies that grow beyond the limits, content codings nobody asked for.

mod attributes;
mod build;
mod charset;
mod css;
mod decode;
mod disposition;
mod file_type;
mod fonts;
mod html;
mod media;
mod names;
mod output;
mod prune;
mod query;
mod references;
pub mod requisites;
mod sink;
mod tags;

#[cfg(test)]
mod same;
#[cfg(test)]
mod tests;

use thiserror::Error;

pub use decode::{Decoded, decode};
pub use disposition::file_name;
pub use file_type::file_type;
pub use fonts::{OldLetters, shows_capitals};
pub use html::HtmlPage;
pub use media::Media;
pub use query::Queries;

/// Why a body could not be turned into a page.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PageError {
    /// A coding that was not asked for.
    #[error("content coding `{0}` is not supported; ask for gzip, deflate or identity")]
    UnknownCoding(String),
    /// The coded bytes are damaged from the start.
    #[error("content coding `{coding}` is damaged: {detail}; fetch the page again")]
    Damaged {
        /// `gzip` or `deflate`.
        coding: String,
        /// What the decoder said.
        detail: String,
    },
    /// More decoded bytes than allowed.
    #[error("the body is larger than {limit} bytes once decoded; raise `decoded` in [limits] if this is wanted")]
    TooLarge {
        /// The bound, in bytes.
        limit: usize,
    },
    /// A decompression bomb.
    #[error("the body grows more than {ratio} times when decoded, as no page does; nothing was read of it")]
    Bomb {
        /// The bound, decoded bytes for each received byte.
        ratio: usize,
    },
}

impl PageError {
    /// A few words for reports, the same for all pages.
    pub fn cause(&self) -> &'static str {
        match self {
            Self::UnknownCoding(_) => "unknown content coding",
            Self::Damaged { .. } => "damaged content coding",
            Self::TooLarge { .. } => "too large once decoded",
            Self::Bomb { .. } => "grows too much when decoded",
        }
    }

    /// Whether asking again may help: only damage on the way can heal.
    pub fn retryable(&self) -> bool {
        matches!(self, Self::Damaged { .. })
    }
}
