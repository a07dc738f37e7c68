//! How commands talk to the daemon: one line of JSON there, lines of JSON back, over `<root>/luutru.sock`; and figures, to
//! whoever asks there, or on a port of its own, in HTTP.
//!
//! A command in, an answer out; a job is answered with its progress until it is over. Promises: every line names the
//! protocol's version, and another version is refused by name; the socket belongs to the ledger's owner, is for its user
//! and group only, and what a crash left of it is replaced. Refuses: to wait for a client that says nothing, lines
//! without an end, and anything that is no socket in the socket's place.

mod client;
mod http;
mod jobs;
mod protocol;
mod server;

pub use client::{Client, ClientError};
pub use protocol::{Command, Part, Reply, Request, VERSION};
pub use server::{Listening, listen};

use std::path::{Path, PathBuf};

/// The socket's name below the archive root.
pub const NAME: &str = "luutru.sock";

/// Where the socket of a root is.
pub fn path(root: &Path) -> PathBuf {
    root.join(NAME)
}

/// The socket's address as the kernel takes it: at most 107 bytes (unix(7)), so that of a deep root leads over the open
/// folder, which must stay open meanwhile.
fn short(root: &Path) -> std::io::Result<(PathBuf, Option<std::fs::File>)> {
    use std::os::fd::AsRawFd;
    use std::os::unix::ffi::OsStrExt;
    let full = path(root);
    // The name under which it is made is a little longer.
    if full.as_os_str().as_bytes().len() < 95 {
        return Ok((full, None));
    }
    let folder = std::fs::File::open(root)?;
    Ok((PathBuf::from(format!("/proc/self/fd/{}/{NAME}", folder.as_raw_fd())), Some(folder)))
}
