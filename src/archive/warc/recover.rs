//! What a crash left: which captures are whole, and where the file must be cut.
//!
//! The same scan serves a rebuild: it hands over every capture of a file, from any offset.

use std::fs::{self, OpenOptions};
use std::path::Path;

use super::damage::Damage;
use super::group::{Group, Grouper};
use super::read::WarcReader;
use super::resync::next_whole_record;
use crate::archive::error::{Context as _, Result};
use crate::archive::fsio;

/// How a file ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// End of the last whole capture, in bytes: the length to which an open file is cut.
    pub keep: u64,
    /// Length of the file as it was found.
    pub length: u64,
    /// Captures that were handed over, records that stand alone included.
    pub groups: u64,
    /// Whole records after `keep` that make up no whole capture.
    pub pending: Group,
    /// What stopped the scan.
    pub damage: Option<Damage>,
    /// A whole record behind the damage: then this is no torn tail but a hole, and cutting would lose records. Behind
    /// the committed offset nothing was acknowledged and the cut is right all the same; before it, seal the file as it
    /// is and report it.
    pub whole_after: Option<u64>,
}

impl Tail {
    /// Whether the file ends with a whole capture.
    pub fn is_clean(&self) -> bool {
        self.keep == self.length
    }
}

/// Reads the captures of a file from `from`, which must be the end of a capture (0, or a committed offset), and hands
/// each over with at most `keep_block` bytes of every block.
pub fn scan(path: &Path, from: u64, keep_block: usize, each: &mut dyn FnMut(Group)) -> Result<Tail> {
    let length = fs::metadata(path).at("look at", path)?.len();
    let mut reader = WarcReader::open(path, from)?;
    let mut grouper = Grouper::default();
    let mut tail = Tail { keep: from, length, groups: 0, pending: Vec::new(), damage: None, whole_after: None };
    loop {
        match reader.next_record(keep_block) {
            Ok(Some(record)) => {
                for group in grouper.push(record) {
                    tail.keep = group.last().map_or(tail.keep, |last| last.offset + last.length);
                    tail.groups += 1;
                    each(group);
                }
            }
            Ok(None) => break,
            Err(damage) => {
                tail.whole_after = next_whole_record(path, damage.offset + 1)?;
                tail.damage = Some(damage);
                break;
            }
        }
    }
    tail.pending = grouper.take().unwrap_or_default();
    Ok(tail)
}

/// Cuts a file that a crash left open to `length` bytes, durably. Cut to nothing, it is removed: without its `warcinfo`
/// it was never begun.
pub fn cut(path: &Path, length: u64) -> Result<()> {
    if length == 0 {
        fs::remove_file(path).at("remove", path)?;
        return path.parent().map_or(Ok(()), fsio::sync_dir);
    }
    let file = OpenOptions::new().write(true).open(path).at("open", path)?;
    file.set_len(length).at("cut", path)?;
    file.sync_all().at("sync", path)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::super::*;
    use super::*;

    /// A file of a warcinfo, two captures and a third; the offset at which the third starts; its record ends.
    fn three_captures(dir: &Path) -> (Vec<u8>, u64, Vec<u64>) {
        let mut series = Series::new(spec(dir, SeriesKind::Captures)).unwrap();
        let response = plain("một hai ba");
        let mut last = 0;
        let mut ends = Vec::new();
        for number in 0..3 {
            let prepared = capture("http://x.gov.vn/a", number, &response).prepare(Level::default());
            last = series.append(&prepared.bytes, at(number)).unwrap();
            ends = prepared.records.iter().map(|record| last + record.offset + record.length).collect();
        }
        let path = series.name().unwrap().open_path(dir);
        (fs::read(path).unwrap(), last, ends)
    }

    #[test]
    fn a_cut_at_every_byte_of_the_last_capture_loses_that_capture_only() {
        let dir = tempfile::tempdir().unwrap();
        let (bytes, last, ends) = three_captures(dir.path());
        let path = dir.path().join("torn.warc.gz.open");
        for length in usize::try_from(last).unwrap()..=bytes.len() {
            fs::write(&path, &bytes[..length]).unwrap();
            let mut groups = Vec::new();
            let tail = scan(&path, 0, 0, &mut |group| groups.push(group.len())).unwrap();
            let whole = length == bytes.len();
            assert_eq!(tail.keep, if whole { bytes.len() as u64 } else { last }, "cut at {length}");
            assert_eq!(groups, if whole { vec![1, 3, 3, 3] } else { vec![1, 3, 3] });
            let between = length as u64 == last || ends.contains(&(length as u64));
            assert_eq!(tail.damage.is_none(), between, "cut at {length}");
            assert_eq!(tail.whole_after, None);
            // Cutting syncs; once in a while is enough.
            if length % 64 != 0 {
                continue;
            }
            cut(&path, tail.keep).unwrap();
            let again = scan(&path, last, 0, &mut |_| {}).unwrap();
            assert!(again.is_clean() && again.damage.is_none());
        }
    }

    #[test]
    fn a_scan_from_the_committed_offset_sees_only_what_is_new() {
        let dir = tempfile::tempdir().unwrap();
        let (bytes, last, _) = three_captures(dir.path());
        let path = dir.path().join("new.warc.gz.open");
        fs::write(&path, &bytes).unwrap();
        let mut groups = Vec::new();
        let tail = scan(&path, last, usize::MAX, &mut |group| groups.push(group)).unwrap();
        assert!(tail.is_clean());
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0][0].offset, last);
        assert_eq!(groups[0][1].block, REQUEST);
    }

    #[test]
    fn a_hole_is_told_from_a_torn_tail() {
        let dir = tempfile::tempdir().unwrap();
        let (mut bytes, last, _) = three_captures(dir.path());
        let path = dir.path().join("hole.warc.gz.open");
        let at = usize::try_from(last).unwrap() - 20;
        bytes[at..at + 8].fill(0);
        fs::write(&path, &bytes).unwrap();
        let tail = scan(&path, 0, 0, &mut |_| {}).unwrap();
        assert_eq!(tail.whole_after, Some(last));
        assert_eq!(tail.pending.len(), 2);
    }

    #[test]
    fn texts_are_cut_in_pairs() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("text.warc.gz.open");
        let text = TextCapture {
            uri: "http://x.gov.vn/a",
            at: at(0),
            source: RecordId::random(),
            article_id: "x-1",
            text: Some("Tiêu đề\n"),
            record: b"{}",
        };
        let pair = text.prepare(Level::default());
        let alone = TextCapture { text: None, ..text }.prepare(Level::default());
        let first = usize::try_from(pair.records[0].length).unwrap();
        fs::write(&path, [&alone.bytes[..], &pair.bytes[..first]].concat()).unwrap();
        let tail = scan(&path, 0, 0, &mut |_| {}).unwrap();
        assert_eq!((tail.keep, tail.pending.len()), (alone.bytes.len() as u64, 1));
        fs::write(&path, [&pair.bytes[..], &alone.bytes[..]].concat()).unwrap();
        assert_eq!(scan(&path, 0, 0, &mut |_| {}).unwrap().groups, 2);
    }

    #[test]
    fn a_file_without_a_whole_record_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("empty.warc.gz.open");
        fs::write(&path, [0x1f, 0x8b]).unwrap();
        let tail = scan(&path, 0, 0, &mut |_| {}).unwrap();
        assert_eq!(tail.keep, 0);
        cut(&path, tail.keep).unwrap();
        assert!(!path.exists());
    }
}
