//! The parameters of `webdata` → which files are meant. Pure.

use jiff::Timestamp;
use regex::Regex;

use super::dates::instant;
use crate::serve::error::ServeError;
use crate::serve::holdings::WarcFile;
use crate::serve::parameters::Parameters;

/// What `webdata` understands.
const KNOWN: [&str; 9] = [
    "filename",
    "collection",
    "crawl",
    "crawl-time-after",
    "crawl-time-before",
    "crawl-start-after",
    "crawl-start-before",
    "page",
    "page_size",
];
/// Files on a page, unless asked otherwise, and at most.
const PAGE_SIZE: usize = 100;
const MOST_PAGE_SIZE: u64 = 2_000;

/// Which files, and which page of them.
#[derive(Debug)]
pub struct Query {
    filename: Option<Regex>,
    collections: Vec<String>,
    crawls: Vec<u64>,
    time_after: Option<Timestamp>,
    time_before: Option<Timestamp>,
    start_after: Option<Timestamp>,
    start_before: Option<Timestamp>,
    /// From 1.
    pub page: usize,
    /// Files on it.
    pub page_size: usize,
}

impl Query {
    /// Reads the parameters; what cannot be understood is an error that says what would be.
    pub fn read(parameters: &Parameters) -> Result<Self, ServeError> {
        parameters.only(&KNOWN)?;
        let date = |name: &str| {
            let Some(text) = parameters.one(name)? else { return Ok(None) };
            let wrong = || {
                let why = format!("{text:?} is no date; write 2026, 2026-11, 2026-11-23 or 2026-11-23T10:00:00Z (UTC)");
                ServeError::parameter(name, why)
            };
            instant(text).map(Some).ok_or_else(wrong)
        };
        let crawl = |text: &str| {
            text.parse().map_err(|_| ServeError::parameter("crawl", format!("{text:?} is no number, such as 20261123")))
        };
        let size = |number: u64| usize::try_from(number).unwrap_or(PAGE_SIZE);
        Ok(Self {
            filename: parameters.one("filename")?.map(glob).transpose()?,
            collections: parameters.all("collection").map(str::to_owned).collect(),
            crawls: parameters.all("crawl").map(crawl).collect::<Result<_, _>>()?,
            time_after: date("crawl-time-after")?,
            time_before: date("crawl-time-before")?,
            start_after: date("crawl-start-after")?,
            start_before: date("crawl-start-before")?,
            page: parameters.number("page", 1, 1 << 32)?.map_or(1, size),
            page_size: parameters.number("page_size", 1, MOST_PAGE_SIZE)?.map_or(PAGE_SIZE, size),
        })
    }

    /// Whether the file is meant.
    pub fn wants(&self, file: &WarcFile) -> bool {
        let any = |empty: bool, found: bool| empty || found;
        let (time, start) = (begun(file), crawl(file) * 1_000_000);
        self.filename.as_ref().is_none_or(|pattern| pattern.is_match(&file.file_name))
            && any(self.collections.is_empty(), self.collections.contains(&file.name.site))
            && any(self.crawls.is_empty(), self.crawls.contains(&crawl(file)))
            && within(time, self.time_after, self.time_before)
            && within(start, self.start_after, self.start_before)
    }
}

/// When the file was begun, as 14 digits.
pub fn begun(file: &WarcFile) -> u64 {
    file.name.stamp.parse().unwrap_or_default()
}

/// The crawl that a file belongs to: the day on which the file was begun, UTC, as eight digits.
pub fn crawl(file: &WarcFile) -> u64 {
    begun(file) / 1_000_000
}

/// At or after the one, before the other.
fn within(stamp: u64, after: Option<Timestamp>, before: Option<Timestamp>) -> bool {
    let Ok(at) = crate::archive::select::rfc3339(stamp).parse::<Timestamp>() else { return false };
    after.is_none_or(|after| at >= after) && before.is_none_or(|before| at < before)
}

/// `*`, `?` and `[…]`, as a shell has them.
fn glob(pattern: &str) -> Result<Regex, ServeError> {
    let mut out = String::from("^");
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            '[' => {
                let set: String = rest.by_ref().take_while(|c| *c != ']').collect();
                let (not, set) = match set.strip_prefix(['!', '^']) {
                    Some(set) => ("^", set),
                    None => ("", set.as_str()),
                };
                let set = set.replace('\\', r"\\").replace('[', r"\[").replace('&', r"\&").replace('~', r"\~");
                out.extend(["[", not, &set, "]"]);
            }
            c => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out.push('$');
    let built = regex::RegexBuilder::new(&out).size_limit(1 << 18).build();
    built.map_err(|_| ServeError::parameter("filename", format!("{pattern:?} is no pattern; use *, ? and [a-z]")))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::archive::warc::{SeriesKind, WarcName};

    fn file(site: &str, stamp: &str) -> WarcFile {
        let name = WarcName {
            site: site.to_owned(),
            kind: SeriesKind::Captures,
            stamp: stamp.to_owned(),
            serial: 1,
            host: "h".to_owned(),
        };
        let (file_name, modified) = (name.file_name(), Timestamp::UNIX_EPOCH);
        WarcFile { name, file_name, path: PathBuf::new(), size: 1, modified, open: false }
    }

    #[test]
    fn files_are_chosen_by_name_site_and_time() {
        let file = file("nghean", "20261123101112");
        for (text, wanted) in [
            ("", true),
            ("collection=nghean", true),
            ("collection=x&collection=nghean", true),
            ("collection=x", false),
            ("filename=nghean-*.warc.gz", true),
            ("filename=nghean-2026112[0-4]*", true),
            ("filename=nghean-2026112[!3]*", false),
            ("filename=nghean", false),
            ("filename=NGHEAN*", false),
            ("filename=*.*", true),
            ("crawl=20261123", true),
            ("crawl=20261124", false),
            ("crawl-time-after=2026-11-23T10:11:12Z", true),
            ("crawl-time-after=2026-11-23T10:11:13Z", false),
            ("crawl-time-before=2026-11-23T10:11:12Z", false),
            ("crawl-time-before=2026-12", true),
            ("crawl-start-after=2026-11-23", true),
            ("crawl-start-before=2026-11-23", false),
        ] {
            assert_eq!(Query::read(&Parameters::parse(text)).unwrap().wants(&file), wanted, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_understood_is_refused_with_the_mend() {
        for (text, says) in [
            ("colection=x", "collection"),
            ("crawl=x", "20261123"),
            ("crawl-time-after=soon", "2026-11"),
            ("page=0", "from 1"),
            ("page=1&page=2", "once"),
            ("page_size=100000", "2000"),
            ("filename=[z-a]", "pattern"),
            ("filename=[", "pattern"),
        ] {
            let error = Query::read(&Parameters::parse(text)).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
