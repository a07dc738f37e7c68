//! The CDXJ of every sealed WARC file, several files at a time.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use jiff::Timestamp;

use super::{Event, Listing, Rebuilt, Tally, Watcher};
use crate::archive::cdxj;
use crate::archive::error::{Context as _, Result};
use crate::archive::fsio::{self, Durability};
use crate::archive::warc::WarcFile;
use crate::model::Digest;

/// Makes the indexes of sealed files what they must be, and lists files that no manifest names; `None` if it was stopped.
pub fn indexes(root: &Path, files: &[WarcFile], now: Timestamp, watch: &dyn Watcher) -> Result<Option<Rebuilt>> {
    let sealed: Vec<&WarcFile> = files.iter().filter(|file| !file.open).collect();
    let total: u64 = sealed.iter().map(|file| file.length).sum();
    let listing = Mutex::new((Listing::open(root, now)?, Rebuilt::default(), 0));
    let next = AtomicUsize::new(0);
    let work = || -> Result<()> {
        while let Some(file) = sealed.get(next.fetch_add(1, Ordering::Relaxed))
            && !watch.stopped()
        {
            let (tally, damage, index) = index(root, file, watch)?;
            let unlisted = !lock(&listing).0.has(&file.name.relative());
            let digest = if unlisted { Some(fsio::digest_of(&file.path)?) } else { None };
            let mut all = lock(&listing);
            let (listing, rebuilt, done) = &mut *all;
            rebuilt.indexes.add(tally);
            rebuilt.damage += damage;
            if let Some(digest) = digest {
                listing.note(file.name.relative(), digest)?;
            }
            listing.note(format!("index/{}.cdxj", file.name.stem()), index)?;
            *done += file.length;
            watch.event(Event::Step("indexes", *done, total));
        }
        Ok(())
    };
    let workers = thread::available_parallelism().map_or(2, usize::from).min(8);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| match thread.join() {
            Ok(ended) => ended,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    let (mut listing, mut rebuilt, _) = listing.into_inner().unwrap_or_else(PoisonError::into_inner);
    listing.flush()?;
    rebuilt.listed = listing.count;
    Ok((!watch.stopped()).then_some(rebuilt))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One index; the places of damage that were passed over, and the index's digest.
fn index(root: &Path, file: &WarcFile, watch: &dyn Watcher) -> Result<(Tally, u64, Digest)> {
    let mut damages = 0;
    let lines = cdxj::index_whole(&file.path, &file.name.file_name(), &mut |damage| {
        damages += 1;
        watch.event(Event::Damaged(&file.path, &damage));
    })?;
    let path = file.name.index_path(root);
    let mut wanted = Vec::new();
    lines.write_to(&mut wanted).at("sort the index of", &file.path)?;
    let mut tally = Tally::default();
    match std::fs::read(&path) {
        Ok(there) if there == wanted => tally.right = 1,
        there => {
            let missing = there.is_err();
            (tally.made, tally.mended) = (u64::from(missing), u64::from(!missing));
            fsio::replace(&path, &wanted, Durability::Synced)?;
        }
    }
    Ok((tally, damages, Digest::of(&wanted)))
}
