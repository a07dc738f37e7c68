//! Who comes in: tokens, their ends and scopes, quotas, headers.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::Path as Segment;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::get;
use luutru::access::Access;
use luutru::serve::{self, Door, DoorOptions, Limits};
use reqwest::blocking::Response;
use serde_json::Value;

use super::server::{Server, client};
use super::shared::{name, own, warcs};
use crate::harness::{DONE, expect_exit, finish, luutru, said};
use crate::support::files_below;

const USAGE: i32 = 2;

/// `luutru token …`, which has to end with that code; its words on stdout.
pub fn token(root: &Path, more: &[&str], code: i32) -> String {
    let mut command = luutru(root, "token");
    command.args(more).env_remove("CACHE_DIRECTORY");
    let ended = finish(command);
    expect_exit(&ended, code);
    String::from_utf8(ended.stdout).unwrap().trim().to_owned()
}

fn made(root: &Path, more: &[&str]) -> (String, String) {
    let all: Vec<&str> = ["create", "--json"].iter().chain(more).copied().collect();
    let row: Value = serde_json::from_str(&token(root, &all, DONE)).unwrap();
    (row["id"].as_str().unwrap().to_owned(), row["token"].as_str().unwrap().to_owned())
}

fn with(server: &Server, path: &str, field: &str) -> Response {
    server.client().get(format!("{}{path}", server.base())).header("authorization", field).send().unwrap()
}

#[test]
fn beyond_loopback_there_is_no_way_in_without_a_token() {
    let root = tempfile::tempdir().unwrap();
    let mut bare = luutru(root.path(), "serve");
    bare.args(["--listen", "0.0.0.0:0"]);
    let ended = finish(bare);
    expect_exit(&ended, USAGE);
    assert!(said(&ended).contains("luutru token create"), "{}", said(&ended));
    let (id, good) = made(root.path(), &["--name", "Lan"]);
    assert!(good.starts_with("ltt_") && good.len() > 40, "{good}");
    let server = Server::start_at(root.path(), "0.0.0.0:0", &[]);
    assert_eq!(server.get("/livez").status(), 200);
    assert_eq!(server.get("/readyz").status(), 200);
    let refused = server.get("/anything");
    assert_eq!(refused.status(), 401);
    let ways: Vec<_> = refused.headers().get_all("www-authenticate").iter().map(|way| way.to_str().unwrap()).collect();
    assert!(ways.iter().any(|way| way.starts_with("Basic ")) && ways.iter().any(|way| way.starts_with("Bearer ")));
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    for field in [format!("Token {good}"), format!("Bearer {good}")] {
        let missing = with(&server, "/anything", &field);
        assert_eq!(missing.status(), 404, "{field}");
        assert!(!missing.headers().contains_key("www-authenticate"));
    }
    let basic = server.client().get(format!("{}/anything", server.base())).basic_auth("anyone", Some(&good)).send();
    assert_eq!(basic.unwrap().status(), 404);
    for field in ["Token ltt_wrong", "Token", "Nonsense x"] {
        assert_eq!(with(&server, "/livez", field).status(), 401, "{field}");
    }
    token(root.path(), &["revoke", &id], DONE);
    assert_eq!(with(&server, "/anything", &format!("Token {good}")).status(), 401, "revoked");
    token(root.path(), &["revoke", "nobody"], USAGE);
    let (code, words) = server.stop();
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("in clear") && !words.contains(&good), "{words}");
    let row: Value = serde_json::from_str(&token(root.path(), &["list", "--json"], DONE)).unwrap();
    assert_eq!((row["name"].as_str(), row["good"].as_bool()), (Some("Lan"), Some(false)));
    assert!(row["last_used"].is_string() && row["revoked"].is_string(), "{row}");
    assert!(!row.to_string().contains(&good[4..]));
}

#[test]
fn a_token_ends_at_its_time_without_a_restart() {
    let root = tempfile::tempdir().unwrap();
    let (_, lasting) = made(root.path(), &[]);
    let server = Server::start(root.path(), &["--require-tokens"]);
    assert_eq!(server.get("/x").status(), 401, "on loopback as well");
    // Made while it runs.
    let (_, short) = made(root.path(), &["--expires", "1s"]);
    let field = format!("Token {short}");
    let (began, mut opened) = (Instant::now(), false);
    while with(&server, "/x", &field).status() == 404 {
        opened = true;
        assert!(began.elapsed() < Duration::from_secs(10), "it never ends");
        std::thread::sleep(Duration::from_millis(40));
    }
    assert!(opened || began.elapsed() > Duration::from_millis(900), "it never opened anything");
    assert_eq!(with(&server, "/x", &format!("Token {lasting}")).status(), 404);
    // A log that cannot be read opens nothing.
    std::fs::write(root.path().join("access/tokens.jsonl"), "what?\n").unwrap();
    assert_eq!(with(&server, "/x", &format!("Token {lasting}")).status(), 401);
}

