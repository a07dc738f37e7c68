//! The records of one capture → what politeness needs to know of the request.

use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::archive::warc::{RawRecord, RecordType, TOOK_LINE, field, http, parse_date};
use crate::model::{Digest, Head, Limits};
use crate::page;
use crate::politeness::robots::{MAX_BYTES, Rules};
use crate::politeness::{PACE_LINE, Pace};

/// Bytes of a block that are looked at: a head, and a robots.txt as long as one is heeded.
pub const KEEP_BYTES: usize = MAX_BYTES + (64 << 10);

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// When it was begun, in microseconds since 1970.
    pub start_us: i64,
    /// From there to the last byte of the response; `None` if the record does not say.
    pub took_us: Option<i64>,
    /// The server's address.
    pub ip: Option<IpAddr>,
    /// What was asked for, as it was sent.
    pub url: Url,
    /// For which site.
    pub site: String,
    /// Which of the files that were read.
    pub file: usize,
    /// Where the capture starts in it.
    pub offset: u64,
    /// Status of the response.
    pub status: u16,
    /// `Retry-After` of a 429 or 503; empty when the server named no time.
    pub pushback: Option<String>,
    /// The line on the pace in force.
    pub pace: Option<String>,
    /// What the crawler said of robots.txt.
    pub decision: String,
    /// Set on requests for robots.txt.
    pub robots: Option<Answer>,
}

/// An answer to a request for robots.txt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Digest of the payload.
    pub body: Digest,
    /// The address that led here.
    pub redirected_from: Option<String>,
    /// For a revisit: which record holds the payload, and its date.
    pub held_by: Option<(String, i64)>,
}

impl Request {
    /// From a group of records; `None` for a group that is no exchange. `site` is the folder's.
    pub fn of(group: &[RawRecord], file: usize, site: &str) -> Option<Result<Self, &'static str>> {
        let main = group.first()?;
        if !matches!(main.fields.kind(), RecordType::Response | RecordType::Revisit) {
            return None;
        }
        Some(Self::read(group, main, file, site))
    }

    fn read(group: &[RawRecord], main: &RawRecord, file: usize, site: &str) -> Result<Self, &'static str> {
        let of = |kind: RecordType| group.iter().find(|record| record.fields.kind() == kind);
        let told = of(RecordType::Metadata).map(|record| String::from_utf8_lossy(&record.block)).unwrap_or_default();
        let line = |name: &str| {
            let mut lines = told.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
        };
        let date = main.fields.get(field::DATE).and_then(parse_date).ok_or("a capture without a date of its second")?;
        let status = http::status(&main.block).ok_or("a response without a status")?;
        let target = main.fields.get(field::TARGET_URI).and_then(|uri| Url::parse(uri).ok());
        let target = target.ok_or("a capture without an address")?;
        let number = |name: &str| line(name).and_then(|text| text.parse::<i64>().ok()).filter(|n| *n >= 0);
        let coarse = || number("fetchTimeMs").map(|ms| ms.saturating_mul(1_000));
        let head = &main.block[..http::head_length(&main.block)];
        let after = |head: &[u8]| Head::parse(head).and_then(|head| head.get("retry-after")).unwrap_or_default();
        Ok(Self {
            start_us: date.as_microsecond(),
            took_us: number(TOOK_LINE).or_else(coarse),
            ip: main.fields.get(field::IP_ADDRESS).and_then(|ip| ip.parse().ok()),
            url: of(RecordType::Request).and_then(|sent| as_sent(&target, &sent.block)).unwrap_or(target),
            site: line("luutru-site").unwrap_or_else(|| site.to_owned()),
            file,
            offset: main.offset,
            status,
            pushback: matches!(status, 429 | 503).then(|| after(head)),
            pace: line(PACE_LINE),
            decision: line("robots").unwrap_or_default(),
            robots: (line("luutru-task").as_deref() == Some("robots")).then(|| answer(main, line("redirectedFrom"))),
        })
    }

    /// When the response had ended; the start, if the record does not say.
    pub fn end_us(&self) -> i64 {
        self.start_us.saturating_add(self.took_us.unwrap_or(0))
    }

    /// Whom it went to: the address, or the host where no record tells it.
    pub fn server(&self) -> String {
        self.ip.map_or_else(|| self.url.host_str().unwrap_or_default().to_owned(), |ip| ip.to_canonical().to_string())
    }

    /// The pace in force.
    pub fn pace(&self) -> Option<Pace> {
        self.pace.as_deref().and_then(Pace::from_line)
    }

    /// When it was begun.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_microsecond(self.start_us).unwrap_or_default()
    }

    /// Whether the site's file says, with a reason, to pass over robots.txt.
    pub fn ignores_robots(&self) -> bool {
        self.decision.starts_with("ignored: ")
    }
}

/// A span of time as the records count it.
pub fn us(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// The address with path and query as the request line has them: `WARC-Target-URI` escapes more than was sent, and robots
/// rules are compared octet by octet.
fn as_sent(target: &Url, request: &[u8]) -> Option<Url> {
    let line = request.split(|&byte| byte == b'\r').next()?;
    let path = std::str::from_utf8(line).ok()?.split(' ').nth(1)?;
    if !path.starts_with('/') {
        return None;
    }
    let origin = &target[..url::Position::BeforePath];
    Url::parse(&format!("{origin}{path}")).ok()
}

fn answer(main: &RawRecord, redirected_from: Option<String>) -> Answer {
    let said = main.fields.get(field::PAYLOAD_DIGEST).and_then(Digest::parse);
    let body = said.unwrap_or_else(|| http::Message::parse(&main.block).payload_digest());
    let held_by = main.fields.get(field::REFERS_TO).map(|id| {
        let date = main.fields.get(field::REFERS_TO_DATE).and_then(parse_date).unwrap_or_default();
        (id.to_owned(), date.as_microsecond())
    });
    Answer { body, redirected_from, held_by }
}

/// The rules in a response's payload, read as a crawler reads them: content coding off, then RFC 9309.
pub fn rules(block: &[u8]) -> Rules {
    let message = http::Message::parse(block);
    let Some(head) = Head::parse(message.head) else { return Rules::default() };
    let text = page::decode(&head, &message.payload.concat(), &Limits::default()).map(|decoded| decoded.text);
    Rules::parse(text.unwrap_or_default().as_bytes())
}
