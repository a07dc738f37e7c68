//! Family J: Hemera-style papers. Further items come by a button, and boxes of related titles stand inside the text.

use super::{About, Look, Skin, put, skin, traps};
use crate::answer::Answer;
use crate::article::{Article, Quirks};
use crate::dates::Stamp;
use crate::render::View;
use crate::route;
use crate::site::Asked;
use crate::spec::PortalSpec;

/// Hemera.
pub struct Hemera;

const ABOUT: About = About {
    name: "hemera",
    sections: &[("chinh-tri", "Chính trị"), ("doi-song", "Đời sống")],
    province: "Xuân Đồng",
    publisher: "Tỉnh ủy",
    suffix: " | Báo Xuân Đồng",
    tag: "XĐO",
    first_id: 256_000,
    server: "nginx",
    cookie: "PHPSESSID",
    articles: 150,
    page_size: 15,
    marks: "<meta name=\"generator\" content=\"Hemera CMS\" />\n<meta name=\"google\" content=\"notranslate\" />\n",
    ..About::USUAL
};

const SKIN: Skin = Skin {
    list: [
        "<h1 class=\"category__title\"><a href=\"{href}\">{name}</a></h1><div class=\"timeline secondary-list\" id=\"content-list\">\n",
        "<article class=\"story\"><figure class=\"story__thumb\"><a class=\"cms-link\" href=\"{href}\" title=\"{title}\"><img alt=\"{title}\" class=\"cms-photo lazyload\" data-src=\"{image}\" src=\"/static/no-image.png\" /></a></figure><h2 class=\"story__heading\" data-tracking=\"{id}\"><a class=\"cms-link\" href=\"{href}\" title=\"{title}\">{title}</a></h2><time class=\"story__time\" datetime=\"{iso}\">{date}</time><div class=\"story__summary\">{sapo}</div></article>\n",
        "</div>\n",
    ],
    pager: [
        "<div class=\"load-more\">",
        "",
        "",
        "<a class=\"btn control__loadmore\" href=\"{href}\">Xem thêm</a>",
        "",
        "</div>\n",
    ],
    head: "<div class=\"article\"><h1 class=\"article__title cms-title\">{title}</h1>\n<div class=\"article__meta\"><time class=\"time\" datetime=\"{iso}\">{date}</time></div>\n",
    lead: ["<div class=\"article__sapo cms-desc\">", "</div>\n"],
    body: ["", "<div class=\"article__body zce-content-body cms-body\" itemprop=\"articleBody\">\n", "</div>\n"],
    author: ["<div class=\"article__author\"><span class=\"name\">", "</span></div>\n"],
    tail: "<div class=\"article__tag\"><span>Từ khóa</span></div></div>\n",
    related: [
        "<div class=\"article__related\"><h3>Đọc thêm</h3>\n",
        "<article class=\"story\"><h2 class=\"story__heading\"><a class=\"cms-link\" href=\"{href}\" title=\"{title}\">{title}</a></h2></article>\n",
        "</div>\n",
    ],
    ..skin::BARE
};

impl Look for Hemera {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn skin(&self) -> &'static Skin {
        &SKIN
    }

    fn path(&self, article: &Article, _spec: &PortalSpec, _list: usize) -> String {
        format!("/{}-post{}.html", article.slug, article.id)
    }

    fn twins(&self, article: &Article, spec: &PortalSpec) -> Vec<String> {
        vec![format!("/amp{}", article.home(spec)), format!("/x-post{}.html", article.id)]
    }

    fn image(&self, article: &Article, _spec: &PortalSpec, n: usize) -> String {
        let key = article.seed;
        let hex = format!("{key:016x}{:016x}{:016x}", key.rotate_left(23), key.rotate_left(47));
        format!("/images/{hex}/anh-{n}-{}.png", article.seed % 9_999)
    }

    fn date_line(&self, stamp: Stamp) -> String {
        let (h, m) = stamp.clock();
        format!("{} {h:02}:{m:02}", stamp.dmy())
    }

    fn list_path(&self, spec: &PortalSpec, list: usize) -> String {
        format!("/{}/", spec.sections()[list].0)
    }

    fn menu_path(&self, head: &str, entry: &str) -> String {
        format!("/{head}/{entry}/")
    }

    fn inset(&self, view: View, article: &Article) -> Option<String> {
        let list = &view.state.lists[article.lists[0]];
        let at = list.iter().position(|n| view.state.articles[*n].id == article.id)?;
        let mut out =
            String::from("<div class=\"article__story cms-relate\" data-type=\"related\"><h4>Tin liên quan</h4>\n");
        for n in list.iter().skip(at + 1).take(2) {
            let entry = &view.state.entries[*n];
            let item = "<article class=\"story\"><a class=\"cms-link\" href=\"{href}\" title=\"{title}\">{title}</a><div class=\"story__summary\">{sapo}</div></article>\n";
            put(&mut out, item, &[("href", &entry.home), ("title", &entry.title), ("sapo", &entry.sapo)]);
        }
        out.push_str("</div>\n");
        (!article.quirks.has(Quirks::FIXED)).then_some(out)
    }

    fn aside(&self, view: View, out: &mut String) {
        traps::tag_box(view, out);
    }

    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        self.lists(view, asked).or_else(|| traps::tags(view, asked)).or_else(|| route::article(view, &asked.path))
    }
}