#[test]
fn loopback_is_free_and_a_wrong_token_is_not() {
    let root = tempfile::tempdir().unwrap();
    let server = Server::start(root.path(), &[]);
    for _ in 0..300 {
        assert_eq!(server.get("/livez").status(), 200);
    }
    assert_eq!(with(&server, "/livez", "Token x").status(), 401);
    for path in ["/livez", "/none"] {
        let answer = server.get(path);
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        for part in ["default-src 'self'", "frame-ancestors 'none'"] {
            assert!(policy.contains(part) && !policy.contains("unsafe"), "{policy}");
        }
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert!(answer.headers().contains_key("referrer-policy"));
    }
}

#[test]
fn whoever_asks_too_often_waits() {
    let root = tempfile::tempdir().unwrap();
    let (_, other) = made(root.path(), &[]);
    let server = Server::start(root.path(), &["--rate", "1"]);
    let statuses: Vec<u16> = (0..8).map(|_| server.get("/livez").status().as_u16()).collect();
    assert_eq!(statuses[..4], [200; 4]);
    assert_eq!(statuses[7], 429, "{statuses:?}");
    let refused = server.get("/livez");
    assert_eq!(refused.status(), 429);
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=5).contains(&wait), "{wait}");
    assert_eq!(with(&server, "/livez", &format!("Token {other}")).status(), 200, "a token has a count of its own");
    let guesses: Vec<u16> = (0..40).map(|_| with(&server, "/livez", "Token x").status().as_u16()).collect();
    assert_eq!((guesses[0], guesses[39]), (401, 429), "{guesses:?}");
}

#[test]
fn a_scope_holds_in_every_handler_that_asks() {
    let root = tempfile::tempdir().unwrap();
    let (_, scoped) = made(root.path(), &["--site", "a.gov.vn,b.gov.vn"]);
    let (_, whole) = made(root.path(), &[]);
    let site = async |access: Access, Segment(site): Segment<String>| {
        if access.may_see(&site) { StatusCode::OK } else { StatusCode::NOT_FOUND }
    };
    let raw = async || [(header::CONTENT_SECURITY_POLICY, "sandbox")].into_response();
    let routes = axum::Router::new()
        .route("/files/{site}", get(site))
        .route("/raw", get(raw))
        .route("/metrics", get(async || "figures"))
        .route("/sees", get(async |headers: axum::http::HeaderMap| format!("{headers:?}")));
    let door = DoorOptions { root: root.path().to_owned(), required: true, rate: None, cache: None };
    let router = Arc::new(Door::open(door).unwrap()).before(routes);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(serve::serve(listener, router, None, Limits::default(), std::future::pending()));
    let client = client().build().unwrap();
    let ask = |path: &str, token: &str| {
        client.get(format!("{base}{path}")).header("authorization", format!("Token {token}")).send().unwrap()
    };
    for (path, of_scoped, of_whole) in [
        ("/files/a.gov.vn", 200, 200),
        ("/files/b.gov.vn", 200, 200),
        ("/files/c.gov.vn", 404, 200),
        ("/files/x.a.gov.vn", 404, 200),
        ("/metrics", 404, 200),
        ("/raw", 404, 200),
    ] {
        assert_eq!(ask(path, &scoped).status(), of_scoped, "{path}");
        assert_eq!(ask(path, &whole).status(), of_whole, "{path}");
    }
    assert_eq!(ask("/raw", &whole).headers()["content-security-policy"], "sandbox");
    assert!(!ask("/sees", &whole).text().unwrap().contains("authorization"), "the secret goes no further");
    runtime.shutdown_background();
}

#[test]
fn a_scoped_token_sees_the_files_of_its_sites_alone() {
    let stage = own();
    let site_of =
        |path: &Path| path.parent().unwrap().parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    let all = warcs(&stage);
    let mine = site_of(&all[0]);
    let (_, scoped) = made(&stage.root(), &["--site", &mine]);
    let server = Server::start(&stage.root(), &["--require-tokens"]);
    let ask = |path: &str| with(&server, path, &format!("Bearer {scoped}"));
    let list: Value = ask("/wasapi/v1/webdata").json().unwrap();
    let listed = list["files"].as_array().unwrap();
    assert!(!listed.is_empty() && listed.len() < all.len(), "{list}");
    assert_eq!(list["count"], listed.len());
    assert!(listed.iter().all(|file| file["collection"] == *mine), "{list}");
    for path in &all {
        let (name, own) = (name(path), site_of(path) == mine);
        for ending in [".warc.gz", ".cdxj"] {
            let answer = ask(&format!("/files/{}", name.replace(".warc.gz", ending)));
            assert_eq!(answer.status(), if own { 200 } else { 404 }, "{name} {ending}");
        }
    }
    let none = ask("/files/none.warc.gz").text().unwrap();
    let other = all.iter().find(|path| site_of(path) != mine).unwrap();
    assert_eq!(ask(&format!("/files/{}", name(other))).text().unwrap(), none, "the answers differ");
    for manifest in files_below(&stage.root().join("manifest")) {
        assert_eq!(ask(&format!("/files/{}", name(&manifest))).status(), 404);
    }
    assert_eq!(ask("/metrics").status(), 404, "figures are about all sites");
}
