//! The `warcinfo` record that opens every file (ISO 28500 6.2).

use jiff::Timestamp;

use super::capture::warc_fields;
use super::id::RecordId;
use super::record::Record;
use crate::model::Digest;

/// Who made the file, with what, and under which rules. Empty values are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WarcInfo {
    /// Program and version.
    pub software: String,
    /// Who runs the crawl.
    pub operator: String,
    /// Where the operator can be reached (`http-header-from`).
    pub contact: String,
    /// How robots.txt is treated, such as `RFC 9309`.
    pub robots: String,
    /// The `User-Agent` that is sent.
    pub user_agent: String,
    /// The machine that crawls.
    pub hostname: String,
    /// What the file holds.
    pub description: String,
    /// The collection it belongs to.
    pub is_part_of: String,
    /// Digest of the configuration in force.
    pub config: Option<Digest>,
}

impl WarcInfo {
    /// The record for a file of that name.
    pub fn record(&self, id: RecordId, at: Timestamp, filename: &str) -> Record<'static> {
        let config = self.config.map(|digest| digest.to_string()).unwrap_or_default();
        let block = warc_fields([
            ("software", self.software.as_str()),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
            ("operator", &self.operator),
            ("http-header-from", &self.contact),
            ("robots", &self.robots),
            ("http-header-user-agent", &self.user_agent),
            ("hostname", &self.hostname),
            ("isPartOf", &self.is_part_of),
            ("description", &self.description),
            ("configuration-digest", &config),
        ]);
        Record::warcinfo(id, at, filename, block.into_bytes())
    }
}
