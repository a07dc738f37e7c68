use super::*;
use crate::article::families::family_spec;
use crate::model::{Stamp, StampSource};

/// Reads a page twice, with the family's selectors and with none, and checks that both see the same.
fn both(family: &str, source: &str) -> Article {
    let address = "https://cong.example.vn/tin-tuc/bai-1.html";
    let with = read_with(&family_spec(family).unwrap(), address, source, &hint());
    let without = read(source);
    let (Reading::Article(with), Reading::Article(without)) = (with, without) else { panic!("{family}: no article") };
    assert_eq!(with.to_text(), without.to_text(), "{family}");
    assert_eq!(with.content_hash(), without.content_hash(), "{family}");
    *with
}

fn frame(title: &str, main: &str) -> String {
    let links: String =
        (1..=9).map(|n| format!("<li><a href=/muc-{n}>Chuyên mục số {n} của cổng thông tin</a></li>")).collect();
    format!(
        "<html><head><title>{title} - Cổng thông tin</title></head><body><form id=aspnetForm><ul class=menu>{links}</ul><div class=wrap>{main}\
         <div class=right><h3>Tin mới nhất</h3><ul>{links}</ul></div></div><div class=footer><p>Giấy phép số 1/GP-TTĐT cấp ngày 01/01/2020</p>\
         <p>Thống kê truy cập</p><p>Đang online: 1</p><p>Hôm nay: 1</p></div></form></body></html>"
    )
}

const TITLE: &str = "Khơi thông dòng chảy đoạn qua thị trấn Bến Đá";

#[test]
fn vnpt() {
    let main = format!(
        "<div class=breadcrumb><a href=/>Trang chủ</a> » <a href=/m>Kinh tế</a></div><div class=ArticleDetailControl><div class=ArticleHeader>{TITLE}</div>\
         <div class=PostDate>11/10/2021 16:20</div><div class=tool><a href=#>Cỡ chữ</a> <a href=#>Đọc bài</a> <span class=view-count>Lượt xem: 5</span></div>\
         <div class=ArticleSummary>{FIRST}</div><img class=ImgDetailImage src=/dd/0.jpg><div class=ArticleContent><p>{SECOND}</p>\
         <figure class=image><img alt=Anh-tin-bai src='https://datafiles.example.vn/a.jpg'></figure><p style='text-align:center'><em>Đoạn sông vừa nạo vét.</em></p><p>{THIRD}</p></div>\
         <div class=author>Phan Hà</div><div class=UISocialShare>Chia sẻ: <a href=#>Facebook</a></div></div>\
         <div class=UIListNews_Default><h3>Tin cùng chuyên mục</h3><ul><li><img src=/k.jpg><a href=/k>Một tin khác cùng chuyên mục kinh tế</a></li></ul></div>"
    );
    let article = both("vnpt", &frame(TITLE, &main));
    assert_eq!(
        article.to_text(),
        format!("{TITLE}\n\n11/10/2021 16:20\n\n{FIRST}\n\n{SECOND}\n\nĐoạn sông vừa nạo vét.\n\n{THIRD}\n\nPhan Hà\n")
    );
    assert_eq!(article.byline.as_deref(), Some("Phan Hà"));
    assert_eq!(article.images.len(), 2);
}

fn nukeviet_detail(extra: &str) -> String {
    format!(
        "<div class='news_column panel' itemtype='http://schema.org/NewsArticle' itemscope><h1 class=title itemprop=headline>{TITLE}</h1>\
         <span class=hidden itemprop=datePublished>2021-11-19T09:35:00+07:00</span><span class=hidden itemprop=dateModified>2021-11-19T09:35:00+07:00</span>\
         <div><span class=h5>Thứ sáu - 19/11/2021 09:35</span></div><ul class='list-inline text-right'><li><a href=/in>In ra</a></li><li>Đã xem: 41</li></ul>\
         <div class='hometext m-bottom' itemprop=description>{FIRST}</div><div id=news-bodyhtml class=bodytext><p>{SECOND}</p><p>{THIRD}</p></div>\
         {extra}<p class='h5 text-right'><strong>Tác giả: </strong>Lê Bình</p></div>\
         <div class=other-news><p class=h3>Những tin mới hơn</p><ul><li><a href=/o1>Tin mới hơn nói về việc khác</a></li></ul></div>"
    )
}

