//! In the place of [`super::legacy`] where the program was built without it: says so.

use tokio::net::TcpStream;

use super::connect::{Stream, TlsInfo};
use super::fault::TlsFault;

/// Nothing.
#[derive(Debug)]
pub struct Legacy;

impl Legacy {
    pub(super) fn new(_why: &str) -> Self {
        Self
    }

    #[expect(clippy::unused_async, reason = "the other one is")]
    pub(super) async fn handshake(
        &self,
        _host: &str,
        _tcp: TcpStream,
    ) -> Result<(Box<dyn Stream>, TlsInfo), (TlsFault, String)> {
        Err((TlsFault::NoLegacy, "its site file asks for legacy TLS".to_owned()))
    }
}
