//! WARC/1.1 (ISO 28500:2017): records, gzip members, the files that hold them, and the way back.
//!
//! Writing goes [`Capture`] → [`Prepared`] (pure, on any thread) → [`Series::append`] → [`Series::sync`]. Reading goes
//! [`WarcReader`] → [`RawRecord`]. Record types and the words of `WARC-Truncated` are those of the `warc` crate.

mod capture;
mod conversion;
mod damage;
mod fields;
mod files;
mod group;
pub mod http;
mod id;
mod info;
mod member;
mod name;
mod read;
mod record;
mod recover;
mod resync;
mod rotate;
mod series;
mod stored;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use ::warc::{RecordType, TruncatedType};

pub use capture::{Capture, Original, Prepared, PreparedRecord, Revisit, TOOK_LINE};
pub use conversion::TextCapture;
pub use damage::{Damage, DamageKind};
pub use fields::{Fields, field, target_uri};
pub(crate) use fields::{forbidden, needs_target_uri, repeatable};
pub use files::{WarcFile, entries, sealed_twin, warc_files};
pub use group::{Group, Grouper};
pub use id::{RecordId, date_string, parse_date};
pub use info::WarcInfo;
pub use member::{Level, append_member};
pub use name::{OPEN, SEALED, SeriesKind, WarcName, file_safe, locate};
pub use read::{RawHead, RawRecord, WarcReader, read_at};
pub use record::{Profile, Record};
pub use recover::{Tail, cut, scan};
pub use resync::next_whole_record;
pub use rotate::Rotation;
pub use series::{Closed, Receipt, Sealed, Sealing, Series, SeriesSpec};
