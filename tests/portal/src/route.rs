//! From a path to a page: what is common to all portals, and the address rules of each family.

use std::fmt::Write;

use crate::answer::{Answer, Content};
use crate::article::{Article, Quirks};
use crate::assets;
use crate::dates::Stamp;
use crate::render::View;
use crate::rng::Rng;
use crate::site::{Asked, Site};
use crate::spec::PortalSpec;
use crate::state::Target;

/// The answer to a request.
pub fn answer(site: &Site, view: View, asked: &Asked) -> Answer {
    let path = asked.path.as_str();
    if let Some(answer) = site.spec.look().sitemap(view, asked) {
        return answer;
    }
    match path {
        "/robots.txt" => {
            return Answer::text(200, "text/plain", site.spec.robots.replace("{base}", &site.base));
        }
        "/sitemap.xml" => {
            return Answer::text(200, "application/xml; charset=utf-8", sitemap(view));
        }
        "/" if site.spec.look().about().name == "nukeviet" => return Answer::redirect("/vi/"),
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
    let found = site.spec.look().route(view, asked);
    found.unwrap_or_else(|| Answer::page(view.missing()).status(404))
}

/// The value of a form or query field, decoded.
pub fn param(query: &str, name: &str) -> Option<String> {
    params(query, name).next()
}

/// All values of a form or query field, decoded.
pub fn params(query: &str, name: &str) -> impl Iterator<Item = String> {
    query.split('&').filter_map(move |pair| {
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

/// An article's page or print form.
pub fn article(view: View, path: &str) -> Option<Answer> {
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

/// The answer, or 304 where the client holds exactly that (RFC 9110 section 13.2.2).
pub fn unless_held(answer: Answer, asked: &Asked) -> Answer {
    let field = |name: &str| answer.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str());
    let tag = !asked.if_none_match.is_empty() && field("etag") == Some(&asked.if_none_match);
    let date = asked.if_none_match.is_empty()
        && !asked.if_modified_since.is_empty()
        && field("last-modified") == Some(&asked.if_modified_since);
    if answer.status == 200 && !asked.post && (tag || date) {
        return Answer { status: 304, page: Content::File(Vec::new()), ..answer };
    }
    answer
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
        "css" if path.ends_with("fonts.css") => {
            ("text/css", b"@font-face{font-family:Portal;src:url(\"portal.woff2\") format(\"woff2\")}\n".to_vec())
        }
        "woff2" => ("font/woff2", [b"wOF2".as_slice(), path.as_bytes()].concat()),
        "css" => ("text/css", b"@import 'fonts.css';\nbody{font-family:Portal,Arial,sans-serif;color:#333;background:url(banner.png)}\n.container{width:1170px}\n".to_vec()),
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
        let _ = write!(out, "<url><loc>{}{}</loc>", view.base, entry.home.replace('&', "&amp;"));
        if view.spec.look().about().dated_lists {
            let _ = write!(out, "<lastmod>{}</lastmod>", &article.stamp.rfc3339()[..10]);
        }
        out.push_str("</url>\n");
    }
    out.push_str("</urlset>\n");
    out
}

/// The RSS feed of one list's newest items, with dates as `date` prints them.
pub fn feed(view: View, list: usize, count: usize, date: &dyn Fn(&Article) -> String) -> Answer {
    let (base, name) = (view.base, view.spec.sections()[list].1);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel>\n<title>{name}</title>\n<link>{base}{}</link>\n",
        view.spec.look().list_path(view.spec, list)
    );
    for n in view.state.slice(list, 1, count) {
        let (article, entry) = (&view.state.articles[*n], &view.state.entries[*n]);
        let link = format!("{base}{}", article.path(view.spec, list));
        let _ = writeln!(
            out,
            "<item><title>{}</title><link>{link}</link><guid>{link}</guid><pubDate>{}</pubDate></item>",
            entry.title,
            date(article)
        );
    }
    out.push_str("</channel></rss>\n");
    Answer::text(200, "application/rss+xml; charset=utf-8", out)
}
