//! Walks over lists that are long, move, lie about their length, and answer for pages they do not have.

use std::collections::HashSet;

use jiff::ToSpan;
use jiff::civil::Date;
use proptest::prelude::*;

use super::url;
use crate::model::{PageRequest, Stamp, StampSource};
use crate::portal::{Cursor, ListItem, ListReading, Mode, Next, Step, Told, Walk, Window};

const TODAY: Date = Date::constant(2026, 6, 30);
const SIZE: usize = 5;

/// What a portal shows past a list's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Past {
    Nothing,
    Missing,
    First,
    Last,
    Back,
}

/// What comes or goes just before the request of this order.
#[derive(Debug, Clone, Copy)]
enum Event {
    Push,
    Take(usize),
}

struct List {
    /// Number and day, youngest first; three a day.
    articles: Vec<(u32, Date)>,
    pinned: Vec<(u32, Date)>,
    past: Past,
    told: bool,
    /// Whether the page itself knows which is the last.
    ends: bool,
    asked: Vec<u32>,
    events: Vec<(usize, Event)>,
}

impl List {
    fn new(count: u32) -> Self {
        let day = |n: u32| TODAY.saturating_sub(i64::from(n / 3).days());
        Self {
            articles: (0..count).map(|n| (n, day(n))).collect(),
            pinned: Vec::new(),
            past: Past::Nothing,
            told: true,
            ends: true,
            asked: Vec::new(),
            events: Vec::new(),
        }
    }

    fn pages(&self) -> u32 {
        u32::try_from(self.articles.len().div_ceil(SIZE)).unwrap().max(1)
    }

    /// The page, or nothing where it is missing.
    fn page(&mut self, request: &PageRequest, cursor: &Cursor) -> Option<ListReading> {
        let order = self.asked.len();
        for (when, event) in self.events.clone() {
            match event {
                Event::Push if when == order => {
                    self.articles.insert(0, (10_000 + u32::try_from(order).unwrap(), TODAY));
                }
                Event::Take(at) if when == order && at < self.articles.len() => drop(self.articles.remove(at)),
                _ => {}
            }
        }
        self.asked.push(request.number);
        let last = self.pages();
        let past = request.number > last;
        let shown = match self.past {
            _ if !past => request.number,
            Past::Missing => return None,
            Past::Nothing => 0,
            Past::First | Past::Back => 1,
            Past::Last => last,
        };
        let from = (shown as usize).wrapping_sub(1).saturating_mul(SIZE).min(self.articles.len());
        let shown_items = if shown == 0 { &[] } else { &self.articles[from..(from + SIZE).min(self.articles.len())] };
        let items: Vec<ListItem> = self
            .pinned
            .iter()
            .filter(|_| shown > 0)
            .chain(shown_items)
            .map(|(n, day)| ListItem {
                url: url(&format!("/tin/bai-viet-{n}.html")),
                title: String::new(),
                date: Some(Stamp::day(*day, StampSource::List)),
                changed: None,
                also: Vec::new(),
            })
            .collect();
        let next = if items.is_empty() || (self.ends && request.number >= last) {
            Next::End("no further page".to_owned())
        } else {
            Next::Page(at(request.number + 1))
        };
        let mut cursor = cursor.clone();
        cursor.remember_request(request);
        let keys: Vec<String> = items.iter().map(|item| item.url.to_string()).collect();
        let repeated = !items.is_empty() && !cursor.remember_items(keys.iter().map(String::as_str));
        let next = match next {
            Next::Page(next) if cursor.knows_request(&next) => Next::End("the next page was read before".to_owned()),
            next => next,
        };
        Some(ListReading {
            instead: None,
            items,
            next,
            family: None,
            section: None,
            total_pages: self.told.then_some(last),
            sent_back: past && self.past == Past::Back,
            repeated,
            cursor,
            why: Vec::new(),
        })
    }
}

