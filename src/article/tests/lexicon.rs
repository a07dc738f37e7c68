use super::*;
use crate::article::lexicon::phrase;

#[test]
fn the_furniture_of_portals_is_known_as_whole_lines() {
    let lines = "Trang chủ; Giới thiệu; Liên hệ; Sơ đồ cổng; Đăng nhập; Đăng ký; Tìm kiếm; Thực đơn; Menu; Tiếng Việt; English; RSS; Lên top; \
        Lên đầu trang; Về đầu trang; Go top; Trở về; Quay lại; Xem tiếp…; Xem thêm; Xem tất cả; Chi tiết; Đọc tiếp; In trang; In bài viết; \
        In ra; In bài viết này; Bản in; Gửi email; Gửi cho bạn bè; Giới thiệu bài viết cho bạn bè; Lưu bài; Lưu file; Chia sẻ:; Cỡ chữ; A+ A-; \
        100%; Độ tương phản; Nghe bài viết; Đọc bài; Nữ miền Bắc; Nam miền Nam; 0:00 / 0:00; Zalo; Facebook; Tweet; Thích; \
        Your browser does not support the video tag; Tin cùng chuyên mục; Tin liên quan; Bài viết liên quan; Các tin khác; Tin đã đưa; \
        Những tin mới hơn; Những tin cũ hơn; Tin mới nhất; Tin đọc nhiều; Đọc thêm; Sự kiện nổi bật; Theo dòng sự kiện; Từ khóa; Từ khoá:; Tags; \
        Ý kiến bạn đọc; Bình luận (30); Gửi bình luận; Mã xác nhận; Đánh giá bài viết; Tổng số điểm của bài viết là: 5; Click để đánh giá; \
        Thăm dò ý kiến; Bình chọn Xem kết quả; Đánh giá mức độ hài lòng của bạn; Thống kê truy cập; Đang online: 3; Hôm nay: 12; Trong tuần 90; \
        Tất cả: 1.204.331; Khách 155; Thành viên: 0; Máy chủ tìm kiếm: 2; Lượt xem: 92; Đã xem: 41; Cơ quan chủ quản: Văn phòng; \
        Cơ quan thường trực: Ban biên tập; Giấy phép số 1/GP-TTĐT; Trưởng Ban biên tập: ai đó; Chịu trách nhiệm nội dung: ai đó; \
        Bản quyền thuộc về huyện; Ghi rõ nguồn khi dùng lại; Phát triển bởi công ty; Powered by something; BẢN ĐỒ HÀNH CHÍNH; Liên kết website; \
        Quảng cáo; image advertisement; Dữ liệu đang được cập nhật; Bạn đã không sử dụng Site, Bấm vào đây";
    for line in lines.split(';') {
        assert!(phrase(line.trim()).is_some(), "{line}");
    }
    // Words of articles as well: no phrases alone.
    for line in [
        "Hôm nay",
        "Tổng",
        "Khách",
        "Tất cả",
        "Địa chỉ: số 1 đường Bờ Sông",
        "Tin tức",
        "Theo ông Bình",
        "Nguồn nước",
        "Tổng cộng 12",
    ] {
        assert!(phrase(line).is_none(), "{line}");
    }
}

#[test]
fn a_phrase_is_weighed_with_its_place() {
    // The same words as headings of the text's own sections, and as the widget below it.
    let body = format!(
        "<p>{FIRST}</p><h3>Giới thiệu</h3><p>{SECOND}</p><h3>Đánh giá</h3><p>{THIRD}</p><div>Đánh giá</div><div>Gửi</div><div>Tổng số điểm của bài viết là: 5</div>"
    );
    let text = article(&page("", &body)).to_text();
    assert!(text.ends_with(&format!("Giới thiệu\n\n{SECOND}\n\nĐánh giá\n\n{THIRD}\n")), "{text}");
}

#[test]
fn the_publishers_block_goes_and_an_address_in_the_text_stays() {
    let notice = format!(
        "<p>{FIRST}</p><p>{SECOND}</p><p>Hồ sơ gửi về:</p><p>Địa chỉ: số 1 đường Bờ Sông.</p><p>Điện thoại: 0000 111</p>"
    );
    assert!(article(&page("", &notice)).to_text().ends_with("Địa chỉ: số 1 đường Bờ Sông.\n\nĐiện thoại: 0000 111\n"));
    let block = "<p>Trang tin của huyện. Giấy phép số 9/GP-TTĐT do Sở cấp.</p><p>Địa chỉ: số 1 đường Bờ Sông</p><p>© 2015 Huyện Bến Đá</p>";
    assert!(
        article(&page("", &format!("<p>{FIRST}</p><p>{SECOND}</p>{block}")))
            .to_text()
            .ends_with(&format!("{SECOND}\n"))
    );
}
