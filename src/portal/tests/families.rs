//! The families' skeletons.

use std::fmt::Write;

use super::{TITLES, framed, read, read_at, reader, titles, url};
use crate::model::{Limits, PageMethod, PageRequest};
use crate::page::HtmlPage;
use crate::portal::{Cursor, ListReading, Next};

fn next_url(reading: &ListReading) -> String {
    match &reading.next {
        Next::Page(request) => request.url.to_string(),
        Next::End(why) | Next::Cut(why) => format!("end: {why}"),
    }
}

fn vnpt_items(from: usize, to: usize) -> String {
    let mut out = String::new();
    for (n, title) in TITLES.iter().enumerate().take(to).skip(from) {
        let _ = write!(
            out,
            "<li class=row><div class=col-lg-2><a href='/chinh-tri/bai-{n}-70012{n}'><img class=image></a></div><div class=col-lg-10>\
             <h2 class=Title><a href='/chinh-tri/bai-{n}-70012{n}'>{title}</a></h2><div class=Ngaydang>(11/10/2021)</div><p>sapo</p></div></li>"
        );
    }
    out
}

#[test]
fn vnpt_pages_by_its_own_form() {
    let first = framed(&format!(
        "<div class=UIArticleInMenu_Default><ul class=ArticleList>{}</ul><ul class=pagination><li class='page-item page-number active' \
         data-page=1><a class=page-link href='javascript:void(0)'>1</a></li></ul></div><div class=UIListNews_Default><h3>Tin nổi bật</h3>\
         <ul><li><h4><a href='/kinh-te/khac-han-mot-bai-700999'>Một bài khác hẳn ở chuyên mục khác</a></h4></li></ul></div>\
         <script>data: {{ article_category_id: 4210, categoryIds: \"4210,4211\", site_id: 31, page: page, page_size: 4 }}; \
         var maxPage = parseInt(3);</script>",
        vnpt_items(0, 4)
    ));
    let reader = reader("/chinh-tri", None);
    let reading = read_at(&reader, "/chinh-tri", 1, &first, &Cursor::default());
    assert_eq!((reading.family, reading.total_pages), (Some("vnpt"), Some(3)));
    assert_eq!(titles(&reading), TITLES[..4]);
    let Next::Page(request) = reading.next.clone() else { panic!("{:?}", reading.next) };
    let PageMethod::Post { content_type, body } = &request.method else { panic!("a POST") };
    assert!(content_type.starts_with("application/x-www-form-urlencoded"));
    assert!(
        body.starts_with("article_category_id=4210&categoryIds=4210%2C4211&site_id=31&page=2&page_size=4&"),
        "{body}"
    );
    assert!(body.contains("&no=-4&"), "{body}");

    let page = HtmlPage::parse(request.url.clone(), vnpt_items(4, 8), &Limits::default());
    let second = reader.read(&page, &request, &reading.cursor);
    assert_eq!(titles(&second), TITLES[4..8]);
    assert_eq!(second.items[0].url, url("/chinh-tri/bai-4-700124"));
    let Next::Page(request) = second.next.clone() else { panic!("{:?}", second.next) };
    assert!(matches!(&request.method, PageMethod::Post { body, .. } if body.contains("&page=3&")));
    let page = HtmlPage::parse(request.url.clone(), vnpt_items(8, 9), &Limits::default());
    let third = reader.read(&page, &request, &second.cursor);
    assert_eq!((titles(&third).len(), third.items[0].date.is_some()), (1, true));
    assert!(matches!(third.next, Next::End(_)));
}

fn nukeviet(number: usize) -> String {
    let mut out = String::from("<meta name=generator content=\"NukeViet v4.5\"><div class=news_column>");
    let at = (number - 1) * 4;
    for (n, title) in TITLES.iter().enumerate().take(at + 4).skip(at) {
        let _ = write!(
            out,
            "<div class='panel panel-default'><div class=panel-body><a href='/vi/news/que/bai-{n}-{}.html'><img></a><h3>\
             <a href='/vi/news/que/bai-{n}-{0}.html'>{title}</a></h3><ul class=list-inline><li> 19/11/2021 09:35:00</li><li>Đã xem: 1094</li></ul></div></div>",
            n + 5
        );
    }
    out.push_str("</div><h4>Các tin khác</h4><ul class='related list-items'>");
    for (n, title) in TITLES.iter().enumerate().take(at + 7).skip(at + 4) {
        let _ =
            write!(out, "<li><a href='/vi/news/que/bai-{n}-{}.html'>{title} <em>(18/11/2021) </em></a></li>", n + 5);
    }
    let _ = write!(
        out,
        "</ul><ul class=pagination><li><a href='/vi/news/que/'>1</a></li><li><a href='/vi/news/que/page-2'>2</a></li>\
         <li><a href='/vi/news/que/page-3'>3</a></li><li><a title='Trang sau' href='/vi/news/que/page-{}'>»</a></li></ul>",
        number + 1
    );
    framed(&out)
}

