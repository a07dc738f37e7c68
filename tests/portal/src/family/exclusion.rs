//! Family I: further items come by a POST that names all items shown so far, with constants of the page's own script.

use std::fmt::Write;

use super::{About, Look, Skin, skin};
use crate::answer::{Answer, HTML};
use crate::article::Article;
use crate::dates::Stamp;
use crate::page::Page;
use crate::render::View;
use crate::rng::Rng;
use crate::route::{self, param, params};
use crate::site::Asked;
use crate::spec::PortalSpec;

/// Exclusion.
pub struct Exclusion;

const ABOUT: About = About {
    name: "exclusion",
    sections: &[("tin-su-kien-noi-bat", "Tin sự kiện nổi bật"), ("doi-ngoai", "Đối ngoại")],
    province: "Mỹ Điền",
    suffix: " - Cổng thông tin điện tử Mỹ Điền",
    tag: "MĐP",
    server: "nginx",
    cookie: "IMSSESSION",
    marks: "<meta name=\"author\" content=\"Cổng thông tin điện tử Mỹ Điền\" />\n<link rel=\"dns-prefetch\" href=\"#\" />\n",
    ..About::USUAL
};

const SKIN: Skin = Skin {
    list: [
        "<div class=\"box-category\"><h1 class=\"box-category-title\"><a href=\"{href}\">{name}</a></h1><div class=\"box-category-middle\" id=\"zone-items\">\n",
        "<div class=\"box-category-item\" data-id=\"{id}\"><a class=\"box-category-link-with-avatar img-resize\" href=\"{href}\" title=\"{title}\"><img alt=\"{title}\" class=\"box-category-avatar\" src=\"{image}\" /></a><div class=\"box-category-content\"><h3><a class=\"box-category-link-title\" data-id=\"{id}\" href=\"{href}\" title=\"{title}\">{title}</a></h3><span class=\"time\">{date}</span><p class=\"box-category-sapo\">{sapo}</p></div></div>\n",
        "</div><a class=\"btn-viewmore\" href=\"javascript:;\" onclick=\"loadMore()\">Xem thêm</a></div>\n",
    ],
    head: "<div class=\"detail__main\"><h1 class=\"detail-title\" data-role=\"title\">{title}</h1>\n<div class=\"detail-time\"><div data-role=\"publishdate\">{date}</div></div>\n",
    lead: ["<h2 class=\"detail-sapo\" data-role=\"sapo\">", "</h2>\n"],
    body: ["", "<div class=\"detail-content afcbc-body clearfix\" data-role=\"content\">\n", "</div>\n"],
    author: ["<p class=\"detail-author\" style=\"text-align:right\"><b>", "</b></p>\n"],
    tail: "<div class=\"detail-tag\">Từ khoá</div></div>\n",
    related: [
        "<div class=\"box-category box-related\"><span class=\"box-title-name\">Tin cùng chuyên mục</span>\n",
        "<div class=\"box-category-item\"><a class=\"box-category-link-title\" href=\"{href}\" title=\"{title}\">{title}</a></div>\n",
        "</div>\n",
    ],
    ..skin::BARE
};

const API: &str = "/api/NewsZone/NewsZone";

