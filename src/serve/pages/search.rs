//! The search: a form, the hits with the words that were looked for, and counts to narrow by.

use maud::{Markup, html};

use super::Answer;
use super::overview::{lang_of, published};
use super::view::{Place, View};
use crate::archive::catalog::{self, ArticleRecord};
use crate::archive::select::text_of;
use crate::search::{self, Found, Needles, Piece, Query, Request, SearchError, Sort};
use crate::serve::desk::State;
use crate::serve::error::ServeError;
use crate::serve::library::Library;

/// Hits of a page.
const HITS: usize = 20;
/// Pages that can be turned to; behind them a query is to be narrowed.
const PAGES: usize = 250;
/// Bytes of a text that are shown.
const SNIPPET: usize = 300;
/// Values of a facet that are shown.
const VALUES: usize = 12;

/// The page of a search.
pub fn show(library: &Library, view: &View) -> Answer {
    let title = view.t("Tìm kiếm", "Search");
    let asked = ["q", "site", "section", "from", "to"].iter().any(|name| view.param(name).is_some());
    let page = usize::try_from(view.number("page")?.unwrap_or(1)).unwrap_or(1).clamp(1, PAGES);
    let results = match (request(library, view, page), asked) {
        (_, false) => hints(view),
        (Ok(request), true) => results(library, view, &request, page)?,
        (Err(SearchError::Query { what }), true) => html! { p class="alarm" role="alert" lang="en" { (what) } },
        (Err(error), true) => return Err(error.into()),
    };
    let contents = html! { h1 { (title) } (form(library, view)) (results) };
    let title = view.param("q").map_or_else(|| title.to_owned(), |q| format!("{q} · {title}"));
    Ok(view.page(&title, Place::Search, &contents))
}

/// What is asked for, by form and query together.
fn request(library: &Library, view: &View, page: usize) -> Result<Request, SearchError> {
    let mut query = Query::parse(view.param("q").unwrap_or_default())?;
    let day = |name: &str| {
        let wrong = |_| SearchError::Query { what: format!("{name}: write a day as 2025-07-01") };
        view.param(name).map(|text| text.parse().map_err(wrong)).transpose()
    };
    query.from = day("from")?.or(query.from);
    query.to = day("to")?.or(query.to);
    query.sites.extend(view.params("site"));
    query.section = view.param("section").map(str::to_owned);
    if !query.provinces.is_empty() {
        let mut theirs = search::sites_of(&query.provinces, library.configured());
        theirs.retain(|site| view.access.may_see(site));
        query.sites.retain(|site| theirs.contains(site));
        if query.sites.is_empty() {
            query.sites = theirs;
        }
        if query.sites.is_empty() {
            let what = format!("province:{}: no site file of this archive names it", query.provinces.join(", "));
            return Err(SearchError::Query { what });
        }
    }
    let sort = match view.param("sort") {
        Some("newest") => Sort::Newest,
        Some("oldest") => Sort::Oldest,
        _ if query.clauses.is_empty() => Sort::Newest,
        _ => Sort::Relevance,
    };
    let hidden = library.hidden().map_err(|error| match error {
        ServeError::Archive(error) => SearchError::Archive(error),
        error => SearchError::Query { what: error.to_string() },
    })?;
    let mine = || library.site_names(&view.access).into_iter().map(|(id, _)| id).collect();
    let within = (!view.access.sees_all()).then(mine);
    Ok(Request {
        within,
        query,
        sort,
        skip: (page - 1) * HITS,
        take: HITS,
        hidden,
        any_marks: view.param("any").is_some(),
    })
}

fn results(library: &Library, view: &View, request: &Request, page: usize) -> Result<Markup, ServeError> {
    let (index, behind) = match library.desk().state() {
        State::Ready { index, behind } => (index, behind),
        State::Opening => {
            return Ok(
                html! { p class="alarm" role="status" { (view.t("Chỉ mục tìm kiếm đang được mở; hãy thử lại sau giây lát.", "The search index is being opened; try again in a moment.")) } },
            );
        }
        State::Broken { why } => {
            return Ok(
                html! { p class="alarm" role="alert" { (view.t("Hiện chưa tìm kiếm được: ", "Nothing can be searched now: ")) span lang="en" { (why) } } },
            );
        }
    };
    let found = index.find(request).inspect_err(|error| library.desk().distrust(error))?;
    let needles = Needles::of(&request.query, found.any_marks);
    let mut hits = Vec::new();
    for hit in &found.hits {
        let record = catalog::record_at(&library.root().join("catalog").join(&hit.log), hit.offset)?;
        // A log that was rewritten a moment ago: the next look finds it.
        let Some(record) = record.filter(|record| record.id == hit.id) else { continue };
        let text = text_of(library.root(), &record)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let body = text.split_once("\n\n").map_or("", |(_, body)| body).replace('\n', " ");
        let pieces = search::snippet(&body, &needles, SNIPPET);
        hits.push(hit_of(library, view, &record, &needles.mark(&record.title), &pieces));
    }
    let shown = request.skip + found.hits.len();
    Ok(html! {
        div class="results" {
            section aria-labelledby="count" {
                div role="status" { h2 id="count" class="count" { (view.lang.number(found.total as u64)) @if found.total == 1 { (view.t(" bài", " article")) } @else { (view.t(" bài", " articles")) }
                    @if found.total > HITS && shown > 0 { small { " (" (view.lang.number(request.skip as u64 + 1)) "–" (view.lang.number(shown as u64)) ")" } } } }
                @if behind { p class="note" { (view.t("Bài mới đang được đưa vào chỉ mục; kết quả có thể còn thiếu.", "New articles are being added to the index; some may be missing.")) } }
                (marks(view, request, &found))
                @if found.total > 0 { (order(view, request)) }
                ol class="articles hits" start=(request.skip + 1) { @for hit in &hits { (hit) } }
                (paging(view, page, found.total))
            }
            @if found.total > 0 { (facets(library, view, &found)) }
        }
    })
}

