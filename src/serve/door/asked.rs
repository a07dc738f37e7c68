//! What a request presents (RFC 9110 11.6.2): a token in one of the three ways that clients know. Pure.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What was presented.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// No word of it.
    Nothing,
    /// Something else than a token.
    Nonsense,
    /// A token, good or not.
    Token(String),
}

impl Asked {
    /// `Token …`, `Bearer …` (RFC 6750), or `Basic …` (RFC 7617) with the token as the password of any user.
    pub fn read(headers: &HeaderMap) -> Self {
        let mut fields = headers.get_all(header::AUTHORIZATION).iter();
        let field = match (fields.next(), fields.next()) {
            (None, _) => return Self::Nothing,
            (Some(field), None) => field.to_str().unwrap_or_default().trim(),
            (Some(_), Some(_)) => return Self::Nonsense,
        };
        let Some((way, rest)) = field.split_once(' ') else { return Self::Nonsense };
        let token = match way.to_ascii_lowercase().as_str() {
            "token" | "bearer" => Some(rest.trim().to_owned()),
            "basic" => password(rest.trim()),
            _ => None,
        };
        token.filter(|token| !token.is_empty()).map_or(Self::Nonsense, Self::Token)
    }
}

fn password(encoded: &str) -> Option<String> {
    let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    Some(pair.split_once(':')?.1.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_ways_lead_to_a_token() {
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        for (field, wanted) in [
            ("Token ltt_x".to_owned(), Asked::Token("ltt_x".to_owned())),
            ("bearer  ltt_x".to_owned(), Asked::Token("ltt_x".to_owned())),
            (basic("anyone:ltt_x"), Asked::Token("ltt_x".to_owned())),
            (basic(":ltt:x"), Asked::Token("ltt:x".to_owned())),
            (basic("anyone:"), Asked::Nonsense),
            (basic("ltt_x"), Asked::Nonsense),
            ("Basic %%%".to_owned(), Asked::Nonsense),
            ("ltt_x".to_owned(), Asked::Nonsense),
            ("Digest x".to_owned(), Asked::Nonsense),
            ("Token ".to_owned(), Asked::Nonsense),
        ] {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, field.parse().unwrap())]);
            assert_eq!(Asked::read(&headers), wanted, "{field}");
        }
        assert_eq!(Asked::read(&HeaderMap::new()), Asked::Nothing);
        let mut twice = HeaderMap::new();
        twice.append(header::AUTHORIZATION, "Token a".parse().unwrap());
        twice.append(header::AUTHORIZATION, "Token b".parse().unwrap());
        assert_eq!(Asked::read(&twice), Asked::Nonsense);
    }
}
