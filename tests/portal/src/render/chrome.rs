//! What surrounds an article on every page of a portal, written once when the portal starts.

use std::fmt::Write;
use std::sync::Arc;

use super::filler;
use super::labels::{MENU, PAPERS, POLL, SITES, VIDEOS};
use super::print::escape;
use crate::dates::Stamp;
use crate::page::Chunk;
use crate::rng::Rng;
use crate::spec::PortalSpec;
use crate::spelling::{respell, slug};

/// The constant pieces of a portal's pages, in the order of the page.
#[derive(Debug)]
pub struct Chrome {
    /// From the document's first byte into its head.
    pub open: Arc<Chunk>,
    /// The rest of the head after title and description, and the body up to the clock.
    pub head: Arc<Chunk>,
    /// Banner, menus, slogan; after the clock.
    pub top: Arc<Chunk>,
    /// The column beside the article.
    pub side: Arc<Chunk>,
    /// From the counters to the last byte.
    pub foot: Arc<Chunk>,
    /// The paths of all menu entries.
    pub menu: Vec<(String, String)>,
}

impl Chrome {
    /// Writes the pieces for a portal.
    pub fn new(spec: &PortalSpec) -> Self {
        let mut rng = Rng::part(spec.seed, "chrome", 0);
        let menu = menu_paths(spec);
        Self {
            open: Chunk::new(open(spec)),
            head: Chunk::new(head(spec, &mut rng)),
            top: Chunk::new(top(spec, &menu)),
            side: Chunk::new(side(spec, &mut rng)),
            foot: Chunk::new(foot(spec, &mut rng)),
            menu,
        }
    }
}

fn say(spec: &PortalSpec, text: &str) -> String {
    respell(text, spec.look().about().tone)
}

fn menu_path(spec: &PortalSpec, head: &str, entry: &str) -> String {
    spec.look().menu_path(&slug(head, 40), &slug(entry, 60))
}

/// Path and name of every menu entry and every paper of the side box.
fn menu_paths(spec: &PortalSpec) -> Vec<(String, String)> {
    let entries = MENU.iter().flat_map(|(head, entries)| {
        let own = (menu_path(spec, head, "tong-hop"), say(spec, head));
        std::iter::once(own).chain(entries.iter().map(|e| (menu_path(spec, head, e), say(spec, e))))
    });
    let papers = PAPERS.iter().map(|(number, about)| (menu_path(spec, "van-ban-moi", number), say(spec, about)));
    entries.chain(papers).collect()
}

fn open(spec: &PortalSpec) -> String {
    let mut out = String::from(
        "<!DOCTYPE html>\n<html lang=\"vi\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\" />\n<meta http-equiv=\"X-UA-Compatible\" content=\"IE=edge\" />\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n",
    );
    out.push_str(spec.look().about().marks);
    out
}

fn head(spec: &PortalSpec, rng: &mut Rng) -> String {
    let mut out = String::with_capacity(24_000);
    out.push_str("<link rel=\"stylesheet\" href=\"/static/site.css\" />\n<script src=\"/static/site.js\"></script>\n<link rel=\"shortcut icon\" href=\"/favicon.ico\" />\n");
    out.push_str(&filler::style(rng, 8_000));
    out.push_str(&filler::script(rng, 6_000));
    out.push_str("</head>\n<body class=\"");
    out.push_str(spec.look().about().shell[0]);
    for _ in 0..8 {
        let _ = write!(out, "{:016x}", rng.next());
    }
    out.push_str("\">\n<div class=\"wraper\"><header class=\"header\"><div class=\"banner\"><a title=\"Trang chủ\" href=\"/\"><img alt=\"Banner\" src=\"/static/banner.png\" /></a></div>\n<div class=\"topbar\"><span class=\"current-time\" id=\"clock\">");
    out
}

fn top(spec: &PortalSpec, menu: &[(String, String)]) -> String {
    let mut out = String::with_capacity(16_000);
    out.push_str("</span><form class=\"search\" action=\"/tim-kiem\"><input type=\"text\" name=\"q\" placeholder=\"Tìm kiếm...\" /></form><a href=\"/admin/login\">Đăng nhập</a></div></header>\n<nav class=\"navbar navbar-default main-menu\"><ul class=\"nav navbar-nav\">\n<li><a href=\"/\">Trang chủ</a></li>\n");
    for (list, (_, name)) in spec.sections().iter().enumerate() {
        let path = spec.look().list_path(spec, list);
        let _ =
            writeln!(out, "<li class=\"menu-item\"><a href=\"{path}\" title=\"{name}\"><span>{name}</span></a></li>");
    }
    let mut entries = menu.iter();
    for (n, (_, subs)) in MENU.iter().enumerate() {
        let Some((path, name)) = entries.next() else {
            break;
        };
        let _ = writeln!(
            out,
            "<li class=\"menu-item dropdown\" data-id=\"{n}\"><a class=\"dropdown-toggle\" href=\"{path}\" title=\"{name}\"><span>{name}</span></a><ul class=\"dropdown-menu\">"
        );
        for (path, name) in entries.by_ref().take(subs.len()) {
            let _ = writeln!(
                out,
                "<li><a class=\"dropdown-item\" href=\"{path}\" title=\"{name}\"><em class=\"fa fa-angle-right\"></em>{name}</a></li>"
            );
        }
        out.push_str("</ul></li>\n");
    }
    out.push_str("</ul></nav>\n<div class=\"slogan\"><marquee>");
    let _ = write!(out, "Chào mừng bạn đến với trang thông tin điện tử tỉnh {}", spec.province());
    out.push_str("</marquee></div>\n<div class=\"adv adv-top\"><a href=\"#\"><img alt=\"image advertisement\" src=\"/static/banner.png\" /></a>.</div>\n<div class=\"container\"><div class=\"row\"><div class=\"col-md-9 main-content\">\n");
    out
}

