//! What an earlier run could not fetch, or was not allowed to: queued anew.

use super::{Candidate, Frontier};
use crate::crawl::rows::{UrlRow, UrlState, decode};
use crate::ledger::{Batch, Key, LedgerError};
use crate::model::CanonicalUrl;

impl Frontier {
    /// Queues anew what an earlier run could not fetch or was not allowed to; `walk_of` says which walk counts the items
    /// of a list. Gives the rows as they were.
    pub fn retry_unsettled(&self, site: &str, walk_of: &dyn Fn(&str) -> String) -> Result<Vec<UrlRow>, LedgerError> {
        let prefix = Key::unsettled_of(site);
        let mut after: Option<Vec<u8>> = None;
        let mut retried = Vec::new();
        loop {
            let entries = self.ledger.scan(&prefix, after.as_deref(), 500)?;
            let Some((last, _)) = entries.last() else {
                return Ok(retried);
            };
            after = Some(last.clone());
            let mut batch = Batch::default();
            for (key, bytes) in &entries {
                let row: UrlRow = decode(key, bytes)?;
                if !matches!(row.state, UrlState::Refused(_) | UrlState::Failed { retryable: true, .. }) {
                    continue;
                }
                let canonical = CanonicalUrl(String::from_utf8_lossy(&key[prefix.len()..]).into_owned());
                let UrlRow { list, url, via, title, listed, .. } = row.clone();
                let walk = walk_of(&list);
                let item = Candidate { url, key: canonical, list, via, title, listed, walk, patient: false };
                self.push(site, &item, &mut batch);
                batch.delete(key.clone());
                retried.push(row);
            }
            self.ledger.apply(&batch)?;
        }
    }
}
