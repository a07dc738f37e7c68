//! The sentence patterns. `{…}` are slots, filled from the vocabulary; see [`super::fill`].

/// Titles.
pub const TITLES: &[&str] = &[
    "Xã {xa}: {Nguoi} chung tay với công tác {lv}",
    "{Co} triển khai {vb} về {lv}",
    "{Chuc} {hoten} kiểm tra tiến độ {ct} xã {xa}",
    "Đẩy nhanh tiến độ {ct} tại xã {xa}",
    "{Lv}: Chuyển biến từ {vung}",
    "Hiệu quả mô hình {cay} ở xã {xa}",
    "{Sk} về {lv} tại {vung}",
    "Hơn {so} hộ dân xã {xa} hưởng lợi từ {ct}",
    "Lấy ý kiến {vb} về {lv} giai đoạn {gd}",
    "{Co} gỡ khó cho {nguoi}",
    "Phiên họp thứ {st} của Ban Chỉ đạo {lv}: Bàn giải pháp cho {vung}",
    "Khởi công {ct} vốn đầu tư {ty} tỷ đồng",
    "{Nguoi} xã {xa} làm giàu từ {cay}",
    "Tỉnh ủy cho ý kiến về {vb} {lv}",
    "Khai mạc {sk} “{Lv} vì {nguoi}”",
    "{Co}: {pt}% hồ sơ được giải quyết trước hạn",
    "Gặp mặt, tuyên dương {nguoi} tiêu biểu năm {nam}",
    "Giám sát {lv} tại xã {xa} và xã {xa2}",
    "Xã {xa} về đích sớm chỉ tiêu {lv}",
    "Quyết liệt {lv} những tháng cuối năm {nam}",
    "Ra mắt tổ hợp tác {cay} xã {xa}",
    "Bế mạc {sk} lần thứ {st} với nhiều dấu ấn",
];

/// Leads; the first sentence of an article.
pub const LEADS: &[&str] = &[
    "{buoi} {hom}, tại {noi}, {co} tổ chức {sk} về {lv}. {ten} dự và chủ trì {sk}.",
    "{buoi} {hom}, {ten} cùng đoàn công tác đã đi kiểm tra {ct} tại xã {xa}; cùng đi có đại diện {co} và {co2}.",
    "Những năm gần đây, {nguoi} xã {xa} mạnh dạn đưa {cay} vào sản xuất, {duoi}.",
    "{co} vừa ban hành {vb} về {lv}, đặt mục tiêu hoàn thành {pt}% khối lượng trong quý {quy} năm {nam}.",
    "Với phương châm “{viec}”, xã {xa} đang đẩy mạnh {lv}, {duoi}.",
    "{buoi} {hom}, {ten} đã chủ trì {sk}, nghe {co} báo cáo kết quả {lv} và cho ý kiến về {vb}.",
    "Sau {st} tháng triển khai, {ct} ở {vung} đã hình thành rõ nét, {duoi}.",
    "Thực hiện {vb} số {shvb}, {co} phối hợp với các địa phương thuộc {vung} {viec}.",
];

