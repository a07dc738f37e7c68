//! Family A: VNPT vnPortal.

use std::fmt::Write;

use super::{About, Look};
use crate::answer::Answer;
use crate::article::{Article, Byline};
use crate::page::Page;
use crate::render::{SHARE, View, print};
use crate::route::{self, param};
use crate::site::Asked;
use crate::spec::PortalSpec;
use crate::spelling::Tone;

const PAGING: &str = "/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle";

/// vnPortal.
pub struct Vnpt;

const ABOUT: About = About {
    name: "vnpt",
    sections: &[("chinh-tri", "Chính trị"), ("kinh-te", "Kinh tế"), ("van-hoa-xa-hoi", "Văn hoá - Xã hội")],
    province: "An Lương",
    suffix: " - Cổng thông tin điện tử tỉnh An Lương",
    tag: "ALTV",
    first_id: 700_000,
    tone: Tone::New,
    articles: 300,
    page_size: 15,
    gzip: false,
    chunked: true,
    marks: "<meta name=\"author\" content=\"VNPT\" />\n",
    shell: [
        "portal-page\">\n<form method=\"post\" action=\"#\" id=\"Form\">\n<input type=\"hidden\" name=\"__VIEWSTATE\" value=\"",
        "</form>\n</body>\n</html>\n",
    ],
    hidden_date: 4,
    ..About::USUAL
};

impl Look for Vnpt {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn path(&self, article: &Article, spec: &PortalSpec, list: usize) -> String {
        format!("/{}/{}-{}", spec.sections()[list].0, article.slug, article.id)
    }

    fn image(&self, article: &Article, spec: &PortalSpec, n: usize) -> String {
        let (y, m, _) = article.stamp.civil();
        let ticks = article.stamp.ticks() + article.seed % 9_000_000 + n as u64 * 17;
        format!("/datafiles/alg-ubnd/{}/quantritintuc{y}{m:02}/{ticks}.png", site_id(spec))
    }

    fn attachment(&self, article: &Article, spec: &PortalSpec) -> String {
        let (y, m, _) = article.stamp.civil();
        format!("/datafiles/alg-ubnd/{}/vanban{y}{m:02}/{}.signed.pdf", site_id(spec), article.seed % 9_973)
    }

    fn alt(&self, _article: &Article, _n: usize, _caption: &str) -> String {
        "Anh-tin-bai".to_owned()
    }

    fn list(&self, view: View, out: &mut String, of: usize, _number: usize) {
        list(view, out, of);
    }

    fn article(&self, view: View, page: &mut Page, n: usize, list: usize) {
        article(view, page, n, list);
    }

    fn route(&self, view: View, asked: &Asked) -> Option<Answer> {
        if asked.path == PAGING {
            return Some(paging(view, asked));
        }
        if let Some(list) = (0..view.spec.sections().len()).find(|list| self.list_path(view.spec, *list) == asked.path)
        {
            return Some(Answer::page(view.list(list, 1)));
        }
        route::article(view, &asked.path)
    }
}

/// The number of a vnPortal among its vendor's.
fn site_id(spec: &PortalSpec) -> u64 {
    31 + spec.seed % 60
}

/// The paging form. Without the right numbers of the page's script there is no answer.
fn paging(view: View, asked: &Asked) -> Answer {
    let refuse = |what: &str| Answer::text(400, "text/plain; charset=utf-8", format!("Bad Request: {what}"));
    if !asked.post {
        return refuse("method");
    }
    let field = |name: &str| param(&asked.body, name).unwrap_or_default();
    let given =
        FormIds { category: field("article_category_id"), categories: field("categoryIds"), site: field("site_id") };
    let Some(list) = (0..view.spec.sections().len()).find(|list| FormIds::new(view.spec, *list) == given) else {
        return refuse("ids");
    };
    if field("page_size") != view.spec.page_size.to_string() {
        return refuse("page_size");
    }
    match field("page").parse::<usize>() {
        Ok(page) if page > 0 => {
            let mut out = String::with_capacity(16_000);
            items(view, &mut out, list, page);
            Answer::page(Page::plain(out))
        }
        _ => refuse("page"),
    }
}

/// The numbers that the paging form must carry; a crawler finds them only in the page's own script.
#[derive(Debug, PartialEq, Eq)]
struct FormIds {
    /// `article_category_id`.
    pub category: String,
    /// `categoryIds`.
    pub categories: String,
    /// `site_id`.
    pub site: String,
}

impl FormIds {
    /// The numbers of one list.
    pub fn new(spec: &PortalSpec, list: usize) -> Self {
        let category = 4_000 + spec.seed % 700 + list as u64 * 13;
        Self {
            category: category.to_string(),
            categories: format!("{category},{}", category + 7),
            site: site_id(spec).to_string(),
        }
    }
}

/// The middle of a list's first page.
fn list(view: View, out: &mut String, list: usize) {
    let (path, name) = (Vnpt.list_path(view.spec, list), view.spec.sections()[list].1);
    let _ = writeln!(
        out,
        "<div class=\"UIArticleInMenu_Default\"><h1 class=\"ModuleTitle\"><a href=\"{path}\">{name}</a></h1><ul class=\"ArticleList\">"
    );
    items(view, out, list, 1);
    out.push_str("</ul>\n<ul class=\"pagination\">");
    let pages = view.state.pages(list, view.spec.page_size);
    for n in 1..=pages.min(5) {
        let active = if n == 1 { " active" } else { "" };
        let _ = write!(
            out,
            "<li class=\"page-item page-number{active}\" data-page=\"{n}\"><a class=\"page-link\" href=\"javascript:void(0)\">{n}</a></li>"
        );
    }
    out.push_str("<li class=\"page-item page-next\"><a class=\"page-link\" href=\"javascript:void(0)\">&raquo;</a></li></ul></div>\n");
    script(view, out, list, pages);
    related(view, out, "Tin nổi bật", &view.state.lists[(list + 1) % view.state.lists.len()]);
}

