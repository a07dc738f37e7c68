//! `/bundles`: a WACZ of a selection, at once if it is small, else made in the background and fetched like any file.

use std::io::{BufWriter, Write as _};
use std::path::Path as FilePath;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Json, Response};
use axum::routing::get;
use axum::{Extension, Router};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::error::ServeError;
use super::files::built;
use super::jobs::{Job, Order, State as JobState};
use super::library::Library;
use super::origin::Base;
use super::parameters::Parameters;
use super::stream::pair;
use crate::access::Access;
use crate::archive::ArchiveError;
use crate::archive::select::{By, Query, Selection};
use crate::archive::wacz::{self, Writer};
use crate::page::requisites;

/// What is larger is not streamed: a broken line would mean to begin again.
pub(super) const STREAMED_BYTES: u64 = 2 << 30;
/// About what a capture takes in the index, and an article among the pages.
const CAPTURE_BYTES: u64 = 120;
const ARTICLE_BYTES: u64 = 2_500;
/// What a package has beside that.
const FIXED_BYTES: u64 = 4_096;
/// Written at once.
const WRITE_BYTES: usize = 256 << 10;
/// The function's name among the jobs.
const BUNDLE: &str = "bundle";

/// `/bundles…`.
pub fn routes() -> Router<Arc<Library>> {
    Router::new()
        .route("/bundles", get(stream).post(order))
        .route("/bundles/estimate", get(estimate))
        .route("/bundles/jobs/{token}", get(job))
}

/// What the parameters ask for.
fn query(parameters: &Parameters, access: &Access) -> Result<Query, ServeError> {
    parameters.only(&["site", "id", "from", "to", "by"])?;
    let day = |name: &str| {
        let Some(text) = parameters.one(name)? else { return Ok(None) };
        let wrong = || ServeError::parameter(name, format!("{text:?} is no day; write 2026-11-23"));
        text.parse::<Date>().map(Some).map_err(|_| wrong())
    };
    let list = |name: &str| parameters.all(name).flat_map(|list| list.split(',')).map(str::to_owned).collect();
    let (from, to) = (day("from")?, day("to")?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(ServeError::parameter("from", "is after `to`: swap them"));
    }
    let by = match parameters.one("by")? {
        None | Some("published") => By::Published,
        Some("captured") => By::Captured,
        Some(_) => return Err(ServeError::parameter("by", "published or captured")),
    };
    Ok(Query { sites: list("site"), ids: list("id"), from, to, by, within: access.within() })
}

/// Finds what belongs; two at a time, since each reads all indexes.
async fn select(library: &Arc<Library>, access: &Access, parameters: &Parameters) -> Result<Selection, ServeError> {
    let query = query(parameters, access)?;
    let place = library.selecting_place().await?;
    let made = library.blocking(move |library| {
        // Also says when the log of takedowns cannot be read.
        library.shown_here()?;
        let made = Selection::make(library.root(), query, &requisites::named);
        drop(place);
        made.map_err(|error| match error {
            // What is hidden, what never was: the answer is the same.
            ArchiveError::Selection { .. } => ServeError::Missing { what: "selection: nothing here belongs to it" },
            other => other.into(),
        })
    });
    let selection = made.await?;
    for problem in &selection.problems {
        tracing::warn!(problem, "left out of a bundle");
    }
    Ok(selection)
}

pub(super) fn bytes(selection: &Selection) -> u64 {
    let warcs: u64 = selection.takes.iter().map(|take| take.length + 512).sum();
    warcs + selection.captures * CAPTURE_BYTES + selection.articles() as u64 * ARTICLE_BYTES + FIXED_BYTES
}

/// A name that says what is in it, within what WARC names may hold.
fn file_name(parameters: &Parameters) -> String {
    let words = parameters.0.iter().filter(|(name, _)| name != "id").map(|(_, value)| value.as_str());
    let words: Vec<&str> = std::iter::once("luutru").chain(words).collect();
    let mut name = crate::archive::warc::file_safe(&words.join("-"));
    name.truncate(80);
    name + ".wacz"
}

