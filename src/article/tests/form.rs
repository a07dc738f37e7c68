use super::Role::{Caption, Paragraph};
use super::*;

fn texts(article: &Article) -> Vec<(Role, &str)> {
    article.blocks.iter().map(|block| (block.role, block.text.as_str())).collect()
}

#[test]
fn blocks_stand_in_order_with_one_blank_line_between() {
    let source = page(
        "<div class=date>Thứ Năm, 05/03/2026 10:20 | Lượt xem: 77</div><p class=sapo><b>Trạm bơm lớn nhất huyện vừa chạy thử.</b></p>",
        &format!("<p>{FIRST}</p><p>{SECOND}</p><p style='text-align:right'><b>Trần Văn Cảnh</b></p>"),
    );
    let article = article(&source);
    assert_eq!(
        article.to_text(),
        format!(
            "Khánh thành trạm bơm tiêu úng phía nam\n\nThứ Năm, 05/03/2026 10:20\n\nTrạm bơm lớn nhất huyện vừa chạy thử.\n\n\
             {FIRST}\n\n{SECOND}\n\nTrần Văn Cảnh\n"
        )
    );
    assert_eq!(article.byline.as_deref(), Some("Trần Văn Cảnh"));
    assert_eq!(article.published.unwrap().to_rfc3339(), "2026-03-05T10:20:00+07:00");
}

#[test]
fn white_space_folds_and_the_invisible_goes() {
    let body = format!(
        "<p>{FIRST}</p><p>Một\u{a0}\u{a0} hai\t\nba\u{200b}bốn n\u{ad}ăm ti\u{309}nh, chữ giữ nguyên: Uỷ ban, uỷ viên và Ủy viên.</p>"
    );
    let article = article(&page("", &body));
    assert_eq!(texts(&article)[1].1, "Một hai babốn năm tỉnh, chữ giữ nguyên: Uỷ ban, uỷ viên và Ủy viên.");
}

#[test]
fn breaks_end_blocks_items_are_blocks_rows_are_joined() {
    let body = format!(
        "<p>{FIRST}<br>{SECOND}<br/><br/>{THIRD}</p><ul><li>Mục thứ nhất nói về mặt bằng;</li><li>mục thứ hai nói về tiền.</li></ul>\
         <table><tr><th>STT</th><th>Xã</th><th>Diện tích</th></tr><tr><td>1</td><td><p>Đông Hải</p></td><td>12,5</td></tr></table>"
    );
    let article = article(&page("", &body));
    assert_eq!(
        texts(&article),
        [
            (Role::Paragraph, FIRST),
            (Role::Paragraph, SECOND),
            (Role::Paragraph, THIRD),
            (Role::ListItem, "Mục thứ nhất nói về mặt bằng;"),
            (Role::ListItem, "mục thứ hai nói về tiền."),
            (Role::TableRow, "STT | Xã | Diện tích"),
            (Role::TableRow, "1 | Đông Hải | 12,5"),
        ]
    );
}

#[test]
fn captions_stand_once_and_in_place() {
    let body = format!(
        "<p>{FIRST}</p><table class=image><tr><td><img src=/a/1.jpg alt='Quang cảnh buổi lễ.'></td></tr><tr><td class=desc>Quang cảnh buổi lễ.</td></tr></table>\
         <p>{SECOND}</p><figure><img alt=Anh-tin-bai src=/a/2.jpg><figcaption>Bốn tổ máy mới.</figcaption></figure>\
         <p>{THIRD}</p><p align=center><img src=/a/3.jpg><br><em>Cánh đồng phía nam. Ảnh: Lê Thu</em></p>"
    );
    let article = article(&page("", &body));
    let roles: Vec<Role> = article.blocks.iter().map(|block| block.role).collect();
    assert_eq!(roles, [Paragraph, Caption, Paragraph, Caption, Paragraph, Caption]);
    assert_eq!(article.images.len(), 3);
    assert_eq!(article.images[1].caption.as_deref(), Some("Bốn tổ máy mới."));
    assert_eq!(article.images[0].url.as_str(), "https://cong.example.vn/a/1.jpg");
    assert!(!article.to_text().contains("Anh-tin-bai"));
}

#[test]
fn a_lead_repeated_in_the_body_is_printed_once() {
    let article = article(&page(&format!("<div class=sapo>{FIRST}</div>"), &format!("<p>{FIRST}</p><p>{SECOND}</p>")));
    assert_eq!(article.lead.as_deref(), Some(FIRST));
    assert_eq!(article.to_text().matches(FIRST).count(), 1);
}

