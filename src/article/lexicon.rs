//! Phrases that portals print around articles. A phrase is weighed with place and links: most also occur in bodies.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::fold::key;
use super::openings::opening;

/// What a line of page furniture belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phrase {
    /// Menus, "read on", "back to top".
    Navigation,
    /// Print, send, share, listen.
    Tool,
    /// Opens a list of other articles: what follows is not this one.
    Related,
    /// Comments, ratings, polls.
    Interaction,
    /// Visitor and view counts.
    Counter,
    /// Publisher's block.
    Footer,
}

impl Phrase {
    /// Whether nothing of the article follows it, once the body has been seen.
    pub(super) const fn ends_article(self) -> bool {
        matches!(self, Self::Related | Self::Counter | Self::Interaction | Self::Footer)
    }
}

/// The longest line that is looked up, in bytes.
const LONGEST_BYTES: usize = 240;

/// The phrase that the whole line is, if it is one.
pub(super) fn phrase(line: &str) -> Option<Phrase> {
    if line.len() > LONGEST_BYTES { None } else { phrase_of(&key(line)) }
}

/// The same for a line that was folded already.
pub(super) fn phrase_of(key: &str) -> Option<Phrase> {
    if key.is_empty() || key.len() > LONGEST_BYTES {
        return None;
    }
    let bare = key.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    whole(key).or_else(|| (bare.len() < key.len()).then(|| counted(bare)).flatten()).or_else(|| opening(key))
}

fn whole(key: &str) -> Option<Phrase> {
    static TABLE: LazyLock<HashMap<&str, Phrase>> = LazyLock::new(|| {
        let rows = [
            (Phrase::Navigation, NAVIGATION),
            (Phrase::Tool, TOOL),
            (Phrase::Related, RELATED),
            (Phrase::Interaction, INTERACTION),
            (Phrase::Counter, COUNTER),
            (Phrase::Footer, FOOTER),
        ];
        rows.into_iter().flat_map(|(phrase, keys)| keys.iter().map(move |key| (*key, phrase))).collect()
    });
    TABLE.get(key).copied()
}

const NAVIGATION: &[&str] = &[
    "trang chủ",
    "giới thiệu",
    "liên hệ",
    "sơ đồ cổng",
    "sơ đồ trang",
    "đăng nhập",
    "đăng ký",
    "tìm kiếm",
    "thực đơn",
    "menu",
    "tiếng việt",
    "english",
    "rss",
    "lên top",
    "lên đầu trang",
    "về đầu trang",
    "đầu trang",
    "go top",
    "top",
    "trở về",
    "quay lại",
    "trở lại",
    "xem tiếp",
    "xem thêm",
    "xem tất cả",
    "chi tiết",
    "đọc tiếp",
    "home",
    "back",
    "login",
    "sign in",
    "search",
    "sitemap",
    "trang trước",
    "trang sau",
    "chi tiết tin",
    "chi tiết bài viết",
    "banner",
    "image advertisement",
    "quảng cáo",
    "back to top",
];

const TOOL: &[&str] = &[
    "in trang",
    "in bài viết",
    "in bài",
    "in ra",
    "in bài viết này",
    "in tin",
    "bản in",
    "gửi email",
    "gửi mail",
    "gửi bài viết",
    "gửi cho bạn bè",
    "giới thiệu bài viết cho bạn bè",
    "gửi bài viết qua email",
    "lưu bài",
    "lưu bài viết",
    "lưu file",
    "lưu bài viết này",
    "chia sẻ",
    "chia sẻ bài viết",
    "chia sẻ qua",
    "cỡ chữ",
    "a a",
    "a",
    "100",
    "độ tương phản",
    "tương phản",
    "nghe bài viết",
    "nghe đọc bài",
    "nghe audio",
    "đọc bài",
    "đọc bài viết",
    "nữ miền bắc",
    "nam miền bắc",
    "nữ miền nam",
    "nam miền nam",
    "giọng nữ",
    "giọng nam",
    "0 00 0 00",
    "0 00",
    "zalo",
    "facebook",
    "twitter",
    "tweet",
    "thích",
    "like",
    "share",
    "print",
    "send email",
    "email",
    "copy link",
    "sao chép liên kết",
    "kích thước chữ",
    "in",
    "gửi",
    "aa",
    "phóng to",
    "thu nhỏ",
    "theo dõi trên google news",
    "công cụ",
    "tải về",
    "in trang này",
    "share this article",
    "share this",
    "màu chữ",
    "nghe bài",
    "lưu tin",
    "chia sẻ bài viết này",
];

