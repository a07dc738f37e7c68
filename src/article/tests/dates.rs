use url::Url;

use crate::article::dates::{find_in_url, parse_stamp};

fn stamp(text: &str) -> String {
    parse_stamp(text).map_or_else(
        || "none".to_owned(),
        |(at, has_time)| if has_time { at.strftime("%Y-%m-%d %H:%M:%S").to_string() } else { at.date().to_string() },
    )
}

#[test]
fn every_printed_form_is_read_day_first() {
    let forms = [
        ("Cập nhật lúc 07:45, Thứ Hai, 08/11/2021 (GMT+7)", "2021-11-08 07:45:00"),
        ("Thứ Năm, 03/12/2020, 16:21 (GMT+7)", "2020-12-03 16:21:00"),
        ("Cập nhật lúc: 18:18 |31/03/2020", "2020-03-31 18:18:00"),
        ("Thứ sáu - 19/11/2021 09:35", "2021-11-19 09:35:00"),
        ("04:35 15/03/2016", "2016-03-15 04:35:00"),
        ("Thứ năm, 30/10/2025 | 10:31", "2025-10-30 10:31:00"),
        ("2025-10-30T10:31:51+07:00", "2025-10-30 10:31:51"),
        ("2025-10-30T03:31:51Z", "2025-10-30 10:31:51"),
        ("2025-10-30T03:31:51.123456+0000", "2025-10-30 10:31:51"),
        ("2025-10-30T10:31:51", "2025-10-30 10:31:51"),
        ("2026-10-07 07:49 + 07:00", "2026-10-07 07:49:00"),
        ("Đăng ngày 11 - 11 - 2023", "2023-11-11"),
        ("Đăng ngày: 20/01/2020 - 8:28:04 AM", "2020-01-20 08:28:04"),
        ("20/01/2020 8:28:04 CH", "2020-01-20 20:28:04"),
        ("20/01/2020 8:28 SA", "2020-01-20 08:28:00"),
        ("09/09/2020 | 05:07 PM", "2020-09-09 17:07:00"),
        ("18/04/2014 | 12:00 AM", "2014-04-18"),
        ("05/03/2014 | 00:00", "2014-03-05"),
        ("05/03/2014 | 12:30 PM", "2014-03-05 12:30:00"),
        ("Ngày đăng: 7-10-2021", "2021-10-07"),
        ("Tin đăng ngày: 6/2/2020 - Xem: 92", "2020-02-06"),
        ("Gửi lúc: 05/12/2013 15:42:27", "2013-12-05 15:42:27"),
        ("01/11/2024 - 09:50", "2024-11-01 09:50:00"),
        ("Thứ ba, 20:02, 23/09/2025", "2025-09-23 20:02:00"),
        ("Thứ 2, 20:02 ngày 22/09/2025", "2025-09-22 20:02:00"),
        ("08:36 ngày 14/03/2016", "2016-03-14 08:36:00"),
        ("16h05 ngày 14/3/2016", "2016-03-14 16:05:00"),
        ("14/3/2016, 16 giờ 05", "2016-03-14 16:05:00"),
        ("NGUYỄN AN - LÊ BÌNH 30/04/2016 11:39", "2016-04-30 11:39:00"),
        ("13/08/2025 | 329", "2025-08-13"),
        ("ngày 27 tháng 11 năm 2008", "2008-11-27"),
        ("Ngày\u{a0}7\u{a0}tháng\u{a0}1\u{a0}năm\u{a0}2008", "2008-01-07"),
        ("27 tháng Mười hai, 2008", "2008-12-27"),
        ("18-2-2019", "2019-02-18"),
        ("01.8.2019", "2019-08-01"),
        ("10/06/21", "2021-06-10"),
        ("/Date(1634000000000)/", "2021-10-12 07:53:20"),
        ("1634000000", "2021-10-12 07:53:20"),
        ("Thu, 15 Oct 2020 09:21:00 GMT", "2020-10-15 16:21:00"),
        ("Thu, 15 Oct 2020 16:21:00 +0700", "2020-10-15 16:21:00"),
        ("October 15, 2020", "2020-10-15"),
    ];
    for (text, expected) in forms {
        assert_eq!(stamp(text), expected, "{text}");
    }
}

