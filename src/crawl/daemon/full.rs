//! A disk that is full to the last byte, found by a write that failed and not by the low mark: the daemon lets go of
//! everything, waits for room, and begins anew in the same process.
//!
//! Nothing that was acknowledged is lost by it: beginning anew is recovery. The ledger takes no more after a failed write,
//! so that going on with the old one is no way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Ears, Hub, live};
use crate::config::Config;
use crate::crawl::disk::free_bytes;
use crate::crawl::error::CrawlError;
use crate::crawl::run::Stop;
use crate::ledger::LedgerError;
use crate::observe::Notify;

/// Less than this is no room, whatever the marks say.
const ROOM_BYTES: u64 = 16 << 20;
/// How often the disk is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// A quota is not seen in what is free: attempts go further apart, up to this.
const LONGEST: Duration = Duration::from_mins(1);

/// [`live`], begun anew after each failure for want of room. Ends as `live` does, and when it is told to stop meanwhile.
pub async fn outlast<T>(
    mut config: Config,
    mut ears: Ears<'_>,
    mut begun: impl FnMut(&Arc<Hub>) -> Result<T, CrawlError>,
) -> Result<(), CrawlError> {
    let mut pause = LOOK;
    let mut waited = false;
    loop {
        let started = Instant::now();
        let error = match live(config.clone(), &mut ears, &mut begun).await {
            Err(error) if error.is_full_disk() => error,
            // What the one before has not let go of yet, or what a write that failed has done to it: it is set aside then.
            Err(CrawlError::Ledger(error))
                if waited && pause < LONGEST && (error.is_damage() || matches!(error, LedgerError::Held { .. })) =>
            {
                error.into()
            }
            other => return other,
        };
        pause = if started.elapsed() > LONGEST { LOOK } else { (pause * 2).min(LONGEST) };
        waited = true;
        tracing::error!("{error}");
        tracing::warn!("fetching begins anew when there is room again");
        if !room(&config, &mut ears, pause).await {
            return Err(error);
        }
        if let Ok(now) = (ears.load)() {
            config = now;
        }
    }
}

/// Waits for room, and for `pause` at least; `false` when it is told to stop.
async fn room(config: &Config, ears: &mut Ears<'_>, pause: Duration) -> bool {
    let until = Instant::now() + pause;
    let enough = config.disk.high_bytes.max(config.disk.low_bytes).max(ROOM_BYTES);
    let notifier = Notify::from_env();
    // The service has started: that it waits is in its status.
    notifier.ready();
    notifier.status("the disk is full: waiting for room");
    while Instant::now() < until || free_bytes(&config.root).unwrap_or(u64::MAX) < enough {
        notifier.alive();
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = ears.stop.wait_for(|stop| *stop == Stop::Drain) => return false,
        }
    }
    true
}
