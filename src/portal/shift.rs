//! Whether a list moved while it was read.
//!
//! New articles push a list down: the next page begins with what the last one ended with, and nothing is missed. An
//! article that is taken off pulls it up: what stood at the head of the next page is now at the end of one that was
//! read, and would be jumped over in silence. A page that was looked at ahead of the walk tells: by how far its articles
//! have moved when the walk comes near it, against how far the walk saw them pushed. The last page of a list, looked at
//! after the first, tells all that, and need not be read again when nothing has moved.

use serde::{Deserialize, Serialize};

/// Pages looked at ahead that are remembered.
const ANCHORS: usize = 32;
/// Articles of a page that are remembered.
const KEYS: usize = 64;
/// Steps that are remembered; in a longer walk, later pushes only make it read a page more.
const STEPS: usize = 4_096;

/// What is known of a list's movements.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Shift {
    anchors: Vec<Anchor>,
    /// The page read last, and its articles in order.
    last: (u32, Vec<u64>),
    /// How far the last anchor met had moved; what comes after has moved as far, and by what was seen since.
    offset: i64,
    /// Articles that stood on two pages in a row, for each step since then.
    steps: Vec<u32>,
    /// How many do at every step: some portals show the next page's articles at the foot of each.
    usual: u32,
    /// Articles jumped over and found again since then.
    found: u32,
    /// Up to this page nothing was jumped over.
    sure: u32,
    total: Option<u32>,
    /// Articles of a full page.
    size: u32,
}

/// A page as it was before the walk came to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Anchor {
    page: u32,
    keys: Vec<u64>,
    /// Its articles were listed when it was looked at; whether it is the list's last page.
    listed: Option<bool>,
}

/// What is known when the walk comes to a page that it has listed already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// It has to be read, perhaps again.
    Read,
    /// Nothing has moved: it need not be. Whether it is the list's last page.
    Calm(bool),
    /// The list has moved up.
    Doubt(Doubt),
}

/// Articles that the walk may have jumped over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// How many.
    pub missing: u32,
    /// They now stand on one of these pages.
    pub pages: (u32, u32),
    /// Nothing else than a smaller number of pages speaks for it.
    pub weak: bool,
}

impl Shift {
    /// Remembers a page that was looked at ahead of the walk.
    pub fn ahead(&mut self, page: u32, keys: &[u64], listed: Option<bool>) {
        if !keys.is_empty() && self.anchors.len() < ANCHORS {
            self.anchors.push(Anchor { page, keys: keys.iter().copied().take(KEYS).collect(), listed });
        }
    }

    /// Whether page `page`, the next one, has to be read.
    pub fn meet(&mut self, page: u32) -> Meeting {
        let Some(at) = self.anchors.iter().position(|anchor| anchor.page == page && anchor.listed.is_some()) else {
            return Meeting::Read;
        };
        let expected = self.expected();
        if expected > 0 || page != self.last.0 + 1 {
            return Meeting::Read;
        }
        // Its first articles at the end of the page read last: they have moved there.
        let anchor = &self.anchors[at];
        let before = |key: &u64| self.last.1.iter().position(|known| known == key);
        let here = anchor.keys.iter().enumerate().filter(|(at, key)| before(key).is_some_and(|before| before > *at));
        // The last page may have fewer articles than a foot has room for.
        let foot = i64::from(self.usual).min(i64::try_from(anchor.keys.len()).unwrap_or(i64::MAX));
        let moved_up = i64::try_from(here.count()).unwrap_or(0) - foot;
        if expected + moved_up < 0 {
            // Fewer than stand at every page's foot: that was no foot, but a list pushed down at each step.
            return Meeting::Read;
        }
        let anchor = self.anchors.remove(at);
        let sure = self.sure;
        self.settle(page, &anchor.keys, None);
        // Between the page read last and this one nothing can be lost: both are listed.
        match self.doubt(expected + moved_up, sure, page - 1) {
            Some(doubt) if sure + 1 < page => Meeting::Doubt(doubt),
            _ => Meeting::Calm(anchor.listed == Some(true)),
        }
    }

    /// Begins at a page: nothing before it counts.
    pub fn enter(&mut self, page: u32, keys: &[u64], total: Option<u32>) {
        self.offset = self.moved(page, keys).unwrap_or(0);
        self.size = self.size.max(u32::try_from(keys.len()).unwrap_or(u32::MAX));
        self.settle(page, keys, total);
    }

