//! One exchange → its records, as one run of bytes that a single write appends.
//!
//! A capture is `response` (or `revisit`), `request`, `metadata`, in this order, all with one date (ISO 28500 5.4) and
//! tied by `WARC-Concurrent-To`; recovery relies on the order.

use std::net::IpAddr;

use jiff::Timestamp;
use warc::{RecordType, TruncatedType};

use super::fields::{field, one_line, target_uri};
use super::http::{self, Message};
use super::id::{RecordId, date_string};
use super::member::Level;
use super::record::{Profile, Record};
use crate::archive::cdxj::Listing;
use crate::model::Digest;

/// Line of the metadata record: microseconds from the record's date, when the request was begun, to the last byte of the
/// response. (`fetchTimeMs` is the same in the customary form, too coarse to prove a pause by.)
pub const TOOK_LINE: &str = "luutru-took-us";

/// One exchange over the wire, ready to be recorded.
#[derive(Debug, Clone)]
pub struct Capture<'a> {
    /// The address that was asked for.
    pub uri: &'a str,
    /// When the capture started.
    pub at: Timestamp,
    /// The response as received above TLS: head, chunk framing, content coding.
    pub response: &'a [u8],
    /// The request as sent.
    pub request: &'a [u8],
    /// The server's address.
    pub ip: Option<IpAddr>,
    /// `WARC-Protocol` values, such as `http/1.1` and `tls/1.3`.
    pub protocols: &'a [&'a str],
    /// `WARC-Cipher-Suite`, by its IANA name.
    pub cipher_suite: Option<&'a str>,
    /// Why the response is shorter than what the server had.
    pub truncated: Option<TruncatedType>,
    /// What our own look at the payload says it is; never copied from the response head (ISO 28500 5.19).
    pub sniffed_type: Option<&'a str>,
    /// The payload's digest if it is known already; otherwise it is taken from `response`.
    pub payload_digest: Option<Digest>,
    /// Set when the payload is on disk already: the response is then recorded as a revisit.
    pub revisit: Option<Revisit>,
    /// Names and values of the metadata record: `via`, `list`, `hopsFromSeed`, `fetchTimeMs` and so on, in order.
    pub metadata: &'a [(&'a str, String)],
}

/// Why a response need not be stored again, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revisit {
    /// Same payload, or 304.
    pub profile: Profile,
    /// The response record that holds the payload; never a revisit.
    pub original: Original,
}

/// A response record that is safely on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Its id.
    pub record_id: RecordId,
    /// Its `WARC-Target-URI`.
    pub target_uri: String,
    /// Its `WARC-Date`.
    pub date: Timestamp,
    /// Its `WARC-Payload-Digest`.
    pub payload_digest: Digest,
}

/// Records that are ready to be appended in one write.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The gzip members, one after the other.
    pub bytes: Vec<u8>,
    /// What they hold, in the order of the file.
    pub records: Vec<PreparedRecord>,
    /// `WARC-Date` of them all, at the precision that was written (microseconds).
    pub date: Timestamp,
    /// `WARC-Target-URI` as written.
    pub target_uri: String,
    /// Digest of the main record's payload; for a revisit that of the original.
    pub payload_digest: Option<Digest>,
    /// HTTP status of a response or revisit.
    pub status: Option<u16>,
}

/// One member of [`Prepared::bytes`].
#[derive(Debug, Clone, PartialEq)]
pub struct PreparedRecord {
    /// Record type.
    pub kind: RecordType,
    /// Record id.
    pub id: RecordId,
    /// Where the member starts, in bytes from the start of the run.
    pub offset: u64,
    /// Length of the member in bytes.
    pub length: u64,
    /// Its line of the index; `None` for types that are not listed.
    pub listing: Option<Listing>,
}

