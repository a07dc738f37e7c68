//! Which sealed files must not go out as they are, since something in them is taken down.

use std::path::Path;

use super::files::WarcFile;
use super::hidden::Hidden;
use super::{lines, members};
use crate::archive::error::Result;
use crate::archive::warc::WarcName;

/// Whether the sealed file of that name holds a capture or a text that is hidden. Reads the file's index, or the whole
/// file where it holds texts; what cannot be read counts as hidden.
pub fn holds_hidden(root: &Path, name: &WarcName, hidden: &Hidden) -> Result<bool> {
    if hidden.is_empty() {
        return Ok(false);
    }
    let file = WarcFile { name: name.clone(), relative: name.relative(), open: false };
    if !file.of_captures() {
        let mut problems = Vec::new();
        let (found, _) = members::of_texts(root, &file, &mut |record| hidden.article(&record.id), &mut problems)?;
        return Ok(!found.is_empty() || !problems.is_empty());
    }
    let mut found = false;
    lines::each(root, &file, &mut |_, entry| {
        found |= hidden.capture(entry);
        Ok(())
    })?;
    Ok(found)
}
