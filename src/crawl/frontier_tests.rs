use super::*;
use crate::crawl::visit::Visit;
use crate::ledger::MemoryLedger;
use crate::model::Digest;

fn item(n: u32) -> Candidate {
    Candidate {
        url: format!("http://portal.example/bai-{n}"),
        key: CanonicalUrl(format!("http://portal.example/bai-{n}")),
        list: "tin".to_owned(),
        via: "http://portal.example/tin".to_owned(),
        title: format!("Bài {n}"),
        listed: None,
        walk: "w".to_owned(),
        patient: false,
    }
}

fn enqueue(frontier: &Frontier, ledger: &dyn Ledger, items: &[Candidate]) -> Vec<Known> {
    let mut batch = Batch::default();
    let known = frontier.enqueue("s", items, &mut batch).unwrap();
    assert_eq!(ledger.apply(&batch).unwrap(), Applied::Done);
    known
}

fn archived() -> UrlState {
    UrlState::Article { content: Digest::of(b"x"), version: 1, visit: Visit::default() }
}

#[test]
fn items_are_leased_once_in_the_order_they_came() {
    let ledger: Arc<dyn Ledger> = Arc::new(MemoryLedger::default());
    let frontier = Frontier::open(Arc::clone(&ledger)).unwrap();
    assert_eq!(enqueue(&frontier, &*ledger, &[item(1), item(2), item(3)]), vec![Known::New; 3]);
    assert_eq!(enqueue(&frontier, &*ledger, &[item(2)]), [Known::Queued]);
    let first = frontier.lease("s", 2).unwrap();
    let titles: Vec<_> = first.iter().map(|l| l.row.title.as_str()).collect();
    assert_eq!(titles, ["Bài 1", "Bài 2"]);
    assert_eq!(frontier.lease("s", 5).unwrap()[0].row.title, "Bài 3");
    assert!(frontier.lease("s", 5).unwrap().is_empty());
    assert!(first[0].fence() < first[1].fence());
}

#[test]
fn a_settled_item_is_known() {
    let ledger: Arc<dyn Ledger> = Arc::new(MemoryLedger::default());
    let frontier = Frontier::open(Arc::clone(&ledger)).unwrap();
    enqueue(&frontier, &*ledger, &[item(1)]);
    let lease = frontier.lease("s", 1).unwrap().remove(0);
    let mut batch = Batch::default();
    settle(&lease, &archived(), &mut batch);
    assert_eq!(ledger.apply(&batch).unwrap(), Applied::Done);
    assert_eq!(ledger.apply(&batch).unwrap(), Applied::Refused, "an acknowledgement counts once");
    assert!(frontier.is_empty("s").unwrap());
    assert_eq!(enqueue(&frontier, &*ledger, &[item(1)]), [Known::Held]);
}

#[test]
fn a_new_owner_ends_old_leases_and_an_old_one_is_refused() {
    let ledger: Arc<dyn Ledger> = Arc::new(MemoryLedger::default());
    let old = Frontier::open(Arc::clone(&ledger)).unwrap();
    enqueue(&old, &*ledger, &[item(1)]);
    let stale = old.lease("s", 1).unwrap().remove(0);
    let new = Frontier::open(Arc::clone(&ledger)).unwrap();
    let lease = new.lease("s", 1).unwrap().remove(0);
    assert!(lease.fence() > stale.fence());
    let mut late = Batch::default();
    settle(&stale, &archived(), &mut late);
    assert_eq!(ledger.apply(&late).unwrap(), Applied::Refused);
    let mut right = Batch::default();
    settle(&lease, &archived(), &mut right);
    assert_eq!(ledger.apply(&right).unwrap(), Applied::Done);
}

