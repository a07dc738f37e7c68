//! Legacy TLS: what portals on old machines speak and rustls does not (TLS 1.0 and 1.1, RSA key exchange, DHE, 3DES), for
//! sites whose file says why. Certificates are judged as strictly as ever; RC4, SSL 3 and DH groups under 2,048 bits stay
//! out.
//!
//! The work is s2n-tls's. TLS 1.3 is not offered here: a server that is renewed is one to take `legacy` away from.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use s2n_tls::config::Config;
use s2n_tls::enums::Version;
use s2n_tls::error::{Error, ErrorType};
use s2n_tls::security::Policy;
use s2n_tls_tokio::TlsConnector;
use tokio::net::TcpStream;

use super::connect::{Stream, TlsInfo};
use super::fault::TlsFault;

/// TLS 1.0 to 1.2 with ECDHE, DHE and RSA key exchange, AES and 3DES.
const POLICY: &str = "20190214";

/// The second stack of one site.
pub struct Legacy {
    why: String,
    // Made with the first connection: it holds a copy of all trust anchors.
    config: OnceLock<Result<Config, String>>,
}

impl std::fmt::Debug for Legacy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Legacy({})", self.why)
    }
}

impl Legacy {
    pub(super) fn new(why: &str) -> Self {
        Self { why: why.to_owned(), config: OnceLock::new() }
    }

    pub(super) async fn handshake(
        &self,
        host: &str,
        tcp: TcpStream,
    ) -> Result<(Box<dyn Stream>, TlsInfo), (TlsFault, String)> {
        let config = self.config.get_or_init(|| config().map_err(|error| error.to_string()));
        let config = config.clone().map_err(|why| (TlsFault::Other, why))?;
        let connected = TlsConnector::new(config).connect(host, tcp).await;
        let stream = connected.map_err(|error| (of(&error), format!("{} ({})", error.message(), error.name())))?;
        let session = stream.as_ref();
        let version = match session.actual_protocol_version() {
            Ok(Version::TLS10) => "tls/1.0",
            Ok(Version::TLS11) => "tls/1.1",
            Ok(Version::TLS12) => "tls/1.2",
            other => return Err((TlsFault::Other, format!("unexpected protocol version {other:?}"))),
        };
        let cipher = session.cipher_suite().map(iana_name).unwrap_or_default();
        let verdict = format!("certificate trusted, legacy TLS allowed ({})", self.why);
        Ok((Box::new(stream), TlsInfo { version, cipher, verdict }))
    }
}

/// The machine's trust anchors, or none, which trusts nobody.
fn config() -> Result<Config, Error> {
    let mut builder = Config::builder();
    builder.with_system_certs(false)?;
    builder.set_security_policy(&Policy::from_version(POLICY)?)?;
    // A client that a server refuses has nothing to hide from it by being slow.
    builder.set_max_blinding_delay(0)?;
    for anchor in rustls_native_certs::load_native_certs().certs {
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(&anchor));
        // One that cannot be read is one that is not trusted.
        let _ = builder.trust_pem(pem.as_bytes());
    }
    builder.build()
}

fn of(error: &Error) -> TlsFault {
    match error.name() {
        "S2N_ERR_CERT_EXPIRED" => TlsFault::Expired,
        "S2N_ERR_CERT_NOT_YET_VALID" => TlsFault::NotYetValid,
        "S2N_ERR_CERT_INVALID_HOSTNAME" => TlsFault::WrongName,
        "S2N_ERR_CERT_UNTRUSTED" => TlsFault::UnknownAuthority,
        name if name.starts_with("S2N_ERR_CERT") => TlsFault::BadCertificate,
        _ => match error.kind() {
            ErrorType::ConnectionClosed | ErrorType::IOError => TlsFault::BrokenOff,
            _ => TlsFault::Other,
        },
    }
}

/// The registry's name for a suite of OpenSSL's: `AES128-SHA` is `TLS_RSA_WITH_AES_128_CBC_SHA`.
fn iana_name(suite: &str) -> String {
    let exchanges = [("ECDHE-ECDSA-", "ECDHE_ECDSA"), ("ECDHE-RSA-", "ECDHE_RSA"), ("DHE-RSA-", "DHE_RSA")];
    let found = exchanges.iter().find_map(|(theirs, ours)| Some((*ours, suite.strip_prefix(theirs)?)));
    let (exchange, cipher) = found.unwrap_or(("RSA", suite));
    let cipher = cipher.replace("DES-CBC3-", "3DES-EDE-CBC-").replace("AES128", "AES-128").replace("AES256", "AES-256");
    let chained = cipher.starts_with("AES") && !cipher.contains("GCM");
    let cipher = if chained { cipher.replace("-SHA", "-CBC-SHA") } else { cipher };
    format!("TLS_{exchange}_WITH_{}", cipher.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_have_the_names_of_the_registry() {
        for (theirs, registered) in [
            ("AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"),
            ("AES256-SHA256", "TLS_RSA_WITH_AES_256_CBC_SHA256"),
            ("AES128-GCM-SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256"),
            ("DES-CBC3-SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
            ("DHE-RSA-AES256-SHA", "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"),
            ("ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
            ("ECDHE-ECDSA-AES128-SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
        ] {
            assert_eq!(iana_name(theirs), registered);
        }
    }
}
