//! Where connections come from: a socket that systemd hands over, or one of our own.

use std::io;
use std::net::SocketAddr;

use listenfd::ListenFd;
use tokio::net::TcpListener;

/// The socket that was handed over (`LISTEN_FDS`), or `None` where there is none.
///
/// One socket alone can be served, and it has to be one for streams over IP.
pub fn inherited() -> io::Result<Option<TcpListener>> {
    let mut handed = ListenFd::from_env();
    match handed.len() {
        0 => Ok(None),
        1 => {
            let Some(socket) = handed.take_tcp_listener(0)? else { return Ok(None) };
            socket.set_nonblocking(true)?;
            TcpListener::from_std(socket).map(Some)
        }
        more => Err(io::Error::other(format!("{more} sockets were handed over, and one can be served"))),
    }
}

/// A socket of our own.
pub async fn own(listen: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(listen).await
}
