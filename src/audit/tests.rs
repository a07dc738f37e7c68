//! Archives made by hand: each breach is named, and what is no breach is not.

use std::fs;
use std::io::Write as _;
use std::time::Duration;

use super::testing::*;
use super::{AuditError, BreachKind, Scope, Word, politeness};

const OPEN: &str = "User-agent: *\nDisallow: /admin\n";

/// robots.txt, and two pages six seconds apart: nothing to complain of.
fn calm() -> Vec<Ask> {
    vec![Ask::robots(0, OPEN), Ask::page(6_000, "/a"), Ask::page(12_000, "/b")]
}

fn with(more: Ask) -> Made {
    Made::of(calm().into_iter().chain([more]))
}

#[test]
fn a_calm_crawl_is_polite_and_its_numbers_are_told() {
    let heard = Made::of(calm()).look();
    assert_eq!(heard.breaches(), []);
    let [server] = heard.servers().try_into().unwrap();
    assert_eq!(server.server, "192.0.2.1");
    assert_eq!((server.captures, server.robots_txt, server.allowed), (3, 1, 2));
    assert_eq!(server.closest_gap_ms, Some(5_000.0));
    assert_eq!((server.promised_least_ms, server.promised_most_ms), (Some(5_000.0), Some(5_000.0)));
    assert_eq!(server.least_margin_ms, Some(0.0));
    assert_eq!(server.hosts.iter().collect::<Vec<_>>(), ["x.gov.vn:80"]);
    assert_eq!((server.first.unwrap(), server.last.unwrap()), (BEGIN.to_owned(), "2026-11-23T01:00:12Z".to_owned()));
    assert_eq!((heard.total.servers, heard.total.captures, heard.total.files), (1, 3, 1));
}

#[test]
fn two_at_once_are_an_overlap_whatever_the_name_the_port_and_the_site() {
    let (kind, path, what) = with(Ask::page(12_400, "/c")).look().one();
    assert_eq!((kind, path.as_str()), (BreachKind::Overlap, "/c"));
    assert!(what.contains("600.0 ms before the response to http://x.gov.vn/b had ended"), "{what}");
    let other = |ip| Ask::page(12_400, "/c").on("y", ip, "y.gov.vn:8080");
    let asked = |ask: Ask| Ask { at_ms: ask.at_ms - 6_500, ..Ask::robots(5_900, OPEN) };
    for (ip, overlaps) in [("192.0.2.1", true), ("192.0.2.2", false)] {
        // Its own robots.txt comes in time, between two pages of the first site or elsewhere.
        let robots =
            Ask { took_ms: Some(0), delay_ms: Some(0), ..asked(other(ip)).on("y", "192.0.2.3", "y.gov.vn:8080") };
        let heard = Made::of(calm().into_iter().chain([robots, other(ip)])).look();
        let kinds: Vec<_> = heard.breaches().into_iter().map(|(kind, ..)| kind).collect();
        assert_eq!(kinds, if overlaps { vec![BreachKind::Overlap] } else { vec![] }, "{heard:#?}");
    }
}

#[test]
fn a_long_response_is_not_forgotten_behind_a_short_one() {
    // The first takes a minute; one that fell into it ended long before.
    let long = Ask { took_ms: Some(60_000), ..Ask::page(20_000, "/long") };
    let inside = Ask { took_ms: Some(100), ..Ask::page(30_000, "/inside") };
    let after = Ask::page(50_000, "/after");
    let heard = Made::of(calm().into_iter().chain([long, inside, after])).look();
    let found: Vec<_> = heard.breaches().into_iter().map(|(kind, path, _)| (kind, path)).collect();
    let overlap = |path: &str| (BreachKind::Overlap, path.to_owned());
    assert_eq!(found, [overlap("/inside"), overlap("/after")]);
    assert_eq!(heard.servers()[0].closest_gap_ms, Some(-50_000.0));
}

#[test]
fn a_pause_shorter_than_promised_is_named_and_a_corrected_clock_is_not() {
    let (kind, path, what) = with(Ask::page(16_000, "/c")).look().one();
    assert_eq!((kind, path.as_str()), (BreachKind::ShortGap, "/c"));
    assert!(what.contains("3.000 s after") && what.contains("the delay is 5.000 s"), "{what}");
    assert_eq!(with(Ask::page(17_994, "/c")).look().breaches(), []);
    assert_eq!(with(Ask::page(17_990, "/c")).look().one().0, BreachKind::ShortGap);
}

#[test]
fn redirects_and_parts_of_pages_count_and_the_order_of_the_files_does_not() {
    let hop = Ask {
        redirected_from: Some("http://x.gov.vn/b".to_owned()),
        task: "part",
        ..Ask::page(14_000, "/image.png").status(404)
    };
    let mut asks: Vec<Ask> = calm().into_iter().chain([hop]).collect();
    asks.reverse();
    assert_eq!(Made::of(asks).look().one().1, "/image.png");
}

