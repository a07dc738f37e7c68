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
