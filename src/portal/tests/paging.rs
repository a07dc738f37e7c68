//! Further pages, by the site file and by the page's links.

use std::fmt::Write;

use super::{TITLES, framed, read, read_at, reader};
use crate::config::{Count, Pages};
use crate::portal::{Cursor, ListReading, Next};

fn items(first: usize) -> String {
    let mut out = String::from("<ul class=ds>");
    for (n, title) in TITLES.iter().enumerate().skip(first).take(4) {
        let _ = write!(out, "<li><a href='/tin/mot-bai-viet-{}.html'>{title}</a> 01/02/2024</li>", 8000 + n);
    }
    out + "</ul>"
}

fn next(path: &str, pager: &str) -> String {
    told(&read(path, &framed(&format!("{}<div class=phan-trang>{pager}</div>", items(0)))))
}

fn told(reading: &ListReading) -> String {
    match &reading.next {
        Next::Page(request) => request.url.as_str().trim_start_matches(super::HOST).to_owned(),
        Next::End(why) => format!("end: {why}"),
        Next::Cut(why) => format!("cut: {why}"),
    }
}

#[test]
fn links_of_many_pagers() {
    assert_eq!(
        next("/tin", "<b>1</b> <a href='?page=2'>2</a> <a href='?page=3'>3</a> <a href='?page=37'>»</a>"),
        "/tin?page=2"
    );
    assert_eq!(
        next("/tin", "<a href='?page=0'>1</a><a href='?page=1'>2</a><a href='?page=1'>Trang sau</a>"),
        "/tin?page=1"
    );
    assert_eq!(next("/tin", "<a href='/tin/trang-2.html'>Tiếp »</a>"), "/tin/trang-2.html");
    assert_eq!(
        next("/tin-c7-1.html", "<a href='/tin-c7-9.html'>Cuối</a><a href='/tin-c7-2.html'>&gt;</a>"),
        "/tin-c7-2.html"
    );
    assert_eq!(next("/tin", "<a rel=next href='?tiep=abc'>…</a>"), "/tin?tiep=abc");
    assert_eq!(next("/tin?loai=7", "<a href='/tin?loai=7&amp;pageindex=2'>Next</a>"), "/tin?loai=7&pageindex=2");
}

#[test]
fn what_leads_nowhere() {
    for pager in [
        "<a href='http://khac.vn/tin?page=2'>2</a>",
        "<a href='/tin'>Tiếp</a>",
        "<a href='javascript:__doPostBack()'>2</a>",
        "<a href='?page=37'>»</a>",
    ] {
        assert!(next("/tin", pager).starts_with("end: "), "{pager}: {}", next("/tin", pager));
    }
    let grown = next("/tin", "<a href='/tin/vi/vi'>Tiếp</a>");
    assert!(grown.starts_with("cut: the next page's address grows by itself"), "{grown}");
    let mut calendar = String::from("<table>");
    for day in 1..=31 {
        let _ = write!(calendar, "<td><a href='/tin?d={day}'>{day}</a></td>");
    }
    let reading = read("/tin", &framed(&format!("{}{calendar}</table>", items(0))));
    assert!(told(&reading).starts_with("end: "), "{}", told(&reading));
}

#[test]
fn the_site_files_rules() {
    let page = framed(&items(0));
    let after = |pages, path: &str| told(&read_at(&reader(path, Some(pages)), path, 1, &page, &Cursor::default()));
    let query = |first| Pages::Query { param: "PageIndex".to_owned(), count: Count { first, step: 1 } };
    assert_eq!(after(query(1), "/tin?a=1"), "/tin?a=1&PageIndex=2");
    assert_eq!(after(query(0), "/tin"), "/tin?PageIndex=1");
    assert_eq!(after(Pages::Path { template: "page-{n}".to_owned(), count: Count::default() }, "/tin/"), "/tin/page-2");
    assert!(after(Pages::Single, "/tin").starts_with("end: "));
    assert!(after(Pages::Next { selector: "a.sau".to_owned() }, "/tin").starts_with("end: "));
    let form = Pages::Form {
        action: "/doc".to_owned(),
        fields: vec![("p".to_owned(), "{n}-{khong_co}".to_owned())],
        json: false,
        total: None,
        count: Count::default(),
    };
    assert!(after(form, "/tin").contains("khong_co"));
}

#[test]
fn an_empty_page_ends_the_list() {
    let rule = Pages::Query { param: "p".to_owned(), count: Count::default() };
    let reading =
        read_at(&reader("/tin", Some(rule)), "/tin?p=9", 9, &framed("<p>Không có tin nào.</p>"), &Cursor::default());
    assert!(told(&reading).starts_with("end: no articles"));
}
