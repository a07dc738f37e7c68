//! Further pages by POST: values out of the page's script, into the fields of a form.

use std::collections::BTreeMap;

use url::{Url, form_urlencoded};

use super::outline::Outline;
use crate::model::{PageMethod, PageRequest};

/// Collects the values that `fields` and `extra` name, from the page's script or its hidden inputs.
///
/// Values already known stay when the page does not give them: the fragment that answers a POST has no script.
pub(super) fn collect<'a>(
    source: &str,
    outline: &Outline,
    names: impl Iterator<Item = &'a str>,
    known: &mut BTreeMap<String, String>,
) {
    for name in names {
        if let Some(value) = script_value(source, name).or_else(|| input_value(outline, name)) {
            known.insert(name.to_owned(), value);
        }
    }
}

/// The names in the places `{name}` and `{name|default}` of a field's value.
pub(super) fn names_in(template: &str) -> impl Iterator<Item = &str> {
    template
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(inner, _)| inner.split('|').next().unwrap_or_default())
        .filter(|name| *name != "n")
}

/// The request for page `number`, or the name of a value that is missing.
pub(super) fn request(
    list: &Url,
    action: &str,
    fields: &[(&str, &str)],
    known: &BTreeMap<String, String>,
    number: u32,
) -> Result<PageRequest, String> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, template) in fields {
        form.append_pair(name, &fill(template, known, number)?);
    }
    let url = list.join(action).map_err(|fault| format!("a usable address ({action}: {fault})"))?;
    let content_type = "application/x-www-form-urlencoded; charset=UTF-8".to_owned();
    Ok(PageRequest { number, url, method: PageMethod::Post { content_type, body: form.finish() } })
}

fn fill(template: &str, known: &BTreeMap<String, String>, number: u32) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((inner, tail)) = after.split_once('}') else { break };
        out.push_str(before);
        let (name, default) = inner.split_once('|').map_or((inner, None), |(name, default)| (name, Some(default)));
        match (name, known.get(name), default) {
            ("n", _, _) => out.push_str(&number.to_string()),
            (_, Some(value), _) => out.push_str(value),
            (_, None, Some(default)) => out.push_str(default),
            (name, None, None) => return Err(name.to_owned()),
        }
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

/// `name: "value"`, `name = 31`, `"name":'x'`, `name = parseInt(37)`; the first that has a value.
fn script_value(source: &str, name: &str) -> Option<String> {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$';
    source.match_indices(name).find_map(|(at, _)| {
        if at > 0 && word(source.as_bytes()[at - 1]) {
            return None;
        }
        let rest = source[at + name.len()..].trim_start_matches(['"', '\'']).trim_start();
        let rest = rest.strip_prefix([':', '='])?.trim_start();
        // `name == 1` compares, it does not set.
        if rest.starts_with('=') {
            return None;
        }
        let rest = ["parseInt(", "Number(", "parseFloat("]
            .iter()
            .find_map(|call| rest.strip_prefix(call))
            .unwrap_or(rest)
            .trim_start();
        for quote in ['"', '\''] {
            if let Some(inner) = rest.strip_prefix(quote) {
                return inner.split_once(quote).map(|(value, _)| value.to_owned()).filter(|value| value.len() <= 500);
            }
        }
        let bare: String =
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')).take(100).collect();
        let literal = bare.starts_with(|c: char| c.is_ascii_digit() || c == '-') || bare == "true" || bare == "false";
        literal.then_some(bare)
    })
}

fn input_value(outline: &Outline, name: &str) -> Option<String> {
    let input = outline.nodes.iter().map(|node| node.element).find(|element| {
        element.name() == "input" && (element.attr("name") == Some(name) || element.attr("id") == Some(name))
    })?;
    input.attr("value").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_script() {
        let script = "var a = { article_category_id: 4210, categoryIds: \"4210,4211\", 'lang':'vi', new: true };\n\
            if (maxPage == 1) {} maxPage = parseInt('37'); my_page_size = 9; page_size : 15";
        let value = |name| script_value(script, name);
        assert_eq!(value("article_category_id").as_deref(), Some("4210"));
        assert_eq!(value("categoryIds").as_deref(), Some("4210,4211"));
        assert_eq!(value("maxPage").as_deref(), Some("37"));
        assert_eq!(value("page_size").as_deref(), Some("15"));
        assert_eq!(value("lang").as_deref(), Some("vi"));
        assert_eq!(value("new").as_deref(), Some("true"));
        assert_eq!(value("site_id"), None);
    }

    #[test]
    fn a_missing_value_is_named() {
        let list = Url::parse("http://a.vn/chinh-tri").unwrap();
        let known = BTreeMap::from([("size".to_owned(), "15".to_owned())]);
        let fields = [("page", "{n}"), ("no", "-{size}"), ("lang", "{lang|vi}")];
        let request = request(&list, "/doc", &fields, &known, 3).unwrap();
        assert_eq!(request.url.as_str(), "http://a.vn/doc");
        let PageMethod::Post { body, .. } = request.method else { panic!("a POST") };
        assert_eq!(body, "page=3&no=-15&lang=vi");
        assert_eq!(super::request(&list, "/doc", &[("a", "{site}")], &known, 3).unwrap_err(), "site");
    }
}
