//! Why an exchange gave nothing to archive.

use std::net::IpAddr;

use super::fault::TlsFault;

/// An exchange that failed before a whole response head was there.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FetchError {
    /// The name does not resolve.
    #[error("{host} does not resolve ({why})")]
    Resolve {
        /// Host name.
        host: String,
        /// What the resolver said.
        why: String,
    },
    /// The address guard refused.
    #[error("{host} is at {address}, a {kind} address; allow it with --allow-net {address}")]
    Refused {
        /// Host name.
        host: String,
        /// The address.
        address: IpAddr,
        /// Kind of address.
        kind: &'static str,
    },
    /// No TCP connection.
    #[error("no connection to {host}: {why}")]
    Connect {
        /// Host and port.
        host: String,
        /// What the system said.
        why: String,
    },
    /// No TLS connection.
    #[error("no TLS connection to {host}: {} ({why}); {}", fault.words(), fault.mend())]
    Tls {
        /// Host.
        host: String,
        /// What is wrong, in a word.
        fault: TlsFault,
        /// What the TLS library said.
        why: String,
    },
    /// Too slow.
    #[error("{host} gave no answer within {seconds} s")]
    Timeout {
        /// Host.
        host: String,
        /// The bound that was passed.
        seconds: u64,
    },
    /// The answer is no HTTP/1.1, or its head is over the limits.
    #[error("{host} sent no usable answer: {why}")]
    Protocol {
        /// Host.
        host: String,
        /// What hyper said.
        why: String,
    },
    /// The run was told to stop before the request's turn came.
    #[error("the run was told to stop")]
    Stopped,
    /// As many requests were made as the caller allowed itself.
    #[error("as many requests as allowed were made")]
    Enough,
    /// The address cannot be put into a request.
    #[error("{url} cannot be asked for: {why}")]
    Address {
        /// The address.
        url: String,
        /// Why.
        why: String,
    },
}

impl FetchError {
    /// Whether the same request may work later.
    pub fn retryable(&self) -> bool {
        !matches!(self, Self::Refused { .. } | Self::Address { .. })
    }

    /// What it means for the site that could not be asked: a state that lasts until it can be, and ends no list and no item.
    pub fn state(&self) -> &'static str {
        match self {
            Self::Tls { .. } => "unreachable: TLS",
            _ => "unreachable from here",
        }
    }

    /// One word for reports.
    pub fn cause(&self) -> &'static str {
        match self {
            Self::Resolve { .. } => "dns",
            Self::Refused { .. } => "address refused",
            Self::Connect { .. } => "no connection",
            Self::Tls { .. } => "tls",
            Self::Timeout { .. } => "timeout",
            Self::Protocol { .. } => "bad answer",
            Self::Address { .. } => "bad address",
            Self::Stopped => "stopped",
            Self::Enough => "enough requests",
        }
    }
}
