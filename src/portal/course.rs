//! A walk that leaves its way and comes back: to find where a window begins, to see later whether the list moved, to
//! read again what may have been jumped over.
//!
//! All of it is kept in the cursor, so a walk that is cut off goes on where it was.

use std::mem;

use serde::{Deserialize, Serialize};

use super::bisect::Look;
use super::search::Search;
use super::shift::{Doubt, Meeting, Shift};
use super::walk::keys_of;
use super::{Cursor, ListReading, Mode, Next, Step, StopReason, Walk};
use crate::model::PageRequest;

/// A window's first page is looked for after one of the first pages, as soon as it is known how pages count.
const SEARCH_UP_TO: u32 = 3;
/// From so many pages on there is one between the first and the last that the list can be pulled from under.
const WATCHED: u32 = 3;

/// Where a walk is, apart from the next page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Course {
    errand: Option<Errand>,
    /// Whether it was decided where to begin.
    begun: bool,
    /// Articles of the first page.
    tops: Vec<u64>,
    shift: Shift,
    /// The page at which the window was entered, where it was looked for, and how many pages that took.
    pub entered: Option<(u32, u32)>,
    /// Articles that may have been jumped over, for reports: what is known of each case.
    pub gaps: Vec<String>,
    /// Why the walk ended.
    pub end: Option<StopReason>,
}

/// What the next page is asked for, when it is not simply the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Errand {
    /// To find a window's first page.
    Search(Search),
    /// To begin there; so many pages further up if it is not the first after all.
    Enter { read: u32, back: u32 },
    /// To read the last page early, and know later whether the list moved.
    Ahead { onward: PageRequest },
    /// To find what was jumped over.
    Again(Again),
}

/// Pages read again, upwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Again {
    from: u32,
    to: u32,
    missing: u32,
    found: u32,
    weak: bool,
    then: Step,
}

/// What a walk is told beside the page.
pub struct Told<'a> {
    /// Articles of the page that were not held when it came.
    pub unheld: usize,
    /// Articles of the page that nobody had named before.
    pub new: usize,
    /// Pages that may be read of this list, over all.
    pub most: Option<u32>,
    /// The request for a page by its number, where pages can be asked for so.
    pub page: &'a dyn Fn(u32, &Cursor) -> Option<PageRequest>,
}

impl std::fmt::Debug for Told<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Told({} unheld, {} new)", self.unheld, self.new)
    }
}

impl Walk {
    /// Whether the page under way is only looked at: the walk will come to its articles in its own time.
    pub fn only_looks(&self) -> bool {
        matches!(self.cursor.course.errand, Some(Errand::Search(_)))
    }

    /// Decides after page `number`, whatever it was asked for.
    pub fn turn(&mut self, number: u32, reading: &ListReading, told: &Told<'_>) -> Step {
        let keys = keys_of(reading);
        match self.cursor.course.errand.take() {
            None => self.go_on(number, reading, &keys, told),
            Some(Errand::Search(mut search)) => {
                self.cursor.pages_read = self.cursor.pages_read.saturating_add(1);
                search.note(number, reading, &keys);
                self.cursor.course.shift.ahead(number, &keys, None);
                self.search(search, told)
            }
            Some(Errand::Enter { read, back }) => self.enter(number, reading, &keys, told, (read, back)),
            Some(Errand::Ahead { onward }) => {
                self.cursor.pages_read = self.cursor.pages_read.saturating_add(1);
                self.list(reading);
                // The first page once more: what stands at its foot may well be of the last.
                let tops = &self.cursor.course.tops;
                let of_top =
                    |(at, key): &(usize, &u64)| tops.iter().position(|top| top == *key).is_some_and(|was| was <= *at);
                let first = keys.iter().enumerate().filter(of_top).count() * 2 > keys.len();
                if !reading.sent_back && !reading.repeated && !first {
                    let last = matches!(reading.next, Next::End(_));
                    self.cursor.course.shift.ahead(number, &keys, Some(last));
                }
                Step::Continue(onward)
            }
            Some(Errand::Again(again)) => self.again(number, reading, again, told),
        }
    }

