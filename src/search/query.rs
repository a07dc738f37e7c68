//! What somebody typed → clauses and filters. Pure.
//!
//! Words are all wanted; `"words in quotes"` follow each other; `-word` is not wanted; `title:`, `byline:` and `section:`
//! look there only; `site:`, `province:`, `from:` and `to:` narrow; an address alone asks for the article that was seen there.

use jiff::civil::Date;

use super::error::SearchError;
use super::words::{exact, words};

/// Clauses of a query at most.
const CLAUSES: usize = 24;
/// Words of a phrase at most.
const PHRASE_WORDS: usize = 32;
/// Characters of a query at most.
const LENGTH: usize = 1_000;

/// Where words are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// In the text, title included.
    Any,
    /// In the title.
    Title,
    /// In the byline.
    Byline,
    /// In the section's name.
    Section,
}

/// One word, or some that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Where.
    pub field: Field,
    /// In their written form ([`exact`]).
    pub words: Vec<String>,
    /// Must not be there.
    pub not: bool,
}

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Words.
    pub clauses: Vec<Clause>,
    /// An address.
    pub url: Option<String>,
    /// Any of these sites.
    pub sites: Vec<String>,
    /// Any of these provinces, as they are or were named.
    pub provinces: Vec<String>,
    /// Exactly this section.
    pub section: Option<String>,
    /// First day of publication.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
}

impl Query {
    /// Reads what was typed.
    pub fn parse(text: &str) -> Result<Self, SearchError> {
        if text.chars().count() > LENGTH {
            return Err(wrong(format!("the query is longer than {LENGTH} characters: shorten it")));
        }
        let mut query = Self::default();
        for part in parts(text) {
            query.take(&part)?;
            if query.clauses.len() > CLAUSES {
                return Err(wrong(format!(
                    "the query has more than {CLAUSES} words: put those that belong together in quotes"
                )));
            }
        }
        Ok(query)
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a word has marks, so that it is looked for as it is written.
    pub fn has_marks(&self) -> bool {
        self.clauses.iter().flat_map(|clause| &clause.words).any(|word| !word.is_ascii())
    }

    fn take(&mut self, part: &Part) -> Result<(), SearchError> {
        let text = part.text.as_str();
        if part.key.is_none() && (text.starts_with("http://") || text.starts_with("https://")) {
            self.url = Some(text.to_owned());
            return Ok(());
        }
        let field = match part.key.as_deref() {
            None => Field::Any,
            Some("title") => Field::Title,
            Some("byline") => Field::Byline,
            Some("section") => Field::Section,
            Some("site") => {
                self.sites.push(text.to_owned());
                return Ok(());
            }
            Some("province") => {
                self.provinces.push(text.to_owned());
                return Ok(());
            }
            Some(key) => {
                let day: Date = text.parse().map_err(|_| {
                    wrong(format!("{key}:{text} is no day: write it as year, month and day, {key}:2025-07-01"))
                })?;
                *(if key == "from" { &mut self.from } else { &mut self.to }) = Some(day);
                return Ok(());
            }
        };
        // What is written without a space belongs together: 01/7/2025, COVID-19.
        let words: Vec<String> = words(text).map(|(_, word)| exact(word)).filter(|word| !word.is_empty()).collect();
        if words.len() > PHRASE_WORDS {
            return Err(wrong(format!("a phrase has more than {PHRASE_WORDS} words: shorten it")));
        }
        if !words.is_empty() {
            self.clauses.push(Clause { field, words, not: part.not });
        }
        Ok(())
    }
}

fn wrong(what: String) -> SearchError {
    SearchError::Query { what }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Part {
    key: Option<String>,
    text: String,
    not: bool,
}

const KEYS: [&str; 7] = ["title", "byline", "section", "site", "province", "from", "to"];

/// Parts that spaces outside of quotes separate.
fn parts(text: &str) -> Vec<Part> {
    let mut out = Vec::new();
    let mut part = Part::default();
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' | '“' | '”' | '„' => {
                if quoted || !part.text.is_empty() {
                    out.push(std::mem::take(&mut part));
                }
                quoted = !quoted;
            }
            c if c.is_whitespace() && !quoted => {
                if !part.text.is_empty() {
                    out.push(std::mem::take(&mut part));
                }
                // A key or a minus that stands alone is none.
                part = Part::default();
            }
            '-' if part == Part::default() && !quoted => part.not = true,
            ':' if part.key.is_none() && !quoted && KEYS.contains(&part.text.to_lowercase().as_str()) => {
                part.key = Some(std::mem::take(&mut part.text).to_lowercase());
            }
            c => part.text.push(c),
        }
    }
    out.push(part);
    out.retain(|part| !part.text.trim().is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clauses(text: &str) -> String {
        let shown = |clause: &Clause| {
            let not = if clause.not { "-" } else { "" };
            format!("{not}{:?}({})", clause.field, clause.words.join(" "))
        };
        Query::parse(text).unwrap().clauses.iter().map(shown).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_phrases_and_fields() {
        assert_eq!(clauses("Tỉnh ủy họp"), "Any(tỉnh) Any(uỷ) Any(họp)");
        assert_eq!(clauses("\"Tỉnh ủy\" họp"), "Any(tỉnh uỷ) Any(họp)");
        assert_eq!(clauses("“tinh uy\" -họp -\"mưa lũ\""), "Any(tinh uy) -Any(họp) -Any(mưa lũ)");
        assert_eq!(clauses("title:bão byline:\"Thu Hà\" Section:thời"), "Title(bão) Byline(thu hà) Section(thời)");
        assert_eq!(clauses("01/7/2025 COVID-19 ... - \"\""), "Any(01 7 2025) Any(covid 19)");
        assert_eq!(clauses("\"chưa đóng lại"), "Any(chưa đóng lại)");
        assert_eq!(clauses("giờ:phút"), "Any(giờ phút)");
    }

    #[test]
    fn filters_are_no_words() {
        let query = Query::parse("site:x.gov.vn province:\"Bắc Giang\" from:2025-01-01 to:2025-06-30").unwrap();
        assert_eq!((query.sites, query.provinces), (vec!["x.gov.vn".to_owned()], vec!["Bắc Giang".to_owned()]));
        assert_eq!(query.from.zip(query.to).unwrap().0.to_string(), "2025-01-01");
        assert!(query.clauses.is_empty());
        let wrong = Query::parse("from:gestern").unwrap_err().to_string();
        assert!(wrong.contains("from:2025-07-01"), "{wrong}");
        let url = Query::parse("http://x.gov.vn/tin-tuc/a?b=c").unwrap();
        assert_eq!(url.url.as_deref(), Some("http://x.gov.vn/tin-tuc/a?b=c"));
        assert!(Query::parse(&"a ".repeat(100)).is_err());
        assert!(Query::parse(" \"\" - ").unwrap().is_empty());
    }
}
