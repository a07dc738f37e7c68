#![allow(clippy::unwrap_used, clippy::panic, clippy::format_collect)]

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use url::Url;

use super::*;
use crate::model::{Head, Limits};

const PAGE: &str =
    "<!doctype html><html><body><p>Hội nghị giao ban tháng đã diễn ra tại hội trường lớn.</p></body></html>";

fn head(fields: &[(&str, &str)]) -> Head {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
    Head { status: 200, fields }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_packed_sitemap_is_unpacked_within_the_limits() {
    let map = "<?xml version='1.0'?><urlset><url><loc>http://tinh.vn/tin/a-51.html</loc></url></urlset>";
    for fields in [&[("Content-Type", "application/gzip")][..], &[("Content-Type", "application/x-gzip")], &[]] {
        let decoded = decode(&head(fields), &gzip(map.as_bytes()), &Limits::default()).unwrap();
        assert_eq!((decoded.text.as_str(), decoded.media), (map, Media::Xml), "{fields:?}");
    }
    // Sent with a content coding as well.
    let twice = gzip(&gzip(map.as_bytes()));
    assert_eq!(decode(&head(&[("Content-Encoding", "gzip")]), &twice, &Limits::default()).unwrap().text, map);
    // Other packed files stay what they are.
    let other = gzip(PAGE.as_bytes());
    assert_eq!(decode(&head(&[]), &other, &Limits::default()).unwrap().bytes, other);
    let bomb = gzip(format!("<urlset>{}", " ".repeat(8 << 20)).as_bytes());
    assert!(matches!(decode(&head(&[]), &bomb, &Limits::default()), Err(PageError::Bomb { .. })));
    let small = Limits { decoded_bytes: 40, ..Limits::default() };
    assert!(matches!(decode(&head(&[]), &gzip(map.as_bytes()), &small), Err(PageError::TooLarge { .. })));
}

#[test]
fn gzip_and_both_kinds_of_deflate_are_read() {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(PAGE.as_bytes()).unwrap();
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
    raw.write_all(PAGE.as_bytes()).unwrap();
    for (coding, body) in
        [("gzip", gzip(PAGE.as_bytes())), ("deflate", zlib.finish().unwrap()), ("deflate", raw.finish().unwrap())]
    {
        let decoded = decode(&head(&[("Content-Encoding", coding)]), &body, &Limits::default()).unwrap();
        assert_eq!((decoded.text.as_str(), decoded.media, decoded.complete), (PAGE, Media::Html, true), "{coding}");
    }
}

#[test]
fn a_coding_nobody_asked_for_is_named() {
    let refused = decode(&head(&[("content-encoding", "br")]), b"x", &Limits::default());
    assert_eq!(refused, Err(PageError::UnknownCoding("br".to_owned())));
}

#[test]
fn a_bomb_stops_at_the_ratio_and_a_large_body_at_its_bound() {
    let bomb = gzip(&vec![b' '; 4 << 20]);
    let coded = head(&[("content-encoding", "gzip")]);
    assert_eq!(decode(&coded, &bomb, &Limits::default()), Err(PageError::Bomb { ratio: 200 }));
    let small = Limits { decoded_bytes: 1000, ..Limits::default() };
    assert_eq!(decode(&coded, &bomb, &small), Err(PageError::TooLarge { limit: 1000 }));
}

#[test]
fn a_body_cut_on_the_way_gives_what_came() {
    let long = PAGE.repeat(2000);
    let body = gzip(long.as_bytes());
    let decoded = decode(&head(&[("content-encoding", "gzip")]), &body[..body.len() / 2], &Limits::default()).unwrap();
    assert!(!decoded.complete && decoded.text.starts_with("<!doctype"));
}

#[test]
fn charset_of_mark_header_meta_and_bytes() {
    let vietnamese = "Tỉnh uỷ họp thường kỳ";
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(vietnamese.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let read = |kind: &str, body: &[u8]| {
        let decoded = decode(&head(&[("content-type", kind)]), body, &Limits::default()).unwrap();
        (decoded.charset, decoded.text)
    };
    assert_eq!(read("text/plain", &utf16), ("UTF-16LE", vietnamese.to_owned()));
    // UTF-8 bytes win over whatever was declared.
    assert_eq!(read("text/plain; charset=utf-16", vietnamese.as_bytes()), ("UTF-8", vietnamese.to_owned()));
    assert_eq!(read("text/plain; charset=windows-1252", vietnamese.as_bytes()).0, "UTF-8");
    let bare: Vec<u8> = "<html><body>Tỉnh ủy".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read("text/html", &bare).0, "UTF-16LE");
}

#[test]
fn windows_1258_is_read_by_label_and_by_guess() {
    // "Hội nghị Tỉnh ủy bàn về công tác cán bộ" with windows-1258's combining marks, many times over for the detector.
    let sentence: &[u8] = b"H\xf4\xf2i ngh\xf2 Ti\xd2nh u\xd2y b\xe0n v\xea\xcc c\xf4ng t\xe1c c\xe1n b\xf4\xf2. ";
    let body: Vec<u8> = sentence.repeat(20);
    for kind in ["text/html; charset=windows-1258", "text/html"] {
        let decoded = decode(&head(&[("content-type", kind)]), &body, &Limits::default()).unwrap();
        assert_eq!(decoded.charset, "windows-1258", "{kind}");
        assert!(decoded.text.contains("c\u{f4}ng t\u{e1}c"), "{}", decoded.text);
    }
}

#[test]
fn bytes_tell_the_media_type_and_the_header_is_kept_apart() {
    let kinds: [(&str, &[u8], Media); 9] = [
        ("text/html", b"%PDF-1.5\n%\xe2\xe3", Media::Pdf),
        ("application/octet-stream", PAGE.as_bytes(), Media::Html),
        ("text/html", b"PK\x03\x04\x14\x00", Media::Zip),
        ("application/msword", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], Media::Ole),
        ("text/html", b"\xFF\xD8\xFF\xE0\x00", Media::Image),
        ("text/html", b"{\"items\": []}", Media::Json),
        ("text/html", b"<?xml version=\"1.0\"?><rss></rss>", Media::Xml),
        ("text/plain", b"User-agent: *\nDisallow: /cms/", Media::Text),
        ("application/octet-stream", b"\x00\x01\x02\x03\x04\x05\x06", Media::Other),
    ];
    for (declared, body, media) in kinds {
        let decoded = decode(&head(&[("content-type", declared)]), body, &Limits::default()).unwrap();
        assert_eq!((decoded.media, decoded.declared.as_deref()), (media, Some(declared)), "{body:?}");
    }
}

