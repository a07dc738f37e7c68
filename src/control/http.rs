//! HTTP for those who watch: `/metrics`, `/livez`, `/readyz`. Reads only; on the control socket, and on a port where one is
//! configured.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::crawl::CrawlError;
use crate::crawl::daemon::{Hub, Phase, figures};
use crate::observe::CONTENT_TYPE;

/// Connections of the port at a time; more wait.
const CLIENTS: usize = 32;
/// For a request's head, and for the whole conversation.
const HEAD: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_mins(1);

/// One request, one answer, and the end.
pub async fn speak<S>(stream: S, hub: &Arc<Hub>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD).max_headers(64).max_buf_size(16 << 10).keep_alive(false);
    let service = service_fn(|request| async move { Ok::<_, Infallible>(answer(hub, &request).await) });
    let conversation = builder.serve_connection(TokioIo::new(stream), service);
    // A client that goes away, or takes nothing, is told nothing.
    let _ = tokio::time::timeout(WHOLE, conversation).await;
}

async fn answer(hub: &Arc<Hub>, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    const PLAIN: &str = "text/plain; charset=utf-8";
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut refused = response(StatusCode::METHOD_NOT_ALLOWED, PLAIN, "GET alone\n".to_owned());
        refused.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    match request.uri().path() {
        "/metrics" => {
            let hub = Arc::clone(hub);
            match tokio::task::spawn_blocking(move || figures::text(&hub)).await {
                Ok(Ok(text)) => response(StatusCode::OK, CONTENT_TYPE, text),
                Ok(Err(error)) => response(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, format!("{error}\n")),
                Err(_) => response(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, "the figures could not be made\n".into()),
            }
        }
        "/livez" => match hub.stalled(Instant::now()) {
            None => response(StatusCode::OK, PLAIN, "alive\n".to_owned()),
            Some(what) => {
                response(StatusCode::SERVICE_UNAVAILABLE, PLAIN, format!("{what} has come to a standstill\n"))
            }
        },
        "/readyz" if hub.phase() == Phase::Running => response(StatusCode::OK, PLAIN, "ready\n".to_owned()),
        "/readyz" => response(StatusCode::SERVICE_UNAVAILABLE, PLAIN, format!("{:?}\n", hub.phase()).to_lowercase()),
        _ => response(StatusCode::NOT_FOUND, PLAIN, "/metrics, /livez and /readyz are here\n".to_owned()),
    }
}

fn response(status: StatusCode, kind: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response
}

/// Opens the port that the configuration names.
pub fn port(address: SocketAddr, hub: &Arc<Hub>) -> Result<JoinHandle<()>, CrawlError> {
    let failed = |error: std::io::Error| CrawlError::Root {
        path: address.to_string(),
        why: format!("cannot be listened on ({error}); name another address in [daemon] metrics"),
    };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
    tracing::info!("figures are at http://{address}/metrics");
    Ok(tokio::spawn(accept(listener, Arc::clone(hub))))
}

async fn accept(listener: tokio::net::TcpListener, hub: Arc<Hub>) {
    let places = Arc::new(Semaphore::new(CLIENTS));
    loop {
        // invariant: the semaphore is never closed.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let hub = Arc::clone(&hub);
                tokio::spawn(async move {
                    speak(stream, &hub).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "somebody who asks for figures could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
