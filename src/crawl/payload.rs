//! First captures of payloads: what a revisit refers to.

use super::rows::{PayloadRow, decode, encode};
use crate::archive::warc::{Original, RecordId, date_string, parse_date};
use crate::ledger::{Batch, Key, Ledger, LedgerError};
use crate::model::Digest;

/// The response on disk that holds this payload.
pub fn original(ledger: &dyn Ledger, payload: &Digest) -> Result<Option<Original>, LedgerError> {
    Ok(place(ledger, payload)?.and_then(|row| from_row(&row, *payload)))
}

/// Where the response with this payload is.
pub fn place(ledger: &dyn Ledger, payload: &Digest) -> Result<Option<PayloadRow>, LedgerError> {
    let key = Key::payload(payload);
    ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()
}

fn from_row(row: &PayloadRow, payload: Digest) -> Option<Original> {
    Some(Original {
        record_id: RecordId::parse(&row.record_id)?,
        target_uri: row.uri.clone(),
        date: parse_date(&row.date)?,
        payload_digest: payload,
    })
}

/// Notes a payload whose response is on disk. The first one stays.
pub fn remember(
    ledger: &dyn Ledger,
    original: &Original,
    file: &str,
    offset: u64,
    batch: &mut Batch,
) -> Result<(), LedgerError> {
    let key = Key::payload(&original.payload_digest);
    if ledger.get(&key)?.is_none() {
        let row = PayloadRow {
            record_id: original.record_id.to_string(),
            uri: original.target_uri.clone(),
            date: date_string(original.date),
            file: file.to_owned(),
            offset,
        };
        batch.put(key, encode(&row));
    }
    Ok(())
}
