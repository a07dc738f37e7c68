//! The schedule's promises, over any history.

use proptest::prelude::*;

use super::*;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn look(at_ms: i64, new: u32, held: u32) -> Look {
    Look { at_ms, seen: new + held, new, held, failed: 0, end: LookEnd::Read }
}

fn failed(at_ms: i64) -> Look {
    Look { end: LookEnd::Failed("503".to_owned()), ..look(at_ms, 0, 0) }
}

/// Follows the schedule over a list with a new article every `gap` for so many looks; gives the last intervals.
fn follow(gap_ms: i64, looks: usize) -> Vec<i64> {
    let (mut rhythm, mut published) = (first(0, 0, None), 0);
    let mut intervals = Vec::new();
    for step in 0..looks {
        let now = rhythm.next_ms;
        // The first look finds what is there.
        let new = if step == 0 { 10 } else { u32::try_from(now / gap_ms - published).unwrap() };
        published = now / gap_ms;
        rhythm = rhythm.after(&look(now, new, 10), None, step as u64 * 7_919);
        intervals.push(rhythm.next_ms - now);
    }
    intervals
}

#[test]
fn a_list_is_looked_at_about_once_a_gap() {
    for hours in [2, 8, 48] {
        let intervals = follow(hours * HOUR, 60);
        let late = &intervals[40..];
        let mean = late.iter().sum::<i64>() / 20;
        assert!((hours * HOUR / 2..=hours * HOUR * 2).contains(&mean), "{hours} h: {} min", mean / MINUTE);
    }
    // Faster than may be, and slower than is useful.
    assert!(follow(MINUTE, 30)[20..].iter().all(|wait| (15 * MINUTE..=17 * MINUTE).contains(wait)));
    assert!(*follow(90 * 24 * HOUR, 60).last().unwrap() > 5 * 24 * HOUR);
}

#[test]
fn starts_are_spread_and_soon() {
    let waits: Vec<i64> = (0..1_000).map(|place| first(0, place, None).next_ms).collect();
    assert_eq!(waits[..3], [0, 2_000, 4_000]);
    assert!(waits.iter().all(|wait| *wait <= 15 * MINUTE));
    assert!((0..60).all(|place| first(0, place, Some(Duration::from_secs(1))).next_ms < 1_000));
    // No second of the time has many more looks than its share, however many lists there are.
    for (lists, every, share) in [(5_000, Some(Duration::from_mins(1)), 84), (5_000, None, 6), (700, None, 1)] {
        let mut looks = std::collections::BTreeMap::<i64, usize>::new();
        for place in 0..lists {
            *looks.entry(first(0, place, every).next_ms / 1_000).or_default() += 1;
        }
        let most = looks.values().max().copied().unwrap();
        assert!(most <= share * 3 / 2 + 1, "{most} looks in a second of {lists} lists");
    }
}

#[test]
fn failures_come_back_soon_and_then_ever_later() {
    let mut rhythm = first(0, 0, None).after(&look(0, 5, 0), None, 0);
    let mut waits = Vec::new();
    for _ in 0..12 {
        let now = rhythm.next_ms;
        rhythm = rhythm.after(&failed(now), None, 0);
        waits.push((rhythm.next_ms - now) / MINUTE);
    }
    assert_eq!(waits[..3], [13, 27, 54]);
    assert!(waits.is_sorted() && waits.iter().all(|wait| *wait <= 36 * 60), "{waits:?}");
    assert_eq!(rhythm.alarms(rhythm.next_ms, None)[0].0, AlarmKind::Failing);
    let well = rhythm.after(&look(rhythm.next_ms, 0, 9), None, 0);
    assert_eq!(well.failures, 0);
    assert!(well.alarms(well.next_ms, None).iter().all(|(kind, _)| *kind != AlarmKind::Failing));
}

