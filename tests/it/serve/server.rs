//! `luutru serve` beside the test, on a port of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Child;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, ClientBuilder, Response};
use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{ended_within, luutru};

/// Ended with the test.
pub struct Server {
    child: Child,
    base: String,
    client: Client,
    rest: Option<JoinHandle<String>>,
}

/// What a client of a test is made of.
pub fn client() -> ClientBuilder {
    // The library brings no provider of its own choice.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy()
}

impl Server {
    /// Serves `root` on a free loopback port; `more` are further arguments.
    pub fn start(root: &Path, more: &[&str]) -> Self {
        Self::start_at(root, "127.0.0.1:0", more)
    }

    /// The same at another address; it is asked over loopback all the same.
    pub fn start_at(root: &Path, listen: &str, more: &[&str]) -> Self {
        let mut command = luutru(root, "serve");
        command.args(["--listen", listen]).args(more).env_remove("CACHE_DIRECTORY");
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let (mut earlier, mut line) = (String::new(), String::new());
        while !line.contains("serving ") {
            earlier.push_str(&line);
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "the server ended before it was ready: {earlier}");
        }
        let base = line.split_whitespace().find(|word| word.starts_with("http")).unwrap();
        let base = base.trim_end_matches('/').replace("//0.0.0.0:", "//127.0.0.1:");
        // Read on, or the server would block when the pipe is full.
        let rest = thread::spawn(move || {
            let mut rest = String::new();
            let _ = said.read_to_string(&mut rest);
            earlier + &rest
        });
        let client = client().timeout(Duration::from_secs(30)).build().unwrap();
        Self { child, base, client, rest: Some(rest) }
    }

    /// `http://127.0.0.1:<port>`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Its process.
    pub fn id(&self) -> i32 {
        Pid::from_child(&self.child).as_raw_nonzero().get()
    }

    /// For requests with more to them than an address.
    pub fn client(&self) -> &Client {
        &self.client
    }

    pub fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.base)).send().unwrap()
    }

    /// Sends these bytes, and gives the status and all of the answer.
    pub fn raw(&self, request: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.base.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // The server may answer, and close, before it has read everything.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.get(9..12).and_then(|digits| digits.parse().ok());
        (status.unwrap_or_else(|| panic!("no answer: {answer:?}")), answer)
    }

    /// Ends it as systemd would; gives its exit code and what it said.
    pub fn stop(mut self) -> (Option<i32>, String) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        assert!(ended_within(&mut self.child, Duration::from_secs(20)), "it does not stop");
        let code = self.child.wait().unwrap().code();
        (code, self.rest.take().unwrap().join().unwrap())
    }
}

/// Waits until it holds, for fifteen seconds at most.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(15), "never: {what}");
        thread::sleep(Duration::from_millis(40));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