fn parse(source: &str) -> HtmlPage {
    HtmlPage::parse(Url::parse("https://cong.example.vn/tin").unwrap(), source.to_owned(), &Limits::default())
}

fn text_of(page: &HtmlPage) -> String {
    page.dom.root_element().text().collect::<Vec<_>>().join("")
}

#[test]
fn scripts_styles_and_comments_leave_the_tree_and_stay_in_the_source() {
    let page = parse(
        "<title>T &amp; U</title><script>if (a < b) document.write('<p>giả</p>')</script><style>p{}</style>\
         <!-- <p>ẩn</p> --><p title='a>b' onmouseover=\"x()\" onclick=\"tai('1')\">thật</p><svg><text>vẽ</text></svg>1 < 2",
    );
    let text = text_of(&page);
    assert!(text.contains("thật") && text.contains("1 < 2") && text.contains("T & U"), "{text}");
    assert!(!text.contains("giả") && !text.contains("ẩn") && !text.contains("vẽ"), "{text}");
    assert!(page.source.contains("document.write"));
    let selector = scraper::Selector::parse("p[title='a>b'][onclick]:not([onmouseover])").unwrap();
    assert_eq!(page.dom.select(&selector).count(), 1);
}

#[test]
fn json_ld_is_remembered() {
    let page =
        parse("<script type=\"application/ld+json\">{\"headline\":\"x\"}</script><p>a</p><script>var b</script>");
    assert_eq!(page.json_ld().collect::<Vec<_>>(), ["{\"headline\":\"x\"}"]);
}

fn depth(page: &HtmlPage) -> usize {
    let mut deepest = 0;
    let mut at = 0usize;
    for edge in page.dom.tree.root().traverse() {
        match edge {
            ego_tree::iter::Edge::Open(_) => {
                at += 1;
                deepest = deepest.max(at);
            }
            ego_tree::iter::Edge::Close(_) => at -= 1,
        }
    }
    deepest
}