    /// Takes in the next page of the walk; tells what it may have jumped over.
    pub fn read(&mut self, page: u32, keys: &[u64], total: Option<u32>) -> Option<Doubt> {
        if keys.is_empty() {
            return None;
        }
        let Some(pushed) = self.pushed_on(page, keys) else {
            // Not the page after: whatever moved, this cannot tell.
            self.enter(page, keys, total);
            return None;
        };
        if self.steps.len() < STEPS {
            self.steps.push(pushed);
        }
        if self.steps.len() >= 3 || self.usual == 0 {
            self.usual = middle(&self.steps);
        }
        let shrunk = self.total.zip(total).is_some_and(|(before, now)| now + 1 == before && page < now);
        self.size = self.size.max(u32::try_from(keys.len()).unwrap_or(u32::MAX));
        let moved = self.moved(page, keys);
        let sure = self.sure;
        if let Some(moved) = moved {
            let expected = self.expected();
            self.offset = moved;
            self.settle(page, keys, total);
            return self.doubt(expected - moved, sure, page - 1);
        }
        (self.last, self.total) = ((page, keys.to_vec()), total.or(self.total));
        // One page fewer than a moment ago: something was taken off since the page before.
        shrunk.then_some(Doubt { missing: 1, pages: ((page - 1).max(2) - 1, page - 1), weak: true })
    }

    /// Takes in that the list ended with the last page that had articles; tells what may have been jumped over.
    pub fn ended(&mut self) -> Option<Doubt> {
        let page = self.last.0;
        // It had a page after this one when that was looked at.
        let gone = self.anchors.iter().filter(|anchor| anchor.page > page).min_by_key(|anchor| anchor.page)?;
        let size = self.size.saturating_sub(self.usual);
        let place = |page: u32, at: usize| i64::from(page) * i64::from(size) + i64::try_from(at).unwrap_or(0);
        let mut pairs = gone.keys.iter().enumerate();
        let moved = pairs.find_map(|(was, key)| {
            let is = self.last.1.iter().position(|now| now == key)?;
            Some(place(page, is) - place(gone.page, was))
        });
        let missing = self.expected() - moved.unwrap_or(-1);
        self.anchors.clear();
        self.doubt(missing, self.sure, page.saturating_sub(1))
    }

    /// Whether so many articles may have been jumped over between these pages. As many as stand at every page's foot
    /// were listed there.
    fn doubt(&self, missing: i64, sure: u32, to: u32) -> Option<Doubt> {
        let missing = u32::try_from(missing).ok().filter(|missing| *missing > self.usual && sure <= to)?;
        Some(Doubt { missing, pages: (sure.max(1), to), weak: false })
    }

    /// How far down articles should have moved by now, as far as the walk saw.
    fn expected(&self) -> i64 {
        let pushed: u32 = self.steps.iter().map(|step| step.saturating_sub(self.usual)).sum();
        self.offset + i64::from(pushed) - i64::from(self.found)
    }

    /// Takes in that so many articles were found on pages read again.
    pub fn found(&mut self, count: u32) {
        self.found += count;
    }

    fn settle(&mut self, page: u32, keys: &[u64], total: Option<u32>) {
        self.steps.clear();
        self.found = 0;
        self.sure = page;
        (self.last, self.total) = ((page, keys.to_vec()), total.or(self.total));
    }

    /// Articles that stand further up than on the page before. Pinned ones stand where they stood.
    fn pushed_on(&self, page: u32, keys: &[u64]) -> Option<u32> {
        let (number, last) = &self.last;
        if page != number + 1 {
            return None;
        }
        let before = |key: &u64| last.iter().position(|known| known == key);
        let pushed = keys.iter().enumerate().filter(|(at, key)| before(key).is_some_and(|before| before > *at)).count();
        // A whole page of them: more may have come than one page shows.
        if pushed == keys.len() { None } else { u32::try_from(pushed).ok() }
    }

    /// How far down the articles of a page have moved since it was looked at, where that can be seen.
    fn moved(&self, page: u32, keys: &[u64]) -> Option<i64> {
        let anchor = self.anchors.iter().rev().find(|anchor| anchor.page == page)?;
        let own = |key: &u64| !self.last.1.contains(key);
        let mut pairs = anchor.keys.iter().enumerate().filter(|(_, key)| own(key));
        pairs.find_map(|(was, key)| {
            let is = keys.iter().position(|now| now == key)?;
            Some(i64::try_from(is).ok()? - i64::try_from(was).ok()?)
        })
    }
}

