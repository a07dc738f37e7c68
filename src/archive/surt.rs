//! SURT: the sort key under which indexes file an address (`vn,gov,x)/a?b=c`).
//!
//! Gives the keys of the `surt` package 0.3.1, which pywb and cdxj-indexer use, oddities included: two programs that
//! disagree on a key do not find each other's captures. Those rules are Google's Safe Browsing canonicalisation, then
//! the Wayback Machine's.

use std::net::Ipv4Addr;
use std::sync::LazyLock;

use regex::Regex;

/// The key of `url`. An address that cannot be taken apart is its own key.
pub fn surt(url: &str) -> String {
    if url.is_empty() {
        return "-".to_owned();
    }
    if url.starts_with("filedesc") {
        return url.to_owned();
    }
    Parts::split(url).map_or_else(|| url.to_owned(), |parts| parts.key())
}

/// An address, taken apart by RFC 3986 Appendix B.
struct Parts {
    scheme: String,
    host: Vec<u8>,
    port: Option<u16>,
    path: Vec<u8>,
    query: Vec<u8>,
}

impl Parts {
    /// `None` if the port is no number.
    fn split(url: &str) -> Option<Self> {
        let mut url: String = url.trim().chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')).collect();
        if scheme_length(&url).is_none() {
            url.insert_str(0, "http://");
        }
        let url = last_of_doubled_schemes(&url);
        let (scheme, rest) = url.split_at(scheme_length(url)?);
        let rest = rest.get(1..)?.split('#').next().unwrap_or_default();
        let (before_query, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = match before_query.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            None => ("", before_query),
        };
        let (mut host, port) = host_and_port(authority)?;
        let mut path = path.to_owned();
        // "http:////x.vn/a": the first piece of the path was meant as the host.
        if scheme.starts_with("http") && host.is_empty() && !path.is_empty() {
            let trimmed = path.trim_start_matches('/').to_owned();
            let (first, rest) = trimmed.split_once('/').unwrap_or((&trimmed, ""));
            first.clone_into(&mut host);
            path = format!("/{rest}");
        }
        let bytes = String::into_bytes;
        Some(Self {
            scheme: scheme.to_owned(),
            host: bytes(host),
            port,
            path: bytes(path),
            query: query.as_bytes().to_vec(),
        })
    }

    fn key(&self) -> String {
        let host = self.host_key();
        let mut key = if host.is_empty() { format!("{}:", self.scheme) } else { reversed(&host) };
        if !host.is_empty() {
            let default = match self.scheme.to_ascii_lowercase().as_str() {
                "http" => 80,
                "https" => 443,
                _ => 0,
            };
            if let Some(port) = self.port.filter(|&port| port != default) {
                key.push(':');
                key.push_str(&port.to_string());
            }
            key.push(')');
        }
        let path = self.path_key(!host.is_empty());
        let query = self.query_key();
        key.push_str(if path.is_empty() && !query.is_empty() { "/" } else { &path });
        if !query.is_empty() {
            key.push('?');
            key.push_str(&query);
        }
        key
    }

    /// Unescaped, punycode, no stray dots, addresses dotted, `www` off.
    fn host_key(&self) -> String {
        let mut host = unescape(&self.host);
        if !host.is_ascii() {
            let text: String = String::from_utf8_lossy(&host).replace(char::REPLACEMENT_CHARACTER, "");
            // No resolver takes a host that IDNA does not; what is no UTF-8 is left out all the same.
            host = url::Host::parse(&text).map_or(text.into_bytes(), |ascii| ascii.to_string().into_bytes());
        }
        let text = escape(&host).replace("..", ".");
        let text = text.trim_matches('.');
        if let Some(address) = ip_address(text) {
            return address.to_string();
        }
        let text = text.to_ascii_lowercase();
        if self.scheme == "dns" { text } else { without_www(&text).to_owned() }
    }

