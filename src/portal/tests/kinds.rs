//! Every kind of pages, walked from its first page to its end.

use std::fmt::Write;

use super::{TITLES, framed, read_at, reader, titles, url};
use crate::config::{Count, ListSpec, Pages};
use crate::model::{Limits, PageMethod, PageRequest};
use crate::page::Media;
use crate::portal::{Cursor, ListReader, ListReading, Mode, Next, Step, StopReason, Walk, Window, first_request};

fn own(text: &str) -> String {
    text.to_owned()
}

fn list(path: &str, pages: Pages) -> ListSpec {
    ListSpec { pages: Some(pages), ..ListSpec::bare(&url(path)) }
}

fn text(reader: &ListReader, media: Media, request: &PageRequest, source: &str, cursor: &Cursor) -> ListReading {
    reader.read_text(media, &request.url, source.to_owned(), &Limits::default(), request, cursor)
}

fn page(reading: &ListReading) -> PageRequest {
    match &reading.next {
        Next::Page(request) => request.clone(),
        other => panic!("no further page: {other:?}"),
    }
}

fn body(request: &PageRequest) -> &str {
    match &request.method {
        PageMethod::Post { body, .. } => body,
        PageMethod::Get => panic!("a POST"),
    }
}

fn links(from: usize, to: usize) -> String {
    let mut out = String::from("<ul class=ds>");
    for (n, title) in TITLES.iter().enumerate().take(to).skip(from) {
        let _ = write!(out, "<li><a href='/tin/mot-bai-viet-{}.html'>{title}</a> 01/02/2024</li>", 8000 + n);
    }
    out + "</ul>"
}

/// A grid's page: state in hidden fields, a pager of form links.
fn web_form(number: usize, pager: &str) -> String {
    framed(&format!(
        "<form method=post action='./DanhSach.aspx' id=aspnetForm><input type=hidden name=__EVENTTARGET value=''>\
         <input type=hidden name=__VIEWSTATE value='/wE{number}+=='><input type=hidden name=__EVENTVALIDATION value='ev{number}'>\
         <select name=chuyenmuc><option value=1>Tất cả</option><option value=7 selected>Nông thôn mới</option></select>{}\
         <div class=phan-trang>{pager}</div></form>",
        links((number - 1) * 4, number * 4)
    ))
}

#[test]
fn forms_sent_back_with_their_state() {
    let reader = reader("/DanhSach.aspx", None);
    let pager = "<span>1</span><a href=\"javascript:__doPostBack('ctl00$trang','2')\">2</a>\
        <a href=\"javascript:__doPostBack('ctl00$trang','3')\">Cuối</a>";
    let first = read_at(&reader, "/DanhSach.aspx", 1, &web_form(1, pager), &Cursor::default());
    assert_eq!((first.family, titles(&first).len()), (Some("webforms"), 4));
    let request = page(&first);
    assert_eq!(request.url, url("/DanhSach.aspx"));
    assert_eq!(
        body(&request),
        "__EVENTTARGET=ctl00%24trang&__EVENTARGUMENT=2&__VIEWSTATE=%2FwE1%2B%3D%3D&__EVENTVALIDATION=ev1&chuyenmuc=7"
    );
    let pager = "<input type=submit onclick='WebForm_DoPostBackWithOptions(new WebForm_PostBackOptions(&quot;ctl00$sau&quot;, \
        &quot;&quot;, true))' value='Trang sau'>";
    let second = text(&reader, Media::Html, &request, &web_form(2, pager), &first.cursor);
    assert_eq!(titles(&second), TITLES[4..8]);
    let request = page(&second);
    assert!(body(&request).starts_with("__EVENTTARGET=ctl00%24sau&__EVENTARGUMENT=&__VIEWSTATE=%2FwE2"));
    let third = text(&reader, Media::Html, &request, &web_form(3, "<b>3</b>"), &second.cursor);
    assert!(matches!(third.next, Next::End(_)), "{:?}", third.next);
}

#[test]
fn a_site_files_form_event() {
    let rule = Pages::Postback { target: Some(own("ctl00$luoi")), argument: Some(own("Page${n}")) };
    let first = read_at(&reader("/a.aspx", Some(rule.clone())), "/a.aspx", 1, &web_form(1, ""), &Cursor::default());
    assert!(body(&page(&first)).starts_with("__EVENTTARGET=ctl00%24luoi&__EVENTARGUMENT=Page%242&"));
    let bare = read_at(&reader("/a.aspx", Some(rule)), "/a.aspx", 1, &framed(&links(0, 4)), &Cursor::default());
    assert!(matches!(&bare.next, Next::Cut(why) if why.contains("__VIEWSTATE")), "{:?}", bare.next);
}

