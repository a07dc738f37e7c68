//! Pages that answer 200 and are no article.

use std::sync::LazyLock;

use regex::Regex;

use super::fold::key;
use super::outline::{Marks, Outline};
use crate::page::HtmlPage;

/// Why a page is no article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotArticle {
    /// An error, whatever its status said.
    ErrorPage,
    /// A form to log in.
    LoginPage,
    /// A script that sets a cookie and loads the page again.
    CookieGate,
    /// A firewall's or CAPTCHA's page.
    Challenge,
    /// A list of articles answered at an article's address.
    ListPage,
    /// A frame that forwards by script or refresh.
    Redirect,
    /// No text that could be an article's.
    Empty,
}

impl NotArticle {
    /// One word for reports.
    pub const fn cause(self) -> &'static str {
        match self {
            Self::ErrorPage => "error-page",
            Self::LoginPage => "login-page",
            Self::CookieGate => "cookie-gate",
            Self::Challenge => "challenge",
            Self::ListPage => "list-page",
            Self::Redirect => "redirect",
            Self::Empty => "empty",
        }
    }
}

/// A gate is this small; anything larger is looked at as a page.
const GATE_BYTES: usize = 6000;

/// What the source alone gives away.
pub(super) fn gate(source: &str) -> Option<NotArticle> {
    if source.len() > GATE_BYTES {
        return None;
    }
    let lower = source.to_lowercase();
    let reloads = ["location.reload", "location.href", "location.replace", "window.location", "document.location"];
    let moves = reloads.iter().any(|word| lower.contains(word));
    if moves && lower.contains("document.cookie") {
        return Some(NotArticle::CookieGate);
    }
    if challenge(&lower) {
        return Some(NotArticle::Challenge);
    }
    let text = lower.len() < 1500 && !lower.contains("<p") && !lower.contains("<div");
    (text && (moves || lower.contains("http-equiv=\"refresh\""))).then_some(NotArticle::Redirect)
}

/// The cookie that a cookie gate's own script sets, as `name=value`: a literal, nothing that would have to be computed.
pub fn gate_cookie(source: &str) -> Option<String> {
    static SET: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"document\.cookie\s*=\s*["'`]\s*([A-Za-z0-9_.-]{1,64}=[A-Za-z0-9!#$%&()*+./:<=>?@\[\]^_{|}~-]{1,512})["'`;]"#).ok()
    });
    (gate(source)? == NotArticle::CookieGate).then_some(())?;
    Some(SET.as_ref()?.captures(source)?[1].to_owned())
}

/// What a page is that stands in the place of a news list: a gate, a firewall's page, an error answered with 200. `None`
/// when nothing says so.
pub fn instead_of_list(page: &HtmlPage) -> Option<NotArticle> {
    if let Some(cause) = gate(&page.source) {
        return Some(cause);
    }
    let outline = Outline::of(&page.dom, &Marks::default());
    says_error(&outline).then_some(NotArticle::ErrorPage)
}

fn challenge(lower: &str) -> bool {
    const MARKS: [&str; 12] = [
        "viettel waf",
        "access denied",
        "just a moment",
        "attention required",
        "captcha",
        "cf-challenge",
        "request blocked",
        "the requested url was rejected",
        "web application firewall",
        "are you a robot",
        "checking your browser",
        "ddos",
    ];
    MARKS.iter().any(|mark| lower.contains(mark))
}

/// What a page without enough text is.
pub(super) fn weak(outline: &Outline, status: u16) -> NotArticle {
    if status >= 400 || says_error(outline) {
        NotArticle::ErrorPage
    } else if challenged(outline) {
        NotArticle::Challenge
    } else if outline.password {
        NotArticle::LoginPage
    } else if outline.lines.iter().filter(|line| line.link_share() > 0.8 && line.size >= 24).count() >= 6 {
        NotArticle::ListPage
    } else {
        NotArticle::Empty
    }
}

fn challenged(outline: &Outline) -> bool {
    outline.lines.len() < 40
        && (outline.lines.iter().any(|line| challenge(&line.text.to_lowercase()))
            || outline.meta.title.as_deref().is_some_and(|title| challenge(&title.to_lowercase())))
}

/// Whether the title or a short line says that there is nothing here.
pub(super) fn says_error(outline: &Outline) -> bool {
    let title = outline.meta.title.as_deref().is_some_and(|title| {
        let key = key(title);
        error_words(&key)
            || key.split(' ').any(|word| matches!(word, "404" | "403" | "500" | "502" | "503")) && key.len() < 40
    });
    title
        || outline.lines.iter().any(|line| line.size < 200 && line.link_share() < 0.5 && error_words(&key(&line.text)))
}

fn error_words(key: &str) -> bool {
    const WORDS: [&str; 22] = [
        "không tìm thấy trang",
        "trang không tồn tại",
        "trang này không tồn tại",
        "không tìm thấy nội dung",
        "không tìm thấy bài viết",
        "bài viết không tồn tại",
        "bài viết này không tồn tại",
        "nội dung không tồn tại",
        "không tồn tại hoặc đã bị xoá",
        "trang bạn yêu cầu",
        "trang bạn tìm",
        "trang bạn truy cập",
        "đường dẫn không tồn tại",
        "tin không tồn tại",
        "page not found",
        "404 not found",
        "the requested resource",
        "the requested url",
        "http status 404",
        "lỗi hệ thống",
        "không tìm thấy dữ liệu",
        "error 404",
    ];
    key == "not found" || key == "404" || key == "không tìm thấy" || WORDS.iter().any(|word| key.contains(word))
}