#[test]
fn what_looks_like_a_date_and_is_none() {
    for text in [
        "Quyết định số 18/2022/QĐ-UBND",
        "Chiều 11/10",
        "tháng 3/2022",
        "giai đoạn 2021-2025",
        "nhiệm kỳ 2020-2025",
        "31/02/2020",
        "12/13/2020",
        "Số 3/4/2021/NQ-HĐND",
        "1.2.3",
        "10.10",
        "",
        "0123456789012345678901234567890",
        "Điện thoại: 0238.3840.418",
    ] {
        assert_eq!(stamp(text), "none", "{text}");
    }
}

#[test]
fn addresses_give_days_and_hours() {
    let find = |address: &str| {
        find_in_url(&Url::parse(address).unwrap()).map(|(at, has_time)| format!("{at} {has_time}")).unwrap_or_default()
    };
    assert_eq!(find("https://a.vn/portal/Pages/2023-11-5/khai-mac-abc.aspx"), "2023-11-05T00:00:00 false");
    assert_eq!(find("https://a.vn/tin/20150323/mot-bai/724115.html"), "2015-03-23T00:00:00 false");
    assert_eq!(find("https://a.vn/2019/7/02/mot-bai/"), "2019-07-02T00:00:00 false");
    assert_eq!(find("https://a.vn/anh_20240122084425.jpg"), "2024-01-22T08:44:25 true");
    assert_eq!(find("https://a.vn/bai-4250808215021297.htm"), "2025-08-08T21:50:21 true");
    // .NET ticks, as one family names what it stores.
    assert_eq!(find("https://a.vn/tin/638351363125773990.html"), "2023-11-09T14:18:32 true");
    let month =
        |address: &str| crate::article::date_in_url::month_in_url(address).map(|day| day.strftime("%Y-%m").to_string());
    assert_eq!(month("https://a.vn/202010/bai-1234567/").as_deref(), Some("2020-10"));
    assert_eq!(month("https://a.vn/uploads/news/2019_07/anh.jpg").as_deref(), Some("2019-07"));
    assert_eq!(month("https://a.vn/wp-content/uploads/2024/05/k1.jpg").as_deref(), Some("2024-05"));
    assert_eq!(month("https://a.vn/103215/bai-viet/1234"), None);
    for none in ["https://a.vn/202010/bai-1234567/", "https://a.vn/bai-99999999.html", "https://a.vn/1/2/3"] {
        assert_eq!(find(none), "", "{none}");
    }
}

#[test]
fn the_weekday_tells_which_figure_is_the_month() {
    // 9 April 2023 was a Sunday, 4 September 2023 a Monday.
    assert_eq!(stamp("Monday, 9/4/2023 1:30 PM"), "2023-09-04 13:30:00");
    assert_eq!(stamp("Thứ hai, 9/4/2023"), "2023-09-04");
    assert_eq!(stamp("Chủ nhật, 9/4/2023"), "2023-04-09");
    // Neither reading is a Friday: the day goes first, as always, and the doubt is noted.
    assert_eq!(stamp("Thứ sáu, 9/4/2023"), "2023-04-09");
    let doubtful = |text: &str| crate::article::dates::find_stamp(text).unwrap().disagrees;
    assert!(doubtful("Thứ sáu, 9/4/2023") && doubtful("14:05 Thứ 3, 25/12/2023"));
    assert!(!doubtful("Chủ nhật, 9/4/2023") && !doubtful("9/4/2023") && !doubtful("Thứ hai - thứ sáu, 9/4/2023"));
}

