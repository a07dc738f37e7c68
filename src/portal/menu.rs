//! Which further lists a page links to, as far as a menu's words tell.

use std::sync::OnceLock;

use scraper::Selector;
use unicode_normalization::UnicodeNormalization;
use url::Url;

use super::canonical::canonical;
use crate::config::Site;
use crate::page::HtmlPage;

/// Sections named at most.
const MOST: usize = 24;
/// A section's name is short; a title is not.
const LONGEST: usize = 40;
/// Words of which a news section's name has one, in lower case.
const WORDS: [&str; 24] = [
    "tin tức",
    "sự kiện",
    "thời sự",
    "tin trong",
    "tin nổi bật",
    "tin hoạt động",
    "chính trị",
    "kinh tế",
    "xã hội",
    "văn hóa",
    "văn hoá",
    "xây dựng đảng",
    "hoạt động",
    "đoàn thể",
    "chỉ đạo",
    "thông báo",
    "thông cáo",
    "an ninh",
    "quốc phòng",
    "giáo dục",
    "y tế",
    "nông nghiệp",
    "cải cách",
    "chuyển đổi số",
];

/// Names and addresses of the sections that `page` links to on the site's own hosts, once each, in page order.
pub fn sections(page: &HtmlPage, site: &Site) -> Vec<(String, Url)> {
    static LINKS: OnceLock<Option<Selector>> = OnceLock::new();
    let Some(links) = LINKS.get_or_init(|| Selector::parse("a[href]").ok()) else { return Vec::new() };
    let mut found: Vec<(String, Url)> = Vec::new();
    for link in page.dom.select(links) {
        let text: String = link.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ").nfc().collect();
        if !is_section(&text) {
            continue;
        }
        let Some(mut url) = link.attr("href").and_then(|href| page.url.join(href.trim()).ok()) else { continue };
        url.set_fragment(None);
        let key = canonical(&url, None);
        let known = found.iter().any(|(_, known)| canonical(known, None) == key);
        if site.owns(&url) && url.path() != "/" && !known {
            found.push((text, url));
        }
        if found.len() == MOST {
            break;
        }
    }
    found
}

fn is_section(text: &str) -> bool {
    if text.chars().count() > LONGEST || text.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let lower = text.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Limits;

    #[test]
    fn sections_are_told_from_titles_and_tools() {
        let html = r#"<ul><li><a href="/">Tin tức</a><a href="/tin-tuc"> Tin tức
            - Sự kiện</a><a href="/tin-tuc#top">Tin tức</a><a href="/lien-he">Liên hệ</a>
            <a href="https://elsewhere.vn/kinh-te">Kinh tế</a><a href="/kinh-te">KINH TẾ</a>
            <a href="/kinh-te/x-1">Hội nghị về phát triển kinh tế, xã hội của tỉnh nhà</a></li></ul>"#;
        let url = Url::parse("https://x.gov.vn/").unwrap();
        let site = Site::bare(&url).unwrap();
        let page = HtmlPage::parse(url, html.to_owned(), &Limits::default());
        let found: Vec<String> =
            sections(&page, &site).into_iter().map(|(name, url)| format!("{name} {url}")).collect();
        assert_eq!(found, ["Tin tức - Sự kiện https://x.gov.vn/tin-tuc", "KINH TẾ https://x.gov.vn/kinh-te"]);
    }
}
