//! Connections: accepted, bounded in number and time, ended in order.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::server::conn::http1;
use hyper::service::Service as _;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;

use super::door::Peer;
use super::tls::Tls;

/// What one client may take of the server.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at a time; more wait in the kernel's queue.
    pub connections: usize,
    /// From the end of one answer, or the start of the connection, to the end of the next request's head.
    pub head: Duration,
    /// Without a byte accepted by the client.
    pub stall: Duration,
    /// For answers under way when the server is told to stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            head: Duration::from_secs(15),
            stall: Duration::from_mins(1),
            drain: Duration::from_secs(10),
        }
    }
}

/// Serves until `stop` is done, then gives answers under way a while to end. With `tls`, nothing is answered without it.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<Arc<Tls>>,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut stop => break,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            talk(stream, peer, router, tls, limits, watcher).await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(limits.drain, graceful.shutdown()).await;
}

/// One connection, to its end.
async fn talk(stream: TcpStream, peer: Peer, router: Router, tls: Option<Arc<Tls>>, limits: Limits, watcher: Watcher) {
    // Answers are written whole; waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.stall));
    let stream = Box::pin(stream);
    let Some(tls) = tls else { return answer(stream, peer, router, limits, watcher).await };
    let secured = TlsAcceptor::from(tls.config()).accept(stream);
    match tokio::time::timeout(limits.head, secured).await {
        Ok(Ok(stream)) => answer(stream, peer, router, limits, watcher).await,
        Ok(Err(error)) => tracing::debug!(%error, "a connection could not be secured"),
        Err(_) => tracing::debug!("a connection was not secured in time"),
    }
}

async fn answer<S>(stream: S, peer: Peer, router: Router, limits: Limits, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head).max_headers(100).max_buf_size(64 << 10);
    let router = TowerToHyperService::new(router);
    let service = hyper::service::service_fn(move |request| {
        let mut request: Request<Body> = hyper::Request::map(request, Body::new);
        request.extensions_mut().insert(peer);
        router.call(request)
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// The next connection, with a place for it.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<(TcpStream, Peer, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, Peer(peer), place)),
        Err(error) => {
            // Out of file descriptors, or the client is gone already: others go on, and the queue is looked at again.
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}
