//! Files by name: whole, in ranges, resumed, and never anything else.

use std::fs;

use luutru::model::Digest;
use reqwest::blocking::Response;

use super::server::Server;
use super::shared::{name, own, server, stage, warcs};

fn head(response: &Response, field: &str) -> String {
    response.headers().get(field).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

fn ask(server: &Server, path: &str, fields: &[(&str, &str)]) -> Response {
    let mut request = server.client().get(format!("{}{path}", server.base()));
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.send().unwrap()
}

#[test]
fn a_file_comes_whole_and_in_any_range() {
    let path = &warcs(stage())[0];
    let bytes = fs::read(path).unwrap();
    let at = format!("/files/{}", name(path));
    let whole = ask(server(), &at, &[]);
    assert_eq!(whole.status(), 200);
    assert_eq!(head(&whole, "content-length"), bytes.len().to_string());
    assert_eq!(head(&whole, "accept-ranges"), "bytes");
    let (tag, modified) = (head(&whole, "etag"), head(&whole, "last-modified"));
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    assert!(whole.bytes().unwrap() == bytes);
    let asked = server().client().head(format!("{}{at}", server().base())).send().unwrap();
    assert_eq!((asked.status().as_u16(), head(&asked, "content-length")), (200, bytes.len().to_string()));

    let length = bytes.len();
    for (range, from, to) in [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=-7", length - 7, length),
        (&format!("bytes={}-", length - 1), length - 1, length),
        (&format!("bytes=5-{}", length * 2), 5, length),
    ] {
        let part = ask(server(), &at, &[("range", range)]);
        assert_eq!(part.status(), 206, "{range}");
        assert_eq!(head(&part, "content-range"), format!("bytes {from}-{}/{length}", to - 1));
        assert!(part.bytes().unwrap() == bytes[from..to], "{range}");
    }
    let beyond = ask(server(), &at, &[("range", &format!("bytes={length}-"))]);
    assert_eq!((beyond.status().as_u16(), head(&beyond, "content-range")), (416, format!("bytes */{length}")));
    // What is no range is passed over.
    assert_eq!(ask(server(), &at, &[("range", "bytes=9-1")]).status(), 200);

    let several = ask(server(), &at, &[("range", "bytes=3-9,20-29")]);
    assert_eq!(several.status(), 206);
    let kind = head(&several, "content-type");
    let boundary = kind.strip_prefix("multipart/byteranges; boundary=").unwrap().to_owned();
    let declared: usize = head(&several, "content-length").parse().unwrap();
    let body = several.bytes().unwrap();
    assert_eq!(body.len(), declared);
    let mut wanted = Vec::new();
    for (from, to) in [(3, 10), (20, 30)] {
        let line = format!("bytes {from}-{}/{length}", to - 1);
        wanted.extend(
            format!("\r\n--{boundary}\r\nContent-Type: application/gzip\r\nContent-Range: {line}\r\n\r\n").bytes(),
        );
        wanted.extend(&bytes[from..to]);
    }
    wanted.extend(format!("\r\n--{boundary}--\r\n").bytes());
    assert!(body == wanted);

    for (fields, status) in [
        (&[("if-none-match", tag.as_str())][..], 304),
        (&[("if-modified-since", modified.as_str())], 304),
        (&[("if-match", "\"other\"")], 412),
        (&[("if-match", tag.as_str())], 200),
    ] {
        assert_eq!(ask(server(), &at, fields).status(), status, "{fields:?}");
    }
}

#[test]
fn a_broken_download_goes_on_and_a_changed_file_begins_again() {
    let path = &warcs(stage())[1];
    let bytes = fs::read(path).unwrap();
    let at = format!("/files/{}", name(path));
    let first = ask(server(), &at, &[("range", "bytes=0-999")]);
    let tag = head(&first, "etag");
    let mut got = first.bytes().unwrap().to_vec();
    // Checksums that become known in between change nothing for the download.
    server().get("/wasapi/v1/webdata");
    let rest = ask(server(), &at, &[("range", "bytes=1000-"), ("if-range", &tag)]);
    assert_eq!(rest.status(), 206);
    got.extend(rest.bytes().unwrap());
    assert!(got == bytes);
    let other = ask(server(), &at, &[("range", "bytes=1000-"), ("if-range", "\"other\"")]);
    assert_eq!(other.status(), 200);
    assert!(other.bytes().unwrap() == bytes);
    let digest = ask(server(), &at, &[]);
    let said = head(&digest, "repr-digest");
    assert!(said.starts_with("sha-256=:") && said.ends_with("=:"), "{said}");
    assert_eq!(head(&digest, "etag"), format!("\"{}\"", Digest::of(&bytes).hex()));
}

#[test]
fn a_manifest_vouches_for_a_file() {
    let stage = own();
    let path = &warcs(&stage)[0];
    let relative = path.strip_prefix(stage.root()).unwrap().to_str().unwrap().to_owned();
    let digest = Digest::of(&fs::read(path).unwrap());
    fs::create_dir_all(stage.root().join("manifest")).unwrap();
    let text = format!("# before: none\n{}  {relative}\n", digest.hex());
    fs::write(stage.root().join("manifest/2026-11-23.sha256"), &text).unwrap();
    let server = Server::start(&stage.root(), &[]);
    assert_eq!(head(&server.get(&format!("/files/{}", name(path))), "etag"), format!("\"{}\"", digest.hex()));
    assert_eq!(server.get("/files/2026-11-23.sha256").text().unwrap(), text);
    let index = name(path).replace(".warc.gz", ".cdxj");
    let known = fs::read(stage.root().join("index").join(&index)).unwrap();
    assert!(server.get(&format!("/files/{index}")).bytes().unwrap() == known);
    // By default what is computed goes into the root.
    assert!(stage.root().join("cache").is_dir());
}

#[test]
fn only_names_of_sealed_files_are_files() {
    let stage = own();
    let server = Server::start(&stage.root(), &[]);
    let path = warcs(&stage).remove(0);
    let sealed = name(&path).to_owned();
    for missing in [
        "/files/none.warc.gz",
        "/files/..%2f..%2fdecisions.jsonl",
        "/files/%2e%2e/luutru.toml",
        "/files/%2fetc%2fpasswd",
        "/files/%00",
        "/files/",
        "/files//",
        &format!("//files/{sealed}"),
        &format!("/files/{sealed}%00"),
        &format!("/files/{sealed}/"),
    ] {
        assert_eq!(
            server.raw(&format!("GET {missing} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")).0,
            404,
            "{missing}"
        );
    }
    assert_eq!(server.get(&format!("/files/{sealed}")).status(), 200);
    fs::rename(&path, path.with_extension("gz.open")).unwrap();
    server.until("an open file is given away", || server.get(&format!("/files/{sealed}")).status() == 404);
}
