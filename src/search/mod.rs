//! Catalogue and texts → an index of words; a query → the articles that it finds.
//!
//! Promises: the index is a cache in a directory of its own, brought up to date from where each catalogue log was read to,
//! and made anew when its form changed, a log was rewritten or a file of it is damaged. Words are found however their tone
//! mark is placed, and without their marks when the query has none. It holds no text: what a hit shows is read from the
//! archive. Refuses: the ledger, the network, and handing out what is taken down (the caller names it).

mod error;
mod facets;
mod filters;
mod find;
mod index;
mod provinces;
mod query;
mod schema;
mod snippet;
mod update;
mod words;

pub use error::SearchError;
pub use facets::Facets;
pub use find::{Found, Hit, Request, Sort};
pub use index::Index;
pub use provinces::sites_of;
pub use query::{Clause, Field, Query};
pub use snippet::{Needles, Piece, snippet};
pub use update::Updated;
pub use words::{exact, plain};
