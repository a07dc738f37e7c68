//! A revisit → the capture that holds its payload (ISO 28500 6.7).

use std::sync::Arc;

use super::payload::Message;
use crate::access::Access;
use crate::archive::cdxj::Entry;
use crate::archive::warc::{RecordType, field, locate};
use crate::serve::captures::{Keys, Match};
use crate::serve::error::ServeError;
use crate::serve::holdings::Holdings;
use crate::serve::library::Library;
use crate::serve::shown::Shown;

/// Captures of the original's address that are looked at.
const MOST_CAPTURES: usize = 100_000;

/// The head that is shown, and the message whose payload belongs to it.
#[derive(Debug)]
pub struct Found {
    /// HTTP head of the capture.
    pub head: Vec<u8>,
    /// Where the payload is.
    pub payload: Message,
}

/// Reads a capture, and its original if it is a revisit. Blocks.
pub fn read(
    library: &Arc<Library>,
    holdings: &Holdings,
    (shown, access): (&Shown, &Access),
    entry: &Entry,
) -> Result<Found, ServeError> {
    let message = open(library, holdings, entry)?;
    if message.fields.kind() != RecordType::Revisit {
        return Ok(Found { head: message.head.clone(), payload: message });
    }
    let missing = || ServeError::Missing { what: "payload: the original of this revisit is not here" };
    let uri = message.fields.get(field::REFERS_TO_TARGET_URI).ok_or_else(missing)?;
    let date = message.fields.get(field::REFERS_TO_DATE).ok_or_else(missing)?;
    let stamp: String = date.chars().filter(char::is_ascii_digit).take(14).collect();
    let found = library.search(holdings, shown, access).all(&Keys::of(uri, Match::Exact), MOST_CAPTURES)?;
    let fits = |entry: &&Entry| {
        entry.fields.url == uri && entry.stamp == stamp && entry.fields.mime.as_deref() != Some("warc/revisit")
    };
    let payload = open(library, holdings, found.iter().find(fits).ok_or_else(missing)?)?;
    // After a 304 there is only the head of the 304: the page looked as it did then.
    let unmodified = message.fields.get(field::PROFILE).is_some_and(|profile| profile.contains("not-modified"));
    let head = if unmodified || message.head.is_empty() { payload.head.clone() } else { message.head };
    Ok(Found { head, payload })
}

fn open(library: &Library, holdings: &Holdings, entry: &Entry) -> Result<Message, ServeError> {
    let file = holdings.get(&entry.fields.filename).ok_or(ServeError::Missing { what: "capture" })?;
    // It may have been sealed since the scan.
    Message::open(&locate(library.root(), &file.name.relative()), entry.fields.offset)
}
