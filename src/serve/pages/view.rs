//! What every page has: language, parameters, links that keep both, and the frame around its contents.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use maud::{DOCTYPE, Markup, html};
use url::form_urlencoded;

use super::assets;
use super::words::Lang;
use crate::access::Access;
use crate::serve::error::ServeError;

/// Nothing is loaded from elsewhere, no script runs, and nobody may frame a page.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";
/// Characters of a parameter at most.
const LONGEST: usize = 2_000;

/// Which entry of the menu a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The overview, or a site.
    Overview,
    /// The search.
    Search,
    /// Bundles.
    Bundle,
    /// Files.
    Downloads,
    /// None.
    Nowhere,
}

/// A page that is asked for.
#[derive(Debug, Clone)]
pub struct View {
    /// Language.
    pub lang: Lang,
    /// The language was asked for in the address, and stays in links.
    chosen: bool,
    /// What may be shown.
    pub access: Access,
    path: String,
    params: Vec<(String, String)>,
}

impl<S: Sync> FromRequestParts<S> for View {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let access = Access::from_request_parts(parts, &()).await?;
        Ok(Self { access, ..Self::of(&parts.uri, &parts.headers) })
    }
}

impl View {
    /// Of a request, showing nothing of the archive.
    pub fn of(uri: &axum::http::Uri, headers: &HeaderMap) -> Self {
        let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let params: Vec<(String, String)> =
            pairs.take(100).map(|(name, value)| (name.into_owned(), value.chars().take(LONGEST).collect())).collect();
        let asked = params.iter().find(|(name, _)| name == "lang").and_then(|(_, value)| Lang::parse(value));
        let accepts = || headers.get(header::ACCEPT_LANGUAGE).and_then(|value| Lang::accepted(value.to_str().ok()?));
        let lang = asked.or_else(accepts).unwrap_or_default();
        let params = params.into_iter().filter(|(name, _)| name != "lang").collect();
        Self { lang, chosen: asked.is_some(), access: Access::nothing(), path: uri.path().to_owned(), params }
    }

    /// The words of the page's language.
    pub const fn t(&self, vi: &'static str, en: &'static str) -> &'static str {
        self.lang.of(vi, en)
    }

    /// A parameter; an empty one is none.
    pub fn param(&self, name: &str) -> Option<&str> {
        let found = self.params.iter().find(|(known, _)| known == name)?;
        Some(found.1.trim()).filter(|value| !value.is_empty())
    }

    /// All parameters of a name.
    pub fn params(&self, name: &str) -> Vec<String> {
        let named = self.params.iter().filter(|(known, value)| known == name && !value.trim().is_empty());
        named.map(|(_, value)| value.trim().to_owned()).collect()
    }

    /// A day.
    pub fn date(&self, name: &str) -> Result<Option<Date>, ServeError> {
        let wrong =
            |_| ServeError::parameter(name, self.t("hãy viết ngày như 2025-07-01", "write a day as 2025-07-01"));
        self.param(name).map(|text| text.parse().map_err(wrong)).transpose()
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Result<Option<u64>, ServeError> {
        let wrong = |_| ServeError::parameter(name, self.t("phải là một số", "must be a number"));
        self.param(name).map(|text| text.parse().map_err(wrong)).transpose()
    }

    /// An address of ours with these parameters; the language stays.
    pub fn link(&self, path: &str, params: &[(&str, &str)]) -> String {
        let lang = self.chosen.then_some(("lang", self.lang.tag()));
        address(path, params.iter().copied().chain(lang))
    }

    /// This page with other values for some parameters (empty: without).
    pub fn with(&self, changes: &[(&str, &str)]) -> String {
        let kept = self.params.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str())).chain(changes.iter().copied());
        let lang = self.chosen.then_some(("lang", self.lang.tag()));
        address(&self.path, kept.filter(|(_, value)| !value.is_empty()).chain(lang))
    }

    /// Keeps a chosen language in a form.
    pub fn form_lang(&self) -> Markup {
        html! { @if self.chosen { input type="hidden" name="lang" value=(self.lang.tag()); } }
    }

    /// A whole page.
    pub fn page(&self, title: &str, place: Place, contents: &Markup) -> Response {
        self.page_with(StatusCode::OK, title, place, contents)
    }

    /// A whole page with another status.
    pub fn page_with(&self, status: StatusCode, title: &str, place: Place, contents: &Markup) -> Response {
        let full = html! {
            (DOCTYPE)
            html lang=(self.lang.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) " · Lưu trữ" }
                    link rel="stylesheet" href=(assets::STYLE.0);
                }
                body {
                    a class="skip" href="#main" { (self.t("Đến nội dung", "Skip to contents")) }
                    (self.header(place))
                    main id="main" tabindex="-1" { (contents) }
                    (self.footer())
                }
            }
        };
        let mut response = (status, full.into_string()).into_response();
        let set = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::CACHE_CONTROL, "no-cache"),
            (header::VARY, "Accept-Language"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        ];
        for (name, value) in set {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        let lang = HeaderValue::from_static(self.lang.tag());
        response.headers_mut().insert(header::CONTENT_LANGUAGE, lang);
        response
    }

    fn header(&self, place: Place) -> Markup {
        let entries = [
            (Place::Overview, "/", self.t("Tổng quan", "Overview")),
            (Place::Search, "/search", self.t("Tìm kiếm", "Search")),
            (Place::Bundle, "/bundle", self.t("Gói tài liệu", "Bundles")),
            (Place::Downloads, "/downloads", self.t("Tải về", "Downloads")),
        ];
        html! {
            header class="top" {
                a class="brand" href=(self.link("/", &[])) lang="vi" { "Lưu trữ" }
                nav aria-label=(self.t("Chính", "Main")) {
                    ul {
                        @for (at, path, name) in entries {
                            li { a href=(self.link(path, &[])) aria-current=[(at == place).then_some("page")] { (name) } }
                        }
                    }
                }
            }
        }
    }

    fn footer(&self) -> Markup {
        let switch = |lang: Lang, name: &str| {
            html! {
                @if lang == self.lang { span aria-current="true" lang=(lang.tag()) { (name) } }
                @else { a href=(address(&self.path, self.pairs().chain([("lang", lang.tag())]))) lang=(lang.tag()) hreflang=(lang.tag()) { (name) } }
            }
        };
        html! {
            footer class="bottom" {
                p { (self.t("Kho lưu trữ tin tức các cổng thông tin địa phương.", "An archive of the news of provincial portals.")) }
                nav aria-label=(self.t("Ngôn ngữ", "Language")) { (switch(Lang::Vi, "Tiếng Việt")) " · " (switch(Lang::En, "English")) }
            }
        }
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn address<'a>(path: &str, params: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
