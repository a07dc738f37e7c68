//! Which servers are trusted: broken chains, what a site file pins, and hosts that speak old TLS only. Every refusal says
//! what is wrong and what can be done; none of them drops a list or an item.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use luutru::archive::warc::field;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::daemon_stage::Daemon;
use crate::harness::{DONE, NETWORK, captures, expect_exit, files, finish, luutru, said};
use crate::raw::{RawServer, Sends, list};
use crate::support::Stage;

/// An authority that signs certificates.
struct Authority {
    pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

fn named(name: &str, hosts: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::new(hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

impl Authority {
    fn root(name: &str) -> Self {
        let (params, key) = (Self::params(name), KeyPair::generate().unwrap());
        let certificate = params.self_signed(&key).unwrap();
        Self { pem: certificate.pem(), der: certificate.der().clone(), issuer: Issuer::new(params, key) }
    }

    fn below(&self, name: &str) -> Self {
        let (params, key) = (Self::params(name), KeyPair::generate().unwrap());
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Self { pem: certificate.pem(), der: certificate.der().clone(), issuer: Issuer::new(params, key) }
    }

    fn params(name: &str) -> CertificateParams {
        let mut params = named(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    }

    /// A certificate of a server, with what is sent behind it.
    fn sign(&self, params: &CertificateParams, behind: &[&Self]) -> Arc<CertifiedKey> {
        let key = KeyPair::generate().unwrap();
        let own = params.signed_by(&key, &self.issuer).unwrap();
        certified(own.der().clone(), &key, behind)
    }
}

fn certified(own: CertificateDer<'static>, key: &KeyPair, behind: &[&Authority]) -> Arc<CertifiedKey> {
    let chain = std::iter::once(own).chain(behind.iter().map(|authority| authority.der.clone())).collect();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = rustls::crypto::ring::default_provider();
    Arc::new(CertifiedKey::new(chain, provider.key_provider.load_private_key(key).unwrap()))
}

/// A server's certificate that can be exchanged while it runs.
#[derive(Debug, Clone)]
struct Shown(Arc<Mutex<Arc<CertifiedKey>>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.lock().unwrap()))
    }
}

impl Shown {
    fn new(key: Arc<CertifiedKey>) -> Self {
        Self(Arc::new(Mutex::new(key)))
    }

    fn config(&self) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        Arc::new(builder.with_no_client_auth().with_cert_resolver(Arc::new(self.clone())))
    }
}

fn article(part: &str) -> String {
    let text = "<p>Ngày 20/11/2026, Ủy ban nhân dân tỉnh họp phiên thường kỳ để bàn việc của tháng.</p>".repeat(6);
    format!("<html><head><title>Tin</title></head><body><h1>Tin</h1>{text}{part}</body></html>")
}

fn pages() -> BTreeMap<String, Sends> {
    let mut paths = BTreeMap::from([("/tin-1".to_owned(), Sends::page(&article("")))]);
    let page = list(paths.keys());
    paths.insert("/list".to_owned(), page);
    paths
}

/// A backfill of the server under trust in `root` alone, with `tls` in the site file.
fn backfill(server: &RawServer, dir: &Path, root: &Authority, tls: &str) -> (std::process::Output, PathBuf) {
    let trusted = dir.join("root.pem");
    fs::write(&trusted, &root.pem).unwrap();
    let archive = tempfile::tempdir_in(dir).unwrap().keep();
    let mut command = server.backfill_as(&archive, dir, tls, "/list");
    command.env("SSL_CERT_FILE", &trusted).env_remove("SSL_CERT_DIR");
    (finish(command), archive)
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_with_its_mend() {
    let (root, stranger) = (Authority::root("Gốc"), Authority::root("Người lạ"));
    let middle = root.below("Trung gian");
    let other = stranger.below("Trung gian khác");
    let good = named("cổng", &["127.0.0.1"]);
    let mut expired = good.clone();
    (expired.not_before, expired.not_after) = (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2021, 1, 1));
    let mut early = good.clone();
    (early.not_before, early.not_after) = (rcgen::date_time_ymd(2090, 1, 1), rcgen::date_time_ymd(2091, 1, 1));
    let own_key = KeyPair::generate().unwrap();
    let own = good.self_signed(&own_key).unwrap();
    let pin = "tls = { intermediates = \"FILE.pem\"";
    let cases = [
        ("missing intermediate certificate", pin, middle.sign(&good, &[])),
        ("expired certificate", "has to renew it", middle.sign(&expired, &[&middle])),
        ("certificate not valid yet", "this machine's clock", middle.sign(&early, &[&middle])),
        ("certificate for another name", "`base` and `hosts`", middle.sign(&named("x", &["khac.vn"]), &[&middle])),
        ("self-signed certificate", "that browsers trust", certified(own.der().clone(), &own_key, &[])),
        ("certificate of an unknown authority", "that browsers trust", other.sign(&good, &[&other, &stranger])),
    ];
    for (words, mend, key) in cases {
        let dir = tempfile::tempdir().unwrap();
        let server = RawServer::start(pages(), Some(Shown::new(key).config()));
        let (output, archive) = backfill(&server, dir.path(), &root, "");
        expect_exit(&output, NETWORK);
        let said = said(&output);
        let found =
            said.lines().any(|line| line.contains("unreachable: TLS") && line.contains(words) && line.contains(mend));
        assert!(found, "{words}: {said}");
        assert!(server.requests("/robots.txt").is_empty(), "{words}");
        assert_eq!(files(&archive.join("warc")), [""; 0].map(PathBuf::from), "{words}: nothing is archived");
    }
}

