//! The article's head: its title, and where the head of something else begins.

use super::body::Weights;
use super::fold::key;
use super::hints::Hints;
use super::lexicon::{Phrase, phrase};
use super::meta::Meta;
use super::outline::{Line, LineKind, Outline};
use super::text::length;

/// The longest title, in characters.
const LONGEST_TITLE: usize = 400;
/// Separators between title, section and site in `<title>`.
const SEPARATORS: [&str; 9] = [" - ", " | ", " – ", " — ", " :: ", " » ", " > ", " / ", " • "];

/// Where the title stands and how it reads.
#[derive(Debug, Clone)]
pub(super) struct Title {
    /// The line that shows it; `None` when only the page's declarations name it.
    pub(super) line: Option<usize>,
    pub(super) text: String,
    /// A declaration and a line agree.
    pub(super) sure: bool,
}

/// Finds the title: the line that the longest part of a declared title equals.
pub(super) fn title(outline: &Outline, weights: &Weights, hint: Option<&str>) -> Option<Title> {
    let meta = &outline.meta;
    let declared: Vec<String> = [hint, meta.headline.as_deref(), meta.og_title.as_deref(), meta.title.as_deref()]
        .into_iter()
        .flatten()
        .map(|text| format!(" {} ", key(text)))
        .filter(|key| key.len() > 4)
        .collect();
    // Long lines are folded only when they open as some part of a declared title does.
    let openings: Vec<char> = [hint, meta.headline.as_deref(), meta.og_title.as_deref(), meta.title.as_deref()]
        .into_iter()
        .flatten()
        .flat_map(|text| text.split(['|', '-', '–', '»', ':', '>', '•', '/']).filter_map(opening_letter))
        .collect();
    let mut best: Option<(i32, usize)> = None;
    for (index, (line, weighed)) in outline.lines.iter().zip(&weights.lines).enumerate() {
        let folded = (weighed.key.is_empty() && line.size <= LONGEST_TITLE * 3)
            .then(|| opening_letter(&line.text).filter(|letter| openings.contains(letter)).map(|_| key(&line.text)))
            .flatten();
        let text = folded.as_deref().unwrap_or(&weighed.key);
        if let Some(score) = likeness(line, text, &declared)
            && best.is_none_or(|(known, _)| score > known)
        {
            best = Some((score, index));
        }
    }
    best.map(|(_, index)| {
        let text = outline.lines[index].text.clone();
        Title { line: Some(index), text, sure: true }
    })
}

/// The first letter or digit, in lower case.
fn opening_letter(text: &str) -> Option<char> {
    text.chars().find(|c| c.is_alphanumeric()).and_then(|c| c.to_lowercase().next())
}

/// How well a line agrees with what the page declares; `None` when it does not.
fn likeness(line: &Line, text: &str, declared: &[String]) -> Option<i32> {
    if line.size < 8 || text.is_empty() || declared.is_empty() {
        return None;
    }
    let padded = format!(" {text} ");
    // From the hint and the headline to the page title, which carries section and site as well.
    let at = declared.iter().position(|title| title.starts_with(&padded) || title.ends_with(&padded))?;
    let exact = declared.contains(&padded);
    let words = i32::try_from(text.split(' ').count()).unwrap_or(0);
    // A short start of a long title is chance: a section's name, the publisher's.
    if words < 3 && !exact {
        return None;
    }
    let mut score = words * 4 + if exact { 10 } else { 0 } - i32::try_from(at).unwrap_or(0);
    score += match line.kind {
        LineKind::Heading(1) => 12,
        LineKind::Heading(2 | 3) => 8,
        LineKind::Heading(_) => 4,
        LineKind::Item => -6,
        _ => 0,
    };
    score += if line.hints.has(Hints::TITLE) { 8 } else { 0 };
    score -= if line.hints.has(Hints::TRAIL) { 14 } else { 0 };
    score -= if line.noisy { 8 } else { 0 };
    score -= if line.link_share() > 0.8 { 5 } else { 0 };
    Some(score)
}

/// The heading right above the body, when no declaration names one.
pub(super) fn heading_above(outline: &Outline, body: usize) -> Option<usize> {
    let mut best: Option<(i32, usize)> = None;
    for index in (body.saturating_sub(12)..body.min(outline.lines.len())).rev() {
        let line = &outline.lines[index];
        let short = line.size < 12 || length(&line.text) > LONGEST_TITLE;
        if short || phrase(&line.text).is_some() || generic(&line.text) || line.hints.has(Hints::TRAIL) || line.noisy {
            continue;
        }
        let mut score = match line.kind {
            LineKind::Heading(level) => 30 - i32::from(level) * 3,
            _ if line.hints.has(Hints::TITLE) => 25,
            _ if line.is_bold() => 8,
            _ => continue,
        };
        score -= i32::try_from(body - index).unwrap_or(12);
        if best.is_none_or(|(known, _)| score > known) {
            best = Some((score, index));
        }
    }
    best.map(|(_, index)| index)
}

/// The declared title without section and site.
pub(super) fn declared(meta: &Meta) -> Option<String> {
    if let Some(title) = meta.headline.as_ref().or(meta.og_title.as_ref()).filter(|title| !title.is_empty()) {
        return Some(title.clone());
    }
    let title = meta.title.as_ref()?;
    let cut = SEPARATORS.iter().filter_map(|separator| title.rfind(separator)).filter(|at| *at > 20).max();
    Some(cut.map_or_else(|| title.clone(), |at| title[..at].trim().to_owned()))
}

/// Headings that name the page's kind, not the article.
pub(super) fn generic(text: &str) -> bool {
    matches!(
        key(text).as_str(),
        "chi tiết tin"
            | "chi tiết bài viết"
            | "tin tức"
            | "tin tức sự kiện"
            | "nội dung"
            | "nội dung chi tiết"
            | "chi tiết"
            | "bài viết"
            | "thông báo"
            | "văn bản"
            | "tin hoạt động"
            | "asset publisher"
            | "xem nội dung"
            | "hiển thị nội dung"
            | "xuất bản thông tin"
            | "tin chi tiết"
            | "nội dung bài viết"
            | "nội dung tin"
    )
}

/// Whether a line opens what is no part of the article any more.
pub(super) fn ends_article(line: &Line) -> bool {
    phrase(&line.text).is_some_and(Phrase::ends_article)
}
