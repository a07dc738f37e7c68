//! Family G: classic SharePoint lists. One page serves all articles; the query alone tells them apart.

use super::{About, Look, Past, Skin, skin};
use crate::answer::Answer;
use crate::article::Article;
use crate::dates::Stamp;
use crate::render::View;
use crate::route::{self, param};
use crate::site::Asked;
use crate::spec::PortalSpec;

/// SharePoint.
pub struct SharePoint;

const ABOUT: About = About {
    name: "sharepoint",
    sections: &[("tongquat", "Tin tổng quát"), ("kinhte", "Tin kinh tế")],
    province: "Nghĩa Kiều",
    suffix: " - Cổng thông tin điện tử Nghĩa Kiều",
    tag: "NKP",
    first_id: 113_000,
    articles: 110,
    page_size: 15,
    marks: "<meta name=\"GENERATOR\" content=\"Microsoft SharePoint\" />\n<link rel=\"stylesheet\" type=\"text/css\" href=\"/_layouts/15/1066/styles/Themable/corev15.css\" />\n",
    shell: [
        "ms-backgroundImage\">\n<form method=\"post\" action=\"#\" id=\"aspnetForm\">\n<input type=\"hidden\" name=\"__REQUESTDIGEST\" value=\"",
        "</form>\n</body>\n</html>\n",
    ],
    ..About::USUAL
};

const SKIN: Skin = Skin {
    list: [
        "<div class=\"ms-webpart-zone\"><div class=\"tieu-de-muc\" id=\"ctl00_PlaceHolderMain_lblMuc\">{name}</div><ul class=\"dfwp-list\">\n",
        "<li class=\"dfwp-item\"><img class=\"image\" alt=\"\" src=\"{image}\" /><a class=\"tieude\" href=\"{href}\">{title}</a> <span class=\"ngaydang\">({date})</span><div class=\"trichyeu\">{sapo}</div></li>\n",
        "</ul></div>\n",
    ],
    pager: [
        "<div class=\"phan-trang\" id=\"ctl00_PlaceHolderMain_pager\">",
        "<span class=\"hientai\">{n}</span>",
        "<a href=\"{href}\">{n}</a>",
        "<a href=\"{href}\">Trang kế</a>",
        "",
        "</div>\n",
    ],
    head: "<div class=\"chi-tiet\"><h2 class=\"tieu-de\" id=\"ctl00_PlaceHolderMain_lblTieuDe\">{title}</h2>\n<span class=\"ngay-dang\" id=\"ctl00_PlaceHolderMain_lblNgay\">{date}</span>\n",
    lead: ["<div class=\"tom-tat\"><strong>", "</strong></div>\n"],
    body: ["", "<div class=\"noi-dung ms-rtestate-field\"><div class=\"ExternalClass5A07B3\">\n", "</div></div>\n"],
    author: ["<div class=\"tac-gia\" style=\"text-align:right\"><b>", "</b></div>\n"],
    tail: "<div class=\"cong-cu\"><a href=\"#\">In trang</a> <span>Lượt xem: {views}</span></div></div>\n",
    related: [
        "<div class=\"tin-lien-quan\"><h3>Các tin đã đưa</h3><ul class=\"dfwp-list\">\n",
        "<li><a href=\"{href}\">{title}</a> ({date})</li>\n",
        "</ul></div>\n",
    ],
    ..skin::BARE
};

const ARTICLE: &str = "/Trang/ChiTietTinTuc.aspx";
const ITEM: &str = "/lists/tintucsukien/chitiet.aspx";

impl Look for SharePoint {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn skin(&self) -> &'static Skin {
        &SKIN
    }

    fn path(&self, article: &Article, _spec: &PortalSpec, _list: usize) -> String {
        format!("{ARTICLE}?nid={}", article.id)
    }

    fn twins(&self, article: &Article, _spec: &PortalSpec) -> Vec<String> {
        vec![format!("{ITEM}?ItemID={}", article.id), format!("{ARTICLE}?Source=%2FTrang&nid={}", article.id)]
    }

    fn image(&self, article: &Article, _spec: &PortalSpec, n: usize) -> String {
        format!("/PublishingImages/tin%20tuc/{:06x}_{n}.png?RenditionID=3", article.seed % 0xff_ffff)
    }

    fn attachment(&self, article: &Article, _spec: &PortalSpec) -> String {
        let key = article.seed % 9_973;
        format!("/Lists/TinTucSuKien/Attachments/{key}/{key}_QD%20(ban%20ky).pdf")
    }

    fn list_date(&self, stamp: Stamp) -> String {
        let (y, m, d) = stamp.civil();
        format!("{d}/{m}/{y}")
    }

    fn list_path(&self, spec: &PortalSpec, list: usize) -> String {
        format!("/lists/tintucsukien/{}.aspx", spec.sections()[list].0)
    }

    fn page_path(&self, spec: &PortalSpec, list: usize, number: usize) -> String {
        format!("{}?pageindex={number}", self.list_path(spec, list))
    }

    fn menu_path(&self, head: &str, entry: &str) -> String {
        format!("/Trang/{head}/{entry}.aspx")
    }

    fn past(&self) -> Past {
        Past::Last
    }

    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        let named = match asked.path.as_str() {
            ARTICLE => param(&asked.query, "nid"),
            ITEM => param(&asked.query, "ItemID"),
            _ => return self.lists(view, asked),
        };
        route::article(view, &format!("{ARTICLE}?nid={}", named?))
    }
}
