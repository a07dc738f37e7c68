//! Addresses: of the list, of a selection in it, and whether two are of one server. Pure.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use url::Url;

use super::error::PullError;
use crate::model::VIETNAM;

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Sites (collections); all, if empty.
    pub sites: Vec<String>,
    /// First day of capture, Vietnam time.
    pub from: Option<Date>,
    /// Last day of capture.
    pub until: Option<Date>,
}

impl Selection {
    /// By which a selection is known from run to run.
    pub fn key(&self) -> String {
        let mut sites = self.sites.clone();
        sites.sort();
        let day = |day: Option<Date>| day.map_or(String::new(), |day| day.to_string());
        format!("{}|{}|{}", sites.join(","), day(self.from), day(self.until))
    }

    /// The first page of the list, with `after` as a further bound.
    pub fn first_page(&self, list: &Url, after: Option<Timestamp>) -> Result<Url, PullError> {
        let mut url = list.clone();
        let from = self.from.map(begin).transpose()?;
        let from = from.max(after);
        let until = self.until.map(|day| day.tomorrow().map_err(|_| out_of_range(day)).and_then(begin)).transpose()?;
        let own = self.sites.iter().map(|site| ("collection", site.clone()));
        let bounds = [("crawl-time-after", from), ("crawl-time-before", until)];
        let bounds = bounds.into_iter().filter_map(|(name, at)| Some((name, format!("{:.0}", at?))));
        let pairs: Vec<_> = own.chain(bounds).collect();
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        Ok(url)
    }
}

fn begin(day: Date) -> Result<Timestamp, PullError> {
    Ok(day.to_zoned(TimeZone::fixed(VIETNAM)).map_err(|_| out_of_range(day))?.timestamp())
}

fn out_of_range(day: Date) -> PullError {
    PullError::Usage { what: format!("{day}: no archive has that day") }
}

/// The list of files of a server that was named by its address, or by the list's own.
pub fn list(server: &Url) -> Url {
    let path = server.path().trim_end_matches('/');
    if path.ends_with("/webdata") {
        return server.clone();
    }
    let mut url = server.clone();
    url.set_path(&if path.ends_with("/wasapi/v1") {
        format!("{path}/webdata")
    } else {
        format!("{path}/wasapi/v1/webdata")
    });
    url
}

/// An address beside the interface of a luutru, such as `bundles`.
pub fn beside(server: &Url, name: &str) -> Url {
    let mut url = server.clone();
    let path = list(server).path().trim_end_matches("wasapi/v1/webdata").trim_end_matches('/').to_owned();
    url.set_path(&format!("{path}/{name}"));
    url.set_query(None);
    url
}

/// Whether both are on one server: scheme, host and port.
pub fn same_server(a: &Url, b: &Url) -> bool {
    a.origin() == b.origin() && a.origin().is_tuple()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_server_is_named_in_several_ways() {
        for (server, wanted) in [
            ("http://a:1", "http://a:1/wasapi/v1/webdata"),
            ("http://a:1/x/", "http://a:1/x/wasapi/v1/webdata"),
            ("http://a:1/wasapi/v1/", "http://a:1/wasapi/v1/webdata"),
            ("https://a/wasapi/v1/webdata", "https://a/wasapi/v1/webdata"),
            ("https://a/wasapi/v1/webdata?collection=1", "https://a/wasapi/v1/webdata?collection=1"),
        ] {
            assert_eq!(list(&url(server)).as_str(), wanted, "{server}");
        }
        assert_eq!(beside(&url("http://a/x/wasapi/v1/webdata"), "bundles").as_str(), "http://a/x/bundles");
        assert_eq!(beside(&url("http://a"), "bundles").as_str(), "http://a/bundles");
    }

    #[test]
    fn days_are_days_in_vietnam() {
        let day = |text: &str| text.parse::<Date>().ok();
        let some = Selection {
            sites: vec!["b".to_owned(), "a".to_owned()],
            from: day("2026-11-22"),
            until: day("2026-11-23"),
        };
        let page = some.first_page(&url("http://x/w?user=1"), None).unwrap();
        assert_eq!(
            page.query().unwrap(),
            "user=1&collection=b&collection=a&crawl-time-after=2026-11-21T17%3A00%3A00Z&crawl-time-before=2026-11-23T17%3A00%3A00Z"
        );
        let later = "2026-11-23T00:00:00Z".parse().ok();
        assert!(some.first_page(&url("http://x/"), later).unwrap().as_str().contains("after=2026-11-23T00"));
        assert_eq!(some.key(), "a,b|2026-11-22|2026-11-23");
        assert_eq!(Selection::default().first_page(&url("http://x/w"), None).unwrap().as_str(), "http://x/w");
    }

    #[test]
    fn a_server_is_scheme_host_and_port() {
        assert!(same_server(&url("http://a/x"), &url("http://a:80/y")));
        for other in ["https://a/", "http://b/", "http://a:81/", "file:///a"] {
            assert!(!same_server(&url("http://a/"), &url(other)), "{other}");
        }
    }
}