#[test]
fn nukeviet_lists_older_items_once_and_ends_where_it_is_sent_back() {
    let reader = reader("/vi/news/que/", None);
    let first = read_at(&reader, "/vi/news/que/", 1, &nukeviet(1), &Cursor::default());
    assert_eq!(first.family, Some("nukeviet"));
    assert_eq!(titles(&first), TITLES[..7]);
    assert_eq!(first.items[6].date.unwrap().date().to_string(), "2021-11-18");
    assert_eq!(next_url(&first), "http://tinh.vn/vi/news/que/page-2");
    let second = read_at(&reader, "/vi/news/que/page-2", 2, &nukeviet(2), &first.cursor);
    assert_eq!(titles(&second), TITLES[4..11]);
    assert_eq!(next_url(&second), "http://tinh.vn/vi/news/que/page-3");

    let page = HtmlPage::parse(url("/vi/news/que/"), nukeviet(1), &Limits::default());
    let request = PageRequest { number: 4, ..PageRequest::first(url("/vi/news/que/page-4")) };
    let back = reader.read(&page, &request, &second.cursor);
    assert!(back.sent_back && back.repeated);
}

fn liferay(number: usize, next: &str, pages: usize) -> String {
    let mut out = String::from("<script>Liferay.ThemeDisplay={}</script><div class=portlet-asset-publisher>");
    let at = (number - 1) * 5;
    for (n, title) in TITLES.iter().enumerate().take(at + 5).skip(at) {
        let _ = write!(
            out,
            "<div class=asset-abstract><h3 class=asset-title><a href='/web/guest/-/bai-viet-so-{n}?inheritRedirect=false'>{title}</a></h3>\
             <span class=metadata-publish-date>10/06/21</span><div class=asset-more><a href='/web/guest/-/bai-viet-so-{n}?inheritRedirect=false'>Đọc tiếp Về {title} »</a></div></div>"
        );
    }
    out.push_str("<ul class='pager lfr-pagination-buttons'>");
    let query =
        "p_p_id=101_INSTANCE_Ab3&p_p_lifecycle=0&p_p_col_count=1&_101_INSTANCE_Ab3_delta=5&_101_INSTANCE_Ab3_cur";
    if number < pages {
        let _ = write!(
            out,
            "<li><a href='?{query}={}'>{next}</a></li><li><a href='?{query}={pages}'>Cuối cùng →</a></li>",
            number + 1
        );
    } else {
        let _ = write!(
            out,
            "<li class=disabled><a href='javascript:;'>{next}</a></li><li><a href='?{query}=1'>← First</a></li>"
        );
    }
    out.push_str("</ul></div>");
    framed(&out)
}

#[test]
fn liferay_pages_in_two_languages() {
    let reader = reader("/web/guest/tin", None);
    let first = read_at(&reader, "/web/guest/tin", 1, &liferay(1, "Tiếp", 3), &Cursor::default());
    assert_eq!((first.family, first.total_pages), (Some("liferay"), Some(3)));
    assert_eq!(titles(&first), TITLES[..5]);
    assert!(next_url(&first).ends_with("_cur=2"), "{}", next_url(&first));
    let at = url(&next_url(&first));
    let second = read_at(&reader, at.as_str(), 2, &liferay(2, "Next", 3), &first.cursor);
    assert!(next_url(&second).ends_with("_cur=3"), "{}", next_url(&second));
    let third = read_at(&reader, &next_url(&second), 3, &liferay(3, "Next", 3), &second.cursor);
    assert_eq!(titles(&third), TITLES[10..]);
    assert!(matches!(third.next, Next::End(_)));
}

#[test]
fn a_familys_name_does_not_hide_another_list() {
    let mut table = String::from("<script>Liferay.ThemeDisplay={}</script><table><tbody>");
    for (n, title) in TITLES.iter().enumerate() {
        let _ = write!(
            table,
            "<tr><td><a href='/dat/-/view_content/{}-bai.html?redirect=%2Fdat'>{title}</a></td></tr>",
            40 + n
        );
    }
    table.push_str("</tbody></table>");
    assert_eq!(titles(&read("/dat", &framed(&table))), TITLES);
}
