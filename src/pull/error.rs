//! What can go wrong while pulling, and whether trying again makes sense.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::StatusCode;

/// An error of this room. Every message names the address or file and the next step.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The server could not be reached, or the line broke.
    #[error("{url}: {why}; the same command goes on from here")]
    Line {
        /// What was asked for.
        url: String,
        /// What happened.
        why: String,
    },
    /// It answered that it will not, or cannot.
    #[error("{url}: the server answers {status}{}", advice(*status))]
    Status {
        /// What was asked for.
        url: String,
        /// How it answered.
        status: StatusCode,
        /// When it wants to be asked again.
        wait: Option<Duration>,
    },
    /// It points to where we do not go.
    #[error("{url}: {why}")]
    Elsewhere {
        /// What it points to.
        url: String,
        /// Why not.
        why: &'static str,
    },
    /// Its answer is not what the interface says.
    #[error("{url}: {why}; is this the address of a WASAPI server?")]
    Answer {
        /// What was asked for.
        url: String,
        /// What is wrong.
        why: String,
    },
    /// A name that is more than a name.
    #[error("the server lists a file named {name:?}: only letters, digits, dots, dashes and underscores are taken")]
    Name {
        /// As listed.
        name: String,
    },
    /// Other bytes than listed.
    #[error("{name}: {what}; nothing was kept")]
    Bytes {
        /// The file.
        name: String,
        /// What differs.
        what: String,
    },
    /// A file lies here under that name, and it is another one.
    #[error("{}: lies here with other bytes than the server lists; it is kept: move it away to fetch the other", path.display())]
    Other {
        /// The file here.
        path: PathBuf,
    },
    /// The disk refuses.
    #[error("cannot {action} {}: {source}", path.display())]
    Disk {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another run has the folder.
    #[error("{}: another pull is at work here; wait for its end", path.display())]
    Held {
        /// The folder.
        path: PathBuf,
    },
    /// What was asked for cannot be asked.
    #[error("{what}")]
    Usage {
        /// What is wrong, and the mend.
        what: String,
    },
}

impl PullError {
    /// Whether the same may work in a moment.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Line { .. } => true,
            Self::Status { status, .. } => {
                status.is_server_error() && *status != StatusCode::NOT_IMPLEMENTED
                    || matches!(*status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
            }
            _ => false,
        }
    }

    /// Whether nothing further can work either.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Disk { .. } | Self::Held { .. })
    }

    /// How long the server wants to be left alone.
    pub fn wait(&self) -> Option<Duration> {
        if let Self::Status { wait, .. } = self { *wait } else { None }
    }

    /// A fault of the file system.
    pub(super) fn disk(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Disk { action, path, source }
    }
}

fn advice(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => ": give a good token (--token-file), or --user with it for a server that wants a name",
        403 => ": the token does not open this",
        404 => ": nothing of that name, or not for this token",
        _ => "",
    }
}
