//! One article: its text, where it comes from, and what belongs to it.

use axum::http::{HeaderName, header};
use axum::response::IntoResponse as _;
use maud::{Markup, html};

use super::Answer;
use super::overview::{lang_of, published};
use super::view::{Place, View};
use crate::archive::catalog::{ArticleRecord, Asset};
use crate::archive::select::text_of;
use crate::model::StampSource;
use crate::serve::error::ServeError;
use crate::serve::library::Library;

const NOT_THERE: ServeError = ServeError::Missing { what: "article" };

/// All versions of an article that may be shown.
pub fn versions(library: &Library, view: &View, id: &str) -> Result<Vec<ArticleRecord>, ServeError> {
    if library.hidden()?.iter().any(|hidden| hidden == id) {
        return Err(NOT_THERE);
    }
    let mut versions = library.shelf()?.versions(id)?;
    versions.retain(|record| view.access.may_see(&record.site));
    if versions.is_empty() { Err(NOT_THERE) } else { Ok(versions) }
}

/// The version that is asked for; the latest, if none is.
fn chosen(library: &Library, view: &View, id: &str) -> Result<(Vec<ArticleRecord>, ArticleRecord), ServeError> {
    let versions = versions(library, view, id)?;
    let record = match view.number("version")? {
        Some(number) => versions.iter().find(|record| u64::from(record.version) == number),
        None => versions.last(),
    };
    let record = record.cloned().ok_or(ServeError::Missing { what: "version of this article" })?;
    Ok((versions, record))
}

/// The cleaned text as it lies in the archive.
pub fn text(library: &Library, view: &View, id: &str) -> Answer {
    let (_, record) = chosen(library, view, id)?;
    let text = text_of(library.root(), &record)?.ok_or(ServeError::Missing { what: "text" })?;
    Ok((plain("text/plain; charset=utf-8"), text).into_response())
}

/// The record as the catalogue has it.
pub fn record(library: &Library, view: &View, id: &str) -> Answer {
    let (_, record) = chosen(library, view, id)?;
    Ok((plain("application/json"), axum::Json(record)).into_response())
}

