//! Families beyond the first three: lists, addresses, and what folds in them.

use std::fmt::Write;

use proptest::prelude::*;
use url::Url;

use super::{TITLES, framed, read, read_at, reader, titles, url};
use crate::config::FAMILIES;
use crate::page::Media;
use crate::portal::{Cursor, ListReading, Next, article_key, canonical};

fn next_url(reading: &ListReading) -> String {
    match &reading.next {
        Next::Page(request) => request.url.to_string(),
        Next::End(why) | Next::Cut(why) => panic!("{why}"),
    }
}

fn each(from: usize, to: usize, line: impl Fn(usize, &str) -> String) -> String {
    let mut out = String::new();
    for (n, title) in TITLES.iter().enumerate().take(to).skip(from) {
        let _ = writeln!(out, "{}", line(n, title));
    }
    out
}

#[test]
fn tandan_tells_articles_by_their_day() {
    let items = each(0, 6, |n, title| {
        format!(
            "<li class=channel-news-item><div class=channel-news-info><h3 class=channel-news-title><a href='/portal/Pages/2023-11-{}/Khoi-{n}vi5x.aspx'>\
             {title}</a></h3><span class=date>{0:02}-11-2023</span></div></li>",
            9 - n
        )
    });
    let page = framed(&format!(
        "<ul>{}</ul><ul class=channel-news-list>{items}</ul><div class=paging><span class=CurrentPage>1</span><a href='?PageIndex=2'>2</a>\
         <a href='?PageIndex=2'>Tiếp</a></div><script>var _spPageContextInfo={{}};__doPostBack('a','b')</script><input name=__VIEWSTATE>",
        each(0, 6, |n, title| format!("<li><a href='/portal/Pages/Gioi-thieu-ve-mot-noi-{n}.aspx'>{title}</a></li>"))
    ));
    let reading = read("/portal/Pages/Tin-tuc-su-kien.aspx", &page);
    assert_eq!((reading.family, titles(&reading)), (Some("tandan"), TITLES[..6].to_vec()));
    assert_eq!(reading.items[0].date.unwrap().date().to_string(), "2023-11-09");
    assert!(next_url(&reading).ends_with("?PageIndex=2"));
}

#[test]
fn uploadid_pages_by_path() {
    let items = each(0, 5, |n, title| {
        format!(
            "<article class='detailType2 Article-News'><figure><a href='/bai-{n}-moi-c27{n}.html'><img data-original='/publish/thumbnail/27013/x.jpg'></a></figure>\
             <div class=post-title><h4 class=entry-title><a class='article-title common-title' href='/bai-{n}-moi-c27{n}.html'>{title}</a></h4></div>\
             <time class='post-date updated' datetime='2025-10-30T10:31:51+07:00'>30/10/2025</time></article>"
        )
    });
    let page = framed(&format!(
        "<section class='section-list Article-Detail-default'>{items}</section><div class=wrapper-pagination><span class=current>1</span>\
         <a href='/chuyen-muc-nong-nghiep-c217-2.html'>2</a><a class=next-pages href='/chuyen-muc-nong-nghiep-c217-2.html'>›</a></div>"
    ));
    let reading = read("/chuyen-muc-nong-nghiep-c217-1.html", &page);
    assert_eq!((reading.family, titles(&reading)), (Some("uploadid"), TITLES[..5].to_vec()));
    assert_eq!(reading.items[0].date.unwrap().to_rfc3339(), "2025-10-30T10:31:51+07:00");
    assert!(next_url(&reading).ends_with("-c217-2.html"));
}

#[test]
fn papers_with_a_folder_for_each_month() {
    let items = each(0, 6, |n, title| {
        format!(
            "<div class=tin><a href='/van-hoa/202010/bai-so-{n}-302541{n}/'>{title}</a><span>15/10/2020</span></div>"
        )
    });
    let others = each(0, 8, |n, title| format!("<li><a href='/chuyen-de/mot-chuyen-de-dai-{n}'>{title}</a></li>"));
    let page = framed(&format!(
        "<ul>{others}</ul><div class=ds>{items}</div><div class=pagination><a href='/van-hoa/?paged=2'>2</a></div>"
    ));
    let reading = read("/van-hoa/", &page);
    assert_eq!((reading.family, titles(&reading)), (Some("yyyymm"), TITLES[..6].to_vec()));
    assert!(next_url(&reading).ends_with("/van-hoa/?paged=2"));
}