/// Body sentences.
pub const BODY: &[&str] = &[
    "{mo} {co} đã tham mưu ban hành {vb} về {lv}, {duoi}.",
    "{mo} toàn tỉnh có {so} hộ tham gia mô hình {cay}, tăng {pt}% so với cùng kỳ năm {nam}.",
    "{mo} {nguoi} ở xã {xa} được tiếp cận {tr} tỷ đồng vốn vay ưu đãi để phát triển {cay}.",
    "{mo} {ct} tại xã {xa} đã hoàn thành {pt}% khối lượng, giá trị giải ngân đạt {ty} tỷ đồng.",
    "{mo} {co} phối hợp với {co2} {viec}, {duoi}.",
    "Phát biểu tại {sk}, {ten} đề nghị các đơn vị {viec}; đồng thời {viec2}, {duoi}.",
    "{ten} nhấn mạnh, muốn làm tốt {lv} thì trước hết phải {viec}.",
    "Ông {hoten}, người dân xã {xa}, chia sẻ: “Trước đây gia đình tôi chỉ trông vào {cay}, nay có {ct}, việc làm ăn thuận lợi hơn nhiều”.",
    "Bà {hoten}, ở thôn {st} xã {xa}, phấn khởi cho biết {cay} năm nay được giá, mỗi vụ thu về {tr} triệu đồng.",
    "Kết quả rà soát ở {vung} cho thấy còn {so} trường hợp chưa hoàn thành thủ tục, tập trung tại xã {xa} và xã {xa2}.",
    "Đại diện {co} nêu rõ nguyên nhân chậm trễ là do thiếu {vb} thống nhất, trong khi {nguoi} còn tâm lý chờ đợi.",
    "Các đại biểu tập trung thảo luận về {lv}, trong đó nhiều ý kiến cho rằng cần {viec}.",
    "Tỉnh phấn đấu đến hết quý {quy} năm {nam} sẽ đưa {ct} vào sử dụng, phục vụ {nguoi}.",
    "Cùng chung quan điểm, {ten} cho rằng {co} cần {viec}, {duoi}.",
    "Riêng tại xã {xa}, tỷ lệ hồ sơ {lv} giải quyết đúng hạn đạt {pt},{st}%, cao nhất {vung}.",
    "Ban Thường vụ Tỉnh ủy giao {co} chủ trì, phối hợp với {co2} sớm trình {vb} trước ngày {ng}.",
    "Nguồn lực dành cho {lv} trong giai đoạn {gd} dự kiến khoảng {ty} tỷ đồng, trong đó ngân sách địa phương chiếm {pt}%.",
    "Tuy nhiên, công tác {lv} ở {vung} vẫn bộc lộ hạn chế, nhất là khâu phối hợp giữa {co} với chính quyền xã {xa}.",
    "Nhân dịp này, {co} đã trao {so} suất quà cho {nguoi} của xã {xa}, mỗi suất trị giá {st}00.000 đồng.",
    "Mô hình {cay} do {nguoi} xã {xa} khởi xướng hiện đã lan ra {st} xã lân cận, {duoi}.",
    "Đoàn giám sát ghi nhận nỗ lực của {co}, đồng thời yêu cầu {viec} trước khi bước vào mùa mưa bão.",
    "Tại {sk}, {co} cũng công bố {vb} số {shvb} về {lv}.",
    "Trong chương trình, {nguoi} đã đặt {so} câu hỏi xoay quanh {lv}; lãnh đạo {co} trả lời trực tiếp phần lớn các câu hỏi.",
    "Nhiều ý kiến đề xuất sớm đầu tư {ct} để nối {vung} với xã {xa2}, {duoi}.",
    "Từ chỗ chỉ có {st} hộ trồng thử, đến nay diện tích {cay} của xã {xa} đã lên tới {so} ha.",
    "Theo {ten}, bài học rút ra là phải {viec}, kiên trì vận động {nguoi} cùng vào cuộc.",
    "Chi bộ thôn {st} xã {xa} phân công từng đảng viên phụ trách nhóm hộ, {viec}.",
    "Hệ thống phần mềm về {lv} đã kết nối tới {so} điểm, giúp {nguoi} không phải đi lại nhiều lần.",
    "Lãnh đạo xã {xa} kiến nghị tỉnh hỗ trợ {tr} tỷ đồng để sửa chữa {ct}, vốn đã xuống cấp từ năm {nam}.",
    "Thời tiết diễn biến phức tạp khiến tiến độ {ct} chậm {st} tuần so với cam kết, nhà thầu hứa sẽ {viec}.",
    "Hội nghị thống nhất chọn {vung} làm điểm, sau đó nhân ra toàn tỉnh trong năm {nam}.",
    "{co} cho biết đã tiếp nhận {so} lượt phản ánh của {nguoi} về {lv}, đến nay xử lý xong {pt}%.",
    "Không dừng lại ở {cay}, xã {xa} còn khuyến khích {nguoi} học nghề, mở thêm {st} lớp ngắn hạn.",
    "Kết thúc {sk}, {ten} biểu dương kết quả của {co} và yêu cầu {viec}.",
    "Cũng trong {buoiw}, đoàn đã tới thăm {ct} và tặng quà {nguoi} có hoàn cảnh khó khăn.",
    "Các sở, ngành được giao {viec}; riêng {co2} chịu trách nhiệm tổng hợp, báo cáo trước ngày {ng}.",
    "Đến cuối tháng {th}, {vung} có {so} cơ sở đạt chuẩn về {lv}, vượt {pt}% kế hoạch.",
    "Việc số hóa {vb} giúp {co} tiết kiệm khoảng {tr} triệu đồng mỗi tháng, {duoi}.",
    "Anh {hoten} là một trong {st} người đầu tiên ở xã {xa} đưa {cay} lên sàn giao dịch, {duoi}.",
    "Giải trình thêm về {lv}, lãnh đạo {co} khẳng định sẽ {viec} ngay trong tháng {th}.",
    "Lực lượng chức năng đã tuyên truyền tới {so} lượt người, ký cam kết với {nguoi} trên địa bàn xã {xa}.",
    "{mo} {vung} vẫn là nơi khó khăn nhất về {lv}, song {nguoi} đã biết {viec}.",
    "{mo} kinh phí xã hội hóa cho {ct} đạt {tr} tỷ đồng, {duoi}.",
    "{mo} {so} cán bộ của {co} được cử về xã {xa} để {viec}.",
];

