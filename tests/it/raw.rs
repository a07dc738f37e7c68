//! A server that sends exactly the bytes it is told to, over TCP or TLS, and remembers what it was asked.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::harness::luutru;
use crate::support::PAGES_ALONE;

/// What is sent for one path.
#[derive(Debug, Clone, Default)]
pub struct Sends {
    /// Interim responses that go before.
    pub before: Vec<u8>,
    /// The response.
    pub response: Vec<u8>,
    /// The connection is closed behind it, whatever the response says.
    pub closes: bool,
}

impl Sends {
    /// A page of stated length.
    pub fn page(html: &str) -> Self {
        let head = format!("Content-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n", html.len());
        Self::raw(format!("HTTP/1.1 200 OK\r\n{head}\r\n{html}").as_bytes())
    }

    /// These bytes.
    pub fn raw(bytes: &[u8]) -> Self {
        Self { response: bytes.to_vec(), ..Self::default() }
    }
}

/// What is sent for a path, where anything is.
type Paths = Arc<dyn Fn(&str) -> Option<Sends> + Send + Sync>;
type Asked = Arc<Mutex<BTreeMap<String, Vec<Vec<u8>>>>>;

/// A running server; its threads end with the process.
pub struct RawServer {
    pub address: SocketAddr,
    scheme: &'static str,
    asked: Asked,
}

impl RawServer {
    /// Serves `paths`; everything else is 404.
    pub fn start(paths: BTreeMap<String, Sends>, tls: Option<Arc<ServerConfig>>) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), paths, tls)
    }

    /// The same on a listener whose address is known before.
    pub fn on(listener: TcpListener, paths: BTreeMap<String, Sends>, tls: Option<Arc<ServerConfig>>) -> Self {
        Self::serving(listener, Arc::new(move |path| paths.get(path).cloned()), tls)
    }

    /// A server that answers as `paths` says, whatever it is asked for.
    pub fn answering(paths: impl Fn(&str) -> Option<Sends> + Send + Sync + 'static) -> Self {
        Self::serving(TcpListener::bind("127.0.0.1:0").unwrap(), Arc::new(paths), None)
    }

    fn serving(listener: TcpListener, paths: Paths, tls: Option<Arc<ServerConfig>>) -> Self {
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let asked = Asked::default();
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (paths, log, tls) = (Arc::clone(&paths), Arc::clone(&log), tls.clone());
                thread::spawn(move || serve(stream.unwrap(), tls, &*paths, &log));
            }
        });
        Self { address, scheme, asked }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// Every path asked for, and how often.
    pub fn asked(&self) -> BTreeMap<String, usize> {
        self.asked.lock().unwrap().iter().map(|(path, requests)| (path.clone(), requests.len())).collect()
    }

    /// The requests for a path, byte for byte.
    pub fn requests(&self, path: &str) -> Vec<Vec<u8>> {
        self.asked.lock().unwrap().get(path).cloned().unwrap_or_default()
    }

    /// `luutru backfill` of this server's `/list`, whose items are links of class `item`.
    pub fn backfill(&self, root: &Path, dir: &Path) -> Command {
        self.backfill_as(root, dir, "", "/list")
    }

    /// The same of a list at `list`, with `more` in the site file.
    pub fn backfill_as(&self, root: &Path, dir: &Path, more: &str, list: &str) -> Command {
        let mut command = self.whole(root, dir, more, list, "0ms");
        command.args(PAGES_ALONE);
        command
    }

    /// The same of whole pages.
    pub fn whole(&self, root: &Path, dir: &Path, more: &str, list: &str, delay: &str) -> Command {
        let config = self.configure(dir, more, list);
        let mut command = luutru(root, "backfill");
        command.arg("raw").arg("--config").arg(config).args(["--allow-net", "127.0.0.0/8", "--delay", delay]);
        command
    }

    fn configure(&self, dir: &Path, more: &str, list: &str) -> PathBuf {
        fs::create_dir_all(dir.join("sites")).unwrap();
        let base = self.url("/");
        let rest = "item = \"li\"\nlink = \"a\"\npages = { kind = \"single\" }\n";
        let list = format!("[[list]]\nid = \"list\"\nurl = \"{list}\"\n{rest}");
        fs::write(dir.join("sites/raw.toml"), format!("id = \"raw\"\nbase = \"{base}\"\n{more}\n{list}")).unwrap();
        fs::write(dir.join("luutru.toml"), "").unwrap();
        dir.join("luutru.toml")
    }
}

/// A list page with a link to each path.
pub fn list<'a>(paths: impl Iterator<Item = &'a String>) -> Sends {
    let mut items = String::new();
    for path in paths {
        items.push_str(&["<li><a href=\"", path, "\">Tin số ", path, "</a></li>\n"].concat());
    }
    Sends::page(&format!("<html><head><title>Tin tức</title></head><body><ul>\n{items}</ul></body></html>"))
}

/// Paragraphs of an article, each with words of its own.
pub fn paragraphs(of: &str) -> String {
    let acts = [
        "khai mạc kỳ họp thường lệ",
        "giao nhiệm vụ cho các sở",
        "kiểm tra tiến độ công trình",
        "tiếp công dân tại trụ sở",
        "trao quyết định bổ nhiệm",
        "tổng kết phong trào thi đua",
    ];
    let rest = "được các đại biểu thảo luận kỹ trước khi thông qua.</p>";
    let told = |act| format!("<p>Ngày 20/11/2026, Ủy ban nhân dân tỉnh {act}; nội dung {of} {rest}");
    acts.into_iter().map(told).collect::<Vec<_>>().concat()
}

fn serve(stream: TcpStream, tls: Option<Arc<ServerConfig>>, paths: &dyn Fn(&str) -> Option<Sends>, log: &Asked) {
    match tls {
        Some(config) => {
            let session = ServerConnection::new(config).unwrap();
            converse(StreamOwned::new(session, stream), paths, log);
        }
        None => converse(stream, paths, log),
    }
}

/// Answers until the client leaves; one that goes away in the middle is its own affair.
fn converse(mut stream: impl Read + Write, paths: &dyn Fn(&str) -> Option<Sends>, log: &Asked) {
    while let Some(request) = request(&mut stream) {
        let line = String::from_utf8_lossy(&request).into_owned();
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        log.lock().unwrap().entry(path.clone()).or_default().push(request);
        let missing = Sends::raw(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        let sends = paths(&path).unwrap_or(missing);
        // Interim responses come in a packet of their own, and the rest in pieces.
        let pieces = std::iter::once(&sends.before[..]).chain(sends.response.chunks(700));
        for piece in pieces {
            if stream.write_all(piece).and_then(|()| stream.flush()).is_err() {
                return;
            }
        }
        if sends.closes {
            return;
        }
    }
}

/// The next request's bytes, without a body.
fn request(stream: &mut impl Read) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut byte = [0];
    while !out.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        out.push(byte[0]);
    }
    Some(out)
}