    /// What reports say of the walk beside its account.
    pub fn course(&self) -> &Course {
        &self.cursor.course
    }

    /// Notes for reports why the walk ended.
    pub fn note_end(&mut self, why: &StopReason) {
        self.cursor.course.end = Some(why.clone());
    }

    /// Decides after page `number` proved not to be there; `None` where that is for the walk's caller to judge.
    pub fn missed(&mut self, number: u32, told: &Told<'_>) -> Option<Step> {
        match self.cursor.course.errand.take()? {
            Errand::Search(mut search) => {
                search.missed(number);
                Some(self.search(search, told))
            }
            Errand::Ahead { onward } => Some(Step::Continue(onward)),
            Errand::Again(again) => Some(self.found(again)),
            errand @ Errand::Enter { .. } => {
                self.cursor.course.errand = Some(errand);
                None
            }
        }
    }

    /// The next page of the walk proper.
    fn go_on(&mut self, number: u32, reading: &ListReading, keys: &[u64], told: &Told<'_>) -> Step {
        let course = mem::take(&mut self.cursor.course);
        let step = self.step(reading, told.unheld);
        self.cursor.course = course;
        if self.mode != Mode::Backfill {
            return step;
        }
        let course = &mut self.cursor.course;
        if number == 1 {
            course.tops = keys.to_vec();
            course.shift.enter(number, keys, reading.total_pages);
        } else if let Some(doubt) = course.shift.read(number, keys, reading.total_pages)
            && let Some(step) = self.read_again(doubt, &step, told)
        {
            return step;
        }
        let why = match step {
            Step::Continue(next) => return self.meet(number, reading, next, keys, told),
            Step::Stop(why) => why,
        };
        // A list that ends before a page that it had is shorter by what was taken off.
        let ended = matches!(why, StopReason::End(_) | StopReason::SentBack | StopReason::SameItems);
        let doubt = if ended { self.cursor.course.shift.ended() } else { None };
        let stop = Step::Stop(why);
        doubt.and_then(|doubt| self.read_again(doubt, &stop, told)).unwrap_or(stop)
    }

    /// After a page that another follows, unless that was read early and nothing has moved since.
    fn meet(&mut self, number: u32, reading: &ListReading, next: PageRequest, keys: &[u64], told: &Told<'_>) -> Step {
        let page = next.number;
        let end = || Step::Stop(StopReason::End(format!("page {page}, the last, was read after the first")));
        match self.cursor.course.shift.meet(page) {
            Meeting::Read => self.set_out(number, reading, next, keys, told),
            Meeting::Calm(true) => end(),
            Meeting::Calm(false) => (told.page)(page + 1, &self.cursor).map_or_else(end, Step::Continue),
            // What stood on it is listed, here or there.
            Meeting::Doubt(doubt) => self.read_again(doubt, &end(), told).unwrap_or_else(end),
        }
    }

    /// After one of the first pages: whether to go on with the next one, or to look elsewhere before.
    fn set_out(
        &mut self,
        number: u32,
        reading: &ListReading,
        next: PageRequest,
        keys: &[u64],
        told: &Told<'_>,
    ) -> Step {
        if self.cursor.course.begun {
            return Step::Continue(next);
        }
        self.cursor.course.begun = number >= SEARCH_UP_TO;
        // The pages' own way of counting must lead where the walk is going.
        if (told.page)(next.number, &self.cursor).as_ref() != Some(&next) {
            return Step::Continue(next);
        }
        self.cursor.course.begun = true;
        if let Some(to) = self.window.to {
            let tops = if number == 1 { keys } else { &self.cursor.course.tops };
            if let Some(search) = Search::begin(to, number, reading, &next, tops) {
                return self.search(search, told);
            }
        }
        // A walk that ends at a day, or after so many pages, does not come to the last one.
        let whole = |total: &u32| self.window.from.is_none() && told.most.is_none_or(|most| *total <= most);
        let last = reading.total_pages.filter(|total| *total >= WATCHED && whole(total));
        match last.and_then(|last| (told.page)(last, &self.cursor)) {
            Some(ahead) if ahead != next => {
                self.cursor.course.errand = Some(Errand::Ahead { onward: next });
                Step::Continue(ahead)
            }
            _ => Step::Continue(next),
        }
    }