#[test]
fn a_portal_that_wants_to_know_what_was_shown() {
    let rule = Pages::Exclusion {
        action: "/api/tin".to_owned(),
        fields: vec![("Site".to_owned(), "{Site}".to_owned())],
        ids: "DataIds[]".to_owned(),
        id: None,
    };
    let reader = reader("/tin", Some(rule));
    let source = framed(&format!("{}<script>var Site = 'xY3=';</script>", links(0, 4)));
    let first = read_at(&reader, "/tin", 1, &source, &Cursor::default());
    let request = page(&first);
    assert_eq!(
        body(&request),
        "Site=xY3%3D&DataIds%5B%5D=8000&DataIds%5B%5D=8001&DataIds%5B%5D=8002&DataIds%5B%5D=8003"
    );
    // The answer is a fragment, wrapped in JSON; one article is shown twice.
    let fragment = serde_json::json!({ "ok": true, "d": links(3, 7) }).to_string();
    let second = text(&reader, Media::Json, &request, &fragment, &first.cursor);
    assert_eq!(titles(&second), TITLES[3..7]);
    let request = page(&second);
    assert_eq!(body(&request).matches("DataIds").count(), 7);
    let last = text(&reader, Media::Html, &request, "<ul></ul>", &second.cursor);
    assert!(matches!(last.next, Next::End(_)), "{:?}", last.next);
}

#[test]
fn more_was_shown_than_can_be_told() {
    let rule = Pages::Exclusion {
        action: "/api".to_owned(),
        fields: Vec::new(),
        ids: "ids".to_owned(),
        id: Some(own(r"-(\d+)\.html")),
    };
    let cursor = Cursor { shown: (0..9_999).map(|n: u32| n.to_string()).collect(), ..Cursor::default() };
    let reading = read_at(&reader("/tin", Some(rule)), "/tin", 200, &framed(&links(0, 4)), &cursor);
    let step = Walk::new(Mode::Backfill, Window::default(), 900, cursor).step(&reading, 4);
    let Step::Stop(reason) = step else { panic!("{step:?}") };
    assert!(matches!(reason, StopReason::Cut(_)) && !reason.is_complete());
}

fn service(body: Option<&str>) -> Pages {
    Pages::Json {
        url: "/api/tin?trang={n}".to_owned(),
        body: body.map(str::to_owned),
        items: Some(own("data/list")),
        link: "/tin/{slug}-{id}.html".to_owned(),
        title: "ten".to_owned(),
        date: Some(own("ngay")),
        total: Some(own("data/pages")),
        count: Count { first: 0, step: 1 },
    }
}

fn answer(from: usize, to: usize) -> String {
    let item = |n: usize| serde_json::json!({ "id": 8000 + n, "slug": "mot-bai-viet", "ten": TITLES[n], "ngay": "/Date(1706750000000)/" });
    let list: Vec<_> = (from..to).map(item).collect();
    serde_json::json!({ "data": { "list": list, "pages": 2 } }).to_string()
}

#[test]
fn a_web_service_is_asked_at_once() {
    let first = first_request(&list("/tin", service(None)));
    assert_eq!((first.url.clone(), first.number), (url("/api/tin?trang=0"), 1));
    let reader = reader("/tin", Some(service(None)));
    let one = text(&reader, Media::Json, &first, &answer(0, 6), &Cursor::default());
    assert_eq!((titles(&one), one.total_pages), (TITLES[..6].to_vec(), Some(2)));
    assert_eq!(one.items[0].url, url("/tin/mot-bai-viet-8000.html"));
    assert_eq!(one.items[0].date.unwrap().date().to_string(), "2024-02-01");
    assert_eq!(page(&one).url, url("/api/tin?trang=1"));
    let two = text(&reader, Media::Text, &page(&one), &answer(6, 8), &one.cursor);
    assert_eq!(two.next, Next::End("page 2 is the last".to_owned()));
}