const RELATED: &[&str] = &[
    "tin cùng chuyên mục",
    "cùng chuyên mục",
    "tin liên quan",
    "bài liên quan",
    "bài viết liên quan",
    "các bài liên quan",
    "các bài viết liên quan",
    "tin bài liên quan",
    "tin bài khác",
    "tin khác",
    "các tin khác",
    "tin tức khác",
    "bài viết khác",
    "các bài viết khác",
    "các bài khác",
    "bài khác",
    "các tin đã đưa",
    "tin đã đưa",
    "các tin đã đăng",
    "các bài đã đăng",
    "tin đã đăng",
    "những tin mới hơn",
    "những tin cũ hơn",
    "tin mới hơn",
    "tin cũ hơn",
    "các tin mới hơn",
    "các tin cũ hơn",
    "tin mới",
    "tin mới nhất",
    "tin nổi bật",
    "tin đọc nhiều",
    "tin xem nhiều",
    "đọc nhiều",
    "đọc nhiều nhất",
    "xem nhiều",
    "xem nhiều nhất",
    "đọc thêm",
    "sự kiện nổi bật",
    "theo dòng sự kiện",
    "từ khoá",
    "tags",
    "tag",
    "chủ đề",
    "other news",
    "related news",
    "tin tức liên quan",
    "có thể bạn quan tâm",
    "các tin liên quan",
    "tin cùng mục",
    "tin cùng loại",
    "cùng chủ đề",
    "tin cùng chủ đề",
    "thông tin liên quan",
    "tin tiếp theo",
    "các tin tiếp theo",
    "bài đọc nhiều",
    "bài viết mới",
    "tin tức mới",
    "tin trước đó",
    "các tin trước",
    "các tin trước đó",
    "bài viết cùng chuyên mục",
    "tin mới cập nhật",
    "bạn có thể quan tâm",
    "mời bạn đọc tiếp",
    "có liên quan",
    "tin cùng sự kiện",
    "bài cùng chuyên mục",
    "tin bài cùng chuyên mục",
    "tin bài cùng mục",
    "bài viết cùng chủ đề",
    "bài viết mới nhất",
    "video khác",
    "video liên quan",
    "ảnh khác",
    "tin bài liên quan khác",
    "tin tức mới nhất",
    "tin tức nổi bật",
    "tin vắn",
    "tin tức cùng chuyên mục",
    "more news",
    "latest news",
    "read more",
    "you may also like",
];

const INTERACTION: &[&str] = &[
    "ý kiến bạn đọc",
    "ý kiến của bạn",
    "bình luận",
    "phản hồi",
    "gửi bình luận",
    "mã xác nhận",
    "gửi ý kiến",
    "gửi phản hồi",
    "đánh giá bài viết",
    "click để đánh giá bài viết",
    "xếp hạng",
    "thăm dò ý kiến",
    "bình chọn",
    "xem kết quả",
    "bình chọn xem kết quả",
    "viết bình luận",
    "bình luận bài viết",
    "ý kiến phản hồi",
    "comments",
    "chưa có bình luận",
    "bình luận của bạn",
    "đánh giá",
    "biểu quyết",
    "leave a comment",
    "leave a reply",
    "để lại một bình luận",
    "để lại một bình luận huỷ",
    "trả lời",
];

const COUNTER: &[&str] = &[
    "thống kê truy cập",
    "lượt truy cập",
    "đang online",
    "đang truy cập",
    "tổng lượt truy cập",
    "số lượt truy cập",
    "người trực tuyến",
    "khách viếng thăm",
    "máy chủ tìm kiếm",
    "lượt xem",
    "view count",
];

const FOOTER: &[&str] = &[
    "liên kết website",
    "liên kết web",
    "select weblink",
    "bản đồ hành chính",
    "dữ liệu đang được cập nhật",
    "nội dung đang cập nhật",
];

/// A phrase with a number after it: `Lượt xem: 92`, `Bình luận (30)`.
fn counted(bare: &str) -> Option<Phrase> {
    match bare {
        "lượt xem"
        | "số lượt xem"
        | "đã xem"
        | "xem"
        | "lượt đọc"
        | "số lần đọc"
        | "số lượt đọc"
        | "view count"
        | "views"
        | "lượt truy cập"
        | "tổng lượt truy cập"
        | "đang online"
        | "đang truy cập"
        | "hôm nay"
        | "hôm qua"
        | "tuần này"
        | "trong tuần"
        | "tháng này"
        | "tháng hiện tại"
        | "tất cả"
        | "khách"
        | "thành viên"
        | "tổng"
        | "người trực tuyến"
        | "trong tháng"
        | "trực tuyến"
        | "khách viếng thăm"
        | "máy chủ tìm kiếm" => Some(Phrase::Counter),
        "bình luận" | "ý kiến bạn đọc" | "phản hồi" | "thích" => Some(Phrase::Interaction),
        _ => None,
    }
}

/// Words that open a view count in a date line.
pub(super) const COUNT_WORDS: [&str; 12] = [
    "lượt xem",
    "đã xem",
    "lượt đọc",
    "số lần đọc",
    "xem:",
    "view count",
    "views",
    "lượt truy cập",
    "phản hồi:",
    "bình luận:",
    "số lượt xem",
    "người xem",
];
