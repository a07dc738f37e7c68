//! Family E: NukeViet 4.x.

use std::fmt::Write;

use super::{About, Look, rows};
use crate::answer::Answer;
use crate::article::{Article, Byline, Quirks};
use crate::dates::Stamp;
use crate::page::Page;
use crate::render::print::{self, Printer};
use crate::render::{SHARE, View};
use crate::route;
use crate::site::Asked;
use crate::spec::PortalSpec;
use crate::state::Target;

/// NukeViet.
pub struct NukeViet;

const ABOUT: About = About {
    name: "nukeviet",
    sections: &[
        ("tin-tuc-su-kien", "Tin tức - Sự kiện"),
        ("xay-dung-dang", "Xây dựng Đảng"),
        ("doan-the", "Hoạt động đoàn thể"),
    ],
    province: "Bình Khê",
    publisher: "Tỉnh ủy",
    suffix: " - Tin tức - Tỉnh uỷ Bình Khê",
    tag: "BKO",
    first_id: 26_000,
    server: "nginx",
    cookie: "nv4_sess",
    articles: 300,
    marks: "<meta name=\"generator\" content=\"NukeViet v4.5\" />\n<meta name=\"author\" content=\"Tỉnh ủy Bình Khê\" />\n",
    shell: [
        "nv-body\">\n<noscript><div class=\"alert alert-danger\">Trình duyệt của bạn đã tắt chức năng hỗ trợ JavaScript.</div></noscript>\n<div class=\"body-bg\" data-token=\"",
        "</div>\n</body>\n</html>\n",
    ],
    two_lists: 3,
    author_label: "Tác giả: ",
    ..About::USUAL
};

impl Look for NukeViet {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn path(&self, article: &Article, spec: &PortalSpec, list: usize) -> String {
        format!("/vi/news/{}/{}-{}.html", spec.sections()[list].0, article.slug, article.id)
    }

    fn twins(&self, article: &Article, spec: &PortalSpec) -> Vec<String> {
        let home = article.home(spec);
        vec![format!("/index.php{home}"), printed(&home)]
    }

    fn targets(&self, article: &Article, spec: &PortalSpec, list: usize, n: usize) -> Vec<(String, Target)> {
        vec![(printed(&self.path(article, spec, list)), Target::Print(n))]
    }

    fn image(&self, article: &Article, _spec: &PortalSpec, n: usize) -> String {
        let (y, m, _) = article.stamp.civil();
        format!("/uploads/news/{y}_{m:02}/anh-{:08x}-{n}.png", article.seed % 0xffff_ffff)
    }

    fn attachment(&self, article: &Article, _spec: &PortalSpec) -> String {
        let (y, m, _) = article.stamp.civil();
        format!("/uploads/news/{y}_{m:02}/van-ban-{}.pdf", article.seed % 9_973)
    }

    fn date_line(&self, stamp: Stamp) -> String {
        format!("{} - {}", stamp.weekday(), stamp.dmy_hm())
    }

    fn alt(&self, article: &Article, n: usize, caption: &str) -> String {
        if n == 0 && article.quirks.has(Quirks::FIGCAPTION) {
            return caption.to_owned();
        }
        format!("z{}_{:x}.png", article.seed % 7_000_000, article.seed & 0xff_ffff)
    }

    fn figure_class(&self) -> &'static str {
        "article center"
    }

    fn list_path(&self, spec: &PortalSpec, list: usize) -> String {
        format!("/vi/news/{}/", spec.sections()[list].0)
    }

    fn menu_path(&self, head: &str, entry: &str) -> String {
        format!("/vi/page/{head}/{entry}.html")
    }

    fn list(&self, view: View, out: &mut String, of: usize, number: usize) {
        list(view, out, of, number);
    }

    fn article(&self, view: View, page: &mut Page, n: usize, list: usize) {
        article(view, page, n, list);
    }

    fn print(&self, view: View, page: &mut Page, n: usize) {
        print(view, page, n);
    }

    fn counters(&self, out: &mut String, n: u64) {
        rows(
            out,
            [
                ("Đang truy cập", 3 + n % 17),
                ("Hôm nay", 941 + n),
                ("Tháng hiện tại", 30_127 + n),
                ("Tổng lượt truy cập", 8_104_233 + n),
            ],
        );
    }

    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        nukeviet(view, &asked.path)
    }
}

/// The address of the print form.
fn printed(path: &str) -> String {
    path.replacen("/vi/news/", "/vi/news/print/", 1)
}

