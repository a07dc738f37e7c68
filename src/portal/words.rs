//! Words that portals put on menus, boxes and pagers, in the forms they are met in.

use unicode_normalization::UnicodeNormalization;

/// How little a region of the page has to do with its news list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Noise {
    /// Nothing speaks against it.
    #[default]
    None,
    /// A side column, a box of related or much-read news: articles, but not this list's.
    Soft,
    /// Menus, breadcrumbs, footers, pagers.
    Hard,
}

/// Whole words of class and id names.
const HARD: [&str; 26] = [
    "menu",
    "nav",
    "navi",
    "navbar",
    "navigation",
    "topnav",
    "breadcrumb",
    "breadcrumbs",
    "footer",
    "tags",
    "tagcloud",
    "weblink",
    "weblinks",
    "sitemap",
    "login",
    "search",
    "poll",
    "calendar",
    "social",
    "share",
    "comments",
    "pagination",
    "pager",
    "paging",
    "language",
    "copyright",
];
const SOFT: [&str; 13] = [
    "sidebar", "aside", "related", "popular", "mostread", "mostview", "most", "trending", "other", "banner", "marquee",
    "ticker", "hotnews",
];
/// Parts of run-together names.
const HARD_PARTS: [&str; 9] =
    ["breadcrumb", "pagination", "tagcloud", "mainmenu", "topmenu", "leftmenu", "navbar", "weblink", "lien-ket"];
const SOFT_PARTS: [&str; 11] = [
    "sidebar",
    "mostread",
    "mostview",
    "xemnhieu",
    "docnhieu",
    "xem-nhieu",
    "doc-nhieu",
    "lienquan",
    "lien-quan",
    "tin-moi-nhat",
    "noi-bat",
];

/// What a tag, its classes and its id say of the region they open.
pub(super) fn noise_of(tag: &str, names: &str) -> Noise {
    match tag {
        "nav" | "footer" | "select" => return Noise::Hard,
        "aside" => return Noise::Soft,
        "html" | "body" | "a" => return Noise::None,
        _ => {}
    }
    if names.is_empty() {
        return Noise::None;
    }
    let names = names.to_ascii_lowercase().replace('_', "-");
    let words = || names.split(|c: char| !c.is_ascii_alphanumeric());
    if words().any(|word| HARD.contains(&word)) || HARD_PARTS.iter().any(|part| names.contains(part)) {
        Noise::Hard
    } else if words().any(|word| SOFT.contains(&word)) || SOFT_PARTS.iter().any(|part| names.contains(part)) {
        Noise::Soft
    } else {
        Noise::None
    }
}

/// Lower case, NFC, single spaces, without the arrows and marks around: the form in which labels are compared.
pub(super) fn fold(text: &str) -> String {
    let lower: String = text.nfc().flat_map(char::to_lowercase).collect();
    lower
        .split(|c: char| c.is_whitespace() || c == '\u{a0}')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']' | ':' | '.' | '…' | '|' | '-' | ' '))
        .to_owned()
}

/// Headings of boxes that hold other articles than the list's next ones.
const FOREIGN_HEADINGS: [&str; 14] = [
    "đọc nhiều",
    "xem nhiều",
    "được quan tâm",
    "nổi bật",
    "liên quan",
    "tiêu điểm",
    "most read",
    "most viewed",
    "popular",
    "related",
    "liên kết",
    "thăm dò",
    "văn bản mới",
    "thông báo",
];
/// Headings under which a list page goes on with older articles of the same list.
const OWN_HEADINGS: [&str; 9] = [
    "các tin khác",
    "tin khác",
    "các tin đã đưa",
    "tin đã đưa",
    "các bài khác",
    "bài viết khác",
    "tin cũ hơn",
    "các tin tiếp theo",
    "other news",
];

/// What the heading above a group of links says of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heading {
    /// More of the same list.
    Own,
    /// Another box.
    Foreign,
    /// Nothing.
    Silent,
}

/// Reads a heading.
pub(super) fn heading(text: &str) -> Heading {
    let text = fold(text);
    if OWN_HEADINGS.iter().any(|words| text.starts_with(words)) {
        Heading::Own
    } else if FOREIGN_HEADINGS.iter().any(|words| text.contains(words)) {
        Heading::Foreign
    } else {
        Heading::Silent
    }
}

/// What a pager's link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// A page number.
    Number(u32),
    /// The next page.
    Next,
    /// The last page.
    Last,
    /// First, previous, or no pager link at all.
    Other,
}

const NEXT: [&str; 20] = [
    "tiếp",
    "tiếp theo",
    "tiếp tục",
    "trang sau",
    "trang tiếp",
    "trang tiếp theo",
    "trang kế",
    "sau",
    "kế tiếp",
    "next",
    "next page",
    "older",
    "xem tiếp",
    "trang kế tiếp",
    "tin cũ hơn",
    "bài cũ hơn",
    "xem thêm",
    "tải thêm",
    "xem thêm tin",
    "load more",
];
const LAST: [&str; 7] = ["cuối", "cuối cùng", "trang cuối", "trang cuối cùng", "last", "last page", "end"];

/// Bytes of a label; more is the title of an article.
const LABEL_BYTES: usize = 80;

/// Reads a pager label, in Vietnamese or English, with or without arrows.
pub(super) fn label(text: &str) -> Label {
    let text = text.trim();
    if text.len() > LABEL_BYTES {
        return Label::Other;
    }
    let text = fold(text);
    if let Ok(number) = text.parse() {
        return Label::Number(number);
    }
    if let Some(Ok(number)) = text.strip_prefix("trang ").or_else(|| text.strip_prefix("page ")).map(str::parse) {
        return Label::Number(number);
    }
    if matches!(text.as_str(), "»" | "›" | ">" | ">>" | "→" | "&raquo;") {
        return Label::Next;
    }
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    if NEXT.contains(&bare) {
        Label::Next
    } else if LAST.contains(&bare) {
        Label::Last
    } else {
        Label::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_in_two_languages() {
        assert_eq!(label(" 12 "), Label::Number(12));
        assert_eq!(label("Trang 3"), Label::Number(3));
        assert_eq!(label("Cuối cùng →"), Label::Last);
        assert_eq!(label("Trang sau »"), Label::Next);
        assert_eq!(label("NEXT"), Label::Next);
        assert_eq!(label("Tiê\u{301}p"), Label::Next);
        assert_eq!(label("← Đầu tiên"), Label::Other);
    }

    #[test]
    fn a_vendor_prefix_is_no_menu() {
        assert_eq!(noise_of("div", "UIArticleInMenu_Default"), Noise::None);
        assert_eq!(noise_of("div", "box main-menu"), Noise::Hard);
        assert_eq!(noise_of("div", "col sidebar_right"), Noise::Soft);
        assert_eq!(noise_of("nav", ""), Noise::Hard);
    }
}
