//! Memento (RFC 7089): an address and a time → the capture nearest to it, and a list of all.

mod links;
mod original;
mod payload;
mod replay;
mod unchunk;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Json, Response};
use axum::routing::get;
use axum::{Extension, Router};
use serde_json::{Value, json};

use self::links::Links;
use super::captures::{Keys, Match};
use super::cdx::seconds;
use super::error::ServeError;
use super::library::Library;
use super::origin::Base;
use crate::access::Access;
use crate::archive::cdxj::Entry;

/// Captures of one address that are looked at.
const MOST_CAPTURES: usize = 100_000;

/// `/timegate/…`, `/timemap/…` and `/web/…`.
pub fn routes() -> Router<Arc<Library>> {
    Router::new()
        .route("/timegate/{*url}", get(timegate))
        .route("/timemap/link/{*url}", get(timemap_link))
        .route("/timemap/json/{*url}", get(timemap_json))
        .route("/web/{*capture}", get(replay::capture))
}

/// The address behind `prefix`, as it was sent. Inside a path it may have been escaped as a whole.
fn target(uri: &Uri, prefix: &str) -> Result<String, ServeError> {
    let whole = uri.path_and_query().map_or("", axum::http::uri::PathAndQuery::as_str);
    let url = whole.strip_prefix(prefix).unwrap_or_default();
    let start = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    let escaped = start.starts_with("http%3a") || start.starts_with("https%3a");
    let url = if escaped { unescaped(url) } else { Some(url.to_owned()) };
    match url {
        Some(url) if !url.is_empty() && !url.contains(char::is_control) => Ok(url),
        _ => Err(ServeError::parameter("url", "put the address behind the last slash: /timegate/http://x.vn/")),
    }
}

/// Percent escapes undone, once.
fn unescaped(url: &str) -> Option<String> {
    // What a form would split at is kept by escaping it first.
    let kept = url.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(kept.as_bytes()).next().map(|(name, _)| name.into_owned())
}

/// Every capture of an address that is shown, in the order of time. None is an error: 404, hidden or not.
async fn captures(library: &Arc<Library>, access: &Access, url: &str) -> Result<Vec<Entry>, ServeError> {
    let holdings = library.holdings().await?;
    let keys = Keys::of(url.trim_end_matches('*'), Match::Exact);
    let access = access.clone();
    let found = library
        .blocking(move |library| {
            let shown = library.shown_here()?;
            library.search(&holdings, &shown, &access).all(&keys, MOST_CAPTURES)
        })
        .await?;
    if found.is_empty() { Err(ServeError::Missing { what: "capture" }) } else { Ok(found) }
}

/// RFC 7089 4.1.1: a redirect to the capture nearest to `Accept-Datetime`; without one, to the latest.
async fn timegate(
    State(library): State<Arc<Library>>,
    Extension(Base(base)): Extension<Base>,
    access: Access,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ServeError> {
    let url = target(&uri, "/timegate/")?;
    let at = match headers.get("accept-datetime") {
        None => i64::MAX,
        Some(value) => {
            let parsed = value.to_str().ok().and_then(|text| httpdate::parse_http_date(text).ok());
            let since = parsed.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
            let wrong = || ServeError::parameter("Accept-Datetime", "write Mon, 23 Nov 2026 10:00:00 GMT");
            i64::try_from(since.ok_or_else(wrong)?.as_secs()).unwrap_or(i64::MAX)
        }
    };
    let found = captures(&library, &access, &url).await?;
    let links = Links { base: &base, url: &url };
    let nearest = nearest(&found, at).ok_or(ServeError::Missing { what: "capture" })?;
    let head = [
        (header::LOCATION, links.memento(nearest)),
        (header::VARY, "accept-datetime".to_owned()),
        (header::LINK, links.around(&found, Some(nearest))),
    ];
    Ok((StatusCode::FOUND, head).into_response())
}

/// The capture nearest to an instant; of two equally near ones the earlier.
fn nearest(found: &[Entry], at: i64) -> Option<&Entry> {
    found.iter().min_by_key(|entry| instant(entry).abs_diff(at))
}

fn instant(entry: &Entry) -> i64 {
    seconds(entry.stamp.get(..14).and_then(|text| text.parse().ok()).unwrap_or_default())
}

/// RFC 7089 5.
async fn timemap_link(
    State(library): State<Arc<Library>>,
    Extension(Base(base)): Extension<Base>,
    access: Access,
    uri: Uri,
) -> Result<Response, ServeError> {
    let url = target(&uri, "/timemap/link/")?;
    let found = captures(&library, &access, &url).await?;
    let text = Links { base: &base, url: &url }.timemap(&found);
    Ok(([(header::CONTENT_TYPE, "application/link-format")], text).into_response())
}

/// The same as an object.
async fn timemap_json(
    State(library): State<Arc<Library>>,
    Extension(Base(base)): Extension<Base>,
    access: Access,
    uri: Uri,
) -> Result<Json<Value>, ServeError> {
    let url = target(&uri, "/timemap/json/")?;
    let found = captures(&library, &access, &url).await?;
    let links = Links { base: &base, url: &url };
    let one = |entry: &Entry| json!({ "datetime": links::rfc3339(entry), "uri": links.memento(entry) });
    let list: Vec<Value> = found.iter().map(one).collect();
    Ok(Json(json!({
        "original_uri": url,
        "timegate_uri": links.timegate(),
        "timemap_uri": {
            "link_format": links.map("link"),
            "json_format": links.map("json"),
        },
        "mementos": { "first": list.first(), "last": list.last(), "list": list },
    })))
}