/// The script that pages the list; its numbers are needed by the form.
fn script(view: View, out: &mut String, list: usize, pages: usize) {
    let FormIds { category, categories, site } = FormIds::new(view.spec, list);
    let size = view.spec.page_size;
    let _ = write!(
        out,
        "<script type=\"text/javascript\">
$(document).ready(function () {{
    var currentPage = 1;
    var maxPage = parseInt({pages});
    function loadPage(page) {{
        if (page < 1 || page > maxPage) return;
        $.ajax({{
            type: \"POST\",
            url: \"/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle\",
            data: {{
                article_category_id: {category},
                categoryIds: \"{categories}\",
                site_id: {site},
                page: page,
                page_size: {size},
                keyword: \"\",
                date_begin: \"\",
                date_end: \"\",
                show_no: \"False\",
                show_post_date: \"True\",
                num_of_text: 300,
                show_view_count: \"False\",
                filter_order_in_list: \"PostDate\",
                is_default: \"True\",
                new: \"True\",
                number_of_day: 3,
                no: -{size},
                articlelang: \"vi\",
                is_authenticated: \"False\"
            }},
            success: function (html) {{ $('.UIArticleInMenu_Default .ArticleList').html(html); currentPage = page; }}
        }});
    }}
    $('.page-number').click(function () {{ loadPage(parseInt($(this).attr('data-page'))); }});
}});
</script>
"
    );
}

/// The items of one page of a list.
fn items(view: View, out: &mut String, list: usize, number: usize) {
    for n in view.state.slice(list, number, view.spec.page_size) {
        let entry = &view.state.entries[*n];
        let path = view.state.articles[*n].path(view.spec, list);
        let (title, date) = (&entry.title, &entry.date);
        let _ = writeln!(
            out,
            "<li class=\"row\"><div class=\"col-lg-2\"><a href=\"{path}\"><img class=\"image\" alt=\"{title}\" src=\"{}\" /></a></div>\n<div class=\"col-lg-10\"><h2 class=\"Title\"><a href=\"{path}\" title=\"{title}\">{title}</a></h2>\n<div class=\"Ngaydang\">({date})</div><p>{}</p></div></li>",
            entry.image, entry.sapo
        );
    }
}

/// The middle of an article's page.
fn article(view: View, page: &mut Page, n: usize, list: usize) {
    let article = &view.state.articles[n];
    let out = page.own();
    let _ = write!(
        out,
        "<div class=\"ArticleDetailControl\"><div class=\"ArticleHeader\">{}</div>",
        view.state.entries[n].title
    );
    if let Some(date) = article.date_line(view.spec) {
        let _ = writeln!(out, "<div class=\"PostDate\">{date}</div>");
    }
    out.push_str("<div class=\"tool\"><a href=\"#\">Cỡ chữ</a> <a href=\"#\">A-</a> <a href=\"#\">A+</a> <a href=\"#\">Đọc bài</a>");
    if view.moment.now.is_some() {
        let _ =
            write!(out, " <span class=\"view-count\">Lượt xem: {}</span>", 100 + article.id % 800 + view.moment.visits);
    }
    out.push_str("</div>\n");
    view.words(page, n, |out, article, printer| {
        if let Some(lead) = &article.text.lead {
            out.push_str("<div class=\"ArticleSummary\">");
            printer.text(out, lead);
            out.push_str("</div>\n");
        }
        out.push_str("<div class=\"ArticleContent\" id=\"ArticleContent\">\n");
        print::body(out, article, view.spec);
        out.push_str("</div>\n");
        if let Byline::Field(name) = &article.byline {
            out.push_str("<div class=\"author\">");
            printer.text(out, name);
            out.push_str("</div>\n");
        }
        if let Some(path) = article.attachment(view.spec) {
            let _ = writeln!(out, "<div class=\"FileDinhKem\"><span>Tệp đính kèm:</span> <a class=\"link-download\" href=\"{path}\" onclick=\"downloadFile('{}','{path}')\">{}</a></div>", article.seed % 9999, path.rsplit('/').next().unwrap_or_default());
        }
    });
    let out = page.own();
    out.push_str(SHARE);
    out.push_str("</div>\n<div class=\"adv\">.</div>\n");
    if view.moment.now.is_some() {
        let (newer, older) = view.neighbours(n, list, 5);
        related(view, out, "Tin cùng chuyên mục", &[newer, older].concat());
    }
}

/// A box of other articles, each with picture and words: its title stands there twice.
fn related(view: View, out: &mut String, head: &str, all: &[usize]) {
    let _ = writeln!(out, "<div class=\"UIListNews_Default\"><h3 class=\"box-title\">{head}</h3><ul>");
    for n in all.iter().take(10) {
        let entry = &view.state.entries[*n];
        let _ = writeln!(
            out,
            "<li><a href=\"{0}\"><img alt=\"{1}\" src=\"{2}\" /></a><h4><a href=\"{0}\" title=\"{1}\">{1}</a></h4> <span class=\"date\">({3})</span></li>",
            entry.home, entry.title, entry.image, entry.date
        );
    }
    out.push_str("</ul></div>\n");
}
