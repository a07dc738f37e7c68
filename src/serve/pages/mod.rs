//! Pages for people: the archive in HTML that needs no script, in Vietnamese and English.

mod article;
mod assets;
mod bundle;
mod chart;
mod downloads;
mod fault;
mod heat;
mod overview;
mod replay;
mod search;
mod site;
mod versions;
mod view;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

pub use fault::as_page;

use self::view::View;
use super::error::ServeError;
use super::library::Library;

type Answer = Result<Response, ServeError>;

/// All pages, and the style sheet.
pub fn routes() -> Router<Arc<Library>> {
    Router::new()
        .route("/", get(async |State(library), view| answer(library, view, overview::show).await))
        .route("/search", get(async |State(library), view| answer(library, view, search::show).await))
        .route("/bundle", get(async |State(library), view| answer(library, view, bundle::show).await))
        .route("/sites/{id}", get(async |State(library), Path(id), view| named(library, view, id, site::show).await))
        .route(
            "/articles/{id}",
            get(async |State(library), Path(id), view| named(library, view, id, article::show).await),
        )
        .route(
            "/articles/{id}/diff",
            get(async |State(library), Path(id), view| named(library, view, id, versions::show).await),
        )
        .route(
            "/articles/{id}/text",
            get(async |State(library), Path(id), view| named(library, view, id, article::text).await),
        )
        .route(
            "/articles/{id}/record",
            get(async |State(library), Path(id), view| named(library, view, id, article::record).await),
        )
        .route(
            "/articles/{id}/replay",
            get(async |State(library), Path(id), view| replay::show(library, view, id).await),
        )
        .route("/downloads", get(downloads_page))
        .route(assets::STYLE.0, get(assets::style))
        .route(assets::REPLAY.0, get(assets::replay))
        .route("/favicon.ico", get(assets::no_icon))
}

/// Files are read on a thread of their own, away from the connections.
async fn answer(library: Arc<Library>, view: View, show: fn(&Library, &View) -> Answer) -> Response {
    let shown = tokio::task::spawn_blocking(move || show(&library, &view)).await;
    shown.unwrap_or(Err(ServeError::Worker)).unwrap_or_else(axum::response::IntoResponse::into_response)
}

async fn named(library: Arc<Library>, view: View, id: String, show: fn(&Library, &View, &str) -> Answer) -> Response {
    let shown = tokio::task::spawn_blocking(move || show(&library, &view, &id)).await;
    shown.unwrap_or(Err(ServeError::Worker)).unwrap_or_else(axum::response::IntoResponse::into_response)
}

async fn downloads_page(State(library): State<Arc<Library>>, view: View) -> Response {
    let (holdings, given) = match (library.holdings().await, library.given_away().await) {
        (Ok(holdings), Ok(mut given)) => {
            given.retain(|file| view.access.may_see(&file.name.site));
            (holdings, given)
        }
        (Err(error), _) | (_, Err(error)) => return error.into_response(),
    };
    let open = holdings.files().iter().filter(|file| file.open && view.access.may_see(&file.name.site)).count() as u64;
    let shown = tokio::task::spawn_blocking(move || downloads::show(&library, &given, open, &view)).await;
    shown.unwrap_or(Err(ServeError::Worker)).unwrap_or_else(axum::response::IntoResponse::into_response)
}
