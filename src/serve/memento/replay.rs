//! `/web/<14 digits>id_/<url>`: a capture as it came, byte for byte.
//!
//! What is archived must not act on our origin: no field of the capture reaches the browser under its own name but media
//! type and content coding (and a redirect, turned into the archive), and a policy forbids scripts, frames and requests.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::response::Builder;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use url::Url;

use super::links::{Links, http_date};
use super::original::{self, Found};
use super::{captures, nearest, target};
use crate::access::Access;
use crate::archive::cdxj::Entry;
use crate::archive::warc::http;
use crate::serve::cdx::seconds;
use crate::serve::error::ServeError;
use crate::serve::files::built;
use crate::serve::library::Library;
use crate::serve::origin::Base;
use crate::serve::stream::pair;

/// Forbids an archived page everything.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
/// Payloads up to here are read before the answer begins.
const SMALL_BYTES: u64 = 1 << 20;

/// Answers with a capture; with a redirect to the nearest one if there is none of that second.
pub async fn capture(
    State(library): State<Arc<Library>>,
    Extension(Base(base)): Extension<Base>,
    access: Access,
    uri: Uri,
) -> Result<Response, ServeError> {
    let rest = target(&uri, "/web/")?;
    let (stamp, url) = stamp_and_url(&rest)?;
    let found = captures(&library, &access, url).await?;
    let links = Links { base: &base, url };
    let mut same = found.iter().filter(|entry| entry.stamp == stamp).collect::<Vec<_>>();
    // One key stands for several addresses: the one that was asked for goes first.
    same.sort_by_key(|entry| entry.fields.url != url);
    let Some(entry) = same.first().copied() else {
        let at = seconds(stamp.parse().unwrap_or_default());
        let nearest = nearest(&found, at).ok_or(ServeError::Missing { what: "capture" })?;
        return Ok((StatusCode::FOUND, [(header::LOCATION, links.memento(nearest))]).into_response());
    };
    let link = links.around(&found, Some(entry));
    let (entry, holdings) = (entry.clone(), library.holdings().await?);
    let place = library.stream_place()?;
    let shown = library.shown().await?;
    let wanted = entry.clone();
    let read = library.blocking(move |library| original::read(library, &holdings, (&shown, &access), &wanted)).await?;
    let out = head(&read.head, &entry, &base)
        .header("memento-datetime", http_date(&entry))
        .header(header::LINK, link)
        .header(header::CONTENT_LENGTH, read.payload.length)
        .header(header::CONTENT_SECURITY_POLICY, POLICY)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::REFERRER_POLICY, "no-referrer");
    let body = body(&library, read, place).await?;
    built(out.body(body))
}

/// `20261123101112id_/http://x.vn/`.
fn stamp_and_url(rest: &str) -> Result<(&str, &str), ServeError> {
    let parts = rest.split_once('/').and_then(|(stamp, url)| Some((stamp.strip_suffix("id_")?, url)));
    let whole = parts
        .filter(|(stamp, url)| stamp.len() == 14 && stamp.bytes().all(|byte| byte.is_ascii_digit()) && !url.is_empty());
    whole.ok_or_else(|| ServeError::parameter("capture", "write /web/20261123101112id_/http://x.vn/"))
}

/// Status and fields of the capture.
fn head(head: &[u8], entry: &Entry, base: &str) -> Builder {
    let status = http::status(head).filter(|status| (200..600).contains(status) && !matches!(status, 204 | 304));
    let mut out = Response::builder().status(status.unwrap_or(200));
    for line in head.split(|byte| *byte == b'\n').skip(1) {
        let Some(colon) = memchr::memchr(b':', line) else { continue };
        let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
        let prefixed = [b"x-archive-orig-", name].concat();
        let Ok(value) = HeaderValue::from_bytes(value) else { continue };
        let Ok(prefixed) = HeaderName::from_bytes(&prefixed) else { continue };
        for kept in [header::CONTENT_TYPE, header::CONTENT_ENCODING] {
            if name.eq_ignore_ascii_case(kept.as_str().as_bytes()) {
                out = out.header(kept, value.clone());
            }
        }
        out = out.header(prefixed, value);
    }
    let target = http::header(head, "location").and_then(|value| std::str::from_utf8(value).ok());
    if let Some(target) = target.and_then(|target| Url::parse(&entry.fields.url).ok()?.join(target).ok()) {
        out = out.header(header::LOCATION, format!("{base}/web/{}id_/{target}", entry.stamp));
    }
    if http::header(head, "content-type").is_none() {
        out = out.header(header::CONTENT_TYPE, "application/octet-stream");
    }
    out
}

async fn body(
    library: &Arc<Library>,
    read: Found,
    place: tokio::sync::OwnedSemaphorePermit,
) -> Result<Body, ServeError> {
    if read.payload.length <= SMALL_BYTES {
        let bytes = library.blocking(move |_| {
            let mut bytes = Vec::new();
            read.payload.copy_to(&mut bytes)?;
            Ok(bytes)
        });
        return Ok(Body::from(bytes.await?));
    }
    let (mut out, body) = pair();
    tokio::task::spawn_blocking(move || {
        let sent = read.payload.copy_to(&mut out).map(|()| out.finish());
        if !matches!(sent, Ok(Ok(()))) {
            tracing::debug!(?sent, "a capture was not sent to its end");
        }
        drop(place);
    });
    Ok(Body::new(body))
}
