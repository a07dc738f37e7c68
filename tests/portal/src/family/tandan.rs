//! Family B: Tân Dân on SharePoint. Everything is an `.aspx` page of one folder; only the date folder tells an article.

use super::{About, Look, Skin, coded, skin, traps};
use crate::answer::Answer;
use crate::article::Article;
use crate::dates::Stamp;
use crate::render::View;
use crate::route;
use crate::site::Asked;
use crate::spec::PortalSpec;

/// Tân Dân.
pub struct Tandan;

const ABOUT: About = About {
    name: "tandan",
    sections: &[("tin-tuc-su-kien", "Tin tức - Sự kiện"), ("chi-dao-dieu-hanh", "Chỉ đạo điều hành")],
    province: "Tân Lĩnh",
    suffix: " - Trang thông tin điện tử tỉnh Tân Lĩnh",
    tag: "TLP",
    marks: "<meta name=\"GENERATOR\" content=\"Microsoft SharePoint\" />\n<link rel=\"stylesheet\" href=\"/static/tandan-portal.css\" />\n",
    shell: [
        "tandan-body\">\n<form name=\"aspnetForm\" method=\"post\" action=\"#\" id=\"aspnetForm\">\n<input type=\"hidden\" name=\"__REQUESTDIGEST\" value=\"",
        "</form>\n</body>\n</html>\n",
    ],
    timed: false,
    ..About::USUAL
};

const SKIN: Skin = Skin {
    list: [
        "<div class=\"channel-news\"><h2 class=\"channel-title\">{name}</h2><ul class=\"channel-news-list\">\n",
        "<li class=\"channel-news-item\"><a href=\"{href}\"><img alt=\"\" src=\"{image}\" /></a><div class=\"channel-news-info\">\n<h3 class=\"channel-news-title\"><a href=\"{href}\">{title}</a></h3><span class=\"date\">{date}</span><p>{sapo}</p></div></li>\n",
        "</ul></div>\n",
    ],
    pager: [
        "<div class=\"paging\">",
        "<span class=\"CurrentPage\">{n}</span>",
        "<a href=\"{href}\">{n}</a>",
        "<a href=\"{href}\">Tiếp</a>",
        "",
        "</div>\n",
    ],
    head: "<div class=\"tandan-p-article\"><h1 class=\"tandan-p-article-news-title\">{title}</h1>\n<span class=\"tandan-span-date-publish\">{date}</span>\n<span class=\"tandan-zoom\"><a href=\"#\">A-</a> <span>100%</span> <a href=\"#\">A+</a></span>\n",
    lead: ["<p class=\"tandan-p-article-news-summary\">", "</p>\n"],
    body: ["", "<div class=\"tandan-p-article-main article-contents\">\n", "</div>\n"],
    tail: "<div class=\"td-tags\"><a href=\"#\">Từ khóa</a></div></div>\n<div class=\"adv\">.</div>\n",
    related: [
        "<div class=\"tandan-div-article-other\"><h3>Tin khác</h3><ul>\n",
        "<li><a href=\"{href}\">{title}</a> <span>({date})</span></li>\n",
        "</ul></div>\n",
    ],
    ..skin::BARE
};

impl Look for Tandan {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn skin(&self) -> &'static Skin {
        &SKIN
    }

    fn path(&self, article: &Article, _spec: &PortalSpec, _list: usize) -> String {
        let (y, m, d) = article.stamp.civil();
        let slug = &article.slug[..article.slug.len().min(45)];
        // The cut falls where it falls, and the code follows without a border.
        format!("/portal/Pages/{y}-{m}-{d}/{slug}{}.aspx", coded(article.id, 36, 6 + article.id as usize % 6))
    }

    fn twins(&self, article: &Article, spec: &PortalSpec) -> Vec<String> {
        let home = article.home(spec);
        vec![home.replacen("/Pages/", "/pages/", 1), format!("{home}?gidzl={}", article.seed % 99_999)]
    }

    fn image(&self, article: &Article, _spec: &PortalSpec, n: usize) -> String {
        let (y, m, _) = article.stamp.civil();
        format!("/portal/Photos/{y}-{m:02}/{:08x}{n}anh.png", article.seed % 0xffff_ffff)
    }

    fn attachment(&self, article: &Article, _spec: &PortalSpec) -> String {
        let (y, m, d) = article.stamp.civil();
        format!("/portal/VanBan/{y}-{m}-{d}/{}.signed.signed.pdf", article.seed % 9_973)
    }

    fn date_line(&self, stamp: Stamp) -> String {
        let (y, m, d) = stamp.civil();
        format!("Đăng ngày {d:02} - {m:02} - {y}")
    }

    fn list_date(&self, stamp: Stamp) -> String {
        stamp.dmy().replace('/', "-")
    }

    fn list_path(&self, spec: &PortalSpec, list: usize) -> String {
        let name = spec.sections()[list].0;
        format!("/portal/Pages/{}{}.aspx", name[..1].to_uppercase(), &name[1..])
    }

    fn page_path(&self, spec: &PortalSpec, list: usize, number: usize) -> String {
        format!("{}?PageIndex={number}", self.list_path(spec, list))
    }

    fn menu_path(&self, head: &str, entry: &str) -> String {
        format!("/portal/Pages/{head}-{entry}.aspx")
    }

    fn aside(&self, view: View, out: &mut String) {
        traps::calendar_box(view, out);
    }

    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        self.lists(view, asked)
            .or_else(|| traps::calendar(view, asked))
            .or_else(|| route::article(view, &asked.whole()))
            .or_else(|| route::article(view, &asked.path))
    }
}
