//! The shape of an address: what the articles of one portal have in common.

use url::Url;

/// How an address is built, without its words and numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    /// Such as `*/-/*/#-slug.html`.
    pub pattern: String,
    /// How much it looks like an article's: 2 and more is likely.
    pub likeness: u8,
    /// Whether a number names the article.
    pub numbered: bool,
}

/// Query parameters that name an article.
const ID_PARAMS: [&str; 12] =
    ["id", "nid", "itemid", "newsid", "articleid", "baiviet", "tinid", "idtin", "postid", "p", "catid_id", "urltitle"];

/// The shape of `url`.
pub(super) fn shape(url: &Url) -> Shape {
    let segments: Vec<&str> = url.path().split('/').filter(|s| !s.is_empty()).collect();
    let Some((last, before)) = segments.split_last() else {
        return query_shape(url, String::new(), 0);
    };
    let (stem, ext) = split_ext(last);
    let mut pattern = String::new();
    for segment in before {
        let mark = if *segment == "-" {
            "-/"
        } else if is_date(segment) {
            "date/"
        } else {
            "*/"
        };
        if !(mark == "*/" && pattern.ends_with("*/")) {
            pattern.push_str(mark);
        }
    }
    let words = stem.split('-').filter(|word| word.len() > 1 || word.chars().any(char::is_alphabetic)).count();
    let leading = stem.bytes().take_while(u8::is_ascii_digit).count();
    let trailing = stem.bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
    let tail = &stem[stem.len() - trailing..];
    let (form, mut likeness, numbered) = if !stem.is_empty() && leading == stem.len() {
        ("#", if leading >= 2 { 2 } else { 1 }, true)
    } else if leading > 0 && stem[leading..].starts_with('-') {
        ("#-slug", 3, true)
    } else if words >= 3 && is_number(tail) {
        ("slug-#", 3, true)
    } else if words >= 3 {
        ("slug", if words >= 6 { 3 } else { 2 }, false)
    } else if words == 2 && is_number(tail) && tail.len() >= 3 {
        ("slug-#", 2, true)
    } else {
        ("word", 0, false)
    };
    pattern.push_str(form);
    if matches!(ext, "html" | "htm" | "aspx" | "shtml" | "tpo" | "vnp") {
        likeness += 1;
    }
    if pattern.contains("date/") || pattern.contains("-/") {
        likeness += 1;
    }
    if !ext.is_empty() {
        pattern.push('.');
        pattern.push_str(ext);
    }
    let mut shape = query_shape(url, pattern, likeness);
    shape.numbered |= numbered;
    shape
}

/// Adds what the query says.
fn query_shape(url: &Url, mut pattern: String, mut likeness: u8) -> Shape {
    let mut numbered = false;
    for (name, value) in url.query_pairs() {
        let name = name.to_ascii_lowercase();
        if ID_PARAMS.contains(&name.as_str()) && value.len() >= 2 && value.bytes().any(|b| b.is_ascii_digit()) {
            likeness += 2;
            numbered = true;
            pattern.push('?');
            pattern.push_str(&name);
        }
    }
    Shape { pattern, likeness, numbered }
}

/// A number as ids are: all digits, or `post` and digits (Hemera), or `c` and digits (Upload-ID).
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix("post").or_else(|| word.strip_prefix('c')).unwrap_or(word);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// `2023-11-09`, `2023-11-9`, `202311` or `20231109`.
fn is_date(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    segment.starts_with("20") && (6..=8).contains(&digits) && segment.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

/// `slug.html` → (`slug`, `html`); an extension has two to five letters or digits.
pub(super) fn split_ext(segment: &str) -> (&str, &str) {
    match segment.rsplit_once('.') {
        Some((stem, ext)) if (2..=5).contains(&ext.len()) && ext.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            (stem, ext)
        }
        _ => (segment, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Shape {
        shape(&Url::parse("http://x.vn/").unwrap().join(path).unwrap())
    }

    #[test]
    fn articles_and_sections() {
        for path in [
            "/kinh-te/-/view_content/7012-mua-vang-tren-doi-che.html",
            "/chinh-tri/hop-ban-ve-cau-treo-700123",
            "/vi/news/thoi-su/le-hoi-hoa-cai-407.html",
            "/portal/Pages/2023-11-9/Khoi-cong-duong-venvi5x3u4r.aspx",
            "/van-hoa/202010/dua-ca-ve-cho-phien-3025414/",
            "/tin.aspx?ItemID=503",
        ] {
            assert!(of(path).likeness >= 2, "{path}: {:?}", of(path));
        }
        for path in ["/", "/tin-tuc", "/gioi-thieu", "/lien-he.html", "/chuyen-muc/kinh-te"] {
            assert!(of(path).likeness < 2, "{path}: {:?}", of(path));
        }
    }

    #[test]
    fn one_portal_one_pattern() {
        assert_eq!(
            of("/a/-/view_content/7-hop-bao.html").pattern,
            of("/b/-/view_content/99-cho-hoa-xuan-som.html").pattern
        );
    }
}
