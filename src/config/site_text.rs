//! A checked [`Site`] → the text of its file; read back, it is the same site.

use std::fmt::Write as _;

use super::units::show_duration;
use super::{ArticleSpec, CookieGate, Count, ListSpec, Pages, RobotsPolicy, Site, TlsPolicy};

/// The site file of `site`. Keys whose value is the default are left out.
pub fn site_text(site: &Site) -> String {
    let mut out = String::new();
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(out, "{key} = {value}");
    };
    line("id", &quoted(&site.id));
    let texts = [
        ("name", &site.name),
        ("publisher", &site.publisher),
        ("province", &site.province),
        ("province_now", &site.province_now),
    ];
    for (key, value) in texts {
        if let Some(value) = value {
            line(key, &quoted(value));
        }
    }
    let days = [("from", site.valid.from), ("to", site.valid.to)];
    let days: Vec<String> = days.iter().filter_map(|(key, day)| Some(format!("{key} = {}", (*day)?))).collect();
    if !days.is_empty() {
        line("valid", &format!("{{ {} }}", days.join(", ")));
    }
    line("base", &quoted(site.base.as_str()));
    if let Some(family) = &site.family {
        line("family", &quoted(family));
    }
    if site.hosts != super::authority(&site.base).into_iter().collect::<Vec<_>>() {
        line("hosts", &array(&site.hosts));
    }
    if !site.asset_hosts.is_empty() {
        line("asset_hosts", &array(&site.asset_hosts));
    }
    if let Some(delay) = site.delay {
        line("delay", &quoted(&show_duration(delay)));
    }
    if let Some(quiet) = site.quiet {
        line("quiet", &quoted(&quiet.to_string()));
    }
    match &site.tls {
        TlsPolicy::Strict => {}
        TlsPolicy::Legacy { why } => line("tls", &format!("{{ legacy = {} }}", quoted(why))),
        TlsPolicy::Intermediates { file, pem, why } => {
            let from = if file.is_empty() { pem } else { file };
            line("tls", &format!("{{ intermediates = {}, why = {} }}", quoted(from), quoted(why)));
        }
    }
    if let RobotsPolicy::Ignore { why } = &site.robots {
        line("robots", &format!("{{ ignore = {} }}", quoted(why)));
    }
    if let CookieGate::Answer { why } = &site.cookie_gate {
        line("cookie_gate", &format!("{{ answer = {} }}", quoted(why)));
    }
    line("verified", &site.verified.map_or_else(|| quoted("never"), |day| day.to_string()));
    if let Some(why) = &site.disabled {
        line("disabled", &quoted(why));
    }
    for list in &site.lists {
        out += &list_text(list);
    }
    out + &article_text(&site.article)
}

/// The `[[list]]` block of one list, an empty line before it.
pub fn list_text(list: &ListSpec) -> String {
    let mut out = format!("\n[[list]]\nid = {}\nurl = {}\n", quoted(&list.id), quoted(list.url.as_str()));
    let every = list.every.map(show_duration);
    let texts = [
        ("section", &list.section),
        ("every", &every),
        ("item", &list.item),
        ("link", &list.link),
        ("date", &list.date),
    ];
    for (key, value) in texts {
        if let Some(value) = value {
            let _ = writeln!(out, "{key} = {}", quoted(value));
        }
    }
    if let Some(pages) = &list.pages {
        let _ = writeln!(out, "pages = {}", pages_text(pages));
    }
    out
}

fn pages_text(pages: &Pages) -> String {
    let mut keys: Vec<(&str, String)> = Vec::new();
    match pages {
        Pages::Query { param, count } => {
            keys = vec![("kind", quoted("query")), ("param", quoted(param))];
            keys.extend(counted(*count));
        }
        Pages::Path { template, count } => {
            keys = vec![("kind", quoted("path")), ("template", quoted(template))];
            keys.extend(counted(*count));
        }
        Pages::Next { selector } => keys.extend([("kind", quoted("next")), ("selector", quoted(selector))]),
        Pages::Form { action, fields, json, total, count } => {
            keys.extend([("kind", quoted("form")), ("action", quoted(action)), ("fields", fields_text(fields))]);
            keys.extend(json.then(|| ("json", "true".to_owned())));
            keys.extend(named("total", total.as_ref()));
            keys.extend(counted(*count));
        }
        Pages::Postback { target, argument } => {
            keys.push(("kind", quoted("postback")));
            keys.extend([named("target", target.as_ref()), named("argument", argument.as_ref())].into_iter().flatten());
        }
        Pages::Exclusion { action, fields, ids, id } => {
            keys.extend([("kind", quoted("exclusion")), ("action", quoted(action)), ("ids", quoted(ids))]);
            keys.extend(named("id", id.as_ref()));
            keys.push(("fields", fields_text(fields)));
        }
        Pages::Json { url, body, items, link, title, date, total, count } => {
            keys.extend([
                ("kind", quoted("json")),
                ("url", quoted(url)),
                ("link", quoted(link)),
                ("title", quoted(title)),
            ]);
            let texts = [("body", body), ("items", items), ("date", date), ("total", total)];
            keys.extend(texts.into_iter().filter_map(|(key, value)| named(key, value.as_ref())));
            keys.extend(counted(*count));
        }
        Pages::Feed => keys.push(("kind", quoted("feed"))),
        Pages::Sitemap => keys.push(("kind", quoted("sitemap"))),
        Pages::Single => keys.push(("kind", quoted("single"))),
    }
    let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{{ {} }}", keys.join(", "))
}

