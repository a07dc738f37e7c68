//! Redirects: every hop is a capture of its own, that the index lists and `why` finds.

use std::collections::BTreeMap;
use std::fs;

use luutru::archive::warc::{RecordType, field, http};
use serde_json::Value;

use crate::harness::{DONE, captures, catalogue, expect_exit, files, finish, luutru};
use crate::raw::{RawServer, Sends, list};

const PAGE: &str = "/tin-tuc/hoi-nghi-trien-khai-12345.html";

fn redirect(status: &str, to: &str) -> Sends {
    let body = format!("<html><body>Moved to <a href=\"{to}\">{to}</a></body></html>");
    let head = format!("HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Type: text/html\r\n");
    Sends::raw(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes())
}

/// A list with an article behind two redirects; robots.txt is behind one.
fn server() -> RawServer {
    let line = "Sáng nay, Ủy ban nhân dân xã tổ chức hội nghị triển khai kế hoạch thu hoạch lúa và chăm sóc vườn cây.";
    let text = format!("<p>{line}</p>").repeat(6);
    let article = Sends::page(&format!(
        "<html><head><title>Hội nghị triển khai kế hoạch</title></head><body><div class=article>
        <h1>Hội nghị triển khai kế hoạch</h1><div class=date>Thứ ba, 03/11/2026 08:30</div><div class=content>{text}</div>
        </div></body></html>"
    ));
    let listed = ["/tin/12345".to_owned()];
    let robots = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 24\r\n\r\nUser-agent: *\nDisallow:\n";
    let paths = [
        ("/list", list(listed.iter())),
        ("/tin/12345", redirect("301 Moved Permanently", "/chuyen/12345")),
        ("/chuyen/12345", redirect("302 Found", PAGE)),
        (PAGE, article),
        ("/robots.txt", redirect("301 Moved Permanently", "/he-thong/robots.txt")),
        ("/he-thong/robots.txt", Sends::raw(robots)),
    ];
    RawServer::start(paths.map(|(path, sends)| (path.to_owned(), sends)).into(), None)
}

#[test]
fn every_hop_is_archived_indexed_and_found() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("archive");
    expect_exit(&finish(server.backfill(&root, dir.path())), DONE);

    let hops = ["/robots.txt", "/he-thong/robots.txt", "/list", "/tin/12345", "/chuyen/12345", PAGE];
    let seen = captures(&root);
    assert_eq!(seen.iter().map(|seen| seen.url.clone()).collect::<Vec<_>>(), hops.map(|path| server.url(path)));
    for (seen, path) in seen.iter().zip(hops) {
        let kinds: Vec<RecordType> = seen.records.iter().map(|record| record.fields.kind()).collect();
        assert_eq!(kinds, [RecordType::Response, RecordType::Request, RecordType::Metadata], "{path}");
        // The bytes of this hop, as they were sent, and the request that was made for it.
        let asked = server.requests(path);
        assert_eq!(asked.len(), 1, "{path}");
        assert_eq!(seen.records[1].block, asked[0], "{path}");
        let dates: Vec<_> = seen.records.iter().map(|record| record.fields.get(field::DATE)).collect();
        assert!(dates.iter().all(|date| *date == dates[0]), "{path}: {dates:?}");
    }
    let from = |path: &str| seen.iter().find(|seen| seen.url == server.url(path)).unwrap().line("redirectedFrom");
    assert_eq!(from("/tin/12345"), None);
    assert_eq!(from("/chuyen/12345"), Some(server.url("/tin/12345")));
    assert_eq!(from(PAGE), Some(server.url("/chuyen/12345")));
    assert_eq!(from("/he-thong/robots.txt"), Some(server.url("/robots.txt")));
    let body = &seen[4].records[0].block;
    assert_eq!(http::status(body), Some(302));
    assert!(body.ends_with(b"</body></html>"), "the body of a redirect is kept as well");
    indexed(&root, &server, &seen.iter().map(|seen| (seen.url.clone(), seen.records[0].offset)).collect());
    found(&root, dir.path(), &server);
    expect_exit(&finish(luutru(&root, "verify")), DONE);
}

/// Each hop has its line, at the place of its record.
fn indexed(root: &std::path::Path, server: &RawServer, places: &BTreeMap<String, u64>) {
    let lines: Vec<Value> = files(&root.join("index"))
        .iter()
        .flat_map(|path| fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
        .map(|line| serde_json::from_str(line.splitn(3, ' ').nth(2).unwrap()).unwrap())
        .collect();
    let statuses: BTreeMap<String, String> =
        lines.iter().map(|line| (line["url"].as_str().unwrap().to_owned(), line["status"].to_string())).collect();
    assert_eq!(statuses.len(), places.len(), "{lines:#?}");
    assert!(statuses[&server.url("/tin/12345")].contains("301"), "{statuses:?}");
    assert!(statuses[&server.url("/chuyen/12345")].contains("302"), "{statuses:?}");
    for line in &lines {
        let offset = line["offset"].as_str().map_or_else(|| line["offset"].as_u64(), |text| text.parse().ok());
        assert_eq!(offset, places.get(line["url"].as_str().unwrap()).copied(), "{line:#}");
    }
}

/// `why` says of each hop what it is, and where it lies: of sealed files by their index, of an open one without.
fn found(root: &std::path::Path, dir: &std::path::Path, server: &RawServer) {
    let why = |path: &str| -> Value {
        let mut ask = luutru(root, "why");
        ask.args(["--json", "--config"]).arg(dir.join("luutru.toml")).arg(server.url(path));
        let output = finish(ask);
        expect_exit(&output, DONE);
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let check = || {
        let article = why("/tin/12345");
        assert_eq!(article["verdict"], "archived", "{article:#}");
        assert_eq!(article["captures"][0]["status"], 301);
        let middle = why("/chuyen/12345");
        assert_eq!(middle["verdict"], "redirect", "{middle:#}");
        let hop = &middle["captures"][0];
        assert_eq!(hop["leads_to"], server.url(PAGE), "{middle:#}");
        assert_eq!(hop["redirected_from"], server.url("/tin/12345"));
        assert_eq!(hop["listed_as"], server.url("/tin/12345"));
        // The last hop is the article's page, though no list names it.
        let page = why(PAGE);
        assert_eq!(page["verdict"], "archived", "{page:#}");
        assert_eq!(page["article"], article["article"]);
        let record = catalogue(root).into_values().next().unwrap();
        assert_eq!(page["captures"][0]["offset"], record.warc.offset);
        assert_eq!(page["captures"][0]["file"], record.warc.file);
        assert_eq!(why("/list")["verdict"], "captured");
        assert_eq!(why("/robots.txt")["captures"][0]["leads_to"], server.url("/he-thong/robots.txt"));
        assert_eq!(why("/he-thong/robots.txt")["verdict"], "captured");
        assert_eq!(why("/tin/12346")["verdict"], "not-listed");
    };
    check();
    // As it is while a run goes on: the file has no index yet.
    let sealed = files(&root.join("warc")).into_iter().find(|path| !path.to_string_lossy().contains("-text-")).unwrap();
    let open = sealed.with_extension("gz.open");
    fs::rename(&sealed, &open).unwrap();
    check();
    fs::rename(&open, &sealed).unwrap();
}