/// The middle one, the lower of two.
fn middle(counts: &[u32]) -> u32 {
    let mut counts = counts.to_vec();
    counts.sort_unstable();
    counts.get(counts.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIZE: usize = 5;

    fn page(list: &[u64], number: u32) -> Vec<u64> {
        list.iter().copied().skip((number as usize - 1) * SIZE).take(SIZE).collect()
    }

    /// Walks a list of 40 articles, of which the last page was looked at ahead, while `change` moves it before each page.
    fn walk(change: impl Fn(u32, &mut Vec<u64>)) -> (Vec<Doubt>, usize) {
        let mut list: Vec<u64> = (0..40).collect();
        let mut shift = Shift::default();
        shift.enter(1, &page(&list, 1), None);
        shift.ahead(8, &page(&list, 8), Some(true));
        let mut seen = [page(&list, 1), page(&list, 8)].concat();
        let mut doubts = Vec::new();
        for number in 2..=8 {
            if number == 8 {
                match shift.meet(8) {
                    Meeting::Read => {}
                    Meeting::Calm(last) => assert!(last),
                    Meeting::Doubt(doubt) => doubts.push(doubt),
                }
                if shift.last.0 == 8 {
                    break;
                }
            }
            change(number, &mut list);
            let keys = page(&list, number);
            doubts.extend(shift.read(number, &keys, None));
            seen.extend(keys);
        }
        if doubts.is_empty() {
            doubts.extend(shift.ended());
        }
        // What came on top is for the next run.
        let lost = list.iter().take(8 * SIZE).filter(|key| **key < 100 && !seen.contains(key)).count();
        (doubts, lost)
    }

    #[test]
    fn a_calm_list_raises_no_doubt() {
        assert_eq!(walk(|_, _| ()), (vec![], 0));
    }

    #[test]
    fn new_articles_raise_no_doubt() {
        let push = |number: u32, list: &mut Vec<u64>| {
            if number.is_multiple_of(3) {
                list.insert(0, 100 + u64::from(number));
            }
        };
        assert_eq!(walk(push).0, vec![]);
    }

    #[test]
    fn a_list_pushed_down_at_every_step_has_no_foot() {
        let list: Vec<u64> = (0..11).collect();
        let pushed: Vec<u64> = std::iter::once(100).chain(0..11).collect();
        let mut shift = Shift::default();
        shift.enter(1, &page(&list, 1), Some(3));
        shift.ahead(3, &page(&list, 3), Some(true));
        assert_eq!(shift.read(2, &page(&pushed, 2), Some(3)), None);
        assert_eq!(shift.meet(3), Meeting::Read);
    }

    #[test]
    fn articles_taken_off_are_noticed() {
        let take = |number: u32, list: &mut Vec<u64>| {
            if number == 4 {
                list.drain(1..3);
            }
        };
        let (doubts, lost) = walk(take);
        assert_eq!((doubts, lost), (vec![Doubt { missing: 2, pages: (1, 7), weak: false }], 2));
    }

    #[test]
    fn taken_off_and_pushed_down_at_different_times() {
        let both = |number: u32, list: &mut Vec<u64>| match number {
            3 => list.insert(0, 100),
            6 => {
                list.remove(4);
            }
            _ => {}
        };
        let (doubts, lost) = walk(both);
        assert_eq!((doubts, lost), (vec![Doubt { missing: 1, pages: (1, 7), weak: false }], 1));
    }

    #[test]
    fn a_foot_that_shows_the_next_page_is_no_push() {
        let list: Vec<u64> = (0..40).collect();
        let shown = |number: u32| {
            [page(&list, number), page(&list, number + 1)[..2.min(40 - number as usize * 5)].to_vec()].concat()
        };
        let mut shift = Shift::default();
        shift.enter(1, &shown(1), None);
        shift.ahead(7, &shown(7), None);
        shift.ahead(8, &shown(8), Some(true));
        for number in 2..=7 {
            assert_eq!(shift.read(number, &shown(number), None), None);
        }
        assert_eq!(shift.meet(8), Meeting::Calm(true));
    }

    #[test]
    fn a_page_fewer_is_noticed_at_once() {
        let list: Vec<u64> = (0..41).collect();
        let mut shift = Shift::default();
        shift.enter(1, &page(&list, 1), Some(9));
        assert_eq!(shift.read(2, &page(&list, 2), Some(9)), None);
        assert_eq!(shift.read(3, &page(&list[1..], 3), Some(8)), Some(Doubt { missing: 1, pages: (1, 2), weak: true }));
    }

    proptest! {
        /// Whatever comes and goes between two pages: what was jumped over never goes unnoticed.
        #[test]
        fn nothing_is_lost_in_silence(
            events in prop::collection::vec((2u32..8, 0usize..4, any::<bool>()), 0..3),
        ) {
            let (doubts, lost) = walk(|number, list| {
                for (when, at, push) in &events {
                    if *when == number {
                        if *push { list.insert(0, 1_000 + list.len() as u64) } else { list.remove(*at); }
                    }
                }
            });
            // A calm step is needed to see a push for what it is; with three events in seven steps there is one.
            prop_assert!(lost == 0 || !doubts.is_empty(), "{lost} lost, no doubt");
        }
    }
}