#[test]
fn a_crawl_delay_promises_more_up_to_the_cap_from_when_it_is_known() {
    let crawl = |delay: u32, second_ms: i64| {
        let robots = Ask::robots(0, &format!("User-agent: *\nCrawl-delay: {delay}\n"));
        // The pause after robots.txt itself is the usual one.
        Made::of([robots, Ask::page(6_000, "/a"), Ask::page(second_ms, "/b")]).look()
    };
    assert_eq!(crawl(10, 17_000).breaches(), []);
    let (kind, _, what) = crawl(10, 13_000).one();
    assert_eq!(kind, BreachKind::ShortGap);
    assert!(what.contains("the Crawl-delay is 10.000 s"), "{what}");
    assert_eq!(crawl(900, 128_000).breaches(), [], "two minutes are the longest that is kept");
    assert_eq!(crawl(900, 100_000).one().0, BreachKind::ShortGap);
}

#[test]
fn robots_txt_is_judged_again_by_the_version_in_force() {
    let (kind, path, what) = with(Ask::page(18_000, "/admin/1")).look().one();
    assert_eq!((kind, path.as_str()), (BreachKind::Forbidden, "/admin/1"));
    assert!(what.contains("Disallow: /admin"), "{what}");
    let later = |robots: Ask| {
        let asks = calm().into_iter().chain([Ask::page(18_000, "/new"), robots, Ask::page(30_000, "/new")]);
        Made::of(asks).look()
    };
    // Forbidden from the second version on.
    let heard = later(Ask::robots(24_000, "User-agent: luutru\nDisallow: /new\n"));
    assert_eq!((heard.one().1, heard.servers()[0].allowed), ("/new".to_owned(), 3));
    // Gone, it allows everything; broken, nothing (RFC 9309 section 2.3.1).
    assert_eq!(later(Ask::robots(24_000, OPEN).status(404)).breaches(), []);
    let (_, _, what) = later(Ask::robots(24_000, OPEN).status(500)).one();
    assert!(what.contains("it answered 500"), "{what}");
}

#[test]
fn what_is_compared_is_what_was_sent() {
    // WARC-Target-URI escapes the bar; the rule and the request do not.
    let robots = Ask::robots(0, "User-agent: *\nDisallow: /a|b\n");
    assert_eq!(Made::of([robots, Ask::page(6_000, "/a|b")]).look().one().0, BreachKind::Forbidden);
}

#[test]
fn a_robots_txt_that_a_redirect_led_to_counts_for_who_was_asked() {
    let first = Ask::robots(0, "").status(301).field("Location: http://x.gov.vn/r.txt");
    let second = Ask {
        url: "http://x.gov.vn/r.txt".to_owned(),
        redirected_from: Some("http://x.gov.vn/robots.txt".to_owned()),
        ..Ask::robots(6_000, "User-agent: *\nDisallow: /no\n")
    };
    let other_host = Ask { ip: "192.0.2.9", ..second.clone() }.on("x", "192.0.2.9", "www.x.gov.vn");
    let other_host = Ask { redirected_from: second.redirected_from.clone(), ..other_host };
    for second in [second, other_host] {
        let heard = Made::of([first.clone(), second, Ask::page(12_000, "/no"), Ask::page(18_000, "/yes")]).look();
        assert_eq!(heard.one().1, "/no");
    }
}

#[test]
fn a_host_that_nobody_asked_for_its_rules_is_named_and_an_old_answer_too() {
    let (kind, path, _) = with(Ask::page(18_000, "/c").on("x", "192.0.2.1", "cdn.gov.vn")).look().one();
    assert_eq!((kind, path.as_str()), (BreachKind::NoRobots, "/c"));
    let (kind, _, what) = with(Ask::page(26 * 3_600_000, "/c")).look().one();
    assert_eq!(kind, BreachKind::OldRobots);
    assert!(what.contains("25 h old"), "{what}");
}

#[test]
fn a_reason_in_the_site_file_is_shown_and_no_breach() {
    let told = Ask { decision: "ignored: the archive law".to_owned(), ..Ask::page(18_000, "/admin") };
    let heard = with(told).look();
    assert_eq!(heard.breaches(), []);
    assert_eq!((heard.servers()[0].passed_over, heard.servers()[0].allowed), (1, 2));
}