/// Wall time is the machine's, which tests share: the bound is far above linear work and far below quadratic.
fn quick(name: &str, source: &str) -> HtmlPage {
    let start = std::time::Instant::now();
    let page = parse(source);
    let taken = start.elapsed();
    assert!(taken < std::time::Duration::from_secs(30), "{name}: {taken:?}");
    page
}

#[test]
fn depth_bombs_are_flattened() {
    // The parser adds a `tbody` to every bare table, and keeps a closed `form` as its content's parent.
    let limit = Limits::default().dom_depth * 2 + 16;
    for (name, unit) in [
        ("div", "<div>a"),
        ("span", "<span>a"),
        ("bold", "<b>a"),
        ("font", "<font color=red>a<p>"),
        ("bold div", "<b><div></b>a"),
        ("table", "<table><tr><td>a"),
        ("paragraph in a cell", "<p><table><tr><td></p>a"),
        ("stray row", "<tr><div>a"),
        ("nested table", "<table><table><tr><div>a"),
        ("list", "<ul><li>a"),
        ("link", "<a href=x><div>a"),
        ("button", "<button><div>a"),
        ("select", "<select><div><option>a"),
        ("object", "<object><p>a"),
        ("template", "<template><div>a"),
        ("drawing", "<svg><g>a"),
        ("form", "<form><div></form>a"),
        ("custom", "<x-y><div></x-y>a"),
        ("heading", "<h1><h2>a"),
    ] {
        let page = quick(name, &unit.repeat(100_000));
        assert!(depth(&page) <= limit, "{name}: {}", depth(&page));
        assert!(name == "template" || text_of(&page).contains('a'), "{name}");
    }
}

#[test]
fn floods_stay_bounded() {
    let fonts = (0..100_000).fold(String::new(), |out, n| out + &format!("<p><font color={n}>a</p>"));
    let attributes = format!("<p {}>chữ</p>", (0..200_000).fold(String::new(), |out, n| out + &format!("a{n}=1 ")));
    let names = (0..100_000).fold(String::new(), |out, n| out + &format!("<element{n} attribute{n}=x>"));
    for (name, source) in [
        ("unclosed formatting", fonts.as_str()),
        ("attributes", attributes.as_str()),
        ("names", names.as_str()),
        ("unclosed comments", &"<!--".repeat(500_000)),
        ("unclosed drawings", &"<svg>".repeat(500_000)),
        ("unclosed quotes", &"<a href=\"".repeat(300_000)),
        ("end tags", &"</p></div></b>".repeat(300_000)),
        ("document types", &"<!doctype html>".repeat(100_000)),
        ("paragraphs", &"<p>a".repeat(300_000)),
        ("links in links", &"<a href=x><div>a</a>".repeat(100_000)),
        ("text and tags that no table may hold", &format!("<table>{}", "<b>x<div>y</div><tr>".repeat(60_000))),
        ("less-than signs", &"<".repeat(2_000_000)),
        ("zero bytes", &"\0".repeat(2_000_000)),
        ("entities", &"&amp;&#1;&bogus;".repeat(100_000)),
        ("long names of entities, cut", &"&CounterClockwiseContourIntegra".repeat(50_000)),
        ("text areas", &"<textarea>".repeat(200_000)),
    ] {
        let nodes = quick(name, source).dom.tree.nodes().count();
        // Each element may hold a text, and open a few formatting elements again.
        assert!(nodes <= 500_000, "{name}: {nodes}");
    }
    assert!(text_of(&quick("attributes", &attributes)).contains("chữ"));
}

#[test]
fn a_page_over_the_size_cap_is_cut_in_the_tree_only() {
    let limits = Limits { html_bytes: 100, ..Limits::default() };
    let source = format!("<p>{}</p>", "ấ".repeat(1000));
    let page = HtmlPage::parse(Url::parse("https://cong.example.vn/").unwrap(), source.clone(), &limits);
    assert_eq!(page.source, source);
    assert!(text_of(&page).len() <= 100);
}

#[test]
fn white_space_keeps_words_apart_and_pre_keeps_its_lines() {
    assert_eq!(text_of(&parse("<p>một\n\n\t  hai</p>")), "một\nhai");
    assert!(text_of(&parse("<pre>một\n\n  hai</pre>")).contains("một\n\n  hai"));
}
