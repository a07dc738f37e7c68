//! One contract suite over every ledger.

use super::{Applied, Batch, Ledger, MemoryLedger, SledLedger};

fn each(test: impl Fn(&dyn Ledger)) {
    test(&MemoryLedger::default());
    let folder = tempfile::tempdir().unwrap();
    test(&SledLedger::open(folder.path()).unwrap());
}

#[test]
fn the_first_put_stays() {
    each(|ledger| {
        assert_eq!(ledger.put_if_absent(b"k", b"1").unwrap(), None);
        assert_eq!(ledger.put_if_absent(b"k", b"2").unwrap(), Some(b"1".to_vec()));
        assert_eq!(ledger.get(b"k").unwrap(), Some(b"1".to_vec()));
        assert_eq!(ledger.get(b"other").unwrap(), None);
    });
}

#[test]
fn a_scan_keeps_to_its_prefix_and_goes_on_where_it_stopped() {
    each(|ledger| {
        let mut batch = Batch::default();
        for key in ["a/1", "a/2", "a/3", "b/1"] {
            batch.put(key, key);
        }
        ledger.apply(&batch).unwrap();
        let first = ledger.scan(b"a/", None, 2).unwrap();
        assert_eq!(first.iter().map(|(k, _)| k.as_slice()).collect::<Vec<_>>(), [b"a/1", b"a/2"]);
        let rest = ledger.scan(b"a/", Some(&first[1].0), 10).unwrap();
        assert_eq!(rest, [(b"a/3".to_vec(), b"a/3".to_vec())]);
    });
}

#[test]
fn a_batch_is_applied_whole_or_not_at_all() {
    each(|ledger| {
        let mut batch = Batch::default();
        batch.expect("k", None).put("k", "1").put("other", "x");
        assert_eq!(ledger.apply(&batch).unwrap(), Applied::Done);
        assert_eq!(ledger.apply(&batch).unwrap(), Applied::Refused);
        let mut next = Batch::default();
        next.expect("k", Some(b"1".to_vec())).delete("k").put("other", "y");
        assert_eq!(ledger.apply(&next).unwrap(), Applied::Done);
        assert_eq!(ledger.get(b"k").unwrap(), None);
        assert_eq!(ledger.get(b"other").unwrap(), Some(b"y".to_vec()));
    });
}

#[test]
fn joined_batches_hold_or_fall_together_and_the_later_write_stays() {
    each(|ledger| {
        let (mut first, mut second) = (Batch::default(), Batch::default());
        first.expect("a", None).put("a", "1").put("sum", "1").put("gone", "1");
        second.expect("b", None).put("b", "1").put("sum", "2").delete("gone");
        let mut joint = Batch::default();
        joint.join(&first).join(&second);
        assert_eq!(ledger.apply(&joint).unwrap(), Applied::Done);
        assert_eq!(ledger.get(b"sum").unwrap(), Some(b"2".to_vec()));
        assert_eq!(ledger.get(b"gone").unwrap(), None);
        let mut third = Batch::default();
        third.expect("c", None).put("c", "1");
        let mut joint = Batch::default();
        joint.join(&third).join(&second);
        assert_eq!(ledger.apply(&joint).unwrap(), Applied::Refused);
        assert_eq!(ledger.get(b"c").unwrap(), None);
    });
}

#[test]
fn of_two_that_expect_the_same_one_wins() {
    each(|ledger| {
        let wins: usize = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..8)
                .map(|n| {
                    scope.spawn(move || {
                        let mut batch = Batch::default();
                        batch.expect("lease", None).put("lease", vec![n]);
                        usize::from(ledger.apply(&batch).unwrap() == Applied::Done)
                    })
                })
                .collect();
            runs.into_iter().map(|run| run.join().unwrap()).sum()
        });
        assert_eq!(wins, 1);
    });
}

#[test]
fn a_second_owner_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let held = SledLedger::open(folder.path()).unwrap();
    let error = SledLedger::open(folder.path()).unwrap_err();
    assert!(error.retryable(), "{error}");
    assert!(error.to_string().contains("held by another process"), "{error}");
    drop(held);
}

#[test]
fn what_was_flushed_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SledLedger::open(folder.path()).unwrap();
    ledger.put_if_absent(b"k", b"v").unwrap();
    ledger.flush().unwrap();
    drop(ledger);
    assert_eq!(SledLedger::open(folder.path()).unwrap().get(b"k").unwrap(), Some(b"v".to_vec()));
}
