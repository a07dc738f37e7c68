//! Several selectors asked at once: one look at each element, and the matcher only where a name fits.
//!
//! Matching interns each class of each element it looks at, under a lock that all threads share; a page has thousands of
//! elements, and next to none of them can match.

use html5ever::{LocalName, local_name};
use scraper::error::SelectorErrorKind;
use scraper::node::Element;
use scraper::{ElementRef, Html, Selector};

/// Selectors told apart before the matcher is asked; those beyond share the last place.
const PLACES: usize = 64;

/// Compiled selectors, asked together.
#[derive(Debug, Clone, Default)]
pub struct Queries {
    list: Vec<Selector>,
    /// Names that an element must have for the selectors at some place.
    classes: Vec<(String, usize)>,
    ids: Vec<(String, usize)>,
    attributes: Vec<(LocalName, usize)>,
    elements: Vec<(LocalName, usize)>,
    /// Marks of all classes and ids above.
    marks: u64,
    /// Places of selectors that any element may match.
    always: u64,
}

/// What the element that a selector chooses must have.
enum Hook {
    Class(String),
    Id(String),
    Attribute(LocalName),
    Element(LocalName),
}

impl Queries {
    /// Adds a selector; gives the number it is known by.
    ///
    /// # Errors
    /// What is no CSS.
    pub fn add(&mut self, text: &str) -> Result<usize, SelectorErrorKind> {
        let index = self.list.len();
        self.list.push(Selector::parse(text)?);
        let place = index.min(PLACES - 1);
        let Some(hooks) = hooks(text) else {
            self.always |= 1 << place;
            return Ok(index);
        };
        for hook in hooks {
            if let Hook::Class(name) | Hook::Id(name) = &hook {
                self.marks |= mark(name);
            }
            match hook {
                Hook::Class(name) => self.classes.push((name, place)),
                Hook::Id(name) => self.ids.push((name, place)),
                Hook::Attribute(name) => self.attributes.push((name, place)),
                Hook::Element(name) => self.elements.push((name, place)),
            }
        }
        Ok(index)
    }

    /// Calls `found` for each element and each selector that matches it. Elements come in the order of the tree.
    pub fn each<'a>(&self, dom: &'a Html, mut found: impl FnMut(usize, ElementRef<'a>)) {
        for element in dom.tree.nodes().filter_map(ElementRef::wrap) {
            let places = self.places(element.value());
            if places == 0 {
                continue;
            }
            for (index, selector) in self.list.iter().enumerate() {
                if (places >> index.min(PLACES - 1)) & 1 == 1 && selector.matches(&element) {
                    found(index, element);
                }
            }
        }
    }

    /// The places of selectors that may match.
    fn places(&self, element: &Element) -> u64 {
        let mut places = self.always | fitting(&self.elements, |name| *name == element.name.local);
        for (name, value) in &element.attrs {
            if name.local == local_name!("class") {
                for class in value.split_ascii_whitespace().filter(|class| self.marks & mark(class) != 0) {
                    places |= fitting(&self.classes, |known| known == class);
                }
            } else if name.local == local_name!("id") && self.marks & mark(value) != 0 {
                places |= fitting(&self.ids, |known| **known == **value);
            }
            places |= fitting(&self.attributes, |known| *known == name.local);
        }
        places
    }
}

fn fitting<T>(hooks: &[(T, usize)], fits: impl Fn(&T) -> bool) -> u64 {
    hooks.iter().filter(|(name, _)| fits(name)).fold(0, |places, (_, place)| places | (1 << place))
}

/// One bit made of a name's length and ends.
fn mark(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return 0 };
    1 << ((bytes.len() * 7 + usize::from(*first) * 3 + usize::from(*last)) % 64)
}

/// A name for each of a selector's alternatives; `None` where one cannot be told without a parser for CSS.
fn hooks(text: &str) -> Option<Vec<Hook>> {
    if text.contains(['(', ')', '"', '\'', '\\', '|', '&', '{', '/']) {
        return None;
    }
    text.split(',').map(hook).collect()
}