#[test]
fn what_failed_for_now_is_tried_again_and_what_failed_for_good_is_not() {
    let ledger: Arc<dyn Ledger> = Arc::new(MemoryLedger::default());
    let frontier = Frontier::open(Arc::clone(&ledger)).unwrap();
    enqueue(&frontier, &*ledger, &[item(1), item(2)]);
    let leases = frontier.lease("s", 2).unwrap();
    for (lease, retryable) in leases.iter().zip([true, false]) {
        let mut batch = Batch::default();
        frontier.give_up(lease, GaveUp::Failed { cause: "x".to_owned(), retryable }, &mut batch);
        ledger.apply(&batch).unwrap();
    }
    let again = |_: &str| "again".to_owned();
    assert_eq!(frontier.retry_unsettled("s", &again).unwrap().len(), 1);
    let lease = frontier.lease("s", 5).unwrap();
    assert_eq!(lease.len(), 1);
    assert_eq!((lease[0].row.title.as_str(), lease[0].row.walk.as_str()), ("Bài 1", "again"));
    assert!(frontier.retry_unsettled("s", &again).unwrap().is_empty());
}

#[test]
fn a_released_item_comes_back() {
    let ledger: Arc<dyn Ledger> = Arc::new(MemoryLedger::default());
    let frontier = Frontier::open(Arc::clone(&ledger)).unwrap();
    enqueue(&frontier, &*ledger, &[item(1), item(2)]);
    let leases = frontier.lease("s", 2).unwrap();
    let mut batch = Batch::default();
    frontier.release(&leases[0], true, &mut batch);
    frontier.release(&leases[1], false, &mut batch);
    assert_eq!(ledger.apply(&batch).unwrap(), Applied::Done);
    let again = frontier.lease("s", 2).unwrap();
    let got: Vec<_> = again.iter().map(|l| (l.row.title.as_str(), l.row.attempts)).collect();
    assert_eq!(got, [("Bài 2", 1), ("Bài 1", 2)]);
}

#[test]
fn what_is_given_back_is_leased_again_behind_what_came_later() {
    let ledger: Arc<dyn Ledger> = Arc::new(MemoryLedger::default());
    let frontier = Frontier::open(Arc::clone(&ledger)).unwrap();
    enqueue(&frontier, &*ledger, &(0..600).map(item).collect::<Vec<_>>());
    let first = frontier.lease("s", 16).unwrap();
    let mut batch = Batch::default();
    frontier.release(&first[3], false, &mut batch);
    assert_eq!(ledger.apply(&batch).unwrap(), Applied::Done);
    let mut got = Vec::new();
    loop {
        let leases = frontier.lease("s", 16).unwrap();
        if leases.is_empty() {
            break;
        }
        for lease in leases {
            let mut batch = Batch::default();
            settle(&lease, &archived(), &mut batch);
            assert_eq!(ledger.apply(&batch).unwrap(), Applied::Done);
            got.push(lease.row.title);
        }
    }
    let given_back = got.iter().position(|title| *title == first[3].row.title);
    assert!(given_back.is_some_and(|at| at > 500), "{given_back:?}");
    assert_eq!(got.len(), 585);
    assert_eq!(got.iter().collect::<HashSet<_>>().len(), 585, "each is leased once");
}

#[test]
fn what_is_new_comes_before_what_is_visited_again_whenever_it_came() {
    let ledger: Arc<dyn Ledger> = Arc::new(MemoryLedger::default());
    let frontier = Frontier::open(Arc::clone(&ledger)).unwrap();
    enqueue(&frontier, &*ledger, &[item(1), item(2)]);
    for lease in frontier.lease("s", 2).unwrap() {
        let mut batch = Batch::default();
        settle(&lease, &archived(), &mut batch);
        let row = url_row(&lease.row, archived());
        assert!(frontier.visit_again("s", &lease.row.key, row, &mut batch));
        assert_eq!(ledger.apply(&batch).unwrap(), Applied::Done);
    }
    assert!(frontier.lease("s", 1).unwrap()[0].row.again);
    enqueue(&frontier, &*ledger, &[item(3)]);
    assert_eq!(frontier.lease("s", 1).unwrap()[0].row.title, "Bài 3");
    assert!(frontier.lease("s", 1).unwrap()[0].row.again);
}
