//! CMS families as data: how a family is told, where its links stand, how its pages are reached.
//!
//! One file a family, in `families/`. A new family is one more file and its name in `config::FAMILIES`; no code asks for
//! a family by name.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::config::{ArticleSpec, Pages};

/// One CMS family.
#[derive(Debug)]
pub struct Family {
    /// As site files name it.
    pub name: &'static str,
    /// Families it is built upon: where their marks are met beside its own, it wins.
    pub over: Vec<String>,
    /// CSS selectors of article links on a list page; every match of every selector is an item.
    pub links: Vec<String>,
    /// What an article's address matches, in families where it cannot be mistaken.
    pub pattern: Option<Regex>,
    /// How further pages are reached where the page itself does not link to them; the first that fits holds.
    pub pages: Vec<FamilyPages>,
    /// How one article's addresses are told to be one's.
    pub twins: Twins,
    /// Selectors of an article's parts.
    pub article: ArticleSpec,
    marks: Vec<(String, u32)>,
    patterns: Vec<(Regex, u32)>,
}

/// One way to further pages.
#[derive(Debug, Deserialize)]
pub struct FamilyPages {
    /// A piece of the page's source without which this is not the way.
    pub when: Option<String>,
    /// The way.
    #[serde(flatten)]
    pub pages: Pages,
}

/// What is folded in an article's addresses.
#[derive(Debug, Default)]
pub struct Twins {
    /// Query parameters that do not name the article. A trailing `*` stands for any ending.
    pub drop_params: Vec<String>,
    /// Path pieces and what a twin has in their place.
    pub fold_paths: Vec<(String, String)>,
    /// Whether `/vi/` and `/en/` before a path only switch the interface.
    pub language_prefix: bool,
    /// Path and query patterns, and what an article is known by where one matches.
    pub keys: Vec<(Regex, String)>,
}

/// A family's file, as it stands there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    #[serde(default)]
    over: Vec<String>,
    #[serde(default)]
    marks: BTreeMap<String, u32>,
    #[serde(default)]
    patterns: BTreeMap<String, u32>,
    #[serde(default)]
    list: ListSheet,
    #[serde(default)]
    pages: Vec<FamilyPages>,
    #[serde(default)]
    twins: TwinsSheet,
    #[serde(default)]
    article: ArticleSpec,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ListSheet {
    links: Vec<String>,
    pattern: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct TwinsSheet {
    drop_params: Vec<String>,
    fold_paths: Vec<(String, String)>,
    language_prefix: bool,
    keys: Vec<(String, String)>,
}

/// Marks worth this much tell a family.
const ENOUGH: u32 = 3;

const FILES: [(&str, &str); 13] = [
    ("vnpt", include_str!("families/vnpt.toml")),
    ("tandan", include_str!("families/tandan.toml")),
    ("liferay", include_str!("families/liferay.toml")),
    ("uploadid", include_str!("families/uploadid.toml")),
    ("nukeviet", include_str!("families/nukeviet.toml")),
    ("yyyymm", include_str!("families/yyyymm.toml")),
    ("sharepoint", include_str!("families/sharepoint.toml")),
    ("webforms", include_str!("families/webforms.toml")),
    ("ims", include_str!("families/ims.toml")),
    ("hemera", include_str!("families/hemera.toml")),
    ("drupal", include_str!("families/drupal.toml")),
    ("wordpress", include_str!("families/wordpress.toml")),
    ("dnn", include_str!("families/dnn.toml")),
];

/// Every file is part of the program, and a test reads each: none is left out here.
static FAMILIES: LazyLock<Vec<Family>> =
    LazyLock::new(|| FILES.iter().filter_map(|(name, text)| Family::read(name, text).ok()).collect());

impl Family {
    fn read(name: &'static str, text: &str) -> Result<Self, String> {
        let sheet: Sheet = toml::from_str(text).map_err(|fault| format!("{name}: {fault}"))?;
        let regex = |pattern: &str| Regex::new(pattern).map_err(|fault| format!("{name}: {fault}"));
        let weighed = |(pattern, worth): (&String, &u32)| Ok::<_, String>((regex(pattern)?, *worth));
        let keyed = |(pattern, known_by): (String, String)| Ok::<_, String>((regex(&pattern)?, known_by));
        Ok(Self {
            name,
            over: sheet.over,
            links: sheet.list.links,
            pattern: sheet.list.pattern.as_deref().map(regex).transpose()?,
            pages: sheet.pages,
            twins: Twins {
                drop_params: sheet.twins.drop_params,
                fold_paths: sheet.twins.fold_paths,
                language_prefix: sheet.twins.language_prefix,
                keys: sheet.twins.keys.into_iter().map(keyed).collect::<Result<_, _>>()?,
            },
            article: sheet.article,
            patterns: sheet.patterns.iter().map(weighed).collect::<Result<_, _>>()?,
            marks: sheet.marks.into_iter().collect(),
        })
    }

    /// The marks that `source` carries, and their worth together.
    fn marks_in(&self, source: &str) -> (u32, Vec<&str>) {
        let pieces = self.marks.iter().filter(|(mark, _)| source.contains(mark.as_str()));
        let pieces = pieces.map(|(mark, worth)| (*worth, mark.as_str()));
        let patterns = self.patterns.iter().filter(|(pattern, _)| pattern.is_match(source));
        let found: Vec<(u32, &str)> =
            pieces.chain(patterns.map(|(pattern, worth)| (*worth, pattern.as_str()))).collect();
        (found.iter().map(|(worth, _)| worth).sum(), found.into_iter().map(|(_, mark)| mark).collect())
    }
}

/// The family of that name.
pub fn by_name(name: &str) -> Option<&'static Family> {
    all().find(|family| family.name.eq_ignore_ascii_case(name))
}

