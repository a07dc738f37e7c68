//! A portal that is walked by its sitemaps, one of them packed.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use crate::harness::{DONE, captures, catalogue, expect_exit, finish, luutru};
use crate::raw::{RawServer, Sends};

fn xml(root: &str, entries: &[(String, &str)]) -> String {
    let one = if root == "urlset" { "url" } else { "sitemap" };
    let entry = |(at, day): &(String, &str)| {
        ["<", one, "><loc>", at, "</loc><lastmod>", day, "</lastmod></", one, ">"].concat()
    };
    let entries: String = entries.iter().map(entry).collect();
    format!("<?xml version=\"1.0\"?><{root} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{entries}</{root}>")
}

fn sends(media: &str, body: &[u8]) -> Sends {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {}\r\n\r\n", body.len());
    Sends::raw(&[head.as_bytes(), body].concat())
}

fn article(number: u32) -> Sends {
    let text =
        format!("<p>Ngày hội đua thuyền lần thứ {number} thu hút bà con các xã ven sông về dự rất đông vui.</p>");
    let title = format!("Ngày hội đua thuyền lần thứ {number}");
    Sends::page(&format!(
        "<html><head><title>{title}</title></head><body><h1>{title}</h1>{}</body></html>",
        text.repeat(5)
    ))
}

#[test]
fn an_index_of_packed_sitemaps_is_walked_within_its_window() {
    let path = |n: u32| format!("/tin/ngay-hoi-dua-thuyen-lan-thu-{n}-{}.html", 70_000 + n);
    let days = ["2026-03-05", "2026-02-03", "2026-01-15", "2025-11-01"];
    // The sitemaps name whole addresses, so the port must be known first: relative ones are joined to their own.
    let entries = |numbers: &[u32]| numbers.iter().map(|n| (path(*n), days[*n as usize])).collect::<Vec<_>>();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(xml("urlset", &entries(&[0, 1])).as_bytes()).unwrap();
    let index = [
        ("/s-1.xml.gz".to_owned(), "2026-03-05"),
        ("/s-2.xml".to_owned(), "2026-01-20"),
        ("/s-3.xml".to_owned(), "2025-11-01"),
    ];
    let mut paths = BTreeMap::from([
        ("/sitemap.xml".to_owned(), sends("text/xml", xml("sitemapindex", &index).as_bytes())),
        ("/s-1.xml.gz".to_owned(), sends("application/x-gzip", &packed.finish().unwrap())),
        ("/s-2.xml".to_owned(), sends("text/xml", xml("urlset", &entries(&[2, 3])).as_bytes())),
        ("/s-3.xml".to_owned(), sends("text/xml", xml("urlset", &entries(&[3])).as_bytes())),
    ]);
    paths.extend((0..4).map(|n| (path(n), article(n))));
    let server = RawServer::start(paths, None);
    let dir = TempDir::new().unwrap();
    let root = dir.path().join("archive");
    let mut command = luutru(&root, "backfill");
    command
        .args(["--allow-net", "127.0.0.0/8", "--delay", "0ms", "--from", "2026-01-01"])
        .args(crate::support::PAGES_ALONE)
        .arg(server.url("/sitemap.xml"));
    expect_exit(&finish(command), DONE);
    let mut titles: Vec<String> = catalogue(&root).into_values().map(|row| row.title).collect();
    titles.sort();
    assert_eq!(titles, [0, 1, 2].map(|n| format!("Ngày hội đua thuyền lần thứ {n}")));
    assert!(server.requests(&path(3)).is_empty(), "last changed before the window");
    assert!(server.requests("/s-3.xml").is_empty(), "a file that is too old");
    assert!(captures(&root).iter().any(|seen| seen.url == server.url("/s-1.xml.gz")), "archived as it came");
    expect_exit(&finish(luutru(&root, "verify")), DONE);
}
