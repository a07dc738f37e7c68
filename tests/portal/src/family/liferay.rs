//! Family C: Liferay.

use std::fmt::Write;

use super::{About, Look};
use crate::answer::Answer;
use crate::article::{Article, Byline};
use crate::dates::Stamp;
use crate::page::Page;
use crate::render::print::{self, Printer};
use crate::render::{SHARE, View};
use crate::rng::Rng;
use crate::route::{self, param};
use crate::site::Asked;
use crate::spec::PortalSpec;
use crate::state::Target;

/// Liferay.
pub struct Liferay;

const ABOUT: About = About {
    name: "liferay",
    sections: &[("tin-tuc-su-kien", "Tin tức sự kiện"), ("chi-dao-dieu-hanh", "Chỉ đạo điều hành")],
    province: "Sơn Hạ",
    suffix: " - Chi tiết tin - Cổng TTĐT tỉnh Sơn Hạ",
    tag: "SHTV",
    first_id: 140_000,
    server: "Apache",
    articles: 60,
    page_size: 8,
    marks: "<link href=\"/o/frontend-css-web/main.css?browserId=other&amp;t=1688011200000\" rel=\"stylesheet\" />\n",
    shell: [
        "controls-visible yui3-skin-sam guest-site\">\n<div id=\"wrapper\" data-state=\"",
        "</div>\n</body>\n</html>\n",
    ],
    timed: false,
    lead_again: false,
    ..About::USUAL
};

impl Look for Liferay {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn path(&self, article: &Article, spec: &PortalSpec, list: usize) -> String {
        format!("/web/guest/-/asset_publisher/{}/content/{}", instance(spec, list), article.slug)
    }

    fn twins(&self, article: &Article, spec: &PortalSpec) -> Vec<String> {
        vec![
            format!("/web/guest/-/{}", article.slug),
            format!("{}?inheritRedirect=false", article.home(spec)),
            format!("/pop_up?p_p_id=101&_101_viewMode=print&_101_urlTitle={}", article.slug),
        ]
    }

    fn targets(&self, article: &Article, _spec: &PortalSpec, _list: usize, n: usize) -> Vec<(String, Target)> {
        vec![(format!("/web/guest/-/{}", article.slug), Target::Article(n)), (article.slug.clone(), Target::Print(n))]
    }

    fn image(&self, article: &Article, _spec: &PortalSpec, n: usize) -> String {
        let (y, m, _) = article.stamp.civil();
        let key = article.seed % 0xffff_ffff;
        format!("/documents/20182/{m:02}{y}/anh-{n}.png/{key:08x}-7c1e-4b52?t={}000", key % 99_999)
    }

    fn attachment(&self, article: &Article, _spec: &PortalSpec) -> String {
        let (y, m, _) = article.stamp.civil();
        format!("/documents/20182/{m:02}{y}/vb-{}.pdf", article.seed % 9_973)
    }

    fn date_line(&self, stamp: Stamp) -> String {
        format!("{} 12:00 AM", stamp.dmy())
    }

    fn alt(&self, article: &Article, n: usize, _caption: &str) -> String {
        format!("{n}. IMG_{}.JPG", article.seed % 9000)
    }

    fn list_path(&self, spec: &PortalSpec, list: usize) -> String {
        format!("/web/guest/{}", spec.sections()[list].0)
    }

    fn menu_path(&self, head: &str, entry: &str) -> String {
        format!("/web/guest/{head}/{entry}")
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

    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        liferay(view, asked)
    }

    fn session(&self, spec: &PortalSpec, n: u64) -> String {
        let id = Rng::part(spec.seed, "session", n).next();
        format!("JSESSIONID={id:016X}; Path=/; HttpOnly")
    }
}

/// A Liferay list's portlet instance.
fn instance(spec: &PortalSpec, list: usize) -> String {
    let n = spec.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(list as u32 * 13 + 7);
    let letters = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";
    (0..12).map(|i| char::from(letters[(n >> (i * 5)) as usize % letters.len()])).collect()
}

fn liferay(view: View, asked: &Asked) -> Option<Answer> {
    if let Some(list) = (0..view.spec.sections().len()).find(|list| Liferay.list_path(view.spec, *list) == asked.path) {
        let key = format!("_101_INSTANCE_{}_cur", instance(view.spec, list));
        let number = param(&asked.query, &key).and_then(|n| n.parse::<usize>().ok()).unwrap_or(1);
        // Past the end Liferay shows the last page again.
        return Some(Answer::page(view.list(list, number.clamp(1, view.state.pages(list, view.spec.page_size)))));
    }
    if asked.path == "/pop_up" {
        let slug = param(&asked.query, "_101_urlTitle")?;
        return route::article(view, &slug);
    }
    route::article(view, &asked.path)
}

/// The middle of a list page.
fn list(view: View, out: &mut String, list: usize, number: usize) {
    out.push_str("<div class=\"portlet-asset-publisher\">\n");
    for n in view.state.slice(list, number, view.spec.page_size) {
        let (article, entry) = (&view.state.articles[*n], &view.state.entries[*n]);
        let path = article.path(view.spec, list);
        let _ = writeln!(
            out,
            "<div class=\"asset-abstract default-asset-publisher\"><h3 class=\"asset-title\"><a href=\"{path}?inheritRedirect=false\">{0}</a></h3>\n<span class=\"metadata-entry metadata-publish-date\">{1}</span><div class=\"asset-content\"><img alt=\"\" class=\"asset-small-image\" src=\"{2}\" /><div class=\"asset-summary\">{3}</div><div class=\"asset-more\"><a href=\"{path}?inheritRedirect=false\">Đọc tiếp <span class=\"hide-accessible\">Về {0}</span> &raquo;</a></div></div></div>",
            entry.title,
            article.stamp.dmy_short(),
            entry.image,
            entry.sapo
        );
    }
    pager(view, out, list, number);
    out.push_str("</div>\n");
}

