//! A page of a WASAPI list, as the servers that there are write it. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

/// One page.
#[derive(Debug, Deserialize)]
pub struct Page {
    /// Files in the whole list, where the server says so.
    #[serde(default, deserialize_with = "number")]
    pub count: Option<u64>,
    /// The page after it.
    #[serde(default)]
    pub next: Option<String>,
    /// The files on it.
    pub files: Vec<Listed>,
}

/// One file.
#[derive(Debug, Clone, Deserialize)]
pub struct Listed {
    /// Its name.
    pub filename: String,
    /// Bytes.
    #[serde(default, deserialize_with = "number")]
    pub size: Option<u64>,
    /// By the name of the method, in hex.
    #[serde(default)]
    pub checksums: BTreeMap<String, Option<String>>,
    /// Where it can be fetched.
    #[serde(default)]
    pub locations: Vec<String>,
    /// The site.
    #[serde(default, deserialize_with = "word")]
    pub collection: Option<String>,
}

/// A number, also one that is written as text; anything else is none.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let value = serde_json::Value::deserialize(from)?;
    Ok(value.as_u64().or_else(|| value.as_str()?.parse().ok()))
}

/// A word, also one that is written as a number.
fn word<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(from)? {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_come_either_way() {
        let page: Page = serde_json::from_str(
            r#"{"count": "2", "next": null, "includes-extra": false, "files": [
                {"filename": "a.warc.gz", "size": 7, "collection": 4521, "checksums": {"md5": "x", "sha1": null},
                 "locations": ["https://a/b"], "account": 1},
                {"filename": "b.warc.gz", "size": "8", "collection": "x", "crawl": null}]}"#,
        )
        .unwrap();
        assert_eq!((page.count, page.next), (Some(2), None));
        assert_eq!((page.files[0].size, page.files[0].collection.as_deref()), (Some(7), Some("4521")));
        assert_eq!((page.files[1].size, page.files[1].collection.as_deref()), (Some(8), Some("x")));
        assert!(serde_json::from_str::<Page>("{}").is_err());
    }
}
