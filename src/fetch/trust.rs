//! How far a site's servers are trusted: strictly, with pinned intermediates, or over legacy TLS. What a site file allows
//! holds for that site's own hosts and for nobody else.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::connect::{Stream, TlsInfo};
use super::fault::{TlsFault, of_handshake};
use super::judge::Judge;
use super::legacy::Legacy;
use crate::config::TlsPolicy;

/// What a capture says of a connection that needed no exception.
const TRUSTED: &str = "certificate trusted";

/// A way to judge servers, made once a site.
#[derive(Debug, Clone)]
pub enum Trust {
    /// The machine's trust anchors alone, or these and pinned intermediates.
    Modern(Arc<Modern>),
    /// A second TLS stack, for what the first cannot talk to.
    Legacy(Arc<Legacy>),
}

/// TLS 1.2 and 1.3.
#[derive(Debug)]
pub struct Modern {
    config: Arc<ClientConfig>,
    judge: Arc<Judge>,
    why: Option<String>,
}

/// Trust anchors, and the strict way that most sites share.
#[derive(Debug, Clone)]
pub(super) struct Anchors {
    provider: Arc<CryptoProvider>,
    roots: Arc<RootCertStore>,
    verifier: Option<Arc<WebPkiServerVerifier>>,
    strict: Option<Trust>,
}

impl Anchors {
    /// Those of the machine, or Mozilla's when it has none.
    pub(super) fn load() -> Self {
        let mut roots = RootCertStore::empty();
        let native = rustls_native_certs::load_native_certs();
        let (added, _) = roots.add_parsable_certificates(native.certs);
        if added == 0 {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = Arc::new(roots);
        let built = WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider)).build();
        let mut anchors = Self { provider, roots, verifier: built.ok(), strict: None };
        anchors.strict = anchors.modern(Vec::new(), None);
        anchors
    }

    /// The way of a site; `None` only if no verifier can be made at all.
    pub(super) fn trust(&self, policy: &TlsPolicy) -> Option<Trust> {
        match policy {
            TlsPolicy::Strict => self.strict.clone(),
            TlsPolicy::Intermediates { pem, why, .. } => {
                let pinned = CertificateDer::pem_slice_iter(pem.as_bytes()).filter_map(Result::ok).collect();
                self.modern(pinned, Some(why.clone()))
            }
            TlsPolicy::Legacy { why } => Some(Trust::Legacy(Arc::new(Legacy::new(why)))),
        }
    }

    fn modern(&self, pinned: Vec<CertificateDer<'static>>, why: Option<String>) -> Option<Trust> {
        let judge = Judge::new(Arc::clone(self.verifier.as_ref()?), Arc::clone(&self.roots), pinned);
        let judge = Arc::new(judge);
        let builder =
            ClientConfig::builder_with_provider(Arc::clone(&self.provider)).with_safe_default_protocol_versions();
        // HTTP/1.1 only: no ALPN is offered, so no server answers in h2, which has no verbatim form.
        let verifier: Arc<Judge> = Arc::clone(&judge);
        let mut config = builder.ok()?.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
        if why.is_some() {
            // Each connection is judged anew, so that its capture can say how.
            config.resumption = Resumption::disabled();
        }
        Some(Trust::Modern(Arc::new(Modern { config: Arc::new(config), judge, why })))
    }
}

impl Trust {
    /// The handshake with `host` over `tcp`.
    pub(super) async fn handshake(
        &self,
        host: &str,
        tcp: TcpStream,
    ) -> Result<(Box<dyn Stream>, TlsInfo), (TlsFault, String)> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match self {
            Self::Modern(modern) => modern.handshake(bare, tcp).await,
            Self::Legacy(legacy) => legacy.handshake(bare, tcp).await,
        }
    }
}

impl Modern {
    async fn handshake(&self, host: &str, tcp: TcpStream) -> Result<(Box<dyn Stream>, TlsInfo), (TlsFault, String)> {
        let name = match host.parse::<IpAddr>() {
            Ok(ip) => ServerName::IpAddress(ip.into()),
            Err(_) => ServerName::try_from(host.to_owned()).map_err(|e| (TlsFault::Other, e.to_string()))?,
        };
        let connected = TlsConnector::from(Arc::clone(&self.config)).connect(name, tcp).await;
        let stream = connected.map_err(|e| (of_handshake(&e), e.to_string()))?;
        let (_, session) = stream.get_ref();
        let version = match session.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_2) => "tls/1.2",
            _ => "tls/1.3",
        };
        let cipher = session.negotiated_cipher_suite().map(|suite| iana_name(suite.suite())).unwrap_or_default();
        let verdict = match &self.why {
            Some(why) if self.judge.needed_pins() => format!("{TRUSTED} through a pinned intermediate ({why})"),
            _ => TRUSTED.to_owned(),
        };
        Ok((Box::new(stream), TlsInfo { version, cipher, verdict }))
    }
}

/// rustls names TLS 1.3 suites `TLS13_…`; the registry says `TLS_…`.
fn iana_name(suite: rustls::CipherSuite) -> String {
    suite.as_str().unwrap_or_default().replace("TLS13_", "TLS_")
}