fn plain(kind: &'static str) -> [(HeaderName, &'static str); 3] {
    let policy = (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    [(header::CONTENT_TYPE, kind), (header::X_CONTENT_TYPE_OPTIONS, "nosniff"), policy]
}

/// The page.
pub fn show(library: &Library, view: &View, id: &str) -> Answer {
    let (versions, record) = chosen(library, view, id)?;
    let text = text_of(library.root(), &record)?;
    let latest = versions.last().is_some_and(|last| last.version == record.version);
    let site = library.site_name(&record.site);
    let contents = html! {
        nav class="crumbs" aria-label=(view.t("Vị trí", "You are here")) {
            a href=(view.link("/", &[])) { (view.t("Tổng quan", "Overview")) } " › "
            a href=(view.link(&format!("/sites/{}", record.site), &[])) { (site) }
        }
        article class="text" lang=(lang_of(&record)) {
            h1 { (record.title) }
            p class="meta" { (published(view, &record))
                @if let Some(byline) = &record.byline { " · " (byline) }
                @if let Some(section) = &record.section { " · " (section) } }
            @if !latest {
                p class="alarm" lang=(view.lang.tag()) { (view.t("Đây là phiên bản cũ. ", "This is an older version. "))
                    a href=(view.with(&[("version", "")])) { (view.t("Xem bản mới nhất", "See the latest")) } }
            }
            @match &text {
                Some(text) => { @for block in String::from_utf8_lossy(text).trim_end().split("\n\n").skip(1) { p { (block) } } }
                None => { p class="empty" lang=(view.lang.tag()) { (view.t("Tệp văn bản không có trong kho; có thể tạo lại từ WARC.", "The text file is not there; it can be made again from the WARC files.")) } }
            }
        }
        (provenance(view, &record))
        (super::versions::list(view, &versions, record.version))
        (near(library, view, &record)?)
        (assets(view, &record, view.t("Ảnh", "Images"), "images", &record.images))
        (assets(view, &record, view.t("Tệp đính kèm", "Attachments"), "attachments", &record.attachments))
    };
    Ok(view.page(&record.title, Place::Nowhere, &contents))
}

/// Where a capture is shown as it came, by its time.
fn memento(record: &ArticleRecord, url: &str) -> String {
    let stamp: String = record.captured_at.chars().filter(char::is_ascii_digit).take(14).collect();
    format!("/web/{stamp}id_/{}", url.replace('#', "%23"))
}

/// Whether an address may be a link: a portal can write others, such as `javascript:`.
fn on_the_web(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

fn provenance(view: &View, record: &ArticleRecord) -> Markup {
    let version = record.version.to_string();
    let own = |what: &str| view.link(&format!("/articles/{}/{what}", record.id), &[("version", &version)]);
    let name = record.warc.file.rsplit('/').next().unwrap_or_default();
    html! {
        section aria-labelledby="provenance" {
            h2 id="provenance" { (view.t("Nguồn gốc", "Provenance")) }
            p class="actions" {
                a href=(memento(record, &record.url)) { (view.t("Bản chụp nguyên gốc", "The capture as it came")) }
                " · " a href=(own("text")) { (view.t("Văn bản", "Text file")) }
                " · " a href=(own("record")) { (view.t("Bản ghi JSON", "Record (JSON)")) }
                @if on_the_web(&record.url) { " · " a href=(record.url) rel="noreferrer external" { (view.t("Trang gốc trên mạng", "The page on the web")) } }
            }
            dl class="facts" {
                div { dt { (view.t("Địa chỉ", "Address")) } dd class="url" { (record.url) } }
                @let others = record.locations.iter().filter(|url| **url != record.url).collect::<Vec<_>>();
                @if !others.is_empty() {
                    div { dt { (view.t("Cũng thấy tại", "Also seen at")) } dd { ul class="plain" { @for url in others { li class="url" { (url) } } } } }
                }
                div { dt { (view.t("Lưu lúc", "Captured")) } dd { time datetime=(record.captured_at) { (view.lang.time(&record.captured_at)) } } }
                div { dt { (view.t("Ngày đăng lấy từ", "Date found in")) } dd { (source(view, record.published_source)) } }
                @if let Some(at) = &record.modified { div { dt { (view.t("Sửa lần cuối", "Modified")) } dd { time datetime=(at) { (view.lang.time(at)) } } } }
                div { dt { (view.t("Tệp WARC", "WARC file")) } dd class="url" { a href=(format!("/files/{name}")) { (name) } } }
                div { dt { (view.t("Vị trí", "Offset")) } dd { (view.lang.number(record.warc.offset)) } }
                div { dt { (view.t("Mã bản ghi", "Record id")) } dd class="url" { code { (record.warc.record_id) } } }
                div { dt { (view.t("Hàm băm nội dung", "Content hash")) } dd class="url" { code { (record.content_hash) } } }
                div { dt { (view.t("Tệp văn bản", "Text file")) } dd class="url" { (record.text_path) } }
                @if let Some(extractor) = &record.extractor { div { dt { (view.t("Phần mềm trích", "Extracted by")) } dd { (extractor) } } }
                @if !record.notes.is_empty() {
                    div { dt { (view.t("Ghi chú", "Notes")) } dd lang="en" { ul class="plain" { @for note in &record.notes { li { (note) } } } } }
                }
            }
        }
    }
}

fn source(view: &View, source: StampSource) -> &'static str {
    match source {
        StampSource::Markup => view.t("mã nguồn trang", "the page's markup"),
        StampSource::Stamp => view.t("dòng ngày trên trang", "the date line on the page"),
        StampSource::List => view.t("danh mục tin", "the news list"),
        StampSource::Url => view.t("địa chỉ trang", "the address"),
        StampSource::Inferred => view.t("suy từ nội dung", "the text, inferred"),
        StampSource::Unknown => view.t("không tìm thấy", "nowhere"),
    }
}

fn near(library: &Library, view: &View, record: &ArticleRecord) -> Result<Markup, ServeError> {
    let hidden = library.hidden()?;
    let mut rows = Vec::new();
    let shelf = library.shelf()?;
    for id in record.near_duplicates.iter().filter(|id| !hidden.contains(id)).take(50) {
        rows.extend(shelf.versions(id)?.pop().filter(|record| view.access.may_see(&record.site)));
    }
    drop(shelf);
    Ok(html! {
        @if !rows.is_empty() {
            section aria-labelledby="near" {
                h2 id="near" { (view.t("Bài gần giống", "Near-duplicates")) }
                ol class="articles" { @for row in &rows { (super::overview::item(library, view, row)) } }
            }
        }
    })
}

fn assets(view: &View, record: &ArticleRecord, title: &str, id: &str, assets: &[Asset]) -> Markup {
    html! {
        @if !assets.is_empty() {
            section aria-labelledby=(id) {
                h2 id=(id) { (title) }
                ul class="assets" {
                    @for asset in assets {
                        li {
                            a href=(memento(record, &asset.url)) { (asset.label.as_deref().unwrap_or(&asset.url)) }
                            @if asset.label.is_some() { " " small class="url" { (asset.url) } }
                            @if on_the_web(&asset.url) { " (" a href=(asset.url) rel="noreferrer external" { (view.t("trên mạng", "on the web")) } ")" }
                        }
                    }
                }
            }
        }
    }
}
