//! Capture over TLS: what is kept is the plain text, with what was agreed on beside it; no trust, no capture.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use luutru::archive::warc::field;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::version::{TLS12, TLS13};

use crate::harness::{DONE, NETWORK, captures, expect_exit, files, finish, luutru, said};
use crate::raw::{RawServer, Sends, list};

/// A server's settings with a certificate for the loopback address, and the file of the authority that signed it.
fn authority(dir: &Path, version: &'static rustls::SupportedProtocolVersion) -> (Arc<ServerConfig>, PathBuf) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let file = dir.join("ca.pem");
    fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
    let issuer = Issuer::new(params, key);
    let own_key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&own_key, &issuer).unwrap();
    let own_key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[version]).unwrap();
    (Arc::new(config.with_no_client_auth().with_single_cert(vec![leaf.der().clone()], own_key).unwrap()), file)
}

fn pages() -> BTreeMap<String, Sends> {
    let text = "<p>Ngày 20/11/2026, Ủy ban nhân dân tỉnh họp phiên thường kỳ để bàn việc của tháng.</p>".repeat(6);
    let article = format!("<html><head><title>Tin</title></head><body><h1>Tin</h1>{text}</body></html>");
    let mut paths = BTreeMap::from([("/tin-1".to_owned(), Sends::page(&article))]);
    let page = list(paths.keys());
    paths.insert("/list".to_owned(), page);
    paths
}

#[test]
fn the_plain_text_is_kept_and_what_was_agreed_on() {
    for (version, protocol) in [(&TLS12, "tls/1.2"), (&TLS13, "tls/1.3")] {
        let dir = tempfile::tempdir().unwrap();
        let (config, ca) = authority(dir.path(), version);
        let server = RawServer::start(pages(), Some(config));
        let root = dir.path().join("archive");
        let mut command = server.backfill(&root, dir.path());
        command.env("SSL_CERT_FILE", &ca).env_remove("SSL_CERT_DIR");
        expect_exit(&finish(command), DONE);
        let seen = captures(&root);
        for (path, sends) in pages() {
            let capture = seen.iter().find(|seen| seen.url == server.url(&path)).unwrap_or_else(|| panic!("{path}"));
            let [response, request, _] = capture.records.as_slice() else { panic!("{capture:#?}") };
            for record in [response, request] {
                let protocols: Vec<&str> = record.fields.all(field::PROTOCOL).collect();
                assert_eq!(protocols, ["http/1.1", protocol], "{path}");
                let suite = record.fields.get(field::CIPHER_SUITE).unwrap();
                assert!(suite.starts_with("TLS_") && suite.contains("_SHA"), "{suite}");
            }
            assert_eq!(response.block, sends.response, "{path}");
            assert_eq!(vec![request.block.clone()], server.requests(&path), "{path}");
            assert_eq!(capture.line("tls").as_deref(), Some("certificate trusted"));
        }
        expect_exit(&finish(luutru(&root, "verify")), DONE);
    }
}

#[test]
fn a_certificate_of_strangers_is_no_server() {
    let dir = tempfile::tempdir().unwrap();
    let (config, _) = authority(dir.path(), &TLS13);
    let other = tempfile::tempdir().unwrap();
    let (_, stranger) = authority(other.path(), &TLS13);
    let server = RawServer::start(pages(), Some(config));
    let root = dir.path().join("archive");
    let mut command = server.backfill(&root, dir.path());
    command.env("SSL_CERT_FILE", &stranger).env_remove("SSL_CERT_DIR");
    let output = finish(command);
    expect_exit(&output, NETWORK);
    let said = said(&output);
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("certificate")).collect();
    assert_eq!(lines.len(), 1, "{said}");
    assert!(server.requests("/robots.txt").is_empty() && server.requests("/list").is_empty());
    assert_eq!(files(&root.join("warc")), [""; 0].map(PathBuf::from), "nothing is archived");
}

/// A look at `path` of the server by one who trusts the authority in `trusted`.
fn probe(server: &RawServer, path: &str, trusted: &Path, root: &Path) -> (Option<i32>, serde_json::Value) {
    let mut command = luutru(root, "probe");
    command
        .arg(server.url(path))
        .args(["--json", "--allow-net", "127.0.0.0/8", "--delay", "0ms"])
        .args(crate::support::PAGES_ALONE);
    command.env("SSL_CERT_FILE", trusted).env_remove("SSL_CERT_DIR");
    let output = finish(command);
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output))))
}

#[test]
fn a_look_says_what_was_agreed_on_or_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let (config, ca) = authority(dir.path(), &TLS13);
    let other = tempfile::tempdir().unwrap();
    let (_, stranger) = authority(other.path(), &TLS13);
    let server = RawServer::start(pages(), Some(config));
    let root = dir.path().join("archive");
    let (_, found) = probe(&server, "/list", &ca, &root);
    let tls = &found["server"]["tls"];
    assert_eq!((tls["version"].as_str(), tls["verdict"].as_str()), (Some("tls/1.3"), Some("certificate trusted")));
    assert!(tls["cipher"].as_str().unwrap().starts_with("TLS_"), "{tls}");
    let (code, found) = probe(&server, "/list", &stranger, &root);
    assert_eq!(code, Some(NETWORK));
    assert!(found["tls_fault"].as_str().is_some_and(|why| why.contains("certificate")), "{found}");
    assert!(!root.exists());
}
