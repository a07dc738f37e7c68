//! Faults as pages, for clients that read pages.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use maud::html;
use serde_json::Value;

use super::view::{Place, View};

/// Problem details are short.
const LARGEST: usize = 64 << 10;

/// Turns problem details into a page when the client asks for HTML.
pub async fn as_page(request: Request, next: Next) -> Response {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wants_page = accepts.contains("text/html");
    let view = View::of(request.uri(), request.headers());
    let response = next.run(request).await;
    let status = response.status();
    let problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if !wants_page || !problem || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let detail = match to_bytes(body, LARGEST).await {
        Ok(bytes) => serde_json::from_slice::<Value>(&bytes).unwrap_or_default(),
        Err(_) => Value::Null,
    };
    let mut page = page(&view, status, detail["detail"].as_str().unwrap_or_default());
    // What a client must know beyond the words: when to come back, how to sign in.
    for name in [header::RETRY_AFTER, header::WWW_AUTHENTICATE, header::ALLOW] {
        if let Some(value) = parts.headers.get(&name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    page
}

fn page(view: &View, status: StatusCode, detail: &str) -> Response {
    let (title, what) = match status {
        StatusCode::NOT_FOUND => (
            view.t("Không tìm thấy", "Not found"),
            view.t(
                "Kho lưu trữ không có trang này. Có thể địa chỉ bị gõ nhầm.",
                "The archive has no such page. Perhaps the address was mistyped.",
            ),
        ),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => (
            view.t("Cần quyền truy cập", "Access needed"),
            view.t("Trang này cần mã truy cập.", "This page needs an access token."),
        ),
        status if status.is_client_error() => (
            view.t("Yêu cầu chưa hợp lệ", "The request cannot be understood"),
            view.t("Hãy sửa lại rồi thử lần nữa.", "Mend it and try again."),
        ),
        _ => (
            view.t("Máy chủ gặp lỗi", "The server met a fault"),
            view.t(
                "Hãy thử lại sau; nhật ký máy chủ ghi rõ nguyên nhân.",
                "Try again later; the server's log says why.",
            ),
        ),
    };
    let contents = html! {
        h1 { (title) }
        p class="lead" { (what) }
        @if !detail.is_empty() { p class="detail" lang="en" { code { (status.as_u16()) } " " (detail) } }
        p { a href=(view.link("/search", &[])) { (view.t("Tìm trong kho lưu trữ", "Search the archive")) } }
    };
    view.page_with(status, title, Place::Nowhere, &contents)
}
