//! Real HTTP/1.1 over real sockets: one accept loop a portal, one task a connection.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::HeaderName;
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::body::PortalBody;
use crate::site::{Asked, Site};
use crate::{control, log, misbehave};

/// Connections of one portal at a time; further ones wait.
const CONNECTIONS: usize = 1024;
/// Bytes of a request's body that are read.
const FORM: usize = 64 * 1024;

/// Accepts and serves until it is dropped.
pub async fn serve(site: Arc<Site>, listener: TcpListener) -> Infallible {
    let mut tasks = JoinSet::new();
    loop {
        while tasks.len() >= CONNECTIONS {
            let _ = tasks.join_next().await;
        }
        // Ended tasks are cleared away here, so that the set does not grow.
        while tasks.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, peer)) => {
                let _ = stream.set_nodelay(true);
                tasks.spawn(connection(Arc::clone(&site), stream, peer));
            }
            // Out of descriptors, as a rule: a moment later some are free again.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn connection(site: Arc<Site>, stream: TcpStream, peer: SocketAddr) {
    let reset = Arc::new(AtomicBool::new(false));
    let wire = Wire { stream, reset: Arc::clone(&reset) };
    let service = service_fn(move |request| exchange(Arc::clone(&site), request, peer, Arc::clone(&reset)));
    // A broken connection is the client's affair, or a fault that was asked for.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(75))
        .serve_connection(TokioIo::new(wire), service)
        .await;
}

async fn exchange(
    site: Arc<Site>,
    request: Request<Incoming>,
    peer: SocketAddr,
    reset: Arc<AtomicBool>,
) -> io::Result<Response<PortalBody>> {
    let start = site.log.elapsed();
    let (head, body) = request.into_parts();
    let mut asked = asked(&head);
    if asked.post {
        let bytes = Limited::new(body, FORM).collect().await.map_err(io::Error::other)?.to_bytes();
        asked.body = String::from_utf8_lossy(&bytes).into_owned();
    }
    if asked.path.starts_with("/__control/") {
        return Ok(control::answer(&site, &asked).respond(false));
    }
    let gzip = site.spec.gzip && field(&head, header::ACCEPT_ENCODING).contains("gzip");
    let number = site.log.start(log::Request {
        portal: site.spec.id.clone(),
        start,
        end: start,
        done: false,
        method: head.method.to_string(),
        path: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        status: 0,
        bytes: 0,
        body: asked.body.clone(),
        user_agent: field(&head, header::USER_AGENT),
        peer,
    });
    // Should the client leave before there is an answer, this empty body notes the end.
    let unanswered = PortalBody::silent().noted(Arc::clone(&site.log), number);
    site.turn(&asked);
    let fault = site.faults.take(&asked.path);
    let response = match fault {
        Some(fault) => misbehave::answer(&site, fault, &asked, gzip, &reset).await?,
        None => site.answer(&asked).respond(gzip),
    };
    site.log.status(number, response.status().as_u16());
    unanswered.forget();
    let (mut parts, body) = response.into_parts();
    if !parts.headers.contains_key(header::SERVER) {
        parts.headers.insert(header::SERVER, misbehave::server_name(&site.spec));
    }
    Ok(Response::from_parts(parts, body.noted(Arc::clone(&site.log), number)))
}

fn asked(head: &Parts) -> Asked {
    Asked {
        post: head.method == Method::POST,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        body: String::new(),
        cookie: field(head, header::COOKIE),
        if_none_match: field(head, header::IF_NONE_MATCH),
        if_modified_since: field(head, header::IF_MODIFIED_SINCE),
    }
}

/// The value of a field, or nothing.
fn field(head: &Parts, name: HeaderName) -> String {
    head.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

/// A connection whose close can be made a reset.
struct Wire {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Acquire) {
            // With no lingering, the close discards what waits and sends RST.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
