//! From a path to a page: what is common to all portals, and the address rules of each family.

use std::fmt::Write;

use crate::answer::Answer;
use crate::article::{Article, Quirks, instance};
use crate::assets;
use crate::dates::Stamp;
use crate::render::{FormIds, View, list_path};
use crate::rng::Rng;
use crate::site::{Asked, Site};
use crate::spec::{Family, PortalSpec};
use crate::state::Target;

const PAGING: &str = "/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle";

/// The answer to a request.
pub fn answer(site: &Site, view: View, asked: &Asked) -> Answer {
    let path = asked.path.as_str();
    match path {
        "/robots.txt" => {
            return Answer::text(200, "text/plain", site.spec.robots.replace("{base}", &site.base));
        }
        "/sitemap.xml" => {
            return Answer::text(200, "application/xml; charset=utf-8", sitemap(view));
        }
        "/" if site.spec.family == Family::NukeViet => return Answer::redirect("/vi/"),
        "/" | "/vi/" | "/web/guest/home" => return Answer::page(view.home()),
        "/tim-kiem" => return Answer::page(view.info("Tìm kiếm")),
        _ if path.starts_with("/admin") => return Answer::page(view.login()),
        _ if path.starts_with("/static/") || view.state.has_file(path) => {
            return file(view.spec, asked);
        }
        _ => {}
    }
    if let Some(name) = site.info(path) {
        return Answer::page(view.info(name));
    }
    let found = match site.spec.family {
        Family::Vnpt => vnpt(view, asked),
        Family::NukeViet => nukeviet(view, path),
        Family::Liferay => liferay(view, asked),
    };
    found.unwrap_or_else(|| Answer::page(view.missing()).status(404))
}

/// A session cookie as the family's platform sets it.
pub fn session(spec: &PortalSpec, n: u64) -> String {
    let id = Rng::part(spec.seed, "session", n).next();
    match spec.family {
        Family::Vnpt => format!("ASP.NET_SessionId={id:016x}; path=/; HttpOnly"),
        Family::NukeViet => format!("nv4_sess={id:016x}; path=/; HttpOnly"),
        Family::Liferay => format!("JSESSIONID={id:016X}; Path=/; HttpOnly"),
    }
}

/// The value of a form or query field, decoded.
pub fn param(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key) == name).then(|| decode(value))
    })
}

fn decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        match b {
            b'+' => out.push(b' '),
            b'%' => {
                let hex: String = bytes.by_ref().take(2).map(char::from).collect();
                out.push(u8::from_str_radix(&hex, 16).unwrap_or(b'?'));
            }
            b => out.push(b),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn vnpt(view: View, asked: &Asked) -> Option<Answer> {
    let lists = 0..view.spec.sections().len();
    if asked.path == PAGING {
        return Some(paging(view, asked));
    }
    if let Some(list) = lists.clone().find(|list| list_path(view.spec, *list) == asked.path) {
        return Some(Answer::page(view.list(list, 1)));
    }
    article(view, &asked.path)
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
        Ok(page) if page > 0 => Answer::page(view.fragment(list, page)),
        _ => refuse("page"),
    }
}

fn nukeviet(view: View, path: &str) -> Option<Answer> {
    let path = path.strip_prefix("/index.php").unwrap_or(path);
    if let Some(rest) = path.strip_prefix("/vi/news/rss/") {
        return feed(view, rest.trim_end_matches('/'));
    }
    for list in 0..view.spec.sections().len() {
        let own = list_path(view.spec, list);
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
    article(view, path)
}

fn liferay(view: View, asked: &Asked) -> Option<Answer> {
    if let Some(list) = (0..view.spec.sections().len()).find(|list| list_path(view.spec, *list) == asked.path) {
        let key = format!("_101_INSTANCE_{}_cur", instance(view.spec, list));
        let number = param(&asked.query, &key).and_then(|n| n.parse::<usize>().ok()).unwrap_or(1);
        // Past the end Liferay shows the last page again.
        return Some(Answer::page(view.list(list, number.clamp(1, view.state.pages(list, view.spec.page_size)))));
    }
    if asked.path == "/pop_up" {
        let slug = param(&asked.query, "_101_urlTitle")?;
        return article(view, &slug);
    }
    article(view, &asked.path)
}

/// An article's page or print form.
fn article(view: View, path: &str) -> Option<Answer> {
    let answer = match view.state.target(path)? {
        Target::Print(n) => Answer::page(view.print(n)),
        Target::Article(n) => {
            let article = &view.state.articles[n];
            let list = article.lists.iter().copied().find(|list| article.path(view.spec, *list) == path);
            let mut answer = Answer::page(view.article(n, list.unwrap_or(article.lists[0])));
            answer.chunked = view.spec.chunked;
            if article.quirks.has(Quirks::FIXED) { stamped(answer, article) } else { answer }
        }
    };
    Some(answer)
}

/// A page that never changes has an entity tag and a date; both of its addresses have the same.
fn stamped(answer: Answer, article: &Article) -> Answer {
    let tag = format!("\"p{:x}-{}\"", article.seed, article.version);
    answer.field("etag", tag).field("last-modified", article.stamp.http())
}

/// An image, document, style sheet or script.
fn file(spec: &PortalSpec, asked: &Asked) -> Answer {
    let path = asked.path.as_str();
    let tag = format!("\"f{:x}\"", Rng::part(spec.seed, path, 0).next());
    let modified = Stamp { day: Stamp::new(spec.newest, 9, 0).day - 30, second: 9 * 3600 }.http();
    if asked.if_none_match == tag || (asked.if_none_match.is_empty() && asked.if_modified_since == modified) {
        return Answer::file("application/octet-stream", Vec::new(), tag, modified).status(304);
    }
    let (media, bytes) = match path.rsplit('.').next().unwrap_or_default() {
        "pdf" => ("application/pdf", assets::pdf(path)),
        "css" => ("text/css", b"body{font-family:Arial,sans-serif;color:#333}\n.container{width:1170px}\n".to_vec()),
        "js" => ("application/javascript", b"window.portal=window.portal||{};\n".to_vec()),
        _ if path.contains(".png") => ("image/png", assets::png(path)),
        _ => return Answer::text(404, "text/plain", "not found"),
    };
    Answer::file(media, bytes, tag, modified)
}

/// Days without times, so that an article that hides its time keeps it hidden.
fn sitemap(view: View) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for (article, entry) in view.state.articles.iter().zip(&view.state.entries) {
        let _ = writeln!(
            out,
            "<url><loc>{}{}</loc><lastmod>{}</lastmod></url>",
            view.base,
            entry.home,
            &article.stamp.rfc3339()[..10]
        );
    }
    out.push_str("</urlset>\n");
    out
}

/// The RSS feed of one list.
fn feed(view: View, section: &str) -> Option<Answer> {
    let list = view.spec.sections().iter().position(|(id, _)| *id == section)?;
    let (base, name) = (view.base, view.spec.sections()[list].1);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel>\n<title>{name}</title>\n<link>{base}{}</link>\n",
        list_path(view.spec, list)
    );
    for n in view.state.slice(list, 1, 20) {
        let (article, entry) = (&view.state.articles[*n], &view.state.entries[*n]);
        let link = format!("{base}{}", article.path(view.spec, list));
        let _ = writeln!(
            out,
            "<item><title>{}</title><link>{link}</link><guid>{link}</guid><pubDate>{}</pubDate></item>",
            entry.title,
            article.stamp.http()
        );
    }
    out.push_str("</channel></rss>\n");
    Some(Answer::text(200, "application/rss+xml; charset=utf-8", out))
}
