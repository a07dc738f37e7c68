//! A command's end of the control socket.

use std::io::ErrorKind;
use std::path::Path;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

use super::protocol::{Command, Line, Reply, Request, VERSION};
use super::short;

/// Why the daemon gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It may not be talked to.
    #[error("the daemon of this archive cannot be talked to ({0}); its socket is for the daemon's user and group")]
    Socket(std::io::Error),
    /// It went away.
    #[error("the daemon went away before it answered; the same command goes on")]
    Gone,
    /// It says something that this version does not understand.
    #[error("the daemon speaks another protocol: {0}; use its own luutru")]
    Protocol(String),
    /// It refuses.
    #[error("{message}")]
    Refused {
        /// One word.
        kind: String,
        /// What is wrong and how to mend it.
        message: String,
    },
}

/// A connection to the daemon.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<UnixStream>,
}

impl Client {
    /// The daemon that owns `root`; `None` when there is none.
    pub async fn connect(root: &Path) -> Result<Option<Self>, ClientError> {
        let connected = match short(root) {
            // The folder stays open until the connection stands.
            Ok((path, _folder)) => UnixStream::connect(path).await,
            Err(error) => Err(error),
        };
        match connected {
            Ok(stream) => Ok(Some(Self { stream: BufReader::new(stream) })),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => Ok(None),
            // A file that is no socket, or a folder that is no archive.
            Err(error) if matches!(error.kind(), ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(ClientError::Socket(error)),
        }
    }

    /// Asks; `progress` hears lines until the answer comes.
    pub async fn ask(
        &mut self,
        command: Command,
        mut progress: impl FnMut(&str),
    ) -> Result<serde_json::Value, ClientError> {
        let mut line = serde_json::to_vec(&Request { v: VERSION, command })
            .map_err(|error| ClientError::Protocol(error.to_string()))?;
        line.push(b'\n');
        self.stream.write_all(&line).await.map_err(|_| ClientError::Gone)?;
        loop {
            let mut line = String::new();
            match self.stream.read_line(&mut line).await {
                Ok(0) | Err(_) => return Err(ClientError::Gone),
                Ok(_) => {}
            }
            let Line { reply, .. } =
                serde_json::from_str(&line).map_err(|error| ClientError::Protocol(error.to_string()))?;
            match reply {
                Reply::Progress { line } => progress(&line),
                Reply::Done { data } => return Ok(data),
                Reply::Error { kind, message } => return Err(ClientError::Refused { kind, message }),
            }
        }
    }
}
