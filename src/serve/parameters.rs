//! The parameters of a request, in order, each with every value it was given.

use super::error::ServeError;

/// Names and values, decoded.
#[derive(Debug, Clone, Default)]
pub struct Parameters(pub Vec<(String, String)>);

impl Parameters {
    /// Reads a query or a form. Values that are empty count as not given.
    pub fn parse(text: &str) -> Self {
        let pairs = url::form_urlencoded::parse(text.as_bytes()).into_owned();
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// Refuses what is not in `known`: a slip in a name would otherwise select everything.
    pub fn only(&self, known: &[&str]) -> Result<(), ServeError> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => {
                Err(ServeError::parameter(name, format!("not known here; there are: {}", known.join(", "))))
            }
        }
    }

    /// Every value of a parameter.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that has one.
    pub fn one(&self, name: &str) -> Result<Option<&str>, ServeError> {
        let mut values = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let first = values.next();
        match values.next() {
            None => Ok(first),
            Some(_) => Err(ServeError::parameter(name, "given more than once; give it once")),
        }
    }

    /// A number within bounds.
    pub fn number(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, ServeError> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        match text.parse() {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => Err(ServeError::parameter(name, format!("{text:?} is no number from {least} to {most}"))),
        }
    }

    /// As a query again, with `name` set to `value`.
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        for (known, value) in self.0.iter().filter(|(known, _)| known != name) {
            out.append_pair(known, value);
        }
        out.append_pair(name, value).finish()
    }
}
