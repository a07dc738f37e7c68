//! Family M: DNN. Numbers of tabs in the addresses, attachments behind a script without a file name, doubled labels.

use std::fmt::Write;

use super::{About, Look, Past, Skin, coded, skin, traps};
use crate::answer::Answer;
use crate::article::Article;
use crate::assets;
use crate::dates::Stamp;
use crate::render::View;
use crate::rng::Rng;
use crate::route;
use crate::site::Asked;
use crate::spec::PortalSpec;

/// DNN.
pub struct Dnn;

const ABOUT: About = About {
    name: "dnn",
    sections: &[("tin-tuc", "Tin tức"), ("van-phong-cap-uy", "Văn phòng cấp ủy")],
    province: "Vĩnh Trạch",
    publisher: "Tỉnh ủy",
    suffix: " > Tin tức > Tỉnh ủy Vĩnh Trạch",
    tag: "VTTU",
    first_id: 3_000,
    server: "Microsoft-IIS/7.5",
    cookie: ".ASPXANONYMOUS",
    articles: 75,
    marks: "<meta name=\"GENERATOR\" content=\"DotNetNuke \" />\n<link href=\"/Portals/_default/default.css\" type=\"text/css\" rel=\"stylesheet\" />\n",
    ..About::USUAL
};

const SKIN: Skin = Skin {
    list: [
        "<div class=\"DNNModuleContent ModDanhSachTinC\"><span class=\"Head\">{name}</span>\n",
        "<div class=\"item_news\"><a class=\"img\" href=\"{href}\"><img alt=\"{title}\" src=\"{image}\" /></a><a class=\"title\" href=\"{href}\">{title}</a><span class=\"NormalDate\">({date})</span><div class=\"Normal\">{sapo}</div></div>\n",
        "</div>\n",
    ],
    pager: [
        "<div class=\"PagingTable\">",
        "<span class=\"NormalDisabled\">{n}</span>",
        "<a class=\"CommandButton\" href=\"{href}\">{n}</a>",
        "<a class=\"CommandButton\" href=\"{href}\">Trang sau</a>",
        "<span class=\"NormalDisabled\">Trang sau</span>",
        "</div>\n",
    ],
    head: "<div class=\"DNNModuleContent ModChiTietTinC\"><h1 class=\"detailtitle\">{title}</h1>\n<div class=\"detaildate\">{date}</div>\n",
    lead: ["<div class=\"sapo Normal\">", "</div>\n"],
    body: ["", "<div class=\"Normal detailcontent\">\n", "</div>\n"],
    attachment: "<div class=\"tep\"><a target=\"_blank\" href=\"{href}\">Tải về</a></div>\n",
    tail: "</div>\n<div class=\"dem\"><span>{views}</span> <a href=\"#top\">Go top</a></div>\n",
    related: [
        "<div class=\"tinkhac\"><span class=\"SubHead\">Sự kiện nổi bật</span>\n",
        "<p><img alt=\"\" src=\"/static/bullet.png\" /> <a href=\"{href}\">{title}</a> ({date})</p>\n",
        "</div>\n",
    ],
    ..skin::BARE
};

fn tab(list: usize) -> usize {
    36 + list * 49
}

impl Look for Dnn {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn skin(&self) -> &'static Skin {
        &SKIN
    }

    fn path(&self, article: &Article, spec: &PortalSpec, list: usize) -> String {
        let section = spec.sections()[list].0;
        format!("/{section}/tabid/{}/newsid/{}/{}/default.aspx", tab(list), article.id, article.slug)
    }

    fn twins(&self, article: &Article, _spec: &PortalSpec) -> Vec<String> {
        let tab = tab(article.lists[0]);
        vec![
            format!("/Default.aspx?tabid={tab}&newsid={}", article.id),
            format!("/tabid/{tab}/newsid/{}/default.aspx", article.id),
        ]
    }

    fn image(&self, article: &Article, _spec: &PortalSpec, n: usize) -> String {
        let (y, m, _) = article.stamp.civil();
        format!("/Portals/0/NewsImages/{m}-{y}/hinh{n}-{:06x}.png", article.seed % 0xff_ffff)
    }

    fn attachment(&self, article: &Article, _spec: &PortalSpec) -> String {
        format!("/LinkClick.aspx?fileticket={}%3d&tabid=425", coded(article.seed, 36, 11))
    }

    fn date_line(&self, stamp: Stamp) -> String {
        let (h, m) = stamp.clock();
        format!("{}, {} | {h:02}:{m:02}", stamp.weekday(), stamp.dmy())
    }

    fn list_path(&self, spec: &PortalSpec, list: usize) -> String {
        format!("/{}/tabid/{}/default.aspx", spec.sections()[list].0, tab(list))
    }

    fn page_path(&self, spec: &PortalSpec, list: usize, number: usize) -> String {
        format!("/{}/tabid/{}/currentpage/{number}/default.aspx", spec.sections()[list].0, tab(list))
    }

    fn number(&self, spec: &PortalSpec, list: usize, asked: &Asked) -> Option<usize> {
        let bare = format!("/tabid/{}/default.aspx", tab(list));
        if asked.path == self.list_path(spec, list) || asked.path == bare {
            return Some(1);
        }
        let head = format!("/{}/tabid/{}/currentpage/", spec.sections()[list].0, tab(list));
        asked.path.strip_prefix(&head)?.strip_suffix("/default.aspx")?.parse().ok()
    }

    fn past(&self) -> Past {
        Past::First
    }

    fn menu_path(&self, head: &str, entry: &str) -> String {
        format!("/{head}/{entry}/default.aspx")
    }

    fn counters(&self, out: &mut String, n: u64) {
        let rows = [
            ("Người trực tuyến", String::new()),
            ("Khách", (155 + n % 40).to_string()),
            ("Thành viên", "6".to_owned()),
            ("Tổng", (161 + n % 40).to_string()),
            ("Tổng lượt truy cập:", (5_120_831 + n).to_string()),
        ];
        for (name, value) in rows {
            let _ = writeln!(
                out,
                "<li><img alt=\"{name}\" title=\"{name}\" src=\"/static/uo.png\" /> <span>{name}</span> {value}</li>"
            );
        }
    }

    fn aside(&self, view: View, out: &mut String) {
        traps::calendar_box(view, out);
    }

    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        let whole = asked.whole();
        if view.state.has_file(&whole) {
            // No name, neither in the path nor in a field.
            let tag = format!("\"f{:x}\"", Rng::part(view.spec.seed, &whole, 0).next());
            return Some(Answer::file(
                "application/pdf",
                assets::pdf(&whole),
                tag,
                Stamp::new(view.spec.newest, 0, 0).http(),
            ));
        }
        self.lists(view, asked)
            .or_else(|| traps::calendar(view, asked))
            .or_else(|| route::article(view, &whole))
            .or_else(|| route::article(view, &asked.path))
    }
}
