//! Requests: with the token where it belongs, along a few redirects, tried again where that makes sense.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Method, Response};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::address::same_server;
use super::error::PullError;

/// Hops from an address to where it leads.
const HOPS: usize = 5;
/// Tries of one request, and the pause after the first; it doubles.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(250);
/// The longest pause that a server can ask for.
const LONGEST_PAUSE: Duration = Duration::from_mins(2);
/// The largest answer that is read into memory.
const ANSWER_BYTES: usize = 64 << 20;

/// What opens the server.
#[derive(Clone, Default)]
pub struct Credentials {
    /// The token, or a password.
    pub token: Option<String>,
    /// The name beside a password; without one, the token is sent as `Token`.
    pub user: Option<String>,
    /// Hosts beside the server's own to which it may be sent.
    pub hosts: Vec<String>,
    /// Certificates (PEM) to trust beside those of the machine.
    pub authority: Option<PathBuf>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

/// Asks one server.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    home: Url,
    token: Option<HeaderValue>,
    hosts: Vec<String>,
}

impl Client {
    /// For the server at `home`; `patience` is how long it may say nothing.
    pub fn new(home: Url, credentials: &Credentials, patience: Duration) -> Result<Self, PullError> {
        let usage = |what: String| PullError::Usage { what };
        if !matches!(home.scheme(), "http" | "https") || !home.username().is_empty() || home.password().is_some() {
            return Err(usage(format!(
                "{}: write https://host/ without a name or password in it",
                home.origin().ascii_serialization()
            )));
        }
        let token = match (&credentials.token, &credentials.user) {
            (None, _) => None,
            (Some(token), None) => Some(format!("Token {token}")),
            (Some(token), Some(user)) => Some(format!("Basic {}", STANDARD.encode(format!("{user}:{token}")))),
        };
        let token = token.map(|text| HeaderValue::from_str(&text)).transpose();
        let mut token = token.map_err(|_| usage("the token holds characters that cannot be sent".to_owned()))?;
        if let Some(value) = &mut token {
            value.set_sensitive(true);
        }
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(credentials)?)
            .redirect(Policy::none())
            .no_proxy()
            .user_agent(concat!("luutru/", env!("CARGO_PKG_VERSION"), " (pull)"))
            .connect_timeout(patience.min(Duration::from_secs(30)))
            .read_timeout(patience)
            .build()
            .map_err(|error| usage(format!("no client could be made: {}", said(&error))))?;
        Ok(Self { http, home, token, hosts: credentials.hosts.clone() })
    }

    /// Whether the token may go there: to the server itself, or to a host that was named, and never from https to http.
    fn trusts(&self, url: &Url) -> bool {
        let named =
            || self.hosts.iter().any(|host| url.host_str().is_some_and(|there| there.eq_ignore_ascii_case(host)));
        same_server(&self.home, url) || named() && !downgrade(&self.home, url)
    }

    /// One request, along redirects; an answer of 2xx, or an error.
    pub async fn once(&self, method: Method, url: &Url, headers: &HeaderMap) -> Result<Response, PullError> {
        let mut url = url.clone();
        for _ in 0..=HOPS {
            if !matches!(url.scheme(), "http" | "https") {
                return Err(PullError::Elsewhere { url: url.to_string(), why: "only http and https are followed" });
            }
            if downgrade(&self.home, &url) {
                return Err(PullError::Elsewhere { url: url.to_string(), why: "it leads from https back to http" });
            }
            let mut request = self.http.request(method.clone(), url.clone()).headers(headers.clone());
            if let Some(token) = self.token.as_ref().filter(|_| self.trusts(&url)) {
                request = request.header(AUTHORIZATION, token.clone());
            }
            let answer = request.send().await;
            let answer = answer.map_err(|error| PullError::Line { url: url.to_string(), why: said(&error) })?;
            let status = answer.status();
            if status.is_success() {
                return Ok(answer);
            }
            let leads = answer.headers().get(LOCATION).and_then(|place| place.to_str().ok());
            if !status.is_redirection() || leads.is_none() || method != Method::GET {
                let wait = answer.headers().get(RETRY_AFTER).and_then(|text| text.to_str().ok()?.parse().ok());
                return Err(PullError::Status { url: url.to_string(), status, wait: wait.map(Duration::from_secs) });
            }
            let next = leads.and_then(|place| url.join(place).ok());
            url = next.ok_or_else(|| PullError::Answer {
                url: url.to_string(),
                why: "it redirects to no address".to_owned(),
            })?;
        }
        Err(PullError::Elsewhere { url: url.to_string(), why: "one redirect follows another, without end" })
    }

    /// A whole answer as JSON, asked for again while that makes sense.
    pub async fn json<T: serde::de::DeserializeOwned>(&self, method: Method, url: &Url) -> Result<T, PullError> {
        let mut tries = Tries::default();
        loop {
            match self.read(method.clone(), url).await {
                Ok(bytes) => {
                    let wrong =
                        |error: serde_json::Error| PullError::Answer { url: url.to_string(), why: error.to_string() };
                    return serde_json::from_slice(&bytes).map_err(wrong);
                }
                Err(error) => tries.again(error).await?,
            }
        }
    }

    async fn read(&self, method: Method, url: &Url) -> Result<Vec<u8>, PullError> {
        let mut answer = self.once(method, url, &HeaderMap::new()).await?;
        let mut bytes = Vec::new();
        loop {
            let chunk = answer.chunk().await;
            match chunk.map_err(|error| PullError::Line { url: url.to_string(), why: said(&error) })? {
                Some(chunk) if bytes.len() + chunk.len() <= ANSWER_BYTES => bytes.extend_from_slice(&chunk),
                Some(_) => {
                    return Err(PullError::Answer { url: url.to_string(), why: "the answer has no end".to_owned() });
                }
                None => return Ok(bytes),
            }
        }
    }
}

