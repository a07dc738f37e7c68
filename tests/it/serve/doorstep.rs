//! The way in: TLS with certificates that change, and a socket that systemd hands over.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{CertificateParams, KeyPair};
use rustix::process::{Pid, Signal, kill_process};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::server::Server;
use crate::harness::{ended_within, expect_exit, finish, luutru, said};

/// Writes a new certificate for loopback, and its key; gives the certificate.
fn certificate(dir: &Path) -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let cert = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().self_signed(&key).unwrap();
    fs::write(dir.join("cert.pem"), cert.pem()).unwrap();
    fs::write(dir.join("key.pem"), key.serialize_pem()).unwrap();
    cert.der().clone()
}

/// What the server answers to one who trusts this certificate alone.
fn ask(address: &str, trusted: &CertificateDer<'static>) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let tcp = TcpStream::connect(address)?;
    tcp.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), tcp);
    stream.write_all(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_certificate_is_read_anew_when_told() {
    let (root, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = certificate(keys.path());
    let [cert, key] = ["cert.pem", "key.pem"].map(|name| keys.path().join(name).to_str().unwrap().to_owned());
    let server = Server::start(root.path(), &["--tls-cert", &cert, "--tls-key", &key]);
    let address = server.base().trim_start_matches("https://").to_owned();
    assert_ne!(address, server.base(), "it does not say https");
    // One who says nothing, and one who speaks plainly, hold nobody up.
    let _silent = TcpStream::connect(&address).unwrap();
    let mut plain = TcpStream::connect(&address).unwrap();
    plain.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    assert!(ask(&address, &first).unwrap().contains("alive"));
    let second = certificate(keys.path());
    assert!(ask(&address, &second).is_err(), "read before it was told");
    kill_process(Pid::from_raw(server.id()).unwrap(), Signal::HUP).unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    while !ask(&address, &second).is_ok_and(|answer| answer.contains("alive")) {
        assert!(Instant::now() < until, "the new certificate is not used");
        std::thread::sleep(Duration::from_millis(20));
    }
    fs::write(keys.path().join("cert.pem"), "nothing").unwrap();
    kill_process(Pid::from_raw(server.id()).unwrap(), Signal::HUP).unwrap();
    assert!(ask(&address, &second).unwrap().contains("alive"), "what cannot be read replaces nothing");
    let (code, words) = server.stop();
    assert_eq!(code, Some(0), "{words}");
    let mut broken = luutru(root.path(), "serve");
    broken.args(["--listen", "127.0.0.1:0", "--tls-cert", &cert, "--tls-key", &key]);
    let ended = finish(broken);
    expect_exit(&ended, 2);
    assert!(said(&ended).contains("cert.pem"), "{}", said(&ended));
}

#[test]
fn systemd_hands_over_the_socket_and_is_told() {
    let root = tempfile::tempdir().unwrap();
    let manager = UnixDatagram::bind(root.path().join("notify")).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let hear = || {
        let mut buffer = [0; 1_000];
        let length = manager.recv(&mut buffer).expect("systemd hears nothing");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut child = Command::new("systemd-socket-activate")
        .args(["-l", &free, "-E", "WATCHDOG_USEC=100000"])
        .args(["-E", &format!("NOTIFY_SOCKET={}", root.path().join("notify").display())])
        .arg(env!("CARGO_BIN_EXE_luutru"))
        // Not where the socket is.
        .args(["serve", "--listen", "127.0.0.1:1", "--root"])
        .arg(root.path())
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .spawn()
        .expect("systemd-socket-activate does not start: install systemd (tests/run does)");
    let until = Instant::now() + Duration::from_secs(20);
    let mut asking = loop {
        match TcpStream::connect(&free) {
            Ok(stream) => break stream,
            Err(error) => assert!(Instant::now() < until, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    asking.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    asking.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("200 OK") && answer.ends_with("alive\n"), "{answer}");
    let first = hear();
    assert!(first.starts_with("STATUS=serving") && first.contains(&free), "{first}");
    assert_eq!(hear(), "READY=1");
    assert_eq!(hear(), "WATCHDOG=1");
    assert_eq!(hear(), "WATCHDOG=1");
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    while hear() != "STOPPING=1" {}
    assert!(ended_within(&mut child, Duration::from_secs(20)), "it does not stop");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
