//! Portals asked over real sockets, with a client small enough to see every byte.

mod families;
mod faults;
mod pages;
mod wire;

use std::time::Duration;

use crate::{PortalSpec, Portals, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// An answer as received.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub raw: Vec<u8>,
}

impl Reply {
    /// The body as text, the transfer coding removed.
    pub fn text(&self) -> String {
        String::from_utf8(self.body()).unwrap()
    }

    pub fn body(&self) -> Vec<u8> {
        if !self.head.contains("transfer-encoding: chunked") {
            return self.raw.clone();
        }
        let (mut rest, mut out) = (self.raw.as_slice(), Vec::new());
        while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
            let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
            out.extend_from_slice(&rest[end + 2..end + 2 + size]);
            rest = &rest[end + 2 + size + 2..];
        }
        out
    }
}

/// Small portals of all families.
pub async fn small() -> Portals {
    let specs = vec![
        PortalSpec::vnpt("a", 1).articles(60),
        PortalSpec::nukeviet("e", 2).articles(90),
        PortalSpec::liferay("c", 3).articles(30),
    ];
    start(specs, &[]).await.unwrap()
}

/// One exchange on a connection of its own; what arrived until the end, and whether it ended by a reset.
pub async fn raw(url: &str, method: &str, fields: &str, body: &str) -> (Vec<u8>, bool) {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let ask = format!("{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{fields}{length}\r\n{body}");
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut out = Vec::new();
    let end = timeout(Duration::from_secs(10), stream.read_to_end(&mut out)).await.expect("an end within ten seconds");
    (out, end.is_err())
}

pub async fn ask(url: &str, method: &str, fields: &str, body: &str) -> Reply {
    let (bytes, _) = raw(url, method, fields, body).await;
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("a whole head");
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    Reply { status: head[9..12].parse().unwrap(), head, raw: bytes[end + 4..].to_vec() }
}

pub async fn get(url: &str) -> Reply {
    ask(url, "GET", "", "").await
}

pub async fn post(url: &str, body: &str) -> Reply {
    ask(url, "POST", "content-type: application/x-www-form-urlencoded\r\n", body).await
}
