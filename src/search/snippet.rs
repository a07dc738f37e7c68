//! The place of a text that shows best why it was found. Pure.

use std::collections::HashSet;

use super::query::{Field, Query};
use super::words::{exact, plain, words};

/// A run of a text, and whether it is what was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// As it stands there.
    pub text: String,
    /// Whether it was looked for.
    pub hit: bool,
}

/// The words of a query.
#[derive(Debug, Clone, Default)]
pub struct Needles {
    written: HashSet<String>,
    plain: HashSet<String>,
}

impl Needles {
    /// Of the words that a text was found by.
    pub fn of(query: &Query, any_marks: bool) -> Self {
        let mut out = Self::default();
        let wanted = query.clauses.iter().filter(|clause| !clause.not);
        for clause in wanted.filter(|clause| matches!(clause.field, Field::Any | Field::Title)) {
            let marked = clause.words.iter().any(|word| !word.is_ascii()) && !any_marks;
            for word in &clause.words {
                if marked {
                    out.written.insert(word.clone())
                } else {
                    out.plain.insert(plain(word))
                };
            }
        }
        out
    }

    fn has(&self, word: &str) -> bool {
        let word = exact(word);
        self.written.contains(&word) || (!self.plain.is_empty() && self.plain.contains(&plain(&word)))
    }

    /// The whole of a text in pieces.
    pub fn mark(&self, text: &str) -> Vec<Piece> {
        let mut out: Vec<Piece> = Vec::new();
        let mut push = |text: &str, hit: bool| match out.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.hit == hit => last.text.push_str(text),
            _ => out.push(Piece { text: text.to_owned(), hit }),
        };
        let mut done = 0;
        for (from, word) in words(text).filter(|(_, word)| self.has(word)) {
            push(&text[done..from], false);
            push(word, true);
            done = from + word.len();
        }
        push(&text[done..], false);
        out
    }
}

/// About `length` bytes of a text, where most of the words that were looked for stand together; cut at words.
pub fn snippet(text: &str, needles: &Needles, length: usize) -> Vec<Piece> {
    let all: Vec<(usize, &str)> = words(text).collect();
    let mut hits = Vec::new();
    for (at, (from, word)) in all.iter().enumerate() {
        if needles.has(word) {
            hits.push((at, *from, exact(word)));
        }
    }
    // Different words count more than one word often; of windows of one worth, the first.
    let mut best = (0, 0);
    for (nth, (at, from, _)) in hits.iter().enumerate() {
        let inside: Vec<&String> =
            hits[nth..].iter().take_while(|hit| hit.1 < from + length * 3 / 4).map(|hit| &hit.2).collect();
        let different = inside.iter().collect::<HashSet<_>>().len();
        let worth = different * 8 + inside.len().min(7);
        if worth > best.0 {
            best = (worth, *at);
        }
    }
    let first = best.1.saturating_sub(if best.1 < 8 { 8 } else { 6 });
    let from = if first == 0 { 0 } else { all[first].0 };
    let mut to = text.len();
    if let Some((at, _)) = all.iter().find(|(at, word)| at + word.len() > from + length) {
        to = *at;
    }
    let mut out = needles.mark(text[from..to].trim_end());
    let ellipsis = |text: &str| Piece { text: text.to_owned(), hit: false };
    if from > 0 {
        out.insert(0, ellipsis("… "));
    }
    if to < text.len() {
        out.push(ellipsis(" …"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| if piece.hit { format!("[{}]", piece.text) } else { piece.text.clone() }).collect()
    }

    fn of(query: &str, text: &str, length: usize) -> String {
        shown(&snippet(text, &Needles::of(&Query::parse(query).unwrap(), false), length))
    }

    #[test]
    fn words_are_marked_as_they_were_looked_for() {
        assert_eq!(of("tinh uy", "Tỉnh uỷ họp. Tình hình.", 200), "[Tỉnh] [uỷ] họp. [Tình] hình.");
        assert_eq!(of("\"tỉnh ủy\"", "Tỉnh uỷ họp. Tình hình.", 200), "[Tỉnh] [uỷ] họp. Tình hình.");
        assert_eq!(of("-họp", "Tỉnh uỷ họp.", 200), "Tỉnh uỷ họp.");
    }

    #[test]
    fn the_place_with_most_words_is_shown() {
        let text = format!("bão {} bão lũ {}", "một hai ba ".repeat(60), "bốn năm sáu ".repeat(60));
        let shown = of("bão lũ", &text, 120);
        assert!(shown.starts_with("… ") && shown.ends_with(" …") && shown.contains("[bão] [lũ]"), "{shown}");
        assert!(shown.len() < 200, "{shown}");
        assert_eq!(of("x", "", 100), "");
        let unbroken = "ữ".repeat(2_000);
        assert_eq!(of("x", &unbroken, 100), " …");
    }
}
