//! Exit codes, and how an error ends the program.

use std::process::ExitCode;

use crate::access::AccessError;
use crate::archive::ArchiveError;
use crate::audit::AuditError;
use crate::config::Faults;
use crate::control::ClientError;
use crate::crawl::CrawlError;
use crate::ledger::LedgerError;
use crate::pull::PullError;
use crate::search::SearchError;

/// The table that `--help` shows.
pub const TABLE: &str = "Exit codes: 0 done; 1 done, with failures recorded; 2 usage; 3 configuration; 4 storage (disk \
full, lock held, damage); 5 nothing could be reached; 6 interrupted, safe to resume; 70 a bug";

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All went well.
    Done = 0,
    /// Done, with failures recorded.
    Failures = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The configuration is wrong.
    Configuration = 3,
    /// Disk full, lock held, damage found.
    Storage = 4,
    /// Nothing could be reached.
    Network = 5,
    /// Interrupted; the same command goes on.
    Interrupted = 6,
    /// Our fault.
    Bug = 70,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A command line that is well-formed and still cannot be carried out.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct UsageError {
    /// What is wrong.
    pub what: String,
}

/// Says what went wrong on stderr, and which code that is.
pub fn report(error: &anyhow::Error) -> Exit {
    let exit = code_of(error);
    // A reader that went away is no failure of ours.
    if let Some(io) = error.downcast_ref::<std::io::Error>()
        && io.kind() == std::io::ErrorKind::BrokenPipe
    {
        return Exit::Done;
    }
    super::output::error(&in_one_line(error));
    exit
}

/// An error and its causes, each said once: messages of the rooms name their cause themselves.
fn in_one_line(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |line, cause| {
        let cause = cause.to_string();
        match line.contains(&cause) {
            true => line,
            false if line.is_empty() => cause,
            false => format!("{line}: {cause}"),
        }
    })
}

fn code_of(error: &anyhow::Error) -> Exit {
    if error.is::<UsageError>() {
        return Exit::Usage;
    }
    if error.downcast_ref::<ArchiveError>().is_some_and(ArchiveError::is_usage) {
        return Exit::Usage;
    }
    if let Some(access) = error.downcast_ref::<AccessError>() {
        return if matches!(access, AccessError::Unknown { .. }) { Exit::Usage } else { Exit::Storage };
    }
    if let Some(pull) = error.downcast_ref::<PullError>() {
        return match pull {
            PullError::Usage { .. } => Exit::Usage,
            PullError::Disk { .. } | PullError::Held { .. } => Exit::Storage,
            _ => Exit::Network,
        };
    }
    if error.is::<Faults>() {
        return Exit::Configuration;
    }
    if let Some(search) = error.downcast_ref::<SearchError>() {
        return if matches!(search, SearchError::Query { .. }) { Exit::Usage } else { Exit::Storage };
    }
    if let Some(crawl) = error.downcast_ref::<CrawlError>() {
        return match crawl {
            CrawlError::Ledger(_) | CrawlError::Archive(_) | CrawlError::Root { .. } | CrawlError::DiskLow { .. } => {
                Exit::Storage
            }
            CrawlError::Portal { .. } | CrawlError::Article { .. } => Exit::Configuration,
            CrawlError::Worker => Exit::Bug,
        };
    }
    if let Some(client) = error.downcast_ref::<ClientError>() {
        return match client {
            ClientError::Refused { kind, .. } if kind == "configuration" => Exit::Configuration,
            ClientError::Refused { kind, .. } if kind == "usage" => Exit::Usage,
            ClientError::Gone => Exit::Interrupted,
            _ => Exit::Storage,
        };
    }
    if error.is::<AuditError>()
        || error.is::<ArchiveError>()
        || error.is::<LedgerError>()
        || error.is::<std::io::Error>()
    {
        return Exit::Storage;
    }
    Exit::Bug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_their_codes() {
        let usage = anyhow::Error::new(UsageError { what: "no such site".to_owned() });
        assert_eq!(code_of(&usage), Exit::Usage);
        let held = anyhow::Error::new(CrawlError::Ledger(LedgerError::Held { path: "state".to_owned() }));
        assert_eq!(code_of(&held), Exit::Storage);
        assert_eq!(code_of(&anyhow::anyhow!("what?")), Exit::Bug);
    }

    #[test]
    fn a_cause_is_said_once() {
        let path = "state".to_owned();
        let source = sled::Error::Unsupported("new".to_owned());
        let error = anyhow::Error::new(LedgerError::Engine { path, source });
        assert_eq!(in_one_line(&error).matches("new").count(), 1);
        assert_eq!(in_one_line(&anyhow::anyhow!("why").context("what")), "what: why");
    }
}
