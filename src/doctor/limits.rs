//! May this program open as many files as a crawl needs?

use super::{Area, Finding, Look};

const LOOK: Look = Look("open files", Area::Machine);

/// The ledger, logs, sockets and libraries.
const BASE: u64 = 64;
/// A connection, two WARC files, and what is sorted when one is sealed.
const PER_SITE: u64 = 4;

/// The limit in force for this program, and what this configuration needs.
pub fn look(sites: usize, concurrency: usize) -> Finding {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    judge(limit, sites as u64, concurrency as u64)
}

/// `None` is no limit.
fn judge(limit: Option<u64>, sites: u64, concurrency: u64) -> Finding {
    let needed = BASE + PER_SITE * sites + concurrency;
    let Some(limit) = limit else { return LOOK.ok("no limit") };
    let what = format!("{limit} may be open at once; {sites} sites need up to {needed}");
    let mend = "raise it: LimitNOFILE= in the unit (16384 there as it comes), `ulimit -n` in a shell";
    if limit < BASE {
        LOOK.fail(what, mend)
    } else if limit < needed {
        LOOK.warn(what, mend)
    } else {
        LOOK.ok(what)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn the_number_of_sites_decides() {
        for (limit, sites, level) in [
            (None, 10_000, Level::Ok),
            (Some(1_024), 124, Level::Ok),
            (Some(568), 124, Level::Ok),
            (Some(567), 124, Level::Warn),
            (Some(1_024), 500, Level::Warn),
            (Some(63), 0, Level::Fail),
        ] {
            let found = judge(limit, sites, 8);
            assert_eq!(found.level, level, "{found:?}");
            assert_eq!(found.mend.is_some(), level != Level::Ok);
        }
    }
}
