//! The daemon's end of the control socket.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

use super::protocol::{Command, Reply, parse};
use super::{NAME, http, jobs, path, short};
use crate::crawl::CrawlError;
use crate::crawl::daemon::{FixityRow, Hub, Order, status, why};

/// Clients at a time; more wait.
const CLIENTS: usize = 64;
/// A request is one line of at most so many bytes, and comes within this time.
const LINE_BYTES: u64 = 256 << 10;
const PATIENCE: Duration = Duration::from_secs(10);

/// The open socket; closed and taken away when this is dropped.
#[derive(Debug)]
pub struct Listening {
    path: PathBuf,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        let _ = fs::remove_file(&self.path);
    }
}

/// Opens the control socket of a root that is owned: only the holder of its ledger may call this, which is why a socket
/// that is there already is what a crash left.
pub fn listen(hub: &Arc<Hub>) -> Result<Listening, CrawlError> {
    let place = path(&hub.root);
    let wrong = |why: String| CrawlError::Root { path: place.display().to_string(), why };
    match fs::symlink_metadata(&place) {
        Ok(there) if !there.file_type().is_socket() => {
            return Err(wrong("is no socket, and stands where the control socket belongs; move it away".to_owned()));
        }
        _ => {}
    }
    let failed = |error: std::io::Error| wrong(format!("the control socket cannot be made ({error})"));
    let (near, _folder) = short(&hub.root).map_err(failed)?;
    // Made under another name, closed to strangers, and only then put in its place.
    let aside = near.with_file_name(format!("{NAME}.new"));
    match fs::remove_file(&aside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let listener = UnixListener::bind(&aside).map_err(failed)?;
    fs::set_permissions(&aside, fs::Permissions::from_mode(0o660)).map_err(failed)?;
    fs::rename(&aside, &near).map_err(failed)?;
    // From here on its drop cleans up.
    let mut open = Listening { path: place, tasks: vec![tokio::spawn(accept(listener, Arc::clone(hub)))] };
    if let Some(address) = hub.config().lasting.metrics {
        open.tasks.push(http::port(address, hub)?);
    }
    Ok(open)
}

async fn accept(listener: UnixListener, hub: Arc<Hub>) {
    let places = Arc::new(Semaphore::new(CLIENTS));
    loop {
        // invariant: the semaphore is never closed.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let hub = Arc::clone(&hub);
                tokio::spawn(async move {
                    // A client that went away is told nothing.
                    let _ = converse(stream, &hub).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a client of the control socket could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn converse(stream: UnixStream, hub: &Arc<Hub>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    // A request of the protocol begins with a brace, one of HTTP with its method.
    let first = tokio::time::timeout(PATIENCE, stream.fill_buf()).await;
    if matches!(&first, Ok(Ok(bytes)) if bytes.first().is_some_and(u8::is_ascii_uppercase)) {
        http::speak(stream, hub).await;
        return Ok(());
    }
    let (read, mut write) = tokio::io::split(stream);
    let mut lines = BufReader::new(read.take(LINE_BYTES));
    let mut line = String::new();
    match tokio::time::timeout(PATIENCE, lines.read_line(&mut line)).await {
        Ok(Ok(_)) if line.ends_with('\n') => {}
        Ok(Ok(0)) => return Ok(()),
        Ok(Err(error)) if error.kind() != std::io::ErrorKind::InvalidData => return Err(error),
        _ => {
            let reply = Reply::error("usage", "a request is one line of JSON in UTF-8, with its end, sent at once");
            return write.write_all(&reply.line()).await;
        }
    }
    match parse(&line) {
        Err(reply) => write.write_all(&reply.line()).await,
        Ok(Command::Crawl { sites, detach }) => {
            let asked = jobs::look(hub, &sites);
            jobs::follow(hub, asked, detach, &mut lines, &mut write).await
        }
        Ok(Command::Backfill { sites, from, to, again, max_pages, detach }) => {
            let asked = jobs::backfill(hub, &sites, (from, to, again), max_pages, detach);
            jobs::follow(hub, asked, detach, &mut lines, &mut write).await
        }
        Ok(command) => {
            let reply = answer(hub, command).await;
            write.write_all(&reply.line()).await
        }
    }
}

/// Answers what is answered at once.
async fn answer(hub: &Arc<Hub>, command: Command) -> Reply {
    let done = |data: Result<serde_json::Value, String>| match data {
        Ok(data) => Reply::Done { data },
        Err(message) => Reply::error("storage", message),
    };
    match command {
        Command::Status => {
            let status = status::live(hub).map_err(|error| error.to_string());
            done(status.and_then(|status| serde_json::to_value(status).map_err(|error| error.to_string())))
        }
        Command::Why { url } => {
            let found = why::why(&*hub.ledger, &hub.root, &hub.config(), &url).map_err(|error| error.to_string());
            done(found.and_then(|found| serde_json::to_value(found).map_err(|error| error.to_string())))
        }
        Command::Verified { damage } => {
            let noted = FixityRow::note(&*hub.ledger, hub.clock.now().as_millisecond(), damage);
            done(noted.map(|()| serde_json::json!({ "noted": damage })).map_err(|error| error.to_string()))
        }
        Command::Pause { site } => pause(hub, site.as_deref(), true),
        Command::Resume { site } => pause(hub, site.as_deref(), false),
        Command::Reload => {
            let (sender, receiver) = oneshot::channel();
            if hub.orders.send(Order::Reload(sender)).await.is_err() {
                return Reply::error("stopping", "the daemon is about to end");
            }
            match receiver.await {
                Ok(Ok(line)) => Reply::Done { data: line.into() },
                Ok(Err(why)) => Reply::error("configuration", why),
                Err(_) => Reply::error("stopping", "the daemon is about to end"),
            }
        }
        Command::Crawl { .. } | Command::Backfill { .. } => Reply::error("usage", "a job is no question"),
    }
}

fn pause(hub: &Hub, site: Option<&str>, pause: bool) -> Reply {
    if let Some(site) = site
        && hub.config().site(site).is_none()
    {
        return Reply::error("usage", format!("the daemon has no site \"{site}\"; `luutru status` names them"));
    }
    match hub.pause(site, pause) {
        Ok(()) => Reply::Done { data: serde_json::json!({ "paused": pause, "site": site }) },
        Err(error) => Reply::error("storage", error.to_string()),
    }
}
