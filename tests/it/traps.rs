//! Portals that answer 200 to any address: their relative links nest, their languages pile up, their filters multiply.

use std::path::Path;
use std::process::Output;

use luutru::archive::catalog::ArticleRecord;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{catalogue, expect_exit, finish, luutru, said};
use crate::raw::{RawServer, Sends};
use crate::support::PAGES_ALONE;

const ARTICLES: usize = 23;
const SIZE: usize = 5;
const TITLES: [&str; 5] = [
    "Ra quân nạo vét kênh mương",
    "Tập huấn chuyển đổi số",
    "Gặp mặt hộ làm ăn giỏi",
    "Sơ kết vụ lúa",
    "Khánh thành cầu",
];

fn title(n: usize) -> String {
    format!("{} tại thôn số {}", TITLES[n % TITLES.len()], n + 10)
}

fn article(n: usize) -> Sends {
    let title = title(n);
    let text = (0..8)
        .map(|part| {
            format!("<p>Sáng nay, bà con thôn số {} cùng nhau bàn việc làng lần thứ {}, {title}.</p>", n + 10, part + 1)
        })
        .collect::<Vec<_>>()
        .concat();
    let day = 28 - n;
    Sends::page(&format!(
        "<html><head><title>{title}</title></head><body><a href=\"vi\">Tiếng Việt</a> <a href=\"en\">English</a>\
         <h1>{title}</h1><div class=\"date\">{day:02}/05/2026 08:00</div><div class=\"body\">{text}</div></body></html>"
    ))
}

/// Links that only look like pages: filters, orders, languages.
fn filters() -> String {
    let years =
        (2015..2027).map(|year| format!("<a href=\"?nam={year}&thang=5\">{year}</a> ")).collect::<Vec<_>>().concat();
    let orders = "<a href=\"?sap-xep=moi-nhat\">Mới nhất</a> <a href=\"?sap-xep=xem-nhieu&trang=1\">Xem nhiều</a>";
    format!("<div class=\"filter\">{orders} {years}<a href=\"vi\">VI</a> <a href=\"en\">EN</a></div>")
}

/// The list's page of that number; `more` comes after the last one.
fn list(number: usize, next: Option<&str>) -> Sends {
    let items = (0..ARTICLES)
        .skip((number - 1) * SIZE)
        .take(SIZE)
        .map(|n| {
            let slug = format!("tin/bai-viet-trong-thon-{}.html", 1_000 + n);
            let day = 28 - n;
            format!("<li><h3><a href=\"{slug}\">{}</a></h3><span>{day:02}/05/2026</span></li>\n", title(n))
        })
        .collect::<Vec<_>>()
        .concat();
    let pager =
        next.map(|next| format!("<div class=\"pager\"><a href=\"{next}\">Trang sau</a></div>")).unwrap_or_default();
    Sends::page(&format!(
        "<html><head><title>Tin tức</title></head><body>{}<h1>Tin tức</h1><ul class=\"list\">\n{items}</ul>{pager}</body></html>",
        filters()
    ))
}

/// An article by the number at the end of the path, whatever stands before; a page of the list otherwise.
fn anything(path: &str, pages: impl Fn(usize) -> Sends) -> Option<Sends> {
    if path == "/robots.txt" {
        return None;
    }
    let path = path.trim_end_matches("/vi").trim_end_matches("/en");
    let id = path.strip_suffix(".html").and_then(|stem| stem.rsplit('-').next()?.parse::<usize>().ok());
    if let Some(id) = id {
        return Some(article(id - 1_000));
    }
    let number = path.trim_end_matches('/').rsplit_once("trang-").map_or(1, |(_, n)| n.parse().unwrap_or(1));
    Some(pages(number))
}

fn backfill(server: &RawServer, dir: &Path, list: &str) -> Output {
    let mut command = luutru(&dir.join("archive"), "backfill");
    command.arg(server.url(list)).args(["--allow-net", "127.0.0.0/8", "--delay", "0s", "--json"]).args(PAGES_ALONE);
    finish(command)
}

fn rows(dir: &TempDir) -> Vec<ArticleRecord> {
    catalogue(&dir.path().join("archive")).into_values().collect()
}

fn no_filter_was_followed(server: &RawServer) {
    for (path, times) in server.asked() {
        assert!(!path.contains(['?', '&']) && !path.ends_with("/vi") && !path.ends_with("/en"), "{path}");
        assert_eq!(times, 1, "{path}");
    }
}

#[test]
fn relative_links_that_nest_lose_nothing_and_end() {
    let last = ARTICLES.div_ceil(SIZE);
    let server = RawServer::answering(move |path| {
        anything(path, |number| {
            let next = format!("trang-{}/", number + 1);
            list(number, (number < last).then_some(next.as_str()))
        })
    });
    let dir = TempDir::new().unwrap();
    expect_exit(&backfill(&server, dir.path(), "/tin/"), 0);
    let mut titles: Vec<String> = rows(&dir).into_iter().map(|row| row.title).collect();
    let mut wanted: Vec<String> = (0..ARTICLES).map(title).collect();
    titles.sort();
    wanted.sort();
    assert_eq!(titles, wanted);
    no_filter_was_followed(&server);
    // The last page lies four levels deep.
    assert!(server.asked().contains_key("/tin/trang-2/trang-3/trang-4/trang-5/"), "{:?}", server.asked());
    assert_eq!(server.asked().len(), 1 + last + ARTICLES, "{:?}", server.asked());
}

#[test]
fn a_list_that_nests_without_end_ends_where_it_repeats_itself() {
    // Always one more page, one level deeper; past the end, the first one's articles.
    let last = ARTICLES.div_ceil(SIZE);
    let server = RawServer::answering(move |path| {
        anything(path, |number| {
            let next = format!("xem-them/trang-{}", number + 1);
            list(if number > last { 1 } else { number }, Some(&next))
        })
    });
    let dir = TempDir::new().unwrap();
    let output = backfill(&server, dir.path(), "/tin/muc");
    expect_exit(&output, 0);
    assert_eq!(rows(&dir).len(), ARTICLES);
    no_filter_was_followed(&server);
    let told: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(&output)));
    let stop = &told["sites"][0]["lists"][0]["stop"];
    assert_eq!(stop, "same-items", "{told}");
    // The first page's articles were met a second time, at other addresses: for nothing but their last round.
    assert!(server.asked().len() <= 1 + last + 1 + ARTICLES + SIZE, "{:?}", server.asked());
}

#[test]
fn a_list_that_is_new_at_every_depth_is_cut_with_a_line() {
    // A language more at each page.
    let server = RawServer::answering(|path| anything(path, |number| list(number, Some("vi/vi/trang-2"))));
    let dir = TempDir::new().unwrap();
    let output = backfill(&server, dir.path(), "/tin/muc");
    expect_exit(&output, 1);
    assert_eq!(rows(&dir).len(), SIZE);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["sites"][0]["lists"][0]["stop"], "cut", "{told}");
    let cap = told["sites"][0]["caps"][0].to_string();
    assert!(cap.contains("grows by itself"), "{told}");
}
