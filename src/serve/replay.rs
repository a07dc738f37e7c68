//! Replay in the browser: ReplayWeb.page's own files from a folder of the machine, and the WACZ that it opens.
//!
//! The program is AGPL and no part of luutru: whoever wants it puts it into a folder (docs/replay.md). Only the files
//! named here are served from there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as Segment, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::error::ServeError;
use super::files::{Gift, give};
use super::library::Library;
use super::parameters::Parameters;
use crate::access::Access;

/// What is served of the folder: name, media type, whether replay needs it.
const FILES: [(&str, &str, bool); 3] = [
    ("ui.js", "text/javascript; charset=utf-8", true),
    ("sw.js", "text/javascript; charset=utf-8", true),
    ("LICENSE", "text/plain; charset=utf-8", false),
];

/// The service worker asks nobody but this server, and loads no other script.
const WORKER_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'";
/// The frame, should the service worker not answer in the server's place; ReplayWeb.page then puts itself there.
const FRAME_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
                            font-src 'self' data:; connect-src 'self'; worker-src 'self'; frame-src 'self'; \
                            frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/// `/replay/…` and `/articles/<id>/page.wacz`.
pub fn routes() -> Router<Arc<Library>> {
    Router::new()
        .route("/replay/", get(frame))
        .route("/replay/{name}", get(file))
        .route("/articles/{id}/page.wacz", get(wacz))
}

/// What keeps a folder from being one of ReplayWeb.page.
pub fn fault(folder: &Path) -> Option<String> {
    let missing = FILES.iter().find(|(name, _, needed)| *needed && !folder.join(name).is_file());
    missing.map(|(name, ..)| {
        format!("{}: there is no {name}; tools/replay DIR fetches what belongs there", folder.display())
    })
}

async fn file(
    State(library): State<Arc<Library>>,
    Segment(name): Segment<String>,
    headers: HeaderMap,
) -> Result<Response, ServeError> {
    let missing = || ServeError::Missing { what: "page" };
    let (name, kind, _) = FILES.iter().find(|(known, ..)| *known == name).ok_or_else(missing)?;
    let path: PathBuf = library.replay().ok_or_else(missing)?.join(name);
    let mut answer = give(&library, Gift { name: (*name).to_owned(), path, kind, digest: None }, headers).await?;
    let fields = answer.headers_mut();
    fields.remove(header::CONTENT_DISPOSITION);
    if *name == "sw.js" {
        fields.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(WORKER_POLICY));
        // The default, said aloud: it governs what lies below its own folder.
        let allowed = HeaderName::from_static("service-worker-allowed");
        fields.insert(allowed, HeaderValue::from_static("/replay/"));
    }
    Ok(answer)
}

/// What the frame shows where no service worker is at work; ReplayWeb.page then loads it again.
async fn frame(State(library): State<Arc<Library>>) -> Result<Response, ServeError> {
    library.replay().ok_or(ServeError::Missing { what: "page" })?;
    let fields = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, FRAME_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((fields, "<!DOCTYPE html><html lang=\"en\"><title>Replay</title><p>…</p></html>").into_response())
}

/// The WACZ of one article. `of` names the bytes that a page was told of, so that ranges fit together.
async fn wacz(
    State(library): State<Arc<Library>>,
    access: Access,
    Segment(id): Segment<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ServeError> {
    let parameters = Parameters::parse(raw.as_deref().unwrap_or_default());
    parameters.only(&["of"])?;
    let single = match parameters.one("of")? {
        Some(tag) => library.same_single(&id, &access, tag).await?,
        None => library.single(&id, &access).await?,
    };
    give(&library, single.gift(), headers).await
}