#[test]
fn feeds_may_put_the_month_first() {
    use crate::article::dates::{month_first, parse_month_first};
    assert_eq!(month_first("9/25/2026 1:30:00 PM"), Some(true));
    assert_eq!(month_first("25/9/2026 1:30:00 PM"), Some(false));
    for both in ["9/5/2026 1:30:00 PM", "2026-09-25", "Fri, 25 Sep 2026 10:00:00 +0700", "", "13.25.2026"] {
        assert_eq!(month_first(both), None, "{both}");
    }
    let read = |text| parse_month_first(text).map(|(at, _)| at.to_string());
    assert_eq!(read("9/5/2026 1:30:00 PM").as_deref(), Some("2026-09-05T13:30:00"));
    assert_eq!(read("9/25/2026").as_deref(), Some("2026-09-25T00:00:00"));
    assert_eq!(read("9/25"), None);
}

#[test]
fn dates_told_from_the_day_of_the_capture() {
    use crate::article::relative::find_relative;
    let here = jiff::civil::date(2026, 3, 1).at(9, 30, 20, 0);
    let told = |text: &str| find_relative(text, here).map(|found| (found.at.to_string(), found.has_time));
    for (text, at, has_time) in [
        ("3 giờ trước", "2026-03-01T06:30:00", true),
        ("Đăng 10 giờ trước", "2026-02-28T23:30:00", true),
        ("Cập nhật: 25 phút trước", "2026-03-01T09:05:00", true),
        ("cách đây 2 ngày", "2026-02-27T00:00:00", false),
        ("1 tuần trước", "2026-02-22T00:00:00", false),
        ("2 tháng trước", "2026-01-01T00:00:00", false),
        ("5 hours ago", "2026-03-01T04:30:00", true),
        ("Hôm qua, 08:15", "2026-02-28T08:15:00", true),
        ("Hôm nay lúc 7h05", "2026-03-01T07:05:00", true),
        ("08:15 hôm qua", "2026-02-28T08:15:00", true),
        ("Đăng: hôm qua", "2026-02-28T00:00:00", false),
        ("Yesterday at 10:00", "2026-02-28T10:00:00", true),
    ] {
        assert_eq!(told(text), Some((at.to_owned(), has_time)), "{text}");
    }
    for text in [
        "Hôm nay: 12",
        "Hôm qua 1.024",
        "Hôm qua, xã đã họp bàn việc này",
        "trước ngày 25",
        "Tin trước đó 3",
        "Ông nói rằng cách đây 20 năm",
        "999999 giờ trước",
        "",
    ] {
        assert_eq!(told(text), None, "{text}");
    }
}

#[test]
fn a_missing_year_comes_from_what_stands_around() {
    use crate::article::relative::{day_and_month, with_year};
    use jiff::civil::date;
    let here = date(2026, 3, 1).at(9, 0, 0, 0);
    let year = |text: &str, anchor| {
        day_and_month(text).and_then(|found| with_year(found, anchor, here)).map(|day| day.to_string())
    };
    assert_eq!(year("10-6", None).as_deref(), Some("2025-06-10"), "the last tenth of June before the capture");
    assert_eq!(year("11/1,", None).as_deref(), Some("2026-01-11"));
    assert_eq!(year("10-6", Some(date(2021, 6, 15))).as_deref(), Some("2021-06-10"));
    assert_eq!(year("31/12", Some(date(2021, 1, 2))).as_deref(), Some("2020-12-31"), "the nearest, not the same year");
    assert_eq!(year("29.2", None), None);
    for none in ["32/1", "1/13", "2021/3", "6", "3/2022 và"] {
        assert_eq!(day_and_month(none), None, "{none}");
    }
}

#[test]
fn hostile_texts_are_read_in_linear_time() {
    let start = std::time::Instant::now();
    for unit in ["1/", "1:", "1 ", "12/12/", "10:10 ", "ngày 1 tháng ", "\u{a0}1\u{a0}"] {
        let _ = parse_stamp(&unit.repeat(100_000));
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(10));
}
