//! A bundle: sites and days are chosen, its size is told, and it can be downloaded.

use maud::{Markup, html};

use super::Answer;
use super::view::{Place, View};
use crate::archive::ArchiveError;
use crate::archive::select::{By, Query, Selection};
use crate::page::requisites;
use crate::serve::error::ServeError;
use crate::serve::library::Library;

/// The page.
pub fn show(library: &Library, view: &View) -> Answer {
    let title = view.t("Gói tài liệu", "Bundles");
    let asked = ["site", "from", "to", "by"].iter().any(|name| view.param(name).is_some());
    let contents = html! {
        h1 { (title) }
        p class="lead" { (view.t("Một tệp WACZ gồm bản chụp, văn bản và danh mục của phần được chọn. Mở được bằng ReplayWeb.page và các công cụ đọc WARC.", "A WACZ file with the captures, texts and page list of what is chosen. ReplayWeb.page and WARC tools open it.")) }
        (form(library, view))
        @if asked { (chosen(library, view)?) }
    };
    Ok(view.page(title, Place::Bundle, &contents))
}

fn form(library: &Library, view: &View) -> Markup {
    let sites = view.params("site");
    let captured = view.param("by") == Some("captured");
    html! {
        form class="bundle" action="/bundle" method="get" {
            fieldset {
                legend { (view.t("Trang tin (không chọn là tất cả)", "Sites (none means all)")) }
                @for (at, (id, name)) in library.site_names(&view.access).iter().enumerate() {
                    div class="check" {
                        input type="checkbox" id=(format!("s{at}")) name="site" value=(id) checked[sites.contains(id)];
                        label for=(format!("s{at}")) { (name) }
                    }
                }
            }
            fieldset {
                legend { (view.t("Thời gian", "Days")) }
                div class="fields" {
                    div { label for="from" { (view.t("Từ ngày", "From")) } input id="from" name="from" type="date" value=(view.param("from").unwrap_or_default()); }
                    div { label for="to" { (view.t("Đến ngày", "To")) } input id="to" name="to" type="date" value=(view.param("to").unwrap_or_default()); }
                    div { label for="by" { (view.t("Tính theo", "Counted by")) }
                        select id="by" name="by" {
                            option value="published" selected[!captured] { (view.t("ngày đăng", "day of publication")) }
                            option value="captured" selected[captured] { (view.t("ngày lưu", "day of capture")) }
                        } }
                }
            }
            (view.form_lang())
            button { (view.t("Xem kích thước", "See its size")) }
        }
    }
}

fn chosen(library: &Library, view: &View) -> Result<Markup, ServeError> {
    let by = if view.param("by") == Some("captured") { By::Captured } else { By::Published };
    let (from, to, within) = (view.date("from")?, view.date("to")?, view.access.within());
    let query = Query { sites: view.params("site"), ids: Vec::new(), from, to, by, within };
    let mut params: Vec<(&str, String)> = query.sites.iter().map(|site| ("site", site.clone())).collect();
    params.extend(query.from.map(|day| ("from", day.to_string())));
    params.extend(query.to.map(|day| ("to", day.to_string())));
    if by == By::Captured {
        params.push(("by", "captured".to_owned()));
    }
    let selection = match Selection::make(library.root(), query, &requisites::named) {
        Ok(selection) => selection,
        // What it says names places on our disk.
        Err(ArchiveError::Selection { .. }) => {
            return Ok(
                html! { p class="alarm" role="status" { (view.t("Không có gì thuộc phần này: hãy chọn trang tin khác, hoặc khoảng ngày rộng hơn.", "Nothing belongs to this: choose other sites, or more days.")) } },
            );
        }
        Err(error) => return Err(error.into()),
    };
    let size: u64 = selection.takes.iter().map(|take| take.length).sum();
    let pairs = params.iter().map(|(name, value)| (*name, value.as_str()));
    let download = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Ok(html! {
        section class="card" aria-labelledby="chosen" {
            h2 id="chosen" { (view.t("Phần được chọn", "What is chosen")) }
            dl class="figures" {
                div { dt { (view.t("Bài", "Articles")) } dd { (view.lang.number(selection.articles() as u64)) } }
                div { dt { (view.t("Bản chụp", "Captures")) } dd { (view.lang.number(selection.captures)) } }
                div { dt { (view.t("Khoảng", "About")) } dd { (view.lang.bytes(size)) } }
            }
            p { a class="button" href=(format!("/bundles?{download}")) download { (view.t("Tải gói WACZ", "Download the WACZ")) } }
            @if !selection.problems.is_empty() {
                details { summary { (view.t("Phần bị bỏ lại", "What is left out")) } ul lang="en" { @for problem in &selection.problems { li { (problem) } } } }
            }
        }
    })
}