impl Prepared {
    /// Compresses `records` one after the other.
    pub(super) fn new(records: &[Record<'_>], date: Timestamp, uri: &str, level: Level) -> Self {
        let mut bytes = Vec::new();
        let mut listed = Vec::with_capacity(records.len());
        for record in records {
            let start = bytes.len();
            let offset = start as u64;
            let length = record.append_to(&mut bytes, level);
            let listing = record.listing(&bytes[start..]);
            listed.push(PreparedRecord { kind: record.kind().clone(), id: record.id(), offset, length, listing });
        }
        let date = date_string(date).parse().unwrap_or(date);
        Self { bytes, records: listed, date, target_uri: target_uri(uri), payload_digest: None, status: None }
    }

    /// The first record: response, revisit, conversion, or a metadata record that stands alone.
    pub fn main(&self) -> Option<&PreparedRecord> {
        self.records.first()
    }

    /// This capture as the original of later revisits; `None` unless it holds a response.
    pub fn as_original(&self) -> Option<Original> {
        let main = self.main().filter(|main| main.kind == RecordType::Response)?;
        Some(Original {
            record_id: main.id,
            target_uri: self.target_uri.clone(),
            date: self.date,
            payload_digest: self.payload_digest?,
        })
    }
}

impl Capture<'_> {
    /// Makes the records. Costs a compression of the response; call it on a blocking worker.
    pub fn prepare(&self, level: Level) -> Prepared {
        let main_id = RecordId::random();
        let (main, payload_digest) = match &self.revisit {
            Some(revisit) => (self.revisit_record(main_id, revisit), revisit.original.payload_digest),
            None => self.response_record(main_id),
        };
        let request = Record::request(RecordId::random(), self.at, self.uri, self.request, main_id);
        let lines = warc_fields(self.metadata.iter().map(|(name, value)| (*name, value.as_str())));
        let metadata =
            Record::metadata(RecordId::random(), self.at, self.uri, "application/warc-fields", lines.into_bytes())
                .concurrent_to(main_id);
        let records = [self.connection(main), self.connection(request), metadata];
        let status = http::status(self.response);
        Prepared { payload_digest: Some(payload_digest), status, ..Prepared::new(&records, self.at, self.uri, level) }
    }

    /// The response in full.
    fn response_record(&self, id: RecordId) -> (Record<'_>, Digest) {
        let digest = self.payload_digest.unwrap_or_else(|| Message::parse(self.response).payload_digest());
        let mut record = Record::response(id, self.at, self.uri, self.response, digest);
        if let Some(sniffed) = self.sniffed_type {
            record = record.with(field::IDENTIFIED_PAYLOAD_TYPE, sniffed);
        }
        if let Some(why) = &self.truncated {
            record = record.truncated(why);
        }
        (record, digest)
    }

    /// The response's head, and where its payload is (ISO 28500 6.7).
    fn revisit_record(&self, id: RecordId, revisit: &Revisit) -> Record<'_> {
        let head = &self.response[..http::head_length(self.response)];
        let original = &revisit.original;
        Record::revisit(id, self.at, self.uri, head, revisit.profile)
            .refers_to(original.record_id)
            .with(field::REFERS_TO_TARGET_URI, &original.target_uri)
            .with(field::REFERS_TO_DATE, &date_string(original.date))
            // Mandatory for identical-payload-digest; after a 304 it lets replay tools find the payload by digest too.
            .with(field::PAYLOAD_DIGEST, &original.payload_digest.to_string())
    }

    /// What is known of the connection.
    fn connection<'r>(&self, mut record: Record<'r>) -> Record<'r> {
        if let Some(ip) = self.ip {
            record = record.ip(ip);
        }
        for protocol in self.protocols {
            record = record.with(field::PROTOCOL, protocol);
        }
        match self.cipher_suite {
            Some(suite) => record.with(field::CIPHER_SUITE, suite),
            None => record,
        }
    }
}

/// `application/warc-fields` (ISO 28500 Annex B): a line each, no control characters, empty values left out.
pub(super) fn warc_fields<'a>(lines: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::new();
    for (name, value) in lines {
        let value = one_line(value);
        if !value.is_empty() {
            out.push_str(name);
            out.push_str(": ");
            out.push_str(&value);
            out.push_str("\r\n");
        }
    }
    out
}