#[test]
fn bylines_of_every_shape() {
    for (end, byline) in [
        ("<p style='text-align: right;'><strong>Trần Văn Cảnh</strong></p>", Some("Trần Văn Cảnh")),
        ("<p align=right>An Thu – Lê Thắng</p>", Some("An Thu – Lê Thắng")),
        ("<p><b>XUÂN BÁCH</b></p>", Some("XUÂN BÁCH")),
        ("<p><strong>Bài và ảnh: Phạm Hà</strong></p>", Some("Phạm Hà")),
        ("<p class=text-right>Tác giả: Phạm Hà</p>", Some("Phạm Hà")),
        ("<p align=right>Phạm Hà (tổng hợp)</p>", Some("Phạm Hà (tổng hợp)")),
        ("<p>Họ hẹn gặp lại vào mùa sau, khi lúa đã chín vàng trên cánh đồng. ( HY- VPHU)</p>", Some("HY- VPHU")),
        ("<p align=right>An Thu, Lê Thắng</p>", Some("An Thu, Lê Thắng")),
        ("<p align=right>An Thu & Lê Thắng</p>", Some("An Thu & Lê Thắng")),
        ("<p align=right>An Thu và Lê Thắng</p>", Some("An Thu và Lê Thắng")),
        ("<p align=right>An Thu/Lê Thắng</p>", Some("An Thu/Lê Thắng")),
        ("<p align=right><b>PV</b></p>", Some("PV")),
        ("<p align=right><b>P.V</b></p>", Some("P.V")),
        ("<p align=right><b>B.B.T</b></p>", Some("B.B.T")),
        ("<p align=right><b>BBT</b></p>", Some("BBT")),
        ("<p align=right><b>N.ĐỨC</b></p>", Some("N.ĐỨC")),
        ("<p align=right><b>T.H (tổng hợp)</b></p>", Some("T.H (tổng hợp)")),
        ("<p align=right><b>CTV</b></p>", Some("CTV")),
        ("<p align=right><b>Cổng TTĐT</b></p>", Some("Cổng TTĐT")),
        ("<p align=right><b>VPTU</b></p>", Some("VPTU")),
        ("<p align=right>Theo TTXVN</p>", Some("TTXVN")),
        ("<p align=right>(Theo TTXVN)</p>", Some("TTXVN")),
        ("<p>Nguồn: TTXVN</p>", Some("TTXVN")),
        ("<p align=right>Nguồn tin: Báo Bờ Sông</p>", Some("Báo Bờ Sông")),
        ("<p>Tin, ảnh: Phạm Hà</p>", Some("Phạm Hà")),
        ("<p>Bài, ảnh: Phạm Hà</p>", Some("Phạm Hà")),
        ("<p>Thực hiện: Phạm Hà</p>", Some("Phạm Hà")),
        ("<p>Clip: Phạm Hà</p>", Some("Phạm Hà")),
        ("<p>Đồ họa: Phạm Hà</p>", Some("Phạm Hà")),
        ("<p align=right><b>Vi Sen - Phòng Văn hóa</b></p>", Some("Vi Sen - Phòng Văn hóa")),
        (
            "<p>Lễ cắt băng kết thúc lúc mười một giờ trưa cùng ngày./.</p><p align=right><b>Phan Hà</b></p>",
            Some("Phan Hà"),
        ),
        ("<p align=right>Admin</p>", None),
        ("<p align=right>Quản trị viên</p>", None),
        ("<p align=right><b>TM. BAN THƯỜNG VỤ</b></p>", None),
        (
            "<p align=right><b>KT. CHỦ TỊCH</b></p><p align=right><b>PHÓ CHỦ TỊCH</b></p><p align=right><b>Lê Văn Bình</b></p>",
            None,
        ),
        (
            "<p align=right><b>TM. ỦY BAN NHÂN DÂN</b></p><p align=right><b>CHỦ TỊCH</b></p><p align=right><b>(Đã ký)</b></p><p align=right><b>Lê Văn Bình</b></p>",
            None,
        ),
        ("<p align=right>Lượt xem: 31</p>", None),
        ("<p>Theo lãnh đạo xã, công trình sẽ được mở rộng thêm về phía hạ lưu trong năm tới.</p>", None),
        ("<p align=right>admin</p>", None),
        ("<p><b>Trân trọng thông báo!</b></p>", None),
        ("<p>Xem chi tiết văn bản tại đây</p>", None),
        ("<p align=right><b>VĂN PHÒNG UỶ BAN NHÂN DÂN HUYỆN BẾN ĐÁ</b></p>", None),
    ] {
        let article = article(&page("", &format!("<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>{end}")));
        assert_eq!(article.byline.as_deref(), byline, "{end}");
    }
}

