//! Which parts may be asked for: by host, by what they are.

use url::Url;

use crate::config::{Requisites, Site, Whole, authority};
use crate::page::requisites::Kind;

/// Hosts, with all below them, that count visitors, show advertisements or embed other networks. Asking them would tell
/// them of every article, and what they give is no part of what the portal published.
const TRACKERS: [&str; 33] = [
    "addthis.com",
    "admicro.vn",
    "adnxs.com",
    "ads-twitter.com",
    "adtimaserver.vn",
    "alexametrics.com",
    "amung.us",
    "ants.vn",
    "bluecava.com",
    "clarity.ms",
    "clickserver.vn",
    "cloudflareinsights.com",
    "contextweb.com",
    "criteo.com",
    "criteo.net",
    "doubleclick.net",
    "eclick.vn",
    "facebook.com",
    "facebook.net",
    "google-analytics.com",
    "googleadservices.com",
    "googlesyndication.com",
    "googletagmanager.com",
    "googletagservices.com",
    "histats.com",
    "hotjar.com",
    "mc.yandex.ru",
    "quantserve.com",
    "scorecardresearch.com",
    "sharethis.com",
    "statcounter.com",
    "taboola.com",
    "zalo.me",
];

/// Endings of films and sounds that are streamed.
const FILMS: [&str; 13] = ["mp4", "m4v", "mov", "avi", "wmv", "flv", "mkv", "webm", "mpg", "mpeg", "3gp", "m3u8", "ts"];

/// Whether a part may be asked for; otherwise a few words on why it is left alone.
pub fn judge(site: &Site, whole: Whole, url: &Url, kind: Kind) -> Result<(), &'static str> {
    let wanted = if kind == Kind::File { whole.attachments } else { whole.requisites != Requisites::None };
    if !wanted {
        return Err("not asked for");
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err("no web address");
    }
    let own = site.owns(url) || authority(url).is_some_and(|host| site.asset_hosts.contains(&host));
    if !own && url.host_str().is_some_and(is_tracker) {
        return Err("tracker or advertisement");
    }
    if !own && whole.requisites != Requisites::All {
        return Err("another host");
    }
    let ending = url.path().rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    if ending.is_some_and(|ending| FILMS.contains(&ending.as_str())) {
        return Err("film");
    }
    Ok(())
}

fn is_tracker(host: &str) -> bool {
    TRACKERS
        .iter()
        .any(|known| host.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_kinds_are_told_apart() {
        let mut site = Site::bare(&Url::parse("https://x.gov.vn/tin").unwrap()).unwrap();
        site.add_asset_hosts(&["cdn.vn".to_owned()]);
        let whole = |requisites, attachments| Whole { requisites, attachments };
        let usual = Whole::default();
        let all = whole(Requisites::All, true);
        for (whole, url, kind, right) in [
            (usual, "https://x.gov.vn/a.css", Kind::Style, Ok(())),
            (usual, "http://x.gov.vn/a.css", Kind::Style, Ok(())),
            (usual, "https://cdn.vn/a.png", Kind::Image, Ok(())),
            (usual, "https://y.gov.vn/a.png", Kind::Image, Err("another host")),
            (usual, "https://y.gov.vn/a.pdf", Kind::File, Err("another host")),
            (usual, "https://x.gov.vn/a.MP4", Kind::Image, Err("film")),
            (all, "https://y.gov.vn/a.png", Kind::Image, Ok(())),
            (all, "https://www.google-analytics.com/ga.js", Kind::Script, Err("tracker or advertisement")),
            (all, "https://notfacebook.com/a.js", Kind::Script, Ok(())),
            (whole(Requisites::None, true), "https://x.gov.vn/a.css", Kind::Style, Err("not asked for")),
            (whole(Requisites::None, true), "https://x.gov.vn/a.pdf", Kind::File, Ok(())),
            (whole(Requisites::All, false), "https://x.gov.vn/a.pdf", Kind::File, Err("not asked for")),
        ] {
            assert_eq!(judge(&site, whole, &Url::parse(url).unwrap(), kind), right, "{url}");
        }
    }
}
