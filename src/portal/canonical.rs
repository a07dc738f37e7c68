//! Twins folded: one address for one article, whatever session, print view or language it was met under.
//!
//! A key and a name only: what is fetched keeps the bytes of the address as found.

use url::Url;

use super::family::{self, Family};
use crate::model::CanonicalUrl;

/// Parameters that name a visit, not a page. A trailing `*` stands for any ending.
const VISIT_PARAMS: [&str; 16] = [
    "utm_*",
    "fbclid",
    "gclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "zarsrc",
    "_ga",
    "_gl",
    "mc_cid",
    "mc_eid",
    "jsessionid",
    "phpsessid",
    "aspsessionid*",
    "igshid",
    "__cf_chl_*",
];

/// Path marks of a Liferay article whose address needs no parameter at all.
const FRIENDLY: [&str; 2] = ["/-/", "/w/"];

/// The address under which an article is known.
///
/// Folds: fragment, log-in part, default and `:443` ports, `;jsessionid`, visit parameters, the order of parameters, and
/// what the family says (Liferay's portlet parameters and language prefix, NukeViet's `/index.php/` and print pages).
/// The same for an already folded address.
pub fn canonical(url: &Url, family: Option<&str>) -> CanonicalUrl {
    let mut out = url.clone();
    out.set_fragment(None);
    let _ = out.set_username("");
    let _ = out.set_password(None);
    if matches!((out.scheme(), out.port()), ("http", Some(443)) | ("https", Some(80))) {
        let _ = out.set_port(None);
    }
    let family = family.and_then(family::by_name).or_else(|| by_path(&out));
    let path = fold_path(out.path(), family);
    out.set_path(&path);
    let query = fold_query(&out, family);
    out.set_query((!query.is_empty()).then_some(query.as_str()));
    CanonicalUrl(out.into())
}

/// What an article is known by within its portal: its number where the family's addresses carry one, so that one
/// article in two sections, or with a mended slug, is one. The canonical address otherwise, without what twins differ
/// in: scheme, `www.` or `m.` before the host, a slash at the end.
pub fn article_key(url: &Url, family: Option<&str>) -> String {
    let canonical = canonical(url, family);
    let text = canonical.as_str();
    let Some((_, after)) = text.split_once("://") else { return canonical.0 };
    let (host, rest) = after.split_at(after.find(['/', '?']).unwrap_or(after.len()));
    let host = ["www.", "m."].iter().find_map(|twin| host.strip_prefix(twin)).unwrap_or(host);
    let keys = family.and_then(family::by_name).or_else(|| by_path(url)).map_or(&[][..], |family| &family.twins.keys);
    let named = keys.iter().find_map(|(pattern, known_by)| {
        let mut out = String::new();
        pattern.captures(rest)?.expand(known_by, &mut out);
        Some(out)
    });
    format!("{host}{}", named.as_deref().unwrap_or_else(|| rest.trim_end_matches('/')))
}

/// What makes an address a place of its own: everything but the values of what [`canonical`] folds away, so that the
/// next visit's session makes no new place of it.
pub fn place(url: &str, family: Option<&str>) -> String {
    let Ok(url) = Url::parse(url) else { return url.to_owned() };
    let known = family.and_then(family::by_name).or_else(|| by_path(&url));
    let folded = |pair: &str| is_dropped(&url, known, pair.split('=').next().unwrap_or_default());
    let pairs = url.query().unwrap_or_default().split('&');
    let pairs: Vec<&str> =
        pairs.map(|pair| if folded(pair) { pair.split('=').next().unwrap_or_default() } else { pair }).collect();
    let session = if url.path().contains(';') { ";" } else { "" };
    let mut bare = url.clone();
    bare.set_fragment(None);
    bare.set_query(None);
    bare.set_path(&without_sessions(url.path()));
    format!("{bare}{session}?{}", pairs.join("&"))
}

/// Families whose paths cannot be mistaken, where the caller does not know.
fn by_path(url: &Url) -> Option<&'static Family> {
    let path = url.path();
    if path.contains("/-/") {
        family::by_name("liferay")
    } else if path.contains("/news/print/") || path.contains("/index.php/vi/news/") || path.contains("/index.php/news/")
    {
        family::by_name("nukeviet")
    } else {
        None
    }
}

fn fold_path(path: &str, family: Option<&Family>) -> String {
    let mut path = without_sessions(path);
    let Some(family) = family else { return pages_case(&path) };
    loop {
        let before = path.clone();
        for (piece, instead) in &family.twins.fold_paths {
            path = path.replace(piece, instead);
        }
        if family.twins.language_prefix {
            path = without_language(&path).to_owned();
        }
        if path == before {
            return pages_case(&path);
        }
    }
}