#[test]
fn a_cms_account_is_no_author_and_no_text() {
    let body = format!(
        "<p>{FIRST}</p><p>{SECOND}</p><p align=right><strong>Ngọc Hà</strong></p><p class=view-content-author align=right><b>Pho Ban bien tap</b></p>"
    );
    let article = article(&page("", &body));
    assert_eq!(article.byline.as_deref(), Some("Ngọc Hà"));
    assert!(!article.to_text().contains("bien tap"));
}

#[test]
fn words_of_furniture_stay_inside_sentences() {
    let body = format!(
        "<p>{FIRST}</p><p>Theo lãnh đạo xã, nguồn nước này đủ cho hai vụ. Địa chỉ trạm đặt ở cuối làng, mọi bình luận xin gửi về xã.</p>\
         <p>Nguồn: số liệu do trạm thủy văn cung cấp hằng tuần cho các hộ có đất trong vùng tưới của công trình.</p><p>{SECOND}</p>"
    );
    let text = article(&page("", &body)).to_text();
    assert!(text.contains("Theo lãnh đạo xã") && text.contains("Nguồn: số liệu"), "{text}");
}

#[test]
fn tools_counters_related_lists_and_footers_are_dropped() {
    let body = format!(
        "<div class=tool><a href=#>In bài viết</a> <a href=#>Gửi email</a></div><p>{FIRST}</p><p>{SECOND}</p><p>.</p><p>;</p>\
         <div>Chia sẻ:</div><div>Lượt xem: 120</div><h4>Tin cùng chuyên mục</h4>\
         <ul><li><a href=/k1>Bản tin thứ nhất trong chuyên mục này</a> (01/03/2026)</li><li><a href=/k2>Bản tin thứ hai trong chuyên mục này</a></li></ul>\
         <h4>Thăm dò ý kiến</h4><p>Theo bạn, trang này đã dễ đọc hay chưa?</p><p>Bình chọn Xem kết quả</p><p>Thống kê truy cập</p><p>Hôm nay: 12</p>"
    );
    let article = article(&page("<p>05/03/2026</p>", &body));
    assert_eq!(texts(&article), [(Role::Paragraph, FIRST), (Role::Paragraph, SECOND)]);
    assert_eq!(article.published.unwrap().to_rfc3339(), "2026-03-05T00:00:00+07:00");
}

#[test]
fn attachments_are_resolved_from_links_scripts_and_viewers() {
    let body = format!(
        "<p>{FIRST}</p><p>Xem <a href='/tai-lieu/ke-hoach.pdf'>Kế hoạch</a> và <a href=javascript:; onclick=\"downloadFile('7','/upload/bao-cao.docx')\">báo cáo</a>.</p>\
         <iframe src='/3rdparty/pdfjs/web/viewer.html?file=/upload/bang%20bieu.pdf'></iframe>\
         <p><a href='https://docs.google.com/gview?url=https://cong.example.vn/f/phu-luc.xlsx&embedded=true'>phụ lục</a></p><p>{SECOND}</p>"
    );
    let files: Vec<(String, String)> =
        article(&page("", &body)).attachments.into_iter().map(|file| (file.url.to_string(), file.name)).collect();
    let expected = [
        ("https://cong.example.vn/tai-lieu/ke-hoach.pdf", "Kế hoạch"),
        ("https://cong.example.vn/upload/bao-cao.docx", "báo cáo"),
        ("https://cong.example.vn/upload/bang%20bieu.pdf", "bang biểu.pdf"),
        ("https://cong.example.vn/f/phu-luc.xlsx", "phụ lục"),
    ];
    for (got, (url, name)) in files.iter().zip(expected) {
        assert_eq!(got.0, url);
        assert!(got.1 == name || got.1 == "bang bieu.pdf", "{got:?}");
    }
    assert_eq!(files.len(), expected.len());
}

#[test]
fn what_is_passed_over_as_composed_is_so_for_every_character() {
    use unicode_normalization::{IsNormalized, is_nfc_quick};

    use crate::article::text::composed;

    // No character that is passed over changes, and none joins the one before it; two wide blanks become others.
    let blank = |c: &char| matches!(c, '\u{2000}' | '\u{2001}');
    let passed = ('\u{0}'..=char::MAX).filter(|c| composed(&c.to_string()) && !blank(c));
    let count = passed.inspect(|c| assert_eq!(is_nfc_quick([*c].into_iter()), IsNormalized::Yes, "{c:?}")).count();
    assert!(count > 3_000, "{count}");
    for text in ["Ủy ban → xã ▸ 5 ≥ 3", "📷 Ảnh", "• “Tin”"] {
        assert!(composed(text), "{text}");
    }
    for text in ["u\u{309}y", "K\u{212A}", "\u{2126}", "\u{2329}", "a\u{20D0}", "が\u{3099}"] {
        assert!(!composed(text), "{text}");
    }
}
