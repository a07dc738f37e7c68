//! Whole pages: what a page needs to be shown, and the files it links to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use luutru::archive::warc::{http, locate, read_at};
use luutru::model::Digest;
use luutru_portal::PortalSpec;
use serde_json::Value;

use crate::harness::{DONE, captures, catalogue, expect_exit, files, finish, luutru};
use crate::raw::{RawServer, Sends, list};
use crate::support::{PAGES_ALONE, Stage};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n picture";
const PDF: &[u8] = b"%PDF-1.4\n% a plan\n";
const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\0\0";
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

fn file(media: &str, more: &str, body: &[u8]) -> Sends {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {}\r\n{more}\r\n", body.len());
    Sends::raw(&[head.as_bytes(), body].concat())
}

/// Bodies that differ from address to address, as files do.
fn of(path: &str, start: &[u8]) -> Vec<u8> {
    [start, path.as_bytes()].concat()
}

fn article(own: &str, assets: &str) -> Sends {
    let line = "Sáng nay, Ủy ban nhân dân xã tổ chức hội nghị triển khai kế hoạch thu hoạch lúa và chăm sóc vườn cây của bà con trong vùng.";
    let text = format!("<p>{line}</p>").repeat(6);
    let coded = own.replace(':', "%3A").replace('/', "%2F");
    Sends::page(&format!(
        "<html><head><title>Hội nghị triển khai kế hoạch</title>
        <link rel=stylesheet href='/css/site.css?v=1'><script src=/js/a.js></script>
        <script src='https://www.google-analytics.com/ga.js'></script></head><body>
        <div class=article><h1>Hội nghị triển khai kế hoạch</h1><div class=date>Thứ ba, 03/11/2026 08:30</div>
        <div class=content>{text}
        <p><img src='data:image/gif;base64,R0lGOD' data-src='/anh/lazy.jpg' alt=''></p>
        <p><img src='/anh/nho.jpg' srcset='/anh/vua.jpg 480w, /anh/lon.jpg 1200w' alt=''></p>
        <p><img src='{assets}/kho/cdn.png' alt=''><img src='{assets}/rieng/kin.png' alt=''></p>
        <p><img src='/anh/mat.jpg' alt=''><img src='/anh/gia.jpg' alt=''><img src='http://127.0.0.77:9/xa.png' alt=''></p>
        <video poster='/anh/phim.jpg' src='/phim.mp4'></video>
        <p>Tải <a href='/tep/ke-hoach.pdf'>Kế hoạch</a>, <a href='/LinkClick.aspx?fileticket=a1B%3d&amp;tabid=4'>Tờ trình</a>,
        <a href='javascript:;' onclick=\"downloadFile('7','/tep/cong-van.doc')\">Công văn</a>, <a href='/tep/mat.rar'>Phụ lục</a>,
        <a href='/anh/so-do.png'>Sơ đồ</a></p>
        <iframe src='/pdfjs/web/viewer.html?file=../../tep/xem.pdf'></iframe>
        <iframe src='https://docs.google.com/gview?url={coded}%2Ftep%2Fgview.docx&amp;embedded=true'></iframe>
        <iframe src='https://view.officeapps.live.com/op/view.aspx?src={coded}%2Ftep%2Foffice.xlsx'></iframe>
        </div></div></body></html>"
    ))
}

/// A portal with one article, and a second host with some of its pictures.
struct Pair {
    own: RawServer,
    assets: RawServer,
    folder: tempfile::TempDir,
}

/// Addresses of parts that can be had, below the portal's own.
const PARTS: [&str; 12] = [
    "/css/site.css?v=1",
    "/css/them/more.css",
    "/css/chu.woff2",
    "/css/them/nen.png",
    "/js/a.js",
    "/anh/lazy.jpg",
    "/anh/nho.jpg",
    "/anh/lon.jpg",
    "/anh/phim.jpg",
    "/tep/ke-hoach.pdf",
    "/tep/xem.pdf",
    "/anh/so-do.png",
];