#[test]
fn ims_sends_the_numbers_back() {
    let items = |from, to| {
        each(from, to, |n, title| {
            format!(
                "<div class=item><a href='/tin/bai-{n}-425080821502129{n}.htm'>{title}</a><span>08/08/2025</span></div>"
            )
        })
    };
    let page = framed(&format!(
        "<div class=list-news>{}</div><script>$.post('/api/NewsZone/NewsZone', {{ Catname: 'q0==', LanguageId: 'zz', Site: 's/', DataIds: [] }})</script>",
        items(0, 3)
    ));
    let reader = reader("/tin.htm", None);
    let first = read_at(&reader, "/tin.htm", 1, &page, &Cursor::default());
    assert_eq!((first.family, titles(&first)), (Some("ims"), TITLES[..3].to_vec()));
    let Next::Page(request) = &first.next else { panic!("{:?}", first.next) };
    let crate::model::PageMethod::Post { body, .. } = &request.method else { panic!("a POST") };
    assert!(
        body.starts_with(
            "PageIndex=2&PageSize=20&Catname=q0%3D%3D&LanguageId=zz&Site=s%2F&DataIds%5B%5D=4250808215021290&"
        ),
        "{body}"
    );
    let limits = crate::model::Limits::default();
    let second = reader.read_text(Media::Html, &request.url, items(3, 6), &limits, request, &first.cursor);
    assert_eq!((titles(&second), second.cursor.shown.len()), (TITLES[3..6].to_vec(), 6));
}

#[test]
fn liferay_lists_that_a_resource_fills() {
    let page = framed(
        "<div class=portlet-boundary></div><script>Liferay.ThemeDisplay={}; \
         var o = { loadPageURL: 'http:\\/\\/tinh.vn\\/tin?p_p_id=x\\x26p_p_resource_id=loadPage', recordPerPage: 12 }</script>",
    );
    let reader = reader("/tin", None);
    let first = read_at(&reader, "/tin", 1, &page, &Cursor::default());
    let Next::Page(request) = &first.next else { panic!("{:?}", first.next) };
    assert_eq!(request.url, url("/tin?p_p_id=x&p_p_resource_id=loadPage"));
    let answer = format!(
        r#"{{"items":[{{"id":7,"title":"{}","createdDate":"2025-03-01 08:00:00","urlDetail":"/web/guest/-/gat-lua-som"}}],"totalPageNum":1}}"#,
        TITLES[0]
    );
    let limits = crate::model::Limits::default();
    let second = reader.read_text(Media::Json, &request.url, answer, &limits, request, &first.cursor);
    assert_eq!((titles(&second), second.family), (TITLES[..1].to_vec(), Some("liferay")));
    assert_eq!(second.next, Next::End("page 1 is the last".to_owned()));
}