#[test]
fn a_pinned_intermediate_completes_a_chain_and_nothing_else() {
    let (root, stranger) = (Authority::root("Gốc"), Authority::root("Người lạ"));
    let middle = root.below("Trung gian");
    let other = stranger.below("Trung gian khác");
    let good = named("cổng", &["127.0.0.1"]);
    let why = "máy chủ không gửi chứng thư trung gian";
    let beside = format!("tls = {{ intermediates = \"middle.pem\", why = \"{why}\" }}");
    let inline = format!("tls = {{ intermediates = \"\"\"\n{}\"\"\", why = \"{why}\" }}", middle.pem);
    let pinned = format!("certificate trusted through a pinned intermediate ({why})");
    for (tls, sent, verdict) in [
        (&beside, vec![], pinned.as_str()),
        (&inline, vec![], pinned.as_str()),
        // The server has mended its chain: the pin is not needed, and not said to be.
        (&beside, vec![&middle], "certificate trusted"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("sites")).unwrap();
        fs::write(dir.path().join("sites/middle.pem"), &middle.pem).unwrap();
        let server = RawServer::start(pages(), Some(Shown::new(middle.sign(&good, &sent)).config()));
        let (output, archive) = backfill(&server, dir.path(), &root, tls);
        expect_exit(&output, DONE);
        let seen = captures(&archive);
        assert_eq!(seen.len(), 3, "robots.txt, the list and the article");
        for capture in seen {
            assert_eq!(capture.line("tls").as_deref(), Some(verdict), "{}", capture.url);
            assert_eq!(capture.line("tlsProtocol").as_deref(), Some("tls/1.3"));
            let suite = capture.records[0].fields.get(field::CIPHER_SUITE).map(str::to_owned);
            assert_eq!(capture.line("tlsCipherSuite"), suite);
        }
        expect_exit(&finish(luutru(&archive, "verify")), DONE);
    }
    // A pin is no anchor: what it leads to must be trusted, and the certificate itself be good.
    let mut expired = good.clone();
    (expired.not_before, expired.not_after) = (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2021, 1, 1));
    for (key, pin, words) in [
        (other.sign(&good, &[]), &other, "missing intermediate certificate"),
        (middle.sign(&expired, &[]), &middle, "expired certificate"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("sites")).unwrap();
        fs::write(dir.path().join("sites/middle.pem"), &pin.pem).unwrap();
        let server = RawServer::start(pages(), Some(Shown::new(key).config()));
        let (output, _) = backfill(&server, dir.path(), &root, &beside);
        expect_exit(&output, NETWORK);
        assert!(said(&output).contains(words), "{}", said(&output));
    }
}

#[test]
fn a_site_that_tls_keeps_away_is_waited_for_and_nothing_of_it_is_dropped() {
    let root = Authority::root("Gốc");
    let good = named("cổng", &["127.0.0.1"]);
    let mut expired = good.clone();
    (expired.not_before, expired.not_after) = (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2021, 1, 1));
    let shown = Shown::new(root.sign(&expired, &[]));
    let server = RawServer::start(pages(), Some(shown.config()));
    let stage = Stage::new(Vec::new());
    fs::create_dir_all(stage.path("sites")).unwrap();
    let rest = "item = \"li\"\nlink = \"a\"\nevery = \"1s\"\npages = { kind = \"single\" }\n";
    let site =
        format!("id = \"raw\"\nbase = \"{}\"\n[[list]]\nid = \"list\"\nurl = \"/list\"\n{rest}", server.url("/"));
    fs::write(stage.path("sites/raw.toml"), site).unwrap();
    stage.config("[backoff]\nfirst = \"300ms\"\nmax = \"600ms\"\n");
    let trusted = stage.path("root.pem");
    fs::write(&trusted, &root.pem).unwrap();
    let variables = [("SSL_CERT_FILE", trusted.display().to_string()), ("SSL_CERT_DIR", String::new())];
    let mut daemon = Daemon::start_with(&stage, &variables);
    let says = |value: &serde_json::Value| {
        value.as_str().is_some_and(|text| text.contains("unreachable: TLS") && text.contains("expired certificate"))
    };
    daemon.until("its state is shown", |daemon| {
        let status = daemon.status();
        status["sites"][0]["state"] == "back-off" && says(&status["sites"][0]["why"])
    });
    let list = &daemon.status()["sites"][0]["lists"][0];
    assert_eq!(list["list"], "list", "the list is still there");
    let why = daemon.ask(&["why", &server.url("/tin-1"), "--json"]).objects().remove(0);
    assert!(says(&why["trouble"]), "{why}");
    daemon.until("it was tried several times", |daemon| {
        daemon.status()["daemon"]["counters"]["looks_failed"].as_u64().unwrap() >= 3
    });
    *shown.0.lock().unwrap() = root.sign(&good, &[]);
    daemon.until("it goes on by itself", |_| stage.articles().len() == 1);
    daemon.until("the trouble is over", |daemon| daemon.status()["sites"][0]["state"] == "idle");
    let why = daemon.ask(&["why", &server.url("/tin-1"), "--json"]).objects().remove(0);
    assert_eq!((why["verdict"].as_str(), why["trouble"].is_null()), (Some("archived"), true), "{why}");
    daemon.stop_within(Duration::from_secs(20));
    stage.verify();
}
