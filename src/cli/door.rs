//! Options of `serve` that say who comes in, and over what.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use super::exit::UsageError;
use super::output;
use crate::serve::{self, Door, DoorOptions, Tls};

/// Requests a second of one client, where tokens are needed and nothing else is said.
const RATE: u32 = 50;

/// Who comes in.
#[derive(Debug, Args)]
#[command(next_help_heading = "Access")]
pub struct Access {
    /// Let nobody in without a token, on loopback neither (behind a proxy)
    #[arg(long)]
    require_tokens: bool,
    /// Requests a second of one token or address; 0 for no bound [default: 50 where tokens are needed, else none]
    #[arg(long, value_name = "N")]
    rate: Option<u32>,
    /// Certificate of the server's own TLS, with its chain (PEM); SIGHUP reads it anew
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl Access {
    /// The socket that systemd handed over, or one at `listen`.
    pub async fn socket(&self, listen: SocketAddr) -> anyhow::Result<TcpListener> {
        let handed = serve::inherited();
        let handed = handed.map_err(|error| UsageError {
            what: format!("the socket that was handed over: {error}; name one ListenStream with address and port"),
        })?;
        if let Some(socket) = handed {
            return Ok(socket);
        }
        let own = serve::own(listen).await;
        Ok(own.map_err(|error| UsageError {
            what: format!("--listen {listen}: {error}; stop the other program, or choose another port"),
        })?)
    }

    /// The door for a socket at `address`: beyond loopback there is no way in without a token.
    pub fn door(&self, root: &Path, cache: Option<PathBuf>, address: SocketAddr) -> anyhow::Result<Arc<Door>> {
        let beyond = !address.ip().to_canonical().is_loopback();
        let required = beyond || self.require_tokens;
        let rate = self.rate.or(required.then_some(RATE)).filter(|&rate| rate > 0);
        let door = Door::open(DoorOptions { root: root.to_owned(), required, rate, cache })?;
        if required && !door.can_open() {
            let why = if beyond { format!("--listen {address}") } else { "--require-tokens".to_owned() };
            let what = format!("{why}: there is no token to come in with; make one first: luutru token create");
            return Err(UsageError { what }.into());
        }
        if beyond && self.tls_cert.is_none() {
            output::note(
                "tokens cross the network in clear: give --tls-cert and --tls-key, or put a proxy with TLS before it",
            );
        }
        Ok(Arc::new(door))
    }

    /// TLS, if it was asked for.
    pub fn tls(&self) -> anyhow::Result<Option<Arc<Tls>>> {
        let (Some(cert), Some(key)) = (&self.tls_cert, &self.tls_key) else { return Ok(None) };
        let tls = Tls::load(cert.clone(), key.clone()).map_err(|error| UsageError { what: error.to_string() })?;
        Ok(Some(Arc::new(tls)))
    }
}

/// Reads certificates anew at each SIGHUP, for as long as it is polled. Without TLS there is nothing to read, and the
/// signal does no harm.
pub async fn reload(tls: Option<Arc<Tls>>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
    while hangup.recv().await.is_some() {
        match tls.as_ref().map(|tls| tls.reload()) {
            None => {}
            Some(Ok(())) => output::note("certificate and key were read anew"),
            Some(Err(error)) => output::error(&format!("{error}; the certificate before it stays in use")),
        }
    }
}
