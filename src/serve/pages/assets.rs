//! The style sheet, the only file that pages need; and what starts replay.

use axum::http::{HeaderName, StatusCode, header};

/// Its address, which changes with it, and its text.
pub const STYLE: (&str, &str) = (concat!("/assets/", env!("CARGO_PKG_VERSION"), "-2.css"), include_str!("style.css"));

/// The address of what starts replay, which changes with it, and its text.
pub const REPLAY: (&str, &str) = (concat!("/assets/", env!("CARGO_PKG_VERSION"), "-1.js"), include_str!("replay.js"));

/// The style sheet.
pub async fn style() -> Asset {
    asset("text/css; charset=utf-8", STYLE.1)
}

/// What starts replay.
pub async fn replay() -> Asset {
    asset("text/javascript; charset=utf-8", REPLAY.1)
}

type Asset = ([(HeaderName, &'static str); 3], &'static str);

/// It may be kept for a year.
fn asset(kind: &'static str, text: &'static str) -> Asset {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text)
}

/// Browsers ask for one unasked.
pub async fn no_icon() -> StatusCode {
    StatusCode::NO_CONTENT
}
