//! Who has the archive now: a daemon that answers, another program, or nobody? Then: does the ledger open?

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use tokio::time::timeout;

use super::{Area, Finding, Look, root};
use crate::control::{self, Client, Command};
use crate::crawl::look_in;

const DAEMON: Look = Look("daemon", Area::Machine);
const LEDGER: Look = Look("ledger", Area::Storage);

/// For the daemon's answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether somebody writes to the archive now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A daemon, or another command.
    Somebody,
    /// Nobody.
    Nobody,
    /// It could not be found out.
    Unknown,
}

/// What the daemon said.
enum Answer {
    Pid(u64, String),
    Silent(String),
    None,
}

/// Asks the daemon; only where nobody has the ledger, and it is this user's, is it opened.
pub async fn look(root: &Path) -> (Vec<Finding>, Owner) {
    let state = root.join("state");
    let holder = holder(&state.join("db"));
    match ask(root).await {
        Answer::Pid(pid, phase) => {
            let running = DAEMON.ok(format!("process {pid} is {phase}, and answers"));
            (vec![running, LEDGER.ok(format!("held by the daemon (process {pid}), and not touched"))], Owner::Somebody)
        }
        Answer::Silent(why) => {
            let socket = control::path(root).display().to_string();
            let mend = format!("look at its log (`journalctl -u luutru`) and at the owner and mode of {socket}");
            let owner = holder.map_or(Owner::Unknown, |_| Owner::Somebody);
            (vec![DAEMON.warn(format!("there is one, and it does not answer: {why}"), mend), held(holder)], owner)
        }
        Answer::None => {
            let left = if control::path(root).exists() {
                "; its socket was left by a crash, the next start replaces it"
            } else {
                ""
            };
            let none = DAEMON.ok(format!("none runs{left}"));
            match holder {
                Some(_) => (vec![none, held(holder)], Owner::Somebody),
                None => (vec![none, open(root, &state)], Owner::Nobody),
            }
        }
    }
}

async fn ask(root: &Path) -> Answer {
    let asked = timeout(PATIENCE, async {
        let Some(mut client) = Client::connect(root).await.map_err(|error| error.to_string())? else {
            return Ok(Answer::None);
        };
        let status = client.ask(Command::Status, |_| {}).await.map_err(|error| error.to_string())?;
        let daemon = &status["daemon"];
        let phase = daemon["phase"].as_str().unwrap_or("running").to_owned();
        Ok::<_, String>(Answer::Pid(daemon["pid"].as_u64().unwrap_or(0), phase))
    });
    match asked.await {
        Ok(Ok(answer)) => answer,
        Ok(Err(why)) => Answer::Silent(why),
        Err(_) => Answer::Silent(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

/// The process that has locked a file, by the kernel's own list (proc_locks(5)); trying the lock would take it for a
/// moment from whoever starts just now.
fn holder(file: &Path) -> Option<u64> {
    let inode = fs::metadata(file).ok()?.ino();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    locks.lines().find_map(|line| locked_by(line, inode))
}

/// `1: FLOCK  ADVISORY  WRITE 4711 08:01:131085 0 EOF`.
fn locked_by(line: &str, inode: u64) -> Option<u64> {
    let words: Vec<&str> = line.split_whitespace().filter(|word| *word != "->").collect();
    let [_, _, _, "WRITE", pid, place, ..] = words.as_slice() else { return None };
    let locked: u64 = place.rsplit(':').next()?.parse().ok()?;
    (locked == inode).then(|| pid.parse().unwrap_or(0))
}

fn held(holder: Option<u64>) -> Finding {
    match holder {
        Some(pid) => LEDGER.ok(format!("held by process {pid}, and not touched")),
        None => LEDGER.warn("not looked at: the daemon has it, or soon will", "look again once the daemon answers"),
    }
}

fn open(root: &Path, state: &Path) -> Finding {
    let owner = match fs::metadata(state.join("db")) {
        Ok(found) => found.uid(),
        Err(_) => return LEDGER.ok("there is none yet; the first run makes it from what lies below warc/"),
    };
    if owner != root::me() {
        let mend =
            format!("`sudo -u '#{owner}' luutru doctor`: opened by another user, it would no longer be the daemon's");
        return LEDGER.warn(format!("not opened: it belongs to user {owner}"), mend);
    }
    match look_in(root) {
        Ok(_) => LEDGER.ok("opens, and accounts for no more than the WARC files hold"),
        Err(error) => LEDGER.fail(error.to_string(), "the next run sets a damaged one aside and fills a new one"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_known_by_its_inode() {
        let line = "12: FLOCK  ADVISORY  WRITE 4711 08:01:131085 0 EOF";
        assert_eq!(locked_by(line, 131_085), Some(4_711));
        assert_eq!(locked_by(line, 131), None);
        assert_eq!(locked_by("3: -> POSIX  ADVISORY  WRITE 9 00:2f:7 0 EOF", 7), Some(9));
        assert_eq!(locked_by("3: POSIX  ADVISORY  READ 9 00:2f:7 0 EOF", 7), None);
        assert_eq!(locked_by("", 0), None);
    }
}
