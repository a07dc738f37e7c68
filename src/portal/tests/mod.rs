//! Pages for this room's tests.

mod course;
mod families;
mod generic;
mod kinds;
mod paging;
mod presets;
mod walking;

use url::Url;

use super::{Cursor, ListReader, ListReading};
use crate::config::{ListSpec, Pages, Site};
use crate::model::{Limits, PageRequest};
use crate::page::HtmlPage;

/// The host of all test pages.
pub(super) const HOST: &str = "http://tinh.vn";

/// Titles of no real article.
pub(super) const TITLES: [&str; 12] = [
    "Bà con xóm Đồi gặt xong vụ lúa sớm",
    "Khánh thành cây cầu treo qua suối Bạc",
    "Lớp học chữ buổi tối ở bản Na Khương",
    "Hội thi nấu cơm niêu của ba làng chài",
    "Trồng thêm hai nghìn gốc thông ven hồ",
    "Chợ phiên cuối năm mở sớm một tuần",
    "Đội bóng thiếu niên về nhì giải vùng cao",
    "Sửa mái trường tiểu học sau cơn giông",
    "Thuyền thúng đua trên đầm Sen Hồng",
    "Người giữ nghề làm đàn đá ở phố núi",
    "Xe buýt mới nối thị trấn với bến phà",
    "Tủ sách lưu động đến tám thôn xa",
];

/// The address of a list.
pub(super) fn url(path: &str) -> Url {
    Url::parse(HOST).unwrap().join(path).unwrap()
}

/// A list that nothing is said of.
pub(super) fn bare(path: &str) -> (ListSpec, Site) {
    let url = url(path);
    (ListSpec::bare(&url), Site::bare(&url).unwrap())
}

/// A reader of the list at `path`, with pages as told.
pub(super) fn reader(path: &str, pages: Option<Pages>) -> ListReader {
    let (mut list, site) = bare(path);
    list.pages = pages;
    ListReader::new(&list, &site).unwrap()
}

/// A page with a menu, `main` and a footer.
pub(super) fn framed(main: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><title>Tin trong tỉnh - Cổng thông tin</title></head><body>\
         <div id=top><ul class=menu><li><a href=/gioi-thieu-chung-ve-tinh>Giới thiệu chung về tỉnh nhà</a></li>\
         <li><a href=/tin-tuc-su-kien-trong-tinh>Tin tức và sự kiện trong tỉnh</a></li>\
         <li><a href=/co-cau-to-chuc-bo-may>Cơ cấu tổ chức bộ máy nhà nước</a></li></ul></div>\
         <div id=wrap>{main}</div>\
         <div class=footer><p>Cập nhật 01/01/2020</p><a href=/ban-quyen-va-dieu-khoan-su-dung>Bản quyền và điều khoản sử dụng</a></div>\
         </body></html>"
    )
}

/// Reads page `number` of the list, as answered at `at`.
pub(super) fn read_at(reader: &ListReader, at: &str, number: u32, source: &str, cursor: &Cursor) -> ListReading {
    let page = HtmlPage::parse(url(at), source.to_owned(), &Limits::default());
    let request = PageRequest { number, ..PageRequest::first(url(at)) };
    reader.read(&page, &request, cursor)
}

/// Reads the first page of a list at `path` that nothing is said of.
pub(super) fn read(path: &str, source: &str) -> ListReading {
    read_at(&reader(path, None), path, 1, source, &Cursor::default())
}

/// The titles of a reading.
pub(super) fn titles(reading: &ListReading) -> Vec<&str> {
    reading.items.iter().map(|item| item.title.as_str()).collect()
}