#[test]
fn nukeviet_and_its_print_page_are_one_article() {
    let file =
        "<div class='news-download-file'><a href='/uploads/a.pdf' download>Tập tin: <strong>a.pdf</strong></a></div>";
    let article = both("nukeviet", &frame(TITLE, &nukeviet_detail(file)));
    assert_eq!(article.date_line.as_deref(), Some("Thứ sáu - 19/11/2021 09:35"));
    let published = article.published.unwrap();
    assert_eq!((published.to_rfc3339().as_str(), published.source), ("2021-11-19T09:35:00+07:00", StampSource::Markup));
    // The stock template prints the publication into dateModified.
    assert_eq!(article.modified, None);
    assert_eq!(article.byline.as_deref(), Some("Lê Bình"));
    assert_eq!(article.attachments.len(), 1);
    let print = format!(
        "<html><head><title>{TITLE}</title></head><body><div id=print><div id=hd_print><h2>Cổng thông tin</h2></div><div class=content><h1>{TITLE}</h1>\
         <ul class=list-inline><li>Thứ sáu - 19/11/2021 09:35</li></ul><div class=hometext>{FIRST}</div><div class=bodytext><p>{SECOND}</p><p>{THIRD}</p></div>\
         <div class=text-right><strong>Tác giả: </strong>Lê Bình</div></div><div id=footer>© Cổng thông tin</div></div></body></html>"
    );
    let print = both("nukeviet", &print);
    assert_eq!(print.content_hash(), article.content_hash());
    assert_eq!(print.published.unwrap().at, published.at);
}

#[test]
fn liferay() {
    let main = format!(
        "<section><h1 class=portlet-title>Chi tiết tin</h1><div class=asset-full-content-title>{TITLE}</div>\
         <div class='assetPublishDate block_timer'>\n Publish date \n 23/04/2019 | 3:31 PM &nbsp;|&nbsp;View count: 12</div><div class=asset-full-content>\
         <p class=sapo><strong>{FIRST}</strong></p><div class=journal-content-article><p>{SECOND}</p><p>{THIRD}</p></div></div>\
         <div class=related_asset><div class=related_asset_title>Other News</div><ul><li><a href=/r1>Một tin khác nói về việc khác hẳn</a></li></ul></div></section>"
    );
    let article = both("liferay", &frame(TITLE, &main));
    assert_eq!(article.title, TITLE);
    assert_eq!(article.date_line.as_deref(), Some("23/04/2019 | 3:31 PM"));
    assert_eq!(article.lead.as_deref(), Some(FIRST));
}

#[test]
fn other_families_without_selectors() {
    let pages = [
        // SharePoint: date after a label, text zoom behind it.
        (
            format!(
                "<h1 class=tandan-p-article-news-title>{TITLE}</h1><span class=tandan-span-date-publish>Đăng ngày 11 - 11 - 2023</span><span>100%</span>\
                 <p class=tandan-p-article-news-summary>{FIRST}</p><div class='tandan-p-article-main article-contents'><p>{SECOND}</p><p>{THIRD}</p></div>\
                 <div class=td-tags><a href=/t>sông</a></div><div class=tandan-div-article-other>Tin khác <a href=/q>Một tin khác về dòng sông phía bắc</a></div>"
            ),
            "2023-11-11T00:00:00+07:00",
        ),
        // Upload-ID: time element, view count in the author's place.
        (
            format!(
                "<article class=news-detail-layout-type-2><h1 class=title-detail>{TITLE}</h1><span class='post-date left'>Thứ năm, 30/10/2025<span class=drash> | </span>10:31</span>\
                 <div class=article-brief>{FIRST}</div><div class='article-content content-detail brief'><p>{SECOND}</p><p>{THIRD}</p></div><div class=author>Lượt xem: 29</div>\
                 <div class=social-connect></div><div class=rating></div><div class='relatedArticles hidden'><a href=/y>Tin liên quan ẩn đi</a></div></article>"
            ),
            "2025-10-30T10:31:00+07:00",
        ),
        // Provincial paper: update line, lead in bold.
        (
            format!(
                "<h1 class=title>{TITLE}</h1><div class=date>Cập nhật lúc 17:57, Thứ Năm, 10/06/2021 (GMT+7)</div><div class=content><p><strong>{FIRST}</strong></p>\
                 <p>{SECOND}</p><p>{THIRD}</p></div><div class=ads>.</div>"
            ),
            "2021-06-10T17:57:00+07:00",
        ),
        // WebForms: paragraphs by line breaks in one cell.
        (
            format!(
                "<table><tr><td><span class=title-article>{TITLE}</span><br><span id=datearticle>Đăng ngày: 20/01/2020 - 8:28:04 AM | Lượt xem: 1231</span><br>\
                 <div class=chitietbaiviet>{FIRST}<br><br>{SECOND}<br>{THIRD}</div></td></tr></table>"
            ),
            "2020-01-20T08:28:04+07:00",
        ),
    ];
    for (main, published) in pages {
        let source = frame(TITLE, &main);
        let article = article(&source);
        let text = article.to_text();
        assert_eq!(article.title, TITLE, "{main}");
        assert_eq!(article.published.map(|stamp| stamp.to_rfc3339()).as_deref(), Some(published), "{main}");
        let body = format!("\n\n{FIRST}\n\n{SECOND}\n\n{THIRD}\n");
        assert!(text.ends_with(&body), "{text}");
        assert!(!text.contains("Lượt xem") && !text.contains("100%"), "{text}");
    }
}