fn at(number: u32) -> PageRequest {
    PageRequest { number, ..PageRequest::first(url(&format!("/tin?page={number}"))) }
}

/// Articles listed, pages asked for, and gaps told. Every few pages the walk is cut off and taken up again.
fn walk(list: &mut List, window: Window) -> (HashSet<u32>, Vec<String>) {
    let page = |number: u32, _: &Cursor| Some(at(number));
    let mut walk = Walk::new(Mode::Backfill, window, u32::MAX, Cursor::default());
    let mut listed = HashSet::new();
    let mut request = at(1);
    for turn in 0.. {
        assert!(turn < 2_000, "the walk does not end: {:?}", &list.asked[..40]);
        let cursor: Cursor = serde_json::from_str(&serde_json::to_string(walk.cursor()).unwrap()).unwrap();
        if turn % 7 == 3 {
            walk = Walk::new(Mode::Backfill, window, u32::MAX, cursor.clone());
        }
        let mut told = Told { unheld: 1, new: 0, most: None, page: &page };
        let step = match list.page(&request, &cursor) {
            None => walk.missed(request.number, &told).unwrap_or_else(|| panic!("page {} is missing", request.number)),
            Some(reading) => {
                if !walk.only_looks() {
                    let wanted = reading.items.iter().filter(|item| window.admits(item));
                    let numbers = wanted.map(|item| item.url.path()[14..].trim_end_matches(".html").parse().unwrap());
                    told.new = numbers.filter(|n| listed.insert(*n)).count();
                }
                walk.turn(request.number, &reading, &told)
            }
        };
        match step {
            Step::Continue(next) => request = next,
            Step::Stop(why) => {
                assert!(why.is_complete(), "{why}");
                break;
            }
        }
    }
    (listed, walk.course().gaps.clone())
}

fn back(days: i64) -> Date {
    TODAY.saturating_sub(days.days())
}

fn days(from: i64, to: i64) -> Window {
    Window { from: Some(back(from)), to: Some(back(to)) }
}

/// The articles of these days that were there all the time.
fn lost(list: &List, listed: &HashSet<u32>, window: Window) -> Vec<u32> {
    let inside = |day: Date| window.from.is_none_or(|from| day >= from) && window.to.is_none_or(|to| day <= to);
    let wanted = list.articles.iter().filter(|(n, day)| *n < 10_000 && inside(*day));
    wanted.map(|(n, _)| *n).filter(|n| !listed.contains(n)).collect()
}

#[test]
fn a_window_far_down_costs_few_pages() {
    let mut list = List::new(9_000);
    let window = days(1_520, 1_500);
    let (listed, _) = walk(&mut list, window);
    assert_eq!(lost(&list, &listed, window), Vec::<u32>::new());
    assert_eq!(listed.len(), 63);
    // 1 800 pages, of which 13 hold the window; eleven looks, one page before and one after.
    assert!(list.asked.len() <= 13 + 11 + 4, "{:?}", list.asked);
}

#[test]
fn a_window_at_the_top_is_not_searched_for() {
    let mut list = List::new(900);
    let window = days(10, 0);
    let (listed, _) = walk(&mut list, window);
    assert_eq!(lost(&list, &listed, window), Vec::<u32>::new());
    assert_eq!(list.asked, (1..=8).collect::<Vec<u32>>());
}

#[test]
fn a_window_before_the_oldest_article_ends_soon() {
    for past in [Past::Nothing, Past::Missing, Past::First, Past::Last, Past::Back] {
        for (told, ends) in [(true, true), (false, true), (false, false)] {
            if past == Past::Missing && !ends {
                continue;
            }
            let mut list = List { past, told, ends, ..List::new(900) };
            let (listed, _) = walk(&mut list, days(9_000, 8_000));
            assert!(listed.is_empty());
            assert!(list.asked.len() <= 36, "{past:?} {told} {ends}: {:?}", list.asked);
        }
    }
}

