//! Words between rooms: small values, each made in one place only.
//!
//! Promises: no I/O, no clock, no randomness. Refuses: anything that only one room needs.

mod clock;
mod date;
mod digest;
mod http;
mod limits;
mod part;
mod recent;
mod url;

pub use clock::{Clock, FixedClock, SystemClock};
pub use date::{Stamp, StampSource, VIETNAM};
pub use digest::Digest;
pub use http::Head;
pub use limits::Limits;
pub use part::PagePart;
pub use recent::Recent;
pub use url::{CanonicalUrl, PageMethod, PageRequest};
