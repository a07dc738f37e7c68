//! What a portal looks like.
//!
//! A list page in; its items and the request for the next page out. Pure: no clock, no I/O.
//!
//! Promises: items lie on the site's own hosts, once each, in the order of the page; a request is never for the page
//! just read. Refuses: to guess a further page without evidence on the page, in the family or in the site file.
//!
//! [`ListReader`] reads one page, [`Walk`] decides after each page whether to go on, [`Cursor`] is what both carry from
//! page to page. A list page is read from its [`outline`]: one pass over the tree, which everything else looks at.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::{PageRequest, Stamp};

mod article_url;
pub mod bisect;
mod canonical;
mod choose;
mod counter;
mod cursor;
mod error;
mod exclusion;
mod family;
mod feed;
mod form;
mod further;
mod groups;
mod items;
mod json;
mod menu;
mod outline;
mod pager;
mod postback;
mod reader;
mod score;
mod script;
mod shape;
mod sitemap;
mod template;
mod text;
mod walk;
mod words;
mod xml;

#[cfg(test)]
mod tests;

pub use article_url::{ArticleUrls, is_article_url, is_tool};
pub use canonical::{article_key, canonical, place};
pub use cursor::{Cursor, Learned, Pending};
pub use error::PortalError;
pub use family::{Family, FamilyPages, Twins, by_name, recognise};
pub use further::first_request;
pub use menu::sections;
pub use reader::{ListReader, ListReading};
pub use walk::{Mode, Step, StopReason, Walk, Window};

/// One entry of a news list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListItem {
    /// The article's address as the page gives it, made absolute; fragment removed.
    pub url: Url,
    /// The link's text.
    pub title: String,
    /// The date printed with it.
    pub date: Option<Stamp>,
    /// Further addresses under which the same page lists it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Url>,
}

impl ListItem {
    /// Further addresses of one article that are kept.
    const ALSO: usize = 16;

    /// Notes one more address under which the page lists it.
    fn seen_at(&mut self, url: &Url) {
        if self.url != *url && self.also.len() < Self::ALSO && !self.also.contains(url) {
            self.also.push(url.clone());
        }
    }
}

/// What comes after a list page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Next {
    /// One more page.
    Page(PageRequest),
    /// The list ends here, and why.
    End(String),
    /// The list goes on, and cannot be followed; why.
    Cut(String),
}
