//! robots.txt (RFC 9309): which addresses a host lets us ask for, and how slowly.
//!
//! The `robotstxt` crate reads the lines. Grouping and matching are ours: the crate's matcher tries only the first place
//! at which the text after a `*` occurs, ends a group at any line it does not know, and takes minutes on hostile files.

use robotstxt::RobotsParseHandler;
use std::time::Duration;
use url::Url;

/// RFC 9309 section 2.5: at least 500 KiB must be parsed; what is over is ignored.
pub const MAX_BYTES: usize = 500 << 10;

/// Bytes of one line; no address that a portal answers is as long.
const MAX_LINE: usize = 4_000;

/// Our product token (RFC 9309 section 2.2.1).
pub const PRODUCT_TOKEN: &str = "luutru";

/// One `Allow` or `Disallow` line of the group that concerns us.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    allow: bool,
    pattern: String,
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", if self.allow { "Allow" } else { "Disallow" }, self.pattern)
    }
}

/// What a robots.txt says to us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    lines: Vec<Rule>,
    /// `Crawl-delay`, an extension that RFC 9309 leaves to us.
    pub crawl_delay: Option<Duration>,
    /// Values of `Sitemap` lines.
    pub sitemaps: Vec<String>,
}

/// What the rules say of one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may be asked for.
    pub allowed: bool,
    /// The line that decided, as `Disallow: /pattern`; `None` when no line matches.
    pub rule: Option<String>,
}

impl Rules {
    /// Reads a robots.txt body.
    pub fn parse(body: &[u8]) -> Self {
        let text = guarded(body);
        let mut handler = Handler::default();
        robotstxt::parse_robotstxt(&text, &mut handler);
        handler.finish()
    }

    /// The lines of the group that concerns us, as `Disallow: /pattern`.
    pub fn lines(&self) -> Vec<String> {
        self.lines.iter().map(Rule::to_string).collect()
    }

    /// The decision on `url`: the longest matching pattern wins, and `Allow` wins a tie (RFC 9309 section 2.2.2).
    pub fn decide(&self, url: &Url) -> Decision {
        let target = target_of(url);
        if target == "/robots.txt" {
            return Decision { allowed: true, rule: None };
        }
        let mut best: Option<&Rule> = None;
        for rule in self.lines.iter().filter(|rule| matches(&rule.pattern, &target)) {
            let stronger = best.is_none_or(|b| {
                rule.pattern.len() > b.pattern.len() || (rule.pattern.len() == b.pattern.len() && rule.allow)
            });
            if stronger {
                best = Some(rule);
            }
        }
        match best {
            None => Decision { allowed: true, rule: None },
            Some(rule) => Decision { allowed: rule.allow, rule: Some(rule.to_string()) },
        }
    }
}

/// Path and query as patterns are compared with.
fn target_of(url: &Url) -> String {
    let mut target = normal(url.path());
    if let Some(query) = url.query() {
        target.push('?');
        target.push_str(&normal(query));
    }
    target
}

/// Percent-encodes what is not ASCII, puts hex digits in upper case, and escapes a `%` that escapes nothing, so that a
/// pattern and an address compare octet by octet (RFC 9309 section 2.2.2).
fn normal(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte != b'%' && byte.is_ascii() {
            out.push(char::from(byte));
            continue;
        }
        let code = match (byte, bytes.get(at), bytes.get(at + 1)) {
            (b'%', Some(high), Some(low)) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                at += 2;
                out.push('%');
                out.push(char::from(high.to_ascii_uppercase()));
                out.push(char::from(low.to_ascii_uppercase()));
                continue;
            }
            (byte, _, _) => byte,
        };
        out.push('%');
        for digit in [code >> 4, code & 15] {
            out.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
        }
    }
    out
}

