//! Family F: provincial papers with the month in the address.

use super::{About, Look, Skin, coded, skin};
use crate::article::Article;
use crate::dates::Stamp;
use crate::spec::PortalSpec;

/// A paper.
pub struct Yyyymm;

const ABOUT: About = About {
    name: "yyyymm",
    sections: &[("thoi-su", "Thời sự"), ("xa-hoi", "Xã hội")],
    province: "Phú Vạn",
    publisher: "Tỉnh ủy",
    suffix: " - Báo Phú Vạn điện tử",
    tag: "PV",
    server: "nginx",
    cookie: "PHPSESSID",
    articles: 120,
    page_size: 12,
    marks: "<meta name=\"author\" content=\"Báo Phú Vạn\" />\n<link rel=\"alternate\" media=\"only screen and (max-width: 640px)\" href=\"#\" />\n",
    ..About::USUAL
};

const SKIN: Skin = Skin {
    list: [
        "<div class=\"bn-top\">Banner</div>\n<div class=\"cat-list\"><h1 class=\"cat-name\"><a href=\"{href}\">{name}</a></h1>\n",
        "<div class=\"news-item\"><a class=\"thumb\" href=\"{href}\"><img alt=\"{title}\" src=\"{image}\" /></a><h2 class=\"news-title\"><a href=\"{href}\">{title}</a></h2><span class=\"news-date\">{date}</span><div class=\"news-lead\">{sapo}</div></div>\n",
        "</div><div class=\"ads\">.</div>\n",
    ],
    pager: [
        "<div class=\"wp-pagenavi\">",
        "<span class=\"current\">{n}</span>",
        "<a class=\"page\" href=\"{href}\">{n}</a>",
        "<a class=\"nextpostslink\" href=\"{href}\">»</a>",
        "",
        "</div>\n",
    ],
    head: "<div class=\"bn-top\">Banner</div>\n<h1 class=\"title\">{title}</h1>\n<div class=\"date\">{date}</div>\n",
    lead: ["<p><strong>", "</strong></p>\n"],
    body: ["<div class=\"content\">\n", "", "</div>\n"],
    figure: Some([
        "<table class=\"image\" align=\"center\"><tbody><tr><td>",
        "</td></tr><tr><td class=\"desc\">",
        "</td></tr></tbody></table>\n",
    ]),
    tail: "<div class=\"ads\">.</div>\n<div class=\"ads\">.</div>\n<div class=\"ads\">;</div>\n<div class=\"ads\">.</div><div class=\"ads\">.</div>\n",
    related: [
        "<div class=\"other-news\"><h3>Tin khác</h3>\n",
        "<div class=\"it\"><a href=\"{href}\"><img alt=\"{title}\" src=\"{image}\" /></a><a href=\"{href}\">{title}</a></div>\n",
        "</div>\n",
    ],
    ..skin::BARE
};

impl Look for Yyyymm {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn skin(&self) -> &'static Skin {
        &SKIN
    }

    fn path(&self, article: &Article, spec: &PortalSpec, list: usize) -> String {
        let (y, m, _) = article.stamp.civil();
        format!("/{}/{y}{m:02}/{}-{}/", spec.sections()[list].0, article.slug, coded(article.id, 16, 7))
    }

    fn twins(&self, article: &Article, spec: &PortalSpec) -> Vec<String> {
        let home = article.home(spec);
        vec![home.trim_end_matches('/').to_owned(), format!("{home}?fbclid=IwAR{:x}", article.seed)]
    }

    fn image(&self, article: &Article, _spec: &PortalSpec, n: usize) -> String {
        let key = article.seed;
        let (month, time) = (article.stamp.digits("my"), article.stamp.digits("ymdhi"));
        format!(
            "/file/{key:016x}{:016x}/{month}/anh-{n}_{time}25.png?width=600&height=-&type=resize",
            key.rotate_left(29)
        )
    }

    fn date_line(&self, stamp: Stamp) -> String {
        let (h, m) = stamp.clock();
        format!("Cập nhật lúc {h:02}:{m:02}, {}, {} (GMT+7)", stamp.weekday_title(), stamp.dmy())
    }

    fn alt(&self, _article: &Article, _n: usize, caption: &str) -> String {
        caption.to_owned()
    }

    fn list_path(&self, spec: &PortalSpec, list: usize) -> String {
        format!("/{}/", spec.sections()[list].0)
    }

    fn page_path(&self, spec: &PortalSpec, list: usize, number: usize) -> String {
        format!("{}?paged={number}", self.list_path(spec, list))
    }

    fn menu_path(&self, head: &str, entry: &str) -> String {
        format!("/trang/{head}/{entry}/")
    }

    fn past(&self) -> super::Past {
        super::Past::First
    }
}
