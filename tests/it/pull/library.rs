//! A WASAPI server of a few files, in this process, that misbehaves as told.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use luutru::model::Digest;
use serde_json::{Value, json};

use crate::harness::luutru;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    fields: BTreeMap<String, String>,
}

impl Asked {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

/// What is sent back.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub fields: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Only so much of the body, and then the end.
    pub cut: Option<usize>,
    /// Nothing after that, and no end either.
    pub stalls: bool,
}

impl Reply {
    pub fn of(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub fn json(value: &Value) -> Self {
        Self { status: 200, body: value.to_string().into_bytes(), ..Self::default() }
    }

    pub fn to(place: &str) -> Self {
        Self { fields: vec![("location", place.to_owned())], ..Self::of(302) }
    }

    /// A file, whole or from where it was asked for.
    pub fn file(asked: &Asked, bytes: &[u8], tag: &str) -> Self {
        let tagged = vec![("etag", tag.to_owned())];
        let from = asked.field("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
        match from.filter(|_| asked.field("if-range") == Some(tag)) {
            Some(from) => {
                let from: usize = from;
                let said = format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len());
                let fields = tagged.into_iter().chain([("content-range", said)]).collect();
                Self { status: 206, fields, body: bytes[from..].to_vec(), ..Self::default() }
            }
            None => Self { status: 200, fields: tagged, body: bytes.to_vec(), ..Self::default() },
        }
    }
}

type Answer = dyn Fn(&Asked, &str) -> Reply + Send + Sync;

/// Answers until the process ends.
pub struct Library {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Library {
    /// `answer` gets the request and the server's own address.
    pub fn start(answer: impl Fn(&Asked, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (log, answer): (_, Arc<Answer>) = (Arc::clone(&asked), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                thread::spawn(move || talk(stream, &log, &*answer, &format!("http://{address}")));
            }
        });
        Self { address, asked }
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Requests for that path.
    pub fn of(&self, path: &str) -> Vec<Asked> {
        self.asked().into_iter().filter(|asked| asked.path == path).collect()
    }

    /// `luutru pull` from it to `to`.
    pub fn pull(&self, to: &Path, more: &[&str]) -> Command {
        let mut out = luutru(to, "pull");
        out.arg(self.base()).arg("--to").arg(to).args(more).env_remove("LUUTRU_TOKEN");
        out
    }
}

fn talk(mut stream: TcpStream, log: &Mutex<Vec<Asked>>, answer: &Answer, base: &str) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if !stream.read(&mut byte).is_ok_and(|count| count == 1) {
            return;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.lines();
    let path = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
    let fields = lines.filter_map(|line| line.split_once(": "));
    let fields = fields.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let asked = Asked { path, fields };
    log.lock().unwrap().push(asked.clone());
    let reply = answer(&asked, base);
    let mut out = format!("HTTP/1.1 {} x\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.fields {
        let _ = write!(out, "{name}: {value}\r\n");
    }
    let _ = write!(out, "content-length: {}\r\n\r\n", reply.body.len());
    let _ = stream.write_all(out.as_bytes());
    let _ = stream.write_all(&reply.body[..reply.cut.unwrap_or(reply.body.len())]);
    if reply.stalls {
        // Until the client has had enough.
        let _ = stream.read(&mut byte);
    }
}

/// Bytes that are no others'.
pub fn bytes(number: u8) -> Vec<u8> {
    (0..20_000_u32).map(|at| at.to_le_bytes()[0].wrapping_mul(31) ^ number ^ at.to_le_bytes()[1]).collect()
}

/// A file in a list.
pub fn listed(name: &str, collection: &str, bytes: &[u8], place: &str) -> Value {
    json!({
        "filename": name,
        "filetype": "warc",
        "checksums": { "sha256": Digest::of(bytes).hex() },
        "size": bytes.len(),
        "locations": [place],
        "collection": collection,
    })
}

/// A page of a list.
pub fn page(files: &[Value], next: Option<&str>) -> Reply {
    Reply::json(
        &json!({ "count": files.len(), "previous": null, "next": next, "includes-extra": false, "files": files }),
    )
}
