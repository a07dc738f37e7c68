//! What the daemon keeps in the ledger beside the archive's own rows: sites and lists, small and bounded in number.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::crawl::rows::{decode, encode};
use crate::crawl::schedule::{AlarmKind, Rhythm};
use crate::ledger::{Batch, Key, Ledger, LedgerError};

/// The key of the pause of everything,
const PAUSED: &str = "paused";
/// and of the last whole verification.
const FIXITY: &str = "fixity";

/// What is known of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteRow {
    /// A person has paused it.
    pub paused: bool,
    /// The address that it was asked at last.
    pub server: Option<String>,
    /// Not before this moment, in milliseconds since 1970,
    pub retry_ms: i64,
    /// since this happened.
    pub trouble: Option<String>,
    /// Rounds in a row that ended so.
    pub troubles: u32,
    /// The day on which what had failed was last tried again.
    pub retried: Option<Date>,
    /// When an article was last archived, in milliseconds since 1970.
    pub article_ms: Option<i64>,
}

impl SiteRow {
    /// The row of a site.
    pub fn of(ledger: &dyn Ledger, site: &str) -> Result<Self, LedgerError> {
        let key = Key::site(site);
        Ok(ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()?.unwrap_or_default())
    }

    /// Writes it down.
    pub fn put(&self, ledger: &dyn Ledger, site: &str) -> Result<(), LedgerError> {
        let mut batch = Batch::default();
        batch.put(Key::site(site), encode(self));
        ledger.apply(&batch).map(|_| ())
    }
}

/// Something that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// What kind.
    pub kind: AlarmKind,
    /// Since when, in milliseconds since 1970.
    pub since_ms: i64,
    /// In a line.
    pub text: String,
}

/// What is known of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRow {
    /// How often it brings news, and when it is looked at next.
    pub rhythm: Rhythm,
    /// What is wrong with it.
    pub alarms: Vec<Alarm>,
}

impl ListRow {
    /// The row of a list, if it was ever scheduled.
    pub fn of(ledger: &dyn Ledger, site: &str, list: &str) -> Result<Option<Self>, LedgerError> {
        let key = Key::rhythm(site, list);
        ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()
    }

    /// Writes it down.
    pub fn put(&self, ledger: &dyn Ledger, site: &str, list: &str) -> Result<(), LedgerError> {
        let mut batch = Batch::default();
        batch.put(Key::rhythm(site, list), encode(self));
        ledger.apply(&batch).map(|_| ())
    }
}

/// What the last verification of the whole archive found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixityRow {
    /// When it ended, in milliseconds since 1970.
    pub at_ms: i64,
    /// Damages that it found.
    pub damage: u64,
    /// When one last found none.
    pub whole_ms: Option<i64>,
}

impl FixityRow {
    /// The row, if the archive was ever verified.
    pub fn of(ledger: &dyn Ledger) -> Result<Option<Self>, LedgerError> {
        let key = Key::meta(FIXITY);
        ledger.get(&key)?.map(|bytes| decode(&key, &bytes)).transpose()
    }

    /// Notes that a verification ended at `at_ms`, with so much damage.
    pub fn note(ledger: &dyn Ledger, at_ms: i64, damage: u64) -> Result<(), LedgerError> {
        let earlier = Self::of(ledger)?.and_then(|row| row.whole_ms);
        let row = Self { at_ms, damage, whole_ms: if damage == 0 { Some(at_ms) } else { earlier } };
        let mut batch = Batch::default();
        batch.put(Key::meta(FIXITY), encode(&row));
        ledger.apply(&batch).map(|_| ())
    }
}

/// Whether everything is paused.
pub fn all_paused(ledger: &dyn Ledger) -> Result<bool, LedgerError> {
    Ok(ledger.get(&Key::meta(PAUSED))?.is_some())
}

/// Pauses a site, or everything, or lets it go on. Everything going on means each site as well.
pub fn set_paused(ledger: &dyn Ledger, site: Option<&str>, pause: bool) -> Result<(), LedgerError> {
    if let Some(site) = site {
        let row = SiteRow { paused: pause, ..SiteRow::of(ledger, site)? };
        row.put(ledger, site)?;
        return ledger.flush();
    }
    let mut batch = Batch::default();
    if pause {
        batch.put(Key::meta(PAUSED), b"");
    } else {
        batch.delete(Key::meta(PAUSED));
        for (key, bytes) in ledger.scan(&Key::sites(), None, 10_000)? {
            let row: SiteRow = decode(&key, &bytes)?;
            batch.put(key, encode(&SiteRow { paused: false, ..row }));
        }
    }
    ledger.apply(&batch)?;
    ledger.flush()
}