/// Every family.
pub(super) fn all() -> impl Iterator<Item = &'static Family> {
    FAMILIES.iter()
}

/// All names, for messages.
pub(super) fn names() -> String {
    all().map(|family| family.name).collect::<Vec<_>>().join(", ")
}

/// The family whose marks a page's source carries, with the marks that told it.
pub fn recognise(source: &str) -> Option<(&'static Family, Vec<&'static str>)> {
    let mut told: Vec<(u32, &'static Family, Vec<&'static str>)> = Vec::new();
    for family in all() {
        let (worth, marks) = family.marks_in(source);
        if worth >= ENOUGH {
            told.push((worth, family, marks));
        }
    }
    let under: Vec<&str> = told.iter().flat_map(|(_, family, _)| family.over.iter().map(String::as_str)).collect();
    told.retain(|(_, family, _)| !under.contains(&family.name));
    // The first of equals: the order of `FILES`.
    told.sort_by_key(|(worth, ..)| std::cmp::Reverse(*worth));
    told.into_iter().next().map(|(_, family, marks)| (family, marks))
}

#[cfg(test)]
mod tests {
    use scraper::Selector;

    use super::*;
    use crate::config::FAMILIES as NAMES;

    #[test]
    fn every_file_is_read_and_named() {
        for (name, text) in FILES {
            let family = Family::read(name, text).unwrap();
            for selector in &family.links {
                assert!(Selector::parse(selector).is_ok(), "{name}: {selector}");
            }
            for over in &family.over {
                assert!(by_name(over).is_some(), "{name}: {over}");
            }
        }
        let mut known: Vec<&str> = NAMES.iter().map(|(name, _)| *name).filter(|name| *name != "generic").collect();
        let mut files: Vec<&str> = all().map(|family| family.name).collect();
        known.sort_unstable();
        files.sort_unstable();
        assert_eq!(files, known);
    }

    #[test]
    fn one_weak_mark_tells_nothing() {
        assert!(recognise("<img alt=\"Anh-tin-bai\">").is_none());
        assert!(recognise("<p>không có gì</p>").is_none());
        assert!(recognise("<a href='javascript:__doPostBack()'>2</a>").is_none());
    }

    #[test]
    fn marks_tell_the_family() {
        for (source, name) in [
            ("<meta name=\"generator\" content=\"NukeViet v4.5\">", "nukeviet"),
            ("<script>Liferay.ThemeDisplay = {}</script>", "liferay"),
            ("<input name=__VIEWSTATE><a href=\"javascript:__doPostBack('a','b')\">", "webforms"),
            ("<img src=/upload/27013/20251030/cho-phien_0a1b2c3d.jpg>", "uploadid"),
            ("<a href=\"/van-hoa/202010/dua-ca-ve-cho-phien-3025414/\">", "yyyymm"),
            ("<div class='detail-content afcbc-body clearfix'>", "ims"),
            ("<h1 class='article__title cms-title'><div class='article__body cms-body'>", "hemera"),
            ("<link href=/wp-content/themes/xom-doi/style.css>", "wordpress"),
            ("<script data-drupal-selector=drupal-settings-json>", "drupal"),
            ("<input name=__VIEWSTATE value=x><script>__doPostBack();dnnVariable</script>", "dnn"),
            ("<script>var _spPageContextInfo={}</script><input name=__VIEWSTATE><i>__doPostBack", "sharepoint"),
            (
                "<script>var _spPageContextInfo={}</script>/_layouts/15/ /portal/Pages/2023-11-9/Khoi-cong.aspx",
                "tandan",
            ),
        ] {
            assert_eq!(recognise(source).map(|(family, _)| family.name), Some(name), "{source}");
        }
    }
}
