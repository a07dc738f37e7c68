//! What a portal looks like.
//!
//! A list page in, its items and the request for the next page out. Pure: no clock, no I/O.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::{PageRequest, Stamp};

/// One entry of a news list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListItem {
    /// The article's address as the page gives it, made absolute; fragment removed.
    pub url: Url,
    /// The link's text.
    pub title: String,
    /// The date printed with it.
    pub date: Option<Stamp>,
}

/// What comes after a list page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Next {
    /// One more page.
    Page(PageRequest),
    /// The list ends here, and why.
    End(String),
}