/// `/a;jsessionid=1F/b` → `/a/b`; other path parameters stay.
fn without_sessions(path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        let mut parts = segment.split(';');
        let mut kept = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let name = part.split('=').next().unwrap_or_default().to_ascii_lowercase();
            if !matches!(name.as_str(), "jsessionid" | "phpsessid" | "sid") {
                kept.push(';');
                kept.push_str(part);
            }
        }
        kept
    });
    segments.collect::<Vec<_>>().join("/")
}

/// `/vi/tin` → `/tin`; a bare `/vi` stays, it is the home page in that language.
fn without_language(path: &str) -> &str {
    for prefix in ["/vi/", "/en/", "/vi_VN/", "/en_US/"] {
        if let Some(rest) = path.strip_prefix(prefix)
            && !rest.is_empty()
        {
            return &path[prefix.len() - 1..];
        }
    }
    path
}

/// SharePoint links its one folder as `/Pages/` and `/pages/`.
fn pages_case(path: &str) -> String {
    if !path.to_ascii_lowercase().ends_with(".aspx") {
        return path.to_owned();
    }
    let segments = path.split('/').map(|segment| if segment.eq_ignore_ascii_case("pages") { "Pages" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// Whether a parameter of that name does not tell which article it is.
fn is_dropped(url: &Url, family: Option<&Family>, name: &str) -> bool {
    let friendly = family.is_some_and(|family| family.twins.language_prefix)
        && FRIENDLY.iter().any(|mark| url.path().contains(mark));
    let drops = family.map_or(&[][..], |family| &family.twins.drop_params);
    let portlet = friendly && (name.starts_with("p_p_") || name.starts_with('_'));
    portlet || matches(&VISIT_PARAMS, name) || matches(drops, name)
}

fn fold_query(url: &Url, family: Option<&Family>) -> String {
    let mut pairs: Vec<&str> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| {
            // Raw bytes stay: they need not be UTF-8 once decoded.
            !pair.is_empty() && !is_dropped(url, family, pair.split('=').next().unwrap_or_default())
        })
        .collect();
    pairs.sort_unstable();
    pairs.join("&")
}

fn matches<T: AsRef<str>>(list: &[T], name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    list.iter().any(|entry| {
        let entry = entry.as_ref().to_ascii_lowercase();
        entry.strip_suffix('*').map_or_else(|| entry == name, |start| name.starts_with(start))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::FAMILIES;

    fn fold(url: &str, family: &str) -> String {
        canonical(&Url::parse(url).unwrap(), (!family.is_empty()).then_some(family)).0
    }

    #[test]
    fn visits_are_folded() {
        assert_eq!(fold("https://a.vn:443/x;jsessionid=9A?b=2&utm_source=z&a=1#top", ""), "https://a.vn/x?a=1&b=2");
        assert_eq!(
            fold("http://a.vn/portal/pages/2023-11-9/cho-hoa.aspx?fbclid=Iw", ""),
            "http://a.vn/portal/Pages/2023-11-9/cho-hoa.aspx"
        );
        assert_eq!(fold("http://a.vn/x?redirect=1", ""), "http://a.vn/x?redirect=1");
    }

    #[test]
    fn nukeviet_twins() {
        let kept = "http://a.vn/vi/news/thoi-su/mua-gat-som-12.html";
        assert_eq!(fold("http://a.vn/index.php/vi/news/thoi-su/mua-gat-som-12.html", "nukeviet"), kept);
        assert_eq!(fold("http://a.vn/vi/news/print/thoi-su/mua-gat-som-12.html", "nukeviet"), kept);
        assert_eq!(fold(kept, "nukeviet"), kept);
    }

    #[test]
    fn liferay_twins() {
        let kept = "http://a.vn/tin/-/view_content/12-mo-cho-phien.html";
        for twin in [
            "http://a.vn/en/tin/-/view_content/12-mo-cho-phien.html?redirect=http%3A%2F%2Fa.vn%2Ftin",
            "http://a.vn/vi/tin/-/view_content/12-mo-cho-phien.html?p_p_id=101&_101_struts_action=x&p_p_state=maximized",
            "http://a.vn/vi/en/tin/-/view_content/12-mo-cho-phien.html",
        ] {
            assert_eq!(fold(twin, "liferay"), kept);
            assert_eq!(fold(twin, ""), kept);
        }
        let other = Url::parse("https://a.vn/xa-hoi/-/view_content/12-mo-cho-phien-1.html").unwrap();
        assert_eq!(article_key(&other, Some("liferay")), article_key(&Url::parse(kept).unwrap(), Some("liferay")));
        assert_eq!(fold("http://a.vn/tin?p_p_id=101&_101_cur=2", "liferay"), "http://a.vn/tin?_101_cur=2&p_p_id=101");
    }

    #[test]
    fn one_key_for_all_addresses_of_an_article() {
        let key = |url: &str, family: &str| article_key(&Url::parse(url).unwrap(), Some(family));
        for (family, addresses) in [
            (
                "vnpt",
                &[
                    "https://a.vn/kinh-te/mo-cho-phien-700123",
                    "https://www.a.vn/tin-noi-bat/kinh-te/mo-cho-phien-mua-xuan-700123",
                    "http://a.vn:443/kinh-te/mo-cho-phien-700123?fbclid=x#top",
                    "https://m.a.vn/kinh-te/mo-cho-phien-700123;jsessionid=0A",
                ][..],
            ),
            (
                "nukeviet",
                &[
                    "https://a.vn/vi/news/thoi-su/mua-gat-som-12.html",
                    "https://a.vn/news/thoi-su/mua-gat-som-12.html",
                    "https://a.vn/index.php/vi/news/kinh-te/mua-gat-12.html",
                    "https://a.vn/vi/news/print/thoi-su/mua-gat-som-12.html",
                    "https://a.vn/vi/news/savefile/thoi-su/mua-gat-som-12.html",
                    "https://a.vn/index.php?language=vi&nv=news&op=thoi-su/mua-gat-som-12",
                    "https://a.vn/index.php?nv=news&op=thoi-su/mua-gat-som-12",
                ],
            ),
            (
                "liferay",
                &[
                    "https://a.vn/web/guest/-/mo-cho-phien",
                    "https://a.vn/-/mo-cho-phien;jsessionid=0A?p_p_state=maximized",
                    "https://a.vn/tin/-/asset_publisher/Ab3/content/mo-cho-phien?redirect=%2Ftin&inheritRedirect=false",
                    "https://a.vn/vi/tin/w/mo-cho-phien",
                ],
            ),
            (
                "tandan",
                &[
                    "https://a.vn/portal/Pages/2023-11-9/khoi-congab12cd.aspx",
                    "http://www.a.vn/portal/pages/2023-11-9/khoi-congab12cd.aspx?Source=%2F",
                ],
            ),
            ("webforms", &["https://a.vn/mDefault.aspx?id=1&sid=2", "https://a.vn/default.aspx?sid=2&id=1&fbclid=q"]),
            ("hemera", &["https://a.vn/mo-cho-phien-post2512.html", "https://a.vn/cho-phien-post2512.amp"]),
        ] {
            for address in addresses {
                assert_eq!(key(address, family), key(addresses[0], family), "{family} {address}");
            }
        }
        // What only looks alike: a number of another module or language, a year, a shorter path.
        for (family, one, other) in [
            ("nukeviet", "https://a.vn/vi/news/x/a-12.html", "https://a.vn/vi/phong-ban/x/a-12.html"),
            ("nukeviet", "https://a.vn/vi/news/x/a-12.html", "https://a.vn/en/news/x/a-12.html"),
            ("vnpt", "https://a.vn/kinh-te/tong-ket-2024", "https://a.vn/van-hoa/tong-ket-2024"),
            ("vnpt", "https://a.vn/tin-tuc-73053", "https://a.vn/tin/bai-viet-73053"),
            ("vnpt", "https://a.vn/tin/bai-viet-73053", "https://b.vn/tin/bai-viet-73053"),
        ] {
            assert_ne!(key(one, family), key(other, family), "{family} {one}");
        }
    }

    #[test]
    fn a_visit_makes_no_new_place() {
        let same = |one: &str, other: &str| place(one, Some("liferay")) == place(other, Some("liferay"));
        assert!(same("https://a.vn/-/x?fbclid=1", "https://a.vn/-/x?fbclid=2"));
        assert!(same("https://a.vn/-/x;jsessionid=1", "https://a.vn/-/x;jsessionid=2"));
        assert!(same("https://a.vn/-/x?redirect=%2F1", "https://a.vn/-/x?redirect=%2F2"));
        assert!(!same("https://a.vn/-/x", "https://a.vn/-/x?fbclid=2"));
        assert!(!same("https://a.vn/-/x", "https://a.vn/-/x;jsessionid=2"));
        assert!(!same("https://a.vn/-/x", "https://www.a.vn/-/x"));
        assert!(!same("https://a.vn/-/x?id=1", "https://a.vn/-/x?id=2"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(
            path in "(/(vi|en|index\\.php|news|print|-|Pages|pages|a;jsessionid=1|b;c=d|mua%20xuan|đường|x\\.aspx)){0,7}/?",
            query in "((a|b|redirect|utm_x|_101_cur|p_p_id|%C6%B0%CC%89|fbclid)=[a-c&+%;]{0,3}&){0,4}",
            family in prop::sample::select(FAMILIES.iter().map(|(name, _)| *name).collect::<Vec<_>>()),
        ) {
            let url = Url::parse(&format!("https://u:p@a.vn:443{path}?{query}#f")).unwrap();
            let once = fold(url.as_str(), family);
            prop_assert_eq!(fold(&once, family), once);
        }
    }
}
