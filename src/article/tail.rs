//! The article's end: who wrote it.

use super::accounts::account;
use super::fold::key;
use super::hints::Hints;
use super::outline::{Align, Line, LineKind};
use super::text::length;

/// The longest byline, in characters.
const LONGEST: usize = 70;

/// Labels before a name.
const LABELS: [&str; 31] = [
    "tác giả bài viết",
    "tác giả",
    "tin, bài, ảnh",
    "tin và ảnh",
    "tin, ảnh",
    "tin ảnh",
    "tin bài",
    "bài và ảnh",
    "bài, ảnh",
    "bài viết",
    "bài",
    "thực hiện",
    "người viết",
    "phóng viên",
    "tin",
    "người đăng",
    "biên tập",
    "ảnh",
    "nguồn tin",
    "nguồn",
    "theo",
    "tổng hợp",
    "clip",
    "video",
    "đồ họa",
    "đồ hoạ",
    "biên soạn",
    "viết bởi",
    "đăng bởi",
    "story by",
    "by",
];

/// How strongly a line looks like a byline; 0 for not at all.
pub(super) fn likeness(line: &Line, last: bool) -> u8 {
    let text = line.text.as_str();
    let chars = length(text);
    if !(2..=LONGEST).contains(&chars) || matches!(line.kind, LineKind::Row | LineKind::Heading(_) | LineKind::Caption)
    {
        return 0;
    }
    if line.link_share() > 0.9 && !line.hints.has(Hints::AUTHOR) {
        return 0;
    }
    if text.chars().any(|c| c.is_ascii_digit()) || text.ends_with(['!', '?', ':', ';']) || closing_stop(text) {
        return 0;
    }
    if label(text).is_some() {
        return if line.align == Align::Right || line.hints.has(Hints::AUTHOR) || last { 4 } else { 2 };
    }
    // `Facebook: …` is an address; an office's full name in capitals signs a document, not a report.
    let shouted =
        text.split(' ').count() > 5 && !text.chars().any(char::is_lowercase) && !text.contains([',', '-', '–']);
    if text.contains(':') || shouted {
        return 0;
    }
    let set_apart = line.align == Align::Right || line.hints.has(Hints::AUTHOR);
    let signed =
        line.align == Align::Right && line.is_bold() && text.contains(['-', '–']) && text.split(' ').count() <= 9;
    let named = names(text) || (set_apart && office(text)) || (signed && opens_with_name(text));
    if !named && !line.hints.has(Hints::AUTHOR) {
        return 0;
    }
    let mut score = u8::from(named);
    score += u8::from(line.align == Align::Right) * 2;
    score += u8::from(line.is_bold() || line.is_italic());
    score += u8::from(line.hints.has(Hints::AUTHOR)) * 2;
    score += u8::from(last && chars <= 40);
    score
}

/// Ends as a sentence; initials (`P.V.`) do not.
fn closing_stop(text: &str) -> bool {
    text.ends_with('.') && text.rsplit(' ').next().is_none_or(|word| word.chars().filter(|c| *c == '.').count() <= 1)
}

/// The label a byline opens with, and what follows.
fn label(text: &str) -> Option<(&'static str, &str)> {
    let lower = text.to_lowercase();
    let label = LABELS.iter().find(|label| {
        lower.strip_prefix(**label).is_some_and(|rest| {
            let rest = rest.trim_start();
            rest.starts_with(':')
                || (matches!(**label, "theo" | "by" | "story by" | "viết bởi" | "đăng bởi")
                    && rest.chars().next().is_some_and(char::is_alphanumeric))
        })
    })?;
    // The label holds the same letters in either case, so the lengths in bytes agree.
    let rest = text.get(label.len()..)?.trim_start_matches([' ', ':', '\u{a0}']);
    if matches!(*label, "theo" | "by") && !names(rest) {
        return None;
    }
    Some((label, rest))
}

