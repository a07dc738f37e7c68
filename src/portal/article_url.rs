//! Which addresses can be an article's at all.

use regex::Regex;
use url::Url;

use super::{PortalError, family, shape};
use crate::config::Site;

/// Path pieces of pages that are no articles: tools, facets, twins.
const NEVER: [&str; 45] = [
    "login",
    "dang-nhap",
    "dangnhap",
    "register",
    "dang-ky",
    "logout",
    "signin",
    "sign-in",
    "users",
    "account",
    "search",
    "seek",
    "tim-kiem",
    "timkiem",
    "tag",
    "tags",
    "tu-khoa",
    "author",
    "tac-gia",
    "topic",
    "chu-de",
    "groups",
    "rss",
    "feed",
    "feeds",
    "sitemap",
    "so-do-cong",
    "so-do-site",
    "print",
    "savefile",
    "sendmail",
    "pop_up",
    "contact",
    "lien-he",
    "rating",
    "comment",
    "captcha",
    "admin",
    "cgi-bin",
    "wp-admin",
    "wp-login.php",
    "_layouts",
    "calendar",
    "lich",
    "api",
];

/// Query parameters of tools and facets.
const NEVER_PARAMS: [&str; 14] = [
    "tag",
    "keyword",
    "keywords",
    "q",
    "s",
    "search",
    "date_begin",
    "date_end",
    "sort",
    "order",
    "replytocom",
    "calendar",
    "print",
    "returnurl",
];

/// Endings of files: those are attachments or page parts.
const FILES: [&str; 47] = [
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "rtf", "txt", "csv", "zip", "rar", "7z", "gz",
    "tar", "jpg", "jpeg", "png", "gif", "bmp", "svg", "webp", "tif", "tiff", "ico", "mp3", "mp4", "m4a", "avi", "wmv",
    "flv", "mov", "wav", "webm", "css", "js", "json", "xml", "rss", "atom", "exe", "apk", "ics", "woff", "ttf",
];

/// The rules of one site, ready to be asked often.
#[derive(Debug, Clone)]
pub struct ArticleUrls {
    site: Site,
    pattern: Option<Regex>,
}

impl ArticleUrls {
    /// Compiles the site's `url_pattern`.
    pub fn new(site: &Site) -> Result<Self, PortalError> {
        let pattern = site
            .article
            .url_pattern
            .as_deref()
            .map(|pattern| {
                Regex::new(pattern).map_err(|fault| PortalError::Pattern {
                    site: site.id.clone(),
                    pattern: pattern.to_owned(),
                    why: fault.to_string().lines().last().unwrap_or_default().to_owned(),
                })
            })
            .transpose()?;
        Ok(Self { site: site.clone(), pattern })
    }

    /// Whether `url` lies on the site.
    pub fn owns(&self, url: &Url) -> bool {
        self.site.owns(url)
    }

    /// Whether `url` can be an article's: the site's pattern decides where there is one.
    pub fn accepts(&self, url: &Url) -> bool {
        if !self.owns(url) || grows(url) || is_file(url) {
            return false;
        }
        match &self.pattern {
            Some(pattern) => pattern.is_match(url.as_str()),
            None => !is_tool(url),
        }
    }

    /// Whether the site file says what an article's address looks like.
    pub(super) fn is_told(&self) -> bool {
        self.pattern.is_some()
    }
}

/// Whether `url` can be an article's of `site`. A bad pattern accepts nothing; [`ArticleUrls::new`] names its fault.
pub fn is_article_url(url: &Url, site: &Site, family: Option<&str>) -> bool {
    ArticleUrls::new(site).is_ok_and(|urls| urls.accepts(url) && !is_list_of(url, family))
}

/// Families whose article addresses cannot be mistaken: everything else is a list.
fn is_list_of(url: &Url, family: Option<&str>) -> bool {
    if let Some(pattern) = family.and_then(family::by_name).and_then(|family| family.pattern.as_ref()) {
        return !pattern.is_match(url.as_str());
    }
    match family {
        Some("liferay") => {
            !["/-/", "/w/", "/content/"].iter().any(|mark| url.path().contains(mark)) && !shape::shape(url).numbered
        }
        Some("nukeviet") => !shape::shape(url).numbered && url.query().is_none(),
        _ => shape::shape(url).pattern.is_empty(),
    }
}

