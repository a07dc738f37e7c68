//! What lies in the WARC files of a root.

use std::path::Path;

use luutru::archive::warc::{RawRecord, WarcReader};

/// A record of a WARC file.
pub struct Kept {
    record: RawRecord,
}

impl Kept {
    pub fn kind(&self) -> &str {
        self.field("WARC-Type")
    }

    /// A field's value, or nothing.
    pub fn field(&self, name: &str) -> &str {
        self.record.fields.get(name).unwrap_or_default()
    }

    /// The bytes of the record, without its own head.
    pub fn block(&self) -> &[u8] {
        &self.record.block
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.record.block).into_owned()
    }
}

/// All records, in the order of files.
pub fn records(root: &Path) -> Vec<Kept> {
    let mut out = Vec::new();
    for path in super::files_below(&root.join("warc")) {
        let mut reader = WarcReader::open(&path, 0).unwrap();
        while let Some(record) = reader.next_record(1 << 20).unwrap() {
            out.push(Kept { record });
        }
    }
    out
}