/// What was made of the marks of the query.
fn marks(view: &View, request: &Request, found: &Found) -> Markup {
    html! {
        @if found.any_marks && !request.any_marks && found.total > 0 {
            p class="note" { (view.t("Không có bài nào viết đúng dấu như vậy; dưới đây là kết quả khi bỏ qua dấu.", "Nothing is written with these marks; these are found without regard to them.")) }
        } @else if request.any_marks {
            p class="note" { a href=(view.with(&[("any", ""), ("page", "")])) { (view.t("Chỉ tìm đúng dấu", "Only as written")) } }
        } @else if request.query.has_marks() {
            p class="note" { a href=(view.with(&[("any", "1"), ("page", "")])) { (view.t("Tìm cả khi bỏ qua dấu", "Search without regard to marks")) } }
        }
        @if found.total == 0 { p class="empty" { (view.t("Không tìm thấy bài nào. Thử ít từ hơn, hoặc bỏ bớt điều kiện lọc.", "No article was found. Try fewer words, or take off a filter.")) } }
    }
}

fn order(view: &View, request: &Request) -> Markup {
    let ways = [
        (Sort::Relevance, "relevance", view.t("phù hợp nhất", "best match")),
        (Sort::Newest, "newest", view.t("mới nhất", "newest")),
        (Sort::Oldest, "oldest", view.t("cũ nhất", "oldest")),
    ];
    html! {
        p class="order" {
            a class="jump" href="#facets" { (view.t("Thu hẹp kết quả", "Narrow the results")) } " "
            (view.t("Xếp theo: ", "Order: "))
            @for (at, (sort, value, name)) in ways.into_iter().enumerate() {
                @if at > 0 { " · " }
                @if sort == request.sort { strong { (name) } } @else { a href=(view.with(&[("sort", value), ("page", "")])) { (name) } }
            }
        }
    }
}

fn hit_of(library: &Library, view: &View, record: &ArticleRecord, title: &[Piece], snippet: &[Piece]) -> Markup {
    html! {
        li {
            a class="title" href=(view.link(&format!("/articles/{}", record.id), &[])) lang=(lang_of(record)) { (pieces(title)) }
            p class="snippet" lang=(lang_of(record)) { (pieces(snippet)) }
            p class="meta" { (published(view, record)) " · " (library.site_name(&record.site))
                @if let Some(section) = &record.section { " · " span lang="vi" { (section) } } }
        }
    }
}

fn pieces(pieces: &[Piece]) -> Markup {
    html! { @for piece in pieces { @if piece.hit { mark { (piece.text) } } @else { (piece.text) } } }
}

fn paging(view: &View, page: usize, total: usize) -> Markup {
    let pages = total.div_ceil(HITS).min(PAGES);
    let to = |page: usize| view.with(&[("page", &page.to_string())]);
    html! {
        @if pages > 1 {
            nav class="paging" aria-label=(view.t("Trang kết quả", "Pages of results")) {
                @if page > 1 { a rel="prev" href=(to(page - 1)) { "← " (view.t("Trước", "Previous")) } }
                span { (view.t("Trang ", "Page ")) (view.lang.number(page as u64)) " / " (view.lang.number(pages as u64)) }
                @if page < pages { a rel="next" href=(to(page + 1)) { (view.t("Sau", "Next")) " →" } }
            }
        }
    }
}

