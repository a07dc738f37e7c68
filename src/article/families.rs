//! Selectors of the article's parts, for CMS families whose templates are known.

use crate::config::ArticleSpec;

/// VNPT "vnPortal".
pub const VNPT: &str = "vnpt";
/// NukeViet 4.
pub const NUKEVIET: &str = "nukeviet";
/// Liferay 6.2 to 7.
pub const LIFERAY: &str = "liferay";

/// The preset of a family, by its name in a site file; `None` for names without one.
pub fn family_spec(name: &str) -> Option<ArticleSpec> {
    let spec = match name {
        VNPT => spec(
            ".ArticleDetailControl .ArticleHeader",
            ".ArticleDetailControl .PostDate",
            ".ArticleDetailControl .author",
            ".ArticleDetailControl .ArticleSummary",
            ".ArticleDetailControl .ArticleContent",
            &[".UISocialShare", ".ArticleDetailControl .tool", ".ArticleRelated"],
        ),
        NUKEVIET => spec(
            ".news_column h1[itemprop=headline], .news_column h1.title, #print h2.title, #print h1.title",
            ".news_column > span.h5, .news_column .h5.time, .news_column time",
            ".news_column p.h5.text-right",
            ".news_column .hometext, #print .hometext, #hometext",
            "#news-bodyhtml, #print .bodytext, #print #bodytext",
            &[".other-news", ".newsrating", ".news-tags", "[itemprop=dateModified]"],
        ),
        LIFERAY => spec(
            ".asset-full-content-title, h1.title-detail, #contentDetailTitleId",
            ".assetPublishDate, .metadata-publish-date, .title-detail ~ .date",
            ".article-author",
            "p.sapo, #sapoDetailId, .asset-summary",
            ".journal-content-article, #contentDetail",
            &[
                ".view-content-author",
                ".related_asset",
                ".asset-control-detail",
                ".asset-ratings",
                ".taglib-social-bookmarks",
            ],
        ),
        _ => return None,
    };
    Some(spec)
}

fn spec(title: &str, date: &str, byline: &str, lead: &str, body: &str, drop: &[&str]) -> ArticleSpec {
    ArticleSpec {
        title: Some(title.to_owned()),
        date: Some(date.to_owned()),
        byline: Some(byline.to_owned()),
        lead: Some(lead.to_owned()),
        body: Some(body.to_owned()),
        drop: drop.iter().map(|selector| (*selector).to_owned()).collect(),
        url_pattern: None,
    }
}
