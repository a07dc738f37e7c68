//! One exchange over the wire: a permit and an address in, the exact bytes of request and response out.
//!
//! Promises: HTTP/1.1 only, bytes as they passed above TLS, every limit of [`crate::model::Limits`] kept, no address
//! dialled that the guard refuses. Refuses: redirects (they are followed hop by hop by the caller, each with a permit of
//! its own), any cookie but the one it is handed, proxies, content decoding.

mod connect;
mod error;
mod exchange;
mod fault;
mod guard;
mod judge;
#[cfg(feature = "legacy-tls")]
mod legacy;
#[cfg(not(feature = "legacy-tls"))]
#[path = "no_legacy.rs"]
mod legacy;
mod line;
mod tee;
mod trust;

pub use connect::TlsInfo;
pub use error::FetchError;
pub use exchange::{Ask, Conditions, Cut, Exchange, Payload};
pub use fault::TlsFault;
pub use guard::Guard;
pub use line::{Fetcher, Identity, Line};
pub use trust::Trust;
