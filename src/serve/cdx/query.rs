//! The parameters of `/cdx` → what is searched, and how it is given. Pure.

use jiff::civil::DateTime;

use super::filter::Filter;
use super::form::Output;
use crate::archive::cdxj::Entry;
use crate::serve::captures::{Keys, Match};
use crate::serve::error::ServeError;
use crate::serve::parameters::Parameters;

/// What is understood; the last ones change nothing here.
const KNOWN: [&str; 18] = [
    "url",
    "matchType",
    "from",
    "to",
    "limit",
    "sort",
    "closest",
    "filter",
    "fl",
    "fields",
    "output",
    "page",
    "pageSize",
    "showNumPages",
    "allowFuzzy",
    "resolveRevisits",
    "gzip",
    "showPagedIndex",
];
/// Blocks of a page, unless asked otherwise.
const PAGE_BLOCKS: u64 = 10;

/// The order of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// By address, then time.
    Plain,
    /// The other way round.
    Reverse,
    /// By distance in time from this instant, in seconds.
    Closest(i64),
}

/// What is asked for.
#[derive(Debug)]
pub struct Query {
    /// Which addresses.
    pub keys: Keys,
    from: u64,
    to: u64,
    limit: u64,
    /// In which order.
    pub sort: Sort,
    filters: Vec<Filter>,
    /// Which fields; all if empty.
    pub fields: Vec<String>,
    /// In which form.
    pub output: Output,
    page: Option<u64>,
    /// Blocks of a page.
    pub page_size: u64,
    /// Only how many pages there are.
    pub show_pages: bool,
}

impl Query {
    /// Reads the parameters; what cannot be understood is an error that says what would be.
    pub fn read(parameters: &Parameters) -> Result<Self, ServeError> {
        parameters.only(&KNOWN)?;
        let url = parameters.one("url")?;
        let url = url.ok_or_else(|| ServeError::parameter("url", "say which address, or x.vn/* or *.x.vn"))?;
        let how = match parameters.one("matchType")? {
            None | Some("exact") => Match::Exact,
            Some("prefix") => Match::Prefix,
            Some("host") => Match::Host,
            Some("domain") => Match::Domain,
            Some(_) => return Err(ServeError::parameter("matchType", "exact, prefix, host or domain")),
        };
        let stamp = |name: &str, fill: &str| {
            let Some(text) = parameters.one(name)? else { return Ok(None) };
            padded(text, fill).map(Some).ok_or_else(|| {
                ServeError::parameter(
                    name,
                    format!("{text:?} is no time; write 2026, 202611 and so on to 14 digits, UTC"),
                )
            })
        };
        let closest = stamp("closest", "00000101000000")?;
        let sort = match (parameters.one("sort")?, closest) {
            (None, None) => Sort::Plain,
            (Some("reverse"), _) => Sort::Reverse,
            (None | Some("closest"), Some(at)) => Sort::Closest(seconds(at)),
            (Some("closest"), None) => return Err(ServeError::parameter("closest", "say to which time")),
            (Some(_), _) => return Err(ServeError::parameter("sort", "reverse or closest")),
        };
        let fields = parameters.all("fl").chain(parameters.all("fields")).flat_map(|list| list.split(','));
        Ok(Self {
            keys: Keys::of(url, how),
            from: stamp("from", "00000101000000")?.unwrap_or_default(),
            to: stamp("to", "99991231235959")?.unwrap_or(u64::MAX),
            limit: parameters.number("limit", 1, u64::MAX)?.unwrap_or(u64::MAX),
            sort,
            filters: parameters.all("filter").map(Filter::read).collect::<Result<_, _>>()?,
            fields: fields.map(|name| known_as(name.trim()).to_owned()).filter(|name| !name.is_empty()).collect(),
            output: match parameters.one("output")? {
                None | Some("cdxj") => Output::Cdxj,
                Some("json") => Output::Json,
                Some("text") => Output::Text,
                Some(_) => return Err(ServeError::parameter("output", "cdxj, json or text")),
            },
            page: parameters.number("page", 0, 1 << 40)?,
            page_size: parameters.number("pageSize", 1, 1_000)?.unwrap_or(PAGE_BLOCKS),
            show_pages: parameters.one("showNumPages")? == Some("true"),
        })
    }

    /// Whether a capture of the right address is wanted.
    pub fn wants(&self, line: &str, entry: &Entry) -> bool {
        let stamp: u64 = entry.stamp.get(..14).and_then(|text| text.parse().ok()).unwrap_or_default();
        (self.from..=self.to).contains(&stamp) && self.filters.iter().all(|filter| filter.passes(line, entry))
    }

    /// How many captures are left out at the start, and how many are given.
    pub fn window(&self, block_lines: u64) -> (u64, u64) {
        let Some(page) = self.page else { return (0, self.limit) };
        let lines = self.page_size * block_lines;
        (page * lines, lines.min(self.limit))
    }

    /// From the instant that is asked for, in seconds.
    pub fn distance(&self, entry: &Entry) -> u64 {
        let Sort::Closest(at) = self.sort else { return 0 };
        let stamp = entry.stamp.get(..14).and_then(|text| text.parse().ok()).unwrap_or_default();
        at.abs_diff(seconds(stamp))
    }
}

/// Other programs' names of fields.
pub fn known_as(name: &str) -> &str {
    match name {
        "original" => "url",
        "mimetype" => "mime",
        "statuscode" => "status",
        other => other,
    }
}

/// A time of fewer than 14 digits, filled up.
fn padded(text: &str, fill: &str) -> Option<u64> {
    let whole = (4..=14).contains(&text.len())
        && text.len().is_multiple_of(2)
        && text.bytes().all(|byte| byte.is_ascii_digit());
    whole.then(|| format!("{text}{}", &fill[text.len()..]).parse().ok())?
}

/// Since the year 0; a day that a month does not have counts as its neighbour's.
pub fn seconds(stamp: u64) -> i64 {
    let text = format!("{stamp:014}");
    let at = DateTime::strptime("%Y%m%d%H%M%S", &text).or_else(|_| {
        let year = text[..4].parse().unwrap_or(9_999);
        DateTime::new(year, 12, 31, 23, 59, 59, 0)
    });
    at.ok().and_then(|at| Some(at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_filled_up_to_where_they_begin_or_end() {
        assert_eq!(padded("2026", "00000101000000"), Some(20_260_101_000_000));
        assert_eq!(padded("202611", "99991231235959"), Some(20_261_131_235_959));
        assert_eq!(padded("20261123101112", "99991231235959"), Some(20_261_123_101_112));
        for text in ["", "26", "2026-11", "202", "202611231011121"] {
            assert_eq!(padded(text, "00000101000000"), None, "{text}");
        }
        assert_eq!(seconds(19_700_101_000_001), 1);
    }

    #[test]
    fn what_cannot_be_understood_is_refused_with_the_mend() {
        for (text, says) in [
            ("", "which address"),
            ("url=x.vn&matchType=all", "exact, prefix"),
            ("url=x.vn&from=soon", "14 digits"),
            ("url=x.vn&sort=closest", "which time"),
            ("url=x.vn&sort=up", "reverse"),
            ("url=x.vn&limit=0", "from 1"),
            ("url=x.vn&filter=~mime:(", "pattern"),
            ("url=x.vn&filter=mime", "field:value"),
            ("url=x.vn&output=xml", "cdxj"),
            ("url=x.vn&urls=y", "matchType"),
        ] {
            let error = Query::read(&Parameters::parse(text)).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
