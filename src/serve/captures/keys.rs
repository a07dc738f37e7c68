//! An address and how wide it is meant → a range of sort keys. Pure.

use crate::archive::surt;

/// How wide an address is meant, in the words of the CDX server API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// This address.
    Exact,
    /// Addresses that begin so.
    Prefix,
    /// All of its host.
    Host,
    /// All of its host and of hosts below it.
    Domain,
}

/// Lines from `from` on, and where they end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// No line that is meant sorts before it.
    pub from: String,
    until: Option<String>,
    /// The reversed host whose subdomains are meant.
    domain: Option<String>,
}

impl Keys {
    /// Every line.
    pub fn all() -> Self {
        Self { from: String::new(), until: None, domain: None }
    }

    /// The lines of `url`. A star at the end (`x.vn/a*`) means a prefix, one in front (`*.x.vn`) a domain.
    pub fn of(url: &str, how: Match) -> Self {
        let (url, how) = match (url.strip_prefix("*."), url.strip_suffix('*')) {
            (Some(host), _) => (host.trim_end_matches("/*"), Match::Domain),
            (None, Some(start)) => (start, Match::Prefix),
            (None, None) => (url, how),
        };
        let key = surt(url);
        let host = key.split_once(')').map_or(key.as_str(), |(host, _)| host);
        match how {
            Match::Exact => Self { from: format!("{key} "), until: Some(format!("{key}!")), domain: None },
            Match::Prefix => {
                // The key of an address has no slash at its end; what was typed had one, and meant it.
                let folder = url.ends_with('/') && !key.ends_with('/') && !url.contains('?');
                Self::starting(if folder { format!("{key}/") } else { key.clone() })
            }
            Match::Host => Self::starting(format!("{host})")),
            Match::Domain => Self { domain: Some(host.to_owned()), ..Self::starting(host.to_owned()) },
        }
    }

    fn starting(prefix: String) -> Self {
        // Keys are ASCII, and sort before this.
        Self { until: Some(format!("{prefix}\u{10FFFF}")), from: prefix, domain: None }
    }

    /// Whether the line sorts behind all that is meant.
    pub fn ends_before(&self, line: &str) -> bool {
        self.until.as_deref().is_some_and(|until| line >= until)
    }

    /// Whether a key within the range is meant.
    pub fn wants(&self, key: &str) -> bool {
        let behind = |domain: &String| key.strip_prefix(domain.as_str()).and_then(|rest| rest.chars().next());
        self.domain.as_ref().is_none_or(|domain| matches!(behind(domain), Some(')' | ',' | ':')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_met_as_wide_as_it_is_meant() {
        let urls = [
            "http://x.vn/",
            "https://www.x.vn/a",
            "http://x.vn/a/b",
            "http://x.vn/ab",
            "http://x.vn:8080/a",
            "http://m.x.vn/a",
            "http://xy.vn/a",
        ];
        for (url, how, wanted) in [
            ("http://x.vn/a", Match::Exact, &[1usize][..]),
            ("x.vn/a", Match::Prefix, &[1, 2, 3]),
            ("x.vn/a*", Match::Exact, &[1, 2, 3]),
            ("x.vn/a/*", Match::Exact, &[2]),
            ("x.vn/*", Match::Exact, &[0, 1, 2, 3]),
            ("x.vn/a", Match::Host, &[0, 1, 2, 3]),
            ("x.vn:8080", Match::Host, &[4]),
            ("x.vn", Match::Domain, &[0, 1, 2, 3, 4, 5]),
            ("*.x.vn", Match::Exact, &[0, 1, 2, 3, 4, 5]),
            ("nowhere.vn", Match::Domain, &[]),
        ] {
            let keys = Keys::of(url, how);
            let meets = |url: &str| {
                let line = format!("{} 20261123101112 {{}}", surt(url));
                line >= keys.from && !keys.ends_before(&line) && keys.wants(&surt(url))
            };
            let met: Vec<usize> = (0..urls.len()).filter(|at| meets(urls[*at])).collect();
            assert_eq!(met, wanted, "{url} {how:?}");
        }
        assert!(!Keys::all().ends_before("zz"));
    }
}