/// How often a thing was tried.
#[derive(Debug, Default)]
pub struct Tries(u32);

impl Tries {
    /// Something was won: the count begins again.
    pub fn progress(&mut self) {
        self.0 = 0;
    }

    /// Waits before the next try; the error, if there is to be none.
    pub async fn again(&mut self, error: PullError) -> Result<(), PullError> {
        self.0 += 1;
        let asked = error.wait();
        if self.0 >= TRIES || !error.is_temporary() || asked.is_some_and(|wait| wait > LONGEST_PAUSE) {
            return Err(error);
        }
        tracing::info!(%error, "trying again");
        tokio::time::sleep(asked.unwrap_or(PAUSE * 2_u32.pow(self.0 - 1))).await;
        Ok(())
    }
}

fn downgrade(from: &Url, to: &Url) -> bool {
    from.scheme() == "https" && to.scheme() != "https"
}

/// An error of the client and its causes, without the address, which we say ourselves.
pub(super) fn said(error: &reqwest::Error) -> String {
    let mut source: Option<&dyn std::error::Error> = std::error::Error::source(error);
    let mut text = match error {
        error if error.is_timeout() => "no answer in time".to_owned(),
        error if error.is_connect() => "no connection".to_owned(),
        _ => "the line broke".to_owned(),
    };
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        source = cause.source();
    }
    text
}

fn tls(credentials: &Credentials) -> Result<ClientConfig, PullError> {
    let mut roots = RootCertStore::empty();
    let (found, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if found == 0 {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if let Some(path) = &credentials.authority {
        let wrong = |why: String| PullError::Usage { what: format!("{}: {why}; name a PEM file", path.display()) };
        let more = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let (added, _) = roots.add_parsable_certificates(more.map_err(|error| wrong(error.to_string()))?);
        if added == 0 {
            return Err(wrong("it holds no certificate".to_owned()));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| PullError::Usage { what: format!("no TLS: {error}") })?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
