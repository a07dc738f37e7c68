//! `luutru extract`: one page or a batch, plain or packed, and nothing that one bad line can stop.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const PAGE: &str = "tests/fixtures/pages/captions.html";

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE)
}

fn gold() -> String {
    fs::read_to_string(page().with_extension("txt")).unwrap()
}

fn extract(words: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_luutru"))
        .arg("extract")
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn packed(folder: &Path) -> PathBuf {
    let file = folder.join("page.html.gz");
    let mut packer = flate2::write::GzEncoder::new(fs::File::create(&file).unwrap(), flate2::Compression::default());
    packer.write_all(&fs::read(page()).unwrap()).unwrap();
    packer.finish().unwrap();
    file
}

#[test]
fn one_page_as_text_or_record() {
    let page = page();
    let page = page.to_str().unwrap();
    let plain = extract(&[page], b"");
    assert_eq!((plain.status.code(), String::from_utf8(plain.stdout).unwrap()), (Some(0), gold()));
    let record = extract(&[page, "--json", "--url", "https://cap.example.vn/tin/b.html"], b"");
    let record: Value = serde_json::from_slice(&record.stdout).unwrap();
    assert_eq!(record["url"], "https://cap.example.vn/tin/b.html");
    assert_eq!(record["published"], "2024-05-12T08:30:00+07:00");
    assert_eq!(record["byline"], "Quang Vinh");
    assert_eq!(record["images"][0], "https://cap.example.vn/a.jpg");
    assert!(record["content_hash"].as_str().unwrap().starts_with("sha256:"));
    let dir = tempfile::tempdir().unwrap();
    let unpacked = extract(&[packed(dir.path()).to_str().unwrap()], b"");
    assert_eq!(String::from_utf8(unpacked.stdout).unwrap(), gold());
    let missing = extract(&["/no/such/page.html"], b"");
    assert!(
        missing.status.code() != Some(0) && String::from_utf8(missing.stderr).unwrap().contains("/no/such/page.html")
    );
    assert_eq!(extract(&[page, "--site", "nobody"], b"").status.code(), Some(2));
}

#[test]
fn a_batch_goes_on_past_every_bad_line() {
    let dir = tempfile::tempdir().unwrap();
    let list = dir.path().join("list.html");
    fs::write(&list, "<html><body><ul><li><a href=/1>Một</a></li></ul></body></html>").unwrap();
    let picture = dir.path().join("a.png");
    fs::write(&picture, b"\x89PNG\r\n\x1a\n0000").unwrap();
    let packed = packed(dir.path());
    let mut input = Vec::new();
    let mut line = |file: &Path, rest: &[u8]| {
        input.extend_from_slice(file.to_str().unwrap().as_bytes());
        input.extend_from_slice(rest);
    };
    line(&page(), b"\thttps://cap.example.vn/b.html\n");
    line(Path::new("/no/such/page.html"), b"\thttps://a.vn/1\n");
    line(&list, b"\thttps://a.vn/2\r\n");
    line(&picture, b"\n");
    line(dir.path(), b"\tnot an address\n");
    line(Path::new("bad bytes "), b"\xff\xfe\thttps://a.vn/3\n\n");
    line(&packed, b"\thttps://cap.example.vn/b.html");
    let out = extract(&["--batch"], &input);
    assert_eq!(out.status.code(), Some(1), "some lines are no articles");
    let lines: Vec<Value> =
        String::from_utf8(out.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 7);
    for at in [0, 6] {
        assert_eq!(lines[at]["t"], gold());
        assert_eq!(lines[at]["record"]["title"], "Người dân Vân Khê chung tay nạo vét kênh mương");
        assert!(lines[at]["us"].as_u64().unwrap() > 0 && lines[at]["not_article"].is_null());
    }
    for line in &lines[1..6] {
        assert!(line["t"] == "" && line["record"].is_null() && line["not_article"].is_string(), "{line}");
    }
    assert_eq!(lines[0]["f"], page().to_str().unwrap());
}