/// Whether the path ends in a file's name.
pub(super) fn is_file(url: &Url) -> bool {
    let last = url.path().rsplit('/').next().unwrap_or_default();
    let ext = shape::split_ext(last).1.to_ascii_lowercase();
    FILES.contains(&ext.as_str())
}

/// Search, log-in, tag and print pages.
pub fn is_tool(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    path.split('/').any(|segment| NEVER.contains(&segment))
        || url
            .query_pairs()
            .any(|(name, value)| !value.is_empty() && NEVER_PARAMS.contains(&name.to_ascii_lowercase().as_str()))
}

/// No portal nests its pages deeper.
const SEGMENTS: usize = 16;

/// Whether the path grows by itself: a language twice in a row or after a page's name, more segments than any portal has.
///
/// Some portals answer 200 to any address with `/vi` or `/en` after it, with links one level deeper each time. Other
/// segments may repeat: a section within one of the same name, the eleventh of November, relative links that nest.
pub(super) fn grows(url: &Url) -> bool {
    let segments: Vec<&str> = url.path().split('/').filter(|segment| !segment.is_empty()).take(SEGMENTS + 1).collect();
    let language = |segment: &str| matches!(segment, "vi" | "en");
    let twice = segments.windows(2).any(|pair| pair[0] == pair[1] && language(pair[0]));
    let suffix = match segments.as_slice() {
        [.., page, last] if language(last) => !shape::split_ext(page).1.is_empty() || segments.contains(&"-"),
        _ => false,
    };
    segments.len() > SEGMENTS || twice || suffix
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site::bare(&Url::parse("http://tinh.vn/tin-tuc").unwrap()).unwrap()
    }

    fn accepts(link: &str) -> bool {
        let urls = ArticleUrls::new(&site()).unwrap();
        urls.accepts(&Url::parse("http://tinh.vn/tin-tuc").unwrap().join(link).unwrap())
    }

    #[test]
    fn what_cannot_be_an_article() {
        for link in [
            "javascript:void(0)",
            "mailto:a@tinh.vn",
            "http://khac.vn/tin/mot-bai-viet-12345.html",
            "/dang-nhap",
            "/vi/news/tag/lua-nuoc/",
            "/upload/27/bao-cao.PDF",
            "/tin/-/view_content/12-mo-cho-phien.html/vi",
            "/tin/vi/vi/mot-bai-viet-12345.html",
            "/tim-kiem?keyword=lua",
        ] {
            assert!(!accepts(link), "{link}");
        }
        assert!(accepts("/tin/-/view_content/12-mo-cho-phien.html"));
        assert!(accepts("/tin.aspx?ItemID=12"));
        assert!(accepts("/tin-tuc/tin-tuc/mot-bai-viet-12345.html"), "a section within its own");
        assert!(accepts("/2025/11/11/mot-bai-viet-ve-ngay-hoi/"), "a day like its month");
        assert!(accepts("/tin/xem/tin/xem/tin/mot-bai-viet-12345.html"), "relative links that nest");
        assert!(!accepts(&format!("{}/mot-bai-viet-12345.html", "/tin".repeat(16))));
    }

    #[test]
    fn the_site_file_decides() {
        let mut site = site();
        site.article.url_pattern = Some(r"/bai/\d+$".to_owned());
        assert!(is_article_url(&Url::parse("http://tinh.vn/tag/bai/7").unwrap(), &site, None));
        assert!(!is_article_url(&Url::parse("http://tinh.vn/mot-bai-viet-12345.html").unwrap(), &site, None));
        site.article.url_pattern = Some("(".to_owned());
        assert!(ArticleUrls::new(&site).unwrap_err().to_string().contains("url_pattern"));
    }
}
