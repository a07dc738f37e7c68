//! The style sheet, the only file that pages need.

use axum::http::{HeaderName, StatusCode, header};

/// Its address, which changes with it, and its text.
pub const STYLE: (&str, &str) = (concat!("/assets/", env!("CARGO_PKG_VERSION"), "-2.css"), include_str!("style.css"));

/// The style sheet; it may be kept for a year.
pub async fn style() -> ([(HeaderName, &'static str); 3], &'static str) {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, STYLE.1)
}

/// Browsers ask for one unasked.
pub async fn no_icon() -> StatusCode {
    StatusCode::NO_CONTENT
}
