//! `/wasapi/v1/jobs`: an index over files that are asked for, made in the background.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Json, Response};
use axum::routing::get;
use axum::{Extension, Router};
use serde_json::{Value, json};

use super::query::Query;
use crate::access::Access;
use crate::serve::captures::{Keys, Search};
use crate::serve::error::ServeError;
use crate::serve::jobs::{Job, Order, State as JobState};
use crate::serve::library::Library;
use crate::serve::origin::Base;
use crate::serve::parameters::Parameters;

/// The function that is offered.
const BUILD_CDX: &str = "build-cdx";
/// About what a line of an index takes.
const LINE_BYTES: u64 = 450;
/// About what a capture takes in a WARC file; only for the estimate.
const CAPTURE_BYTES: u64 = 10_000;

/// `/wasapi/v1/jobs…`.
pub fn routes() -> Router<Arc<Library>> {
    Router::new()
        .route("/wasapi/v1/jobs", get(list).post(submit))
        .route("/wasapi/v1/jobs/{token}", get(one))
        .route("/wasapi/v1/jobs/{token}/result", get(result))
}

async fn list(State(library): State<Arc<Library>>, access: Access) -> Json<Value> {
    let jobs: Vec<Value> = ours(&library, &access).iter().map(|job| describe(job)).collect();
    Json(json!({ "count": jobs.len(), "next": null, "previous": null, "jobs": jobs }))
}

fn ours(library: &Library, access: &Access) -> Vec<Arc<Job>> {
    library.jobs.list(access).into_iter().filter(|job| job.function == BUILD_CDX).collect()
}

/// The order may stand in the address or in a form.
async fn submit(
    State(library): State<Arc<Library>>,
    Extension(Base(base)): Extension<Base>,
    access: Access,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ServeError> {
    let mut parameters = Parameters::parse(raw.as_deref().unwrap_or_default());
    parameters.0.extend(form(&headers, &body)?.0);
    parameters.only(&["function", "query"])?;
    match parameters.one("function")? {
        Some(BUILD_CDX) => {}
        _ => return Err(ServeError::parameter("function", "there is one: build-cdx")),
    }
    let asked = parameters.one("query")?.unwrap_or_default().to_owned();
    let query = Query::read(&Parameters::parse(asked.trim_start_matches('?')))?;
    let mut files = library.given_away().await?;
    files.retain(|file| file.is_captures() && access.may_see(&file.name.site) && query.wants(file));
    let size: u64 = files.iter().map(|file| file.size).sum();
    let shown = library.shown().await?;
    let order = Order {
        function: BUILD_CDX,
        query: asked,
        ending: ".cdxj",
        kind: "text/x-cdxj",
        expected: size / CAPTURE_BYTES * LINE_BYTES,
        shown: Arc::clone(&shown),
        access: access.clone(),
    };
    let (root, tails) = (library.root().to_owned(), library.clone());
    let job = library.jobs.submit(order, move |out| {
        let search =
            Search { root: &root, files: &files, tails: &tails.tails, hidden: shown.hidden(), access: &access };
        search.each(&Keys::all(), &mut |line, _| {
            let written = out.write_all(line.as_bytes());
            written.map_err(|source| ServeError::Read { path: "the index".to_owned(), source })?;
            Ok(ControlFlow::Continue(()))
        })
    })?;
    let place = format!("{base}/wasapi/v1/jobs/{}", job.token);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(describe(&job))).into_response())
}

/// A form, or the same as a JSON object of strings.
fn form(headers: &HeaderMap, body: &[u8]) -> Result<Parameters, ServeError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json") {
        let fields: std::collections::BTreeMap<String, String> = serde_json::from_slice(body)
            .map_err(|error| ServeError::parameter("body", format!("no JSON object of strings: {error}")))?;
        return Ok(Parameters(fields.into_iter().collect()));
    }
    Ok(Parameters::parse(&String::from_utf8_lossy(body)))
}

async fn one(
    State(library): State<Arc<Library>>,
    access: Access,
    Path(token): Path<String>,
) -> Result<Json<Value>, ServeError> {
    Ok(Json(describe(&*find(&library, &access, &token)?)))
}

async fn result(
    State(library): State<Arc<Library>>,
    Extension(Base(base)): Extension<Base>,
    access: Access,
    Path(token): Path<String>,
) -> Result<Json<Value>, ServeError> {
    let job = find(&library, &access, &token)?;
    let JobState::Complete { size, sums, .. } = job.state() else {
        return Err(ServeError::Missing { what: "result yet" });
    };
    let shown = library.shown().await?;
    if library.jobs.gift(&job.file_name, &shown, &access).is_none() {
        return Err(ServeError::Missing { what: "result any more" });
    }
    let file = json!({
        "filename": job.file_name,
        "filetype": "cdx",
        "checksums": sums,
        "size": size,
        "locations": [format!("{base}/files/{}", job.file_name)],
    });
    Ok(Json(json!({ "count": 1, "next": null, "previous": null, "includes-extra": false, "files": [file] })))
}

fn find(library: &Library, access: &Access, token: &str) -> Result<Arc<Job>, ServeError> {
    let job = library.jobs.get(token, access).filter(|job| job.function == BUILD_CDX);
    job.ok_or(ServeError::Missing { what: "job" })
}

fn describe(job: &Job) -> Value {
    let (state, ended, why) = match job.state() {
        JobState::Queued => ("queued", None, None),
        JobState::Running => ("running", None, None),
        JobState::Complete { at, .. } => ("complete", Some(at.to_string()), None),
        JobState::Failed { at, why } => ("failed", Some(at.to_string()), Some(why)),
    };
    json!({
        "jobtoken": job.token,
        "function": job.function,
        "query": job.query,
        "submit-time": job.submitted.to_string(),
        "termination-time": ended,
        "state": state,
        "reason": why,
        "account": null,
    })
}
