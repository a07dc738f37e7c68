use proptest::prelude::*;

use super::*;
use crate::article::tests::{article, page_of};

const HOTLINE: &str = "Mọi phản ánh về lĩnh vực này xin gọi đường dây nóng 0912 345 678, trực cả ngày nghỉ.";

fn title(n: usize) -> String {
    let word = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap()).to_string();
    format!("Tin của xã {}{}{}", word(n), word(n / 26), word(n * 7))
}

fn own(n: usize, line: usize) -> String {
    format!("Câu thứ {line} của riêng bài số {n}, kể một việc đã làm trong tuần này.")
}

/// The body of article `n`, with `block` at a place from the end.
fn body(n: usize, block: Option<(&str, usize)>) -> Vec<String> {
    let mut lines: Vec<String> = (0..12).map(|line| own(n, line)).collect();
    if let Some((block, from_end)) = block {
        lines.insert(lines.len() - from_end, block.to_owned());
    }
    lines
}

fn note(account: &mut Account, title: &str, body: &[String]) -> bool {
    account.note(title, body.iter().map(String::as_str))
}

#[test]
fn a_block_of_most_articles_is_learned() {
    let mut account = Account::default();
    for n in 0..11 {
        assert!(!note(&mut account, &title(n), &body(n, Some((HOTLINE, 1)))), "{n}");
    }
    assert!(note(&mut account, &title(11), &body(11, Some((HOTLINE, 0)))));
    assert!(account.learned().has(HOTLINE));
    assert_eq!(account.learned().len(), 1);
    assert!(!note(&mut account, &title(12), &body(12, Some((HOTLINE, 0)))), "it is known");
}

#[test]
fn in_the_middle_it_takes_nearly_all() {
    let learned = |percent: usize| {
        let mut account = Account::default();
        (0..80).any(|n| note(&mut account, &title(n), &body(n, (n % 10 * 10 < percent).then_some((HOTLINE, 6)))))
    };
    assert!(!learned(70) && learned(100));
}

#[test]
fn what_a_few_or_a_series_share_stays() {
    let mut account = Account::default();
    let bulletin = "Đài khí tượng thủy văn tỉnh cho biết tình hình thời tiết trong hai mươi tư giờ tới như sau:";
    for n in 0..60 {
        // A bulletin of every day, between articles of other titles.
        let day = format!("Dự báo thời tiết ngày {}/{}/2026", n % 28 + 1, n / 28 + 1);
        assert!(!note(&mut account, &day, &body(n + 500, Some((bulletin, 12)))));
        let tenth = (n % 10 == 0).then_some((HOTLINE, 0));
        assert!(!note(&mut account, &title(n), &body(n, tenth)), "{n}");
    }
    assert!(account.learned().is_empty());
}

#[test]
fn who_signs_is_never_learned() {
    let signs = ["Theo TTXVN", "Nguồn: Cổng thông tin tỉnh", "Nguyễn Văn Sông", "Ban Biên tập", "Tin, ảnh: Thu Hà"];
    for line in signs.into_iter().chain(["* * *", "Số 1 | Số 2 | Ghi chú của bảng", &"dài ".repeat(120)]) {
        let mut account = Account::default();
        for n in 0..40 {
            assert!(!note(&mut account, &title(n), &body(n, Some((line, 0)))), "{line}");
        }
    }
    let mut account = Account::default();
    let first = |n: usize| format!("Ngày {n} tháng 11, Ủy ban nhân dân tỉnh tổ chức phiên họp thường kỳ.");
    assert!((0..40).all(|n| !note(&mut account, &title(n), &body(n, Some((&first(n), 12))))));
}

#[test]
fn an_article_is_without_them_and_says_so() {
    let mut account = Account::default();
    account.recall(&[HOTLINE.to_owned(), own(1, 0)]);
    let paragraphs = |lines: &[String]| format!("<p>{}</p>", lines.join("</p><p>"));
    let with = paragraphs(&body(2, Some((HOTLINE, 0))));
    let mut found = article(&page_of("Khánh thành trạm bơm", &with));
    let plain = article(&page_of("Khánh thành trạm bơm", &paragraphs(&body(2, None))));
    assert!(found.to_text().contains(HOTLINE));
    assert!(found.leave_out(account.learned()));
    assert_eq!((found.to_text(), found.content_hash()), (plain.to_text(), plain.content_hash()));
    assert_eq!((&found.left_out[..], &found.notes[..]), (&[HOTLINE.to_owned()][..], &[NOTE.to_owned()][..]));
    assert!(!found.leave_out(account.learned()), "once");
    let mut other = plain.clone();
    assert!(!other.leave_out(account.learned()) && other == plain);
    // Nothing else would stay.
    other.blocks.truncate(1);
    other.lead = None;
    HOTLINE.clone_into(&mut other.blocks[0].text);
    assert!(!other.leave_out(account.learned()) && other.to_text().contains(HOTLINE));
}

#[test]
fn a_text_file_is_told_apart_by_its_hash() {
    let date = "Thứ hai, 23/11/2026";
    let blocks = ["Khánh thành cầu", date, &own(1, 1), "Cầu mới", HOTLINE, "Thu Hà"];
    let text = blocks.join("\n\n") + "\n";
    let hash = content_hash([blocks[0], blocks[2], blocks[4]]);
    let mut found = Blocks::of(&text, |block| block == "Cầu mới", &hash).unwrap();
    assert_eq!(found.body().collect::<Vec<_>>(), [blocks[2], blocks[4]]);
    assert_eq!(found.to_text(), text);
    let mut account = Account::default();
    // Neither a caption nor who signs goes, whatever was learned.
    account.recall(&[HOTLINE.to_owned(), "Cầu mới".to_owned(), "Thu Hà".to_owned(), blocks[0].to_owned()]);
    assert_eq!(found.leave_out(account.learned()), [HOTLINE]);
    assert_eq!(found.to_text(), [blocks[0], date, blocks[2], "Cầu mới", "Thu Hà"].join("\n\n") + "\n");
    assert_eq!(found.hash(), content_hash([blocks[0], blocks[2]]));
    assert_eq!(found.leave_out(account.learned()), [""; 0]);
    assert_eq!(Blocks::of(&text, |_| false, &Digest::of(b"another")), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_does_not_matter_and_memory_is_bounded(order in Just((0..90).collect::<Vec<usize>>()).prop_shuffle()) {
        let mut account = Account::default();
        let mut size = 0;
        for n in order {
            // Eight of ten have the hotline. Seven have an editor's phrase: in no order are they three of five of the first
            // twelve, and of more articles they are less.
            let mut lines = body(n, (n % 10 < 8).then_some((HOTLINE, n % 3)));
            if n % 13 == 0 {
                lines.insert(0, "Trong không khí thi đua sôi nổi của cả tỉnh, bà con đã làm được nhiều việc.".to_owned());
            }
            note(&mut account, &title(n), &lines);
            let held: usize = account.seen.iter().map(|seen| seen.blocks.len()).sum();
            size = size.max(held);
        }
        prop_assert!(account.learned().has(HOTLINE));
        prop_assert_eq!(account.learned().len(), 1);
        prop_assert!(account.seen.len() <= WINDOW && size <= WINDOW * BLOCKS);
    }
}
