//! What an element's name, attributes and style say about how it is set.

use html5ever::local_name;
use scraper::node::Element;

use super::outline::Align;

/// The value of an attribute. The tree's own look-up interns the name each time, which costs more than the few
/// comparisons.
pub(super) fn attr<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.attrs().find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The attributes that most elements are asked for, looked at once.
#[derive(Debug, Default)]
pub(super) struct Attributes<'a> {
    pub(super) class: Option<&'a str>,
    pub(super) id: Option<&'a str>,
    pub(super) style: Option<&'a str>,
    pub(super) align: Option<&'a str>,
    pub(super) itemprop: bool,
    pub(super) hidden: bool,
}

impl<'a> Attributes<'a> {
    pub(super) fn of(element: &'a Element) -> Self {
        let mut found = Self::default();
        for (name, value) in &element.attrs {
            match name.local {
                local_name!("class") => found.class = Some(value),
                local_name!("id") => found.id = Some(value),
                local_name!("style") => found.style = Some(value),
                local_name!("align") => found.align = Some(value),
                local_name!("itemprop") => found.itemprop = true,
                local_name!("hidden") => found.hidden = true,
                _ => {}
            }
        }
        found
    }
}

/// Elements that begin and end a block.
pub(super) fn block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "td"
            | "th"
            | "tr"
            | "table"
            | "tbody"
            | "thead"
            | "tfoot"
            | "ul"
            | "ol"
            | "li"
            | "dl"
            | "dt"
            | "dd"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "section"
            | "article"
            | "aside"
            | "header"
            | "footer"
            | "nav"
            | "main"
            | "figure"
            | "figcaption"
            | "caption"
            | "blockquote"
            | "center"
            | "form"
            | "fieldset"
            | "pre"
            | "address"
            | "details"
            | "summary"
            | "menu"
            | "dialog"
            | "marquee"
    )
}

/// Icons, spacers and smileys stand in a line of text without breaking it.
pub(super) fn small(element: &Element) -> bool {
    let tiny = |name| {
        attr(element, name)
            .is_some_and(|value| value.trim_end_matches("px").parse::<u32>().is_ok_and(|size| size <= 48))
    };
    tiny("width")
        || tiny("height")
        || attr(element, "class").is_some_and(|class| class.contains("icon") || class.contains("emo"))
        || attr(element, "src").is_some_and(|source| source.contains("icon") || source.contains("spacer"))
}

pub(super) fn align(value: Option<&str>) -> Option<Align> {
    match value? {
        value if value.eq_ignore_ascii_case("right") => Some(Align::Right),
        value if value.eq_ignore_ascii_case("center") => Some(Align::Center),
        value if value.eq_ignore_ascii_case("left") || value.eq_ignore_ascii_case("justify") => Some(Align::Plain),
        _ => None,
    }
}

pub(super) fn class_align(class: Option<&str>) -> Option<Align> {
    class?.split_ascii_whitespace().find_map(|class| match class {
        "text-right" | "text-end" | "rtecenter-right" | "rteright" | "align-right" => Some(Align::Right),
        "text-center" | "rtecenter" | "align-center" => Some(Align::Center),
        _ => None,
    })
}

/// What a style attribute says that matters here.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Style {
    pub(super) align: Option<Align>,
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) hidden: bool,
}

impl Style {
    pub(super) fn of(style: Option<&str>) -> Self {
        let mut found = Self::default();
        let Some(style) = style else { return found };
        for declaration in style[..style.floor_char_boundary(600)].split(';') {
            let Some((name, value)) = declaration.split_once(':') else { continue };
            let (name, value) = (name.trim(), value.trim());
            if name.eq_ignore_ascii_case("text-align") {
                found.align = align(Some(value.trim_end_matches("!important").trim()));
            } else if name.eq_ignore_ascii_case("font-weight") {
                found.bold = value.starts_with("bold") || matches!(value.as_bytes(), [b'6'..=b'9', b'0', b'0', ..]);
            } else if name.eq_ignore_ascii_case("font-style") {
                found.italic = value.starts_with("italic");
            } else if name.eq_ignore_ascii_case("display") {
                found.hidden |= value.starts_with("none");
            } else if name.eq_ignore_ascii_case("visibility") {
                found.hidden |= value.starts_with("hidden");
            }
        }
        found
    }
}
