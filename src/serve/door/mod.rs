//! Who asks, and what may they see? Every request passes here first.
//!
//! A good token opens its sites; no token opens everything on loopback, and nothing elsewhere. What is not open is
//! answered like what is not there. The log of tokens is looked at for each request, so that a revoked token ends at once.

mod asked;
mod headers;
mod quota;

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Json, Response};
use jiff::Timestamp;
use serde_json::json;

use self::asked::Asked;
use self::quota::{Client, Quotas};
use crate::access::{self, Access, AccessError, Tokens};
use crate::model::{Clock, SystemClock};

/// How often the times of last use are written down.
const NOTE_EVERY: Duration = Duration::from_secs(30);
/// What says only that the server is there, and so is for everybody.
const OPEN: [&str; 2] = ["/livez", "/readyz"];
/// Where a token for some sites leads: what heeds [`Access`]. Everything else tells of all sites, and is for those who may
/// see all.
const SCOPED: [&str; 11] = [
    "/",
    "/livez",
    "/readyz",
    "/favicon.ico",
    "/search",
    "/bundle",
    "/downloads",
    "/bundles",
    "/cdx",
    "/wasapi/v1/webdata",
    "/wasapi/v1/jobs",
];
/// The same, with all that is below.
const SCOPED_BELOW: [&str; 9] = [
    "/files/",
    "/wasapi/v1/jobs/",
    "/timegate/",
    "/timemap/",
    "/web/",
    "/bundles/",
    "/sites/",
    "/articles/",
    "/assets/",
];

/// From where a request came; the listener says it.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// What the one who starts the server decides.
#[derive(Debug, Clone)]
pub struct DoorOptions {
    /// The archive's root: its tokens lie below.
    pub root: PathBuf,
    /// Whether there is no way in without a token.
    pub required: bool,
    /// Requests a second of one token, or of one address without one; without a bound, if `None`.
    pub rate: Option<u32>,
    /// Where it may note when tokens were used.
    pub cache: Option<PathBuf>,
}

/// Length, time of change and number of the log: another log, other tokens.
type Seen = Option<(u64, i64, i64, u64)>;

/// The door of one server.
#[derive(Debug)]
pub struct Door {
    options: DoorOptions,
    tokens: RwLock<(Seen, Arc<Tokens>)>,
    quotas: Quotas,
    uses: Mutex<(BTreeMap<String, Timestamp>, bool)>,
}

impl Door {
    /// Reads the tokens; an unreadable log is an error, since it would open nothing.
    pub fn open(options: DoorOptions) -> Result<Self, AccessError> {
        let seen = look(&options);
        let tokens = Arc::new(Tokens::read(&options.root)?);
        let uses = options.cache.as_deref().map(access::uses).transpose();
        let uses = uses.inspect_err(|error| tracing::warn!(%error, "earlier uses of tokens are not known"));
        let uses = Mutex::new((uses.ok().flatten().unwrap_or_default(), false));
        Ok(Self { quotas: Quotas::new(options.rate), tokens: RwLock::new((seen, tokens)), uses, options })
    }

    /// Whether any token opens anything now.
    pub fn can_open(&self) -> bool {
        self.tokens().any_good(SystemClock.now())
    }

    /// Puts the door before a router, and the headers of safety on its answers; its faults are pages for those who read
    /// pages, like those behind it.
    pub fn before(self: &Arc<Self>, router: Router) -> Router {
        let gate = middleware::from_fn_with_state(Arc::clone(self), pass);
        let pages = middleware::from_fn(super::pages::as_page);
        router.layer(gate).layer(pages).layer(middleware::map_response(headers::add))
    }

    /// Writes down when tokens were used, for as long as it is polled.
    pub async fn keep_notes(&self) {
        loop {
            tokio::time::sleep(NOTE_EVERY).await;
            self.note();
        }
    }

    /// Writes it down now, if there is anything new.
    pub fn note(&self) {
        let uses = {
            let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
            if !std::mem::take(&mut uses.1) {
                return;
            }
            uses.0.clone()
        };
        if let Some(cache) = &self.options.cache
            && let Err(error) = access::write_uses(cache, &uses)
        {
            tracing::warn!(%error, "when tokens were used is not written down");
        }
    }

