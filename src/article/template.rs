//! Whether what reads like an article may be the portal's page for everything that it does not have.
//!
//! One page cannot tell. What it can tell is whether anything speaks for it: the title that was listed or that the address
//! spells, a date of its own over a text of some length, a file to download. Where nothing does, the page's text without
//! what echoes the request is its skeleton: the same skeleton at several addresses is a template.

use unicode_normalization::UnicodeNormalization as _;
use url::Url;

use super::fingerprint::content_hash;
use super::fold::normal_form;
use super::{Article, Role};
use crate::model::{Digest, StampSource};

/// From so many letters on, a text with a date of its own is not doubted.
const LONG: usize = 600;
/// Below so many letters there is nothing to compare.
const SHORT: usize = 20;
/// Words of one title that the other must have, in percent.
const AGREE: usize = 80;

/// The skeleton of a page that nothing speaks for; `None` for an article that need not be doubted. `listed` is the title
/// that the list gave, or nothing.
pub fn suspicion(article: &Article, listed: &str, url: &Url) -> Option<Digest> {
    let spoken = article.titled && (agree(&article.title, listed) || spells(url, &article.title));
    if spoken || !article.attachments.is_empty() {
        return None;
    }
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    // Without headings: which line is the title may differ from page to page of a template.
    let running =
        article.blocks.iter().filter(|block| matches!(block.role, Role::Paragraph | Role::TableRow | Role::ListItem));
    let texts = article.lead.as_deref().into_iter().chain(running.map(|block| block.text.as_str()));
    let body: Vec<String> = texts.map(|text| bare(text, &[&article.title, listed])).collect();
    let size: usize = body.iter().map(|text| letters(text)).sum();
    let dated = article.published.is_some_and(|at| matches!(at.source, StampSource::Markup | StampSource::Stamp));
    (size >= SHORT && !(dated && size >= LONG)).then(|| content_hash(body.iter().map(String::as_str)))
}

/// Whether two titles are one, perhaps cut or mended.
pub fn agree(one: &str, other: &str) -> bool {
    let (one, other) = (normal_form(one), normal_form(other));
    let (short, long) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    share(short.split(' '), &long.split(' ').collect::<Vec<_>>())
}

/// Whether the address is made of the title's words.
fn spells(url: &Url, title: &str) -> bool {
    let plain = |text: &str| -> String {
        let text = text.to_lowercase().replace('đ', "d");
        text.nfd().filter(char::is_ascii).map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect()
    };
    let path = plain(url.path());
    let words = plain(title);
    let words: Vec<&str> = words.split_whitespace().collect();
    // Two words stand in many an address.
    words.len() >= 3 && share(words.into_iter(), &path.split_whitespace().collect::<Vec<_>>())
}

fn share<'a>(words: impl Iterator<Item = &'a str>, of: &[&str]) -> bool {
    let (mut all, mut found) = (0, 0);
    for word in words.filter(|word| !word.is_empty()) {
        all += 1;
        found += usize::from(of.contains(&word));
    }
    all > 0 && found * 100 >= all * AGREE
}

/// A text without titles and numbers: what a template fills in.
fn bare(text: &str, titles: &[&str]) -> String {
    let mut text = format!(" {} ", normal_form(text));
    for title in titles {
        let title = normal_form(title);
        if !title.is_empty() {
            text = text.replace(&format!(" {title} "), " ");
        }
    }
    let words = text.split(' ').filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::tests::{article, page_of};

    const NOTICE: &str = "<p>Hệ thống đang được nâng cấp để phục vụ bạn đọc tốt hơn. Các chuyên mục sẽ trở lại trong thời gian \
                          sớm nhất, mong bạn đọc thông cảm và quay lại sau.</p><p>Mọi ý kiến xin gửi về ban biên tập.</p>";

    fn doubted(title: &str, body: &str, listed: &str, path: &str) -> Option<Digest> {
        let url = Url::parse(&format!("https://tinh.vn{path}")).unwrap();
        suspicion(&article(&page_of(title, body)), listed, &url)
    }

    #[test]
    fn a_notice_has_one_skeleton_wherever_it_stands() {
        let at = |listed: &str, path: &str| doubted("Thông báo tới bạn đọc", NOTICE, listed, path);
        let first = at("Khánh thành cầu Bến Nước", "/tin/khanh-thanh-cau-ben-nuoc-1.html").unwrap();
        assert_eq!(at("Nạo vét kênh nội đồng", "/tin/nao-vet-kenh-noi-dong-2.html"), Some(first));
        assert_eq!(at("", "/tin/3.html"), Some(first));
        let echo = format!("<p>Bạn tìm: Nạo vét kênh nội đồng 2026</p>{NOTICE}");
        let other = format!("<p>Bạn tìm: Khánh thành cầu Bến Nước 11</p>{NOTICE}");
        let one = doubted("Thông báo tới bạn đọc", &echo, "Nạo vét kênh nội đồng", "/2");
        assert_eq!(one, doubted("Thông báo tới bạn đọc", &other, "Khánh thành cầu Bến Nước", "/1"));
        assert!(one.is_some());
    }

    #[test]
    fn what_speaks_for_an_article() {
        let title = "Nạo vét kênh nội đồng";
        assert_eq!(doubted(title, NOTICE, "Nạo vét kênh nội đồng...", "/1"), None, "listed");
        assert_eq!(doubted(title, NOTICE, "", "/tin/nao-vet-kenh-noi-dong-2.html"), None, "spelt by its address");
        let file = format!("{NOTICE}<p><a href=/upload/ke-hoach.pdf>Kế hoạch nạo vét</a></p>");
        assert_eq!(doubted(title, &file, "Tin khác hẳn", "/1"), None, "a file");
        let dated = format!("<span class=date>05/03/2026 08:30</span>{}", NOTICE.repeat(5));
        assert_eq!(doubted(title, &dated, "Tin khác hẳn", "/1"), None, "a date and some length");
    }
}
