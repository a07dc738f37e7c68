//! Judges a server's certificate: strictly, with what a site file pins where that is not enough, and with a word for what
//! is wrong. Nothing is let pass that does not lead to a trusted authority.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use webpki::EndEntityCert;

use super::fault::{TlsFault, carried};

/// More certificates than any honest chain has.
const LONGEST: usize = 16;

/// The judge of one site, or of all strict ones.
#[derive(Debug)]
pub(super) struct Judge {
    strict: Arc<WebPkiServerVerifier>,
    roots: Arc<RootCertStore>,
    pinned: Vec<CertificateDer<'static>>,
    needed: AtomicBool,
}

impl Judge {
    pub(super) fn new(
        strict: Arc<WebPkiServerVerifier>,
        roots: Arc<RootCertStore>,
        pinned: Vec<CertificateDer<'static>>,
    ) -> Self {
        Self { strict, roots, pinned, needed: AtomicBool::new(false) }
    }

    /// Whether the latest certificate was trusted through a pinned intermediate alone.
    pub(super) fn needed_pins(&self) -> bool {
        self.needed.load(Ordering::Relaxed)
    }

    /// What "no issuer is known" comes from.
    fn without_issuer(&self, own: &CertificateDer<'_>, sent: &[CertificateDer<'_>], now: UnixTime) -> TlsFault {
        if vouches_for_itself(own, now) {
            return TlsFault::SelfSigned;
        }
        let Some((mut issuer, _)) = names(own) else { return TlsFault::BadCertificate };
        let sent: Vec<(Vec<u8>, Vec<u8>)> = sent.iter().take(LONGEST).filter_map(names).collect();
        for _ in 0..LONGEST {
            let Some((next, _)) = sent.iter().find(|(_, subject)| *subject == issuer) else { break };
            if *next == issuer {
                // The chain is whole, up to an authority that is not trusted.
                return TlsFault::UnknownAuthority;
            }
            issuer.clone_from(next);
        }
        // The name is trusted, the signature is not: somebody else calls himself so.
        let known = self.roots.roots.iter().any(|root| root.subject.as_ref() == issuer);
        if known { TlsFault::UnknownAuthority } else { TlsFault::MissingIntermediate }
    }
}

/// Issuer and subject of a certificate.
fn names(der: &CertificateDer<'_>) -> Option<(Vec<u8>, Vec<u8>)> {
    let certificate = EndEntityCert::try_from(der).ok()?;
    Some((certificate.issuer().to_vec(), certificate.subject().to_vec()))
}

fn vouches_for_itself(own: &CertificateDer<'_>, now: UnixTime) -> bool {
    if names(own).is_none_or(|(issuer, subject)| issuer != subject) {
        return false;
    }
    let mut alone = RootCertStore::empty();
    let Ok(()) = alone.add(own.clone().into_owned()) else { return true };
    let algorithms = rustls::crypto::ring::default_provider().signature_verification_algorithms;
    let Ok(parsed) = ParsedCertificate::try_from(own) else { return true };
    let judged = verify_server_cert_signed_by_trust_anchor(&parsed, &alone, &[], now, algorithms.all);
    !matches!(judged, Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)))
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        sent: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.needed.store(false, Ordering::Relaxed);
        let mut judged = self.strict.verify_server_cert(own, sent, name, ocsp, now);
        let unknown = |judged: &Result<_, Error>| {
            matches!(judged, Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)))
        };
        if unknown(&judged) && !self.pinned.is_empty() {
            let more: Vec<CertificateDer<'_>> = sent.iter().chain(&self.pinned).cloned().collect();
            judged = self.strict.verify_server_cert(own, &more, name, ocsp, now);
            self.needed.store(judged.is_ok(), Ordering::Relaxed);
        }
        if unknown(&judged) {
            return Err(carried(self.without_issuer(own, sent, now)));
        }
        judged
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.strict.supported_verify_schemes()
    }
}
