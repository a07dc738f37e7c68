//! The first page: what the archive holds, how it grew, and what needs looking after.

use maud::{Markup, html};

use super::Answer;
use super::chart;
use super::view::{Place, View};
use crate::archive::catalog::ArticleRecord;
use crate::serve::library::Library;
use crate::serve::reports::{Alarm, Reports};
use crate::serve::shelf::Article;

/// Latest articles that are shown.
const LATEST: usize = 6;

/// What a row of the table of sites says.
pub struct Row {
    /// The site.
    pub id: String,
    /// Its name for people.
    pub name: String,
    province: Option<String>,
    articles: u64,
    captured: u32,
    reports: Reports,
}

/// The overview.
pub fn show(library: &Library, view: &View) -> Answer {
    let hidden = library.hidden()?;
    let shelf = library.shelf()?;
    let mut by_site = shelf.sites(&hidden);
    by_site.retain(|site, _| view.access.may_see(site));
    let mut all: Vec<&Article> = by_site.values().flatten().copied().collect();
    let rows: Vec<Row> = by_site.iter().map(|(id, articles)| row(library, id, articles)).collect();
    let growth = chart::growth(all.iter().map(|article| article.captured));
    all.sort_by_key(|article| std::cmp::Reverse((article.captured, article.day)));
    let mut latest = Vec::new();
    for article in all.iter().take(LATEST) {
        latest.extend(shelf.latest(article)?);
    }
    drop(shelf);
    let title = view.t("Tổng quan", "Overview");
    let contents = html! {
        h1 { (view.t("Kho lưu trữ tin tức", "News archive")) }
        (search_box(view))
        (figures(view, &rows))
        (alarms(view, &rows))
        @if rows.is_empty() {
            p class="empty" { (view.t("Kho chưa có bài nào. Bài mới sẽ hiện ra ở đây ngay khi được lưu.", "The archive has no articles yet. New ones appear here as soon as they are archived.")) }
        } @else {
            section aria-labelledby="latest" {
                h2 id="latest" { (view.t("Vừa lưu", "Archived last")) }
                ol class="articles" { @for record in &latest { (item(library, view, record)) } }
            }
            section aria-labelledby="growth" {
                h2 id="growth" { (view.t("Số bài theo thời gian lưu", "Growth by time of capture")) }
                (chart::draw(view, &growth))
            }
            section aria-labelledby="sites" {
                h2 id="sites" { (view.t("Các trang tin", "Sites")) }
                (table(view, &rows))
            }
        }
    };
    Ok(view.page(title, Place::Overview, &contents))
}

fn row(library: &Library, id: &str, articles: &[&Article]) -> Row {
    Row {
        id: id.to_owned(),
        name: library.site_name(id),
        province: library.site(id).and_then(|site| site.province.clone()),
        articles: articles.len() as u64,
        captured: articles.iter().map(|article| article.captured).max().unwrap_or(0),
        reports: Reports::read(library.root(), id),
    }
}

fn search_box(view: &View) -> Markup {
    html! {
        form class="search" role="search" action="/search" method="get" {
            label for="q" { (view.t("Tìm trong toàn bộ bài đã lưu", "Search all archived articles")) }
            div class="line" {
                input id="q" name="q" type="search" autocomplete="off" spellcheck="false" maxlength="1000";
                (view.form_lang())
                button { (view.t("Tìm", "Search")) }
            }
        }
    }
}

fn figures(view: &View, rows: &[Row]) -> Markup {
    let articles: u64 = rows.iter().map(|row| row.articles).sum();
    let gaps: u64 = rows.iter().map(|row| row.reports.gaps()).sum();
    let last = rows.iter().map(|row| row.captured).max().unwrap_or(0);
    html! {
        dl class="figures" {
            div { dt { (view.t("Bài", "Articles")) } dd { (view.lang.number(articles)) } }
            div { dt { (view.t("Trang tin", "Sites")) } dd { (view.lang.number(rows.len() as u64)) } }
            div { dt { (view.t("Lưu gần nhất", "Last capture")) } dd { (day(view, last)) } }
            div { dt { (view.t("Bài còn thiếu", "Known gaps")) } dd { (view.lang.number(gaps)) } }
        }
    }
}

/// What the last report of each site says that somebody should look at.
fn alarms(view: &View, rows: &[Row]) -> Markup {
    let lines: Vec<(&Row, Vec<Markup>)> =
        rows.iter().map(|row| (row, faults(view, &row.reports))).filter(|(_, lines)| !lines.is_empty()).collect();
    html! {
        @if !lines.is_empty() {
            section class="alarms" aria-labelledby="alarms" {
                h2 id="alarms" { (view.t("Cần xem lại", "Needs attention")) }
                ul {
                    @for (row, faults) in &lines {
                        li { a href=(view.link(&format!("/sites/{}", row.id), &[])) { (row.name) } ": "
                            @for (at, fault) in faults.iter().enumerate() { @if at > 0 { "; " } (fault) } }
                    }
                }
            }
        }
    }
}

