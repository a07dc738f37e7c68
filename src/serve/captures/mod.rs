//! The captures of the archive, found by address: a merge of the sorted indexes of sealed files and of what open files hold
//! by now. Hidden captures are not in it.
//!
//! A search keeps a piece of each index in memory, never an index, and holds no file open.

mod keys;
mod tails;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;
use std::path::Path;

use super::error::ServeError;
use super::holdings::WarcFile;
use crate::access::Access;
use crate::archive::Sorted;
use crate::archive::cdxj::Entry;
use crate::archive::select::Hidden;

pub use keys::{Keys, Match};
pub use tails::Tails;

use tails::Listed;

/// Where to search.
#[derive(Debug)]
pub struct Search<'a> {
    /// Archive root.
    pub root: &'a Path,
    /// Files; those of texts are passed over.
    pub files: &'a [WarcFile],
    /// What is known of files without an index.
    pub tails: &'a Tails,
    /// What is not shown.
    pub hidden: &'a Hidden,
    /// Whose files may be looked at.
    pub access: &'a Access,
}

/// Takes a capture: its line and what that says; stops the search, or lets it go on.
pub type Each<'a> = dyn FnMut(&str, &Entry) -> Result<ControlFlow<()>, ServeError> + 'a;

/// The lines of one file from a key on.
enum Source {
    Index(Sorted),
    Memory(Listed, usize),
}

impl Search<'_> {
    /// Hands over every capture within `keys`, sorted by address and time, until told to stop. Blocks.
    pub fn each(&self, keys: &Keys, each: &mut Each<'_>) -> Result<(), ServeError> {
        let mut sources = Vec::new();
        let mut next = BinaryHeap::new();
        let seen = |file: &&WarcFile| file.is_captures() && self.access.may_see(&file.name.site);
        for file in self.files.iter().filter(seen) {
            let mut source = self.source(file, keys)?;
            if let Some(line) = source.next_line()? {
                next.push(Reverse((line, sources.len())));
                sources.push(source);
            }
        }
        while let Some(Reverse((line, number))) = next.pop() {
            if keys.ends_before(&line) {
                // The others end there or behind.
                return Ok(());
            }
            if let Some(line) = sources[number].next_line()? {
                next.push(Reverse((line, number)));
            }
            let Some(entry) = Entry::parse(line.trim_end()) else { continue };
            if keys.wants(&entry.key) && !self.hidden.capture(&entry) && each(&line, &entry)?.is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// All captures within `keys`, `most` at most.
    pub fn all(&self, keys: &Keys, most: usize) -> Result<Vec<Entry>, ServeError> {
        let mut out = Vec::new();
        self.each(keys, &mut |_, entry| {
            out.push(entry.clone());
            Ok(if out.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        Ok(out)
    }

    fn source(&self, file: &WarcFile, keys: &Keys) -> Result<Source, ServeError> {
        let index = file.name.index_path(self.root);
        if !file.open && index.exists() {
            let failed = |source| ServeError::Read { path: format!("the index of {}", file.file_name), source };
            self.tails.forget(&file.file_name);
            return Ok(Source::Index(Sorted::seek(&index, &keys.from).map_err(failed)?));
        }
        let listed = self.tails.lines(self.root, file)?;
        let first = listed.partition_point(|line| line.as_str() < keys.from.as_str());
        Ok(Source::Memory(listed, first))
    }
}

impl Source {
    fn next_line(&mut self) -> Result<Option<String>, ServeError> {
        match self {
            Self::Index(sorted) => {
                let line = sorted.next_line();
                line.map_err(|source| ServeError::Read { path: sorted.path().display().to_string(), source })
            }
            Self::Memory(lines, at) => {
                let line = lines.get(*at).cloned();
                *at += 1;
                Ok(line)
            }
        }
    }
}
