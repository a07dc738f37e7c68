//! Lists recognised on pages that nothing is known of.

use std::fmt::Write;

use super::{TITLES, bare, framed, read, titles};
use crate::model::StampSource;
use crate::portal::{Cursor, ListReader, Next};

fn link(n: usize) -> String {
    format!("/tin/bai-viet-thu-{n}-cua-huyen-{}.html", 7000 + n)
}

#[test]
fn cards_in_rows() {
    let mut main = String::from("<div class=cards>");
    for (row, pair) in TITLES[..8].chunks(2).enumerate() {
        main.push_str("<div class=row>");
        for (at, title) in pair.iter().enumerate() {
            let n = row * 2 + at;
            let _ = write!(
                main,
                "<div class='col col-{at}'><a href='{0}'><img alt='{title}'></a><h4><a href='{0}'>{title}</a></h4>\
                 <span>{n:02}/03/2024</span><p>Tóm tắt của bài viết này dài hơn một dòng một chút.</p></div>",
                link(n + 1),
                n = n + 1
            );
        }
        main.push_str("</div>");
    }
    main.push_str("</div>");
    let reading = read("/tin", &framed(&main));
    assert_eq!(titles(&reading), TITLES[..8]);
    let day = reading.items[2].date.unwrap();
    assert_eq!((day.to_rfc3339().as_str(), day.has_time), ("2024-03-03T00:00:00+07:00", false));
    assert_eq!(day.source, StampSource::List);
}

#[test]
fn a_table_without_dates() {
    let mut main = String::from("<table class=table><thead><tr><th>Tiêu đề</th></tr></thead><tbody>");
    for (n, title) in TITLES.iter().enumerate() {
        let _ = write!(
            main,
            "<tr><td>{n}</td><td><a href='{}?redirect=%2Ftin'>{title} ngày 2/3/2018</a></td></tr>",
            link(n)
        );
    }
    main.push_str("</tbody></table>");
    let reading = read("/van-ban", &framed(&main));
    assert_eq!(reading.items.len(), TITLES.len());
    assert!(reading.items.iter().all(|item| item.date.is_none()), "a title's date is not the item's");
}

#[test]
fn a_plain_list_with_dates_beside_a_box_of_much_read_news() {
    let mut main = String::from("<div class=main><h2>Tin trong tỉnh</h2><ul class=ds>");
    for (n, title) in TITLES[..6].iter().enumerate() {
        let _ = write!(main, "<li><a href='{}'>{title}</a> <i>(1{n}-02-2024 08:15)</i></li>", link(n));
    }
    main.push_str("</ul></div><div class=cot><h3>Đọc nhiều</h3><ul class=ds>");
    for (n, title) in TITLES[6..].iter().enumerate() {
        let _ = write!(main, "<li><a href='{}'>{title}</a> <i>(10-01-2024 09:00)</i></li>", link(50 + n));
    }
    main.push_str(
        "</ul></div><div class=tags><a href='/tag/mot-tu-khoa-dai-cua-trang'>một từ khoá dài của trang</a></div>",
    );
    let reading = read("/tin", &framed(&main));
    assert_eq!(titles(&reading), TITLES[..6]);
    assert!(reading.items.iter().all(|item| item.date.is_some_and(|date| date.has_time)));
}

#[test]
fn the_last_page_with_one_item_is_read_like_the_first() {
    let page = |from: usize, to: usize| {
        let mut main = String::from("<div class=main><div><ul>");
        for (n, title) in TITLES.iter().enumerate().take(to).skip(from) {
            let _ = write!(main, "<li><a href='{}'>{title}</a></li>", link(n));
        }
        main.push_str("</ul><p><a href='?page=2'>2</a></p></div></div><div class=cot><div><h3>Xem nhiều</h3><ul>");
        for (n, title) in TITLES[8..].iter().enumerate() {
            let _ = write!(main, "<li><a href='{}'>{title}</a></li>", link(60 + n));
        }
        framed(&(main + "</ul></div></div>"))
    };
    let reader = super::reader("/tin", None);
    let first = super::read_at(&reader, "/tin", 1, &page(0, 7), &Cursor::default());
    assert_eq!(titles(&first), TITLES[..7]);
    let last = super::read_at(&reader, "/tin?page=2", 2, &page(7, 8), &first.cursor);
    assert_eq!(titles(&last), TITLES[7..8]);
}

