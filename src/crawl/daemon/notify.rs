//! Words for the service manager (sd_notify(3)), over the datagram socket that it names. Without one, nothing is said.

use std::env;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// The way to the service manager.
#[derive(Debug, Default)]
pub struct Notifier {
    to: Option<(UnixDatagram, SocketAddr)>,
    /// Within so long it wants to hear that work goes on.
    pub watchdog: Option<Duration>,
}

impl Notifier {
    /// As the environment says: `NOTIFY_SOCKET`, a path or (`@`) a name without one, and `WATCHDOG_USEC`.
    pub fn from_env() -> Self {
        let Some(name) = env::var_os("NOTIFY_SOCKET") else { return Self::default() };
        let address = match name.as_bytes().strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name),
            None => SocketAddr::from_pathname(&name),
        };
        let to = UnixDatagram::unbound().and_then(|socket| {
            socket.set_nonblocking(true)?;
            Ok((socket, address?))
        });
        let number = |name: &str| env::var(name).ok()?.parse::<u64>().ok();
        let ours = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let watchdog = number("WATCHDOG_USEC").filter(|usec| ours && *usec > 0).map(Duration::from_micros);
        Self { to: to.inspect_err(|error| tracing::warn!("NOTIFY_SOCKET cannot be used: {error}")).ok(), watchdog }
    }

    /// At work; said once recovery is over, and again after a reload.
    pub fn ready(&self) {
        self.say("READY=1");
    }

    /// A new configuration is being read.
    pub fn reloading(&self) {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        self.say(&format!("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1_000_000 + now.tv_nsec / 1_000));
    }

    /// What is under way is being finished.
    pub fn stopping(&self) {
        self.say("STOPPING=1");
    }

    /// Work goes on.
    pub fn alive(&self) {
        self.say("WATCHDOG=1");
    }

    /// A line for `systemctl status`.
    pub fn status(&self, line: &str) {
        self.say(&format!("STATUS={line}"));
    }

    fn say(&self, words: &str) {
        if let Some((socket, address)) = &self.to {
            // A manager that does not listen is no reason to stop archiving.
            let _ = socket.send_to_addr(words.as_bytes(), address);
        }
    }
}
