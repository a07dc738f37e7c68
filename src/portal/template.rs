//! Texts with places: `{n}` for the page's number, `{name}` and `{name|default}` for values found on the page.

use std::collections::BTreeMap;

/// The names that a template asks for.
pub(super) fn names_in(template: &str) -> impl Iterator<Item = &str> {
    pieces(template).filter_map(|piece| match piece {
        Piece::Place { name, .. } if name != "n" => Some(name),
        _ => None,
    })
}

/// The template with its places filled, or the name of a value that is missing.
pub(super) fn fill(template: &str, known: &BTreeMap<String, String>, count: u32) -> Result<String, String> {
    let mut out = String::new();
    for piece in pieces(template) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Place { name: "n", .. } => out.push_str(&count.to_string()),
            Piece::Place { name, default } => match known.get(name).map(String::as_str).or(default) {
                Some(value) => out.push_str(value),
                None => return Err(name.to_owned()),
            },
        }
    }
    Ok(out)
}

enum Piece<'a> {
    Text(&'a str),
    Place { name: &'a str, default: Option<&'a str> },
}

/// Cuts a template up. Braces that hold no name are text: a body may be JSON.
fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut from = 0;
        while let Some(open) = rest[from..].find('{').map(|at| from + at) {
            let Some((name, default, end)) = place(&rest[open..]) else {
                from = open + 1;
                continue;
            };
            if open > 0 {
                let (text, after) = rest.split_at(open);
                rest = after;
                return Some(Piece::Text(text));
            }
            rest = &rest[end..];
            return Some(Piece::Place { name, default });
        }
        let text = rest;
        rest = "";
        Some(Piece::Text(text))
    })
}

/// Reads `{name}` or `{name|default}` at the start of `text`: the name, the default, the length.
fn place(text: &str) -> Option<(&str, Option<&str>, usize)> {
    let (inner, _) = text.strip_prefix('{')?.split_once('}')?;
    let (name, default) = inner.split_once('|').map_or((inner, None), |(name, default)| (name, Some(default)));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '-' | '.' | '/');
    let named =
        name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$')) && name.chars().all(plain);
    named.then_some((name, default, inner.len() + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_json_is_left_alone() {
        let known = BTreeMap::from([("cat".to_owned(), "7".to_owned())]);
        let of = |template: &str| fill(template, &known, 3);
        assert_eq!(of("/tin?c={cat}&p={n}&s={size|15}").unwrap(), "/tin?c=7&p=3&s=15");
        assert_eq!(of(r#"{"a":{"b":"{cat}"},"n":{n}}"#).unwrap(), r#"{"a":{"b":"7"},"n":3}"#);
        assert_eq!(of("{khong}").unwrap_err(), "khong");
        assert_eq!(of("{").unwrap(), "{");
        assert_eq!(of("{}{n}đ{").unwrap(), "{}3đ{");
        assert_eq!(names_in("{n}-{a}{b|1}").collect::<Vec<_>>(), ["a", "b"]);
    }
}
