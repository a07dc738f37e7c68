//! The committer while nothing comes: it shows that it is there, and seals files that have grown old.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::commit::Committer;
use super::error::CrawlError;
use super::process::Processed;

/// How often it looks up.
const TICK: Duration = Duration::from_secs(1);

impl Committer {
    /// The first task of a commit; `None` when no more will come.
    pub(super) fn first(&mut self, incoming: &Receiver<Processed>) -> Result<Option<Processed>, CrawlError> {
        loop {
            self.run.pulse.committer();
            match incoming.recv_timeout(TICK) {
                Ok(first) => return Ok(Some(first)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => self.shelf.rotate_all(self.run.clock.now())?,
            }
        }
    }
}