    /// The next page of a search, or the first of the window.
    fn search(&mut self, search: Search, told: &Told<'_>) -> Step {
        let looks = search.looks;
        let (number, errand) = match search.next() {
            Look::Page(number) => (number, Errand::Search(search.clone())),
            Look::Start(number) if number > search.read => {
                self.cursor.course.entered = Some((number, looks));
                (number, Errand::Enter { read: search.read, back: 1 })
            }
            Look::Start(_) => return Step::Continue(search.onward),
        };
        match (told.page)(number, &self.cursor) {
            Some(request) => {
                self.cursor.course.errand = Some(errand);
                Step::Continue(request)
            }
            None => Step::Continue(search.onward),
        }
    }

    /// The page at which the window is entered. It was chosen because its middle is too young; if by now nothing on it
    /// is, the list has moved up since, and wanted articles may stand on the page before.
    fn enter(
        &mut self,
        number: u32,
        reading: &ListReading,
        keys: &[u64],
        told: &Told<'_>,
        (read, back): (u32, u32),
    ) -> Step {
        let fresh = reading.items.iter().zip(keys).filter(|(_, key)| !self.cursor.course.tops.contains(key));
        let mut days = fresh.filter_map(|(item, _)| item.date).map(|stamp| stamp.date()).peekable();
        let beyond = days.peek().is_some() && self.window.to.is_some_and(|to| days.all(|day| day <= to));
        let before = number.saturating_sub(back).max(read + 1);
        if beyond
            && before < number
            && let Some(request) = (told.page)(before, &self.cursor)
        {
            self.cursor.pages_read = self.cursor.pages_read.saturating_add(1);
            self.cursor.course.errand = Some(Errand::Enter { read, back: back.saturating_mul(2) });
            return Step::Continue(request);
        }
        self.cursor.course.shift.enter(number, keys, reading.total_pages);
        let course = mem::take(&mut self.cursor.course);
        let step = self.step(reading, told.unheld);
        self.cursor.course = course;
        step
    }

    /// Turns back for articles that may have been jumped over; goes on as `then` says afterwards.
    fn read_again(&mut self, doubt: Doubt, then: &Step, told: &Told<'_>) -> Option<Step> {
        let (from, to) = doubt.pages;
        let request = (told.page)(to, &self.cursor)?;
        let again = Again { from, to, missing: doubt.missing, found: 0, weak: doubt.weak, then: then.clone() };
        self.cursor.course.errand = Some(Errand::Again(again));
        Some(Step::Continue(request))
    }

    fn again(&mut self, number: u32, reading: &ListReading, mut again: Again, told: &Told<'_>) -> Step {
        self.cursor.pages_read = self.cursor.pages_read.saturating_add(1);
        let fresh = self.list(reading);
        // What is new at the top of the first page came meanwhile.
        let came = reading.items.iter().zip(&fresh).take_while(|(item, fresh)| std::ptr::eq(*item, **fresh)).count();
        let new = if number == 1 { told.new.min(fresh.len() - came) } else { told.new };
        again.found = again.found.saturating_add(u32::try_from(new).unwrap_or(u32::MAX));
        if again.found < again.missing
            && number > again.from
            && let Some(request) = (told.page)(number - 1, &self.cursor)
        {
            self.cursor.course.errand = Some(Errand::Again(again));
            return Step::Continue(request);
        }
        self.found(again)
    }

    /// The end of reading again.
    fn found(&mut self, again: Again) -> Step {
        let Again { from, to, missing, found, weak, then } = again;
        self.cursor.course.shift.found(found);
        if found < missing && !weak {
            self.cursor.course.gaps.push(format!(
                "the list moved up while pages {from} to {} were read: {missing} articles may have been jumped over, \
                 {found} of them were found on reading again",
                to + 1
            ));
        }
        then
    }
}
