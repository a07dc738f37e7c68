//! Files an administrator writes, turned into checked values.
//!
//! Promises: every fault names file, line and mend; nothing half-checked leaves this room.

mod site;

pub use site::{ArticleSpec, ListSpec, Pages, RobotsPolicy, Site, TlsPolicy, Validity};
