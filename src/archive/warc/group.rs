//! Records in file order → captures.

use warc::RecordType;

use super::fields::field;
use super::read::RawRecord;

/// Puts the records of one capture together, by the order in which they are written and by their links.
///
/// A capture is response or revisit, request, metadata (`WARC-Concurrent-To`), or conversion, metadata
/// (`WARC-Refers-To`); every other record stands alone.
#[derive(Debug, Default)]
pub struct Grouper {
    open: Vec<RawRecord>,
}

/// Records that belong together.
pub type Group = Vec<RawRecord>;

impl Grouper {
    /// Takes the next record; gives the groups that it completes or ends, in order.
    pub fn push(&mut self, record: RawRecord) -> impl Iterator<Item = Group> + use<> {
        let (mut first, mut second) = (None, None);
        if self.continues(&record) {
            let last = record.fields.kind() == RecordType::Metadata;
            self.open.push(record);
            if last {
                first = self.take();
            }
        } else {
            // Whole records follow, so this is no torn tail: the group is what another writer left.
            first = self.take();
            let opens =
                matches!(record.fields.kind(), RecordType::Response | RecordType::Revisit | RecordType::Conversion);
            if opens {
                self.open.push(record);
            } else {
                second = Some(vec![record]);
            }
        }
        first.into_iter().chain(second)
    }

    /// What is left at the end of the file: a capture whose last records are missing.
    pub fn take(&mut self) -> Option<Group> {
        (!self.open.is_empty()).then(|| std::mem::take(&mut self.open))
    }

    /// Whether `record` belongs to the open group: same date, a link to its first record, and its turn.
    fn continues(&self, record: &RawRecord) -> bool {
        let Some(main) = self.open.first() else { return false };
        let id = main.fields.get(field::RECORD_ID);
        let kind = record.fields.kind();
        let linked = |name| record.fields.all(name).any(|target| Some(target) == id);
        let turn = match main.fields.kind() {
            RecordType::Conversion => kind == RecordType::Metadata && linked(field::REFERS_TO),
            _ => match self.open.len() {
                1 => kind == RecordType::Request && linked(field::CONCURRENT_TO),
                _ => kind == RecordType::Metadata && linked(field::CONCURRENT_TO),
            },
        };
        turn && record.fields.get(field::DATE) == main.fields.get(field::DATE)
    }
}
