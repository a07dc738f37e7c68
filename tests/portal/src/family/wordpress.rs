//! Family L: WordPress. The page is a part of the path, and past the end nothing is found.

use super::{About, Look, Past, Skin, skin};
use crate::answer::Answer;
use crate::article::Article;
use crate::dates::Stamp;
use crate::render::View;
use crate::route;
use crate::site::Asked;
use crate::spec::PortalSpec;

/// WordPress.
pub struct WordPress;

const ABOUT: About = About {
    name: "wordpress",
    sections: &[("tin-tuc-su-kien", "Tin tức – Sự kiện"), ("guong-nguoi-tot", "Gương người tốt, việc tốt")],
    province: "Đại Lâm",
    publisher: "UBND xã",
    suffix: " – Trang thông tin điện tử Đại Lâm",
    tag: "ĐLO",
    first_id: 2_000,
    server: "LiteSpeed",
    cookie: "PHPSESSID",
    articles: 70,
    marks: "<meta name=\"generator\" content=\"WordPress 6.4.3\" />\n<link rel=\"https://api.w.org/\" href=\"/wp-json/\" />\n",
    ..About::USUAL
};

const SKIN: Skin = Skin {
    list: [
        "<main id=\"main\" class=\"site-main\"><header class=\"page-header\"><h1 class=\"page-title\">{name}</h1></header>\n",
        "<article id=\"post-{id}\" class=\"post type-post hentry\"><a class=\"post-thumbnail\" href=\"{href}\"><img alt=\"\" class=\"wp-post-image\" src=\"{image}\" /></a><h2 class=\"entry-title\"><a href=\"{href}\" rel=\"bookmark\">{title}</a></h2><span class=\"posted-on\"><time class=\"entry-date published\" datetime=\"{iso}\">{date}</time></span><div class=\"entry-summary\"><p>{sapo} […]</p></div></article>\n",
        "</main>\n",
    ],
    pager: [
        "<nav class=\"navigation pagination\"><div class=\"nav-links\">",
        "<span aria-current=\"page\" class=\"page-numbers current\">{n}</span>",
        "<a class=\"page-numbers\" href=\"{href}\">{n}</a>",
        "<a class=\"next page-numbers\" href=\"{href}\">Trang sau</a>",
        "",
        "</div></nav>\n",
    ],
    head: "<article class=\"post type-post hentry\"><h1 class=\"entry-title\">{title}</h1>\n<div class=\"entry-meta\"><time class=\"entry-date published\" datetime=\"{iso}\">{date}</time></div>\n",
    lead: ["<p><strong>", "</strong></p>\n"],
    body: ["<div class=\"entry-content\">\n", "", "</div>\n"],
    figure: Some([
        "<figure class=\"wp-caption aligncenter\">",
        "<figcaption class=\"wp-caption-text\">",
        "</figcaption></figure>\n",
    ]),
    tail: "</article>\n<div id=\"comments\">Để lại một bình luận</div>\n",
    related: [
        "<nav class=\"navigation post-navigation\"><h2>Bài viết liên quan</h2>\n",
        "<div><a href=\"{href}\" rel=\"prev\">{title}</a></div>\n",
        "</nav>\n",
    ],
    ..skin::BARE
};

impl Look for WordPress {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn skin(&self) -> &'static Skin {
        &SKIN
    }

    fn path(&self, article: &Article, _spec: &PortalSpec, _list: usize) -> String {
        let (y, m, _) = article.stamp.civil();
        format!("/{y}/{m:02}/{}/", article.slug)
    }

    fn twins(&self, article: &Article, spec: &PortalSpec) -> Vec<String> {
        let home = article.home(spec);
        vec![format!("{home}amp/"), format!("{home}?replytocom={}", article.id)]
    }

    fn image(&self, article: &Article, _spec: &PortalSpec, n: usize) -> String {
        let (y, m, _) = article.stamp.civil();
        format!("/wp-content/uploads/{y}/{m:02}/anh-{n}-{:06x}-1024x768.png", article.seed % 0xff_ffff)
    }

    fn attachment(&self, article: &Article, _spec: &PortalSpec) -> String {
        let (y, m, _) = article.stamp.civil();
        format!("/wp-content/uploads/{y}/{m:02}/van-ban-{}.pdf", article.seed % 9_973)
    }

    fn date_line(&self, stamp: Stamp) -> String {
        let ((y, mo, d), (h, m)) = (stamp.civil(), stamp.clock());
        format!("{d} Tháng {mo}, {y} lúc {h:02}:{m:02}")
    }

    fn list_date(&self, stamp: Stamp) -> String {
        let (y, m, d) = stamp.civil();
        format!("{d} Tháng {m}, {y}")
    }

    fn list_path(&self, spec: &PortalSpec, list: usize) -> String {
        format!("/category/{}/", spec.sections()[list].0)
    }

    fn page_path(&self, spec: &PortalSpec, list: usize, number: usize) -> String {
        format!("/category/{}/page/{number}/", spec.sections()[list].0)
    }

    fn number(&self, spec: &PortalSpec, list: usize, asked: &Asked) -> Option<usize> {
        let rest = asked.path.strip_prefix(&self.list_path(spec, list))?;
        if rest.is_empty() {
            return Some(1);
        }
        rest.strip_prefix("page/")?.trim_end_matches('/').parse().ok()
    }

    fn past(&self) -> Past {
        Past::Missing
    }

    fn menu_path(&self, head: &str, entry: &str) -> String {
        format!("/{head}/{entry}/")
    }

    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        let lists = 0..view.spec.sections().len();
        let feed = |list: &usize| asked.path == format!("{}feed/", self.list_path(view.spec, *list));
        if let Some(list) = lists.clone().find(feed) {
            return Some(route::feed(view, list, 10, &|article| article.stamp.rfc822()));
        }
        self.lists(view, asked).or_else(|| route::article(view, &asked.path))
    }
}
