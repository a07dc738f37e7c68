//! Family K: Drupal. Pages of a list count from zero.

use super::{About, Look, Skin, skin};
use crate::article::Article;
use crate::dates::Stamp;
use crate::route::param;
use crate::site::Asked;
use crate::spec::PortalSpec;

/// Drupal.
pub struct Drupal;

const ABOUT: About = About {
    name: "drupal",
    sections: &[("tin-tuc", "Tin tức"), ("chinh-quyen", "Chính quyền")],
    province: "Long Phong",
    suffix: " | Cổng thông tin điện tử tỉnh Long Phong",
    tag: "LPP",
    first_id: 8_000,
    server: "Apache",
    cookie: "SESS4f0c",
    marks: "<meta name=\"Generator\" content=\"Drupal 7 (http://drupal.org)\" />\n",
    ..About::USUAL
};

const SKIN: Skin = Skin {
    list: [
        "<h1 class=\"page-header\">{name}</h1><div class=\"view view-tin-tuc\"><div class=\"view-content\">\n",
        "<div class=\"views-row\"><div class=\"views-field views-field-field-image\"><a href=\"{href}\"><img alt=\"\" src=\"{image}\" /></a></div><div class=\"views-field views-field-title\"><span class=\"field-content\"><a href=\"{href}\">{title}</a></span></div><div class=\"views-field views-field-created\"><span class=\"field-content\">{date}</span></div><div class=\"views-field views-field-body\"><div class=\"field-content\">{sapo}</div></div></div>\n",
        "</div></div>\n",
    ],
    pager: [
        "<div class=\"item-list\"><ul class=\"pager\">",
        "<li class=\"pager-current\">{n}</li>",
        "<li class=\"pager-item\"><a href=\"{href}\">{n}</a></li>",
        "<li class=\"pager-next\"><a title=\"Đến trang kế tiếp\" href=\"{href}\">sau ›</a></li>",
        "",
        "</ul></div>\n",
    ],
    head: "<div class=\"node node-article\"><h1 class=\"page-title\">{title}</h1>\n<div class=\"field field-name-post-date\"><div class=\"field-items\"><div class=\"field-item even\">{date}</div></div></div>\n",
    lead: ["<div class=\"field field-name-field-sapo\"><div class=\"field-item even\">", "</div></div>\n"],
    body: [
        "",
        "<div class=\"field field-name-body\"><div class=\"field-items\"><div class=\"field-item even\" property=\"content:encoded\">\n",
        "</div></div></div>\n",
    ],
    tail: "<ul class=\"links inline\"><li class=\"statistics_counter\"><span>{views} lượt đọc</span></li></ul></div>\n",
    related: [
        "<div class=\"view view-tin-cung-chuyen-muc\"><h2>Cùng chuyên mục</h2><ul>\n",
        "<li class=\"views-row\"><a href=\"{href}\">{title}</a></li>\n",
        "</ul></div>\n",
    ],
    ..skin::BARE
};

impl Look for Drupal {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn skin(&self) -> &'static Skin {
        &SKIN
    }

    fn path(&self, article: &Article, spec: &PortalSpec, list: usize) -> String {
        format!("/{}/{}", spec.sections()[list].0, article.slug)
    }

    fn twins(&self, article: &Article, _spec: &PortalSpec) -> Vec<String> {
        vec![format!("/node/{}", article.id), format!("/print/{}", article.id)]
    }

    fn image(&self, article: &Article, _spec: &PortalSpec, n: usize) -> String {
        let key = article.seed % 0xff_ffff;
        format!("/sites/default/files/styles/large/public/anh_{key:06x}_{n}.png?itok={:08x}", key.rotate_left(9))
    }

    fn attachment(&self, article: &Article, _spec: &PortalSpec) -> String {
        format!("/sites/default/files/vb_{}.pdf", article.seed % 9_973)
    }

    fn date_line(&self, stamp: Stamp) -> String {
        const DAYS: [&str; 7] = ["T5", "T6", "T7", "CN", "T2", "T3", "T4"];
        let (h, m) = stamp.clock();
        format!("{}, {} - {h:02}:{m:02}", DAYS[stamp.day.rem_euclid(7) as usize], stamp.dmy())
    }

    fn page_path(&self, spec: &PortalSpec, list: usize, number: usize) -> String {
        format!("{}?page={}", self.list_path(spec, list), number.saturating_sub(1))
    }

    fn number(&self, spec: &PortalSpec, list: usize, asked: &Asked) -> Option<usize> {
        let page = param(&asked.query, "page").and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
        (asked.path == self.list_path(spec, list)).then(|| page.saturating_add(1))
    }
}
