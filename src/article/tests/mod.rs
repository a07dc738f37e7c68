#![allow(clippy::unwrap_used, clippy::panic, clippy::format_collect)]

mod dates;
mod fingerprint;
mod form;
mod lexicon;
mod pages;
mod refusals;

use url::Url;

use super::*;
use crate::config::ArticleSpec;
use crate::model::Limits;
use crate::page::HtmlPage;

fn hint() -> Hint<'static> {
    Hint { title: None, date: None, section: None, status: 200, now: "2026-03-10T02:00:00Z".parse().unwrap() }
}

fn read_with(spec: &ArticleSpec, address: &str, source: &str, hint: &Hint<'_>) -> Reading {
    let page = HtmlPage::parse(Url::parse(address).unwrap(), source.to_owned(), &Limits::default());
    ArticleReader::new(spec).unwrap().read(&page, hint)
}

fn read(source: &str) -> Reading {
    read_with(&ArticleSpec::default(), "https://cong.example.vn/tin-tuc/bai-1.html", source, &hint())
}

pub(super) fn article(source: &str) -> Article {
    match read(source) {
        Reading::Article(article) => *article,
        Reading::NotArticle(cause) => panic!("not an article: {}", cause.cause()),
    }
}

/// A page of the plainest kind around a body.
fn page(head: &str, body: &str) -> String {
    format!(
        "<html lang=vi><head><title>Khánh thành trạm bơm tiêu úng phía nam - Tin tức - Cổng thông tin</title></head><body>\
         <div id=menu><ul><li><a href=/a>Trang chủ</a></li><li><a href=/b>Tin tức</a></li><li><a href=/c>Văn bản mới</a></li></ul></div>\
         <div class=main><h1>Khánh thành trạm bơm tiêu úng phía nam</h1>{head}<div class=noidung>{body}</div>\
         <div><h3>Tin liên quan</h3><ul><li><a href=/x1>Một bản tin khác nói về chuyện đắp đê ngăn lũ</a></li>\
         <li><a href=/x2>Thêm một bản tin khác nữa về mùa vụ đông xuân</a></li></ul></div></div>\
         <div id=footer><p>Cơ quan chủ quản: Văn phòng</p><p>Địa chỉ: số 1 đường Bờ Sông</p></div></body></html>"
    )
}

/// The same around another title.
pub(super) fn page_of(title: &str, body: &str) -> String {
    page("", body).replace("Khánh thành trạm bơm tiêu úng phía nam", title)
}

const FIRST: &str =
    "Sáng 5/3, huyện cắt băng khánh thành trạm bơm tiêu úng phía nam sau mười bốn tháng xây dựng liên tục.";
const SECOND: &str =
    "Trạm có bốn tổ máy, tiêu nước cho gần hai nghìn héc-ta ruộng trũng của sáu xã nằm dọc theo bờ tả con sông.";
const THIRD: &str =
    "Người dân vùng trũng cho biết, từ nay họ không còn phải tát nước bằng tay mỗi khi mưa lớn kéo dài nhiều ngày.";
