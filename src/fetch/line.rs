//! One connection to one origin, kept open from request to request, and the exchanges over it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use tokio::task::JoinHandle;
use tokio::time::{Instant as Deadline, timeout, timeout_at};
use url::Url;

use super::connect::{TlsInfo, dial, resolve};
use super::error::FetchError;
use super::exchange::{Ask, Cut, Exchange, Payload, split_head};
use super::guard::Guard;
use super::tee::{Tap, Tee};
use super::trust::{Anchors, Trust};
use crate::config::TlsPolicy;
use crate::model::{Clock, Head, Limits, PageMethod};
use crate::politeness::{Permit, Spent};

/// Header fields that say who asks.
#[derive(Debug, Clone)]
pub struct Identity {
    /// `User-Agent`.
    pub user_agent: String,
    /// `From` (RFC 9110 section 10.1.2), a mail address.
    pub from: Option<String>,
}

/// What all connections share.
#[derive(Clone)]
pub struct Fetcher {
    guard: Guard,
    limits: Limits,
    identity: Identity,
    anchors: Anchors,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fetcher({})", self.identity.user_agent)
    }
}

impl Fetcher {
    /// A fetcher that reaches what `guard` allows.
    pub fn new(guard: Guard, limits: Limits, identity: Identity, clock: Arc<dyn Clock>) -> Self {
        Self { guard, limits, identity, anchors: Anchors::load(), clock }
    }

    /// How servers are judged under `policy`.
    pub fn trust(&self, policy: &TlsPolicy) -> Option<Trust> {
        self.anchors.trust(policy)
    }

    /// The address at which `url`'s host is dialled.
    pub async fn resolve(&self, url: &Url) -> Result<SocketAddr, FetchError> {
        resolve(url, &self.guard, self.limits.connect).await
    }
}

struct Live {
    origin: String,
    sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
    tap: Tap,
    tls: Option<TlsInfo>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// The one connection of a server's lane.
#[derive(Default)]
pub struct Line {
    live: Option<Live>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line({})", self.live.as_ref().map_or("closed", |live| live.origin.as_str()))
    }
}

impl Line {
    /// Spends `permit` on one exchange with `address`, whose certificate `trust` judges. The permit comes back spent whatever happens.
    pub async fn exchange(
        &mut self,
        fetcher: &Fetcher,
        address: SocketAddr,
        permit: Permit,
        (ask, trust): (&Ask, &Trust),
    ) -> (Spent, Result<Exchange, FetchError>) {
        let robots = permit.robots_decision().to_owned();
        let result = self.attempt(fetcher, address, (ask, trust), robots).await;
        if result.as_ref().is_err() || result.as_ref().is_ok_and(|e| e.cut.is_some()) {
            self.live = None;
        }
        (permit.spend(), result)
    }

    async fn attempt(
        &mut self,
        fetcher: &Fetcher,
        address: SocketAddr,
        (ask, trust): (&Ask, &Trust),
        robots: String,
    ) -> Result<Exchange, FetchError> {
        let deadline = Deadline::now() + fetcher.limits.exchange;
        let origin = ask.url.origin().ascii_serialization();
        let kept = self.live.as_mut().is_some_and(|live| live.origin == origin && live.sender.is_ready());
        let started = Instant::now();
        if !kept {
            self.connect(fetcher, address, (&ask.url, trust), origin.clone()).await?;
        }
        match self.speak(fetcher, address, ask, &robots, deadline, started).await {
            // A kept connection may have been closed by the server meanwhile. Where nothing went out on it, a new one
            // costs the server nothing. What did go out counts as asked, and is asked again after the delay only.
            Err(FetchError::Protocol { .. }) if kept && self.unsent() => {
                self.connect(fetcher, address, (&ask.url, trust), origin).await?;
                self.speak(fetcher, address, ask, &robots, deadline, started).await
            }
            other => other,
        }
    }