/// Whether `pattern` matches the start of `target`; `*` is any run, a last `$` the end.
///
/// Each piece between stars is looked for once, to the right of the one before it, so the time is linear.
fn matches(pattern: &str, target: &str) -> bool {
    let (pattern, anchored) = match pattern.strip_suffix('$') {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split('*');
    let Some(mut rest) = target.strip_prefix(pieces.next().unwrap_or_default()) else {
        return false;
    };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else {
        return !anchored || rest.is_empty();
    };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    if anchored { rest.ends_with(last) } else { rest.contains(last) }
}

/// The body as the line reader can bear it: no byte-order mark, no more than [`MAX_BYTES`], ASCII, lines of bounded
/// length. (The reader panics on long lines that are not ASCII, and takes a mark for part of the first field.)
fn guarded(body: &[u8]) -> String {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let body = &body[..body.len().min(MAX_BYTES)];
    let text = String::from_utf8_lossy(body);
    let mut out = String::with_capacity(text.len());
    for line in text.split(['\n', '\r']) {
        let line = line.split('#').next().unwrap_or_default();
        let line = normal(line);
        if line.len() <= MAX_LINE {
            out.push_str(&line);
        }
        out.push('\n');
    }
    out
}

/// Collects the groups that concern us while the lines are read.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own: two groups may be open at once")]
struct Handler {
    ours: Rules,
    any: Rules,
    named_us: bool,
    // Groups the lines being read belong to; a rule line closes the run of User-agent lines above it.
    in_ours: bool,
    in_any: bool,
    agents_open: bool,
}

impl Handler {
    fn each(&mut self, mut change: impl FnMut(&mut Rules)) {
        if self.in_ours {
            change(&mut self.ours);
        }
        if self.in_any {
            change(&mut self.any);
        }
    }

    fn rule(&mut self, allow: bool, pattern: &str) {
        self.agents_open = false;
        // An empty Disallow forbids nothing.
        if pattern.is_empty() {
            return;
        }
        let pattern = if pattern.starts_with(['/', '*']) { pattern.to_owned() } else { format!("/{pattern}") };
        self.each(|rules| rules.lines.push(Rule { allow, pattern: pattern.clone() }));
    }

    fn finish(self) -> Rules {
        let sitemaps = self.any.sitemaps.clone();
        let chosen = if self.named_us { self.ours } else { self.any };
        Rules { sitemaps, ..chosen }
    }
}

impl RobotsParseHandler for Handler {
    fn handle_robots_start(&mut self) {}

    fn handle_robots_end(&mut self) {}

    fn handle_user_agent(&mut self, _line: u32, agent: &str) {
        if !self.agents_open {
            self.agents_open = true;
            self.in_ours = false;
            self.in_any = false;
        }
        // A version after the token (`luutru/1.0`) is common and means us all the same.
        let token = agent.trim().split(['/', ' ']).next().unwrap_or_default();
        if token == "*" {
            self.in_any = true;
        } else if token.eq_ignore_ascii_case(PRODUCT_TOKEN) {
            self.in_ours = true;
            self.named_us = true;
        }
    }

    fn handle_allow(&mut self, _line: u32, pattern: &str) {
        self.rule(true, pattern);
    }

    fn handle_disallow(&mut self, _line: u32, pattern: &str) {
        self.rule(false, pattern);
    }

    fn handle_sitemap(&mut self, _line: u32, address: &str) {
        // Belongs to no group.
        self.any.sitemaps.push(address.to_owned());
    }

    fn handle_unknown_action(&mut self, _line: u32, field: &str, value: &str) {
        if !field.trim().eq_ignore_ascii_case("crawl-delay") {
            return;
        }
        self.agents_open = false;
        let seconds = value.trim().parse::<f64>().ok().filter(|s| s.is_finite() && (0.0..=86_400.0).contains(s));
        if let Some(seconds) = seconds {
            let delay = Duration::from_secs_f64(seconds);
            self.each(|rules| rules.crawl_delay = Some(rules.crawl_delay.map_or(delay, |d| d.max(delay))));
        }
    }
}

#[cfg(test)]
#[path = "robots_tests.rs"]
mod tests;
