//! Clients that mean no good, or know no better.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use luutru::access::Access;
use luutru::serve::{Library, Limits, Options, router, serve};

use super::server::Server;

fn address(server: &Server) -> String {
    server.base().trim_start_matches("http://").to_owned()
}

#[test]
fn a_thousand_stalled_heads_hold_nobody_up() {
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
    let all = rustix::process::Rlimit { current: most, maximum: most };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, all).unwrap();
    let root = tempfile::tempdir().unwrap();
    let server = Server::start(root.path(), &[]);
    let address = address(&server);
    let mut stalled = Vec::new();
    for _ in 0..1_000 {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(b"GET /livez HTTP/1.1\r\nHost: 127.0").unwrap();
        stalled.push(stream);
    }
    for _ in 0..20 {
        let begun = Instant::now();
        assert_eq!(server.get("/livez").status(), 200);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
    // They are put out, too.
    let last = stalled.last_mut().unwrap();
    last.set_read_timeout(Some(Duration::from_secs(25))).unwrap();
    let mut rest = Vec::new();
    let _ = last.read_to_end(&mut rest);
    let begun = Instant::now();
    assert_eq!(stalled[0].read(&mut [0; 64]).map_or(0, |count| count.min(1)), usize::from(!rest.is_empty()));
    assert!(begun.elapsed() < Duration::from_secs(5), "a stalled connection is kept");
}

#[test]
fn a_client_that_takes_nothing_is_left() {
    let root = tempfile::tempdir().unwrap();
    let year = root.path().join("warc/x/2026");
    std::fs::create_dir_all(&year).unwrap();
    let name = "x-20261123101112-00001-h.warc.gz";
    // A file with a hole: no disk is needed for it.
    std::fs::File::create(year.join(name)).unwrap().set_len(256 << 20).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let library = Arc::new(Library::new(root.path().to_owned(), Options::default()));
    let limits = Limits { stall: Duration::from_millis(300), drain: Duration::ZERO, ..Limits::default() };
    runtime.spawn(serve(
        listener,
        router(library).layer(axum::Extension(Access::all())),
        None,
        limits,
        std::future::pending(),
    ));
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(format!("GET /files/{name} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").as_bytes()).unwrap();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(2) {
        std::thread::sleep(Duration::from_millis(50));
    }
    // What lies in the buffers between is there, then the connection is over.
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(rest.starts_with(b"HTTP/1.1 200") && rest.len() < 64 << 20, "{} bytes", rest.len());
}

#[test]
fn downloads_of_two_gigabytes_cost_no_memory() {
    const LENGTH: u64 = 2 << 30;
    const CLIENTS: usize = 3;
    let root = tempfile::tempdir().unwrap();
    let year = root.path().join("warc/x/2026");
    std::fs::create_dir_all(&year).unwrap();
    let name = "x-20261123101112-00001-h.warc.gz";
    // A file with a hole: no disk is needed for it.
    std::fs::File::create(year.join(name)).unwrap().set_len(LENGTH).unwrap();
    let server = Server::start(root.path(), &[]);
    let address = address(&server);
    let loads: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (address, mut piece) = (address.clone(), vec![0; 1 << 20]);
            std::thread::spawn(move || {
                let mut stream = TcpStream::connect(address).unwrap();
                let head = format!("GET /files/{name} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
                stream.write_all(head.as_bytes()).unwrap();
                let mut length = 0;
                loop {
                    match stream.read(&mut piece).unwrap() {
                        0 => return length,
                        count => length += count as u64,
                    }
                }
            })
        })
        .collect();
    for load in loads {
        let length = load.join().unwrap();
        assert!((LENGTH..LENGTH + 4_096).contains(&length), "{length} bytes");
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 100_000, "{peak} kB");
}

#[test]
fn strange_requests_get_plain_answers() {
    let root = tempfile::tempdir().unwrap();
    let server = Server::start(root.path(), &[]);
    let huge = "x".repeat(300_000);
    let many = "X: y\r\n".repeat(200);
    for (request, status) in [
        (format!("GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX: {huge}\r\n\r\n"), 431),
        (format!("GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n{many}\r\n"), 431),
        ("GET /livez HTTP/1.0\r\n\r\n".to_owned(), 200),
        ("GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(), 400),
        ("GET /livez HTTP/1.1\r\nHost: a\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".to_owned(), 400),
        ("GET /livez HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".to_owned(), 421),
        ("GET /livez HTTP/1.1\r\nHost: 127.0.0.1@evil.example\r\nConnection: close\r\n\r\n".to_owned(), 421),
        ("GET /livez HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n".to_owned(), 200),
        ("GET //livez HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n".to_owned(), 404),
        ("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".to_owned(), 404),
        ("GET /files/%ff%fe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".to_owned(), 400),
        ("GET /../livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".to_owned(), 404),
        ("BREW /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".to_owned(), 405),
        ("nonsense\r\n\r\n".to_owned(), 400),
    ] {
        let shown: String = request.chars().take(80).collect();
        assert_eq!(server.raw(&request).0, status, "{shown}");
    }
}

#[test]
fn requests_are_counted_by_route_and_not_by_address() {
    let root = tempfile::tempdir().unwrap();
    let server = Server::start(root.path(), &[]);
    for path in ["/livez", "/livez", "/files/a", "/files/b", "/no/such/page", "/cdx?url=secret.vn"] {
        server.get(path);
    }
    let text = server.get("/metrics").text().unwrap();
    for line in [
        "crawler_http_requests_total{route=\"/livez\",status=\"200\"} 2",
        "crawler_http_requests_total{route=\"/files/{name}\",status=\"404\"} 2",
        "crawler_http_requests_total{route=\"other\",status=\"404\"} 1",
        "crawler_http_requests_total{route=\"/cdx\",status=\"200\"} 1",
        "crawler_http_request_duration_seconds_count 6",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}\n{text}");
    }
    assert!(!text.contains("secret"), "{text}");
}
