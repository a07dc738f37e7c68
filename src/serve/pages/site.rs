//! One site: who publishes it, what is held of each month, and how far its lists were walked.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::Answer;
use super::heat;
use super::overview::{faults, item};
use super::view::{Place, View};
use crate::config::Site;
use crate::serve::error::ServeError;
use crate::serve::library::Library;
use crate::serve::reports::{Report, Reports};
use crate::serve::shelf::Article;

/// Latest articles that are shown.
const LATEST: usize = 10;

/// The page of a site.
pub fn show(library: &Library, view: &View, id: &str) -> Answer {
    let hidden = library.hidden()?;
    let shelf = library.shelf()?;
    let by_site = shelf.sites(&hidden);
    let mut articles: Vec<&Article> =
        by_site.get(id).filter(|_| view.access.may_see(id)).cloned().ok_or(ServeError::Missing { what: "site" })?;
    let mut held: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    for article in articles.iter().filter(|article| article.day > 0) {
        *held.entry((article.day / 10_000, article.day / 100 % 100)).or_default() += 1;
    }
    let undated = articles.iter().filter(|article| article.day == 0).count() as u64;
    articles.sort_by_key(|article| std::cmp::Reverse((article.day, article.captured)));
    let mut latest = Vec::new();
    for article in articles.iter().take(LATEST) {
        latest.extend(shelf.latest(article)?);
    }
    let count = articles.len() as u64;
    drop(shelf);
    let reports = Reports::read(library.root(), id);
    let name = library.site_name(id);
    let contents = html! {
        nav class="crumbs" aria-label=(view.t("Vị trí", "You are here")) { a href=(view.link("/", &[])) { (view.t("Tổng quan", "Overview")) } }
        h1 { (name) }
        (about(view, id, library.site(id), count))
        p class="actions" {
            a href=(view.link("/search", &[("site", id), ("sort", "newest")])) { (view.t("Tìm trong trang này", "Search this site")) }
            " · " a href=(view.link("/bundle", &[("site", id)])) { (view.t("Tạo gói tài liệu", "Make a bundle")) }
            " · " a href=(view.link("/downloads", &[("site", id)])) { (view.t("Tải tệp WARC", "Download WARC files")) }
        }
        @let faults = faults(view, &reports);
        @if !faults.is_empty() {
            section class="alarms" aria-labelledby="alarms" {
                h2 id="alarms" { (view.t("Cần xem lại", "Needs attention")) }
                ul { @for fault in &faults { li { (fault) } } }
            }
        }
        section aria-labelledby="coverage" {
            h2 id="coverage" { (view.t("Độ phủ theo tháng", "Coverage by month")) }
            (heat::map(view, id, &held, &reports.months))
            @if undated > 0 { p class="note" { (view.lang.number(undated)) (view.t(" bài không rõ ngày đăng.", " articles have no date.")) } }
        }
        section aria-labelledby="lists" {
            h2 id="lists" { (view.t("Danh mục tin", "News lists")) }
            (lists(view, library.site(id), reports.latest.as_ref()))
        }
        section aria-labelledby="latest" {
            h2 id="latest" { (view.t("Bài mới nhất", "Latest articles")) }
            ol class="articles" { @for record in &latest { (item(library, view, record)) } }
        }
    };
    Ok(view.page(&name, Place::Overview, &contents))
}

fn about(view: &View, id: &str, site: Option<&Site>, count: u64) -> Markup {
    html! {
        dl class="facts" {
            div { dt { (view.t("Mã", "Id")) } dd { code { (id) } } }
            div { dt { (view.t("Số bài", "Articles")) } dd { (view.lang.number(count)) } }
            @if let Some(site) = site {
                div { dt { (view.t("Địa chỉ", "Address")) } dd { a href=(site.base) rel="noreferrer external" { (site.base) } } }
                @if let Some(publisher) = &site.publisher { div { dt { (view.t("Cơ quan", "Publisher")) } dd lang="vi" { (publisher) } } }
                @if let Some(province) = &site.province {
                    div { dt { (view.t("Tỉnh, thành", "Province")) } dd lang="vi" { (province)
                        @if let Some(now) = &site.province_now { (view.t(" (nay thuộc ", " (now part of ")) (now) ")" } } }
                }
                @if site.valid.from.is_some() || site.valid.to.is_some() {
                    div { dt { (view.t("Hoạt động", "Active")) } dd {
                        @if let Some(from) = site.valid.from { (view.lang.day(&from.to_string())) } " – "
                        @if let Some(to) = site.valid.to { (view.lang.day(&to.to_string())) } } }
                }
            }
        }
    }
}

fn lists(view: &View, site: Option<&Site>, report: Option<&Report>) -> Markup {
    let walked = report.map(|report| report.lists.as_slice()).unwrap_or_default();
    let known = site.map(|site| site.lists.as_slice()).unwrap_or_default();
    let unwalked = || known.iter().filter(|list| walked.iter().all(|seen| seen.id != list.id));
    let url = |id: &str| known.iter().find(|list| list.id == id).map(|list| list.url.as_str());
    html! {
        @if walked.is_empty() && known.is_empty() { p class="empty" { (view.t("Chưa có báo cáo nào.", "There is no report yet.")) } }
        @else {
            @if let Some(report) = report { p class="note" { (view.t("Theo báo cáo ngày ", "By the report of ")) time datetime=(report.written_at) { (view.lang.time(&report.written_at)) } "." } }
            div class="scroll" role="group" aria-labelledby="lists" tabindex="0" { table {
                thead { tr {
                    th scope="col" { (view.t("Danh mục", "List")) }
                    th scope="col" class="n" { (view.t("Số trang", "Pages")) }
                    th scope="col" { (view.t("Đi hết", "Complete")) }
                    th scope="col" { (view.t("Vì sao dừng", "Why it ended")) }
                } }
                tbody {
                    @for list in walked { tr {
                        th scope="row" { @if let Some(url) = url(&list.id) { a href=(url) rel="noreferrer external" { (list.id) } } @else { (list.id) } }
                        td class="n" { (view.lang.number(list.pages)) }
                        td { @if list.complete { (view.t("có", "yes")) } @else { strong { (view.t("chưa", "no")) } } }
                        td lang="en" { (list.why) }
                    } }
                    @for list in unwalked() { tr {
                        th scope="row" { a href=(list.url) rel="noreferrer external" { (list.id) } }
                        td class="n" { "–" } td { "–" } td { "–" }
                    } }
                }
            } }
        }
    }
}