fn side(spec: &PortalSpec, rng: &mut Rng) -> String {
    let mut out = String::with_capacity(10_000);
    out.push_str("<div class=\"box box-doc\"><h3 class=\"box-title\">Văn bản mới</h3><ul>\n");
    for (number, about) in PAPERS {
        let path = menu_path(spec, "van-ban-moi", number);
        let date =
            Stamp { day: Stamp::new(spec.newest, 0, 0).day - rng.between(3, 200).cast_signed() as i64, second: 0 }
                .dmy();
        let about = say(spec, about);
        let _ = writeln!(
            out,
            "<li><a href=\"{path}\"><strong>{number}</strong> {about}</a> <span class=\"date\">({date})</span></li>"
        );
    }
    out.push_str("</ul></div>\n<div class=\"adv\">,</div>\n<div class=\"box box-video\"><h3 class=\"box-title\">Video</h3><ul>\n");
    for (n, name) in VIDEOS.iter().enumerate() {
        let _ = writeln!(
            out,
            "<li><a href=\"#video-{n}\"><img alt=\"no-image\" src=\"/static/video.png\" /><span>{name}</span></a></li>"
        );
    }
    let (question, answers) = POLL;
    let _ = write!(
        out,
        "</ul></div>\n<div class=\"box box-poll\"><h3 class=\"box-title\">Thăm dò ý kiến</h3><p class=\"question\">{question}</p>"
    );
    for (n, answer) in answers.iter().enumerate() {
        let _ = writeln!(out, "<label><input type=\"radio\" name=\"poll\" value=\"{n}\" /> {answer}</label><br />");
    }
    out.push_str("<button type=\"button\">Bình chọn</button> <a href=\"#\">Xem kết quả</a></div>\n<div class=\"adv\">;</div>\n<div class=\"box\"><h3 class=\"box-title\">Liên kết website</h3><select class=\"linkweb\"><option value=\"\">-- Chọn liên kết --</option>\n");
    for name in SITES {
        let _ = writeln!(out, "<option value=\"#lien-ket-{}\">{name}</option>", slug(name, 60));
    }
    out.push_str("</select></div>\n<div class=\"box\"><h3 class=\"box-title\">Bản đồ hành chính</h3><img alt=\"BẢN ĐỒ HÀNH CHÍNH\" src=\"/static/map.png\" /></div>\n<div class=\"adv\">.</div>\n<div class=\"box\"><h3 class=\"box-title\">Thời tiết</h3><table class=\"weather\">");
    for _ in 0..5 {
        let _ =
            write!(out, "<tr><td>{}</td><td>{}°C</td></tr>", crate::text::fill("{xa}", rng, None), rng.between(16, 36));
    }
    out.push_str("</table></div>\n</div></div></div>\n");
    out
}

fn foot(spec: &PortalSpec, rng: &mut Rng) -> String {
    let mut out = String::with_capacity(14_000);
    let province = spec.province();
    let body = spec.look().about().publisher;
    let _ = writeln!(
        out,
        "<footer class=\"footer\"><div class=\"publisher\"><p><strong>TRANG THÔNG TIN ĐIỆN TỬ TỈNH {}</strong></p>\n<p>Cơ quan chủ quản: {body} {province}</p>\n<p>Cơ quan thường trực: Văn phòng {body}</p>\n<p>Giấy phép số {}/GP-TTĐT</p>\n<p>Chịu trách nhiệm chính: Trưởng Ban biên tập</p>\n<p>Địa chỉ: Số {} đường Trung tâm, tỉnh {province} - Điện thoại: 0{}.3{:06} - Fax: 0{}.3{:06}</p>\n<p>Email: <a href=\"mailto:banbientap@vidu.example\">banbientap@vidu.example</a></p>\n<p>© Bản quyền thuộc về {body} {province}. Ghi rõ nguồn khi phát hành lại thông tin từ trang này.</p></div>",
        province.to_uppercase(),
        rng.between(11, 300),
        rng.between(1, 99),
        rng.between(201, 299),
        rng.below(999_999),
        rng.between(201, 299),
        rng.below(999_999)
    );
    out.push_str("<div class=\"footer-menu\"><ul>");
    for (head, _) in MENU {
        let mut name = String::new();
        escape(&mut name, &say(spec, head));
        let _ = write!(out, "<li><a href=\"{}\">{name}</a></li>", menu_path(spec, head, "tong-hop"));
    }
    out.push_str("</ul></div><a class=\"go-top\" href=\"#\">Lên đầu trang</a><p>Phát triển bởi nhóm kỹ thuật</p></footer>\n</div>\n");
    out.push_str(&filler::script(rng, 5_500));
    out.push_str(spec.look().about().shell[1]);
    out
}