fn pager(view: View, out: &mut String, list: usize, number: usize) {
    let (pages, path, name) =
        (view.state.pages(list, view.spec.page_size), Liferay.list_path(view.spec, list), instance(view.spec, list));
    let size = view.spec.page_size;
    out.push_str("<div class=\"taglib-page-iterator lfr-pagination\"><ul class=\"pager lfr-pagination-buttons\">");
    let mut item = |n: usize, label: &str, on: bool| {
        let _ = if on {
            write!(
                out,
                "<li><a href=\"{path}?p_p_id=101_INSTANCE_{name}&amp;p_p_lifecycle=0&amp;p_p_state=normal&amp;p_p_mode=view&amp;p_p_col_id=column-1&amp;p_p_col_count=1&amp;_101_INSTANCE_{name}_delta={size}&amp;_101_INSTANCE_{name}_keywords=&amp;_101_INSTANCE_{name}_advancedSearch=false&amp;p_r_p_564233524_resetCur=false&amp;_101_INSTANCE_{name}_cur={n}\">{label}</a></li>"
            )
        } else {
            write!(out, "<li class=\"disabled\"><a href=\"javascript:;\">{label}</a></li>")
        };
    };
    item(1, "← Đầu tiên", number > 1);
    item(number.saturating_sub(1).max(1), "Trước", number > 1);
    item((number + 1).min(pages), "Tiếp", number < pages);
    item(pages, "Cuối cùng →", number < pages);
    let all = view.state.lists[list].len();
    let first = ((number - 1) * size + 1).min(all);
    let _ = writeln!(
        out,
        "</ul><small class=\"search-results\">Hiển thị {first} - {} of {all} kết quả.</small>",
        (number * size).min(all)
    );
    out.push_str("</div>\n");
}

/// The middle of an article's page.
fn article(view: View, page: &mut Page, n: usize, list: usize) {
    let (article, entry) = (&view.state.articles[n], &view.state.entries[n]);
    let out = page.own();
    let _ = writeln!(
        out,
        "<h1 class=\"portlet-title\"><span class=\"portlet-title-text\">Chi tiết tin</span></h1>\n<div class=\"asset-full-content\"><h1 class=\"title-detail\">{}</h1>",
        entry.title
    );
    if let Some(date) = article.date_line(view.spec) {
        let _ = write!(out, "<span class=\"date\">{date}");
        if view.moment.now.is_some() {
            let _ = write!(out, " | Lượt xem: {}", 12 + article.id % 300 + view.moment.visits);
        }
        out.push_str("</span>\n");
    }
    view.words(page, n, |out, article, printer| {
        words(view, out, article, printer);
        if let Some(path) = article.attachment(view.spec) {
            let _ = writeln!(out, "<div class=\"attach\"><a href=\"{path}\">Tải tệp đính kèm</a></div>");
        }
    });
    let out = page.own();
    out.push_str(SHARE);
    out.push_str("</div>\n<div class=\"adv\">,</div>\n");
    if view.moment.now.is_some() {
        let (_, older) = view.neighbours(n, list, 8);
        out.push_str("<div class=\"other-news\"><h3>Các tin đã đưa</h3><ul>\n");
        for n in older {
            let entry = &view.state.entries[n];
            let _ = writeln!(out, "<li><a href=\"{}\">{}</a> ({})</li>", entry.home, entry.title, entry.date);
        }
        out.push_str("</ul></div>\n");
    }
}

/// Lead and body in one container: Liferay's editor knows no field for the lead.
fn words(view: View, out: &mut String, article: &Article, printer: &mut Printer) {
    out.push_str("<div class=\"journal-content-article\">\n");
    if let Some(lead) = &article.text.lead {
        out.push_str("<p><strong>");
        printer.text(out, lead);
        out.push_str("</strong></p>\n");
    }
    print::body(out, article, view.spec);
    if let Byline::Field(name) = &article.byline {
        out.push_str("<div class=\"author\" style=\"text-align:right\"><b>");
        printer.text(out, name);
        out.push_str("</b></div>\n");
    }
    out.push_str("</div>\n");
}

/// The print form.
fn print(view: View, page: &mut Page, n: usize) {
    let (article, entry) = (&view.state.articles[n], &view.state.entries[n]);
    let out = page.own();
    let _ = writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"vi\">\n<head><meta charset=\"utf-8\" /><title>{0}</title><link rel=\"canonical\" href=\"{1}{2}\" /></head>\n<body class=\"portal-popup\">\n<h1 class=\"title-detail\">{0}</h1>",
        entry.title, view.base, entry.home
    );
    if let Some(date) = article.date_line(view.spec) {
        let _ = writeln!(out, "<span class=\"date\">{date}</span>");
    }
    words(view, out, article, &mut Printer::new(article, "print"));
    out.push_str("<script>print();</script>\n</body>\n</html>\n");
}