    /// Unescaped, dots resolved, doubled slashes gone, small letters, ASP.NET session ids out, no slash at the end.
    fn path_key(&self, has_host: bool) -> String {
        let path = unescape(&self.path);
        let path = if has_host { resolve_dots(&path) } else { path };
        let path = without_path_session(escape(&path).to_ascii_lowercase());
        match path.strip_suffix('/') {
            Some(rest) if !rest.is_empty() => rest.to_owned(),
            _ => path,
        }
    }

    /// Session ids out, small letters, arguments sorted.
    fn query_key(&self) -> String {
        let query = without_query_session(escape(&unescape(&self.query))).to_ascii_lowercase();
        let mut arguments: Vec<Vec<&str>> = query.split('&').map(|arg| arg.splitn(2, '=').collect()).collect();
        // "a" sorts before "a=": a shorter list before a longer one with the same start.
        arguments.sort();
        arguments.iter().map(|pair| pair.join("=")).collect::<Vec<_>>().join("&")
    }
}

/// Length of a scheme at the start, without its colon.
fn scheme_length(url: &str) -> Option<usize> {
    let colon = url.find(':')?;
    let scheme = url.as_bytes().get(..colon)?;
    let letters = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    (scheme.first()?.is_ascii_alphabetic() && scheme.iter().all(letters)).then_some(colon)
}

/// "http://https://x.vn/" is taken for "https://x.vn/".
fn last_of_doubled_schemes(url: &str) -> &str {
    let after = |text: &str| ["http://", "https://"].iter().find(|scheme| text.starts_with(**scheme)).map(|s| s.len());
    let mut from = 0;
    while let Some(length) = after(&url[from..]) {
        if after(&url[from + length..]).is_none() {
            break;
        }
        from += length;
    }
    &url[from..]
}

/// Userinfo dropped; `None` if what follows the colon is no port.
fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    let authority = authority.trim_end_matches(':');
    let host_port = authority.rsplit_once('@').map_or(authority, |(_, rest)| rest);
    let (host, port) = match host_port.split_once('[') {
        Some((_, bracketed)) => {
            let (host, rest) = bracketed.split_once(']').unwrap_or((bracketed, ""));
            (host, rest.split_once(':').map_or("", |(_, port)| port))
        }
        None => host_port.split_once(':').unwrap_or((host_port, "")),
    };
    // Port 0 counts as none.
    let port = if port.is_empty() { None } else { Some(port.parse().ok()?) }.filter(|&port| port != 0);
    Some((host.to_ascii_lowercase(), port))
}

/// Labels in reverse, with commas.
fn reversed(host: &str) -> String {
    host.split('.').rev().collect::<Vec<_>>().join(",")
}

/// `www.`, `www2.` and so on at the start.
fn without_www(host: &str) -> &str {
    let Some(rest) = host.strip_prefix("www") else { return host };
    rest.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix('.').unwrap_or(host)
}

/// Dotted form of what a resolver takes for an IPv4 address: one number, or up to four, decimal or octal.
fn ip_address(host: &str) -> Option<Ipv4Addr> {
    if !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_digit()) {
        // Numbers past 2^32 keep their lower half.
        let number = host.bytes().fold(0u32, |sum, digit| sum.wrapping_mul(10).wrapping_add(u32::from(digit - b'0')));
        return Some(Ipv4Addr::from(number));
    }
    let parts: Vec<&str> = host.split('.').collect();
    if parts.len() > 4 || parts.iter().any(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    // What starts as an octal number is one throughout, or a name.
    if parts[0].starts_with('0') && host.contains(['8', '9']) {
        return None;
    }
    let number = |part: &str| {
        let octal = part.len() > 1 && part.starts_with('0');
        u64::from_str_radix(part, if octal { 8 } else { 10 }).ok()
    };
    let (last, first) = parts.split_last()?;
    let mut address = 0u64;
    for (at, part) in first.iter().enumerate() {
        address |= number(part).filter(|&value| value < 256)? << (24 - 8 * at);
    }
    let tail = number(last).filter(|&value| value < 1 << (32 - 8 * first.len()))?;
    u32::try_from(address | tail).ok().map(Ipv4Addr::from)
}

