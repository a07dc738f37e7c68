//! The record of an article: what the catalogue lists, what lies beside a text, what the text series holds.

use serde::{Deserialize, Serialize};

use super::warc::RecordId;
use crate::model::{Digest, StampSource};

/// What is known of one version of an article. Fields as in the contract, section 4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleRecord {
    /// Names the article over all its versions.
    pub id: String,
    /// Site that it was first captured from.
    pub site: String,
    /// Canonical address.
    pub url: String,
    /// Every address at which the same article was seen.
    pub locations: Vec<String>,
    /// Title.
    pub title: String,
    /// RFC 3339 with `+07:00`.
    pub published: Option<String>,
    /// Where the date was found.
    pub published_source: StampSource,
    /// RFC 3339 with `+07:00`.
    pub modified: Option<String>,
    /// As printed.
    pub byline: Option<String>,
    /// Section of the portal.
    pub section: Option<String>,
    /// Relative to the root.
    pub text_path: String,
    /// Over the normal form of title, lead and body.
    pub content_hash: Digest,
    /// Ids of articles that are nearly the same.
    #[serde(default)]
    pub near_duplicates: Vec<String>,
    /// 1 for the first content seen at the address, then counting up.
    pub version: u32,
    /// RFC 3339, UTC.
    pub captured_at: String,
    /// Where the page is archived.
    pub warc: WarcRef,
    /// Files that the article links as attachments.
    #[serde(default)]
    pub attachments: Vec<Asset>,
    /// Images of the article.
    #[serde(default)]
    pub images: Vec<Asset>,
    /// The list on which it was first seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Language (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// Program and version that made the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extractor: Option<String>,
    /// What to know about the text and the date: letters converted, a weekday that disagrees.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Blocks that recur in the site's articles, and that the text is without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// Contents that this article was taken for while such blocks were not known yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrects: Vec<Digest>,
    /// The text file that this one took the place of, and that is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// Why the article was withdrawn: it proved to be none. Readers pass it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// Of a page that nothing speaks for, the digest of what it would have in common with others of its template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Digest>,
}

/// A record in a WARC file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarcRef {
    /// Path of the sealed file, relative to the root; see [`super::warc::locate`].
    pub file: String,
    /// Where the record's member starts, in bytes.
    pub offset: u64,
    /// The record's id.
    pub record_id: RecordId,
}

/// An image or an attachment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// Address.
    pub url: String,
    /// Caption, or the link's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The file's name as the server gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Media type, by the file's own bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Bytes of the payload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Digest of the payload, as its WARC record has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// Where it is archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warc: Option<WarcRef>,
}

impl Asset {
    /// One that is not archived yet.
    pub fn named(url: String, label: Option<String>) -> Self {
        Self { url, label, ..Self::default() }
    }
}
