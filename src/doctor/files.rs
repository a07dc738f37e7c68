//! What a crash left at the ends of WARC files, and who may read the tokens.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use super::daemon::Owner;
use super::{Area, Finding, Look};
use crate::access::{Tokens, path_of};
use crate::archive::ArchiveError;
use crate::archive::warc::{WarcFile, next_whole_record, scan, warc_files};

const TAILS: Look = Look("open WARC files", Area::Storage);
const TOKENS: Look = Look("tokens", Area::Storage);

/// Bytes before the end of a file that are looked at.
const END_BYTES: u64 = 4 << 20;
/// For all files together.
const IN_ALL: Duration = Duration::from_secs(5);

/// How the end of an open file looks.
enum End {
    Whole,
    Torn(u64),
    Hole(u64),
}

/// The files that are not sealed.
pub fn tails(root: &Path, owner: Owner) -> Finding {
    let files = match warc_files(root) {
        Ok(files) => files,
        Err(error) => return TAILS.fail(error.to_string(), "look at the folders below warc/"),
    };
    let open: Vec<&WarcFile> = files.iter().filter(|file| file.open).collect();
    let count = open.len();
    if count == 0 {
        return TAILS.ok(format!("none; {} files are sealed", files.len()));
    }
    if owner != Owner::Nobody {
        return TAILS.ok(format!("{count} are being written, {} are sealed", files.len() - count));
    }
    let begun = Instant::now();
    let (mut looked, mut torn) = (0, 0);
    for file in open {
        if begun.elapsed() > IN_ALL {
            break;
        }
        looked += 1;
        let name = file.name.relative();
        match end(file) {
            Ok(End::Whole) => {}
            Ok(End::Torn(bytes)) => torn += bytes,
            Ok(End::Hole(at)) => {
                let what = format!("{name} is damaged at {at}, and whole records lie behind that");
                return TAILS.fail(what, "`luutru verify` names all damage; the next run seals the file as it is");
            }
            Err(error) => return TAILS.fail(error.to_string(), "look at the file's owner and mode"),
        }
    }
    let mut what = format!("{count} were left open by a run that did not end by itself");
    if torn > 0 {
        let _ = write!(what, "; {torn} bytes at their ends are no whole record");
    }
    if looked < count {
        let _ = write!(what, "; {} of them were not looked into for want of time", count - looked);
    }
    TAILS.warn(what, "the next run reads back what they hold, cuts what is torn, and seals them")
}

/// Looks at the end of a file: from a record that starts a few megabytes before it.
fn end(file: &WarcFile) -> Result<End, ArchiveError> {
    let from = match file.length.checked_sub(END_BYTES).filter(|from| *from > 0) {
        Some(from) => next_whole_record(&file.path, from)?.unwrap_or(0),
        None => 0,
    };
    let tail = scan(&file.path, from, 0, &mut |_| {})?;
    Ok(match (tail.damage, tail.whole_after) {
        (None, _) => End::Whole,
        (Some(damage), None) => End::Torn(tail.length - damage.offset),
        (Some(damage), Some(_)) => End::Hole(damage.offset),
    })
}

/// The file of tokens: hashes only, and still nobody else's business.
pub fn tokens(root: &Path) -> Finding {
    let path = path_of(root);
    let mode = match fs::metadata(&path) {
        Ok(found) => found.mode() & 0o7777,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return TOKENS.ok("none were made"),
        Err(error) => {
            return TOKENS
                .fail(format!("{} cannot be looked at ({error})", path.display()), "look at its owner and mode");
        }
    };
    let count = match Tokens::read(root) {
        Ok(tokens) => tokens.iter().count(),
        Err(error) => return TOKENS.fail(error.to_string(), "mend the file from a copy"),
    };
    let what = format!("{}: mode {mode:04o}, {count} tokens", path.display());
    if mode & 0o027 != 0 {
        TOKENS.warn(
            format!("{what}: others may read it, or the group may write it"),
            format!("chmod 640 {}", path.display()),
        )
    } else {
        TOKENS.ok(what)
    }
}