#[test]
fn one_article_has_one_key() {
    for (family, twins) in [
        (
            "vnpt",
            &["http://tinh.vn/chinh-tri/gat-lua-700123", "https://www.tinh.vn/chinh-tri/gat-lua-700123/?fbclid=x"][..],
        ),
        (
            "tandan",
            &[
                "http://tinh.vn/portal/pages/2023-11-9/Gat-lua.aspx",
                "http://tinh.vn:443/portal/Pages/2023-11-9/Gat-lua.aspx?Source=x",
            ],
        ),
        (
            "liferay",
            &[
                "http://tinh.vn/web/guest/-/gat-lua",
                "http://tinh.vn/vi/web/guest/-/gat-lua;jsessionid=9A?inheritRedirect=false&redirect=%2Ftin",
                "http://tinh.vn/web/guest/tin/-/asset_publisher/Ab3/content/gat-lua?p_p_state=maximized",
                "http://tinh.vn/pop_up?p_p_id=101&_101_viewMode=print&_101_urlTitle=gat-lua",
            ],
        ),
        ("uploadid", &["http://tinh.vn/gat-lua-c2711.html", "http://tinh.vn/nong-nghiep/gat-lua-som-c2711.html"]),
        (
            "nukeviet",
            &[
                "http://tinh.vn/vi/news/thoi-su/gat-lua-26499.html",
                "http://tinh.vn/index.php/vi/news/thoi-su/gat-lua-26499.html?nocache=1",
                "http://tinh.vn/vi/news/print/thoi-su/gat-lua-26499.html",
            ],
        ),
        (
            "yyyymm",
            &["http://bao.vn/van-hoa/202010/gat-lua-3025414/", "http://bao.vn/xa-hoi/202010/gat-lua-som-3025414"],
        ),
        ("webforms", &["http://tinh.vn/mDefault.aspx?sid=4&id=7", "http://tinh.vn/default.aspx?id=7&sid=4"]),
        (
            "ims",
            &["http://tinh.vn/tin/gat-lua-4250808215021297.htm", "http://m.tinh.vn/xa/gat-lua-4250808215021297.htm"],
        ),
        ("hemera", &["http://bao.vn/gat-lua-post123456.html", "http://bao.vn/gat-lua-som-post123456.amp"]),
        ("drupal", &["http://tinh.vn/tin/gat-lua?page=0", "https://www.tinh.vn/tin/gat-lua/"]),
        ("wordpress", &["http://tinh.vn/2025/06/gat-lua/", "http://tinh.vn/2025/06/gat-lua/?amp=1&replytocom=5"]),
        ("dnn", &["http://tinh.vn/tin/gat-lua?dnnprintmode=true", "http://tinh.vn/tin/gat-lua"]),
        (
            "sharepoint",
            &[
                "http://tinh.vn:443/Lists/Tin/Xem.aspx?ItemID=5",
                "http://tinh.vn/Lists/Tin/Xem.aspx?ItemID=5&Source=%2F",
            ],
        ),
    ] {
        let key = |twin: &str| article_key(&Url::parse(twin).unwrap(), Some(family));
        for twin in twins {
            assert_eq!(key(twin), key(twins[0]), "{family}: {twin}");
        }
    }
}

#[test]
fn two_articles_have_two_keys() {
    for (family, one, other) in [
        ("vnpt", "http://a.vn/tin/hop-lan-thu-12", "http://a.vn/tin/khen-lan-thu-12"),
        ("nukeviet", "http://a.vn/vi/news/que/gat-lua-12.html", "http://a.vn/vi/doan-the/que/gat-lua-12.html"),
        ("nukeviet", "http://a.vn/vi/news/que/gat-lua-12.html", "http://a.vn/en/news/que/gat-lua-12.html"),
        ("liferay", "http://a.vn/web/so-y/-/thong-bao", "http://a.vn/web/so-tai/-/thong-bao"),
        ("webforms", "http://a.vn/Default.aspx?id=7", "http://a.vn/Default.aspx?id=8"),
        ("sharepoint", "http://a.vn/Lists/Tin/Xem.aspx?ItemID=5", "http://a.vn/Lists/Tin/Xem.aspx?ItemID=6"),
        ("wordpress", "http://a.vn/?p=51", "http://a.vn/?p=52"),
    ] {
        let key = |url: &str| article_key(&Url::parse(url).unwrap(), Some(family));
        assert_ne!(key(one), key(other), "{family}");
    }
}

proptest! {
    /// What a visit adds to an address never makes another article of it, whatever the family.
    #[test]
    fn visits_add_nothing(
        path in "(/(vi|tin|2023-11-9|202010|web|guest|-|w|Pages)){0,3}/(gat-lua-[0-9]{4,16}|bai-c[0-9]{3}|tin-post[0-9]{4})(\\.html|\\.htm|\\.aspx)?",
        twin in prop::sample::select(vec!["?fbclid=Iw", "?utm_source=zalo&utm_medium=x", "#top", ";jsessionid=9A", "?_ga=1"]),
        front in prop::sample::select(vec!["http://tinh.vn", "https://tinh.vn", "https://www.tinh.vn:443", "http://tinh.vn:443"]),
        family in prop::sample::select(FAMILIES.iter().map(|(name, _)| *name).collect::<Vec<_>>()),
    ) {
        let plain = Url::parse(&format!("http://tinh.vn{path}")).unwrap();
        let met = Url::parse(&format!("{front}{path}{twin}")).unwrap();
        prop_assert_eq!(article_key(&met, Some(family)), article_key(&plain, Some(family)));
        let folded = Url::parse(canonical(&met, Some(family)).as_str()).unwrap();
        prop_assert_eq!(article_key(&folded, Some(family)), article_key(&met, Some(family)));
    }
}
