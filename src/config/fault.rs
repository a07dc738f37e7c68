//! What is wrong with a file, where, and how it is mended.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// A value that cannot be used: what is wrong with it, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {mend}")]
pub struct Wrong {
    /// What is wrong, naming the value.
    pub what: String,
    /// What to write instead.
    pub mend: String,
}

impl Wrong {
    /// Both halves of the message.
    pub fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what: what.into(), mend: mend.into() }
    }
}

/// One fault of one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fault {
    /// The file, as it was named to us; for a command-line value, the flag.
    pub file: PathBuf,
    /// Line, from 1; none where the whole file is meant.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// How it is mended.
    pub mend: String,
}

impl Fault {
    /// A fault of the file as a whole.
    pub fn whole(file: &Path, wrong: Wrong) -> Self {
        Self { file: file.to_owned(), line: None, column: None, what: wrong.what, mend: wrong.mend }
    }

    /// A fault at a byte range of the file's text.
    pub fn at(file: &Path, text: &str, span: &Range<usize>, wrong: Wrong) -> Self {
        let (line, column) = position(text, span.start);
        Self { file: file.to_owned(), line: Some(line), column: Some(column), what: wrong.what, mend: wrong.mend }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}; {}", self.what, self.mend)
    }
}

/// Line and column of a byte offset, both from 1; the column counts characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
}

/// Every fault that was found, in the order of files and lines; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// `Err` with the sorted faults, or `Ok` when there are none.
    pub fn none_or(mut faults: Vec<Fault>) -> Result<(), Self> {
        if faults.is_empty() {
            return Ok(());
        }
        faults.sort();
        Err(Self(faults))
    }

    /// The faults.
    pub fn as_slice(&self) -> &[Fault] {
        &self.0
    }

    /// The faults, owned.
    pub fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}

impl fmt::Display for Faults {
    /// One line a fault, without a final newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        assert_eq!(position("a = 1\ntên = \"ữ\"x", 6), (2, 1));
        assert_eq!(position("tên = 1", "tên".len()), (1, 4));
        assert_eq!(position("", 9), (1, 1));
    }

    #[test]
    fn prints_file_line_and_mend() {
        let fault = Fault::at(Path::new("a.toml"), "\n\nx", &(2..3), Wrong::new("no x", "write y"));
        assert_eq!(fault.to_string(), "a.toml:3: no x; write y");
        assert_eq!(Fault::whole(Path::new("b"), Wrong::new("gone", "make it")).to_string(), "b: gone; make it");
    }
}