/// Percent escapes undone, again and again until none is left.
fn unescape(text: &[u8]) -> Vec<u8> {
    let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut text = text.to_vec();
    loop {
        let mut out = Vec::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            let pair = text.get(at + 1..at + 3).filter(|_| text[at] == b'%');
            if let Some((high, low)) = pair.and_then(|pair| Some((hex(pair[0])?, hex(pair[1])?))) {
                out.push(high << 4 | low);
                at += 3;
            } else {
                out.push(text[at]);
                at += 1;
            }
        }
        // Every undone escape shortens the text.
        if out.len() == text.len() {
            return out;
        }
        text = out;
    }
}

/// Escapes what is not printable ASCII, and `#`, `%` and space.
fn escape(text: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for &byte in text {
        if byte.is_ascii_graphic() && !matches!(byte, b'#' | b'%') {
            out.push(char::from(byte));
        } else {
            out.extend(['%', char::from(HEX[usize::from(byte >> 4)]), char::from(HEX[usize::from(byte & 15)])]);
        }
    }
    out
}

/// `.` and `..` resolved, doubled slashes collapsed, a slash at the end kept. A `..` above the root stays.
fn resolve_dots(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    for piece in path.split(|&byte| byte == b'/').skip(1) {
        match piece {
            b"." => {}
            b".." if !kept.is_empty() => {
                kept.pop();
            }
            _ => kept.push(piece),
        }
    }
    let mut out = vec![b'/'];
    if let Some((last, first)) = kept.split_last() {
        for piece in first.iter().filter(|piece| !piece.is_empty()) {
            out.extend_from_slice(piece);
            out.push(b'/');
        }
        out.extend_from_slice(last);
    }
    out
}

/// A pattern of this file; the tests compile them all.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// ASP.NET session ids in a path: `/(S(24 letters))/page.aspx`, `/(24 letters)/page.aspx`.
static PATH_SESSIONS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let id = "[0-9a-z]{24}";
    [format!(r"(?i)^(.*/)\((?:[a-z]\({id}\))+\)/([^?]+\.aspx.*)$"), format!(r"(?i)^(.*/)\({id}\)/([^?]+\.aspx.*)$")]
        .iter()
        .filter_map(|text| pattern(text))
        .collect()
});

/// Session ids in a query, each with the `&` that follows it.
static QUERY_SESSIONS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let ids = [
        "jsessionid=[0-9a-z]{32}",
        "phpsessid=[0-9a-z]{32}",
        "sid=[0-9a-z]{32}",
        "aspsessionid[a-z]{8}=[a-z]{24}",
        "cfid=[^&]+&cftoken=[^&]+",
    ];
    ids.iter().filter_map(|id| pattern(&format!("(?i)^(.*){id}(?:&(.*))?$"))).collect()
});

fn without_path_session(path: String) -> String {
    if path.contains('(') { without_sessions(path, &PATH_SESSIONS) } else { path }
}

fn without_query_session(query: String) -> String {
    // Each of them has an "id" in its name.
    let some = query.as_bytes().windows(2).any(|pair| pair.eq_ignore_ascii_case(b"id"));
    if some { without_sessions(query, &QUERY_SESSIONS) } else { query }
}

/// Keeps the two groups of each pattern that matches.
fn without_sessions(mut text: String, patterns: &[Regex]) -> String {
    for pattern in patterns {
        if let Some(found) = pattern.captures(&text) {
            let group = |number| found.get(number).map_or("", |group| group.as_str());
            text = [group(1), group(2)].concat();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_compile() {
        assert_eq!((PATH_SESSIONS.len(), QUERY_SESSIONS.len()), (2, 5));
    }

    proptest::proptest! {
        #[test]
        fn no_address_stops_it(url: String, path in "http://x.vn/[%/.?&=()A-F0-9\\[\\]:@ứ]*") {
            surt(&url);
            surt(&path);
        }
    }

    #[test]
    fn keys_equal_those_of_the_reference() {
        for line in include_str!("testdata/surt.tsv").lines() {
            let (url, key) = line.split_once('\t').unwrap();
            assert_eq!(surt(url), key, "{url}");
        }
    }
}
