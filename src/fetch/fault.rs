//! What is wrong with a TLS server, in a word, and what can be done about it.

use std::io;

use rustls::{AlertDescription, CertificateError, Error, OtherError};

/// Why no TLS connection came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsFault {
    /// A certificate between the server's own and a trusted authority was not sent.
    MissingIntermediate,
    /// The certificate's time is over.
    Expired,
    /// Its time has not come, or this machine's clock is wrong.
    NotYetValid,
    /// It was made out to other names.
    WrongName,
    /// It vouches for itself.
    SelfSigned,
    /// The authority behind it is not trusted here.
    UnknownAuthority,
    /// It is no good certificate in another way.
    BadCertificate,
    /// The server speaks nothing that modern TLS does.
    Legacy,
    /// This program was built without the means for such a server.
    NoLegacy,
    /// The connection ended in the middle of the handshake.
    BrokenOff,
    /// The server does not speak TLS at all.
    NoTls,
    /// Anything else.
    Other,
}

impl TlsFault {
    /// The verdict, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::MissingIntermediate => "missing intermediate certificate",
            Self::Expired => "expired certificate",
            Self::NotYetValid => "certificate not valid yet",
            Self::WrongName => "certificate for another name",
            Self::SelfSigned => "self-signed certificate",
            Self::UnknownAuthority => "certificate of an unknown authority",
            Self::BadCertificate => "bad certificate",
            Self::Legacy => "legacy TLS",
            Self::NoLegacy => "legacy TLS, which this program was built without",
            Self::BrokenOff => "broken off in the handshake",
            Self::NoTls => "no TLS on this port",
            Self::Other => "handshake failed",
        }
    }

    /// What an administrator can do.
    pub fn mend(self) -> &'static str {
        match self {
            Self::MissingIntermediate => {
                "if the portal will not send it, save the issuer's certificate as PEM and pin it in the site file: \
                 tls = { intermediates = \"FILE.pem\", why = \"…\" }"
            }
            Self::Expired => "the portal has to renew it; it is tried again with growing pauses",
            Self::NotYetValid => "look at this machine's clock first",
            Self::WrongName => "look whether `base` and `hosts` of the site file name the host as the portal does",
            Self::SelfSigned | Self::UnknownAuthority | Self::BadCertificate => {
                "the portal has to get one that browsers trust; it is tried again with growing pauses"
            }
            Self::Legacy => {
                "where the portal has nothing newer to offer, say so in its site file: tls = { legacy = \"why\" }"
            }
            Self::NoLegacy => "build it with the feature legacy-tls",
            Self::BrokenOff => {
                "it is tried again; a server that always does this may speak old TLS only: \
                 tls = { legacy = \"why\" } in its site file"
            }
            Self::NoTls => "look whether the portal's address begins with http://",
            Self::Other => "it is tried again with growing pauses",
        }
    }
}

/// A verdict of ours on its way through rustls, which has no word for it.
#[derive(Debug)]
struct Ours(TlsFault);

impl std::fmt::Display for Ours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.words())
    }
}

impl std::error::Error for Ours {}

/// A verdict as an error of rustls.
pub(super) fn carried(fault: TlsFault) -> Error {
    Error::InvalidCertificate(CertificateError::Other(OtherError(std::sync::Arc::new(Ours(fault)))))
}

/// What a failed handshake means.
pub(super) fn of_handshake(error: &io::Error) -> TlsFault {
    let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return TlsFault::BrokenOff;
    };
    match inner {
        Error::InvalidCertificate(certificate) => of_certificate(certificate),
        Error::PeerIncompatible(_) => TlsFault::Legacy,
        Error::AlertReceived(
            AlertDescription::ProtocolVersion
            | AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity,
        ) => TlsFault::Legacy,
        Error::InvalidMessage(rustls::InvalidMessage::UnknownProtocolVersion) => TlsFault::Legacy,
        Error::InvalidMessage(_) => TlsFault::NoTls,
        _ => TlsFault::Other,
    }
}

fn of_certificate(error: &CertificateError) -> TlsFault {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => TlsFault::NotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => TlsFault::WrongName,
        CertificateError::UnknownIssuer => TlsFault::UnknownAuthority,
        CertificateError::Other(other) => {
            other.0.downcast_ref::<Ours>().map_or(TlsFault::BadCertificate, |ours| ours.0)
        }
        _ => TlsFault::BadCertificate,
    }
}
