//! A server on a raw socket that does to its clients exactly what it is told to, and writes down when it was asked and when
//! it was done, for whoever wants to know how it was treated.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// One thing that a server does.
#[derive(Debug, Clone)]
pub enum Step {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Does nothing for so many milliseconds.
    Pause(u64),
    /// Sends these bytes so many times, with so many milliseconds between.
    Again(Vec<u8>, usize, u64),
    /// Waits until the client goes away.
    Hold,
    /// Ends the connection with RST.
    Reset,
    /// Ends it with FIN.
    Close,
}

/// What a path does: the first requests in turn, every further one as the last.
pub type Plan = Vec<Vec<Step>>;

/// A request, as its server saw it.
#[derive(Debug, Clone)]
pub struct Visit {
    pub path: String,
    /// When its first byte came.
    pub begun: Instant,
    /// When the last bytes of the answer were about to go out; of one that never ended, when it fell silent.
    pub done: Instant,
}

/// Nothing is sent for longer than this, whatever a plan says.
const MOST: Duration = Duration::from_secs(8);

struct Inner {
    plans: HashMap<String, Plan>,
    asked: Mutex<HashMap<String, usize>>,
    log: Mutex<Vec<Visit>>,
}

/// A server at work; its threads end with the process.
#[derive(Clone)]
pub struct RudeServer {
    pub address: SocketAddr,
    inner: Arc<Inner>,
}

impl RudeServer {
    /// Serves `plans`; everything else is 404.
    pub fn start(listener: TcpListener, plans: HashMap<String, Plan>) -> Self {
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner { plans, asked: Mutex::default(), log: Mutex::default() });
        let server = Self { address, inner };
        let serving = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = serving.clone();
                thread::spawn(move || server.converse(stream));
            }
        });
        server
    }

    /// What it was asked, in order.
    pub fn visits(&self) -> Vec<Visit> {
        let mut log = self.inner.log.lock().unwrap().clone();
        log.sort_by_key(|visit| visit.begun);
        log
    }

    fn converse(&self, mut stream: TcpStream) {
        stream.set_read_timeout(Some(MOST)).unwrap();
        let _ = stream.set_nodelay(true);
        while let Some((path, begun)) = request(&mut stream) {
            // It stands in the log from its first moment: one that is never answered counts as well.
            let at = {
                let mut log = self.inner.log.lock().unwrap();
                log.push(Visit { path: path.clone(), begun, done: Instant::now() });
                log.len() - 1
            };
            let steps = self.steps(&path);
            let goes_on = steps.iter().all(|step| {
                let goes_on = self.act(&mut stream, step, at);
                goes_on == Some(true)
            });
            if !goes_on {
                return;
            }
        }
    }

    fn steps(&self, path: &str) -> Vec<Step> {
        let Some(plan) = self.inner.plans.get(path) else {
            return vec![Step::Send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec())];
        };
        let mut asked = self.inner.asked.lock().unwrap();
        let count = asked.entry(path.to_owned()).or_default();
        let steps = plan.get(*count).or(plan.last()).cloned().unwrap_or_default();
        *count += 1;
        steps
    }

    /// Does one thing; `None` when the client is gone, `false` when the connection is over.
    fn act(&self, stream: &mut TcpStream, step: &Step, at: usize) -> Option<bool> {
        match step {
            Step::Send(bytes) => self.send(stream, bytes, at)?,
            Step::Pause(ms) => thread::sleep(Duration::from_millis(*ms)),
            Step::Again(bytes, times, ms) => {
                let begun = Instant::now();
                // A client may leave while bytes are on their way to it, and only the next ones show that. When it left is
                // not known then, but that it was there when the bytes before the last were sent.
                let mut there = [begun; 2];
                for _ in 0..*times {
                    let now = Instant::now();
                    if begun.elapsed() > MOST || gone(stream) || self.send(stream, bytes, at).is_none() {
                        self.inner.log.lock().unwrap()[at].done = there[0];
                        return None;
                    }
                    there = [there[1], now];
                    thread::sleep(Duration::from_millis(*ms));
                }
            }
            Step::Hold => {
                let mut byte = [0];
                let _ = stream.read(&mut byte);
                return Some(false);
            }
            Step::Reset => {
                let _ = rustix::net::sockopt::set_socket_linger(&*stream, Some(Duration::ZERO));
                return Some(false);
            }
            Step::Close => return Some(false),
        }
        Some(true)
    }

    fn send(&self, stream: &mut TcpStream, bytes: &[u8], at: usize) -> Option<()> {
        for piece in bytes.chunks(16 << 10) {
            // The client may have read them before this thread goes on: before, it has not.
            let now = Instant::now();
            stream.write_all(piece).ok()?;
            self.inner.log.lock().unwrap()[at].done = now;
        }
        Some(())
    }
}

/// Whether the client has closed: what is written then would be taken all the same, once.
fn gone(stream: &TcpStream) -> bool {
    let _ = stream.set_nonblocking(true);
    let gone = !matches!(stream.peek(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
    let _ = stream.set_nonblocking(false);
    gone
}

/// The next request's path, and when it began.
fn request(stream: &mut TcpStream) -> Option<(String, Instant)> {
    let mut out = Vec::new();
    let mut begun = None;
    let mut byte = [0];
    while !out.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        begun.get_or_insert_with(Instant::now);
        out.push(byte[0]);
    }
    let line = String::from_utf8_lossy(&out).into_owned();
    Some((line.split(' ').nth(1)?.to_owned(), begun?))
}
