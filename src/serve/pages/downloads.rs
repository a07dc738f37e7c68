//! The WARC files, with sizes and checksums.

use maud::html;

use super::Answer;
use super::view::{Place, View};
use crate::serve::holdings::WarcFile;
use crate::serve::library::Library;

/// Files of a page.
const FILES: usize = 100;

/// The page. `given` are the files that may go out as they are, `open` others that are being written.
pub fn show(library: &Library, given: &[WarcFile], open: u64, view: &View) -> Answer {
    let title = view.t("Tải về", "Downloads");
    let site = view.param("site").unwrap_or_default();
    let wanted = |file: &&WarcFile| site.is_empty() || file.name.site == site;
    let files: Vec<&WarcFile> = given.iter().rev().filter(wanted).collect();
    let total: u64 = files.iter().map(|file| file.size).sum();
    let pages = files.len().div_ceil(FILES).max(1);
    let page = usize::try_from(view.number("page")?.unwrap_or(1)).unwrap_or(1).clamp(1, pages);
    let sum = |file: &WarcFile| library.sums.known(file).map(|sums| sums.sha256);
    let to = |page: usize| view.with(&[("page", &page.to_string())]);
    let contents = html! {
        h1 { (title) }
        p class="lead" { (view.t("Các tệp WARC đã đóng, nguyên vẹn như khi lưu. Kiểm tra bằng mã SHA-256 bên dưới.", "The sealed WARC files, just as they were captured. Check them by the SHA-256 sums below.")) }
        form class="filter" action="/downloads" method="get" {
            label for="site" { (view.t("Trang tin", "Site")) } " "
            select id="site" name="site" {
                option value="" { (view.t("tất cả", "all")) }
                @for (id, name) in library.site_names(&view.access) { option value=(id) selected[id == site] { (name) } }
            }
            (view.form_lang())
            " " button { (view.t("Lọc", "Show")) }
        }
        p class="note" { (view.lang.number(files.len() as u64)) (view.t(" tệp, ", " files, ")) (view.lang.bytes(total)) "."
            @if open > 0 { " " (view.lang.number(open)) (view.t(" tệp còn đang được ghi.", " more are being written.")) } }
        div class="scroll" role="group" aria-label=(title) tabindex="0" { table class="files" {
            thead { tr {
                th scope="col" { (view.t("Tệp", "File")) }
                th scope="col" class="n" { (view.t("Kích thước", "Size")) }
                th scope="col" { "SHA-256" }
            } }
            tbody { @for file in files.iter().skip((page - 1) * FILES).take(FILES) { tr {
                th scope="row" { a href=(format!("/files/{}", file.file_name)) { (file.file_name) }
                    @if !file.is_captures() { " " small { (view.t("văn bản", "texts")) } } }
                td class="n" { (view.lang.bytes(file.size)) }
                td { @if let Some(sum) = sum(file) { code class="sum" { (sum) } } @else { (view.t("đang tính", "being computed")) } }
            } } }
        } }
        @if pages > 1 {
            nav class="paging" aria-label=(view.t("Trang", "Pages")) {
                @if page > 1 { a rel="prev" href=(to(page - 1)) { "← " (view.t("Trước", "Previous")) } }
                span { (view.t("Trang ", "Page ")) (page) " / " (pages) }
                @if page < pages { a rel="next" href=(to(page + 1)) { (view.t("Sau", "Next")) " →" } }
            }
        }
    };
    Ok(view.page(title, Place::Downloads, &contents))
}
