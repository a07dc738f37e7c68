//! Which address is answered by which file of this room.

use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse as _;

use super::error::ServeError;
use super::health;
use super::library::Library;
use super::pages;

/// Everything the server answers.
pub fn router(library: Arc<Library>) -> Router {
    Router::new()
        .merge(health::routes())
        .merge(pages::routes())
        .fallback(async || ServeError::Missing { what: "page" }.into_response())
        .layer(axum::middleware::from_fn(pages::as_page))
        .with_state(library)
}