impl Pair {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = format!("http://{}", listener.local_addr().unwrap());
        let elsewhere = TcpListener::bind("127.0.0.9:0").unwrap();
        let assets = format!("http://{}", elsewhere.local_addr().unwrap());
        let mut paths = BTreeMap::new();
        let mut put = |path: &str, sends: Sends| drop(paths.insert(path.to_owned(), sends));
        let page = "/tin-tuc/hoi-nghi-trien-khai-12345.html".to_owned();
        put("/list", list([page.clone()].iter()));
        put(&page, article(&own, &assets));
        put("/css/site.css?v=1", file("text/css", "", b"@import 'them/more.css'; body{color:#333}"));
        let more = b"@font-face{font-family:a;src:url(../chu.woff2)} .b{background:url(\"nen.png\")} .c{background:url(data:image/png;base64,AA)}";
        put("/css/them/more.css", file("text/css", "", more));
        put("/css/chu.woff2", file("text/html", "", &of("chu", b"wOF2")));
        put("/js/a.js", file("application/javascript", "", b"window.a=1;"));
        for name in
            ["/css/them/nen.png", "/anh/lazy.jpg", "/anh/nho.jpg", "/anh/lon.jpg", "/anh/phim.jpg", "/anh/so-do.png"]
        {
            put(name, file("image/png", "", &of(name, PNG)));
        }
        put("/anh/gia.jpg", Sends::page("<html><body>Không tìm thấy trang</body></html>"));
        let named = "Content-Disposition: attachment; filename=\"Tờ trình số 4.pdf\"\r\n";
        put("/LinkClick.aspx?fileticket=a1B%3d&tabid=4", file("application/octet-stream", named, &of("4", PDF)));
        let coded =
            "Content-Disposition: attachment; filename=\"x.pdf\"; filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch.pdf\r\n";
        put("/tep/ke-hoach.pdf", file("text/html; charset=utf-8", coded, &of("ke-hoach", PDF)));
        put("/tep/xem.pdf", file("application/pdf", "", &of("xem", PDF)));
        let wide: Vec<u8> = "WordDocument".encode_utf16().flat_map(u16::to_le_bytes).collect();
        put("/tep/cong-van.doc", file("application/msword", "", &[OLE, &wide].concat()));
        put("/tep/gview.docx", file("application/octet-stream", "", &of("word/document.xml", ZIP)));
        put("/tep/office.xlsx", file("application/octet-stream", "", &of("xl/workbook.xml", ZIP)));
        let mut there = BTreeMap::new();
        there.insert("/robots.txt".to_owned(), file("text/plain", "", b"User-agent: *\nDisallow: /rieng/\n"));
        there.insert("/kho/cdn.png".to_owned(), file("image/png", "", &of("cdn", PNG)));
        there.insert("/rieng/kin.png".to_owned(), file("image/png", "", &of("kin", PNG)));
        let own = RawServer::on(listener, paths, None);
        let assets = RawServer::on(elsewhere, there, None);
        Self { own, assets, folder: tempfile::tempdir().unwrap() }
    }

    fn root(&self) -> std::path::PathBuf {
        self.folder.path().join("archive")
    }

    /// A backfill with `more` words; a site file says where pictures lie.
    fn backfill(&self, delay: &str, more: &[&str]) -> Command {
        let hosts = format!("asset_hosts = [\"{}\"]", self.assets.address);
        let mut command = self.own.whole(&self.root(), self.folder.path(), &hosts, "/list", delay);
        command.args(more);
        command
    }

    /// Everything that can be had, attached files and the other host's picture included.
    fn wanted(&self) -> BTreeSet<String> {
        let further =
            ["/LinkClick.aspx?fileticket=a1B%3d&tabid=4", "/tep/cong-van.doc", "/tep/gview.docx", "/tep/office.xlsx"];
        let mut all: BTreeSet<String> = PARTS.iter().chain(&further).map(|path| self.own.url(path)).collect();
        all.insert(self.assets.url("/kho/cdn.png"));
        all
    }
}

/// Captures of parts with a good answer, by address.
fn parts(root: &Path) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for seen in captures(root) {
        let task = seen.line("luutru-task");
        if seen.line("luutru-media").is_some() && matches!(task.as_deref(), Some("requisite" | "attachment")) {
            *out.entry(seen.url).or_default() += 1;
        }
    }
    out
}

