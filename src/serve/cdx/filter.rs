//! `filter=[!][=|~]field:value`: without a sign the field holds the value somewhere, `=` is it, `~` matches it from its start. Pure.

use regex::{Regex, RegexBuilder};

use super::form::value_of;
use super::query::known_as;
use crate::archive::cdxj::Entry;
use crate::serve::error::ServeError;

/// One condition.
#[derive(Debug)]
pub struct Filter {
    not: bool,
    field: String,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Holds(String),
    Is(String),
    Matches(Regex),
}

impl Filter {
    /// Reads it.
    pub fn read(text: &str) -> Result<Self, ServeError> {
        let wrong = |why: String| ServeError::parameter("filter", why);
        let (not, rest) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let sign = rest.chars().next().filter(|c| matches!(c, '=' | '~'));
        let rest = rest.trim_start_matches(['=', '~']);
        let split = rest.split_once(':');
        let (field, value) =
            split.ok_or_else(|| wrong(format!("{text:?} is not field:value, =field:value or ~field:pattern")))?;
        let test = match sign {
            Some('=') => Test::Is(value.to_owned()),
            Some(_) => {
                let built = RegexBuilder::new(&format!("^(?:{value})")).size_limit(1 << 18).build();
                Test::Matches(built.map_err(|_| wrong(format!("{value:?} is no pattern")))?)
            }
            None => Test::Holds(value.to_owned()),
        };
        Ok(Self { not, field: known_as(field).to_owned(), test })
    }

    /// Whether the capture passes.
    pub fn passes(&self, line: &str, entry: &Entry) -> bool {
        let value = value_of(line, entry, &self.field).unwrap_or_default();
        let found = match &self.test {
            Test::Holds(part) => value.contains(part),
            Test::Is(whole) => value == *whole,
            Test::Matches(pattern) => pattern.is_match(&value),
        };
        found != self.not
    }
}
