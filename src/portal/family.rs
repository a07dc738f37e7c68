//! CMS families as data: how a family is told, where its links stand, how its pages are reached.
//!
//! A new family is one more entry of [`FAMILIES`]; no code asks for a family by name.

/// One CMS family.
#[derive(Debug)]
pub struct Family {
    /// As site files name it.
    pub name: &'static str,
    /// Pieces of the page's source and what each is worth; [`ENOUGH`] tells the family.
    pub marks: &'static [(&'static str, u32)],
    /// CSS selectors of article links on a list page; every match of every selector is an item.
    pub links: &'static [&'static str],
    /// How further pages are reached, where the page itself does not link to them.
    pub paging: Paging,
    /// Query parameters that do not name the article. A trailing `*` stands for any ending.
    pub drop_params: &'static [&'static str],
    /// Path pieces and what a twin has in their place.
    pub fold_paths: &'static [(&'static str, &'static str)],
    /// Whether `/vi/` and `/en/` before a path only switch the interface.
    pub language_prefix: bool,
}

/// How a family's further pages are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// By the links of the page's pager.
    Links,
    /// By a POST whose fields come from the page's own script.
    Form {
        /// Path of the address that answers.
        action: &'static str,
        /// Field names and values; `{n}` is the page number, `{name|default}` a value of the script.
        fields: &'static [(&'static str, &'static str)],
        /// The script's name for the number of pages.
        total: &'static str,
    },
}

/// Marks worth this much tell a family.
const ENOUGH: u32 = 3;

static FAMILIES: [Family; 3] = [
    Family {
        name: "vnpt",
        marks: &[
            ("ArticleInMenuPagination.aspx", 3),
            ("UIArticleInMenu_", 3),
            ("UIListNews_", 2),
            ("ArticleDetailControl", 3),
            ("article_category_id", 2),
            ("storage-vnportal", 2),
            ("Anh-tin-bai", 1),
            ("UISocialShare", 1),
        ],
        links: &["li .Title > a", ".UIArticleInMenu_Default .Title a"],
        paging: Paging::Form {
            action: "/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle",
            fields: &[
                ("article_category_id", "{article_category_id}"),
                ("categoryIds", "{categoryIds|}"),
                ("site_id", "{site_id|}"),
                ("page", "{n}"),
                ("page_size", "{page_size|15}"),
                ("keyword", "{keyword|}"),
                ("date_begin", "{date_begin|}"),
                ("date_end", "{date_end|}"),
                ("show_no", "{show_no|false}"),
                ("show_post_date", "{show_post_date|true}"),
                ("num_of_text", "{num_of_text|}"),
                ("show_view_count", "{show_view_count|false}"),
                ("filter_order_in_list", "{filter_order_in_list|}"),
                ("is_default", "{is_default|}"),
                ("new", "{new|}"),
                ("number_of_day", "{number_of_day|}"),
                ("no", "-{page_size|15}"),
                ("lang", "{lang|vi}"),
                ("articlelang", "{articlelang|vi}"),
                ("is_authenticated", "{is_authenticated|false}"),
            ],
            total: "maxPage",
        },
        drop_params: &[],
        fold_paths: &[],
        language_prefix: false,
    },
    Family {
        name: "nukeviet",
        marks: &[
            ("content=\"NukeViet", 3),
            ("nv_base_siteurl", 3),
            ("nv_lang_data", 2),
            ("/themes/default/js/nukeviet", 3),
            ("class=\"news_column", 2),
            ("/uploads/news/", 1),
        ],
        links: &[
            ".news_column .panel-body h2 a",
            ".news_column .panel-body h3 a",
            ".news_column .panel-body h4 a",
            ".news_column ul.related li a",
            "ul.related.list-items li a",
        ],
        paging: Paging::Links,
        drop_params: &["nocache", "checkss", "checkAdr"],
        fold_paths: &[("/index.php/", "/"), ("/news/print/", "/news/"), ("/news/savefile/", "/news/")],
        language_prefix: false,
    },
    Family {
        name: "liferay",
        marks: &[
            ("Liferay.ThemeDisplay", 3),
            ("Liferay.currentURL", 2),
            ("lfr-pagination", 2),
            ("portlet-asset-publisher", 2),
            ("p_p_id=", 1),
            ("/-/asset_publisher/", 2),
            ("/-/view_content/", 2),
            ("portlet-boundary", 2),
        ],
        links: &[".asset-abstract .asset-title a", ".asset-entry .asset-title a"],
        paging: Paging::Links,
        drop_params: &[
            "redirect",
            "inheritRedirect",
            "p_p_state",
            "p_p_mode",
            "p_p_lifecycle",
            "p_p_auth",
            "p_auth",
            "p_p_col_*",
            "p_r_p_*",
            "p_p_resource_id",
            "p_p_cacheability",
            "p_l_back_url*",
            "doAsUserId",
            "viewMode",
            "controlPanelCategory",
        ],
        fold_paths: &[],
        language_prefix: true,
    },
];

/// The family of that name.
pub fn by_name(name: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.name.eq_ignore_ascii_case(name))
}

/// Every family.
pub(super) fn all() -> impl Iterator<Item = &'static Family> {
    FAMILIES.iter()
}

/// All names, for messages.
pub(super) fn names() -> String {
    FAMILIES.iter().map(|family| family.name).collect::<Vec<_>>().join(", ")
}

/// The family whose marks a page's source carries, with the marks that told it.
pub fn recognise(source: &str) -> Option<(&'static Family, Vec<&'static str>)> {
    let mut best = None;
    let mut most = ENOUGH - 1;
    for family in &FAMILIES {
        let found: Vec<_> = family.marks.iter().filter(|(mark, _)| source.contains(mark)).collect();
        let worth: u32 = found.iter().map(|(_, worth)| worth).sum();
        if worth > most {
            most = worth;
            best = Some((family, found.iter().map(|(mark, _)| *mark).collect()));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_weak_mark_tells_nothing() {
        assert!(recognise("<img alt=\"Anh-tin-bai\">").is_none());
        assert!(recognise("<p>không có gì</p>").is_none());
    }

    #[test]
    fn marks_tell_the_family() {
        let source = "<meta name=\"generator\" content=\"NukeViet v4.5\">";
        assert_eq!(recognise(source).unwrap().0.name, "nukeviet");
        let source = "<script>Liferay.ThemeDisplay = {}</script>";
        assert_eq!(recognise(source).unwrap().0.name, "liferay");
    }
}
