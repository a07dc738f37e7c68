//! Liferay with a list that a script fills: the page holds an address, the address answers with JSON.

use std::fmt::Write;

use serde_json::json;

use super::{About, Look, Skin, coded, skin};
use crate::answer::Answer;
use crate::article::Article;
use crate::dates::Stamp;
use crate::page::Page;
use crate::render::View;
use crate::route::{self, param};
use crate::site::Asked;
use crate::spec::PortalSpec;

/// Lists as JSON.
pub struct Json;

const ABOUT: About = About {
    name: "json",
    sections: &[("tin-tuc-trong-tinh", "Tin tức trong tỉnh"), ("thong-tin-doi-ngoai", "Thông tin đối ngoại")],
    province: "Thạch Hội",
    suffix: " - Cổng thông tin điện tử tỉnh Thạch Hội",
    tag: "THP",
    first_id: 1_204_000,
    server: "nginx",
    cookie: "GUEST_LANGUAGE_ID",
    articles: 80,
    page_size: 12,
    marks: "<link href=\"/o/thachhoi-theme/css/main.css?browserId=other&amp;languageId=vi_VN&amp;t=1719811200000\" rel=\"stylesheet\" />\n",
    ..About::USUAL
};

const SKIN: Skin = Skin {
    head: "<div class=\"detail-news\"><h1 id=\"contentDetailTitleId\">{title}</h1>\n<div class=\"detail-date\">{date}</div>\n",
    lead: ["<div id=\"sapoDetailId\">", "</div>\n"],
    body: ["", "<div id=\"contentDetail\">\n", "</div>\n"],
    tail: "</div>\n",
    related: [
        "<div class=\"lien-quan\"><h3>Bài viết liên quan</h3>\n",
        "<div><a href=\"{href}\">{title}</a> <span>{date}</span></div>\n",
        "</div>\n",
    ],
    ..skin::BARE
};

/// The portlet of a list, with its instance.
fn portlet(spec: &PortalSpec, list: usize) -> String {
    format!("vn_portal_news_list_INSTANCE_{}", coded(spec.seed + list as u64 + 3, 36, 12))
}

impl Look for Json {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn skin(&self) -> &'static Skin {
        &SKIN
    }

    fn path(&self, article: &Article, _spec: &PortalSpec, _list: usize) -> String {
        format!("/-/details/20182/{}-{}", article.slug, article.id)
    }

    fn twins(&self, article: &Article, spec: &PortalSpec) -> Vec<String> {
        let home = article.home(spec);
        vec![format!("/web/guest{home}"), format!("/vi{home}"), format!("/vi/vi{home}")]
    }

    fn image(&self, article: &Article, _spec: &PortalSpec, n: usize) -> String {
        let key = article.seed % 0xffff_ffff;
        format!("/documents/20182/1204/anh+{n}.png/{key:08x}-31aa-4c0e?t={}000", key % 99_999)
    }

    fn date_line(&self, stamp: Stamp) -> String {
        let (h, m) = stamp.clock();
        format!("{} {h:02}:{m:02}", stamp.dmy())
    }

    fn list_path(&self, spec: &PortalSpec, list: usize) -> String {
        format!("/web/guest/{}", spec.sections()[list].0)
    }

    fn menu_path(&self, head: &str, entry: &str) -> String {
        format!("/web/guest/{head}/{entry}")
    }

    fn list(&self, view: View, out: &mut String, list: usize, _number: usize) {
        let (base, path, id) = (view.base, self.list_path(view.spec, list), portlet(view.spec, list));
        let (name, size) = (view.spec.sections()[list].1, view.spec.page_size);
        let _ = write!(
            out,
            "<div class=\"portlet-boundary\" id=\"p_p_id_{id}_\"><h2 class=\"list-title\">{name}</h2>
<div id=\"{id}_list\" class=\"news-list\"><div class=\"loading\">Dữ liệu đang được cập nhật</div></div><ul id=\"{id}_paging\" class=\"pagination\"></ul></div>
<script type=\"text/javascript\">
var newsList = new NewsList({{
    namespace: \"_{id}_\",
    loadPageURL: \"{base}{path}?p_p_id={id}&p_p_lifecycle=2&p_p_state=normal&p_p_mode=view&p_p_resource_id=loadPage&p_p_cacheability=cacheLevelPage\",
    recordPerPage: {size},
    pageNum: 1,
    keyword: \"\"
}});
newsList.load();
</script>
"
        );
    }

    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        // The switch of languages puts one more prefix before whatever stands there.
        let mut path = asked.path.as_str();
        let mut depth = 0;
        while let Some(rest) = path.strip_prefix("/vi").filter(|rest| rest.starts_with('/')) {
            (path, depth) = (rest, depth + 1);
        }
        let mut view = view;
        view.moment.depth = depth;
        if path == "/" {
            return Some(Answer::page(view.home()));
        }
        match (0..view.spec.sections().len()).find(|list| self.list_path(view.spec, *list) == path) {
            Some(list) if param(&asked.query, "p_p_resource_id").is_some() => Some(load(view, asked, list)),
            Some(list) => Some(Answer::page(view.list(list, 1))),
            None => route::article(view, path),
        }
    }

    fn article(&self, view: View, page: &mut Page, n: usize, list: usize) {
        if view.moment.now.is_some() {
            let (prefix, home) = ("/vi".repeat(view.moment.depth + 1), &view.state.entries[n].home);
            let _ = writeln!(page.own(), "<div class=\"languages\"><a href=\"{prefix}{home}\">Tiếng Việt</a></div>");
        }
        self.skin().article(view, page, n, list);
    }
}

/// A page of a list as JSON. Parameters may come in the query or as a form.
fn load(view: View, asked: &Asked, list: usize) -> Answer {
    let media = "application/json; charset=utf-8";
    let field = |name: &str| param(&asked.query, name).or_else(|| param(&asked.body, name));
    let known = field("p_p_id") == Some(portlet(view.spec, list))
        && field("p_p_resource_id").as_deref() == Some("loadPage")
        && field("p_p_lifecycle").as_deref() == Some("2");
    let number = |name: &str, default: usize| field(name).map_or(Some(default), |n| n.parse::<usize>().ok());
    let (Some(page), Some(size), true) = (number("pageNum", 1), number("recordPerPage", view.spec.page_size), known)
    else {
        return Answer::text(400, media, "{\"error\":\"portlet\"}");
    };
    let size = size.clamp(1, 50);
    let items: Vec<_> =
        view.state.slice(list, page, size).iter().map(|n| item(view, &view.state.articles[*n], list)).collect();
    let body = json!({
        "items": items,
        "pageNum": page,
        "totalPageNum": view.state.pages(list, size),
        "totalRecord": view.state.lists[list].len(),
    });
    Answer::text(200, media, body.to_string())
}

fn item(view: View, article: &Article, list: usize) -> serde_json::Value {
    json!({
        "id": article.id,
        "title": article.text.title,
        "summary": article.text.lead,
        "content": "",
        "image": article.image(view.spec, 0),
        "createdDate": article.stamp.epoch_ms(),
        "urlDetail": article.path(view.spec, list),
    })
}
