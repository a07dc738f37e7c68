//! The walk's decisions.

use jiff::civil::Date;

use super::{TITLES, url};
use crate::model::{PageRequest, Stamp, StampSource};
use crate::portal::{Cursor, ListItem, ListReading, Mode, Next, Step, StopReason, Walk, Window};

fn item(n: u32, day: Option<&str>) -> ListItem {
    let date = day.map(|day| Stamp::day(day.parse().unwrap(), StampSource::List));
    ListItem {
        url: url(&format!("/tin/bai-viet-{n}.html")),
        title: TITLES[n as usize % 12].to_owned(),
        date,
        also: Vec::new(),
    }
}

fn page(number: u32, items: Vec<ListItem>) -> ListReading {
    ListReading {
        instead: None,
        items,
        next: Next::Page(PageRequest {
            number: number + 1,
            ..PageRequest::first(url(&format!("/tin?page={}", number + 1)))
        }),
        family: None,
        section: None,
        total_pages: None,
        sent_back: false,
        repeated: false,
        cursor: Cursor::default(),
        why: Vec::new(),
    }
}

fn walk(mode: Mode, from: Option<&str>) -> Walk {
    let window = Window { from: from.map(|day| day.parse().unwrap()), to: None };
    Walk::new(mode, window, 10, Cursor::default())
}

fn goes_on(step: &Step) -> bool {
    matches!(step, Step::Continue(_))
}

#[test]
fn a_crawl_stops_where_everything_is_held() {
    let mut walk = walk(Mode::Crawl, None);
    assert!(goes_on(&walk.step(&page(1, vec![item(1, None), item(2, None)]), 1)));
    assert_eq!(walk.step(&page(2, vec![item(3, None)]), 0), Step::Stop(StopReason::AllHeld));
}

#[test]
fn a_backfill_goes_through_what_is_held() {
    let mut walk = walk(Mode::Backfill, None);
    for number in 1..6 {
        assert!(goes_on(&walk.step(&page(number, vec![item(number, None)]), 0)));
    }
    assert_eq!(walk.cursor().pages_read, 5);
}

#[test]
fn the_window_ends_where_every_new_article_is_older() {
    let mut walk = walk(Mode::Backfill, Some("2024-03-01"));
    let pinned = || item(99, Some("2026-01-01"));
    assert!(goes_on(&walk.step(&page(1, vec![pinned(), item(1, Some("2024-03-09")), item(2, Some("2019-05-05"))]), 3)));
    assert!(goes_on(&walk.step(&page(2, vec![pinned(), item(3, Some("2024-03-01")), item(4, Some("2024-02-28"))]), 2)));
    assert!(goes_on(&walk.step(&page(3, vec![pinned(), item(5, None)]), 1)), "without a date nothing is known");
    let day = Date::constant(2024, 3, 1);
    assert_eq!(
        walk.step(&page(4, vec![pinned(), item(6, Some("2024-02-20")), item(7, None)]), 2),
        Step::Stop(StopReason::OlderThan(day))
    );
}

#[test]
fn truths_about_the_list_end_it() {
    let mut back = page(2, vec![item(1, None)]);
    back.sent_back = true;
    assert_eq!(walk(Mode::Backfill, None).step(&back, 1), Step::Stop(StopReason::SentBack));
    let mut same = page(2, vec![item(1, None)]);
    same.repeated = true;
    assert_eq!(walk(Mode::Backfill, None).step(&same, 1), Step::Stop(StopReason::SameItems));
    assert_eq!(walk(Mode::Backfill, None).step(&page(1, vec![]), 0), Step::Stop(StopReason::NothingRecognised));
}

#[test]
fn patience_and_the_page_limit() {
    let mut slow = walk(Mode::Backfill, None);
    assert!(goes_on(&slow.step(&page(1, vec![item(1, None), item(2, None)]), 2)));
    assert!(goes_on(&slow.step(&page(2, vec![item(1, None)]), 0)));
    assert!(goes_on(&slow.step(&page(3, vec![item(2, None)]), 0)));
    assert_eq!(slow.step(&page(4, vec![item(1, None)]), 0), Step::Stop(StopReason::NothingNew(3)));

    let mut short = Walk::new(Mode::Backfill, Window::default(), 2, Cursor::default());
    assert!(goes_on(&short.step(&page(1, vec![item(1, None)]), 1)));
    let stop = short.step(&page(2, vec![item(2, None)]), 1);
    let Step::Stop(reason) = stop else { panic!("a stop") };
    assert!(!reason.is_complete());
    assert_eq!(reason.to_string(), "as many list pages as allowed: 2");
}

#[test]
fn the_window_admits_what_has_no_date() {
    let window = Window { from: Some(Date::constant(2024, 3, 1)), to: Some(Date::constant(2024, 3, 31)) };
    assert!(window.admits(&item(1, None)));
    assert!(window.admits(&item(1, Some("2024-03-31"))));
    assert!(!window.admits(&item(1, Some("2024-04-01"))));
    assert!(!window.admits(&item(1, Some("2024-02-29"))));
}

#[test]
fn new_articles_that_push_a_page_down_do_not_end_a_walk() {
    let told = |number, n: u32, repeated| {
        let mut reading = page(number, vec![item(n, None), item(n + 1, None)]);
        (reading.repeated, reading.total_pages) = (repeated, Some(9));
        reading
    };
    let mut walk = walk(Mode::Backfill, None);
    assert!(goes_on(&walk.step(&told(1, 1, false), 2)));
    // Two articles were published since: page 2 shows what page 1 did.
    assert!(goes_on(&walk.step(&told(2, 1, true), 0)));
    assert!(goes_on(&walk.step(&told(3, 3, false), 2)));
    // A portal that shows one page under every number ends by patience.
    assert!(goes_on(&walk.step(&told(4, 3, true), 0)));
    assert!(goes_on(&walk.step(&told(5, 3, true), 0)));
    assert_eq!(walk.step(&told(6, 3, true), 0), Step::Stop(StopReason::NothingNew(3)));
}

#[test]
fn a_list_that_cannot_be_followed_is_not_complete() {
    let mut reading = page(1, vec![item(1, None)]);
    reading.next = Next::Cut("the page has no site_id, which further pages need".to_owned());
    let Step::Stop(reason) = walk(Mode::Backfill, None).step(&reading, 1) else { panic!("a stop") };
    assert!(!reason.is_complete());
    assert!(reason.to_string().starts_with("the list goes on, but cannot be followed: "), "{reason}");
}

#[test]
fn a_long_walk_keeps_little_in_mind() {
    let mut walk = Walk::new(Mode::Backfill, Window::default(), u32::MAX, Cursor::default());
    for number in 0..2_000u32 {
        let items = (number * 50..(number + 1) * 50).map(|n| item(n, None)).collect();
        assert!(goes_on(&walk.step(&page(number + 1, items), 50)));
    }
    // What was listed lately is known, whatever the length.
    let again = (1_999 * 50..2_000 * 50).map(|n| item(n, None));
    assert!(goes_on(&walk.step(&page(2_001, again.collect()), 0)));
    assert_eq!(walk.cursor().stale_pages, 1);
}
