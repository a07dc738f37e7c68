//! The words of the chrome: menus, boxes, polls, links. None of it belongs to an article.

/// The main menu: heads and what hangs under them.
pub const MENU: &[(&str, &[&str])] = &[
    (
        "Giới thiệu",
        &[
            "Tổng quan về tỉnh",
            "Lịch sử hình thành",
            "Điều kiện tự nhiên",
            "Bản đồ hành chính",
            "Truyền thống văn hóa",
            "Di tích, danh thắng",
        ],
    ),
    (
        "Tổ chức bộ máy",
        &[
            "Tỉnh ủy",
            "Đoàn ĐBQH và HĐND",
            "UBND tỉnh",
            "Các sở, ban, ngành",
            "Ủy ban MTTQ",
            "Các xã, phường",
            "Danh bạ điện thoại",
        ],
    ),
    (
        "Tin trong tỉnh",
        &[
            "Thời sự",
            "Chính sách mới",
            "Nông thôn mới",
            "Chuyển đổi số",
            "Cải cách hành chính",
            "Quốc phòng - An ninh",
            "Y tế - Giáo dục",
        ],
    ),
    (
        "Công khai",
        &[
            "Công khai ngân sách",
            "Công khai quy hoạch",
            "Đấu thầu, mua sắm công",
            "Kết luận thanh tra",
            "Giá đất",
            "Dự án đầu tư",
            "Báo cáo kinh tế - xã hội",
        ],
    ),
    (
        "Văn bản",
        &[
            "Văn bản của Tỉnh ủy",
            "Văn bản của UBND tỉnh",
            "Nghị quyết HĐND",
            "Dự thảo lấy ý kiến",
            "Công báo",
            "Văn bản Trung ương",
            "Tra cứu văn bản",
        ],
    ),
    (
        "Dịch vụ công",
        &[
            "Nộp hồ sơ trực tuyến",
            "Tra cứu hồ sơ",
            "Thủ tục hành chính",
            "Thanh toán trực tuyến",
            "Hướng dẫn sử dụng",
            "Đánh giá cán bộ",
        ],
    ),
    (
        "Công dân",
        &[
            "Hỏi đáp",
            "Lịch tiếp công dân",
            "Phản ánh, kiến nghị",
            "Góp ý dự thảo",
            "Đường dây nóng",
            "Tuyển dụng, tuyển sinh",
        ],
    ),
    (
        "Doanh nghiệp",
        &[
            "Xúc tiến đầu tư",
            "Khu công nghiệp",
            "Hỗ trợ khởi nghiệp",
            "Đăng ký kinh doanh",
            "Chính sách thuế",
            "Dự án kêu gọi đầu tư",
        ],
    ),
    ("Du khách", &["Điểm đến", "Lễ hội", "Ẩm thực", "Lưu trú", "Làng nghề", "Tour, tuyến"]),
    ("Đa phương tiện", &["Video", "Thư viện ảnh", "Phát thanh", "Infographic", "Ấn phẩm"]),
    (
        "Chuyên mục",
        &[
            "Học tập và làm theo Bác",
            "Bảo vệ nền tảng tư tưởng",
            "Phòng, chống tham nhũng",
            "Bình đẳng giới",
            "An toàn giao thông",
            "Biển đảo quê hương",
            "Gương người tốt, việc tốt",
        ],
    ),
    ("Hệ thống", &["Sơ đồ cổng", "Liên hệ", "Đăng nhập", "RSS", "Thư điện tử", "Lịch công tác"]),
];

/// Names in the box of other sites.
pub const SITES: &[&str] = &[
    "Cổng Thông tin điện tử Chính phủ",
    "Quốc hội",
    "Báo điện tử Đảng Cộng sản",
    "Bộ Tài chính",
    "Bộ Nội vụ",
    "Bộ Xây dựng",
    "Bộ Công Thương",
    "Bộ Y tế",
    "Bộ Tư pháp",
    "Bộ Quốc phòng",
    "Bộ Công an",
    "Bộ Ngoại giao",
    "Thanh tra Chính phủ",
    "Bộ Nông nghiệp và Môi trường",
    "Bộ Khoa học và Công nghệ",
    "Bộ Giáo dục và Đào tạo",
    "Đài Tiếng nói",
    "Thông tấn xã",
    "Cổng dịch vụ công quốc gia",
    "Hệ thống văn bản pháp luật",
];

/// Documents in the box of new ones: number and summary.
pub const PAPERS: &[(&str, &str)] = &[
    ("118/QĐ-UBND", "Về việc phê duyệt danh mục tài sản công cần thanh lý đợt hai"),
    ("27-CTr/TU", "Chương trình hành động về phát triển kinh tế số ở nông thôn"),
    ("402/KH-UBND", "Kế hoạch kiểm tra đê điều, hồ đập trước mùa mưa"),
    ("09-NQ/TU", "Nghị quyết về sắp xếp trường lớp các xã miền núi"),
    ("761/UBND-VX", "V/v tăng cường quản lý lễ hội đầu xuân"),
    ("55/TB-VP", "Thông báo lịch trực lãnh đạo tuần này"),
    ("233/QĐ-HĐND", "Quyết định thành lập đoàn giám sát về đất rừng"),
    ("14-HD/BTC", "Hướng dẫn kiểm điểm tổ chức đảng cuối năm"),
    ("638/QĐ-UBND", "Quyết định ban hành đơn giá bồi thường cây trồng"),
    ("31-CT/TU", "Chỉ thị về lãnh đạo công tác tuyển quân"),
];

/// What may stand in a poll.
pub const POLL: (&str, &[&str]) = (
    "Theo bạn, giao diện mới của cổng thông tin có dễ sử dụng không ?",
    &["Rất dễ sử dụng", "Dễ sử dụng", "Bình thường", "Khó sử dụng", "Ý kiến khác"],
);

/// Videos in the box of moving pictures.
pub const VIDEOS: &[&str] = &[
    "Bản tin truyền hình cuối tuần",
    "Nhịp sống vùng cao",
    "Phóng sự: Dòng kênh đổi màu",
    "Mỗi tuần một làng nghề",
    "Chuyên đề: Hành chính phục vụ",
    "Ký sự biên cương",
];

/// Names of style sheet classes.
pub const CLASSES: &[&str] = &[
    "navbar",
    "dropdown",
    "panel",
    "widget",
    "carousel",
    "banner",
    "footer",
    "sidebar",
    "breadcrumb",
    "article",
    "media",
    "thumb",
    "slider",
    "poll",
    "counter",
    "tooltip",
    "modal",
    "badge",
    "btn",
    "form",
    "list-group",
    "tab",
    "calendar",
    "weather",
    "linkweb",
    "video",
    "gallery",
    "search",
    "login",
    "toolbar",
    "zoom",
    "print",
    "share",
    "comment",
    "rating",
    "marquee",
];

/// Suffixes of such names.
pub const PARTS: &[&str] = &[
    "inner", "title", "body", "item", "link", "icon", "active", "wrap", "left", "right", "header", "content",
    "caption", "list", "row", "col", "toggle", "default", "primary", "small", "large", "first", "last", "hover",
];
