//! Lines of page furniture that are known by how they begin.

use super::lexicon::Phrase;

/// Lines known by how they begin.
pub(super) fn opening(key: &str) -> Option<Phrase> {
    const OPENINGS: [(&str, Phrase); 30] = [
        ("tổng số điểm của bài viết", Phrase::Interaction),
        ("click để đánh giá", Phrase::Interaction),
        ("vui lòng nhập", Phrase::Interaction),
        ("đánh giá mức độ hài lòng", Phrase::Interaction),
        ("số lượt truy cập", Phrase::Counter),
        ("tổng số lượt truy cập", Phrase::Counter),
        ("cơ quan chủ quản", Phrase::Footer),
        ("giấy phép số", Phrase::Footer),
        ("giấy phép thiết lập", Phrase::Footer),
        ("trưởng ban biên tập", Phrase::Footer),
        ("chịu trách nhiệm nội dung", Phrase::Footer),
        ("chịu trách nhiệm chính", Phrase::Footer),
        ("bản quyền thuộc", Phrase::Footer),
        ("bản quyền của", Phrase::Footer),
        ("ghi rõ nguồn", Phrase::Footer),
        ("không sao chép dưới mọi hình thức", Phrase::Footer),
        ("phát triển bởi", Phrase::Footer),
        ("thiết kế bởi", Phrase::Footer),
        ("thiết kế và phát triển", Phrase::Footer),
        ("powered by", Phrase::Footer),
        ("bạn đã không sử dụng site", Phrase::Interaction),
        ("your browser does not support", Phrase::Tool),
        ("trình duyệt của bạn không hỗ trợ", Phrase::Tool),
        ("copyright", Phrase::Footer),
        ("cơ quan thường trực", Phrase::Footer),
        ("cơ quan quản trị kỹ thuật", Phrase::Footer),
        ("all rights reserved", Phrase::Footer),
        ("giấy phép hoạt động", Phrase::Footer),
        ("xếp hạng bài viết", Phrase::Interaction),
        ("email của bạn sẽ không được", Phrase::Interaction),
    ];
    // Nearly every line is none of them: its first four bytes say so.
    const HEADS: [[u8; 4]; 30] = {
        let (mut heads, mut at) = ([[0; 4]; 30], 0);
        while at < OPENINGS.len() {
            let start = OPENINGS[at].0.as_bytes();
            heads[at] = [start[0], start[1], start[2], start[3]];
            at += 1;
        }
        heads
    };
    let head = key.as_bytes().first_chunk::<4>()?;
    if !HEADS.contains(head) {
        return None;
    }
    OPENINGS.iter().find(|(start, _)| key.starts_with(start)).map(|(_, phrase)| *phrase)
}
