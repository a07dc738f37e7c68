//! Ctrl-C: the first drains, the second quits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{mpsc, watch};

use super::exit::Exit;
use super::output;
use crate::crawl::Stop;

/// Listens for SIGINT and SIGTERM; `resume` is the line that says how to go on.
pub fn listen(resume: String) -> watch::Receiver<Stop> {
    let (sender, receiver) = watch::channel(Stop::Go);
    tokio::spawn(async move {
        if !interrupted().await {
            return;
        }
        output::note("stopping: what is under way is finished and archived; once more quits at once");
        output::note(&resume);
        let _ = sender.send(Stop::Drain);
        if interrupted().await {
            output::note("quit; what was not acknowledged is fetched again by the same command");
            #[expect(clippy::exit, clippy::disallowed_methods, reason = "a second Ctrl-C means now")]
            std::process::exit(Exit::Interrupted as i32);
        }
    });
    receiver
}

/// Listens on a thread of its own, for commands that work on files alone: the first Ctrl-C sets the flag.
pub fn flag(resume: &str) -> std::io::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let (set, resume) = (Arc::clone(&flag), resume.to_owned());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if runtime.block_on(interrupted()) {
            set.store(true, Ordering::Relaxed);
            output::note(&resume);
        }
    })?;
    Ok(flag)
}

/// Rings for each SIGHUP.
pub fn hangups() -> mpsc::Receiver<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (sender, receiver) = mpsc::channel(1);
    if let Ok(mut hangup) = signal(SignalKind::hangup()) {
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                // One that waits to be heard stands for those after it.
                let _ = sender.try_send(());
            }
        });
    }
    receiver
}

/// Waits for SIGINT or SIGTERM; `false` when neither can be listened for.
pub async fn interrupted() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else {
        return tokio::signal::ctrl_c().await.is_ok();
    };
    tokio::select! {
        came = tokio::signal::ctrl_c() => came.is_ok(),
        came = term.recv() => came.is_some(),
    }
}
