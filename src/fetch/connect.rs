//! From an origin to a stream: resolve, guard, TCP, TLS.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::error::FetchError;
use super::guard::Guard;

/// What was agreed on with a TLS server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsInfo {
    /// `tls/1.2` or `tls/1.3`, as `WARC-Protocol` has it.
    pub version: &'static str,
    /// IANA name of the cipher suite.
    pub cipher: String,
    /// How the certificate was judged.
    pub verdict: &'static str,
}

/// Any stream that hyper can drive.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Trust anchors of the machine, or Mozilla's when it has none. HTTP/1.1 only: no ALPN is offered, so no server
/// answers in h2, which has no verbatim form.
pub(super) fn tls_config() -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    let (added, _) = roots.add_parsable_certificates(native.certs);
    if added == 0 {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// The address that `url`'s host is dialled at: the first that resolves, if the guard lets all of them pass.
pub(super) async fn resolve(url: &Url, guard: &Guard, limit: Duration) -> Result<SocketAddr, FetchError> {
    let host = url.host_str().unwrap_or_default().to_owned();
    let port = url.port_or_known_default().unwrap_or(80);
    let addresses: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(v4)) => vec![(v4, port).into()],
        Some(Host::Ipv6(v6)) => vec![(v6, port).into()],
        Some(Host::Domain(name)) => {
            let found = timeout(limit, tokio::net::lookup_host((name, port))).await;
            let found = found.map_err(|_| FetchError::Timeout { host: host.clone(), seconds: limit.as_secs() })?;
            found.map_err(|e| FetchError::Resolve { host: host.clone(), why: e.to_string() })?.collect()
        }
        None => Vec::new(),
    };
    // One bad address among several is how rebinding begins, so each has to pass.
    for address in &addresses {
        guard.check(address.ip()).map_err(|kind| FetchError::Refused {
            host: host.clone(),
            address: address.ip(),
            kind,
        })?;
    }
    let first = addresses.iter().find(|a| a.is_ipv4()).or(addresses.first()).copied();
    first.ok_or(FetchError::Resolve { host, why: "no address".to_owned() })
}

/// Dials `address` for `url`, with TLS for https.
pub(super) async fn dial(
    url: &Url,
    address: SocketAddr,
    tls: &Arc<ClientConfig>,
) -> Result<(Box<dyn Stream>, Option<TlsInfo>), FetchError> {
    let host = url.host_str().unwrap_or_default().to_owned();
    let tcp = TcpStream::connect(address)
        .await
        .map_err(|e| FetchError::Connect { host: format!("{host} ({address})"), why: e.to_string() })?;
    // Small requests go out at once.
    let _ = tcp.set_nodelay(true);
    if url.scheme() != "https" {
        return Ok((Box::new(tcp), None));
    }
    let fault = |why: String| FetchError::Tls { host: host.clone(), why };
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = match bare.parse::<IpAddr>() {
        Ok(ip) => ServerName::IpAddress(ip.into()),
        Err(_) => ServerName::try_from(bare).map_err(|e| fault(e.to_string()))?,
    };
    let stream = TlsConnector::from(Arc::clone(tls)).connect(name, tcp).await.map_err(|e| fault(e.to_string()))?;
    let (_, session) = stream.get_ref();
    let version = match session.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_2) => "tls/1.2",
        _ => "tls/1.3",
    };
    let cipher = session.negotiated_cipher_suite().map(|s| iana_name(s.suite())).unwrap_or_default();
    let info = TlsInfo { version, cipher, verdict: "certificate trusted" };
    Ok((Box::new(stream), Some(info)))
}

/// rustls names TLS 1.3 suites `TLS13_…`; the registry says `TLS_…`.
fn iana_name(suite: rustls::CipherSuite) -> String {
    suite.as_str().unwrap_or_default().replace("TLS13_", "TLS_")
}