#[test]
fn a_clock_in_the_banner_is_no_date() {
    // Nine in the morning in Vietnam, when the page is fetched.
    let clock = "<div class=date>Thứ ba, 10/03/2026 09:01</div>";
    let with_stamp =
        page(&format!("{clock}<div>Ngày đăng: 05/03/2026</div>"), &format!("<p>{FIRST}</p><p>{SECOND}</p>"));
    assert_eq!(article(&with_stamp).published.unwrap().date().to_string(), "2026-03-05");
    let listed = Hint { date: Some(Stamp::day(jiff::civil::date(2026, 3, 4), StampSource::List)), ..hint() };
    let source = page(clock, &format!("<p>{FIRST}</p><p>{SECOND}</p>"));
    let Reading::Article(article) = read_with(&ArticleSpec::default(), "https://cong.example.vn/x", &source, &listed)
    else {
        panic!("no article")
    };
    assert_eq!(article.published.unwrap().source, StampSource::List);
}

/// Reads the plain page with `head` between title and body, as captured on 10 March 2026 at nine.
fn headed(head: &str, hint: &Hint<'_>) -> Article {
    let source = page(head, &format!("<p>{FIRST}</p><p>{SECOND}</p>"));
    let Reading::Article(article) =
        read_with(&ArticleSpec::default(), "https://cong.example.vn/202511/x", &source, hint)
    else {
        panic!("no article")
    };
    *article
}

#[test]
fn every_kind_of_witness_is_named() {
    let told = |head: &str| {
        let article = headed(head, &hint());
        let stamp = article.published.unwrap();
        (stamp.to_rfc3339(), stamp.source, article.date_line, article.notes.len())
    };
    let line = |text: &str| Some(text.to_owned());
    assert_eq!(
        told("<div class=date>3 giờ trước | 41 lượt xem</div>"),
        ("2026-03-10T06:00:00+07:00".to_owned(), StampSource::Stamp, line("3 giờ trước | 41 lượt xem"), 1)
    );
    assert_eq!(
        told("<div>Đăng lúc: Hôm qua, 08:15</div>"),
        ("2026-03-09T08:15:00+07:00".to_owned(), StampSource::Stamp, line("Đăng lúc: Hôm qua, 08:15"), 1)
    );
    // No year: the address says November 2025.
    assert_eq!(
        told("<div class=date>Thứ Năm, 20-11</div>"),
        ("2025-11-20T00:00:00+07:00".to_owned(), StampSource::Inferred, line("Thứ Năm, 20-11"), 1)
    );
    // The lead says `Sáng 5/3`; November 2025 is nearer to March 2026 than to March 2025.
    let article = headed("", &hint());
    let stamp = article.published.unwrap();
    assert_eq!((stamp.to_rfc3339().as_str(), stamp.source), ("2026-03-05T00:00:00+07:00", StampSource::Inferred));
    assert_eq!(article.date_line, None);
    assert_eq!(
        told("<div>Thứ ba, 03/02/2026 | 14:05</div>"),
        ("2026-02-03T14:05:00+07:00".to_owned(), StampSource::Stamp, line("Thứ ba, 03/02/2026 | 14:05"), 0)
    );
}

