//! The date lines of the article's head.

use super::dates::{self, Found};
use super::hints::Hints;
use super::lexicon::{COUNT_WORDS, account};
use super::outline::{Line, LineKind};
use super::relative;
use super::stamps::When;
use super::text::length;

/// Words that say what a date is.
const PUBLISHING: [&str; 8] =
    ["đăng", "cập nhật", "xuất bản", "publish", "posted", "updated", "gửi lúc", "phát hành lúc"];

/// How a date was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// In full.
    Printed,
    /// Counted back from the time of reading.
    Relative,
    /// Without its year.
    Yearless,
}

/// A date line of the head.
#[derive(Debug, Clone)]
pub(super) struct DateLine {
    pub(super) line: usize,
    pub(super) text: String,
    pub(super) found: Found,
    pub(super) updated: bool,
    pub(super) origin: Origin,
}

/// Whether a line opens with what portals print before a date.
pub(super) fn labelled(line: &Line) -> bool {
    const LABELS: [&str; 11] =
        ["đăng", "cập nhật", "publish", "gửi lúc", "ngày", "thứ", "chủ nhật", "xuất bản", "lúc", "post", "tin đăng"];
    let start: String = line.text.chars().take(12).collect::<String>().to_lowercase();
    LABELS.iter().any(|label| start.starts_with(label))
}

/// Reads a line as a date line: short, a date, and little else.
pub(super) fn date_line(index: usize, line: &Line, when: &When) -> Option<DateLine> {
    if line.size > 400 || line.size < 4 || line.link_share() > 0.5 {
        return None;
    }
    let lower = line.text.to_lowercase();
    // A table's row is a date line only when it says so: documents list the day they were signed on.
    let published = PUBLISHING.iter().any(|word| lower.contains(word));
    if line.kind == LineKind::Row && !published {
        return None;
    }
    let named = line.hints.has(Hints::DATE) || published;
    let (found, origin) = match dates::find_stamp(&line.text).filter(|_| line.size >= 8) {
        Some(found) => (found, Origin::Printed),
        None => match relative::find_relative(&line.text, when.here)
            .filter(|found| found.has_time || named || counted(&lower))
        {
            Some(found) => (found, Origin::Relative),
            None if named => (relative::find_yearless(&line.text, when.anchor, when.here)?, Origin::Yearless),
            None => return None,
        },
    };
    let rest =
        length(&line.text[..found.start.min(line.text.len())]) + length(line.text.get(found.end..).unwrap_or_default());
    let labelled = labelled(line);
    let counts = COUNT_WORDS.iter().any(|word| lower.contains(word));
    let short = rest <= 24 || (rest <= 60 && (labelled || counts || line.hints.has(Hints::DATE)));
    let sentence = line.text.ends_with(['.', ';']) && rest > 16 && !counts;
    if !short || sentence {
        return None;
    }
    let text = without_account(without_counts(&line.text, found.end), found.start);
    let updated = lower.contains("cập nhật") || lower.contains("update") || lower.contains("sửa");
    Some(DateLine { line: index, text, found, updated, origin })
}

/// `3 ngày trước`, and not a bare `Hôm qua`, which also heads the visitor counts.
fn counted(lower: &str) -> bool {
    lower.starts_with(|c: char| c.is_ascii_digit())
}

/// The line without the name of a CMS account before the date: `Tác giả: host / 05/09/2023`.
fn without_account(text: String, date_start: usize) -> String {
    let Some(before) = text.get(..date_start) else { return text };
    let Some(end) = before.rfind(['/', '|', '-', '•', ',']) else { return text };
    let name = before[..end].rsplit([':']).next().unwrap_or_default().trim();
    let name = ["bởi ", "by "].iter().find_map(|label| name.strip_prefix(label)).unwrap_or(name);
    if !name.is_empty() && account(name) {
        text[end + 1..].trim_start_matches(['/', '|', ' ']).to_owned()
    } else {
        text
    }
}

/// The name before a date, in capitals as one family of papers prints it: `VĂN HÀO - LÊ BÌNH 30/04/2016 11:39`.
pub(super) fn name_before(date: &DateLine) -> Option<String> {
    let before = date.text.get(..date.found.start)?.trim_end_matches([' ', '-', '|', ',', '–', '/', '•']).trim();
    let (_, before) = before.split_once(':').unwrap_or(("", before));
    let before = before.trim();
    let shouted = before.chars().any(char::is_alphabetic) && !before.chars().any(char::is_lowercase);
    let words = before.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
    let said = ["THỨ", "CHỦ", "NGÀY", "ĐĂNG", "CẬP", "TIN", "LÚC", "GMT", "CN", "GỬI", "XUẤT"];
    let label = before.split_whitespace().next().is_some_and(|word| said.contains(&word));
    (shouted && !label && (2..=9).contains(&words)).then(|| before.to_owned())
}

/// The line as printed, without view counts, tools and the label of an English interface.
fn without_counts(text: &str, date_end: usize) -> String {
    let mut text = text.to_owned();
    let tail = text.get(date_end..).unwrap_or_default().to_lowercase();
    let tools = ["in trang", "in bài", "in ra", "chia sẻ", "cỡ chữ", "gửi email", "100%", "| a", "tác giả", "nghe bài"];
    let cut = COUNT_WORDS.iter().chain(&tools).filter_map(|word| tail.find(word)).min();
    if let Some(cut) = cut
        && tail.len() == text.len() - date_end
    {
        text.truncate(date_end + cut);
    } else if tail.starts_with([' ', '|']) && tail.chars().all(|c| c.is_ascii_digit() || " |.,".contains(c)) {
        // `13/08/2025 | 329`, or an icon between them: a bare number after the date counts views.
        text.truncate(date_end);
    }
    let trimmed =
        text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '-' | '–' | '•' | ',' | '(' | '/'));
    let lower = trimmed.to_lowercase();
    let label = ["publish date", "published date", "published on"].into_iter().find(|label| lower.starts_with(label));
    trimmed[label.map_or(0, str::len)..].trim_start_matches([' ', ':']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_behind_the_date_are_cut_and_hours_are_not() {
        for (line, end, kept) in [
            ("13/08/2025 | 329", 10, "13/08/2025"),
            ("14:12 20/11/2026 1.250", 16, "14:12 20/11/2026"),
            ("20/11/2026 - 8:28", 10, "20/11/2026 - 8:28"),
            ("20/11/2026 (GMT+7)", 10, "20/11/2026 (GMT+7)"),
        ] {
            assert_eq!(without_counts(line, end), kept);
        }
    }
}