/// Closing sentences, always a paragraph of their own or the end of the last one.
pub const CLOSERS: &[&str] = &[
    "{Sk} sẽ tiếp tục với phần thảo luận về {lv} vào ngày {ng}./.",
    "Dự kiến {ct} được bàn giao trong quý {quy} năm {nam}.",
    "Thời gian tới, xã {xa} sẽ {viec}, {duoi}./.",
    "Tin rằng với sự đồng lòng của {nguoi}, {vung} sẽ có thêm nhiều đổi thay.",
    "{co} sẽ báo cáo kết quả với Ban Thường vụ Tỉnh ủy trước ngày {ng}.",
    "{ten} tin tưởng {nguoi} sẽ phát huy kết quả đạt được, {duoi}./.",
];

/// Items of a list inside an article.
pub const ITEMS: &[&str] = &[
    "{Viec}, {duoi};",
    "Hoàn thành {ct} tại xã {xa} trước ngày {ng};",
    "Hỗ trợ {so} hộ thuộc {vung} phát triển {cay};",
    "Giao {co} xây dựng {vb} về {lv};",
    "{Co} phối hợp với {co2} tổ chức {sk};",
];

/// What stands before such a list.
pub const LIST_HEADS: &[&str] = &[
    "Các nhiệm vụ trọng tâm được giao cho {co} gồm:",
    "{Sk} thống nhất một số nội dung sau:",
    "Để làm tốt {lv}, tỉnh tập trung vào những việc sau đây:",
];

/// What stands before a table.
pub const TABLE_HEADS: &[&str] =
    &["Kết quả {lv} của một số xã thuộc {vung} đến hết tháng {th}:", "Kinh phí phân bổ cho {lv} năm {nam} như sau:"];

/// Subheadings.
pub const SUBHEADS: &[&str] =
    &["Chuyển biến từ {vung}", "{Viec}", "Vẫn còn những nút thắt", "{Lv} – không thể chậm hơn", "Để {cay} vươn xa"];

/// Sentences that an editor adds to an article after publication.
pub const EDITS: &[&str] = &[
    "Cập nhật thêm: {co} vừa bổ sung {tr} tỷ đồng cho {ct}, {duoi}.",
    "Đính chính: số hộ tham gia {lv} ở xã {xa} là {so}, không phải như số liệu đã đưa.",
];