fn named<'a>(key: &'a str, value: Option<&String>) -> Option<(&'a str, String)> {
    value.map(|value| (key, quoted(value)))
}

/// What the portal calls its pages, where that is not 1, 2, 3.
fn counted(count: Count) -> Vec<(&'static str, String)> {
    let usual = Count::default();
    let first = (count.first != usual.first).then(|| ("first", count.first.to_string()));
    let step = (count.step != usual.step).then(|| ("step", count.step.to_string()));
    first.into_iter().chain(step).collect()
}

fn fields_text(fields: &[(String, String)]) -> String {
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("{} = {}", quoted(name), quoted(value))).collect();
    format!("{{ {} }}", fields.join(", "))
}

fn article_text(article: &ArticleSpec) -> String {
    let mut out = String::new();
    let texts = [
        ("title", &article.title),
        ("date", &article.date),
        ("byline", &article.byline),
        ("lead", &article.lead),
        ("body", &article.body),
        ("url_pattern", &article.url_pattern),
    ];
    for (key, value) in texts {
        if let Some(value) = value {
            let _ = writeln!(out, "{key} = {}", quoted(value));
        }
    }
    if !article.drop.is_empty() {
        let _ = writeln!(out, "drop = {}", array(&article.drop));
    }
    if out.is_empty() { out } else { format!("\n[article]\n{out}") }
}

/// A basic string: what TOML does not take as it stands is escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}') => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

fn array(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{FAMILIES, site_file};
    use super::*;

    fn read(text: &str) -> Site {
        let (site, faults) = site_file::read(Path::new("x.toml"), text, FAMILIES);
        assert_eq!(faults, [], "{text}");
        site.unwrap()
    }

    #[test]
    fn a_site_is_read_back_as_it_was() {
        let text = r#"
            id = "x"
            name = "Cổng \"TTĐT\" \\ tỉnh"
            publisher = "Ủy ban"
            province = "Hà Nam"
            province_now = "Ninh Bình"
            valid = { from = 2020-01-01, to = 2025-06-30 }
            base = "https://x.gov.vn/"
            family = "nukeviet"
            hosts = ["x.gov.vn", "www.x.gov.vn:8080"]
            asset_hosts = ["cdn.x.gov.vn"]
            delay = "90s"
            tls = { legacy = "an old machine" }
            robots = { ignore = "a written agreement" }
            cookie_gate = { answer = "agreed by letter" }
            verified = 2026-01-02
            disabled = "switched off"
            [article]
            title = "h1"
            date = ".date"
            byline = ".who"
            lead = ".sapo"
            body = ".body > p"
            drop = [".share", ".poll"]
            url_pattern = '-\d+\.html$'
        "#;
        let lists = [
            r#"{ kind = "query", param = "page", first = 0 }"#,
            r#"{ kind = "query", param = "page" }"#,
            r#"{ kind = "path", template = "page-{n}" }"#,
            r#"{ kind = "next", selector = "a.next" }"#,
            r#"{ kind = "form", action = "/load", fields = { page = "{n}", "a b" = "\u0007" } }"#,
            r#"{ kind = "single" }"#,
            r#"{ kind = "query", param = "start", first = 0, step = 20 }"#,
            r#"{ kind = "form", action = "/l", fields = { p = "{n}" }, json = true, total = "maxPage", step = 2 }"#,
            r#"{ kind = "postback" }"#,
            r#"{ kind = "postback", target = "ctl00$pager", argument = "{n}" }"#,
            r#"{ kind = "exclusion", action = "/a", ids = "Ids[]", id = '(\d+)', fields = { site = "{Site}" } }"#,
            r#"{ kind = "json", url = "/a?p={n}", body = "{n}", items = "d/l", link = "u", title = "t", date = "d", total = "n" }"#,
            r#"{ kind = "feed" }"#,
            r#"{ kind = "sitemap" }"#,
        ];
        let mut text = text.to_owned();
        for (at, pages) in lists.iter().enumerate() {
            let _ = write!(
                text,
                "\n[[list]]\nid = \"l{at}\"\nurl = \"/l{at}?a=b\"\nsection = \"Tin tức\"\nevery = \"1d\"\nitem = \"li\"\n\
                 link = \"a\"\ndate = \"i\"\npages = {pages}\n"
            );
        }
        let site = read(&text);
        assert_eq!(read(&site_text(&site)), site);
    }

    #[test]
    fn a_bare_site_takes_four_lines() {
        let site = read("id = \"x\"\nbase = \"https://x.gov.vn/\"\n[[list]]\nid = \"a\"\nurl = \"/a\"\n");
        let text = "id = \"x\"\nbase = \"https://x.gov.vn/\"\nverified = \"never\"\n\n\
                    [[list]]\nid = \"a\"\nurl = \"https://x.gov.vn/a\"\n";
        assert_eq!(site_text(&site), text);
    }
}
