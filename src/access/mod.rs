//! Tokens that the server gave out ↔ who may see what.
//!
//! Promises: a token is known as a hash only, and compared in constant time; what is revoked or has run out opens nothing
//! from that moment on; a log that cannot be read opens nothing at all.
//!
//! Refuses: to show a token a second time, and to change a line that was written.

mod log;
mod scope;
mod secret;
mod uses;

pub use log::{NewToken, Token, Tokens, create, path_of, revoke};
pub use scope::Access;
pub use secret::Secret;
pub use uses::{read as uses, write as write_uses};

use std::path::PathBuf;

/// What can go wrong with tokens. Every message names the file and the next step.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// A file could not be read or written.
    #[error("cannot {action} {}: {source}; look at its owner and mode", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line of the log that cannot be read.
    #[error("{} line {line} is no entry of a token: mend it from a copy; until then no token opens anything", path.display())]
    Line {
        /// The log.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// The machine gives no random numbers.
    #[error("the machine gives no random numbers ({why}): no token was made")]
    Random {
        /// What it said.
        why: String,
    },
    /// No token has that id.
    #[error("no token {id}: `luutru token list` shows their ids")]
    Unknown {
        /// What was asked for.
        id: String,
    },
}
