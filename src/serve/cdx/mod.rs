//! `/cdx`: the CDX server API, with the parameters of pywb.

mod filter;
mod form;
mod query;

use std::collections::VecDeque;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Json, Response};
use axum::routing::get;
use serde_json::json;

pub(super) use self::query::seconds;
use self::query::{Query, Sort};
use super::captures::Search;
use super::error::ServeError;
use super::library::Library;
use super::parameters::Parameters;
use super::stream::{StreamWriter, pair};
use crate::access::Access;
use crate::archive::cdxj::Entry;

/// Captures that are sorted otherwise than they lie are gathered first; no more than this.
const MOST_GATHERED: usize = 100_000;
/// Lines of a block, as pages count them.
const BLOCK_LINES: u64 = 3_000;

/// `/cdx`.
pub fn routes() -> Router<Arc<Library>> {
    Router::new().route("/cdx", get(cdx))
}

async fn cdx(
    State(library): State<Arc<Library>>,
    access: Access,
    RawQuery(raw): RawQuery,
) -> Result<Response, ServeError> {
    let query = Query::read(&Parameters::parse(raw.as_deref().unwrap_or_default()))?;
    let holdings = library.holdings().await?;
    let place = library.stream_place()?;
    if query.show_pages {
        return library
            .blocking(move |library| {
                let shown = library.shown_here()?;
                let search = library.search(&holdings, &shown, &access);
                let mut lines = 0u64;
                search.each(&query.keys, &mut |_, _| {
                    lines += 1;
                    Ok(ControlFlow::Continue(()))
                })?;
                drop(place);
                let blocks = lines.div_ceil(BLOCK_LINES);
                let pages = blocks.div_ceil(query.page_size);
                Ok(Json(json!({ "blocks": blocks, "pages": pages, "pageSize": query.page_size })).into_response())
            })
            .await;
    }
    // What can fail at once fails before the answer begins.
    let shown = library.shown().await?;
    let kind = query.output.media_type();
    let (mut out, body) = pair();
    tokio::task::spawn_blocking(move || {
        let search = library.search(&holdings, &shown, &access);
        match answer(&search, &query, &mut out).map(|()| out.finish()) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "a client left"),
            Err(error) => tracing::error!(%error, "a list of captures ended early"),
        }
        drop(place);
    });
    Ok(([(header::CONTENT_TYPE, kind)], Body::new(body)).into_response())
}

fn answer(search: &Search<'_>, query: &Query, out: &mut StreamWriter) -> Result<(), ServeError> {
    let mut put = |line: &str, entry: &Entry| {
        let text = query.output.line(line, entry, &query.fields);
        // The client is gone: nobody needs the rest.
        out.write_all(text.as_bytes()).map_or(ControlFlow::Break(()), |()| ControlFlow::Continue(()))
    };
    let (skip, limit) = query.window(BLOCK_LINES);
    if let Sort::Plain = query.sort {
        let (mut seen, mut given) = (0, 0);
        return search.each(&query.keys, &mut |line, entry| {
            if given == limit {
                return Ok(ControlFlow::Break(()));
            }
            if query.wants(line, entry) {
                seen += 1;
                if seen > skip {
                    given += 1;
                    return Ok(put(line, entry));
                }
            }
            Ok(ControlFlow::Continue(()))
        });
    }
    let most = usize::try_from(limit).unwrap_or(usize::MAX).min(MOST_GATHERED);
    for (line, entry) in gather(search, query, most)? {
        if put(&line, &entry).is_break() {
            break;
        }
    }
    Ok(())
}

/// The captures that come first in an order of their own.
fn gather(search: &Search<'_>, query: &Query, most: usize) -> Result<Vec<(String, Entry)>, ServeError> {
    let mut kept: VecDeque<(String, Entry)> = VecDeque::new();
    let mut worst = std::collections::BTreeMap::new();
    let mut count = 0u64;
    search.each(&query.keys, &mut |line, entry| {
        if !query.wants(line, entry) {
            return Ok(ControlFlow::Continue(()));
        }
        count += 1;
        if let Sort::Closest(_) = query.sort {
            worst.insert((query.distance(entry), count), (line.to_owned(), entry.clone()));
            if worst.len() > most {
                worst.pop_last();
            }
        } else {
            kept.push_front((line.to_owned(), entry.clone()));
            kept.truncate(most);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(worst.into_values().chain(kept).collect())
}
