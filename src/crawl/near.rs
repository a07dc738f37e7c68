//! Texts that are nearly the same: found by the bands of their signatures, verified by likeness, reported, never merged.
//!
//! A band's row holds the newest few texts that share its key. Templates, such as weather bulletins, make such bands hot:
//! the cap bounds what is looked at, and keeps what is nearest in time.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::rows::{decode, encode};
use crate::archive::catalog::ArticleRecord;
use crate::article::signature::{BANDS, NEAR_DUPLICATE, Signature};
use crate::ledger::{Entry, Key, Ledger, LedgerError};
use crate::model::Digest;

/// Texts that a band's row keeps.
const BAND: usize = 8;
/// Candidates whose likeness is looked at: those that share most bands.
const CANDIDATES: usize = 32;
/// Ids that one record names.
pub const NAMED: usize = 32;
/// Bytes of a content hash that name a text in bands.
const SHORT: usize = 8;

/// A text's signature, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SignatureRow {
    id: String,
    content: Digest,
    values: Vec<u8>,
}

/// A text whose signature is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its article.
    pub id: String,
    /// Its content.
    pub content: Digest,
}

/// Rows of this commit: not in the ledger yet.
pub type Rows = HashMap<Vec<u8>, Vec<u8>>;

/// The signature of a text file's content, as its record describes it.
pub fn signature(text: &str, record: &ArticleRecord) -> Option<Signature> {
    Signature::of(text, |block| record.images.iter().any(|image| image.label.as_deref() == Some(block)))
}

/// The rows of a signature's bands as they stand; empty where there is none yet.
pub fn bands<L: Ledger + ?Sized>(ledger: &L, pending: &Rows, signature: &Signature) -> Result<Vec<Entry>, LedgerError> {
    let row = |name: Vec<u8>| get(ledger, pending, &name).map(|texts| (name, texts.unwrap_or_default()));
    signature.bands().map(|(band, key)| row(Key::band(band, key))).collect()
}

/// Texts of other articles that are nearly this one, the likest first, by the bands of its signature.
pub fn find<L: Ledger + ?Sized>(
    ledger: &L,
    pending: &Rows,
    bands: &[Entry],
    id: &str,
    signature: &Signature,
) -> Result<Vec<Neighbour>, LedgerError> {
    let mut shared: HashMap<&[u8], usize> = HashMap::new();
    for text in bands.iter().flat_map(|(_, texts)| texts.chunks_exact(SHORT)) {
        *shared.entry(text).or_default() += 1;
    }
    let mut candidates: Vec<(&[u8], usize)> = shared.into_iter().collect();
    candidates.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let mut near: Vec<(f64, Neighbour)> = Vec::new();
    for (short, _) in candidates.into_iter().take(CANDIDATES) {
        let name = Key::signature(short);
        let Some(bytes) = get(ledger, pending, &name)? else { continue };
        let row: SignatureRow = decode(&name, &bytes)?;
        let likeness = Signature::from_bytes(&row.values).map_or(0.0, |other| signature.likeness(&other));
        if row.id != id && likeness >= NEAR_DUPLICATE {
            near.push((likeness, Neighbour { id: row.id, content: row.content }));
        }
    }
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.content.cmp(&b.1.content)));
    Ok(near.into_iter().map(|(_, neighbour)| neighbour).collect())
}

fn get<L: Ledger + ?Sized>(ledger: &L, pending: &Rows, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
    pending.get(key).map_or_else(|| ledger.get(key), |row| Ok(Some(row.clone())))
}

/// The rows under which a text's signature is found, from those of its bands as they stand. Safe to repeat.
pub fn rows(bands: Vec<Entry>, record: &ArticleRecord, signature: &Signature) -> Vec<Entry> {
    let mut out = Vec::with_capacity(BANDS + 1);
    let short = &record.content_hash.0[..SHORT];
    for (name, mut texts) in bands {
        if texts.chunks_exact(SHORT).any(|text| text == short) {
            continue;
        }
        if texts.len() >= BAND * SHORT {
            texts.drain(..SHORT);
        }
        texts.extend_from_slice(short);
        out.push((name, texts));
    }
    let row = SignatureRow { id: record.id.clone(), content: record.content_hash, values: signature.0.to_vec() };
    out.push((Key::signature(short), encode(&row)));
    out
}