#[test]
fn a_request_inside_a_retry_after_is_named_in_seconds_and_as_a_date() {
    // The response ends at 01:00:19.
    for asked in ["120", "Mon, 23 Nov 2026 01:02:19 GMT", "Monday, 23-Nov-26 01:02:19 GMT", "Mon Nov 23 01:02:19 2026"]
    {
        for status in [429, 503] {
            let refused = Ask::page(18_000, "/busy").status(status).field(&format!("Retry-After: {asked}"));
            let look = |at_ms, site: &'static str| {
                let next = Ask { site, ..Ask::page(at_ms, "/next") };
                Made::of(calm().into_iter().chain([refused.clone(), next])).look()
            };
            // Whoever asks, and wherever it is written.
            for site in ["x", "y"] {
                let (kind, path, what) = look(60_000, site).one();
                assert_eq!((kind, path.as_str()), (BreachKind::RetryAfter, "/next"), "{asked}");
                assert!(what.contains("79.000 s before the Retry-After of http://x.gov.vn/busy"), "{asked}: {what}");
            }
            let heard = look(139_000, "x");
            assert_eq!(heard.breaches(), [], "{asked}");
            assert_eq!(heard.servers()[0].retry_after, 1);
        }
    }
    let elsewhere = Ask::page(18_000, "/busy").status(404).field("Retry-After: 120");
    assert_eq!(Made::of(calm().into_iter().chain([elsewhere, Ask::page(24_000, "/next")])).look().breaches(), []);
}

#[test]
fn a_longer_window_outlives_a_shorter_one_and_a_day_is_the_longest() {
    let refused = |at_ms, seconds: u32| {
        Ask::page(at_ms, &format!("/{seconds}")).status(503).field(&format!("Retry-After: {seconds}"))
    };
    let heard =
        Made::of(calm().into_iter().chain([refused(18_000, 600), refused(24_000, 1), Ask::page(300_000, "/c")]));
    let found: Vec<_> = heard.look().breaches().into_iter().map(|(kind, path, _)| (kind, path)).collect();
    let inside = |path: &str| (BreachKind::RetryAfter, path.to_owned());
    assert_eq!(found, [inside("/1"), inside("/c")]);
    let day = 86_400_000;
    let robots = Ask::robots(day + 30_000, OPEN);
    let heard = Made::of(calm().into_iter().chain([refused(18_000, 200_000), robots, Ask::page(day + 36_000, "/c")]));
    assert_eq!(heard.look().breaches(), []);
}

#[test]
fn a_refusal_that_names_no_time_promises_the_first_back_off() {
    let look = |at_ms| {
        let refused = Ask::page(18_000, "/busy").status(503);
        Made::of(calm().into_iter().chain([refused, Ask::page(at_ms, "/c")])).look()
    };
    let (kind, _, what) = look(60_000).one();
    assert_eq!(kind, BreachKind::ShortGap);
    assert!(what.contains("the pause after a refusal is 60.000 s"), "{what}");
    assert_eq!(look(79_000).breaches(), []);
}

#[test]
fn what_older_files_do_not_tell_is_counted_and_can_be_given() {
    let bare = |ask: Ask| Ask { delay_ms: None, took_ms: None, ..ask };
    let made = Made::of([Ask::robots(0, OPEN), Ask::page(6_000, "/a"), Ask::page(9_000, "/b")].map(bare)).sealed();
    let heard = hear(&made.scope());
    assert_eq!(heard.breaches(), []);
    let server = &heard.servers()[0];
    assert_eq!((server.without_promise, server.without_end, server.closest_gap_ms), (3, 3, Some(3_000.0)));
    let heard = hear(&Scope { delay: Some(Duration::from_secs(5)), ..made.scope() });
    assert_eq!((heard.one().0, heard.total.without_promise), (BreachKind::ShortGap, 0));
}

#[test]
fn a_window_and_sites_choose_what_is_judged_and_not_what_is_known() {
    let busy = Ask::page(18_000, "/busy").status(503).field("Retry-After: 120");
    let asks = [busy, Ask::page(60_000, "/inside"), Ask::page(200_000, "/admin")];
    let made = Made::of(calm().into_iter().chain(asks)).sealed();
    let from = |seconds: u64| Some(BEGIN.parse::<jiff::Timestamp>().unwrap() + Duration::from_secs(seconds));
    let look = |scope: Scope| {
        let heard = hear(&scope);
        let paths: Vec<String> = heard.breaches().into_iter().map(|(_, path, _)| path).collect();
        (paths, heard.total.captures)
    };
    let all = |paths: &[&str], captures| (paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>(), captures);
    assert_eq!(look(made.scope()), all(&["/inside", "/admin"], 6));
    assert_eq!(look(Scope { from: from(30), ..made.scope() }), all(&["/inside", "/admin"], 2));
    assert_eq!(look(Scope { from: from(30), until: from(100), ..made.scope() }), all(&["/inside"], 1));
    assert_eq!(look(Scope { from: from(100), ..made.scope() }), all(&["/admin"], 1));
    assert_eq!(look(Scope { from: from(86_400 * 3), ..made.scope() }), all(&[], 0));
    let other = |sites: &[&str]| Scope { sites: sites.iter().map(|site| (*site).to_owned()).collect(), ..made.scope() };
    assert_eq!(look(other(&["x"])), all(&["/inside", "/admin"], 6));
    let scope = other(&["nobody"]);
    let found = politeness(&scope, &Deaf);
    assert!(matches!(found, Err(AuditError::NoSite { .. })), "{found:?}");
}

