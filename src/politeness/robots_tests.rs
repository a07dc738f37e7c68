use super::*;

fn allowed(body: &str, path: &str) -> bool {
    let url = Url::parse("https://portal.example").unwrap().join(path).unwrap();
    Rules::parse(body.as_bytes()).decide(&url).allowed
}

#[test]
fn groups_of_our_token_replace_those_of_everyone() {
    let body = "User-agent: *\nDisallow: /\n\nUser-agent: Luutru/1.0\nDisallow: /admin\n";
    assert!(allowed(body, "/tin-tuc"));
    assert!(!allowed(body, "/admin/x"));
    let others = "User-agent: luutru-other\nDisallow: /\nUser-agent: *\nAllow: /\n";
    assert!(allowed(others, "/tin-tuc"));
}

#[test]
fn groups_of_one_token_are_merged_and_unknown_lines_end_none() {
    let body = "User-agent: luutru\nSitemap: /s.xml\nUser-agent: x\nDisallow: /a\n\nUser-agent: luutru\nDisallow: /b\n";
    assert!(!allowed(body, "/a"));
    assert!(!allowed(body, "/b"));
}

#[test]
fn the_longest_pattern_wins_and_allow_wins_a_tie() {
    let body = "User-agent: *\nDisallow: /p\nAllow: /page\nDisallow: /page/x\nAllow: /page/x\n";
    assert!(!allowed(body, "/p"));
    assert!(allowed(body, "/page"));
    assert!(allowed(body, "/page/x"));
}

#[test]
fn stars_and_dollars() {
    let star = "User-agent: *\nDisallow: /*.php\n";
    assert!(!allowed(star, "/a.b.php"));
    assert!(!allowed(star, "/x/y.php?z=1"));
    assert!(allowed(star, "/x/y.ph"));
    let end = "User-agent: *\nDisallow: /*.php$\n";
    assert!(!allowed(end, "/a.php.php"));
    assert!(allowed(end, "/a.php?x"));
    let middle = "User-agent: *\nDisallow: /a*b*c\n";
    assert!(!allowed(middle, "/axxbyybc"));
    assert!(allowed(middle, "/acb"));
    assert!(!allowed("User-agent: *\nDisallow: *\n", "/x"));
    assert!(!allowed("User-agent: *\nDisallow: /$\n", "/"));
    assert!(allowed("User-agent: *\nDisallow: /$\n", "/x"));
}

#[test]
fn letters_compare_by_their_octets() {
    let body = "User-agent: *\nDisallow: /đề-cương\nDisallow: /%e1\nDisallow: /100%\n";
    assert!(!allowed(body, "/%C4%91%E1%BB%81-c%C6%B0%C6%A1ng/1"));
    assert!(!allowed(body, "/%E1%BA%A1"));
    assert!(!allowed(body, "/100%25"));
}

#[test]
fn a_byte_order_mark_and_odd_line_ends_are_borne() {
    let body = "\u{feff}User-agent: *\rDisallow: /a\r\nDisallow:/b # why\n";
    assert!(!allowed(body, "/a"));
    assert!(!allowed(body, "/b"));
    assert!(allowed(body, "/c"));
}

#[test]
fn an_empty_disallow_forbids_nothing() {
    assert!(allowed("User-agent: *\nDisallow:\nSitemap: /sitemap.xml\n", "/x"));
    assert_eq!(Rules::parse(b"Sitemap: https://a.example/s.xml\n").sitemaps, ["https://a.example/s.xml"]);
}

#[test]
fn crawl_delay_is_read_and_nonsense_is_not() {
    assert_eq!(Rules::parse(b"User-agent: *\nCrawl-delay: 5\n").crawl_delay, Some(Duration::from_secs(5)));
    assert_eq!(Rules::parse(b"User-agent: *\nCrawl-delay: 0.2\n").crawl_delay, Some(Duration::from_millis(200)));
    assert_eq!(Rules::parse(b"User-agent: *\nCrawl-delay: -1\n").crawl_delay, None);
    assert_eq!(Rules::parse(b"User-agent: *\nCrawl-delay: soon\n").crawl_delay, None);
}

#[test]
fn robots_txt_itself_is_never_forbidden() {
    assert!(allowed("User-agent: *\nDisallow: /\n", "/robots.txt"));
}

#[test]
fn hostile_files_cost_little() {
    let started = std::time::Instant::now();
    let stars = format!("User-agent: *\nDisallow: /{}x\n", "*a".repeat(1_000));
    assert!(allowed(&stars, &format!("/{}", "a".repeat(2_000))));
    let long = format!("User-agent: *\nDisallow: /{}\n", "ê".repeat(20_000));
    assert!(allowed(&long, "/x"));
    let many = format!("User-agent: *\n{}", "Disallow: /*a*b*c$\n".repeat(25_000));
    assert!(allowed(&many, &format!("/{}", "ab".repeat(500))));
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

#[test]
fn a_page_of_html_is_no_rule() {
    assert!(allowed("<!DOCTYPE html><html><body>User-agent: *<br>Disallow: /</body></html>", "/x"));
}
