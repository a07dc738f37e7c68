//! WASAPI data transfer API, as Archive-It v1 speaks it: which files there are, with checksums and places.

mod dates;
mod jobs;
mod query;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::Uri;
use axum::response::Json;
use axum::routing::get;
use axum::{Extension, Router};
use serde::Serialize;
use serde_json::{Value, json};

use self::query::Query;
use super::error::ServeError;
use super::holdings::WarcFile;
use super::library::Library;
use super::origin::Base;
use super::parameters::Parameters;
use super::sums::Checksums;
use crate::archive::select::rfc3339;

/// How long an answer may wait for checksums that are still being computed.
const PATIENCE: Duration = Duration::from_mins(2);

/// `/wasapi/v1/…`.
pub fn routes() -> Router<Arc<Library>> {
    Router::new().route("/wasapi/v1/webdata", get(webdata)).merge(jobs::routes())
}

/// A file, in the words of the API.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Listed {
    filename: String,
    filetype: &'static str,
    checksums: Checksums,
    size: u64,
    locations: Vec<String>,
    collection: String,
    crawl: u64,
    crawl_time: String,
    crawl_start: String,
    account: Option<u64>,
    store_time: String,
}

async fn webdata(
    State(library): State<Arc<Library>>,
    Extension(Base(base)): Extension<Base>,
    uri: Uri,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, ServeError> {
    let parameters = Parameters::parse(raw.as_deref().unwrap_or_default());
    let query = Query::read(&parameters)?;
    let mut files = library.given_away().await?;
    files.retain(|file| query.wants(file));
    let count = files.len();
    let first = (query.page - 1).saturating_mul(query.page_size);
    if first >= count && query.page > 1 {
        return Err(ServeError::Missing { what: "page" });
    }
    let page: Vec<WarcFile> = files.into_iter().skip(first).take(query.page_size).collect();
    let at = |page: usize| format!("{base}/wasapi/v1/webdata?{}", parameters.with("page", &page.to_string()));
    let next = (first + page.len() < count).then(|| at(query.page + 1));
    let previous = (query.page > 1).then(|| at(query.page - 1));
    let mut listed = Vec::new();
    let ready = async {
        for file in &page {
            let sums = library.sums.of(file).await?;
            listed.push(describe(file, sums, &base));
        }
        Ok::<(), ServeError>(())
    };
    match tokio::time::timeout(PATIENCE, ready).await {
        Ok(ready) => ready?,
        Err(_) => return Err(ServeError::busy("checksums of this page are still being computed; ask again")),
    }
    Ok(Json(json!({
        "count": count,
        "next": next,
        "previous": previous,
        "includes-extra": false,
        "request-url": format!("{base}{uri}"),
        "files": listed,
    })))
}

fn describe(file: &WarcFile, checksums: Checksums, base: &str) -> Listed {
    let begun = query::begun(file);
    Listed {
        locations: vec![format!("{base}/files/{}", file.file_name)],
        filename: file.file_name.clone(),
        filetype: "warc",
        checksums,
        size: file.size,
        collection: file.name.site.clone(),
        crawl: query::crawl(file),
        crawl_time: rfc3339(begun),
        crawl_start: rfc3339(query::crawl(file) * 1_000_000),
        account: None,
        store_time: file.modified.to_string(),
    }
}
