//! Lines that no list of phrases can hold, and phrases that are words of articles as well.

use super::fold::key;
use super::outline::{Line, LineKind};

/// Buttons in the head of an article: `A- A A+`, `Theo dõi Báo X trên Google News`.
pub(super) fn button(text: &str) -> bool {
    let key = key(text);
    let sizes = !key.is_empty() && key.split(' ').all(|word| matches!(word, "a" | "aa" | "100"));
    sizes || (key.ends_with("google news") && key.split(' ').count() <= 10)
}

/// A line that is one link on to another article: `>> Mùa lúa mới`, `Xem thêm: Mùa lúa mới`.
pub(super) fn onward(line: &Line) -> bool {
    if line.link_share() < 0.6 || line.kind == LineKind::Row {
        return false;
    }
    let arrow = line.text.starts_with(['>', '»', '→', '►', '▶', '☛']);
    arrow || {
        let key = key(&line.text);
        ["xem thêm ", "đọc thêm ", "xem tiếp ", "bài liên quan ", "tin liên quan ", "read more "]
            .iter()
            .any(|word| key.starts_with(word))
    }
}

/// A line only a publisher's block holds.
pub(super) fn publisher(key: &str, text: &str) -> bool {
    const STARTS: [&str; 10] = [
        "chịu trách nhiệm",
        "bản quyền",
        "tổng biên tập",
        "trưởng ban biên tập",
        "ghi rõ nguồn",
        "cơ quan chủ quản",
        "cơ quan thường trực",
        "copyright",
        "all rights reserved",
        "thiết kế bởi",
    ];
    text.starts_with('©')
        || STARTS.iter().any(|start| key.starts_with(start))
        || (key.contains("giấy phép") && key.split(' ').any(|word| word == "gp"))
}

/// A line of an address, which a publisher's block holds and many an article does.
pub(super) fn address(key: &str) -> bool {
    const STARTS: [&str; 9] =
        ["địa chỉ", "điện thoại", "email", "fax", "hotline", "website", "toà soạn", "trụ sở", "đường dây nóng"];
    STARTS.iter().any(|start| key.starts_with(start))
}

/// Phrases that also head a section of an article; they end or leave it only when what follows looks like furniture.
pub(super) fn ambiguous(key: &str) -> bool {
    matches!(
        key,
        "giới thiệu"
            | "liên hệ"
            | "đánh giá"
            | "chủ đề"
            | "phản hồi"
            | "chi tiết"
            | "bình luận"
            | "thông tin liên quan"
            | "ý kiến"
            | "ý kiến phản hồi"
            | "từ khoá"
            | "công cụ"
            | "tìm kiếm"
            | "đăng ký"
            | "xếp hạng"
            | "biểu quyết"
            | "sự kiện nổi bật"
            | "bản đồ hành chính"
            | "tải về"
            | "bình chọn"
            | "menu"
            | "thực đơn"
    )
}
