//! The number that a pager's address counts with.

use url::Url;

/// What an address counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    /// The number.
    pub value: u64,
    /// Whether its name or place says "page".
    pub named: bool,
}

/// Parameters that choose something else than a page.
const FACETS: [&str; 22] = [
    "date",
    "ngay",
    "day",
    "month",
    "thang",
    "year",
    "nam",
    "tag",
    "keyword",
    "q",
    "sort",
    "order",
    "cat",
    "catid",
    "cid",
    "id",
    "lang",
    "view",
    "size",
    "pagesize",
    "page_size",
    "limit",
];

/// The number by which `link` differs from `list` (any page of the list), `None` when it is no page of it.
pub(super) fn count(link: &Url, list: &Url) -> Option<Count> {
    if link.host_str() != list.host_str() || link.port_or_known_default() != list.port_or_known_default() {
        return None;
    }
    let (own, reference) = (without_language(link.path()), without_language(list.path()));
    if own.trim_end_matches('/') == reference.trim_end_matches('/') {
        return by_query(link, list);
    }
    if !only_pages_differ(link, list) {
        return None;
    }
    by_one_run(own, reference).or_else(|| by_suffix(own, reference))
}

/// The parameter that counts: a page's name, or the only number that is new.
fn by_query(link: &Url, list: &Url) -> Option<Count> {
    let before: Vec<(String, String)> = list.query_pairs().into_owned().collect();
    let new: Vec<(String, u64)> = link
        .query_pairs()
        .into_owned()
        .filter(|pair| !before.contains(pair))
        .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value.parse().ok()?)))
        .filter(|(name, _)| !FACETS.contains(&name.as_str()))
        .collect();
    if let Some((_, value)) = new.iter().find(|(name, _)| is_page_name(name)) {
        return Some(Count { value: *value, named: true });
    }
    match new.as_slice() {
        // The page read counted with a name like this one's: nothing else may have changed.
        [(_, value)] => Some(Count { value: *value, named: false }),
        _ => None,
    }
}

fn is_page_name(name: &str) -> bool {
    matches!(
        name,
        "page"
            | "p"
            | "pg"
            | "trang"
            | "paged"
            | "pageindex"
            | "pageno"
            | "pagenumber"
            | "pagenum"
            | "cpage"
            | "cur"
            | "currentpage"
            | "curpage"
            | "page_num"
            | "pageid"
            | "trangso"
            | "sotrang"
            | "spage"
            | "pageno_"
    ) || name.ends_with("_cur")
        || name.ends_with("_page")
        || name.ends_with("page")
}

/// A path that goes with the same query, pages aside.
fn only_pages_differ(link: &Url, list: &Url) -> bool {
    let kept = |url: &Url| -> Vec<(String, String)> {
        let mut pairs: Vec<_> =
            url.query_pairs().into_owned().filter(|(name, _)| !is_page_name(&name.to_ascii_lowercase())).collect();
        pairs.sort();
        pairs
    };
    kept(link) == kept(list)
}

/// `/tin-c21-1.html` and `/tin-c21-2.html`: one run of digits differs.
fn by_one_run(own: &str, reference: &str) -> Option<Count> {
    let (own, reference) = (runs(own), runs(reference));
    if own.len() != reference.len() {
        return None;
    }
    let mut differing = own.iter().zip(&reference).filter(|(a, b)| a != b);
    let (piece, other) = differing.next()?;
    let value = piece.parse().ok()?;
    let digits = other.bytes().all(|byte| byte.is_ascii_digit());
    (differing.next().is_none() && digits && piece.len() <= 5).then_some(Count { value, named: true })
}

/// Cuts a path into runs of digits and runs of anything else.
fn runs(path: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let bytes = path.as_bytes();
    for at in 1..=bytes.len() {
        if at == bytes.len() || bytes[at].is_ascii_digit() != bytes[at - 1].is_ascii_digit() {
            // A path holds ASCII only, so every cut is on a character.
            out.push(path.get(start..at).unwrap_or_default());
            start = at;
        }
    }
    out
}

/// `/tin` and `/tin/page-2`, `/tin/trang-2.html`, `/tin/2`; `/tin.html` and `/tin-p2.html`.
fn by_suffix(own: &str, reference: &str) -> Option<Count> {
    let reference = reference.trim_end_matches('/');
    let stem = super::shape::split_ext(reference).0;
    let rest = own.strip_prefix(reference).or_else(|| own.strip_prefix(stem))?;
    let rest = rest.trim_end_matches('/');
    let rest = super::shape::split_ext(rest).0.to_ascii_lowercase();
    let word = rest.trim_end_matches(|c: char| c.is_ascii_digit());
    let value: u64 = rest[word.len()..].parse().ok()?;
    let name = word.trim_matches(|c| matches!(c, '/' | '-' | '_' | '.' | '='));
    let cut = word.starts_with(['/', '-', '_', '.', '&', '=']);
    match name {
        "page" | "trang" | "p" | "pg" | "tr" | "trang-so" | "&cpage" | "&page" | "cpage" => {
            Some(Count { value, named: true })
        }
        "" if cut && value < 10_000 => Some(Count { value, named: false }),
        _ => None,
    }
}

/// Pages 2 and on may come back under another language's prefix.
fn without_language(path: &str) -> &str {
    ["/vi/", "/en/"].iter().find(|prefix| path.starts_with(**prefix)).map_or(path, |prefix| &path[prefix.len() - 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(list: &str, link: &str) -> Option<u64> {
        let list = Url::parse("http://a.vn/").unwrap().join(list).unwrap();
        count(&list.join(link).unwrap(), &list).map(|count| count.value)
    }

    #[test]
    fn kinds_of_counting() {
        assert_eq!(of("/tin", "?page=3"), Some(3));
        assert_eq!(of("/tin?cat=7", "?cat=7&pageindex=12"), Some(12));
        assert_eq!(of("/tin?page=2", "?page=3"), Some(3));
        assert_eq!(of("/tin", "?p_p_id=101&p_p_col_count=2&_101_delta=20&_101_cur=2"), Some(2));
        assert_eq!(of("/vi/news/tin/", "/vi/news/tin/page-4"), Some(4));
        assert_eq!(of("/tin.html", "/tin/trang-2.html"), Some(2));
        assert_eq!(of("/tin-c217-1.html", "/tin-c217-2.html"), Some(2));
        assert_eq!(of("/tin", "/tin/2"), Some(2));
        assert_eq!(of("/103215p1c123/", "/103215p2c123/"), Some(2));
    }

    #[test]
    fn what_does_not_count_pages() {
        assert_eq!(of("/tin", "?ngay=12"), None);
        assert_eq!(of("/tin", "/van-hoa/2"), None);
        assert_eq!(of("/tin", "http://b.vn/tin?page=2"), None);
        assert_eq!(of("/tin", "/tin/cho-phien-12345.html"), None);
        assert_eq!(of("/lich", "/lich/2022/08/12"), None);
    }
}
