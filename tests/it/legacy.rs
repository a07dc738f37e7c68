//! Hosts that speak nothing modern, played by `openssl s_server`: TLS 1.0 with RSA key exchange. They are reached where a
//! site file says why, under the same demands on the certificate, and nobody else is spoken to in that way.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use luutru::archive::warc::field;

use crate::harness::{DONE, NETWORK, captures, expect_exit, finish, luutru, said};
use crate::support::free_port;

/// An old server; ended when dropped.
struct OldServer {
    child: Child,
    port: u16,
}

impl Drop for OldServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn openssl(dir: &Path, words: &[&str]) {
    let output = Command::new("openssl").args(words).current_dir(dir).output().expect("openssl is installed");
    assert!(output.status.success(), "openssl {words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// An authority in `ca.pem`, and a server's certificate from it in `own.pem` with its key in `own.key`; all RSA.
fn certificates(dir: &Path) {
    let new = ["req", "-newkey", "rsa:2048", "-nodes"];
    openssl(
        dir,
        &[&new[..], &["-x509", "-days", "9", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca"]].concat(),
    );
    openssl(dir, &[&new[..], &["-keyout", "own.key", "-out", "own.csr", "-subj", "/CN=127.0.0.1"]].concat());
    fs::write(dir.join("names"), "subjectAltName=IP:127.0.0.1").unwrap();
    let sign = ["x509", "-req", "-in", "own.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "9"];
    openssl(dir, &[&sign[..], &["-extfile", "names", "-out", "own.pem"]].concat());
}

impl OldServer {
    /// Serves the files of `dir` over `protocol` with `cipher` alone.
    fn start(dir: &Path, protocol: &str, cipher: &str) -> Self {
        let port = free_port();
        let child = Command::new("openssl")
            .args(["s_server", "-accept", &format!("127.0.0.1:{port}"), "-cert", "own.pem", "-key", "own.key", "-WWW"])
            .args([protocol, "-cipher", &format!("{cipher}:@SECLEVEL=0")])
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl is installed");
        let server = Self { child, port };
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "openssl s_server does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        server
    }

    fn url(&self, path: &str) -> String {
        format!("https://127.0.0.1:{}{path}", self.port)
    }
}

/// What the servers of `dir` serve: a list, and an article with a picture at `picture`.
fn pages(dir: &Path, picture: &str) {
    let text = "<p>Ngày 20/11/2026, Ủy ban nhân dân tỉnh họp phiên thường kỳ để bàn việc của tháng.</p>".repeat(6);
    let head = "<meta charset=\"utf-8\"><title>Tin</title>";
    let article = format!("<html><head>{head}</head><body><h1>Tin</h1>{text}<img src=\"{picture}\"></body></html>");
    let list = format!(
        "<html><head>{head}</head><body><ul><li><a href=\"/tin-1.html\">Tin số một</a></li></ul></body></html>"
    );
    for (name, text) in
        [("tin-1.html", article.as_str()), ("list.html", &list), ("robots.txt", "User-agent: *\nAllow: /\n")]
    {
        fs::write(dir.join(name), text).unwrap();
    }
    fs::write(dir.join("anh.gif"), b"GIF89a\x01\x00\x01\x00\x00\x00\x00;").unwrap();
}

fn site(dir: &Path, id: &str, server: &OldServer, more: &str) {
    fs::create_dir_all(dir.join("sites")).unwrap();
    let rest = "item = \"li\"\nlink = \"a\"\npages = { kind = \"single\" }\n";
    let list = format!("[[list]]\nid = \"list\"\nurl = \"/list.html\"\n{rest}");
    let text = format!("id = \"{id}\"\nbase = \"{}\"\n{more}\n{list}", server.url("/"));
    fs::write(dir.join(format!("sites/{id}.toml")), text).unwrap();
    fs::write(dir.join("luutru.toml"), "").unwrap();
}

fn backfill(dir: &Path, archive: &Path, trusted: &Path, sites: &[&str]) -> std::process::Output {
    let mut command = luutru(archive, "backfill");
    command.args(sites).arg("--config").arg(dir.join("luutru.toml"));
    command.args(["--allow-net", "127.0.0.0/8", "--delay", "0ms", "--requisites", "all"]);
    command.env("SSL_CERT_FILE", trusted).env_remove("SSL_CERT_DIR");
    finish(command)
}

const WHY: &str = "máy chủ cũ của tỉnh chỉ nói TLS 1.0";

#[test]
fn an_old_server_is_reached_where_its_site_file_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    certificates(dir);
    for (protocol, cipher, said_as, suite) in [
        ("-tls1", "AES128-SHA", "tls/1.0", "TLS_RSA_WITH_AES_128_CBC_SHA"),
        ("-tls1_1", "ECDHE-RSA-AES256-SHA", "tls/1.1", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
        ("-tls1_2", "DHE-RSA-AES128-SHA", "tls/1.2", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"),
    ] {
        let server = OldServer::start(dir, protocol, cipher);
        pages(dir, "/anh.gif");
        let trusted = dir.join("ca.pem");
        // Without the exception it is refused, and the refusal names the mend.
        site(dir, "one", &server, "");
        let root = tempfile::tempdir().unwrap();
        let output = backfill(dir, root.path(), &trusted, &["one"]);
        expect_exit(&output, NETWORK);
        let said = said(&output);
        assert!(said.contains("unreachable: TLS") && said.contains("tls = { legacy = \"why\" }"), "{said}");
        assert!(captures(root.path()).is_empty());

        site(dir, "one", &server, &format!("tls = {{ legacy = \"{WHY}\" }}"));
        let root = tempfile::tempdir().unwrap();
        expect_exit(&backfill(dir, root.path(), &trusted, &["one"]), DONE);
        let seen = captures(root.path());
        for path in ["/robots.txt", "/list.html", "/tin-1.html", "/anh.gif"] {
            let capture = seen.iter().find(|seen| seen.url == server.url(path)).unwrap_or_else(|| panic!("{path}"));
            let protocols: Vec<&str> = capture.records[0].fields.all(field::PROTOCOL).collect();
            assert_eq!(protocols, ["http/1.1", said_as], "{path}");
            assert_eq!(capture.records[0].fields.get(field::CIPHER_SUITE), Some(suite));
            assert_eq!(capture.line("tls").unwrap(), format!("certificate trusted, legacy TLS allowed ({WHY})"));
        }
        expect_exit(&finish(luutru(root.path(), "verify")), DONE);
    }
}

#[test]
fn old_tls_is_no_excuse_for_a_certificate_of_strangers() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    certificates(dir.path());
    certificates(other.path());
    pages(dir.path(), "/anh.gif");
    let server = OldServer::start(dir.path(), "-tls1", "AES128-SHA");
    site(dir.path(), "one", &server, &format!("tls = {{ legacy = \"{WHY}\" }}"));
    let root = tempfile::tempdir().unwrap();
    let output = backfill(dir.path(), root.path(), &other.path().join("ca.pem"), &["one"]);
    expect_exit(&output, NETWORK);
    assert!(said(&output).contains("certificate of an unknown authority"), "{}", said(&output));
    assert!(captures(root.path()).is_empty());
}

#[test]
fn a_legacy_site_downgrades_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    certificates(dir);
    let (own, foreign) = (OldServer::start(dir, "-tls1", "AES128-SHA"), OldServer::start(dir, "-tls1", "AES128-SHA"));
    // The second server is a site of its own, and carries a picture of the first.
    pages(dir, &foreign.url("/anh.gif"));
    let assets = format!("asset_hosts = [\"127.0.0.1:{}\"]", foreign.port);
    site(dir, "one", &own, &format!("tls = {{ legacy = \"{WHY}\" }}\n{assets}"));
    site(dir, "two", &foreign, "");
    let root = tempfile::tempdir().unwrap();
    let output = backfill(dir, root.path(), &dir.join("ca.pem"), &["one", "two"]);
    expect_exit(&output, 1);
    let said = said(&output);
    assert!(said.lines().any(|line| line.contains("two") && line.contains("unreachable: TLS")), "{said}");
    let seen = captures(root.path());
    assert!(seen.iter().any(|seen| seen.url == own.url("/tin-1.html")), "the legacy site is archived");
    let downgraded: Vec<&str> =
        seen.iter().map(|seen| seen.url.as_str()).filter(|url| url.starts_with(&foreign.url(""))).collect();
    assert!(downgraded.is_empty(), "{downgraded:?}");
}
