//! A checked [`Site`] → the text of its file; read back, it is the same site.

use std::fmt::Write as _;

use super::units::show_duration;
use super::{ArticleSpec, ListSpec, Pages, RobotsPolicy, Site, TlsPolicy};

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
    match &site.tls {
        TlsPolicy::Strict => {}
        TlsPolicy::Legacy { why } => line("tls", &format!("{{ legacy = {} }}", quoted(why))),
        TlsPolicy::Intermediates { file, why } => {
            line("tls", &format!("{{ intermediates = {}, why = {} }}", quoted(file), quoted(why)));
        }
    }
    if let RobotsPolicy::Ignore { why } = &site.robots {
        line("robots", &format!("{{ ignore = {} }}", quoted(why)));
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
    match pages {
        Pages::Query { param, first } => {
            let first = if *first == 1 { String::new() } else { format!(", first = {first}") };
            format!("{{ kind = \"query\", param = {}{first} }}", quoted(param))
        }
        Pages::Path { template } => format!("{{ kind = \"path\", template = {} }}", quoted(template)),
        Pages::Next { selector } => format!("{{ kind = \"next\", selector = {} }}", quoted(selector)),
        Pages::Form { action, fields } => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{} = {}", quoted(name), quoted(value))).collect();
            format!("{{ kind = \"form\", action = {}, fields = {{ {} }} }}", quoted(action), fields.join(", "))
        }
        Pages::Single => "{ kind = \"single\" }".to_owned(),
    }
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
