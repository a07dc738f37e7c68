//! A style sheet → the addresses it names: imports, fonts, images (CSS Syntax Level 3, tokens only).

use cssparser::{Parser, Token};

use super::requisites::Kind;

/// Bytes of a style sheet that are looked at.
const MOST_BYTES: usize = 4 << 20;

/// Tells `found` of every address that a style sheet, or the value of a `style` attribute, names; as it is written.
///
/// Linear in the text: each token is looked at once, and blocks nested deeper than any sheet's are passed over.
pub fn addresses(css: &str, found: &mut dyn FnMut(&str, Kind)) {
    let css = &css[..css.floor_char_boundary(MOST_BYTES)];
    scan(&mut Parser::new(css), Kind::Image, false, found);
}

/// Looks through one block. `kind` is what its addresses are; `strings` says that plain strings are addresses as well.
fn scan(parser: &mut Parser<'_>, kind: Kind, strings: bool, found: &mut dyn FnMut(&str, Kind)) {
    let mut rule = Rule::Other;
    while let Ok(token) = parser.next() {
        let token = token.clone();
        let named = if rule == Rule::Import { Kind::Style } else { kind };
        match &token {
            Token::AtKeyword(name) => rule = Rule::of(name),
            Token::Semicolon => rule = Rule::Other,
            Token::UnquotedUrl(address) if rule != Rule::Namespace => found(address, named),
            Token::QuotedString(address) if rule == Rule::Import => {
                found(address, Kind::Style);
                // What follows is a condition, in which a string is no address.
                rule = Rule::Other;
            }
            Token::QuotedString(address) if strings => found(address, named),
            Token::Function(name) => {
                let address = name.eq_ignore_ascii_case("url") || name.eq_ignore_ascii_case("src");
                let set = name.eq_ignore_ascii_case("image-set") || name.eq_ignore_ascii_case("-webkit-image-set");
                nested(parser, named, (address || set) && rule != Rule::Namespace, found);
            }
            Token::CurlyBracketBlock => {
                nested(parser, if rule == Rule::Font { Kind::Font } else { kind }, false, found);
                rule = Rule::Other;
            }
            Token::ParenthesisBlock | Token::SquareBracketBlock => nested(parser, named, false, found),
            _ => {}
        }
    }
}

fn nested(parser: &mut Parser<'_>, kind: Kind, strings: bool, found: &mut dyn FnMut(&str, Kind)) {
    // An error says that the block lies too deep: the parser has passed it over.
    let _ = parser.parse_nested_block::<_, (), ()>(|inner| {
        scan(inner, kind, strings, found);
        Ok(())
    });
}

/// The at-rule that is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Import,
    Namespace,
    Font,
    Other,
}

impl Rule {
    fn of(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "import" => Self::Import,
            "namespace" => Self::Namespace,
            "font-face" => Self::Font,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(css: &str) -> Vec<(String, Kind)> {
        let mut out = Vec::new();
        addresses(css, &mut |address, kind| out.push((address.to_owned(), kind)));
        out
    }

    #[test]
    fn imports_fonts_and_images_are_found() {
        let css = "@charset \"utf-8\"; @import 'a.css' screen; @import url(b.css); @import url(\"c.css\") supports(x: \"no\");
            @namespace svg url(http://www.w3.org/2000/svg);
            /* url(comment.png) */ @media print { .x { background: URL( d.png ) no-repeat, url('e\\2e png'); content: \"url(no.png)\" } }
            @font-face { font-family: 'No'; src: local(\"No\"), url(f.woff2) format('woff2'), url(\"f.ttf?#iefix\") }
            .y { background-image: image-set(\"g.png\" 1x, url(h.png) 2x) }";
        let found = all(css);
        let of = |kind| found.iter().filter(|(_, k)| *k == kind).map(|(a, _)| a.as_str()).collect::<Vec<_>>();
        assert_eq!(of(Kind::Style), ["a.css", "b.css", "c.css"]);
        assert_eq!(of(Kind::Font), ["f.woff2", "f.ttf?#iefix"]);
        assert_eq!(of(Kind::Image), ["d.png", "e.png", "g.png", "h.png"]);
    }

    #[test]
    fn hostile_sheets_end() {
        assert!(all(&"{(".repeat(200_000)).is_empty());
        assert!(all(&"url(".repeat(50_000)).len() <= 50_000);
        assert_eq!(all("color: red; background: url(x.png)"), [("x.png".to_owned(), Kind::Image)]);
    }
}
