//! Does the disk keep what it is given? A file is written, synced, renamed, read back and removed, and timed.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Area, Finding, Look};
use crate::model::Digest;

const LOOK: Look = Look("write", Area::Storage);
/// Bytes that are written; a commit of a few dozen captures is of this order.
const BYTES: usize = 1 << 20;
/// A sync that takes longer holds up every commit.
const SLOW: Duration = Duration::from_secs(1);

/// Removes what was written, whatever happens.
struct Trace(PathBuf);

impl Drop for Trace {
    fn drop(&mut self) {
        // Gone already, or the finding says that nothing can be removed here.
        let _ = fs::remove_file(&self.0);
    }
}

/// The time that each step took.
#[derive(Debug, Default)]
struct Times {
    write: Duration,
    sync: Duration,
    rename: Duration,
    read: Duration,
}

/// A disk that takes longer than this for one megabyte hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// One write to the root.
pub async fn look(root: &Path) -> Finding {
    let folder = root.to_owned();
    let attempt = tokio::task::spawn_blocking(move || attempt(&folder));
    let times = match tokio::time::timeout(PATIENCE, attempt).await {
        Ok(Ok(Ok(times))) => times,
        Err(_) | Ok(Err(_)) => {
            let what = format!("{} gave no answer within {} s", root.display(), PATIENCE.as_secs());
            return LOOK
                .fail(what, "look at the kernel's log (`dmesg`): the disk, or the machine that holds it, hangs");
        }
        Ok(Ok(Err((step, error)))) => {
            let what = format!("{step} in {} failed: {error}", root.display());
            return LOOK.fail(what, "look at owner, mode, mount options, quota and the kernel's log (`dmesg`)");
        }
    };
    let ms = |duration: Duration| format!("{:.1} ms", duration.as_secs_f64() * 1_000.0);
    let what = format!(
        "1 MiB written in {}, synced in {}, renamed (folder synced) in {}, read back equal in {}; the bytes came back from \
         the page cache, which proves the way there and not the medium",
        ms(times.write),
        ms(times.sync),
        ms(times.rename),
        ms(times.read)
    );
    if times.sync.max(times.rename) > SLOW {
        LOOK.warn(what, "syncs are slow: look at the disk's health and at what else writes to it")
    } else {
        LOOK.ok(what)
    }
}

fn attempt(root: &Path) -> Result<Times, (&'static str, io::Error)> {
    let name = format!(".luutru-doctor-{}", std::process::id());
    let (first, second) = (root.join(format!("{name}.new")), root.join(name));
    // No two bytes in a row are alike, so that nothing is stored as a hole.
    let bytes: Vec<u8> = Digest::of(&std::process::id().to_le_bytes()).0.iter().copied().cycle().take(BYTES).collect();
    let mut times = Times::default();
    let mut timed = |slot: fn(&mut Times) -> &mut Duration, begun: Instant| *slot(&mut times) = begun.elapsed();
    let begun = Instant::now();
    let mut file = File::create_new(&first).map_err(|error| ("making a file", error))?;
    let _traces = [Trace(first.clone()), Trace(second.clone())];
    file.write_all(&bytes).map_err(|error| ("writing", error))?;
    timed(|times| &mut times.write, begun);
    let begun = Instant::now();
    file.sync_all().map_err(|error| ("syncing", error))?;
    timed(|times| &mut times.sync, begun);
    let begun = Instant::now();
    fs::rename(&first, &second).map_err(|error| ("renaming", error))?;
    File::open(root).and_then(|folder| folder.sync_all()).map_err(|error| ("syncing the folder", error))?;
    timed(|times| &mut times.rename, begun);
    let begun = Instant::now();
    let back = fs::read(&second).map_err(|error| ("reading", error))?;
    if back != bytes {
        return Err(("reading", io::Error::new(io::ErrorKind::InvalidData, "other bytes came back than were written")));
    }
    timed(|times| &mut times.read, begun);
    fs::remove_file(&second).map_err(|error| ("removing a file", error))?;
    Ok(times)
}