fn nukeviet(view: View, path: &str) -> Option<Answer> {
    let path = path.strip_prefix("/index.php").unwrap_or(path);
    if let Some(rest) = path.strip_prefix("/vi/news/rss/") {
        let list = view.spec.sections().iter().position(|(id, _)| *id == rest.trim_end_matches('/'))?;
        return Some(route::feed(view, list, 20, &|article| article.stamp.http()));
    }
    for list in 0..view.spec.sections().len() {
        let own = NukeViet.list_path(view.spec, list);
        if path == own {
            return Some(Answer::page(view.list(list, 1)));
        }
        if own.strip_suffix('/') == Some(path) {
            return Some(Answer::redirect(own).status(301));
        }
        let number = path.strip_prefix(own.as_str()).and_then(|rest| rest.strip_prefix("page-"));
        if let Some(number) = number.and_then(|n| n.trim_end_matches('/').parse::<usize>().ok()) {
            let inside = (2..=view.state.pages(list, view.spec.page_size)).contains(&number);
            // Past the end, and for page 1 by its number, the stock system goes back to the list's address.
            return Some(if inside { Answer::page(view.list(list, number)) } else { Answer::redirect(own) });
        }
    }
    route::article(view, path)
}

/// The middle of a list page.
fn list(view: View, out: &mut String, list: usize, number: usize) {
    out.push_str("<div class=\"news_column\">\n");
    for n in view.state.slice(list, number, view.spec.page_size) {
        let (article, entry) = (&view.state.articles[*n], &view.state.entries[*n]);
        let path = article.path(view.spec, list);
        let _ = writeln!(
            out,
            "<div class=\"panel panel-default\"><div class=\"panel-body\"><a href=\"{path}\" title=\"{0}\"><img alt=\"{0}\" src=\"{1}\" width=\"100\" class=\"img-thumbnail pull-left imghome\" /></a>\n<h3><a href=\"{path}\" title=\"{0}\">{0}</a></h3>\n<div class=\"text-muted\"><ul class=\"list-unstyled list-inline\"><li><em class=\"fa fa-clock-o\">&nbsp;</em> {2}:00</li><li><em class=\"fa fa-eye\">&nbsp;</em> Đã xem: {3}</li><li><em class=\"fa fa-comment-o\">&nbsp;</em> Phản hồi: 0</li></ul></div>\n{4}</div></div>",
            entry.title,
            entry.image,
            article.stamp.dmy_hm(),
            article.id % 900 + view.moment.visits,
            entry.sapo
        );
    }
    out.push_str("</div>\n");
    older(view, out, list, number);
    pager(view, out, list, number);
}

/// Older items of the category at the foot of the page: the items of the pages to come, once more.
fn older(view: View, out: &mut String, list: usize, number: usize) {
    let all = &view.state.lists[list];
    let start = (number * view.spec.page_size).min(all.len());
    if start == all.len() {
        return;
    }
    out.push_str("<h4>Các tin khác</h4>\n<ul class=\"related list-items\">\n");
    links(view, out, list, &all[start..(start + 10).min(all.len())]);
    out.push_str("</ul>\n");
}

fn links(view: View, out: &mut String, list: usize, all: &[usize]) {
    for n in all {
        let entry = &view.state.entries[*n];
        let path = view.state.articles[*n].path(view.spec, list);
        let _ = writeln!(
            out,
            "<li><em class=\"fa fa-angle-right\">&nbsp;</em><a href=\"{path}\" title=\"{0}\">{0}</a> <em>({1})</em></li>",
            entry.title, entry.date
        );
    }
}

fn pager(view: View, out: &mut String, list: usize, number: usize) {
    let (pages, path) = (view.state.pages(list, view.spec.page_size), NukeViet.list_path(view.spec, list));
    let address = |n: usize| {
        if n == 1 { path.clone() } else { format!("{path}page-{n}") }
    };
    out.push_str("<div class=\"text-center\"><ul class=\"pagination\">");
    if number > 1 {
        let _ = write!(
            out,
            "<li class=\"page-item\"><a class=\"page-link\" rel=\"prev\" title=\"Trang trước\" href=\"{}\">&laquo;</a></li>",
            address(number - 1)
        );
    }
    let mut last = 0;
    for n in (1..=pages).filter(|n| *n <= 2 || *n + 1 >= pages || n.abs_diff(number) <= 2) {
        if n > last + 1 {
            out.push_str("<li class=\"page-item disabled\"><span>...</span></li>");
        }
        last = n;
        let _ = if n == number {
            write!(out, "<li class=\"page-item active\"><a class=\"page-link\" href=\"#\">{n}</a></li>")
        } else {
            write!(out, "<li class=\"page-item\"><a class=\"page-link\" href=\"{}\">{n}</a></li>", address(n))
        };
    }
    if number < pages {
        let _ = write!(
            out,
            "<li class=\"page-item\"><a class=\"page-link\" rel=\"next\" title=\"Trang sau\" href=\"{}\">&raquo;</a></li>",
            address(number + 1)
        );
    }
    out.push_str("</ul></div>\n");
}

