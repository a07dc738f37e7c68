//! From an origin to a stream: resolve, guard, TCP, TLS.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Host, Url};

use super::error::FetchError;
use super::guard::Guard;
use super::trust::Trust;

/// What was agreed on with a TLS server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsInfo {
    /// `tls/1.2` or `tls/1.3`, as `WARC-Protocol` has it; `tls/1.0` and `tls/1.1` where a site file allows them.
    pub version: &'static str,
    /// IANA name of the cipher suite.
    pub cipher: String,
    /// How the certificate was judged.
    pub verdict: String,
}

/// Any stream that hyper can drive.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

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
    trust: &Trust,
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
    match trust.handshake(&host, tcp).await {
        Ok((stream, info)) => Ok((stream, Some(info))),
        Err((fault, why)) => Err(FetchError::Tls { host, fault, why }),
    }
}
