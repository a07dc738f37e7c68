//! Family H: hand-made ASP.NET WebForms. Further pages come by `__doPostBack`, with state that changes from page to page.

use std::fmt::Write;

use super::{About, Look, Skin, skin};
use crate::answer::{Answer, HTML};
use crate::article::Article;
use crate::dates::Stamp;
use crate::render::View;
use crate::rng::Rng;
use crate::route::{self, param};
use crate::site::Asked;
use crate::spec::PortalSpec;

/// WebForms.
pub struct WebForms;

const ABOUT: About = About {
    name: "webforms",
    sections: &[("tin-tuc", "Tin tức"), ("hoc-tap-lam-theo", "Học tập và làm theo")],
    province: "Đông Mạc",
    publisher: "Ban Tuyên giáo và Dân vận Tỉnh ủy",
    suffix: " - Ban Tuyên giáo và Dân vận Tỉnh ủy Đông Mạc",
    tag: "BTGDV",
    first_id: 4_000,
    server: "Microsoft-IIS/8.5",
    articles: 80,
    gzip: false,
    marks: "<meta name=\"vs_defaultClientScript\" content=\"JavaScript\" />\n",
    ..About::USUAL
};

const SKIN: Skin = Skin {
    list: [
        "<div class=\"danhsachtin\"><div class=\"title-cat\">{name}</div>\n",
        "<div class=\"tin\"><a href=\"{href}\"><img alt=\"\" class=\"anhtin\" src=\"{image}\" /></a><a class=\"tieude\" href=\"{href}\">{title}</a> <span class=\"ngay\">({date})</span><div class=\"tomtat\">{sapo}</div></div>\n",
        "</div>\n",
    ],
    pager: [
        "<table class=\"phantrang\"><tr>",
        "<td><span>{n}</span></td>",
        "<td><a href=\"{href}\">{n}</a></td>",
        "<td><a href=\"{href}\">&gt;</a></td>",
        "",
        "</tr></table>\n",
    ],
    head: "<div class=\"baiviet\"><div class=\"title-article\">{title}</div>\n<div id=\"datearticle\">{date} | Lượt xem: {views}</div>\n",
    lead: ["<div class=\"tomtatbaiviet\"><b>", "</b></div>\n"],
    body: ["", "<div class=\"chitietbaiviet\">\n", "</div>\n"],
    tail: "</div>\n<div class=\"cong-cu\"><a href=\"#\">In bài viết</a> <a href=\"#\">Gửi email</a> <a href=\"#\">Trở về</a></div>\n",
    related: [
        "<div class=\"tinkhac\"><b>Các tin khác</b><ul>\n",
        "<li><a href=\"{href}\">{title}</a> <i>({date})</i></li>\n",
        "</ul></div>\n",
    ],
    ..skin::BARE
};

/// The control that pages the list.
const TARGET: &str = "ctl00$ContentPlaceHolder1$grvTin";
const GENERATOR: &str = "9A31CBE4";

/// The hidden state of one page of a list.
struct PageState {
    view: String,
    validation: String,
}

impl PageState {
    fn new(spec: &PortalSpec, list: usize, number: usize) -> Self {
        let mut rng = Rng::part(spec.seed, "viewstate", (list * 100_000 + number) as u64);
        let mut token = |length: usize| {
            let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            (0..length).map(|_| char::from(letters[rng.below(64)])).collect::<String>()
        };
        let (view, validation) = (token(3_000), token(240));
        Self { view: format!("/wEPDwUK{view}=="), validation: format!("/wEdAA{validation}=") }
    }
}

/// Whether the pager of page `from` has a link to page `to`.
fn linked(from: usize, to: usize, pages: usize) -> bool {
    to != from && (to == 1 || to == pages || to.abs_diff(from) <= 2) && (1..=pages).contains(&to)
}

