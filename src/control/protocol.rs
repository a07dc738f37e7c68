//! The lines that pass over the control socket.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The version of the protocol.
pub const VERSION: u32 = 1;

/// What a client asks for: one line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The protocol's version.
    pub v: u32,
    /// What is asked for.
    #[serde(flatten)]
    pub command: Command,
}

/// What can be asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Command {
    /// How things stand.
    Status,
    /// A site, or everything, is left alone until it is resumed.
    Pause {
        /// The site.
        site: Option<String>,
    },
    /// It goes on.
    Resume {
        /// The site.
        site: Option<String>,
    },
    /// Why an address was archived, or not.
    Why {
        /// The address.
        url: String,
    },
    /// The configuration is read again.
    Reload,
    /// The whole archive was verified.
    Verified {
        /// Damages that were found.
        damage: u64,
    },
    /// Lists are looked at now.
    Crawl {
        /// Of these sites.
        sites: Vec<Part>,
        /// Nobody waits for the end.
        #[serde(default)]
        detach: bool,
    },
    /// Lists are walked down.
    Backfill {
        /// Of these sites.
        sites: Vec<Part>,
        /// First day.
        from: Option<Date>,
        /// Last day.
        to: Option<Date>,
        /// Also when it is complete already.
        #[serde(default)]
        again: bool,
        /// List pages per list.
        max_pages: Option<u32>,
        /// Nobody waits for the end; the job outlives the daemon.
        #[serde(default)]
        detach: bool,
    },
}

/// A site, and which of its lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its id.
    pub site: String,
    /// Ids of lists; all of them when empty.
    #[serde(default)]
    pub lists: Vec<String>,
}

/// What the daemon says: one line each, the last of them `done` or `error`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "kebab-case")]
pub enum Reply {
    /// How a job stands.
    Progress {
        /// A line for people.
        line: String,
    },
    /// It is done.
    Done {
        /// What came of it.
        data: serde_json::Value,
    },
    /// It is not.
    Error {
        /// One word: `usage`, `configuration`, `storage`, `stopping`.
        kind: String,
        /// What is wrong and how to mend it.
        message: String,
    },
}

/// A reply as it is sent.
#[derive(Debug, Serialize, Deserialize)]
pub struct Line {
    /// The protocol's version.
    pub v: u32,
    /// What is said.
    #[serde(flatten)]
    pub reply: Reply,
}

impl Reply {
    /// An error.
    pub fn error(kind: &str, message: impl Into<String>) -> Self {
        Self::Error { kind: kind.to_owned(), message: message.into() }
    }

    /// The line of it.
    pub fn line(self) -> Vec<u8> {
        // invariant: plain values; serialising them to memory cannot fail.
        let mut line = serde_json::to_vec(&Line { v: VERSION, reply: self }).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

/// Reads a request; the error is the reply.
pub fn parse(line: &str) -> Result<Command, Reply> {
    let value: serde_json::Value =
        serde_json::from_str(line).map_err(|error| Reply::error("usage", format!("no JSON object: {error}")))?;
    match value.get("v").and_then(serde_json::Value::as_u64) {
        Some(v) if v == u64::from(VERSION) => {}
        Some(v) => {
            let message = format!("this daemon speaks version {VERSION} of the protocol, not {v}: use its own luutru");
            return Err(Reply::error("usage", message));
        }
        None => return Err(Reply::error("usage", format!("the request names no version; write \"v\": {VERSION}"))),
    }
    let request: Request =
        serde_json::from_value(value).map_err(|error| Reply::error("usage", format!("no such request: {error}")))?;
    Ok(request.command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_read_back_and_versions_are_refused_by_name() {
        let command = Command::Backfill {
            sites: vec![Part { site: "one".to_owned(), lists: Vec::new() }],
            from: Some(Date::constant(2026, 1, 1)),
            to: None,
            again: false,
            max_pages: None,
            detach: true,
        };
        let line = serde_json::to_string(&Request { v: VERSION, command: command.clone() }).unwrap();
        assert_eq!(parse(&line), Ok(command));
        assert_eq!(parse(r#"{"v":1,"do":"status"}"#), Ok(Command::Status));
        for (line, word) in [
            ("", "no JSON"),
            (r#"{"do":"status"}"#, "\"v\": 1"),
            (r#"{"v":2,"do":"status"}"#, "not 2"),
            (r#"{"v":1,"do":"dance"}"#, "dance"),
        ] {
            let Err(Reply::Error { message, .. }) = parse(line) else { panic!("{line}") };
            assert!(message.contains(word), "{line}: {message}");
        }
    }
}