    fn unsent(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.tap.wire().sent.is_empty())
    }

    async fn connect(
        &mut self,
        fetcher: &Fetcher,
        address: SocketAddr,
        (url, trust): (&Url, &Trust),
        origin: String,
    ) -> Result<(), FetchError> {
        self.live = None;
        let host = url.host_str().unwrap_or_default().to_owned();
        let limit = fetcher.limits.connect;
        let dialled = timeout(limit, dial(url, address, trust)).await;
        let (stream, tls) =
            dialled.map_err(|_| FetchError::Timeout { host: host.clone(), seconds: limit.as_secs() })??;
        let tap = Tap::default();
        let tee = TokioIo::new(Tee::new(stream, tap.clone()));
        let built = Builder::new()
            .title_case_headers(true)
            .max_buf_size(fetcher.limits.head_bytes.max(8 << 10))
            .max_headers(200)
            // Old servers fold lines, put a space before the colon, or send lines that are no fields. Browsers read
            // them all the same, and what is kept are the bytes.
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_spaces_after_header_name_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .handshake(tee)
            .await;
        let (sender, connection) = built.map_err(|e| protocol(&host, &e))?;
        let driver = tokio::spawn(async move {
            // Its end reaches us through the sender.
            let _ = connection.await;
        });
        self.live = Some(Live { origin, sender, driver, tap, tls });
        Ok(())
    }

    async fn speak(
        &mut self,
        fetcher: &Fetcher,
        address: SocketAddr,
        ask: &Ask,
        robots: &str,
        deadline: Deadline,
        begun: Instant,
    ) -> Result<Exchange, FetchError> {
        let host = ask.url.host_str().unwrap_or_default().to_owned();
        let request = request(ask, &fetcher.identity)?;
        let Some(live) = self.live.as_mut() else {
            return Err(FetchError::Protocol { host, why: "the connection is gone".to_owned() });
        };
        live.tap.take();
        let started = fetcher.clock.now();
        let sent = Instant::now();
        let seconds = fetcher.limits.idle.as_secs();
        let answered = timeout(fetcher.limits.idle, live.sender.send_request(request)).await;
        let response = answered
            .map_err(|_| FetchError::Timeout { host: host.clone(), seconds })?
            .map_err(|e| protocol(&host, &e))?;
        let (payload, cut) = drain(response, &fetcher.limits, deadline).await;
        let total = sent.elapsed();
        let wire = live.tap.take();
        let mut received = wire.received;
        let (head, head_bytes) = split_head(&mut received)
            .ok_or_else(|| FetchError::Protocol { host, why: "no whole response head".to_owned() })?;
        trim(&mut received, &head, head_bytes);
        Ok(Exchange {
            url: ask.url.clone(),
            started,
            request: wire.sent,
            response: received,
            head,
            head_bytes,
            payload,
            cut,
            peer: address.ip(),
            tls: live.tls.clone(),
            robots: robots.to_owned(),
            cookie: ask.cookie.clone(),
            connect: sent.duration_since(begun),
            first_byte: wire.first_byte.map_or(total, |at| at.duration_since(sent)),
            total,
        })
    }
}

/// Reads the body to its end or to a limit. The bytes themselves are in the tap; only chunked bodies are kept here.
async fn drain(response: Response<Incoming>, limits: &Limits, deadline: Deadline) -> (Payload, Option<Cut>) {
    let coded = response.headers().contains_key(hyper::header::TRANSFER_ENCODING);
    let mut body = response.into_body();
    let mut kept = Vec::new();
    let mut length = 0usize;
    let cut = loop {
        let until = deadline.min(Deadline::now() + limits.idle);
        match timeout_at(until, body.frame()).await {
            Err(_) => break Some(Cut::Time),
            Ok(None) => break None,
            Ok(Some(Err(_))) => break Some(Cut::Disconnect),
            Ok(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    length += data.len();
                    if coded {
                        kept.extend_from_slice(data);
                    }
                }
            }
        }
        if length > limits.body_bytes {
            break Some(Cut::Length);
        }
    };
    (if coded { Payload::Unchunked(kept) } else { Payload::Plain }, cut)
}

/// Drops bytes behind a body of stated length: they belong to no response that was asked for.
fn trim(received: &mut Vec<u8>, head: &Head, head_bytes: usize) {
    if head.get("transfer-encoding").is_some() {
        return;
    }
    if let Some(length) = head.get("content-length").and_then(|v| v.parse::<usize>().ok()) {
        received.truncate(head_bytes.saturating_add(length));
    }
}

fn protocol(host: &str, error: &hyper::Error) -> FetchError {
    let why = match std::error::Error::source(error) {
        Some(source) => format!("{error} ({source})"),
        None => error.to_string(),
    };
    FetchError::Protocol { host: host.to_owned(), why }
}

/// The request as it goes out. No cookie is sent but the one of a gate that is answered; no address of ours beyond the
/// identity.
fn request(ask: &Ask, identity: &Identity) -> Result<Request<Full<Bytes>>, FetchError> {
    let url = &ask.url;
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let host = url.host_str().unwrap_or_default();
    let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut builder = Request::builder()
        .uri(target)
        .header("host", authority)
        .header("user-agent", &identity.user_agent)
        .header("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
        .header("accept-language", "vi,en;q=0.5")
        .header("accept-encoding", "gzip");
    let conditions =
        [("if-none-match", &ask.conditions.if_none_match), ("if-modified-since", &ask.conditions.if_modified_since)];
    for (name, value) in conditions {
        if let Some(value) = value {
            builder = builder.header(name, value);
        }
    }
    if let Some(cookie) = &ask.cookie {
        builder = builder.header("cookie", cookie);
    }
    if let Some(from) = &identity.from {
        builder = builder.header("from", from);
    }
    let built = match &ask.method {
        PageMethod::Get => builder.body(Full::default()),
        PageMethod::Post { content_type, body } => builder
            .method("POST")
            .header("content-type", content_type)
            .header("x-requested-with", "XMLHttpRequest")
            .body(Full::from(body.clone())),
    };
    built.map_err(|e| FetchError::Address { url: url.to_string(), why: e.to_string() })
}
