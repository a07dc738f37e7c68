//! Addresses without end: a calendar of every month there is, and key words crossed with sections.

use std::fmt::Write;

use crate::answer::Answer;
use crate::dates::Stamp;
use crate::render::View;
use crate::rng::Rng;
use crate::route::param;
use crate::site::Asked;

const CALENDAR: &str = "/lich-cong-tac";
const TAGS: &str = "/tu-khoa/";
const WORDS: [&str; 12] = [
    "chuyen-doi-so",
    "nong-thon-moi",
    "cai-cach",
    "dau-tu-cong",
    "an-sinh",
    "giao-thong",
    "thuy-loi",
    "du-lich",
    "tin-dung",
    "hop-tac-xa",
    "dan-van",
    "giam-sat",
];

/// The link to the calendar.
pub fn calendar_box(view: View, out: &mut String) {
    let (y, m, _) = view.spec.newest;
    let _ = writeln!(
        out,
        "<div class=\"box\"><h3 class=\"box-title\">Lịch công tác</h3><a href=\"{CALENDAR}?date_begin={y}-{m:02}-01\">Xem lịch</a></div>"
    );
}

/// A month, with links to each of its days and to the months beside it.
pub fn calendar(view: View, asked: &Asked) -> Option<Answer> {
    if asked.path != CALENDAR {
        return None;
    }
    let begin = param(&asked.query, "date_begin").unwrap_or_default();
    let mut parts = begin.split('-').map(|part| part.parse::<i32>().unwrap_or(1));
    let (y, m) = (parts.next().unwrap_or(2026), parts.next().unwrap_or(1).clamp(1, 12));
    let page = view.framed("Lịch công tác", |out| {
        let _ = writeln!(out, "<h1>Lịch công tác tháng {m}/{y}</h1><table class=\"calendar\"><tr>");
        for d in 1..=28 {
            let _ = write!(out, "<td><a href=\"{CALENDAR}?date_begin={y}-{m:02}-{d:02}&amp;view=day\">{d}</a></td>");
        }
        let (before, after) = (y * 12 + m - 2, y * 12 + m);
        let month = |n: i32| format!("{:04}-{:02}-01", n.div_euclid(12), n.rem_euclid(12) + 1);
        let _ = writeln!(
            out,
            "</tr></table>\n<p>Không có lịch.</p><a href=\"{CALENDAR}?date_begin={}\">Tháng trước</a> <a class=\"next\" href=\"{CALENDAR}?date_begin={}\">Tháng sau</a>",
            month(before),
            month(after)
        );
    });
    Some(Answer::page(page))
}

/// Links to key words.
pub fn tag_box(view: View, out: &mut String) {
    out.push_str("<div class=\"box box-tags\"><h3 class=\"box-title\">Từ khóa</h3>");
    for word in WORDS {
        let _ = write!(out, "<a href=\"{TAGS}{word}\">{}</a> ", word.replace('-', " "));
        let _ = write!(out, "<a href=\"{TAGS}{word}?muc={}\">#</a> ", view.spec.sections()[0].0);
    }
    out.push_str("</div>\n");
}

/// Articles under a key word. Every number has a page, and every page leads to more words.
pub fn tags(view: View, asked: &Asked) -> Option<Answer> {
    let word = asked.path.strip_prefix(TAGS)?;
    let number = param(&asked.query, "page").and_then(|n| n.parse::<u64>().ok()).unwrap_or(1);
    let mut rng = Rng::part(view.spec.seed, word, number);
    let page = view.framed("Từ khóa", |out| {
        let _ = writeln!(out, "<h1>Từ khóa: {}</h1><ul>", Stamp::now().dmy());
        for n in rng.sample(view.state.entries.len(), 8) {
            let entry = &view.state.entries[n];
            let _ = writeln!(out, "<li><a href=\"{}\">{}</a></li>", entry.home, entry.title);
        }
        out.push_str("</ul><div class=\"paging\">");
        for next in number + 1..number + 4 {
            let _ = write!(out, "<a href=\"{}?page={next}\">{next}</a> ", asked.path);
        }
        for other in WORDS {
            let _ = write!(out, "<a href=\"{TAGS}{}+{other}\">{other}</a> ", word.split('+').next().unwrap_or(word));
        }
        out.push_str("</div>\n");
    });
    Some(Answer::page(page))
}