fn indexed(root: &Path) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for path in files(&root.join("index")) {
        for line in fs::read_to_string(path).unwrap().lines() {
            let json: Value = serde_json::from_str(&line[line.find('{').unwrap()..]).unwrap();
            out.insert(json["url"].as_str().unwrap().to_owned());
        }
    }
    out
}

fn report(root: &Path) -> Value {
    let found = files(&root.join("report"));
    serde_json::from_slice(&fs::read(&found[0]).unwrap()).unwrap()
}

/// The attachments, or the images, of the one article, by the last part of their address.
fn assets(root: &Path, which: &str) -> BTreeMap<String, Value> {
    let rows = catalogue(root);
    assert_eq!(rows.len(), 1);
    let record = serde_json::to_value(rows.values().next().unwrap()).unwrap();
    let all = record[which].as_array().unwrap().clone();
    let last = |asset: &Value| asset["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    all.into_iter().map(|asset| (last(&asset), asset)).collect()
}

fn attachments(root: &Path) -> BTreeMap<String, Value> {
    assets(root, "attachments")
}

/// Texts, records, catalogues and indexes, with their bytes.
fn shelves(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let all = ["text", "catalog", "index"].iter().flat_map(|folder| files(&root.join(folder)));
    all.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn a_page_is_archived_with_everything_it_shows_and_links_to() {
    let pair = Pair::start();
    let root = pair.root();
    let output = finish(pair.backfill("0ms", &[]));
    expect_exit(&output, DONE);
    let had = parts(&root);
    assert_eq!(had.keys().cloned().collect::<BTreeSet<_>>(), pair.wanted());
    assert!(had.values().all(|count| *count == 1), "{had:?}");
    let index = indexed(&root);
    assert!(pair.wanted().is_subset(&index), "{index:#?}");

    let counts = report(&root)["requisites"].clone();
    assert_eq!(counts["fetched"], 10, "{counts:#}");
    assert_eq!(counts["attachments"], 7, "{counts:#}");
    let failed = serde_json::json!({"404": 2, "a page in its place": 1, "robots": 1});
    assert_eq!(counts["failed"], failed);
    let skipped = serde_json::json!({"another host": 1, "tracker or advertisement": 1});
    assert_eq!(counts["skipped"], skipped);
    assert_eq!(counts["waiting"], 0);
    assert!(pair.assets.requests("/rieng/kin.png").is_empty(), "robots.txt of the other host forbids it");
    assert!(pair.own.requests("/phim.mp4").is_empty() && pair.own.requests("/anh/vua.jpg").is_empty());
    recorded(&root);
    known(&pair);
    expect_exit(&finish(luutru(&root, "verify")), DONE);
}

/// `why` finds parts and files as well, also those on the other host.
fn known(pair: &Pair) {
    let why = |url: String| -> Value {
        let mut ask = luutru(&pair.root(), "why");
        ask.args(["--json", "--config"]).arg(pair.folder.path().join("luutru.toml")).arg(url);
        let output = finish(ask);
        expect_exit(&output, DONE);
        serde_json::from_slice(&output.stdout).unwrap()
    };
    for url in [pair.own.url("/css/chu.woff2"), pair.assets.url("/kho/cdn.png"), pair.own.url("/tep/xem.pdf")] {
        let found = why(url);
        assert_eq!((&found["verdict"], &found["site"]), (&"captured".into(), &"raw".into()), "{found:#}");
        let place = &found["captures"][0];
        let record =
            read_at(&locate(&pair.root(), place["file"].as_str().unwrap()), place["offset"].as_u64().unwrap(), 0);
        assert_eq!(record.unwrap().fields.get("WARC-Target-URI"), found["url"].as_str());
    }
    assert_eq!(why(pair.own.url("/anh/mat.jpg"))["verdict"], "failed");
    assert_eq!(why(pair.own.url("/phim.mp4"))["verdict"], "not-listed");
}

/// The record says what each file is, and where.
fn recorded(root: &Path) {
    let files = attachments(root);
    let kind = |name: &str| files[name]["media_type"].as_str().unwrap_or_default().to_owned();
    assert_eq!(files.len(), 8, "{files:#?}");
    assert_eq!(files["ke-hoach.pdf"]["name"], "Kế hoạch.pdf");
    assert_eq!(kind("ke-hoach.pdf"), "application/pdf");
    assert_eq!(files["LinkClick.aspx?fileticket=a1B%3d&tabid=4"]["name"], "Tờ trình số 4.pdf");
    assert_eq!(kind("cong-van.doc"), "application/msword");
    assert!(kind("gview.docx").ends_with("wordprocessingml.document"));
    assert!(kind("office.xlsx").ends_with("spreadsheetml.sheet"));
    assert_eq!(kind("so-do.png"), "image/png");
    assert!(files["mat.rar"]["warc"].is_null(), "what could not be had has no place");
    let images = assets(root, "images");
    let had = images.iter().filter(|(_, image)| !image["warc"].is_null()).map(|(name, _)| name.as_str());
    assert_eq!(had.collect::<Vec<_>>(), ["cdn.png", "lazy.jpg", "nho.jpg"], "{images:#?}");
    assert!(["kin.png", "mat.jpg", "gia.jpg", "xa.png"].iter().all(|name| images.contains_key(*name)), "{images:#?}");
    let images = images.iter().filter(|(_, image)| !image["warc"].is_null());
    for (name, asset) in files.iter().filter(|(name, _)| *name != "mat.rar").chain(images) {
        let place = &asset["warc"];
        let path = locate(root, place["file"].as_str().unwrap_or_else(|| panic!("{name} {asset:#}")));
        let record = read_at(&path, place["offset"].as_u64().unwrap(), 1 << 20).unwrap();
        assert_eq!(
            record.fields.get("WARC-Record-ID").map(|id| id.trim_matches(['<', '>'])),
            place["record_id"].as_str().map(|id| id.trim_matches(['<', '>']))
        );
        let payload = http::Message::parse(&record.block).payload.concat();
        assert_eq!(asset["bytes"].as_u64(), Some(payload.len() as u64), "{name}");
        assert_eq!(asset["digest"].as_str(), Some(Digest::of(&payload).to_string().as_str()), "{name}");
    }
}

#[test]
fn nothing_is_asked_for_twice_not_even_after_a_rebuild() {
    let pair = Pair::start();
    let root = pair.root();
    let asked = |pair: &Pair| {
        let paths = PARTS.iter().chain(&["/tep/mat.rar", "/anh/mat.jpg", "/anh/gia.jpg", "/tep/gview.docx"]);
        paths.map(|path| pair.own.requests(path).len()).collect::<Vec<_>>()
    };
    expect_exit(&finish(pair.backfill("0ms", &[])), DONE);
    assert!(asked(&pair).iter().all(|count| *count == 1), "{:?}", asked(&pair));
    expect_exit(&finish(pair.backfill("0ms", &["--again"])), DONE);
    assert!(asked(&pair).iter().all(|count| *count == 1), "{:?}", asked(&pair));
    let before = attachments(&root);
    fs::remove_dir_all(root.join("state")).unwrap();
    expect_exit(&finish(pair.backfill("0ms", &["--again"])), DONE);
    assert!(asked(&pair).iter().all(|count| *count == 1), "{:?}", asked(&pair));
    assert_eq!(attachments(&root), before);
    // A rebuild, with everything there and with nothing but the WARC files, gives what the runs wrote.
    let written = shelves(&root);
    expect_exit(&finish(luutru(&root, "reindex")), DONE);
    assert!(shelves(&root) == written, "{:?}", written.keys());
    for folder in ["state", "text", "catalog", "index"] {
        fs::remove_dir_all(root.join(folder)).unwrap();
    }
    expect_exit(&finish(luutru(&root, "reindex")), DONE);
    assert!(shelves(&root) == written, "{:?}", written.keys());
    recorded(&root);
    // And the ledger that it fills owes nobody anything.
    expect_exit(&finish(pair.backfill("0ms", &["--again"])), DONE);
    assert!(asked(&pair).iter().all(|count| *count == 1), "{:?}", asked(&pair));
    assert!(
        shelves(&root)
            .keys()
            .filter(|path| written.get(*path) != Some(&fs::read(path).unwrap()))
            .all(|path| { path.starts_with(root.join("index")) })
    );
}

#[test]
fn pages_read_back_in_name_what_they_named_when_they_came() {
    // Many texts are on both portals, and so are style sheets, scripts and fonts.
    let specs = vec![PortalSpec::vnpt("mot", 31).articles(30), PortalSpec::nukeviet("hai", 32).articles(30)];
    let (later, whole) = (Stage::new(specs.clone()), Stage::new(specs));
    let (all, pages) = (["--requisites", "all", "--attachments", "yes"], PAGES_ALONE);
    for (stage, more) in [(&whole, all.as_slice()), (&later, pages.as_slice())] {
        stage.site_files("");
        stage.crawl(&[&["backfill"], more].concat()).ended(0);
    }
    let alone: BTreeSet<_> = later.parts().into_keys().collect();
    fs::remove_dir_all(later.root().join("state")).unwrap();
    later.crawl(&[["backfill"].as_slice(), &all].concat()).ended(0);
    let had = later.parts();
    assert!(had.len() > alone.len() + 60, "{} {}", had.len(), alone.len());
    assert_eq!(had, whole.parts());
    later.verify();
}

#[test]
fn the_queue_survives_a_kill() {
    let pair = Pair::start();
    let root = pair.root();
    for stop_at in ["/tep/ke-hoach.pdf", "/css/site.css?v=1", "/anh/lon.jpg"] {
        let mut child = pair.backfill("40ms", &["--again"]).spawn().unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        while pair.own.requests(stop_at).is_empty() {
            assert!(Instant::now() < until && child.try_wait().unwrap().is_none(), "{stop_at} is never asked for");
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    expect_exit(&finish(pair.backfill("0ms", &["--again"])), DONE);
    let had = parts(&root);
    assert_eq!(had.keys().cloned().collect::<BTreeSet<_>>(), pair.wanted());
    recorded(&root);
    expect_exit(&finish(luutru(&root, "verify")), DONE);
}

#[test]
fn what_is_wanted_can_be_chosen() {
    let pair = Pair::start();
    let only_files = ["--requisites", "none", "--attachments", "yes"];
    expect_exit(&finish(pair.backfill("0ms", &only_files)), DONE);
    let had = parts(&pair.root());
    assert_eq!(had.len(), 7, "{had:#?}");
    assert!(
        had.keys().all(|url| url.contains("/tep/") || url.contains("LinkClick") || url.contains("so-do")),
        "{had:#?}"
    );
    let none = Pair::start();
    expect_exit(&finish(none.backfill("0ms", &PAGES_ALONE)), DONE);
    assert!(parts(&none.root()).is_empty());
    assert!(attachments(&none.root()).values().all(|asset| asset["warc"].is_null()));
}

#[test]
fn portals_are_archived_with_their_looks() {
    let specs = vec![PortalSpec::dnn("dnn", 5).articles(20), PortalSpec::nukeviet("nuke", 6).articles(20)];
    let stage = Stage::new(specs);
    let lists = stage.lists();
    let mut words = vec!["backfill", "--requisites", "same-site", "--attachments", "yes"];
    words.extend(lists.iter().map(String::as_str));
    stage.crawl(&words).ended(0);
    let had = parts(&stage.root());
    for portal in stage.portals() {
        for path in
            ["/static/site.css", "/static/fonts.css", "/static/portal.woff2", "/static/site.js", "/static/banner.png"]
        {
            assert_eq!(had.get(&format!("{}{path}", portal.base())), Some(&1), "{path}");
        }
        let golds = portal.gold();
        assert!(golds.iter().any(|gold| !gold.attachments.is_empty()));
        for url in golds.iter().flat_map(|gold| gold.images.iter().chain(&gold.attachments)) {
            assert_eq!(had.get(url), Some(&1), "{url}");
        }
        // Pages come first: from the first part on, no list and no article is asked for.
        let paths: Vec<String> = portal.requests().into_iter().map(|request| request.path).collect();
        let first = paths.iter().position(|path| path == "/static/site.css").unwrap();
        let gold: BTreeSet<String> = golds.iter().map(|gold| gold.url[portal.base().len()..].to_owned()).collect();
        assert!(!paths[first..].iter().any(|path| gold.contains(path)), "{paths:#?}");
    }
    stage.verify();
}
