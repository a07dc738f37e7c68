//! Family D: the "Upload-ID" system of many tenants. Its stamp is followed by views, and its author field holds views;
//! only list items tell the time of day.

use super::{About, Look, Skin, skin};
use crate::answer::{Answer, HTML};
use crate::article::Article;
use crate::dates::Stamp;
use crate::render::View;
use crate::route;
use crate::site::Asked;
use crate::spec::PortalSpec;

/// Upload-ID.
pub struct UploadId;

const ABOUT: About = About {
    name: "uploadid",
    sections: &[("tin-trong-tinh", "Tin trong tỉnh"), ("hoat-dong-lanh-dao", "Hoạt động của lãnh đạo tỉnh")],
    province: "Yên Thượng",
    suffix: " - Cổng thông tin điện tử tỉnh Yên Thượng",
    tag: "YTP",
    first_id: 250_000,
    server: "nginx",
    cookie: "PHPSESSID",
    chunked: true,
    marks: "<link rel=\"stylesheet\" href=\"/static/publish/yenthuong/style.css\" />\n<meta name=\"copyright\" content=\"Cổng thông tin điện tử tỉnh Yên Thượng\" />\n",
    ..About::USUAL
};

const VIEWER: &str = "/3rdparty/pdfjs/web/viewer.html";

const SKIN: Skin = Skin {
    list: [
        "<section class=\"section-list Article-Detail-default\"><h1 class=\"section-title\"><a href=\"{href}\">{name}</a></h1>\n",
        "<article class=\"detailType2 Article-News\"><figure class=\"post-image\"><a href=\"{href}\"><img alt=\"\" src=\"/static/no-image.png\" data-original=\"{image}\" /></a></figure>\n<div class=\"post-title\"><h4 class=\"entry-title\"><a class=\"article-title common-title\" title=\"{title}\" href=\"{href}\">{title}</a></h4></div>\n<time class=\"post-date updated\" datetime=\"{iso}\">{date}</time><div class=\"article-brief\">{sapo}</div></article>\n",
        "</section>\n",
    ],
    pager: [
        "<div class=\"wrapper-pagination\">",
        "<span class=\"current\">{n}</span>",
        "<a href=\"{href}\">{n}</a>",
        "<a class=\"next-pages\" href=\"{href}\">&rsaquo;</a>",
        "<span class=\"next-pages\">&rsaquo;</span>",
        "</div>\n",
    ],
    head: "<article class=\"news-detail-layout-type-2\"><h1 class=\"title-detail\">{title}</h1>\n<span class=\"post-date left\">{date}<span class=\"drash\"> | </span>{views}</span>\n",
    lead: ["<div class=\"article-brief\">", "</div>\n"],
    body: ["", "<div class=\"article-content content-detail brief\">\n", "</div>\n"],
    attachment: "<div class=\"pdf-view\"><iframe width=\"100%\" height=\"700\" src=\"/3rdparty/pdfjs/web/viewer.html?file={href}\"></iframe></div>\n",
    tail: "<div class=\"author\">Lượt xem: {views}</div><div class=\"social-connect\"></div><div id=\"audio32\">Nghe bài viết 0:00 / 0:00</div><div class=\"rating\">Đánh giá bài viết</div></article>\n",
    related: [
        "<div class=\"relatedArticles hidden\"><h3>Tin liên quan</h3>\n",
        "<h4><a href=\"{href}\" title=\"{title}\">{title}</a></h4><span class=\"post-date\">{date}</span>\n",
        "</div>\n",
    ],
    ..skin::BARE
};

fn tenant(spec: &PortalSpec) -> u64 {
    100_000 + spec.seed.wrapping_mul(7_919) % 800_000
}

fn category(spec: &PortalSpec, list: usize) -> u64 {
    210 + spec.seed % 40 + list as u64 * 7
}

impl Look for UploadId {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn skin(&self) -> &'static Skin {
        &SKIN
    }

    fn path(&self, article: &Article, _spec: &PortalSpec, _list: usize) -> String {
        format!("/{}-c{}.html", article.slug, article.id)
    }

    fn twins(&self, article: &Article, spec: &PortalSpec) -> Vec<String> {
        vec![format!("/{}/{}.html", spec.sections()[article.lists[0]].0, article.slug)]
    }

    fn image(&self, article: &Article, spec: &PortalSpec, n: usize) -> String {
        let (y, m, d) = article.stamp.civil();
        format!("/upload/{}/{y}{m:02}{d:02}/anh{n}_{:07x}.png", tenant(spec), article.seed % 0xfff_ffff)
    }

    fn attachment(&self, article: &Article, spec: &PortalSpec) -> String {
        let (y, m, d) = article.stamp.civil();
        format!("/upload/{}/{y}{m:02}{d:02}/van-ban_{:05x}.pdf", tenant(spec), article.seed % 0xf_ffff)
    }

    fn date_line(&self, stamp: Stamp) -> String {
        stamp.dmy()
    }

    fn list_path(&self, spec: &PortalSpec, list: usize) -> String {
        self.page_path(spec, list, 1)
    }

    fn page_path(&self, spec: &PortalSpec, list: usize, number: usize) -> String {
        format!("/chuyen-muc-{}-c{}-{number}.html", spec.sections()[list].0, category(spec, list))
    }

    fn number(&self, spec: &PortalSpec, list: usize, asked: &Asked) -> Option<usize> {
        let head = format!("/chuyen-muc-{}-c{}-", spec.sections()[list].0, category(spec, list));
        asked.path.strip_prefix(&head)?.strip_suffix(".html")?.parse().ok()
    }

    fn menu_path(&self, head: &str, entry: &str) -> String {
        format!("/{head}/{entry}.html")
    }

    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        if asked.path == VIEWER {
            return Some(Answer::text(
                200,
                HTML,
                "<!DOCTYPE html>\n<html dir=\"ltr\"><head><meta charset=\"utf-8\"><title>PDF.js viewer</title></head><body><div id=\"viewerContainer\"><div id=\"viewer\" class=\"pdfViewer\"></div></div></body></html>\n",
            ));
        }
        self.lists(view, asked).or_else(|| route::article(view, &asked.path))
    }
}
