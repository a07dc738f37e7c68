//! What can go wrong while answering, and the answer that says so.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use serde_json::json;

use crate::archive::ArchiveError;

/// Why a request could not be answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Nothing of that name; also what is hidden from the asker, so that nobody learns the difference.
    #[error("there is no such {what}")]
    Missing {
        /// What was looked for: "file", "article".
        what: &'static str,
    },
    /// A parameter cannot be understood.
    #[error("{parameter}: {why}")]
    Parameter {
        /// Its name.
        parameter: String,
        /// What is wrong, and the mend.
        why: String,
    },
    /// The request names a host that is not this one.
    #[error("this server is not known under that name; ask by address, or start it with --public-url")]
    Host,
    /// A page of another site asks for a change.
    #[error("a page of another site may not ask for that")]
    Origin,
    /// Too much for one answer.
    #[error("about {bytes} bytes: order it with POST /bundles, and fetch it when it is made")]
    TooLarge {
        /// Its size, about.
        bytes: u64,
    },
    /// Everything that may be done at a time is being done.
    #[error("{what}")]
    Busy {
        /// What is full, and when to come again.
        what: &'static str,
    },
    /// The archive could not be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Relative to the root.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A thread of ours ended before its work was done.
    #[error("a worker ended early")]
    Worker,
}

impl ServeError {
    /// A parameter that cannot be understood.
    pub fn parameter(parameter: &str, why: impl Into<String>) -> Self {
        Self::Parameter { parameter: parameter.to_owned(), why: why.into() }
    }

    /// Not now.
    pub fn busy(what: &'static str) -> Self {
        Self::Busy { what }
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Missing { .. } => StatusCode::NOT_FOUND,
            Self::Parameter { .. } => StatusCode::BAD_REQUEST,
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Origin => StatusCode::FORBIDDEN,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Archive(_) | Self::Read { .. } | Self::Worker => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for ServeError {
    /// Problem details (RFC 9457). What lies on our disk is said in the log, not to the client.
    fn into_response(self) -> Response {
        let status = self.status();
        let detail = if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = %self, "a request could not be answered");
            "the archive could not be read; the server's log says why".to_owned()
        } else {
            self.to_string()
        };
        let title = status.canonical_reason().unwrap_or("error");
        let body = json!({ "title": title, "status": status.as_u16(), "detail": detail });
        let mut response = (status, Json(body)).into_response();
        let kind = axum::http::HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(axum::http::header::CONTENT_TYPE, kind);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let soon = axum::http::HeaderValue::from_static("30");
            response.headers_mut().insert(axum::http::header::RETRY_AFTER, soon);
        }
        response
    }
}