    /// The tokens as they are now. A log that cannot be read opens nothing.
    fn tokens(&self) -> Arc<Tokens> {
        let seen = look(&self.options);
        if let (known, tokens) = &*self.tokens.read().unwrap_or_else(PoisonError::into_inner)
            && *known == seen
        {
            return Arc::clone(tokens);
        }
        let tokens = Tokens::read(&self.options.root).unwrap_or_else(|error| {
            tracing::error!(%error, "no token opens anything");
            Tokens::default()
        });
        let tokens = Arc::new(tokens);
        *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = (seen, Arc::clone(&tokens));
        tokens
    }

    /// Who it is and what they may see, or the answer that ends it.
    fn judge(&self, request: &Request) -> Result<Access, Box<Response>> {
        let address = request.extensions().get::<Peer>().map_or(IpAddr::from([0; 4]), |peer| peer.0.ip());
        let now = SystemClock.now();
        let path = request.uri().path();
        let (client, access) = match Asked::read(request.headers()) {
            Asked::Nothing if OPEN.contains(&path) || !self.options.required => {
                let access = if self.options.required { Access::nothing() } else { Access::all() };
                (Client::at(address), access)
            }
            Asked::Nothing => return Err(self.unknown(address, "this archive needs a token: ask its keeper for one")),
            Asked::Nonsense => return Err(self.unknown(address, "the Authorization field cannot be understood")),
            Asked::Token(text) => match self.tokens().find(&text, now) {
                Some(token) => {
                    let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
                    *uses = (std::mem::take(&mut uses.0), true);
                    uses.0.insert(token.id.clone(), now);
                    (Client::Token(token.id.clone()), token.access())
                }
                None => return Err(self.unknown(address, "the token opens nothing, or nothing any more")),
            },
        };
        self.quotas.ask(client).map_err(too_many)?;
        // Like what is not there.
        if !access.sees_all() && !heeds_scope(path) {
            return Err(Box::new(super::ServeError::Missing { what: "page" }.into_response()));
        }
        Ok(access)
    }

    /// 401 (RFC 9110 15.5.2), at a bounded pace: whoever guesses shall not keep us busy.
    #[expect(clippy::unnecessary_box_returns, reason = "the error half of a small result")]
    fn unknown(&self, address: IpAddr, why: &str) -> Box<Response> {
        if let Err(wait) = self.quotas.guess(Client::at(address)) {
            return too_many(wait);
        }
        let mut answer = problem(StatusCode::UNAUTHORIZED, why);
        for way in ["Basic realm=\"luutru\", charset=\"UTF-8\"", "Bearer realm=\"luutru\""] {
            answer.headers_mut().append(header::WWW_AUTHENTICATE, HeaderValue::from_static(way));
        }
        Box::new(answer)
    }
}

async fn pass(State(door): State<Arc<Door>>, mut request: Request, next: Next) -> Response {
    match door.judge(&request) {
        Ok(access) => {
            request.extensions_mut().insert(access);
            // What follows has no use for the secret, and cannot let it slip.
            request.headers_mut().remove(header::AUTHORIZATION);
            next.run(request).await
        }
        Err(answer) => *answer,
    }
}

fn heeds_scope(path: &str) -> bool {
    SCOPED.contains(&path) || SCOPED_BELOW.iter().any(|known| path.starts_with(known))
}

fn look(options: &DoorOptions) -> Seen {
    let meta = fs::metadata(access::path_of(&options.root)).ok()?;
    Some((meta.len(), meta.mtime(), meta.mtime_nsec(), meta.ino()))
}

/// 429 (RFC 6585), with when to come again.
#[expect(clippy::unnecessary_box_returns, reason = "the error half of a small result")]
fn too_many(wait: Duration) -> Box<Response> {
    let mut answer = problem(StatusCode::TOO_MANY_REQUESTS, "too many requests: wait, then ask again");
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    Box::new(answer)
}

/// Problem details (RFC 9457).
fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("error");
    let mut answer =
        (status, Json(json!({ "title": title, "status": status.as_u16(), "detail": detail }))).into_response();
    let kind: (HeaderName, _) = (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    answer.headers_mut().insert(kind.0, kind.1);
    answer
}
