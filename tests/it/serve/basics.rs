//! It starts, says where, answers, and stops in order.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::server::Server;
use crate::harness::{finish, luutru, said};

#[test]
fn it_answers_and_stops_when_told() {
    let root = tempfile::tempdir().unwrap();
    let server = Server::start(root.path(), &[]);
    assert_eq!(server.get("/livez").text().unwrap(), "alive\n");
    assert_eq!(server.get("/readyz").status(), 200);
    let missing = server.get("/no/such/page");
    assert_eq!(missing.status(), 404);
    assert_eq!(missing.headers()["content-type"], "application/problem+json");
    assert_eq!(missing.json::<Value>().unwrap()["status"], 404);
    let wrong = server.client().post(format!("{}/livez", server.base())).send().unwrap();
    assert_eq!(wrong.status(), 405);
    // A client that says nothing does not hold up the end.
    let _silent = TcpStream::connect(server.base().trim_start_matches("http://")).unwrap();
    let at = Instant::now();
    let (code, said) = server.stop();
    assert_eq!(code, Some(0), "{said}");
    assert!(at.elapsed() < Duration::from_secs(12), "{:?}", at.elapsed());
}

#[test]
fn it_refuses_what_would_surprise() {
    let root = tempfile::tempdir().unwrap();
    let mut open = luutru(root.path(), "serve");
    open.args(["--listen", "0.0.0.0:0"]);
    let ended = finish(open);
    assert_eq!(ended.status.code(), Some(2));
    assert!(said(&ended).contains("token"), "{}", said(&ended));
    let ended = finish(luutru(&root.path().join("none"), "serve"));
    assert_eq!(ended.status.code(), Some(2));
    assert!(said(&ended).contains("no archive"), "{}", said(&ended));
}
