//! Values out of a page's script and hidden inputs, which requests for further pages carry.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

/// A value that is longer is a program, not a constant.
const VALUE_BYTES: usize = 2_000;

// invariant: the patterns are fixed, and tests run them.
static INPUT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?is)<input\b[^>]*>").ok());
static SELECT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?is)(<select\b[^>]*>)(.*?)</select").ok());
static OPTION: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?is)(<option\b[^>]*>)([^<]*)").ok());
static ATTRIBUTE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?is)\s([a-z][a-z0-9_:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#).ok());

/// Collects the values that `names` name, from the page's script or its inputs.
///
/// Values already known stay when the page does not give them: the fragment that answers a POST has no script.
pub(super) fn collect<'a>(source: &str, names: impl Iterator<Item = &'a str>, known: &mut BTreeMap<String, String>) {
    let mut inputs: Option<Vec<Input>> = None;
    for name in names {
        let found = script_value(source, name).or_else(|| {
            let inputs = inputs.get_or_insert_with(|| self::inputs(source));
            inputs.iter().find(|input| input.name == name || input.id == name).map(|input| input.value.clone())
        });
        if let Some(value) = found.filter(|value| value.len() <= VALUE_BYTES) {
            known.insert(name.to_owned(), value);
        }
    }
}

/// An `<input>` of the page.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// Its name; may be empty.
    pub name: String,
    /// Its id; may be empty.
    pub id: String,
    /// Its value, entities decoded.
    pub value: String,
    /// Its type, in small letters; `text` when the page does not say.
    pub kind: String,
}

/// The inputs of a page, read from its source: the tree leaves long values out.
pub(super) fn inputs(source: &str) -> Vec<Input> {
    let Some(tag) = INPUT.as_ref() else { return Vec::new() };
    tag.find_iter(source).take(1_000).map(|found| input(found.as_str())).collect()
}

/// The attributes of one tag that a form sends back.
fn input(tag: &str) -> Input {
    let mut input = Input { kind: "text".to_owned(), ..Input::default() };
    for found in ATTRIBUTE.iter().flat_map(|attribute| attribute.captures_iter(tag)) {
        let value = [2, 3, 4].iter().find_map(|&group| found.get(group)).map_or("", |value| value.as_str());
        match found[1].to_ascii_lowercase().as_str() {
            "name" => input.name = entities(value),
            "id" => input.id = entities(value),
            "value" => input.value = entities(value),
            "type" => input.kind = value.to_ascii_lowercase(),
            _ => {}
        }
    }
    input
}

/// The drop-downs of a page and the value of each one's chosen option, read from its source: the tree leaves options out.
pub(super) fn selects(source: &str) -> Vec<(String, String)> {
    let (Some(select), Some(option)) = (SELECT.as_ref(), OPTION.as_ref()) else { return Vec::new() };
    let read = |found: regex::Captures<'_>| {
        let name = input(&found[1]).name;
        let options: Vec<(&str, &str)> =
            option.captures_iter(&found[2]).take(2_000).map(|option| option.extract::<2>().1.into()).collect();
        let picked = options.iter().find(|(tag, _)| tag.to_ascii_lowercase().contains("selected"));
        let (tag, label) = picked.or(options.first())?;
        let valued = tag.to_ascii_lowercase().contains("value");
        let value = if valued { input(tag).value } else { entities(label.trim()) };
        (!name.is_empty()).then_some((name, value))
    };
    select.captures_iter(source).take(40).filter_map(read).collect()
}

/// The five named entities and numbers; anything else stays.
pub(super) fn entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let (c, length) = end.and_then(|end| Some((entity(&rest[1..end])?, end + 1))).unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

/// `name: "value"`, `name = 31`, `"name":'x'`, `name = parseInt(37)`; the first that has a value.
pub(super) fn script_value(source: &str, name: &str) -> Option<String> {
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
                let value = inner.split_once(quote).map(|(value, _)| unescape(value));
                return value.filter(|value| value.len() <= VALUE_BYTES);
            }
        }
        let bare: String =
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')).take(100).collect();
        let literal = bare.starts_with(|c: char| c.is_ascii_digit() || c == '-') || bare == "true" || bare == "false";
        literal.then_some(bare)
    })
}

/// What scripts hide addresses behind: `\/`, `\x26`, `\u0026`.
fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let hex = |from: usize, to: usize| u32::from_str_radix(after.get(from..to)?, 16).ok().and_then(char::from_u32);
        let (c, length) = match after.as_bytes().first() {
            Some(b'x') => (hex(1, 3), 3),
            Some(b'u') => (hex(1, 5), 5),
            _ => (None, 0),
        };
        match c {
            Some(c) => {
                out.push(c);
                rest = &after[length..];
            }
            None => rest = after,
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_script() {
        let script = "var a = { article_category_id: 4210, categoryIds: \"4210,4211\", 'lang':'vi', new: true };\n\
            if (maxPage == 1) {} maxPage = parseInt('37'); my_page_size = 9; page_size : 15; \
            loadPageURL: 'http:\\/\\/a.vn\\/tin?a=1\\x26b=2\\u0026c'";
        let value = |name| script_value(script, name);
        assert_eq!(value("article_category_id").as_deref(), Some("4210"));
        assert_eq!(value("categoryIds").as_deref(), Some("4210,4211"));
        assert_eq!(value("maxPage").as_deref(), Some("37"));
        assert_eq!(value("page_size").as_deref(), Some("15"));
        assert_eq!(value("lang").as_deref(), Some("vi"));
        assert_eq!(value("new").as_deref(), Some("true"));
        assert_eq!(value("loadPageURL").as_deref(), Some("http://a.vn/tin?a=1&b=2&c"));
        assert_eq!(value("site_id"), None);
    }

    #[test]
    fn hidden_inputs_keep_their_state() {
        let found = inputs(
            "<INPUT type=hidden name='__VIEWSTATE' value=\"/wEP&amp;A==\"><input id=q name=q><input value=\"a > b\">",
        );
        assert_eq!((found[0].name.as_str(), found[0].kind.as_str()), ("__VIEWSTATE", "hidden"));
        assert_eq!(found[0].value, "/wEP&A==");
        assert_eq!((found[1].name.as_str(), found[1].kind.as_str()), ("q", "text"));
        let mut known = BTreeMap::new();
        collect("<input type=hidden id=Catname value=abc=>", ["Catname", "x"].into_iter(), &mut known);
        assert_eq!(known.get("Catname").map(String::as_str), Some("abc="));
    }

    #[test]
    fn entities_are_read_once() {
        assert_eq!(entities("A &amp; B &#272;&#x1ED3;i &lt; &khong; &"), "A & B Đồi < &khong; &");
    }
}
