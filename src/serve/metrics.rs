//! What the server has done, counted: `/metrics` in the text form of Prometheus, and a log line a request.
//!
//! Labels are routes and statuses alone, so that their number is bounded whatever is asked for.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::error::ServeError;
use super::library::Library;

/// Upper bounds of the histogram, in seconds.
const BOUNDS: [f64; 8] = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0];

/// Counters since the start.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(String, u16), u64>>,
    buckets: [AtomicU64; BOUNDS.len()],
    micros: AtomicU64,
    answered: AtomicU64,
}

impl Metrics {
    fn count(&self, route: &str, status: u16, took: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((route.to_owned(), status)).or_default() += 1;
        drop(requests);
        for (bound, bucket) in BOUNDS.iter().zip(&self.buckets) {
            if took.as_secs_f64() <= *bound {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    /// Prometheus text format 0.0.4. Writing to a String cannot fail.
    fn text(&self, files: usize, bytes: u64) -> String {
        let mut out = String::new();
        let head = |name: &str, kind: &str, help: &str| format!("# HELP {name} {help}\n# TYPE {name} {kind}\n");
        out += &head("crawler_build_info", "gauge", "The version that runs.");
        let _ = writeln!(out, "crawler_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"));
        out += &head("crawler_http_requests_total", "counter", "Requests answered by the archivists' server.");
        for ((route, status), count) in &*self.requests.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = writeln!(out, "crawler_http_requests_total{{route=\"{route}\",status=\"{status}\"}} {count}");
        }
        let name = "crawler_http_request_duration_seconds";
        out += &head(name, "histogram", "Time to the head of an answer.");
        for (bound, bucket) in BOUNDS.iter().zip(&self.buckets) {
            let _ = writeln!(out, "{name}_bucket{{le=\"{bound}\"}} {}", bucket.load(Ordering::Relaxed));
        }
        let answered = self.answered.load(Ordering::Relaxed);
        let _ = writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {answered}");
        let micros = Duration::from_micros(self.micros.load(Ordering::Relaxed));
        let _ = writeln!(out, "{name}_sum {}\n{name}_count {answered}", micros.as_secs_f64());
        out += &head("crawler_warc_files", "gauge", "WARC files in the archive.");
        let _ = writeln!(out, "crawler_warc_files {files}");
        out += &head("crawler_warc_file_bytes", "gauge", "Bytes of all WARC files in the archive.");
        let _ = writeln!(out, "crawler_warc_file_bytes {bytes}");
        out
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
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
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
