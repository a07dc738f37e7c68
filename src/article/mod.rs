//! From a page to an article: text, dates, byline, fingerprints.
//!
//! An [`HtmlPage`](crate::page::HtmlPage) in, a [`Reading`] out: an [`Article`], or what the page is instead.
//! Promises: the text is what the page shows, never respelled, in the form of the contract's section 4; a site file's
//! selectors win where they match, a page without one is recognised. Refuses: I/O, the clock, unbounded work.

mod accounts;
mod body;
mod boxes;
mod captions;
mod date_in_url;
mod date_line;
mod date_words;
pub mod dates;
mod draft;
pub mod families;
mod files;
pub mod fingerprint;
mod finish;
mod fold;
mod furniture;
mod head;
mod hints;
mod lexicon;
mod markup;
mod meta;
mod old;
mod openings;
mod outline;
mod reader;
pub mod recurring;
mod refuse;
mod relative;
mod rows;
mod sign;
pub mod signature;
mod stamps;
mod tail;
mod teasers;
mod template;
mod text;
mod walk;
mod weekday;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use crate::model::{Digest, Stamp};

pub use reader::ArticleReader;
pub use refuse::{NotArticle, gate_cookie, instead_of_list};
pub use template::{agree as same_title, suspicion};

/// Name and version of the extractor, as records carry it. The version rises with every change of its output.
pub const EXTRACTOR: &str = "luutru-article/2";

/// Why a reader could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ArticleError {
    /// A selector of the site file is no CSS.
    #[error("`{field} = {selector:?}` is not a CSS selector ({detail}); correct it in the site file's [article]")]
    Selector {
        /// Which key of `[article]`.
        field: &'static str,
        /// As written.
        selector: String,
        /// What the parser said.
        detail: String,
    },
}

impl ArticleError {
    /// A site file does not mend itself.
    pub const fn retryable(&self) -> bool {
        false
    }
}

/// What is known about the page beforehand.
#[derive(Debug, Clone, Copy)]
pub struct Hint<'a> {
    /// The link's text on the list page.
    pub title: Option<&'a str>,
    /// The date printed beside it.
    pub date: Option<Stamp>,
    /// The list's section.
    pub section: Option<&'a str>,
    /// Status of the response.
    pub status: u16,
    /// When the page was fetched; tells a site's clock from a date, and a lead's year.
    pub now: Timestamp,
}

/// What a page turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// An article.
    Article(Box<Article>),
    /// Something else.
    NotArticle(NotArticle),
}

/// What a block of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A paragraph of the body.
    Paragraph,
    /// A picture's caption.
    Caption,
    /// Cells joined by ` | `.
    TableRow,
    /// One item of a list.
    ListItem,
    /// A heading within the body.
    Heading,
    /// Who wrote it, as printed.
    Byline,
}

/// One block of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub role: Role,
    /// One line, in final form.
    pub text: String,
}

/// A picture of the article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Absolute address.
    pub url: Url,
    /// The caption below it.
    pub caption: Option<String>,
}

/// A file that the article gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Absolute address; viewers are resolved to the file they show.
    pub url: Url,
    /// The link's text, or the file's name.
    pub name: String,
}

/// An article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// As shown.
    pub title: String,
    /// Whether the page itself has the title; else it is the list's.
    pub titled: bool,
    /// As printed in the head, view counts cut off.
    pub date_line: Option<String>,
    /// The paragraph that stands before the body or opens it in bold.
    pub lead: Option<String>,
    /// Everything after the lead, in document order, the byline last.
    pub blocks: Vec<Block>,
    /// Who wrote it, without label; never a CMS account.
    pub byline: Option<String>,
    /// When it was published.
    pub published: Option<Stamp>,
    /// When it was changed, where the page says so and differs from `published`.
    pub modified: Option<Stamp>,
    /// Section: the page's own word, or the list's.
    pub section: Option<String>,
    /// `rel=canonical`, or `og:url`.
    pub canonical: Option<Url>,
    /// Pictures, in document order.
    pub images: Vec<Image>,
    /// Files, in document order.
    pub attachments: Vec<Attachment>,
    /// The `lang` attribute as written; portals say `en` over Vietnamese text.
    pub lang: Option<String>,
    /// What a reader of the record should know about how text and date came about.
    pub notes: Vec<String>,
    /// Blocks that the site prints in most of its articles, and that the text is without.
    pub left_out: Vec<String>,
}

impl Article {
    /// The text file's content: blocks separated by one blank line, one final newline.
    pub fn to_text(&self) -> String {
        let head = [Some(self.title.as_str()), self.date_line.as_deref(), self.lead.as_deref()];
        let blocks: Vec<&str> = head
            .into_iter()
            .flatten()
            .chain(self.blocks.iter().map(|block| block.text.as_str()))
            .filter(|text| !text.is_empty())
            .collect();
        let mut text = blocks.join("\n\n");
        text.push('\n');
        text
    }

    /// Title, lead and body paragraphs: what the content hash is taken over.
    pub fn content(&self) -> impl Iterator<Item = &str> {
        let body = self.blocks.iter().filter(|block| !matches!(block.role, Role::Caption | Role::Byline));
        [Some(self.title.as_str()), self.lead.as_deref()]
            .into_iter()
            .flatten()
            .chain(body.map(|block| block.text.as_str()))
    }

    /// The digest of the content's normal form ([`fingerprint::NORMAL_FORM_VERSION`]).
    pub fn content_hash(&self) -> Digest {
        fingerprint::content_hash(self.content())
    }
}
