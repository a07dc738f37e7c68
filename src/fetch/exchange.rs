//! The words of one exchange: what is asked, and what came of it.

use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::connect::TlsInfo;
use crate::model::{Head, PageMethod};

/// What is asked of a server.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The address; its path and query are sent as they stand.
    pub url: Url,
    /// GET or POST.
    pub method: PageMethod,
    /// Set on a repeated visit only.
    pub conditions: Conditions,
    /// `name=value` of a cookie gate that the site file says to answer; no other cookie is ever sent.
    pub cookie: Option<String>,
}

/// On which the server may answer 304 instead of the page (RFC 9110 section 13.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
    /// `If-Modified-Since`.
    pub if_modified_since: Option<String>,
}

impl Ask {
    /// A plain GET.
    pub fn get(url: Url) -> Self {
        Self { url, method: PageMethod::Get, conditions: Conditions::default(), cookie: None }
    }
}

/// Why a response is not whole (ISO 28500:2017 section 5.13, `WARC-Truncated`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Over the size limit.
    Length,
    /// Over the time limit.
    Time,
    /// The server went away.
    Disconnect,
}

/// Where the body is, with the transfer coding removed and the content coding kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// In the response bytes, from the end of the head on.
    Plain,
    /// Apart, since the response bytes hold chunks.
    Unchunked(Vec<u8>),
}

/// A response, and all that is known of how it came.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// What was asked.
    pub url: Url,
    /// When the request was started.
    pub started: Timestamp,
    /// Request bytes as sent, above TLS.
    pub request: Vec<u8>,
    /// Response bytes as received, above TLS, without interim (1xx) responses.
    pub response: Vec<u8>,
    /// The response head, read from those bytes.
    pub head: Head,
    /// Bytes of the head, its empty line included.
    pub head_bytes: usize,
    /// Where the payload is.
    pub payload: Payload,
    /// Set when the response is not whole.
    pub cut: Option<Cut>,
    /// The server's address.
    pub peer: IpAddr,
    /// For https.
    pub tls: Option<TlsInfo>,
    /// robots.txt's word on this address.
    pub robots: String,
    /// The cookie that was sent.
    pub cookie: Option<String>,
    /// To a usable connection; zero on one kept from before.
    pub connect: Duration,
    /// From the request to the first byte of the response.
    pub first_byte: Duration,
    /// From the request to the last byte.
    pub total: Duration,
}

impl Exchange {
    /// An exchange read back from its records: what only the wire knew is left blank.
    pub fn recorded(
        url: Url,
        started: Timestamp,
        response: Vec<u8>,
        head: Head,
        head_bytes: usize,
        payload: Payload,
    ) -> Self {
        Self {
            url,
            started,
            request: Vec::new(),
            response,
            head,
            head_bytes,
            payload,
            cut: None,
            peer: IpAddr::from([0, 0, 0, 0]),
            tls: None,
            robots: String::new(),
            cookie: None,
            connect: Duration::ZERO,
            first_byte: Duration::ZERO,
            total: Duration::ZERO,
        }
    }

    /// The payload: transfer coding removed, content coding kept.
    pub fn payload(&self) -> &[u8] {
        match &self.payload {
            Payload::Plain => &self.response[self.head_bytes.min(self.response.len())..],
            Payload::Unchunked(bytes) => bytes,
        }
    }

    /// The address a redirect points to, if this is one with a usable `Location`.
    pub fn redirect(&self) -> Option<Url> {
        if !matches!(self.head.status, 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let mut target = self.url.join(&self.head.get("location")?).ok()?;
        target.set_fragment(None);
        matches!(target.scheme(), "http" | "https").then_some(target)
    }
}

/// Cuts interim (1xx) responses off the front and reads the final head.
///
/// `None` when there is no whole final head in `received`.
pub(super) fn split_head(received: &mut Vec<u8>) -> Option<(Head, usize)> {
    loop {
        let end = Head::length(received)?;
        let head = Head::parse(&received[..end])?;
        if (100..200).contains(&head.status) && head.status != 101 {
            received.drain(..end);
            continue;
        }
        return Some((head, end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interim_responses_are_cut_off() {
        let mut bytes =
            b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nX-Y:  z \r\n\r\nbody".to_vec();
        let (head, end) = split_head(&mut bytes).unwrap();
        assert_eq!(head.status, 200);
        assert_eq!(head.get("x-y").as_deref(), Some("z"));
        assert_eq!(&bytes[end..], b"body");
        assert!(bytes.starts_with(b"HTTP/1.1 200"));
    }

    #[test]
    fn a_head_of_lone_line_feeds_ends_where_its_empty_line_does() {
        for (head, length) in [("HTTP/1.1 200 OK\nX: y\n\n", 22), ("HTTP/1.1 200 OK\r\nX: y\n\r\n", 24)] {
            let mut bytes = format!("{head}a\r\n\r\nb").into_bytes();
            let (read, end) = split_head(&mut bytes).unwrap();
            assert_eq!((read.get("x").as_deref(), end), (Some("y"), length));
        }
    }

    #[test]
    fn half_a_head_is_none() {
        assert!(split_head(&mut b"HTTP/1.1 200 OK\r\nX: y\r\n".to_vec()).is_none());
    }
}