async fn estimate(
    State(library): State<Arc<Library>>,
    access: Access,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, ServeError> {
    let parameters = Parameters::parse(raw.as_deref().unwrap_or_default());
    let selection = select(&library, &access, &parameters).await?;
    Ok(Json(json!({
        "files": selection.takes.len(),
        "captures": selection.captures,
        "articles": selection.articles(),
        "bytes": bytes(&selection),
        "streamed": bytes(&selection) <= STREAMED_BYTES,
    })))
}

async fn stream(
    State(library): State<Arc<Library>>,
    access: Access,
    RawQuery(raw): RawQuery,
) -> Result<Response, ServeError> {
    let parameters = Parameters::parse(raw.as_deref().unwrap_or_default());
    let selection = select(&library, &access, &parameters).await?;
    let expected = bytes(&selection);
    if expected > STREAMED_BYTES {
        return Err(ServeError::TooLarge { bytes: expected });
    }
    let place = library.stream_place()?;
    let (out, body) = pair();
    tokio::task::spawn_blocking(move || {
        let out = BufWriter::with_capacity(WRITE_BYTES, out);
        let sent = wacz::write(&selection, Writer::pipe(out), FilePath::new("a bundle"));
        let sent = sent.map_err(|error| error.to_string()).and_then(|(out, _)| {
            let mut out = out.into_inner();
            out.flush().map_err(|error| error.to_string())?;
            let out = out.into_inner().map_err(|error| error.to_string())?;
            out.finish().map_err(|error| error.to_string())
        });
        if let Err(error) = sent {
            tracing::warn!(error, "a bundle was not sent to its end");
        }
        drop(place);
    });
    let out = Response::builder()
        .header(header::CONTENT_TYPE, "application/wacz")
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file_name(&parameters)))
        .header(header::CACHE_CONTROL, "private, no-store")
        .header("x-luutru-estimated-bytes", expected);
    built(out.body(Body::new(body)))
}

/// The same in the background. The selection may stand in the address or in a form.
async fn order(
    State(library): State<Arc<Library>>,
    Extension(Base(base)): Extension<Base>,
    access: Access,
    RawQuery(raw): RawQuery,
    body: Bytes,
) -> Result<Response, ServeError> {
    let mut parameters = Parameters::parse(raw.as_deref().unwrap_or_default());
    parameters.0.extend(Parameters::parse(&String::from_utf8_lossy(&body)).0);
    // Before the selection: what is hidden in between makes the result void.
    let shown = library.shown().await?;
    let selection = select(&library, &access, &parameters).await?;
    let order = Order {
        function: BUNDLE,
        query: selection.query.words(),
        ending: ".wacz",
        kind: "application/wacz",
        expected: bytes(&selection),
        shown,
        access,
    };
    let job = library.jobs.submit(order, move |out| {
        wacz::write(&selection, Writer::file(out), FilePath::new("a bundle"))?;
        Ok(())
    })?;
    let place = format!("{base}/bundles/jobs/{}", job.token);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(describe(&job, &base))).into_response())
}

async fn job(
    State(library): State<Arc<Library>>,
    Extension(Base(base)): Extension<Base>,
    access: Access,
    Path(token): Path<String>,
) -> Result<Json<Value>, ServeError> {
    let job = library.jobs.get(&token, &access).filter(|job| job.function == BUNDLE);
    Ok(Json(describe(&*job.ok_or(ServeError::Missing { what: "job" })?, &base)))
}

fn describe(job: &Job, base: &str) -> Value {
    let mut out = json!({
        "token": job.token,
        "selection": job.query,
        "submitted": job.submitted.to_string(),
        "expected-bytes": job.expected,
        "written-bytes": job.written(),
        "state": "queued",
    });
    match job.state() {
        JobState::Queued => {}
        JobState::Running => out["state"] = "running".into(),
        JobState::Complete { at, size, sums } => {
            out["state"] = "complete".into();
            out["ended"] = at.to_string().into();
            out["size"] = size.into();
            out["checksums"] = json!(sums);
            out["location"] = format!("{base}/files/{}", job.file_name).into();
        }
        JobState::Failed { at, why } => {
            out["state"] = "failed".into();
            out["ended"] = at.to_string().into();
            out["reason"] = why.into();
        }
    }
    out
}