#[test]
fn a_calm_list_costs_no_page_more() {
    for count in [3, 12, 20, 21, 300] {
        let mut list = List::new(count);
        let (listed, gaps) = walk(&mut list, Window::default());
        assert_eq!((listed.len(), gaps), (count as usize, vec![]));
        assert_eq!(list.asked.len(), list.pages() as usize, "{:?}", list.asked);
    }
}

#[test]
fn what_is_taken_off_meanwhile_hides_nothing() {
    let mut list = List { events: vec![(6, Event::Take(2)), (6, Event::Take(2))], ..List::new(60) };
    let (listed, gaps) = walk(&mut list, Window::default());
    assert_eq!((lost(&list, &listed, Window::default()), gaps), (vec![], vec![]));
    // The loss shows at the last page, and is found on the way back.
    assert!(list.asked.len() <= 12 + 9, "{:?}", list.asked);
}

#[test]
fn what_is_not_found_again_is_told() {
    // Articles of pages still to come are taken off: nothing is jumped over, but that cannot be known.
    let mut list = List { events: vec![(6, Event::Take(40))], ..List::new(60) };
    let (listed, gaps) = walk(&mut list, Window::default());
    assert_eq!(lost(&list, &listed, Window::default()), Vec::<u32>::new());
    assert!(gaps.len() == 1 && gaps[0].contains("1 articles may have been jumped over, 0 of them"), "{gaps:?}");
}

fn past() -> impl Strategy<Value = Past> {
    prop::sample::select(vec![Past::Nothing, Past::Missing, Past::First, Past::Last, Past::Back])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// Whatever the list and its manners, new articles and pinned ones: the window is listed whole, for few pages.
    #[test]
    fn a_window_is_listed_whole(
        count in 1u32..1_500,
        newest in 0i64..520,
        span in 0i64..40,
        past in past(),
        told in any::<bool>(),
        pinned in 0usize..3,
        pushes in prop::collection::vec(0usize..40, 0..8),
    ) {
        let window = days(newest + span, newest);
        let mut list = List { past, told, ..List::new(count) };
        list.pinned = (0..pinned).map(|n| (9_000 + u32::try_from(n).unwrap(), TODAY)).collect();
        list.events = pushes.iter().map(|when| (*when, Event::Push)).collect();
        let (listed, _) = walk(&mut list, window);
        prop_assert_eq!(lost(&list, &listed, window), Vec::<u32>::new());
        let needed = usize::try_from(span + 1).unwrap() * 3 / SIZE + 2;
        // A list that tells no total and leads past its end to its first page looks as if it had moved up: a few pages at its
        // end are read again.
        let again = if told { 0 } else { 12 };
        prop_assert!(list.asked.len() <= needed + 26 + again, "{} pages for {}: {:?}", list.asked.len(), needed, list.asked);
    }

    /// Articles that come and go while a whole list is walked: what is jumped over is found, or told.
    #[test]
    fn a_whole_list_is_listed_or_a_gap_is_told(
        count in 1u32..200,
        events in prop::collection::vec((2usize..30, prop_oneof![Just(Event::Push), (0usize..10).prop_map(Event::Take)]), 0..3),
    ) {
        let mut list = List { events, ..List::new(count) };
        let watched = list.pages() >= 3;
        let (listed, gaps) = walk(&mut list, Window::default());
        let lost = lost(&list, &listed, Window::default());
        prop_assert!(!watched || lost.is_empty() || !gaps.is_empty(), "{:?} lost in silence: {:?}", lost, list.asked);
    }

    /// A list in no order at all is walked from the top.
    #[test]
    fn a_list_in_no_order_loses_nothing(
        articles in Just(List::new(307).articles).prop_shuffle(),
        newest in 0i64..90,
    ) {
        let window = Window { from: None, to: Some(back(newest)) };
        let mut list = List { articles, ..List::new(0) };
        let (listed, _) = walk(&mut list, window);
        prop_assert_eq!(lost(&list, &listed, window), Vec::<u32>::new());
    }
}