/// What the script of a list's page gives along: category, language and site, enciphered.
fn constants(spec: &PortalSpec, list: usize) -> [(&'static str, String); 3] {
    ["Catname", "LanguageId", "Site"].map(|name| {
        // Language and site are the same for all lists.
        let n = if name == "Catname" { list as u64 } else { 0 };
        let mut rng = Rng::part(spec.seed, name, n);
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let value: String = (0..43).map(|_| char::from(letters[rng.below(64)])).collect();
        (name, value + "=")
    })
}

impl Look for Exclusion {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn skin(&self) -> &'static Skin {
        &SKIN
    }

    fn path(&self, article: &Article, spec: &PortalSpec, list: usize) -> String {
        let time = &article.stamp.digits("ymdhi")[2..];
        let digits = format!("4{time}{:02}{:03}", article.seed % 60, article.id % 1000);
        format!("/{}/{}-{digits}.htm", spec.sections()[list].0, article.slug)
    }

    fn twins(&self, article: &Article, spec: &PortalSpec) -> Vec<String> {
        let home = article.home(spec);
        vec![format!("/print{home}"), format!("{home}?zarsrc=30&utm_source=zalo")]
    }

    fn image(&self, article: &Article, _spec: &PortalSpec, n: usize) -> String {
        let (y, m, d) = article.stamp.civil();
        format!("/uploads/{y}/{m}/{d}/anh-{n}-{}.png", article.stamp.ticks() + article.seed % 9_999)
    }

    fn date_line(&self, stamp: Stamp) -> String {
        let (h, m) = stamp.clock();
        format!("{}, {h:02}:{m:02}, {}", stamp.weekday(), stamp.dmy())
    }

    fn list_path(&self, spec: &PortalSpec, list: usize) -> String {
        format!("/{}.htm", spec.sections()[list].0)
    }

    fn menu_path(&self, head: &str, entry: &str) -> String {
        format!("/{head}/{entry}.htm")
    }

    fn list(&self, view: View, out: &mut String, list: usize, _number: usize) {
        self.skin().list(view, out, list, 1, &Stamp::dmy);
        let [(_, category), (_, language), (_, site)] = constants(view.spec, list);
        let size = view.spec.page_size;
        let _ = write!(
            out,
            "<script type=\"text/javascript\">
var pageIndex = 1;
var zoneConfig = {{ PageSize: {size}, Catname: \"{category}\", LanguageId: \"{language}\", Site: \"{site}\" }};
function loadMore() {{
    var ids = [];
    $('#zone-items .box-category-item').each(function () {{ ids.push($(this).attr('data-id')); }});
    pageIndex++;
    $.ajax({{
        url: '{API}',
        type: 'POST',
        data: {{ PageIndex: pageIndex, PageSize: zoneConfig.PageSize, Catname: zoneConfig.Catname, LanguageId: zoneConfig.LanguageId, Site: zoneConfig.Site, DataIds: ids }},
        success: function (html) {{ if (html.trim() == '') $('.btn-viewmore').hide(); else $('#zone-items').append(html); }}
    }});
}}
</script>
"
        );
    }

    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        if asked.path == API {
            return Some(more(view, asked));
        }
        if let Some(list) = (0..view.spec.sections().len()).find(|list| self.list_path(view.spec, *list) == asked.path)
        {
            return Some(Answer::page(view.list(list, 1)));
        }
        route::article(view, &asked.whole()).or_else(|| route::article(view, &asked.path))
    }
}

/// The next items that are not among those named. The number of the page alone says nothing.
fn more(view: View, asked: &Asked) -> Answer {
    let refuse =
        |what: &str| Answer::text(400, "application/json; charset=utf-8", format!("{{\"Message\":\"{what}\"}}"));
    if !asked.post {
        return refuse("The requested resource does not support http method 'GET'.").status(405);
    }
    let right = |list: usize| {
        constants(view.spec, list).into_iter().all(|(name, value)| param(&asked.body, name) == Some(value))
    };
    let Some(list) = (0..view.spec.sections().len()).find(|list| right(*list)) else {
        return refuse("Invalid parameter.");
    };
    let number = |name: &str| param(&asked.body, name).and_then(|n| n.parse::<usize>().ok());
    let (Some(index), Some(size)) = (number("PageIndex"), number("PageSize")) else {
        return refuse("Invalid page.");
    };
    if index == 0 || size != view.spec.page_size {
        return refuse("Invalid page.");
    }
    let shown: Vec<String> = params(&asked.body, "DataIds[]").chain(params(&asked.body, "DataIds")).collect();
    let all = &view.state.lists[list];
    let fresh = all.iter().filter(|n| !shown.contains(&view.state.articles[**n].id.to_string()));
    let mut out = String::new();
    SKIN.items(view, &mut out, list, &fresh.take(size).copied().collect::<Vec<_>>(), &Stamp::dmy);
    Answer { media: HTML, ..Answer::page(Page::plain(out)) }
}