#[test]
fn a_first_item_set_apart_and_older_ones_below() {
    let mut main =
        format!("<div class=col><div class=top><h2><a href='{}'>{}</a></h2></div><ul class=mid>", link(0), TITLES[0]);
    for (n, title) in TITLES.iter().enumerate().take(7).skip(1) {
        let _ = write!(main, "<li><h3><a href='{}'>{title}</a></h3></li>", link(n));
    }
    main.push_str("</ul><h4>Các tin khác</h4><ul class=cu>");
    for (n, title) in TITLES.iter().enumerate().skip(7) {
        let _ = write!(main, "<li><a href='{}'>{title}</a> (01/02/2024)</li>", link(n));
    }
    main.push_str("</ul></div>");
    assert_eq!(titles(&read("/tin", &framed(&main))), TITLES);
}

#[test]
fn a_front_page_counts_every_article_and_no_section() {
    let mut main = String::new();
    for (group, box_of) in TITLES.chunks(3).enumerate() {
        let _ = write!(
            main,
            "<div class='box b{group}'><h3><a href='/chuyen-muc-so-cua-tinh-{group}'>Chuyên mục số {group} của tỉnh nhà</a></h3><ul>"
        );
        for (n, title) in box_of.iter().enumerate() {
            let _ = write!(
                main,
                "<li><a href='/muc-{group}/-/view_content/{}-bai-viet.html'>{title}</a></li>",
                900 + group * 10 + n
            );
        }
        main.push_str("</ul></div>");
    }
    let reading = read("/", &framed(&main));
    assert_eq!(titles(&reading), TITLES);
    assert!(matches!(reading.next, Next::End(_)));
}

#[test]
fn nothing_leaves_the_site_and_files_are_no_articles() {
    let mut main = String::from("<ul>");
    for (n, title) in TITLES.iter().enumerate() {
        let href = match n % 3 {
            0 => link(n),
            1 => format!("http://khac.vn{}", link(n)),
            _ => format!("/tep/bao-cao-tong-hop-quy-{n}.pdf"),
        };
        let _ = write!(main, "<li><a href='{href}'>{title}</a> 01/02/2024</li>");
    }
    main.push_str("</ul>");
    let reading = read("/tin", &framed(&main));
    assert_eq!(reading.items.len(), 4);
    assert!(reading.items.iter().all(|item| item.url.host_str() == Some("tinh.vn")));
}

#[test]
fn a_page_of_menus_is_no_list() {
    let reading = read("/gioi-thieu", &framed("<p>Trang đang được cập nhật nội dung.</p>"));
    assert!(reading.items.is_empty(), "{:?}", titles(&reading));
    assert!(!reading.why.is_empty());
}

#[test]
fn the_site_file_has_the_last_word() {
    let (mut list, mut site) = bare("/tin");
    list.item = Some("div.o".to_owned());
    list.link = Some("a.t".to_owned());
    list.date = Some("b".to_owned());
    list.section = Some("Tin huyện".to_owned());
    let main = "<div class=o><a class=k href=/x>Khác</a><a class=t href=/a>Ngắn</a><b>Ngày 05/06/2023</b><i>01/01/2001</i></div>\
                <div class=o><a class=t href=/b>Hai</a><b>06/06/2023</b></div><a class=t href=/c>Ngoài khối</a>";
    let reading = super::read_at(&ListReader::new(&list, &site).unwrap(), "/tin", 1, &framed(main), &Cursor::default());
    assert_eq!(titles(&reading), ["Ngắn", "Hai"]);
    assert_eq!(reading.items[0].date.unwrap().date().to_string(), "2023-06-05");
    assert_eq!(reading.section.as_deref(), Some("Tin huyện"));

    list.link = Some("a[".to_owned());
    let fault = ListReader::new(&list, &site).unwrap_err().to_string();
    assert!(fault.contains("`link`") && fault.contains("a["), "{fault}");
    site.family = Some("joomla".to_owned());
    list.link = None;
    assert!(ListReader::new(&list, &site).unwrap_err().to_string().contains("nukeviet"));
}

#[test]
fn readers_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<ListReader>();
}

#[test]
fn a_page_of_many_links_is_read_in_time() {
    let mut main = String::from("<div>");
    for n in 0..20_000 {
        let _ = write!(
            main,
            "<div class='k{}x'><p><a href='{}'>{}</a></p></div>",
            "y".repeat(n % 50),
            link(n),
            TITLES[n % 12]
        );
    }
    let reading = read("/tin", &framed(&(main + "</div>")));
    assert!(reading.items.len() <= 5000);
}
