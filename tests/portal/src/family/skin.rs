//! Markup with places for words: `{title}`, `{date}` and so on. Most families need no more than that.

use std::fmt::Write;

use crate::article::{Article, Byline};
use crate::dates::Stamp;
use crate::page::Page;
use crate::render::{SHARE, View, print};

/// A family's markup.
#[derive(Debug)]
pub struct Skin {
    /// Before the items of a list (`{name}`, `{href}`), an item (`{href}`, `{title}`, `{date}`, `{iso}`, `{image}`,
    /// `{sapo}`, `{views}`), after them.
    pub list: [&'static str; 3],
    /// A pager: before it, the present page, a link (`{href}`, `{n}`), the link to the next page, what the last page has
    /// in its place, after it.
    pub pager: [&'static str; 6],
    /// The head of an article: `{title}`, `{date}`, `{iso}`, `{views}`.
    pub head: &'static str,
    /// Around the lead.
    pub lead: [&'static str; 2],
    /// Before the lead, between lead and body, after the body.
    pub body: [&'static str; 3],
    /// Around the name in the author field, inside the body.
    pub author: [&'static str; 2],
    /// Around an image without its caption, between image and caption, after the caption.
    pub figure: Option<[&'static str; 3]>,
    /// A file to download: `{href}`, `{file}`, `{base}`.
    pub attachment: &'static str,
    /// After the words: `{views}`.
    pub tail: &'static str,
    /// Other articles: before, one (`{href}`, `{title}`, `{date}`, `{image}`), after.
    pub related: [&'static str; 3],
}

/// Nothing of its own.
pub const BARE: Skin = Skin {
    list: [
        "<div class=\"list-news\"><h2 class=\"cat-title\"><a href=\"{href}\">{name}</a></h2>\n",
        "<div class=\"item\"><a href=\"{href}\"><img alt=\"\" src=\"{image}\" /></a><h3><a href=\"{href}\">{title}</a></h3>\n<span class=\"date\">{date}</span><p>{sapo}</p></div>\n",
        "</div>\n",
    ],
    pager: [
        "<div class=\"paging\">",
        "<span class=\"current\">{n}</span>",
        "<a href=\"{href}\">{n}</a>",
        "<a class=\"next\" href=\"{href}\">Tiếp</a>",
        "",
        "</div>\n",
    ],
    head: "<div class=\"detail\"><h1 class=\"title\">{title}</h1>\n<div class=\"date\">{date}</div>\n",
    lead: ["<p class=\"sapo\">", "</p>\n"],
    body: ["", "<div class=\"content\">\n", "</div>\n"],
    author: ["<p style=\"text-align:right\"><strong>", "</strong></p>\n"],
    figure: None,
    attachment: "<div class=\"attach\">Tệp đính kèm: <a href=\"{href}\">{file}</a></div>\n",
    tail: "</div>\n",
    related: [
        "<div class=\"other\"><h3>Tin khác</h3><ul>\n",
        "<li><a href=\"{href}\">{title}</a> ({date})</li>\n",
        "</ul></div>\n",
    ],
};

/// Writes `template` with `{name}` replaced by its value; unknown names stay.
pub fn put(out: &mut String, template: &str, values: &[(&str, &str)]) {
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let value = rest.find('}').and_then(|close| {
            let name = &rest[1..close];
            values.iter().find(|(key, _)| *key == name).map(|(_, value)| (close, *value))
        });
        if let Some((close, value)) = value {
            out.push_str(value);
            rest = &rest[close + 1..];
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
}

impl Skin {
    /// The items of a list page, without pager.
    pub fn list(&self, view: View, out: &mut String, list: usize, number: usize, date: &dyn Fn(Stamp) -> String) {
        let (look, name) = (view.spec.look(), view.spec.sections()[list].1);
        let values = [("name", name), ("href", &look.list_path(view.spec, list))];
        put(out, self.list[0], &values);
        self.items(view, out, list, view.state.slice(list, number, view.spec.page_size), date);
        put(out, self.list[2], &values);
    }

    /// List items alone.
    pub fn items(&self, view: View, out: &mut String, list: usize, all: &[usize], date: &dyn Fn(Stamp) -> String) {
        for n in all {
            let (article, entry) = (&view.state.articles[*n], &view.state.entries[*n]);
            let values = [
                ("href", article.path(view.spec, list).replace('&', "&amp;")),
                ("title", entry.title.clone()),
                ("date", date(article.stamp)),
                ("iso", article.stamp.rfc3339()),
                ("image", entry.image.clone()),
                ("sapo", entry.sapo.clone()),
                ("views", (article.id % 900 + view.moment.visits).to_string()),
                ("id", article.id.to_string()),
            ];
            put(out, self.list[1], &values.each_ref().map(|(key, value)| (*key, value.as_str())));
        }
    }

    /// Links to the first, the last and the nearby pages.
    pub fn pager(&self, view: View, out: &mut String, list: usize, number: usize, href: &dyn Fn(usize) -> String) {
        let pages = view.state.pages(list, view.spec.page_size);
        out.push_str(self.pager[0]);
        for n in (1..=pages).filter(|n| *n == 1 || *n == pages || n.abs_diff(number) <= 2) {
            let link = href(n).replace('&', "&amp;");
            put(out, self.pager[if n == number { 1 } else { 2 }], &[("n", &n.to_string()), ("href", &link)]);
        }
        if number < pages {
            put(out, self.pager[3], &[("href", &href(number + 1).replace('&', "&amp;"))]);
        } else {
            out.push_str(self.pager[4]);
        }
        out.push_str(self.pager[5]);
    }

    /// An article with what stands around it.
    pub fn article(&self, view: View, page: &mut Page, n: usize, list: usize) {
        let (article, entry) = (&view.state.articles[n], &view.state.entries[n]);
        let views = if view.moment.now.is_some() { 100 + article.id % 800 + view.moment.visits } else { 171 };
        let (views, date) = (views.to_string(), article.date_line(view.spec).unwrap_or_default());
        let values =
            [("title", entry.title.as_str()), ("date", &date), ("iso", &article.stamp.rfc3339()), ("views", &views)];
        put(page.own(), self.head, &values);
        view.words(page, n, |out, article, printer| self.words(view, out, article, printer));
        put(page.own(), self.tail, &values);
        page.own().push_str(SHARE);
        if view.moment.now.is_some() {
            self.related(view, page.own(), n, list);
        }
    }

    /// Lead, body, author and attachment.
    pub fn words(&self, view: View, out: &mut String, article: &Article, printer: &mut print::Printer) {
        out.push_str(self.body[0]);
        if let Some(lead) = &article.text.lead {
            out.push_str(self.lead[0]);
            printer.text(out, lead);
            out.push_str(self.lead[1]);
        }
        out.push_str(self.body[1]);
        let start = out.len();
        print::body(out, article, view.spec);
        if let Some(inset) = view.spec.look().inset(view, article) {
            // Between two paragraphs, never between an image and its caption.
            let border = "</p>\n<p style=\"text-align: justify;\">";
            let places = out[start..].match_indices(border).map(|(at, _)| start + at + "</p>\n".len());
            if let Some(at) = places.take(3).last() {
                out.insert_str(at, &inset);
            }
        }
        if let Byline::Field(name) = &article.byline {
            out.push_str(self.author[0]);
            printer.text(out, name);
            out.push_str(self.author[1]);
        }
        out.push_str(self.body[2]);
        if let Some(path) = article.attachment(view.spec) {
            let file = path.rsplit('/').next().unwrap_or_default();
            put(out, self.attachment, &[("href", &path.replace('&', "&amp;")), ("file", file), ("base", view.base)]);
        }
    }

    /// The box of other articles.
    pub fn related(&self, view: View, out: &mut String, n: usize, list: usize) {
        let (newer, older) = view.neighbours(n, list, 5);
        out.push_str(self.related[0]);
        for n in newer.into_iter().chain(older) {
            let entry = &view.state.entries[n];
            let values = [
                ("href", entry.home.as_str()),
                ("title", &entry.title),
                ("date", &entry.date),
                ("image", &entry.image),
            ];
            put(out, self.related[1], &values);
        }
        let _ = writeln!(out, "{}", self.related[2].trim_end());
    }
}