/// What is wrong by the last report of a site.
pub fn faults(view: &View, reports: &Reports) -> Vec<Markup> {
    let mut out = Vec::new();
    let Some(report) = &reports.latest else { return out };
    if let Some(why) = &report.unreachable {
        out.push(html! { (view.t("lần chạy cuối dừng lại: ", "the last run stopped: ")) span lang="en" { (why) } });
    }
    out.extend(report.alarms.iter().map(|alarm| alarm_line(view, alarm)));
    let failed: u64 = report.failed.values().sum();
    if failed > 0 {
        out.push(html! { (view.lang.number(failed)) (view.t(" bài không tải được", " could not be fetched")) });
    }
    let gaps = reports.gaps();
    if gaps > 0 {
        out.push(
            html! { (view.lang.number(gaps)) (view.t(" bài có trong danh mục mà chưa lưu", " listed and not held")) },
        );
    }
    if !report.caps.is_empty() {
        out.push(html! { (view.t("danh mục bị cắt ngắn", "lists were cut short")) });
    }
    out
}

/// An alarm of the daemon; what it says in one line is English, and follows for who mends it.
fn alarm_line(view: &View, alarm: &Alarm) -> Markup {
    let what = match alarm.alarm.as_str() {
        "silence" => view.t("lâu bất thường không có bài mới", "no new article for unusually long"),
        "nothing-recognised" => view.t(
            "không còn nhận ra bài nào (giao diện có thể đã đổi)",
            "no article is recognised any more (a new template?)",
        ),
        "failing" => view.t("nhiều lần liên tiếp không đọc được", "could not be read many times in a row"),
        _ => view.t("có cảnh báo", "an alarm"),
    };
    html! {
        strong { (view.t("danh mục ", "list ")) (alarm.list) ": " (what) } " "
        (view.t("từ ", "since ")) time datetime=(alarm.since) { (view.lang.time(&alarm.since)) }
        " (" span lang="en" { (alarm.text) } ")"
    }
}

fn table(view: &View, rows: &[Row]) -> Markup {
    html! {
        div class="scroll" role="group" aria-labelledby="sites" tabindex="0" {
            table {
                thead { tr {
                    th scope="col" { (view.t("Trang", "Site")) }
                    th scope="col" { (view.t("Tỉnh, thành", "Province")) }
                    th scope="col" class="n" { (view.t("Bài", "Articles")) }
                    th scope="col" class="n" { (view.t("Thiếu", "Gaps")) }
                    th scope="col" { (view.t("Lưu gần nhất", "Last capture")) }
                } }
                tbody {
                    @for row in rows {
                        tr {
                            th scope="row" { a href=(view.link(&format!("/sites/{}", row.id), &[])) { (row.name) }
                                @if row.name != row.id { " " small { (row.id) } } }
                            td { @if let Some(province) = &row.province { (province) } @else { "–" } }
                            td class="n" { (view.lang.number(row.articles)) }
                            td class="n" { (view.lang.number(row.reports.gaps())) }
                            td { (day(view, row.captured)) }
                        }
                    }
                }
            }
        }
    }
}

/// A day given as 20250701.
pub fn day(view: &View, day: u32) -> Markup {
    let text = format!("{:04}-{:02}-{:02}", day / 10_000, day / 100 % 100, day % 100);
    html! { @if day == 0 { "–" } @else { time datetime=(text) { (view.lang.day(&text)) } } }
}

/// One article in a list.
pub fn item(library: &Library, view: &View, record: &ArticleRecord) -> Markup {
    html! {
        li {
            a class="title" href=(view.link(&format!("/articles/{}", record.id), &[])) lang=(lang_of(record)) { (record.title) }
            p class="meta" { (published(view, record)) " · " (library.site_name(&record.site))
                @if let Some(section) = &record.section { " · " span lang="vi" { (section) } } }
        }
    }
}

/// The day that the portal gives.
pub fn published(view: &View, record: &ArticleRecord) -> Markup {
    html! {
        @if let Some(at) = &record.published { time datetime=(at) { (view.lang.time(at)) } }
        @else { (view.t("không rõ ngày", "no date")) }
    }
}

/// The language of an article's text.
pub fn lang_of(record: &ArticleRecord) -> &str {
    record.lang.as_deref().unwrap_or("vi")
}
