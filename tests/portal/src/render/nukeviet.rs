//! Family E: NukeViet 4.x.

use std::fmt::Write;

use super::{SHARE, View, list_path, print};
use crate::article::{Article, Byline};
use crate::page::Page;
use print::Printer;

/// The middle of a list page.
pub fn list(view: View, out: &mut String, list: usize, number: usize) {
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
    let (pages, path) = (view.state.pages(list, view.spec.page_size), list_path(view.spec, list));
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
pub fn article(view: View, page: &mut Page, n: usize, list: usize) {
    let (article, entry) = (&view.state.articles[n], &view.state.entries[n]);
    let stamp = article.stamp.rfc3339();
    let out = page.own();
    let _ = writeln!(
        out,
        "<div class=\"news_column panel panel-default\" itemtype=\"http://schema.org/NewsArticle\" itemscope><div class=\"panel-body\">\n<h1 class=\"title margin-bottom-lg\" itemprop=\"headline\">{}</h1>\n<span class=\"hidden\" itemprop=\"datePublished\">{stamp}</span><span class=\"hidden\" itemprop=\"dateModified\">{stamp}</span>\n<span class=\"hidden\" itemprop=\"publisher\" itemscope><span itemprop=\"name\">Tỉnh ủy Bình Khê</span></span>",
        entry.title
    );
    if let Some(date) = article.date_line(view.spec.family) {
        let _ = writeln!(
            out,
            "<div class=\"row margin-bottom-lg\"><div class=\"col-md-12\"><span class=\"h5\">{date}</span></div></div>"
        );
    }
    out.push_str("<ul class=\"list-inline text-right\"><li><a rel=\"nofollow\" title=\"In ra\" href=\"");
    if view.moment.now.is_some() {
        out.push_str(&article.path(view.spec, list).replacen("/vi/news/", "/vi/news/print/", 1));
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
pub fn print(view: View, page: &mut Page, n: usize) {
    let (article, entry) = (&view.state.articles[n], &view.state.entries[n]);
    let out = page.own();
    let _ = writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\" />\n<title>{0}</title>\n<meta name=\"generator\" content=\"NukeViet v4.5\" />\n<meta name=\"robots\" content=\"noindex, nofollow\" />\n<link rel=\"canonical\" href=\"{1}{2}\" />\n</head>\n<body>\n<div id=\"print\"><div id=\"hd_print\"><h2 class=\"pull-left\">Tỉnh ủy Bình Khê</h2><p class=\"pull-right\"><a href=\"{1}\">{1}</a></p></div>\n<div class=\"content\"><h1>{0}</h1>",
        entry.title, view.base, entry.home
    );
    if let Some(date) = article.date_line(view.spec.family) {
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
