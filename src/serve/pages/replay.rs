//! An article as it looked: ReplayWeb.page over the WACZ of its pages.

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

use super::article::{chosen, memento};
use super::assets;
use super::overview::lang_of;
use super::view::{Place, View};
use crate::archive::catalog::ArticleRecord;
use crate::serve::error::ServeError;
use crate::serve::library::Library;
use crate::serve::single::{Single, Visit};

/// The service worker as ReplayWeb.page itself asks for it, so that there is one.
const WORKER: &str = "/replay/sw.js?serveIndex=1";

/// Beside what every page may do: scripts and one worker of ours, their frame, and what they ask us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      worker-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The page, or why there is none.
pub async fn show(library: Arc<Library>, view: View, id: String) -> Response {
    made(library, view, id).await.unwrap_or_else(axum::response::IntoResponse::into_response)
}

async fn made(library: Arc<Library>, view: View, id: String) -> Result<Response, ServeError> {
    let asked = (id.clone(), view.clone());
    let (_, record) = library.blocking(move |library| chosen(library, &asked.1, &asked.0)).await?;
    if library.replay().is_none() {
        return Ok(page(&view, &record, &missing(&view, &record)));
    }
    let single = library.single(&id, &view.access).await?;
    let visit = single.visits.iter().find(|visit| visit.version == record.version).or(single.visits.first());
    let visit = visit.ok_or(ServeError::Missing { what: "capture of this article" })?;
    let mut response = page(&view, &record, &player(&view, &record, &single, visit));
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}

fn page(view: &View, record: &ArticleRecord, contents: &Markup) -> Response {
    let version = record.version.to_string();
    let back = view.link(&format!("/articles/{}", record.id), &[("version", &version)]);
    let contents = html! {
        nav class="crumbs" aria-label=(view.t("Vị trí", "You are here")) { a href=(back) lang=(lang_of(record)) { (record.title) } }
        h1 { (view.t("Trang như lúc lưu", "The page as it looked")) }
        (contents)
    };
    let title = format!("{} · {}", record.title, view.t("Trang như lúc lưu", "The page as it looked"));
    view.page(&title, Place::Nowhere, &contents).into_response()
}

fn player(view: &View, record: &ArticleRecord, single: &Single, visit: &Visit) -> Markup {
    let source = format!("/articles/{}/page.wacz?of={}", record.id, single.tag());
    html! {
        p class="meta" { (view.t("Lưu lúc ", "Captured ")) time datetime=(record.captured_at) { (view.lang.time(&record.captured_at)) }
            " · " span class="url" { (visit.uri) } }
        noscript { p class="alarm" { (view.t("Xem lại trang cần JavaScript. Không có JavaScript, hãy dùng: ", "Replay needs JavaScript. Without it, use: ")) (plain(view, record)) } }
        // The element of ReplayWeb.page; replay.js puts it into the page, and its attributes are read by ui.js.
        div class="replay" {
            template id="replay" {
                replay-web-page embed="default" replayBase="/replay/" deepLink sandbox source=(source) url=(visit.uri) ts=(visit.stamp) title=(record.title) {}
            }
        }
        p class="note" { (view.t("Chỉ hiện những gì đã lưu; không tải gì từ mạng. ", "Only what was archived is shown; nothing is loaded from the web. "))
            a href=(format!("/articles/{}/page.wacz", record.id)) download { (view.t("Tải gói WACZ của bài này", "Download this article's WACZ")) }
            " (" (view.lang.bytes(single.length)) ")" }
        script src="/replay/ui.js" defer {}
        script src=(assets::REPLAY.0) defer data-worker=(WORKER) data-scope="/replay/" {}
    }
}

/// What needs no program: the capture, and the text.
fn plain(view: &View, record: &ArticleRecord) -> Markup {
    let version = record.version.to_string();
    html! {
        a href=(memento(record, &record.url)) { (view.t("bản chụp nguyên gốc", "the capture as it came")) } ", "
        a href=(view.link(&format!("/articles/{}/text", record.id), &[("version", &version)])) { (view.t("văn bản", "the text")) } ", "
        a href=(format!("/articles/{}/page.wacz", record.id)) download { (view.t("gói WACZ của bài này", "this article's WACZ")) } "."
    }
}

fn missing(view: &View, record: &ArticleRecord) -> Markup {
    html! {
        p class="lead" { (view.t("Máy chủ này chưa cài phần xem lại trang (ReplayWeb.page).", "Replay (ReplayWeb.page) is not installed on this server.")) }
        p { (view.t("Vẫn xem được: ", "What can be had without it: ")) (plain(view, record)) }
        p class="note" { (view.t("Gói WACZ mở được tại replayweb.page hoặc bằng ứng dụng của nó. Người quản trị cài theo docs/replay.md: chạy tools/replay, rồi khởi động lại máy chủ.", "The WACZ opens on replayweb.page, or with its app. Whoever keeps the server installs replay as docs/replay.md says: run tools/replay, then start the server again.")) }
    }
}