fn facets(library: &Library, view: &View, found: &Found) -> Markup {
    let sites =
        found.facets.sites.iter().map(|(id, count)| (library.site_name(id), vec![("site", id.clone())], *count));
    let years = found.facets.years.iter().map(|(year, count)| {
        let days = vec![("from", format!("{year}-01-01")), ("to", format!("{year}-12-31"))];
        (year.to_string(), days, *count)
    });
    let sections =
        found.facets.sections.iter().map(|(name, count)| (name.clone(), vec![("section", name.clone())], *count));
    html! {
        aside id="facets" class="facets" aria-label=(view.t("Thu hẹp kết quả", "Narrow the results")) {
            (facet(view, view.t("Trang tin", "Site"), "site", &sites.take(VALUES).collect::<Vec<_>>()))
            (facet(view, view.t("Năm đăng", "Year"), "from", &years.take(VALUES).collect::<Vec<_>>()))
            (facet(view, view.t("Chuyên mục", "Section"), "section", &sections.take(VALUES).collect::<Vec<_>>()))
        }
    }
}

type Value = (String, Vec<(&'static str, String)>, u64);

fn facet(view: &View, title: &str, name: &'static str, values: &[Value]) -> Markup {
    html! {
        @if !values.is_empty() {
            h2 { (title) }
            ul {
                @for (label, changes, count) in values {
                    @let mut changes = changes.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
                    @let chosen = changes.iter().all(|(name, value)| view.param(name) == Some(value));
                    li {
                        @if chosen {
                            strong { (label) } " "
                            @let off = changes.iter().map(|(name, _)| (*name, "")).chain([("page", "")]).collect::<Vec<_>>();
                            a href=(view.with(&off)) { span class="hidden" { (view.t("bỏ lọc ", "take off ")) (label) } span aria-hidden="true" { "✕" } }
                        } @else {
                            ({ changes.push(("page", "")); "" })
                            a href=(view.with(&changes)) { (label) } " " span class="n" { (view.lang.number(*count)) }
                        }
                    }
                }
            }
            @if name == "from" && (view.param("from").is_some() || view.param("to").is_some()) {
                p class="note" { a href=(view.with(&[("from", ""), ("to", ""), ("page", "")])) { (view.t("mọi ngày", "all days")) } }
            }
        }
    }
}

fn form(library: &Library, view: &View) -> Markup {
    let chosen = view.param("site").unwrap_or_default();
    let value = |name: &str| view.param(name).unwrap_or_default().to_owned();
    html! {
        form class="search" role="search" action="/search" method="get" {
            label for="q" { (view.t("Từ cần tìm", "Words")) }
            div class="line" {
                input id="q" name="q" type="search" value=(value("q")) autocomplete="off" spellcheck="false" maxlength="1000" aria-describedby="how";
                button { (view.t("Tìm", "Search")) }
            }
            p id="how" class="note" { (view.t("Gõ có dấu hoặc không dấu; đặt cụm từ trong ngoặc kép.", "With or without marks; phrases in quotes.")) }
            div class="fields" {
                div { label for="site" { (view.t("Trang tin", "Site")) }
                    select id="site" name="site" {
                        option value="" { (view.t("tất cả", "all")) }
                        @for (id, name) in library.site_names(&view.access) { option value=(id) selected[id == chosen] { (name) } }
                    } }
                div { label for="from" { (view.t("Từ ngày", "From")) } input id="from" name="from" type="date" value=(value("from")); }
                div { label for="to" { (view.t("Đến ngày", "To")) } input id="to" name="to" type="date" value=(value("to")); }
            }
            @for name in ["section", "sort", "any"] { @if let Some(value) = view.param(name) { input type="hidden" name=(name) value=(value); } }
            (view.form_lang())
        }
    }
}

fn hints(view: &View) -> Markup {
    let rows = [
        ("bão lũ", view.t("bài có cả hai từ", "articles with both words")),
        ("\"tỉnh uỷ\"", view.t("cụm từ liền nhau; uỷ và ủy là một", "words that follow each other; uỷ and ủy are one")),
        ("tinh uy", view.t("không dấu: tìm mọi cách bỏ dấu", "without marks: whatever the marks")),
        ("bão -áp", view.t("có từ trước, không có từ sau", "the first word, and not the second")),
        ("title:\"giải ngân\"", view.t("chỉ trong tiêu đề", "only in titles")),
        ("byline:\"Thu Hà\"", view.t("theo tác giả", "by the author")),
        ("section:\"thời sự\"", view.t("theo chuyên mục", "by section")),
        ("province:\"Bắc Giang\"", view.t("theo tỉnh, tên cũ hoặc mới", "by province, old name or new")),
        ("from:2025-01-01 to:2025-06-30", view.t("theo ngày đăng", "by day of publication")),
        ("http://…", view.t("địa chỉ của một bài", "an article's address")),
    ];
    html! {
        section aria-labelledby="hints" {
            h2 id="hints" { (view.t("Cách tìm", "How to search")) }
            dl class="hints" { @for (query, what) in rows { div { dt { code { (query) } } dd { (what) } } } }
        }
    }
}