/// Adds ids that a record does not name yet; says whether it named more afterwards.
pub fn name(record: &mut ArticleRecord, ids: impl IntoIterator<Item = String>) -> bool {
    let before = record.near_duplicates.len();
    for id in ids {
        if id != record.id && record.near_duplicates.len() < NAMED && !record.near_duplicates.contains(&id) {
            record.near_duplicates.push(id);
        }
    }
    record.near_duplicates.len() > before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::catalog::tests::record;
    use crate::ledger::{Batch, MemoryLedger};

    fn text(n: usize) -> String {
        let line =
            |k: usize| format!("Trạm {n} đo mưa {k} ngày {} tại các xã ven sông cho bản tin dự báo chung.", k * 3);
        format!(
            "{}\n\nPhần riêng số {n}.",
            (0..30).map(line).collect::<Vec<_>>().join("\n\n").replace(&format!("{n} đo"), "đo")
        )
    }

    fn shelve(ledger: &MemoryLedger, n: usize) -> (ArticleRecord, Signature) {
        let mut record = record(&format!("id{n}"), 1);
        record.content_hash = Digest::of(format!("{n}").as_bytes());
        let signature = signature(&text(n), &record).unwrap();
        let mut batch = Batch::default();
        let known = bands(ledger, &Rows::new(), &signature).unwrap();
        for (key, row) in rows(known, &record, &signature) {
            batch.put(key, row);
        }
        ledger.apply(&batch).unwrap();
        (record, signature)
    }

    #[test]
    fn a_hot_band_stays_bounded_and_keeps_the_newest() {
        let ledger = MemoryLedger::default();
        let shelved: Vec<_> = (0..50).map(|n| shelve(&ledger, n)).collect();
        let (_, signature) = &shelved[0];
        for (band, key) in signature.bands() {
            assert!(ledger.get(&Key::band(band, key)).unwrap().unwrap().len() <= BAND * SHORT);
        }
        let known = bands(&ledger, &Rows::new(), signature).unwrap();
        let near = find(&ledger, &Rows::new(), &known, "new", signature).unwrap();
        assert!((1..=CANDIDATES).contains(&near.len()));
        assert!(near.iter().any(|neighbour| neighbour.id == "id49"), "{near:?}");
        assert!(near.iter().all(|neighbour| neighbour.id != "id3"), "{near:?}");
    }

    #[test]
    fn an_article_is_no_neighbour_of_itself_and_names_are_bounded() {
        let ledger = MemoryLedger::default();
        let (mut record, signature) = shelve(&ledger, 1);
        let known = bands(&ledger, &Rows::new(), &signature).unwrap();
        assert!(find(&ledger, &Rows::new(), &known, "id1", &signature).unwrap().is_empty());
        // Texts of one commit find each other before the ledger knows them, and none pushes another out.
        let (empty, mut pending) = (MemoryLedger::default(), Rows::new());
        for id in ["id7", "id8"] {
            let mut other = record.clone();
            (other.id, other.content_hash) = (id.to_owned(), Digest::of(id.as_bytes()));
            let known = bands(&empty, &pending, &signature).unwrap();
            pending.extend(rows(known, &other, &signature));
        }
        let known = bands(&empty, &pending, &signature).unwrap();
        assert_eq!(find(&empty, &pending, &known, "id1", &signature).unwrap().len(), 2);
        assert!(!name(&mut record, ["id1".to_owned()]));
        assert!(name(&mut record, (0..100).map(|n| format!("n{n}"))));
        assert_eq!(record.near_duplicates.len(), NAMED);
    }
}
