//! Which address is answered by which file of this room.

use std::sync::Arc;

use axum::response::IntoResponse as _;
use axum::{Router, middleware};

use super::error::ServeError;
use super::library::Library;
use super::{bundles, cdx, files, health, memento, metrics, origin, pages, replay, wasapi};

/// Everything the server answers.
pub fn router(library: Arc<Library>) -> Router {
    Router::new()
        .merge(health::routes())
        .merge(files::routes())
        .merge(wasapi::routes())
        .merge(cdx::routes())
        .merge(memento::routes())
        .merge(bundles::routes())
        .merge(replay::routes())
        .merge(metrics::routes())
        .merge(pages::routes())
        .fallback(async || ServeError::Missing { what: "page" }.into_response())
        .layer(middleware::from_fn_with_state(Arc::clone(&library), origin::guard))
        .layer(middleware::from_fn(pages::as_page))
        .layer(middleware::from_fn_with_state(Arc::clone(&library), metrics::watch))
        .with_state(library)
}
