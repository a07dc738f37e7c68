//! A portal whose pages show only the newest; the rest stands in feeds with odd dates and in sitemaps by month.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{About, Look, Past, Skin, skin};
use crate::answer::Answer;
use crate::article::Article;
use crate::dates::Stamp;
use crate::render::View;
use crate::route;
use crate::site::Asked;
use crate::spec::PortalSpec;
use crate::state::State;

/// Feeds and sitemaps.
pub struct Feed;

const ABOUT: About = About {
    name: "feed",
    sections: &[("thoi-su", "Thời sự"), ("van-hoa", "Văn hóa")],
    province: "Khánh Trạch",
    suffix: " - Đài PT-TH Khánh Trạch",
    publisher: "Tỉnh ủy",
    tag: "KTTV",
    first_id: 33_000,
    server: "nginx",
    cookie: "laravel_session",
    articles: 120,
    page_size: 8,
    marks: "<link rel=\"alternate\" type=\"application/rss+xml\" title=\"Thời sự\" href=\"/rss/thoi-su.rss\" />\n<link rel=\"alternate\" type=\"application/rss+xml\" title=\"Văn hóa\" href=\"/rss/van-hoa.rss\" />\n",
    ..About::USUAL
};

/// Items of a feed.
const ITEMS: usize = 40;
/// Articles of the news sitemap.
const NEWS: usize = 30;

const SKIN: Skin = Skin {
    list: [
        "<section class=\"zone\"><h1 class=\"zone-name\"><a href=\"{href}\">{name}</a></h1>\n",
        "<div class=\"news-card\"><a href=\"{href}\"><img alt=\"\" src=\"{image}\" /></a><h3 class=\"news-card__title\"><a href=\"{href}\">{title}</a></h3><span class=\"news-card__time\">{date}</span><p>{sapo}</p></div>\n",
        "</section><a class=\"more\" href=\"javascript:void(0)\">Xem thêm</a>\n",
    ],
    pager: [""; 6],
    head: "<div class=\"news-detail\"><h1 class=\"news-detail__title\">{title}</h1>\n<p class=\"news-detail__time\">{date}</p>\n",
    lead: ["<p class=\"news-detail__lead\">", "</p>\n"],
    body: ["", "<div class=\"news-detail__body\">\n", "</div>\n"],
    tail: "</div>\n",
    related: ["<div class=\"news-other\"><h3>Tin cũ hơn</h3>\n", "<p><a href=\"{href}\">{title}</a></p>\n", "</div>\n"],
    ..skin::BARE
};

impl Look for Feed {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn skin(&self) -> &'static Skin {
        &SKIN
    }

    fn path(&self, article: &Article, spec: &PortalSpec, list: usize) -> String {
        format!("/{}/{}-{}.html", spec.sections()[list].0, article.slug, article.id)
    }

    fn twins(&self, article: &Article, spec: &PortalSpec) -> Vec<String> {
        vec![format!("{}?utm_source=rss&utm_medium=feed", article.home(spec))]
    }

    fn date_line(&self, stamp: Stamp) -> String {
        let (h, m) = stamp.clock();
        format!("{}, {h:02}:{m:02}, {}", stamp.weekday(), stamp.dmy())
    }

    fn list_date(&self, stamp: Stamp) -> String {
        stamp.dmy_hm()
    }

    fn pages(&self, _state: &State, _list: usize, _size: usize) -> usize {
        1
    }

    fn past(&self) -> Past {
        Past::First
    }

    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        let path = asked.path.as_str();
        let list = (0..view.spec.sections().len()).find(|list| self.list_path(view.spec, *list) == path);
        if let Some(list) = list {
            return Some(Answer::page(view.list(list, 1)));
        }
        if let Some(name) = path.strip_prefix("/rss/").and_then(|name| name.strip_suffix(".rss")) {
            let list = view.spec.sections().iter().position(|(id, _)| *id == name)?;
            return Some(route::feed(view, list, ITEMS, &|article| odd_date(article)));
        }
        route::article(view, path)
    }

    fn sitemap(&self, view: View, asked: &Asked) -> Option<Answer> {
        let text = match asked.path.as_str() {
            "/sitemap.xml" => index(view),
            "/news-sitemap.xml" => news(view),
            path => month(view, path.strip_prefix("/sitemaps/")?.strip_suffix(".xml")?)?,
        };
        Some(Answer::text(200, "application/xml; charset=utf-8", text))
    }
}

/// The date of a feed's item, in one of the forms that feeds are found with.
fn odd_date(article: &Article) -> String {
    let stamp = article.stamp;
    let (h, m) = stamp.clock();
    match article.id % 6 {
        0 => stamp.rfc822(),
        1 => stamp.http(),
        2 => format!("{} {h:02}:{m:02}:00", stamp.dmy()),
        3 => stamp.rfc3339(),
        4 => format!("{}, {} - {h:02}:{m:02}", stamp.weekday_title(), stamp.dmy()),
        _ => stamp.rfc822().replace("+0700", "GMT+7"),
    }
}

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

fn month_of(article: &Article) -> String {
    let (y, m, _) = article.stamp.civil();
    format!("{y}-{m:02}")
}

fn index(view: View) -> String {
    let base = view.base;
    let months: BTreeSet<String> = view.state.articles.iter().map(month_of).collect();
    let mut out =
        format!("{XML}<sitemapindex xmlns=\"{SPACE}\">\n<sitemap><loc>{base}/news-sitemap.xml</loc></sitemap>\n");
    for month in months.iter().rev() {
        let _ = writeln!(out, "<sitemap><loc>{base}/sitemaps/{month}.xml</loc></sitemap>");
    }
    out.push_str("</sitemapindex>\n");
    out
}

fn news(view: View) -> String {
    let mut out =
        format!("{XML}<urlset xmlns=\"{SPACE}\" xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\">\n");
    for (article, entry) in view.state.articles.iter().zip(&view.state.entries).take(NEWS) {
        let _ = writeln!(
            out,
            "<url><loc>{}{}</loc><news:news><news:publication><news:name>{}</news:name><news:language>vi</news:language></news:publication><news:publication_date>{}</news:publication_date><news:title>{}</news:title></news:news></url>",
            view.base,
            entry.home,
            view.spec.province(),
            article.stamp.rfc3339(),
            entry.title
        );
    }
    out.push_str("</urlset>\n");
    out
}

fn month(view: View, name: &str) -> Option<String> {
    let mut out = format!("{XML}<urlset xmlns=\"{SPACE}\">\n");
    let before = out.len();
    for (article, entry) in view.state.articles.iter().zip(&view.state.entries) {
        if month_of(article) == name {
            let _ = writeln!(
                out,
                "<url><loc>{}{}</loc><lastmod>{}</lastmod></url>",
                view.base,
                entry.home,
                article.stamp.rfc3339()
            );
        }
    }
    (out.len() > before).then(|| out + "</urlset>\n")
}