#[test]
fn a_frame_is_read_before_the_service_that_fills_it() {
    let rule = service(Some(r#"{"size":{PageSize|20},"token":"{token}","n":{n}}"#));
    let spec = list("/tin", rule.clone());
    assert_eq!(first_request(&spec), PageRequest::first(url("/tin")));
    let reader = reader("/tin", Some(rule));
    let frame = framed("<div id=app></div><script>var token = 'ab12'</script>");
    let mut walk = Walk::new(Mode::Backfill, Window::default(), 9, Cursor::default());
    let reading = text(&reader, Media::Html, &first_request(&spec), &frame, &Cursor::default());
    let Step::Continue(request) = walk.step(&reading, 0) else { panic!("{reading:?}") };
    assert_eq!((body(&request), request.number), (r#"{"size":20,"token":"ab12","n":0}"#, 2));
    let reading = text(&reader, Media::Json, &request, &answer(0, 6), walk.cursor());
    let Step::Continue(request) = walk.step(&reading, 6) else { panic!("{reading:?}") };
    assert!(body(&request).ends_with(r#""n":1}"#));
    let reading = text(&reader, Media::Json, &request, &answer(6, 8), walk.cursor());
    assert!(matches!(walk.step(&reading, 2), Step::Stop(StopReason::End(_))));
    let broken = text(&reader, Media::Html, &request, "<html>Lỗi máy chủ", walk.cursor());
    assert!(matches!(broken.next, Next::Cut(_)));
}

#[test]
fn json_kept_as_text_is_opened() {
    let rule = Pages::Json {
        url: "/tin.asmx/ListBaiviet".to_owned(),
        body: Some(own(r#"{"trang":{n}}"#)),
        items: Some(own("d")),
        link: "Url".to_owned(),
        title: "Ten".to_owned(),
        date: None,
        total: None,
        count: Count::default(),
    };
    let inner = format!(r#"[{{"Url":"/tin/mot-bai-viet-71.html","Ten":"{}"}}]"#, TITLES[0]);
    let source = serde_json::json!({ "d": inner }).to_string();
    let reader = reader("/tin", Some(rule.clone()));
    let reading = text(&reader, Media::Json, &first_request(&list("/tin", rule)), &source, &Cursor::default());
    assert_eq!(titles(&reading), TITLES[..1]);
}

#[test]
fn feeds_of_three_sorts() {
    let rss = "<?xml version='1.0'?><rss><channel><title>Tin xóm Đồi</title><item><title><![CDATA[Gặt &quot;lúa&quot; sớm]]></title>\
        <link> http://tinh.vn/tin/gat-lua-som-41.html </link><pubDate>Thứ Ba, 10 Jun 2025 04:00:00 GMT</pubDate></item>\
        <item><title>Cầu treo</title><guid isPermaLink='true'>http://tinh.vn/tin/cau-treo-moi-42.html</guid>\
        <pubDate>11/06/2025 09:30</pubDate></item><item><title>Khác</title><link>http://khac.vn/tin-nay-43.html</link></item></channel></rss>";
    let reader = reader("/rss/tin.rss", None);
    let request = PageRequest::first(url("/rss/tin.rss"));
    let reading = text(&reader, Media::Xml, &request, rss, &Cursor::default());
    assert_eq!(titles(&reading), ["Gặt \"lúa\" sớm", "Cầu treo"]);
    assert_eq!(reading.section.as_deref(), Some("Tin xóm Đồi"));
    assert_eq!(reading.items[0].date.unwrap().to_rfc3339(), "2025-06-10T11:00:00+07:00");
    assert_eq!(reading.items[1].date.unwrap().to_rfc3339(), "2025-06-11T09:30:00+07:00");
    assert!(matches!(reading.next, Next::End(_)));
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><link rel=\"next\" href=\"/atom?p=2\"/><entry><title>Chợ phiên</title>\
        <link rel=\"alternate\" href=\"/tin/cho-phien-44.html\"/><published>2025-06-12T20:00:00Z</published></entry></feed>";
    let reading = text(&reader, Media::Xml, &request, atom, &Cursor::default());
    assert_eq!((reading.items[0].url.clone(), page(&reading).url), (url("/tin/cho-phien-44.html"), url("/atom?p=2")));
    assert_eq!(reading.items[0].date.unwrap().date().to_string(), "2025-06-13");
}

#[test]
fn a_feed_that_puts_the_month_first_does_so_throughout() {
    let feed = |last: &str| {
        format!(
            "<rss><channel><item><title>Một</title><link>http://tinh.vn/tin/mot-viec-lang-41.html</link><pubDate>9/5/2026 1:30:00 PM</pubDate></item>\
             <item><title>Hai</title><link>http://tinh.vn/tin/hai-viec-lang-42.html</link><pubDate>{last} 8:00:00 AM</pubDate></item></channel></rss>"
        )
    };
    let dates = |source: &str| {
        let request = PageRequest::first(url("/rss/tin.rss"));
        let reading = text(&reader("/rss/tin.rss", None), Media::Xml, &request, source, &Cursor::default());
        reading.items.iter().map(|item| item.date.unwrap().date().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(dates(&feed("8/25/2026")), ["2026-09-05", "2026-08-25"]);
    assert_eq!(dates(&feed("25/4/2026")), ["2026-05-09", "2026-04-25"]);
    assert_eq!(dates(&feed("8/4/2026")), ["2026-05-09", "2026-04-08"]);
}

#[test]
fn a_sitemap_index_and_its_files() {
    let reader = reader("/sitemap.xml", Some(Pages::Sitemap));
    let mut walk = Walk::new(Mode::Crawl, Window::default(), 99, Cursor::default());
    let index = "<sitemapindex><sitemap><loc>http://tinh.vn/s-1.xml</loc></sitemap><sitemap><loc>http://tinh.vn/s-2.xml</loc>\
        </sitemap><sitemap><loc>http://tinh.vn/s-3.xml.gz</loc></sitemap></sitemapindex>";
    let first = PageRequest::first(url("/sitemap.xml"));
    let reading = text(&reader, Media::Xml, &first, index, &Cursor::default());
    let Step::Continue(request) = walk.step(&reading, 0) else { panic!("an index is no empty list") };
    assert_eq!(request.url, url("/s-1.xml"));
    let one = "<urlset><url><loc>http://tinh.vn/gioi-thieu</loc></url><url><loc>http://tinh.vn/tin/dua-thuyen-thung-51.html</loc>\
        <news:news><news:publication_date>2025-06-01T08:00:00+07:00</news:publication_date><news:title>Đua thuyền thúng</news:title>\
        </news:news><lastmod>2025-07-01</lastmod></url></urlset>";
    let reading = text(&reader, Media::Xml, &request, one, walk.cursor());
    assert_eq!(titles(&reading), ["Đua thuyền thúng"]);
    assert_eq!(reading.items[0].date.unwrap().date().to_string(), "2025-06-01");
    // Held already: the other file may hold what is new.
    let Step::Continue(request) = walk.step(&reading, 0) else { panic!("files without an age are all read") };
    let two =
        "<urlset><url><loc>http://tinh.vn/tin/mai-truong-moi-52.html</loc><lastmod>2025-07-01</lastmod></url></urlset>";
    let reading = text(&reader, Media::Xml, &request, two, walk.cursor());
    assert_eq!(reading.items[0].date, None, "a change is no publication");
    let Step::Continue(request) = walk.step(&reading, 1) else { panic!("a packed file is one like the others") };
    assert_eq!(request.url, url("/s-3.xml.gz"));
    let reading = text(&reader, Media::Xml, &request, two, walk.cursor());
    let Step::Stop(reason) = walk.step(&reading, 1) else { panic!("the last file") };
    assert!(reason.is_complete(), "{reason}");
}

#[test]
fn a_last_change_before_the_window_is_outside_it() {
    let reader = reader("/sitemap.xml", Some(Pages::Sitemap));
    let window = Window { from: Some("2025-06-01".parse().unwrap()), to: None };
    let first = PageRequest::first(url("/sitemap.xml"));
    let entry = |n: u32, day: &str| {
        format!("<url><loc>http://tinh.vn/tin/mai-truong-moi-{n}.html</loc><lastmod>{day}</lastmod></url>")
    };
    let set = |days: &[&str]| {
        let entries: String = days.iter().zip(51..).map(|(day, n)| entry(n, day)).collect();
        text(&reader, Media::Xml, &first, &format!("<urlset>{entries}</urlset>"), &Cursor::default()).items
    };
    let admitted = |days: &[&str]| set(days).iter().map(|item| window.admits(item)).collect::<Vec<_>>();
    assert_eq!(admitted(&["2025-05-31", "2025-06-01T08:00:00+07:00", "0001-01-01"]), [false, true, true]);
    assert_eq!(admitted(&["2025-05-31", "2025-05-31"]), [true, true], "a machine's stamp tells nothing");
    // Files in the order of their age: the first one that is too old ends the walk.
    let mut walk = Walk::new(Mode::Backfill, window, 99, Cursor::default());
    let index = "<sitemapindex><sitemap><loc>http://tinh.vn/s-1.xml</loc><lastmod>2025-05-01</lastmod></sitemap>        <sitemap><loc>http://tinh.vn/s-2.xml.gz</loc><lastmod>2025-06-05</lastmod></sitemap></sitemapindex>";
    let reading = text(&reader, Media::Xml, &first, index, &Cursor::default());
    let Step::Continue(request) = walk.step(&reading, 0) else { panic!("an index is no empty list") };
    assert_eq!(request.url, url("/s-2.xml.gz"));
    let one = format!("<urlset>{}</urlset>", entry(51, "2025-06-05"));
    let reading = text(&reader, Media::Xml, &request, &one, walk.cursor());
    assert!(matches!(walk.step(&reading, 1), Step::Stop(StopReason::OlderThan(_))));
}

#[test]
fn pages_that_count_articles() {
    let rule = Pages::Query { param: "start".to_owned(), count: Count { first: 0, step: 20 } };
    let reader = reader("/tin", Some(rule));
    let one = read_at(&reader, "/tin", 1, &framed(&links(0, 4)), &Cursor::default());
    assert_eq!(page(&one).url, url("/tin?start=20"));
    assert_eq!(reader.page(7, &one.cursor).unwrap().url, url("/tin?start=120"));
    assert!(super::reader("/tin", None).page(7, &one.cursor).is_none());
}