/// The middle of an article's page.
fn article(view: View, page: &mut Page, n: usize, list: usize) {
    let (article, entry) = (&view.state.articles[n], &view.state.entries[n]);
    let stamp = article.stamp.rfc3339();
    let out = page.own();
    let _ = writeln!(
        out,
        "<div class=\"news_column panel panel-default\" itemtype=\"http://schema.org/NewsArticle\" itemscope><div class=\"panel-body\">\n<h1 class=\"title margin-bottom-lg\" itemprop=\"headline\">{}</h1>\n<span class=\"hidden\" itemprop=\"datePublished\">{stamp}</span><span class=\"hidden\" itemprop=\"dateModified\">{stamp}</span>\n<span class=\"hidden\" itemprop=\"publisher\" itemscope><span itemprop=\"name\">Tỉnh ủy Bình Khê</span></span>",
        entry.title
    );
    if let Some(date) = article.date_line(view.spec) {
        let _ = writeln!(
            out,
            "<div class=\"row margin-bottom-lg\"><div class=\"col-md-12\"><span class=\"h5\">{date}</span></div></div>"
        );
    }
    out.push_str("<ul class=\"list-inline text-right\"><li><a rel=\"nofollow\" title=\"In ra\" href=\"");
    if view.moment.now.is_some() {
        out.push_str(&printed(&article.path(view.spec, list)));
        let _ = writeln!(out, "\">In ra</a></li><li>Đã xem: {}</li></ul>", 40 + article.id % 700 + view.moment.visits);
    } else {
        out.push_str("#\">In ra</a></li></ul>\n");
    }
    view.words(page, n, |out, article, printer| {
        words(view, out, article, printer);
        if let Some(path) = article.attachment(view.spec) {
            let name = path.rsplit('/').next().unwrap_or_default();
            let _ = writeln!(out, "<div class=\"news-download-file\"><ul><li><a href=\"{path}\" download>Tập tin: <strong>{name}</strong></a></li></ul></div>");
        }
        author(out, article, printer);
    });
    let out = page.own();
    out.push_str("<div class=\"rating\"><span>Tổng số điểm của bài viết là: 0 trong 0 đánh giá</span> <span>Click để đánh giá bài viết</span></div>\n");
    out.push_str(SHARE);
    out.push_str("</div></div>\n<div class=\"adv\">;</div>\n");
    if view.moment.now.is_some() {
        let (newer, older) = view.neighbours(n, list, 6);
        out.push_str("<div class=\"other-news\">");
        for (head, all) in [("Những tin mới hơn", newer), ("Những tin cũ hơn", older)] {
            let _ = writeln!(out, "<p class=\"h3\"><strong>{head}</strong></p><ul class=\"related list-inline\">");
            links(view, out, list, &all);
            out.push_str("</ul>\n");
        }
        out.push_str("</div>\n");
    }
}

fn words(view: View, out: &mut String, article: &Article, printer: &mut Printer) {
    if let Some(lead) = &article.text.lead {
        out.push_str("<div class=\"hometext m-bottom\" itemprop=\"description\">");
        printer.text(out, lead);
        out.push_str("</div>\n");
    }
    out.push_str("<div id=\"news-bodyhtml\" class=\"bodytext margin-bottom-lg\">\n");
    print::body(out, article, view.spec);
    out.push_str("</div>\n");
}

fn author(out: &mut String, article: &Article, printer: &mut Printer) {
    if let Byline::Field(name) = &article.byline {
        out.push_str("<p class=\"h5 text-right\"><strong>Tác giả: </strong>");
        printer.text(out, name);
        out.push_str("</p>\n");
    }
}

/// The print form.
fn print(view: View, page: &mut Page, n: usize) {
    let (article, entry) = (&view.state.articles[n], &view.state.entries[n]);
    let out = page.own();
    let _ = writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\" />\n<title>{0}</title>\n<meta name=\"generator\" content=\"NukeViet v4.5\" />\n<meta name=\"robots\" content=\"noindex, nofollow\" />\n<link rel=\"canonical\" href=\"{1}{2}\" />\n</head>\n<body>\n<div id=\"print\"><div id=\"hd_print\"><h2 class=\"pull-left\">Tỉnh ủy Bình Khê</h2><p class=\"pull-right\"><a href=\"{1}\">{1}</a></p></div>\n<div class=\"content\"><h1>{0}</h1>",
        entry.title, view.base, entry.home
    );
    if let Some(date) = article.date_line(view.spec) {
        let _ = writeln!(out, "<ul class=\"list-inline\"><li>{date}</li></ul>");
    }
    let mut printer = Printer::new(article, "print");
    words(view, out, article, &mut printer);
    author(out, article, &mut printer);
    let _ = writeln!(
        out,
        "</div>\n<div id=\"footer\"><div id=\"url\"><strong>URL của bản tin này: </strong><a href=\"{0}{1}\">{0}{1}</a></div>\n<div>© Tỉnh ủy Bình Khê</div></div></div>\n</body>\n</html>",
        view.base, entry.home
    );
}
