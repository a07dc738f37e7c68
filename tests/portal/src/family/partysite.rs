//! A party committee's site: a banner's line before everything, and a box of related titles that names each twice.

use super::{About, Look, Past, Skin, skin, traps};
use crate::answer::Answer;
use crate::article::Article;
use crate::dates::Stamp;
use crate::render::View;
use crate::route;
use crate::site::Asked;
use crate::spec::PortalSpec;

/// A party committee.
pub struct PartySite;

const ABOUT: About = About {
    name: "partysite",
    sections: &[("hoat-dong-tinh-uy", "Hoạt động Tỉnh ủy"), ("to-chuc-co-so-dang", "Tổ chức cơ sở đảng")],
    province: "Hưng Sa",
    publisher: "Tỉnh ủy",
    suffix: " - Tỉnh ủy Hưng Sa",
    tag: "HSTU",
    first_id: 11_000,
    server: "Apache",
    cookie: "PHPSESSID",
    articles: 100,
    page_size: 14,
    marks: "<meta name=\"application-name\" content=\"Trang thông tin điện tử Tỉnh ủy Hưng Sa\" />\n",
    ..About::USUAL
};

const SKIN: Skin = Skin {
    list: [
        "<div class=\"slot\">Banner Tỉnh ủy Hưng Sa (Cat-top-1)</div>\n<div class=\"archive\"><h1>{name}</h1>\n",
        "<div class=\"post\"><a href=\"{href}\"><img alt=\"{title}\" src=\"{image}\" /></a><div class=\"post-info\"><a class=\"post-title\" href=\"{href}\">{title}</a><div class=\"post-meta\">Ngày đăng: {date}</div><div class=\"post-desc\">{sapo}</div></div></div>\n",
        "</div>\n",
    ],
    pager: [
        "<ul class=\"pagination\">",
        "<li class=\"active\"><span>{n}</span></li>",
        "<li><a href=\"{href}\">{n}</a></li>",
        "<li><a href=\"{href}\" rel=\"next\">&raquo;</a></li>",
        "<li class=\"disabled\"><span>&raquo;</span></li>",
        "</ul>\n",
    ],
    head: "<div class=\"slot\"><img alt=\"Banner Tỉnh ủy Hưng Sa (Post-top-1)\" src=\"/static/banner.png\" /><p>Banner Tỉnh ủy Hưng Sa (Post-top-1)</p></div>\n<div class=\"single-post\"><h1 class=\"single-title\">{title}</h1>\n<div class=\"single-date\">{date}</div>\n",
    lead: ["<p><strong>", "</strong></p>\n"],
    body: ["<div class=\"single-content\">\n", "", "</div>\n"],
    tail: "</div>\n",
    // Alternative text and link are printed one after the other, and so is a tooltip that scripts put in its place.
    related: [
        "<div class=\"same-cat\"><h4>Tin cùng chuyên mục</h4>\n",
        "<div class=\"same-item\"><a href=\"{href}\"><img alt=\"{title}\" src=\"{image}\" /><span class=\"tip\">{title}</span></a>\n<h5><a href=\"{href}\" title=\"{title}\">{title}</a></h5></div>\n",
        "</div>\n",
    ],
    ..skin::BARE
};

impl Look for PartySite {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn skin(&self) -> &'static Skin {
        &SKIN
    }

    fn path(&self, article: &Article, spec: &PortalSpec, list: usize) -> String {
        format!("/{}/{}-{}", spec.sections()[list].0, article.slug, article.id)
    }

    fn twins(&self, article: &Article, _spec: &PortalSpec) -> Vec<String> {
        vec![format!("/tin-tuc/{}-{}", article.slug, article.id), format!("/m/{}", article.id)]
    }

    fn date_line(&self, stamp: Stamp) -> String {
        let ((y, mo, d), (h, m)) = (stamp.civil(), stamp.clock());
        format!("{}, ngày {d} tháng {mo} năm {y}, {h:02}:{m:02}", stamp.weekday())
    }

    fn list_date(&self, stamp: Stamp) -> String {
        let (y, m, d) = stamp.civil();
        format!("{d}-{m}-{y}")
    }

    fn past(&self) -> Past {
        Past::Last
    }

    fn aside(&self, view: View, out: &mut String) {
        traps::tag_box(view, out);
    }

    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        self.lists(view, asked).or_else(|| traps::tags(view, asked)).or_else(|| route::article(view, &asked.path))
    }
}
