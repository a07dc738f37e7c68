//! Record ids and dates, as they stand in a record's head.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// A `WARC-Record-ID` (ISO 28500 5.2) of this archive: a random UUID, on paper `<urn:uuid:…>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(pub Uuid);

impl RecordId {
    /// A new id. Random rather than derived: the same bytes captured twice are two records.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// Reads `<urn:uuid:…>`, with or without the brackets.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text);
        let uuid = text.strip_prefix("urn:uuid:")?;
        Uuid::try_parse(uuid).ok().map(Self)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<urn:uuid:{}>", self.0)
    }
}

impl Serialize for RecordId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("not a record id: {text}")))
    }
}

/// `WARC-Date` (ISO 28500 5.4): always six decimals and `Z`, since `WARC-Refers-To-Date` is compared as a string.
pub fn date_string(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// Reads a `WARC-Date` of second precision or better; `None` for the coarser forms that the standard also allows.
pub fn parse_date(text: &str) -> Option<Timestamp> {
    text.ends_with('Z').then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_keep_six_decimals() {
        let whole: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        assert_eq!(date_string(whole), "2026-11-23T10:00:00.000000Z");
        let fine: Timestamp = "2026-11-23T10:00:00.123456789Z".parse().unwrap();
        assert_eq!(date_string(fine), "2026-11-23T10:00:00.123456Z");
        assert_eq!(date_string(parse_date("2026-11-23T10:00:00.120000Z").unwrap()), "2026-11-23T10:00:00.120000Z");
        assert_eq!(parse_date("2026-11"), None);
    }

    #[test]
    fn ids_read_back() {
        let id = RecordId::random();
        assert_eq!(RecordId::parse(&id.to_string()), Some(id));
        assert_eq!(RecordId::parse("<urn:isbn:12>"), None);
    }
}
