//! The alarm command: called with one JSON object on its standard input, one at a time, for a bounded time.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::mpsc;

use super::hub::Hub;

/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Alarms that wait for their call; more are in the log and in `status` all the same.
pub const WAITING: usize = 256;

/// An alarm that began or is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlarmNote {
    /// `raised` or `cleared`.
    pub event: &'static str,
    /// One word.
    pub alarm: &'static str,
    /// The site.
    pub site: String,
    /// The list.
    pub list: String,
    /// Its address.
    pub url: String,
    /// In a line.
    pub text: String,
    /// When it began, RFC 3339.
    pub since: String,
    /// The archive.
    pub root: String,
}

/// Calls the command of the configuration in force for each alarm, until nobody can raise one any more.
pub async fn call(hub: Arc<Hub>, mut notes: mpsc::Receiver<AlarmNote>) {
    while let Some(note) = notes.recv().await {
        let config = hub.config();
        let Some((program, arguments)) = config.lasting.alarm_command.split_first() else { continue };
        if let Err(why) = once(program, arguments, &note).await {
            hub.counters.hook_failures.add(1);
            tracing::warn!("the alarm command {program} failed: {why}; the alarm itself is in `luutru status`");
        }
    }
}

async fn once(program: &str, arguments: &[String], note: &AlarmNote) -> Result<(), String> {
    let mut line = serde_json::to_vec(note).map_err(|error| error.to_string())?;
    line.push(b'\n');
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let work = async {
        if let Some(mut input) = child.stdin.take() {
            // One that does not read its input may still do its work.
            let _ = input.write_all(&line).await;
        }
        child.wait().await
    };
    match tokio::time::timeout(PATIENCE, work).await {
        Err(_) => Err(format!("it took longer than {} s and was ended", PATIENCE.as_secs())),
        Ok(Err(error)) => Err(error.to_string()),
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(status.to_string()),
    }
}
