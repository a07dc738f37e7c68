//! A portal whose lists, boxes and sitemap say nothing about dates; only an article's own page does.

use super::{About, Look, Past, Skin, skin};
use crate::article::Article;
use crate::dates::Stamp;
use crate::site::Asked;
use crate::spec::PortalSpec;

/// Without dates.
pub struct Undated;

const ABOUT: About = About {
    name: "undated",
    sections: &[("tin-hoat-dong", "Tin hoạt động"), ("guong-sang", "Gương sáng quanh ta")],
    province: "Cẩm Ngạn",
    suffix: " | Cổng TTĐT tỉnh Cẩm Ngạn",
    tag: "CNP",
    first_id: 1_500,
    server: "nginx",
    cookie: "PHPSESSID",
    articles: 85,
    page_size: 9,
    marks: "<meta name=\"author\" content=\"Cổng TTĐT tỉnh Cẩm Ngạn\" />\n",
    dated_lists: false,
    ..About::USUAL
};

const SKIN: Skin = Skin {
    list: [
        "<div class=\"grid-news\"><h2>{name}</h2>\n",
        "<div class=\"grid-item col-md-4\"><a href=\"{href}\"><img alt=\"\" src=\"{image}\" /></a><h3><a href=\"{href}\">{title}</a></h3><p>{sapo}</p><a class=\"more\" href=\"{href}\">Chi tiết</a></div>\n",
        "</div>\n",
    ],
    pager: [
        "<div class=\"pages\">",
        "<strong>{n}</strong>",
        "<a href=\"{href}\">{n}</a>",
        "<a href=\"{href}\">Sau</a>",
        "",
        "</div>\n",
    ],
    head: "<div class=\"view-news\"><h1>{title}</h1>\n<p class=\"info\"><i class=\"fa fa-calendar\"></i> {date} <i class=\"fa fa-eye\"></i> {views}</p>\n",
    lead: ["<h2 class=\"intro\">", "</h2>\n"],
    body: ["", "<div class=\"news-text\">\n", "</div>\n"],
    tail: "</div>\n",
    related: ["<div class=\"more-news\"><h3>Xem thêm</h3>\n", "<a href=\"{href}\">{title}</a><br />\n", "</div>\n"],
    ..skin::BARE
};

impl Look for Undated {
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
        vec![
            format!("/{}/x-{}.html", spec.sections()[article.lists[0]].0, article.id),
            format!("/index.php?module=news&id={}", article.id),
        ]
    }

    fn date_line(&self, stamp: Stamp) -> String {
        let (h, m) = stamp.clock();
        format!("{h:02}:{m:02} {}", stamp.dmy())
    }

    fn page_path(&self, spec: &PortalSpec, list: usize, number: usize) -> String {
        format!("/{}/trang-{number}.html", spec.sections()[list].0)
    }

    fn number(&self, spec: &PortalSpec, list: usize, asked: &Asked) -> Option<usize> {
        let rest = asked.path.strip_prefix(&self.list_path(spec, list))?;
        if rest.is_empty() || rest == "/" {
            return Some(1);
        }
        rest.strip_prefix("/trang-")?.strip_suffix(".html")?.parse().ok()
    }

    fn past(&self) -> Past {
        Past::Missing
    }
}
