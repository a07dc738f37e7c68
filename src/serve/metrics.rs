//! What the server has done, counted: `/metrics` in the text form of OpenMetrics, and a log line a request.
//!
//! Labels are routes and statuses alone, so that their number is bounded whatever is asked for.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::error::ServeError;
use super::library::Library;
use crate::observe::{self, CONTENT_TYPE, Page};

/// Upper bounds of the histogram, in seconds.
const BOUNDS: [f64; 8] = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0];

/// Route and status.
type Labels = [(&'static str, Cow<'static, str>); 2];

/// Counters since the start.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    seconds: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        let (requests, seconds) = (Family::default(), Histogram::new(BOUNDS));
        let mut registry = Registry::default();
        let help = "Requests answered by the archivists' server";
        registry.register("crawler_http_requests", help, Family::clone(&requests));
        registry.register("crawler_http_request_duration_seconds", "Time to the head of an answer", seconds.clone());
        Self { registry, requests, seconds }
    }
}

impl Metrics {
    fn count(&self, route: &str, status: u16, took: Duration) {
        let labels = [("route", Cow::Owned(route.to_owned())), ("status", Cow::Owned(status.to_string()))];
        self.requests.get_or_create(&labels).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
    fn text(&self, files: usize, bytes: u64) -> String {
        let mut page = Page::new();
        page.gauge("crawler_warc_files", "WARC files in the archive", files as f64);
        page.gauge("crawler_warc_file_bytes", "Bytes of all WARC files in the archive", bytes as f64);
        observe::text(&[page.registry(), &self.registry])
    }
}

/// `/metrics`.
pub fn routes() -> Router<Arc<Library>> {
    Router::new().route("/metrics", get(metrics))
}

async fn metrics(State(library): State<Arc<Library>>) -> Result<impl IntoResponse, ServeError> {
    let holdings = library.holdings().await?;
    let bytes = holdings.files().iter().map(|file| file.size).sum();
    let text = library.metrics.text(holdings.files().len(), bytes);
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text))
}

/// Counts and logs a request.
pub async fn watch(State(library): State<Arc<Library>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let (method, uri): (Method, _) = (request.method().clone(), request.uri().clone());
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    library.metrics.count(&route, status, took);
    tracing::debug!(%method, %uri, status, elapsed_ms = took.as_millis(), "answered");
    response
}