#[test]
fn a_wrong_weekday_lowers_trust() {
    let listed = Hint { date: Some(Stamp::day(jiff::civil::date(2026, 2, 3), StampSource::List)), ..hint() };
    // 15 January 2026 was a Thursday.
    let wrong = "<div>Thứ ba, 15/01/2026 14:05</div>";
    assert_eq!(headed(wrong, &listed).published.unwrap().source, StampSource::List);
    let alone = headed(wrong, &hint());
    assert_eq!(alone.published.unwrap().to_rfc3339(), "2026-01-15T14:05:00+07:00");
    assert!(alone.notes[0].contains("weekday"), "{:?}", alone.notes);
    // What the list bears out is believed whatever the weekday, and keeps its hour.
    let same = Hint { date: Some(Stamp::day(jiff::civil::date(2026, 1, 15), StampSource::List)), ..hint() };
    assert_eq!(headed(wrong, &same).published.unwrap().to_rfc3339(), "2026-01-15T14:05:00+07:00");
}

#[test]
fn counters_and_dates_of_documents_are_no_dates() {
    for head in [
        "<div>Hôm qua: 12</div>",
        "<div>Hôm qua</div>",
        "<table><tr><td>Ngày ban hành</td><td>14/02/2026</td></tr></table>",
        "<div>tháng 3/2022</div>",
        "<div>Nhiệm kỳ 2020-2025, khóa XVII</div>",
        "<div>quý III/2021</div>",
    ] {
        let article = headed(head, &hint());
        assert_eq!(article.published.unwrap().source, StampSource::Inferred, "{head}");
        assert_eq!(article.date_line, None, "{head}");
    }
}

#[test]
fn updates_are_changes_unless_alone() {
    let both = page(
        "<div>Ngày đăng: 05/03/2026 08:00</div><div>Cập nhật: 06/03/2026 09:30</div>",
        &format!("<p>{FIRST}</p><p>{SECOND}</p>"),
    );
    let article = article(&both);
    assert_eq!(article.published.unwrap().date().to_string(), "2026-03-05");
    assert_eq!(article.modified.unwrap().to_rfc3339(), "2026-03-06T09:30:00+07:00");
}

#[test]
fn markup_wins_and_canonical_is_resolved() {
    let source = page("<div>06/03/2026 10:00</div>", &format!("<p>{FIRST}</p><p>{SECOND}</p>")).replace(
        "</head>",
        "<link rel=canonical href=/tin/goc.html><script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"datePublished\":\"2026-03-05T01:00:00Z\",\"articleSection\":\"Thủy lợi\"}</script></head>",
    );
    let article = article(&source);
    let published = article.published.unwrap();
    assert_eq!((published.to_rfc3339().as_str(), published.source), ("2026-03-05T08:00:00+07:00", StampSource::Markup));
    assert_eq!(article.canonical.unwrap().as_str(), "https://cong.example.vn/tin/goc.html");
    assert_eq!(article.section.as_deref(), Some("Thủy lợi"));
}

#[test]
fn the_list_names_a_title_that_nothing_else_does() {
    let source = format!(
        "<html><head><title>Cổng thông tin huyện</title></head><body><div><div><b>{TITLE}</b></div><div><p>{FIRST}</p><p>{SECOND}</p></div></div></body></html>"
    );
    let named = Hint { title: Some(TITLE), ..hint() };
    let Reading::Article(article) = read_with(&ArticleSpec::default(), "https://cong.example.vn/x", &source, &named)
    else {
        panic!("no article")
    };
    assert_eq!(article.title, TITLE);
    assert_eq!(article.blocks.len() + usize::from(article.lead.is_some()), 2);
}

#[test]
fn site_selectors_win_and_a_bad_one_is_named() {
    let spec = ArticleSpec {
        title: Some(".ten".to_owned()),
        body: Some("#than".to_owned()),
        drop: vec![".bo".to_owned()],
        ..ArticleSpec::default()
    };
    let source = format!(
        "<html><body><h1>Tên cổng thông tin điện tử</h1><p class=ten>{TITLE}</p><div id=than><p>{FIRST}</p><p class=bo>{SECOND}</p></div><p>{THIRD}</p></body></html>"
    );
    let Reading::Article(article) = read_with(&spec, "https://cong.example.vn/x", &source, &hint()) else {
        panic!("no article")
    };
    assert_eq!(article.to_text(), format!("{TITLE}\n\n{FIRST}\n"));
    let bad = ArticleSpec { lead: Some("p[".to_owned()), ..ArticleSpec::default() };
    let fault = ArticleReader::new(&bad).unwrap_err();
    assert!(fault.to_string().contains("lead") && fault.to_string().contains("p["), "{fault}");
}

#[test]
fn readers_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<ArticleReader>();
}