#[test]
fn of_a_shared_server_a_site_sees_what_concerns_it() {
    let robots = |at_ms, host: &str| Ask { delay_ms: Some(0), ..Ask::robots(at_ms, OPEN) }.on("x", "192.0.2.7", host);
    let page = |site, at_ms, path| Ask::page(at_ms, path).on(site, "192.0.2.7", "x.gov.vn");
    // y comes too soon after x, z after y; w is alone.
    let asks = [
        robots(0, "x.gov.vn"),
        page("x", 2_000, "/x"),
        page("y", 4_000, "/y"),
        page("z", 6_000, "/z"),
        page("w", 60_000, "/w"),
    ];
    let made = Made::of(asks).sealed();
    for (site, paths) in [("x", vec!["/y"]), ("y", vec!["/y", "/z"]), ("z", vec!["/z"]), ("w", vec![])] {
        let heard = hear(&Scope { sites: vec![site.to_owned()], ..made.scope() });
        let found: Vec<String> = heard.breaches().into_iter().map(|(_, path, _)| path).collect();
        assert_eq!((found, heard.total.captures), (paths.into_iter().map(str::to_owned).collect(), 5), "{site}");
    }
}

#[test]
fn a_robots_txt_that_stands_elsewhere_is_found_there() {
    // The portal answers everything with one page, and that page is on record under another address, days before.
    let mut made = Made::of([Ask::robots(0, "").status(404)]);
    let page = Ask { body: "User-agent: *\nDisallow: /no\n".to_owned(), ..Ask::page(6_000, "/everything") };
    let original = made.add(&page).unwrap();
    let day = 86_400_000;
    // A file between, so that the first one ends long before the window.
    made.add(&Ask::robots(3 * day, "").status(404));
    made.add(&Ask { revisit: Some(original), ..Ask::robots(8 * day, "") });
    made.add(&Ask::page(8 * day + 6_000, "/no"));
    made.add(&Ask::page(8 * day + 12_000, "/yes"));
    let made = made.sealed();
    assert_eq!(hear(&made.scope()).one().1, "/no");
    let from = Ask::page(8 * day, "").at();
    let heard = hear(&Scope { from: Some(from), ..made.scope() });
    assert_eq!((heard.one().1.as_str(), heard.total.captures, heard.total.files), ("/no", 3, 2));
}

struct Deaf;

impl super::Watcher for Deaf {
    fn word(&self, _: &Word) {}

    fn step(&self, _: &'static str, _: u64, _: u64) {}

    fn stopped(&self) -> bool {
        false
    }
}

#[test]
fn damage_is_named_and_what_lies_behind_it_counts() {
    let made = with(Ask::page(13_000, "/c")).sealed();
    let path = crate::archive::warc::warc_files(made.dir.path()).unwrap()[0].path.clone();
    let mut bytes = fs::read(&path).unwrap();
    let members: Vec<usize> = memchr::memmem::find_iter(&bytes, &[0x1f, 0x8b, 0x08]).collect();
    // The response of /a: behind warcinfo and the three records of robots.txt.
    let at = members[4] + 30;
    bytes[at..at + 8].fill(0);
    fs::write(&path, &bytes).unwrap();
    fs::write(path.with_file_name("stray.warc.gz"), &bytes).unwrap();
    let heard = hear(&made.scope());
    let named: Vec<(String, Option<u64>)> = heard
        .words
        .iter()
        .filter_map(|word| match word {
            Word::Unreadable(file) => Some((file.file.rsplit('/').next().unwrap().to_owned(), file.offset)),
            _ => None,
        })
        .collect();
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(named, [("stray.warc.gz".to_owned(), None), (name, Some(members[4] as u64))]);
    assert_eq!((heard.total.unreadable, heard.total.captures), (2, 3));
    assert_eq!(heard.one().1, "/c");
}

#[test]
fn an_open_file_may_end_inside_a_record() {
    let made = with(Ask::page(13_000, "/c"));
    let file = &crate::archive::warc::warc_files(made.dir.path()).unwrap()[0];
    assert!(file.open);
    fs::OpenOptions::new().append(true).open(&file.path).unwrap().write_all(&[0x1f, 0x8b, 0x08, 0, 0]).unwrap();
    let heard = hear(&made.scope());
    assert_eq!((heard.total.unreadable, heard.total.captures, heard.one().1.as_str()), (0, 4, "/c"));
}
