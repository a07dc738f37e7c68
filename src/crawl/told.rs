//! What became of an item, for those who watch: a figure, and a line where it was given up.

use super::commit::Placed;
use super::coverage::Fate;
use super::task::Task;
use crate::observe::Meters;

/// Counts it, and says what was given up.
pub fn tell(meters: &Meters, placed: &Placed, fate: &Fate) {
    let Task::Article(lease) = &placed.item.finished.task else { return };
    let edited = placed.shelved.as_ref().is_some_and(|shelved| shelved.edited);
    match fate {
        Fate::Archived | Fate::Duplicate if edited => meters.read("version"),
        Fate::Archived => meters.read("new"),
        Fate::Duplicate => meters.read(if lease.row.again { "unchanged" } else { "duplicate" }),
        Fate::NotArticle(_) => meters.read("not-article"),
        Fate::Failed(_) | Fate::Refused => {
            let cause = if let Fate::Failed(cause) = fate { cause } else { "robots" };
            meters.gave_up(cause);
            let (site, list, url) = (&lease.site, &lease.row.list, &lease.row.url);
            tracing::info!(site, list, url, cause, "an item could not be had");
        }
    }
}
