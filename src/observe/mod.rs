//! What a program that runs for months tells the one who watches it: ready, alive, ending; and figures of what it does.
//!
//! Promises: it never holds anything up; where nobody watches, it says nothing; no label holds a host or an address, and the
//! number of series is bounded whatever the portals do.

mod meters;
mod notify;
mod page;

pub use meters::Meters;
pub use notify::Notify;
pub use page::{CONTENT_TYPE, Label, Page, text};
