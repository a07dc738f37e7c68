//! Is the server alive, and can it answer: for those who watch it.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use super::library::Library;

/// `/livez` and `/readyz`.
pub fn routes() -> Router<Arc<Library>> {
    Router::new().route("/livez", get(async || "alive\n")).route("/readyz", get(ready))
}

/// Ready when the archive's files can be listed.
async fn ready(State(library): State<Arc<Library>>) -> (StatusCode, &'static str) {
    match library.holdings().await {
        Ok(_) if library.root().is_dir() => (StatusCode::OK, "ready\n"),
        Ok(_) => (StatusCode::SERVICE_UNAVAILABLE, "the archive root is not there\n"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the archive cannot be read\n")
        }
    }
}
