//! sd_notify(3): one datagram a message to the socket that systemd names. Without systemd it does nothing.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;
use std::time::Duration;

/// The service manager, if there is one.
#[derive(Debug, Default)]
pub struct Notify {
    manager: Option<(UnixDatagram, SocketAddr)>,
    /// Within so long it wants to hear that work goes on.
    pub watchdog: Option<Duration>,
}

impl Notify {
    /// The one that the environment names (`NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`).
    pub fn from_env() -> Self {
        let Some(name) = std::env::var_os("NOTIFY_SOCKET") else { return Self::default() };
        let address = match name.as_bytes() {
            [b'@', rest @ ..] => SocketAddr::from_abstract_name(rest),
            [b'/', ..] => SocketAddr::from_pathname(Path::new(&name)),
            _ => return Self::default(),
        };
        let manager = address.and_then(|address| {
            let socket = UnixDatagram::unbound()?;
            // A manager whose queue is full must not hold up the work.
            socket.set_nonblocking(true)?;
            Ok((socket, address))
        });
        let manager = manager.inspect_err(|error| tracing::warn!(%error, "systemd cannot be told")).ok();
        let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
        let for_us = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let watchdog = number("WATCHDOG_USEC").filter(|&micros| for_us && micros > 0).map(Duration::from_micros);
        Self { manager, watchdog }
    }

    /// One that listens at `path`.
    #[cfg(test)]
    pub fn to(path: &Path) -> Self {
        let socket = UnixDatagram::unbound().and_then(|socket| Ok((socket, SocketAddr::from_pathname(path)?)));
        Self { manager: socket.ok(), watchdog: None }
    }

    /// It can be used from now on; said again after a reload.
    pub fn ready(&self) {
        self.send("READY=1");
    }

    /// A new configuration is being read. The time is what systemd 253 and later wants to see.
    pub fn reloading(&self) {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        self.send(&format!("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1_000_000 + now.tv_nsec / 1_000));
    }

    /// A line for `systemctl status`.
    pub fn status(&self, line: &str) {
        self.send(&format!("STATUS={}", line.replace('\n', " ")));
    }

    /// It is ending.
    pub fn stopping(&self) {
        self.send("STOPPING=1");
    }

    /// It is alive.
    pub fn alive(&self) {
        self.send("WATCHDOG=1");
    }

    /// Says that it is alive, for as long as it is polled: a runtime that hangs says nothing.
    pub async fn keep_alive(&self) {
        let Some(watchdog) = self.watchdog else { return std::future::pending().await };
        // Twice in the time after which it would be ended.
        let mut turns = tokio::time::interval(watchdog / 2);
        loop {
            turns.tick().await;
            self.alive();
        }
    }

    fn send(&self, message: &str) {
        if let Some((socket, address)) = &self.manager
            && let Err(error) = socket.send_to_addr(message.as_bytes(), address)
        {
            tracing::warn!(%error, "systemd cannot be told");
        }
    }
}
