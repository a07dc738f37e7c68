use super::*;

fn cause(source: &str) -> &'static str {
    match read(source) {
        Reading::NotArticle(cause) => cause.cause(),
        Reading::Article(article) => panic!("an article: {}", article.to_text()),
    }
}

#[test]
fn gates_and_challenges() {
    let gate = "<html><body><script>document.cookie=\"D1N=0123456789abcdef0123456789abcdef\"+\"; expires=Fri, 31-Dec-2099 23:59:59 GMT; path=/\";window.location.reload(true);</script></body></html>";
    assert_eq!(cause(gate), "cookie-gate");
    assert_eq!(
        cause("<html><head><title>Access denied · WAF</title></head><body>Access denied</body></html>"),
        "challenge"
    );
    assert_eq!(
        cause("<html><head><title>Just a moment...</title></head><body><div id=c></div></body></html>"),
        "challenge"
    );
    assert_eq!(cause("<script>location.href='/vi/'</script>"), "redirect");
    assert_eq!(cause(""), "empty");
}

#[test]
fn error_pages_that_answer_200() {
    let template = |middle: &str| {
        format!(
            "<html><head><title>Cổng thông tin huyện Bờ Sông</title></head><body><ul><li><a href=/>Trang chủ</a></li>\
             <li><a href=/tin>Tin tức trong ngày</a></li></ul><div>{middle}</div><div>Địa chỉ: số 1 đường Bờ Sông</div></body></html>"
        )
    };
    assert_eq!(
        cause(&template("<h1>Không tìm thấy trang</h1><p>Trang bạn yêu cầu không tồn tại hoặc đã bị xoá.</p>")),
        "error-page"
    );
    assert_eq!(cause(&template("<h2>404</h2><p>Not Found</p>")), "error-page");
    assert_eq!(cause(&template("<form><input name=u><input type=password name=p></form>")), "login-page");
    assert_eq!(cause(&template("")), "empty");
}

#[test]
fn a_form_to_log_in_stands_beside_an_article_or_in_its_place() {
    let title = "Khánh thành trạm bơm tiêu úng phía nam";
    let hint = Hint { title: Some(title), ..hint() };
    let read = |page: &str| read_with(&ArticleSpec::default(), "https://cong.example.vn/tin/bai-1.html", page, &hint);
    let form = "<form><input name=u><input type=password name=p><button>Đăng nhập</button></form>";
    let news = format!("<div class=news><h3>Tin mới</h3><ul><li><a href=/tin/bai-1.html>{title}</a></li></ul></div>");
    let place = format!(
        "<html><head><title>Đăng nhập</title></head><body><h1>Đăng nhập hệ thống</h1>\
         <p>Bạn cần đăng nhập để xem nội dung này.</p>{form}{news}</body></html>"
    );
    assert_eq!(read(&place), Reading::NotArticle(NotArticle::LoginPage));
    let beside = page("<span class=date>05/03/2026</span>", &format!("<p>Xem ảnh.</p>{form}"));
    assert!(matches!(read(&beside), Reading::Article(_)));
}

#[test]
fn an_error_status_is_believed() {
    let hint = Hint { status: 404, ..hint() };
    let page = page("", &format!("<p>{FIRST}</p><p>{SECOND}</p>"));
    let reading = read_with(&ArticleSpec::default(), "https://cong.example.vn/x", &page, &hint);
    assert_eq!(reading, Reading::NotArticle(NotArticle::ErrorPage));
}

#[test]
fn list_pages_with_and_without_summaries() {
    let items = |summary: &str| -> String {
        (1..=8)
            .map(|n| {
                format!(
                    "<div class=item><h3><a href=/tin/bai-{n}>Xã thứ {n} hoàn thành việc nạo vét kênh mương nội đồng</a></h3><span>0{n}/03/2026</span><p>{summary}</p></div>"
                )
            })
            .collect()
    };
    let list = |items: String| {
        format!(
            "<html><head><title>Tin tức sự kiện - Cổng thông tin</title></head><body><h1>Tin tức sự kiện</h1><div class=content>{items}</div></body></html>"
        )
    };
    assert_eq!(cause(&list(items(""))), "list-page");
    assert_eq!(
        cause(&list(items(
            "Việc nạo vét giúp nước về đồng sớm hơn mọi năm, bà con trong xã ai nấy đều phấn khởi chờ vụ mới..."
        ))),
        "list-page"
    );
}

#[test]
fn hostile_pages_end_in_time() {
    // Wall time is shared with other tests: far above linear work, far below quadratic.
    let sources = [
        "<div>".repeat(100_000) + FIRST,
        format!("<p>{}", "a ".repeat(2_000_000)),
        "<p>10/10/2020 ".repeat(60_000),
        "<tr><td>1</td><td>2</td></tr>".repeat(30_000),
        format!("<table>{}</table>", "<tr><td>1</td><td>2</td></tr>".repeat(15_000)),
        "<img src=a.jpg>".repeat(60_000),
        "<a href=a.pdf>x</a>".repeat(60_000),
        format!("<p class='{}'>{FIRST}</p>", "a-".repeat(500_000)),
        format!("<p style='{}'>{FIRST}</p>", "a:b;".repeat(300_000)),
        format!("<title>{}</title><p>{FIRST}</p>", "Tin tức ".repeat(200_000)),
        format!("<script type=application/ld+json>{}</script>", "[".repeat(200_000)),
        "<b>Tin cùng chuyên mục</b><br>".repeat(30_000) + &format!("<p>{FIRST}</p>"),
        "&amp;".repeat(500_000),
    ];
    for source in &sources {
        let before = std::time::Instant::now();
        let _ = read(source);
        let taken = before.elapsed();
        assert!(taken < std::time::Duration::from_secs(30), "{taken:?}: {}", &source[..60]);
    }
}
