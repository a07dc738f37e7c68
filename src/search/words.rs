//! What counts as a word, and under which forms it is found. Pure.
//!
//! A word is a run of letters and digits. It stands in the index twice, at one position: as it is written (lower case, NFC,
//! tone mark placed the new way, behind [`EXACT`]), and without its marks.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::article::fingerprint::normal_form;

/// Stands before the written form, which would otherwise be taken for the plain form of another word (`nam`, `năm`).
pub(super) const EXACT: char = '=';
/// What is longer is no word that anybody types.
const LONGEST: usize = 80;
/// Positions between the words of two blocks.
const BLOCK: usize = 16;

/// The words of a text, with where they begin.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at + text[at..].find(char::is_alphanumeric)?;
        let tail = &text[from..];
        let length = tail.find(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)).unwrap_or(tail.len());
        at = from + length;
        Some((from, &text[from..at]))
    })
}

/// A word as it is written: lower case, NFC, tone mark placed the new way.
pub fn exact(word: &str) -> String {
    let mut word = normal_form(word);
    if let Some((at, _)) = word.char_indices().nth(LONGEST) {
        word.truncate(at);
    }
    word
}

/// A word without its marks: `uỷ` is `uy`, `đ` is `d`. Takes what [`exact`] gives.
pub fn plain(exact: &str) -> String {
    if exact.is_ascii() {
        return exact.to_owned();
    }
    exact.nfd().filter(|c| !is_combining_mark(*c)).map(|c| if c == 'đ' { 'd' } else { c }).collect()
}

/// Both forms of every word of a text.
#[derive(Debug, Clone, Default)]
pub(super) struct Words;

/// Where [`Words`] is in a text.
pub(super) struct Stream<'a> {
    text: &'a str,
    at: usize,
    position: usize,
    token: Token,
    plain: Option<String>,
}

impl Tokenizer for Words {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        Stream { text, at: 0, position: 0, token: Token::default(), plain: None }
    }
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        if let Some(plain) = self.plain.take() {
            self.token.text = plain;
            return true;
        }
        let Some((from, word)) = words(&self.text[self.at..]).next() else { return false };
        let form = exact(word);
        // A phrase does not reach from one block into the next.
        if self.at > 0 && self.text[self.at..self.at + from].contains('\n') {
            self.position += BLOCK;
        }
        self.token.offset_from = self.at + from;
        self.at += from + word.len();
        self.token.offset_to = self.at;
        self.token.position = self.position;
        self.position += 1;
        self.plain = Some(plain(&form));
        self.token.text.clear();
        self.token.text.push(EXACT);
        self.token.text.push_str(&form);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_under_both_forms() {
        let mut tokenizer = Words;
        let mut stream = tokenizer.token_stream("Tỉnh Uỷ, uỷ-viên\n\n2025");
        let mut seen = Vec::new();
        while let Some(token) = stream.next() {
            seen.push(format!("{}{}", token.position, token.text));
        }
        let wanted = "0=tỉnh 0tinh 1=uỷ 1uy 2=uỷ 2uy 3=viên 3vien 20=2025 202025";
        assert_eq!(seen.join(" "), wanted);
    }

    #[test]
    fn spellings_meet() {
        for (a, b) in [("ỦY", "uỷ"), ("hòa", "Hoà"), ("to\u{302}\u{301}i", "tối")] {
            assert_eq!(exact(a), exact(b));
        }
        assert_ne!(exact("năm"), exact("nam"));
        assert_eq!(plain(&exact("Đường")), "duong");
        assert_eq!(plain(&exact("NẴNG")), "nang");
        assert_eq!(exact(&"ă".repeat(500)).chars().count(), LONGEST);
        let decomposed = "ti\u{309}nh u\u{309}y";
        assert_eq!(words(decomposed).map(|(_, word)| exact(word)).collect::<Vec<_>>(), ["tỉnh", "uỷ"]);
    }
}