#[test]
fn no_overlap_raises_the_rate() {
    let mut rhythm = first(0, 0, None);
    for step in 0..20 {
        rhythm = rhythm.after(&look(step * 8 * HOUR, 1, 9), None, 0);
    }
    let (calm, at) = (rhythm.next_ms - 19 * 8 * HOUR, rhythm.next_ms);
    assert!(calm > 4 * HOUR);
    assert!(!rhythm.is_gap(&look(at, 9, 1)) && rhythm.is_gap(&look(at, 10, 0)));
    let raised = rhythm.after(&look(at, 10, 0), None, 0);
    assert!(raised.next_ms - at <= 17 * MINUTE);
    assert_eq!(raised.no_overlap, 1);
    assert!(raised.gap_ms < rhythm.gap_ms.map(|gap| gap / 2 + gap / 8), "{raised:?}");
    assert!(!first(0, 0, None).is_gap(&look(0, 10, 0)), "the first look overlaps with nothing");
}

#[test]
fn silence_is_measured_by_the_longest_usual_pause() {
    // By day every two hours, nothing by night.
    let (mut rhythm, mut at) = (first(0, 0, None), 0);
    for _ in 0..10 {
        for hours in [2, 2, 2, 2, 16] {
            at += hours * HOUR;
            rhythm = rhythm.after(&look(at, 1, 9), None, 0);
            assert_eq!(rhythm.alarms(at + 16 * HOUR, None), [], "a night is no silence");
        }
    }
    let alarms = rhythm.alarms(at + 49 * HOUR, None);
    assert_eq!(alarms.len(), 1);
    assert_eq!(alarms[0].0, AlarmKind::Silence);
    let quick = first(0, 0, None).after(&look(0, 1, 0), None, 0).after(&look(HOUR, 1, 1), None, 0);
    assert_eq!(quick.alarms(1_000 * HOUR, None), [], "too little is known of it");
}

#[test]
fn a_list_that_shows_nothing_any_more_is_an_alarm_until_it_does() {
    let nothing = |at_ms| Look { end: LookEnd::Nothing, ..look(at_ms, 0, 0) };
    let never = first(0, 0, None).after(&nothing(0), None, 0);
    assert_eq!(never.alarms(0, None), [], "it never showed anything: `probe` and `check` are for that");
    let broken = first(0, 0, None).after(&look(0, 5, 0), None, 0).after(&nothing(HOUR), None, 0);
    assert_eq!(broken.alarms(HOUR, None)[0].0, AlarmKind::Nothing);
    let mended = broken.after(&look(2 * HOUR, 1, 4), None, 0);
    assert_eq!(mended.alarms(2 * HOUR, None), []);
}

fn any_look() -> impl Strategy<Value = (i64, u32, u32, u8, u64)> {
    (0..40 * 24 * HOUR, 0..30u32, 0..30u32, 0..6u8, any::<u64>())
}

proptest! {
    #[test]
    fn the_next_look_is_always_ahead_and_within_bounds(looks in prop::collection::vec(any_look(), 1..60)) {
        let (mut rhythm, mut at) = (first(0, 3, None), 0);
        for (later, new, held, kind, dice) in looks {
            at += later;
            let end = match kind {
                0 => LookEnd::Failed("x".to_owned()),
                1 => LookEnd::Nothing,
                _ => LookEnd::Read,
            };
            rhythm = rhythm.after(&Look { end, ..look(at, new, held) }, None, dice);
            let wait = rhythm.next_ms - at;
            let least = signed(millis(LEAST));
            prop_assert!(wait >= least - least / 10, "{wait}");
            prop_assert!(wait <= signed(millis(MOST)) + signed(millis(MOST)) / 10, "{wait}");
            let _ = rhythm.alarms(at + later, None);
        }
    }

    #[test]
    fn a_fixed_interval_is_kept(every in 1u64..10_000, looks in prop::collection::vec(any_look(), 1..20)) {
        let every = Duration::from_secs(every);
        let (mut rhythm, mut at) = (first(0, 3, Some(every)), 0);
        for (later, new, held, _, dice) in looks {
            at += later;
            rhythm = rhythm.after(&look(at, new, held), Some(every), dice);
            prop_assert_eq!(rhythm.next_ms - at, signed(millis(every)));
        }
    }

    #[test]
    fn more_news_never_make_it_slower(gap in 1i64..200, more in 2u32..20, dice in any::<u64>()) {
        let with = |new: u32| {
            let mut rhythm = first(0, 0, None);
            for step in 0..10 {
                rhythm = rhythm.after(&look(step * gap * HOUR, new, 5), None, dice);
            }
            rhythm.next_ms
        };
        prop_assert!(with(more) <= with(1));
    }
}