/// Capitalised words only: a name, several, an office's short mark.
fn names(text: &str) -> bool {
    let mut words = 0;
    for word in text
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | ',' | '/' | '&' | '(' | ')' | '.' | ';' | '+'))
    {
        if word.is_empty() {
            continue;
        }
        let Some(first) = word.chars().next() else { continue };
        let small = matches!(
            word,
            "và" | "tổng" | "hợp" | "thực" | "hiện" | "theo" | "biên" | "soạn" | "ảnh" | "dịch" | "st" | "lược"
        );
        if !first.is_uppercase() && !small {
            return false;
        }
        words += usize::from(!small);
    }
    (1..=9).contains(&words)
}

/// A line of the block that signs a document: on whose behalf, in which office, `(Đã ký)`.
pub(super) fn signature(text: &str) -> bool {
    const BEHALF: [&str; 6] = ["TM.", "KT.", "TL.", "TUQ.", "T/M", "K/T"];
    const OFFICES: [&str; 12] = [
        "CHỦ TỊCH",
        "PHÓ CHỦ TỊCH",
        "BÍ THƯ",
        "PHÓ BÍ THƯ",
        "GIÁM ĐỐC",
        "PHÓ GIÁM ĐỐC",
        "CHÁNH VĂN PHÒNG",
        "TRƯỞNG BAN",
        "PHÓ TRƯỞNG BAN",
        "TRƯỞNG PHÒNG",
        "HIỆU TRƯỞNG",
        "BỘ TRƯỞNG",
    ];
    let text = text.trim();
    BEHALF.iter().any(|start| text.starts_with(start)) || OFFICES.contains(&text) || signed(text)
}

/// `(Đã ký)`: no other letters, however many dots and brackets.
fn signed(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphanumeric()).take(6).count() < 6 && key(text) == "đã ký"
}

/// Whether a line may say who wrote the text, by its words alone.
pub(super) fn could_sign(text: &str) -> bool {
    let plain = length(text) <= LONGEST && !text.chars().any(|c| c.is_ascii_digit()) && !closing_stop(text);
    plain && (label(text).is_some() || names(text) || office(text))
}

/// `Vi Thị Sen - Phòng Văn hóa`: a name, then where its bearer works.
fn opens_with_name(text: &str) -> bool {
    text.split(['-', '–']).next().is_some_and(|name| name.split_whitespace().count() >= 2 && names(name))
}

/// `Cổng TTĐT tỉnh`, `Văn phòng huyện uỷ`: few words, the first of them capitalised.
fn office(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_uppercase)
        && text.split(' ').count() <= 6
        && !text.contains([',', '“', '"'])
}

/// The name in a byline, without its label; `None` for the accounts of a CMS.
pub(super) fn name(text: &str) -> Option<String> {
    let text = text.trim();
    let inner = text.strip_prefix(['(', '[']).and_then(|rest| rest.strip_suffix([')', ']']));
    let text = inner.filter(|rest| !rest.contains([')', ']'])).unwrap_or(text).trim();
    let rest = label(text).map_or(text, |(_, rest)| rest).trim();
    (!rest.is_empty() && !account(rest)).then(|| rest.to_owned())
}

/// A byline in brackets at the end of the last paragraph, which stays where it is.
pub(super) fn bracketed(paragraph: &str) -> Option<String> {
    let trimmed = paragraph.trim_end_matches(['.', ' ']);
    let open = trimmed.strip_suffix(')')?.rfind('(')?;
    let inside = trimmed[open + 1..trimmed.len() - 1].trim();
    let before = trimmed[..open].trim_end();
    // Only after the sentence's end; otherwise it belongs to the sentence.
    if !before.ends_with(['.', '/', '!', '”', '"', '…']) || length(inside) > LONGEST || inside.is_empty() {
        return None;
    }
    let photo = key(inside).starts_with("ảnh");
    (!photo && (names(inside) || label(inside).is_some() || office(inside))).then(|| name(inside)).flatten()
}