impl Look for WebForms {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn skin(&self) -> &'static Skin {
        &SKIN
    }

    fn path(&self, article: &Article, _spec: &PortalSpec, _list: usize) -> String {
        format!("/bai-viet/{}.aspx", article.slug)
    }

    fn twins(&self, article: &Article, _spec: &PortalSpec) -> Vec<String> {
        vec![
            format!("/mDefault.aspx?pageid=2&id={}", article.id),
            format!("/Default.aspx?pageid=2&catid={}&id={}", article.lists[0] + 3, article.id),
        ]
    }

    fn image(&self, article: &Article, _spec: &PortalSpec, n: usize) -> String {
        format!("/Uploads/Images/tin%20tuc/{:07x}%20({n}).png", article.seed % 0xfff_ffff)
    }

    fn attachment(&self, article: &Article, _spec: &PortalSpec) -> String {
        format!("/Uploads/Files/VB-{}.signed.pdf", article.seed % 9_973)
    }

    fn date_line(&self, stamp: Stamp) -> String {
        let (h, m) = stamp.clock();
        let half = if h < 12 { "AM" } else { "PM" };
        format!("Đăng ngày: {} - {}:{m:02}:{:02} {half}", stamp.dmy(), (h + 11) % 12 + 1, stamp.second % 60)
    }

    fn list_path(&self, spec: &PortalSpec, list: usize) -> String {
        format!("/danh-muc/{}.aspx", spec.sections()[list].0)
    }

    fn menu_path(&self, head: &str, entry: &str) -> String {
        format!("/trang/{head}-{entry}.aspx")
    }

    fn list(&self, view: View, out: &mut String, list: usize, number: usize) {
        let state = PageState::new(view.spec, list, number);
        let action = self.list_path(view.spec, list);
        let _ = write!(
            out,
            "<form method=\"post\" action=\"{action}\" id=\"aspnetForm\">
<div class=\"aspNetHidden\"><input type=\"hidden\" name=\"__EVENTTARGET\" id=\"__EVENTTARGET\" value=\"\" />
<input type=\"hidden\" name=\"__EVENTARGUMENT\" id=\"__EVENTARGUMENT\" value=\"\" />
<input type=\"hidden\" name=\"__VIEWSTATE\" id=\"__VIEWSTATE\" value=\"{}\" />
<input type=\"hidden\" name=\"__VIEWSTATEGENERATOR\" id=\"__VIEWSTATEGENERATOR\" value=\"{GENERATOR}\" />
<input type=\"hidden\" name=\"__EVENTVALIDATION\" id=\"__EVENTVALIDATION\" value=\"{}\" /></div>
<script type=\"text/javascript\">
//<![CDATA[
var theForm = document.forms['aspnetForm'];
function __doPostBack(eventTarget, eventArgument) {{ theForm.__EVENTTARGET.value = eventTarget; theForm.__EVENTARGUMENT.value = eventArgument; theForm.submit(); }}
//]]>
</script>
",
            state.view, state.validation
        );
        self.skin().list(view, out, list, number, &Stamp::dmy);
        let href = |n: usize| format!("javascript:__doPostBack('{TARGET}','Page${n}')");
        self.skin().pager(view, out, list, number, &href);
        out.push_str("</form>\n");
    }

    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        let list = (0..view.spec.sections().len()).find(|list| self.list_path(view.spec, *list) == asked.path);
        match list {
            Some(list) if asked.post => Some(postback(view, asked, list)),
            Some(list) => Some(Answer::page(view.list(list, 1))),
            None => route::article(view, &asked.whole()).or_else(|| route::article(view, &asked.path)),
        }
    }
}

/// A page by its pager. Only state as it was given out is taken, and only for pages that its pager links to.
fn postback(view: View, asked: &Asked, list: usize) -> Answer {
    let refuse = |what: &str| {
        let page = format!(
            "<html><head><title>{what}</title></head><body bgcolor=\"white\"><h1>Server Error in '/' Application.</h1><h2><i>{what}</i></h2></body></html>\n"
        );
        Answer::text(500, HTML, page)
    };
    let field = |name: &str| param(&asked.body, name).unwrap_or_default();
    let pages = view.state.pages(list, view.spec.page_size);
    let (held, validation) = (field("__VIEWSTATE"), field("__EVENTVALIDATION"));
    let from = (1..=pages).map(|n| (n, PageState::new(view.spec, list, n))).find(|(_, state)| state.view == held);
    let Some((from, state)) = from.filter(|_| field("__VIEWSTATEGENERATOR") == GENERATOR) else {
        return refuse("Validation of viewstate MAC failed.");
    };
    let to = field("__EVENTARGUMENT").strip_prefix("Page$").and_then(|n| n.parse().ok());
    match to {
        Some(to) if state.validation == validation && field("__EVENTTARGET") == TARGET && linked(from, to, pages) => {
            Answer::page(view.list(list, to))
        }
        _ => refuse("Invalid postback or callback argument."),
    }
}
