//! Headers that keep browsers safe, on every answer that does not bring its own.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

/// Name and value. Answers that replay captured pages bring a stricter policy (a sandbox); it is kept.
const HEADERS: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: browsers then send `Origin: null` with forms of our own.
    (header::REFERRER_POLICY, "same-origin"),
    // What a token opened shall not stay behind in a shared cache, nor outlive the token in a browser's.
    (header::CACHE_CONTROL, "private, no-cache"),
];

/// Adds those that are missing.
pub async fn add(mut answer: Response) -> Response {
    for (name, value) in HEADERS {
        answer.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    answer
}