fn hook(alternative: &str) -> Option<Hook> {
    // Of conditions on attributes the name is kept: the rest may hold what looks like combinators.
    let mut parts = alternative.split('[');
    let mut plain = parts.next()?.to_owned();
    for part in parts {
        let (condition, rest) = part.split_once(']')?;
        let name = condition.split(['=', '~', '^', '$', '*']).next()?.trim();
        plain.extend(["[", name, rest]);
    }
    let subject = plain.trim().rsplit(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '+' | '~')).next()?;
    let name = |from: usize| {
        let rest = &subject[from..];
        let name = &rest[..rest.find(['.', '#', ':', '*', '[']).unwrap_or(rest.len())];
        (!name.is_empty()).then_some(name)
    };
    if let Some(at) = subject.find(['#', '.']) {
        let own = name(at + 1)?.to_owned();
        return Some(if subject[at..].starts_with('#') { Hook::Id(own) } else { Hook::Class(own) });
    }
    if let Some(at) = subject.find('[') {
        return Some(Hook::Attribute(LocalName::from(name(at + 1)?.to_ascii_lowercase())));
    }
    Some(Hook::Element(LocalName::from(name(0)?.to_ascii_lowercase())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const PAGE: &str = "<html id=top><body class='a b'><div id=x class='news_column c'><h1 itemprop=headline class=title>1</h1>\
        <p class='lead'>2</p><p>3</p><UL class=List><li class=on><a href=/1>4</a><li><a HREF=/2 title=z>5</a></ul>\
        <time>6</time><span class='h5 time'>7</span></div><p class=lead id=y>8</p></body></html>";

    #[test]
    fn the_same_elements_are_found_as_by_each_selector_alone() {
        let dom = Html::parse_document(PAGE);
        let selectors = [
            ".news_column h1[itemprop=headline], .news_column h1.title, #print h2.title",
            ".news_column > span.h5, .news_column .h5.time, .news_column time",
            "#x",
            "p",
            "p.lead",
            "p + p",
            "p ~ ul",
            "*",
            "div *",
            ".c > *",
            "[itemprop]",
            "[itemprop=headline]",
            "div [href]",
            "a[title=\"z\"]",
            "li:first-child a",
            "li:not(.on) > a",
            ":root",
            "A",
            "ul.List",
            ".list",
            "p:nth-child(3), #y",
            ".news_column:has(time)",
            "h1,h2 , time",
            "a[href^=\"/\"]",
            "body>p",
            "a[ title = z ]",
            "html body.b",
            "#top #y.lead",
            "[id].lead",
            "P[class~=lead]",
            "li > a:nth-of-type(1)",
            ".a.b p",
            "div.c\n.lead",
            "h\\31",
        ];
        let mut queries = Queries::default();
        for selector in selectors {
            queries.add(selector).unwrap();
        }
        let mut found = vec![Vec::new(); selectors.len()];
        queries.each(&dom, |index, element| found[index].push(element.id()));
        for (selector, found) in selectors.iter().zip(found) {
            let alone: Vec<_> = dom.select(&Selector::parse(selector).unwrap()).map(|element| element.id()).collect();
            assert_eq!(found, alone, "{selector}");
            let mut one = Queries::default();
            one.add(selector).unwrap();
            let mut by_itself = Vec::new();
            one.each(&dom, |_, element| by_itself.push(element.id()));
            assert_eq!(by_itself, alone, "{selector}");
        }
        assert!(Queries::default().add("p >").is_err());
    }

    #[test]
    fn any_number_of_selectors_is_told_apart() {
        let dom = Html::parse_document(PAGE);
        let mut queries = Queries::default();
        for n in 0..70 {
            queries.add(&format!(".none{n}")).unwrap();
        }
        let (lead, column) = (queries.add(".lead").unwrap(), queries.add("#x").unwrap());
        let mut found = Vec::new();
        queries.each(&dom, |index, _| found.push(index));
        assert_eq!(found, [column, lead, lead]);
    }
}
