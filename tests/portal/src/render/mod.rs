//! Pages: a portal's state and the moment go in, markup comes out.
//!
//! Promises: the same text as the gold inside the article's container; everything else is what such systems print around
//! it. Refuses nothing: routing has decided what exists.

mod chrome;
mod filler;
mod labels;
pub mod print;

use std::fmt::Write;

pub use chrome::Chrome;
pub use print::escape;

use crate::article::{Article, Quirks};
use crate::dates::Stamp;
use crate::page::{Chunk, Page};
use crate::spec::PortalSpec;
use crate::state::State;
use crate::text::Block;
use print::Printer;

/// The moment of a request: what clock and counters show.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The live clock; none on pages that never change.
    pub now: Option<Stamp>,
    /// Requests served so far.
    pub visits: u64,
    /// Language prefixes before the path that was asked for.
    pub depth: usize,
}

/// All that a page is made from.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The portal.
    pub spec: &'a PortalSpec,
    /// Its address.
    pub base: &'a str,
    /// Its constant pieces.
    pub chrome: &'a Chrome,
    /// Its articles.
    pub state: &'a State,
    /// The time of the request.
    pub moment: Moment,
}

impl View<'_> {
    /// An article's page, reached through list `list`.
    pub fn article(mut self, n: usize, list: usize) -> Page {
        let article = &self.state.articles[n];
        if article.quirks.has(Quirks::FIXED) {
            self.moment.now = None;
        }
        let fixed = self.moment.now.is_none();
        let mut page = self.begin(&self.state.entries[n].title, (!fixed).then_some(article));
        if !fixed {
            self.breadcrumb(page.own(), list);
        }
        self.spec.look().article(self, &mut page, n, list);
        self.end(page)
    }

    /// A page of a list, from 1.
    pub fn list(self, list: usize, number: usize) -> Page {
        let mut page = self.begin(self.spec.sections()[list].1, None);
        self.breadcrumb(page.own(), list);
        self.spec.look().list(self, page.own(), list, number);
        self.end(page)
    }

    /// The print form: the text, almost bare.
    pub fn print(self, n: usize) -> Page {
        let mut page = Page::default();
        self.spec.look().print(self, &mut page, n);
        page
    }

    /// The front page: the newest of every list.
    pub fn home(self) -> Page {
        let mut page = self.begin("Trang chủ", None);
        let out = page.own();
        for (list, (_, name)) in self.spec.sections().iter().enumerate() {
            let _ = writeln!(
                out,
                "<div class=\"home-box\"><h2><a href=\"{}\">{name}</a></h2><ul>",
                self.spec.look().list_path(self.spec, list)
            );
            for n in self.state.slice(list, 1, 6) {
                let entry = &self.state.entries[*n];
                let path = self.state.articles[*n].path(self.spec, list);
                let _ = writeln!(out, "<li><a href=\"{path}\">{}</a> <span>({})</span></li>", entry.title, entry.date);
            }
            out.push_str("</ul></div>\n");
        }
        self.end(page)
    }

    /// A page behind a menu entry.
    pub fn info(self, name: &str) -> Page {
        self.framed(name, |out| {
            let _ = writeln!(out, "<h1>{name}</h1>\n<p>Nội dung đang cập nhật.</p>");
        })
    }

    /// A page with this middle.
    pub fn framed(self, title: &str, middle: impl FnOnce(&mut String)) -> Page {
        let mut page = self.begin(title, None);
        middle(page.own());
        self.end(page)
    }

    /// What a visitor sees of a missing page, in the full template.
    pub fn missing(self) -> Page {
        let mut page = self.begin("Không tìm thấy trang", None);
        page.own().push_str("<div class=\"alert alert-info\"><h1>Không tìm thấy trang</h1>\n<p>Trang bạn yêu cầu không tồn tại hoặc đã bị xóa. Vui lòng quay lại <a href=\"/\">Trang chủ</a>.</p></div>\n");
        self.end(page)
    }

    /// A notice that reads like a short article.
    pub fn notice(self) -> Page {
        self.framed("Thông báo tới bạn đọc", |out| {
            out.push_str("<h1>Thông báo tới bạn đọc</h1>\n<div class=\"noi-dung\"><p>Hệ thống đang được nâng cấp để phục vụ bạn đọc ngày một tốt hơn, vì vậy một số chuyên mục tạm thời chưa thể hiển thị đầy đủ.</p>\n<p>Ban biên tập sẽ hoàn tất công việc trong thời gian sớm nhất, kính mong bạn đọc thông cảm và quay lại sau ít ngày.</p>\n<p>Mọi ý kiến đóng góp xin gửi về hộp thư của ban biên tập, chúng tôi trân trọng cảm ơn.</p></div>\n");
        })
    }

    /// A login form.
    pub fn login(self) -> Page {
        let mut page = self.begin("Đăng nhập", None);
        page.own().push_str("<div class=\"login-form\"><h1>Đăng nhập hệ thống</h1><p>Bạn cần đăng nhập để xem nội dung này.</p><input name=\"username\" /><input name=\"password\" type=\"password\" /><button>Đăng nhập</button></div>\n");
        self.end(page)
    }

    /// Everything before the middle of a page. `title` is escaped.
    fn begin(self, title: &str, article: Option<&Article>) -> Page {
        let mut page = Page::default();
        page.fixed(&self.chrome.open);
        let out = page.own();
        let suffix = self.spec.title_suffix();
        let _ = writeln!(out, "<title>{title}{suffix}</title>\n<meta property=\"og:title\" content=\"{title}\" />");
        if let Some(article) = article {
            let home = article.home(self.spec);
            out.push_str("<meta name=\"description\" content=\"");
            escape(out, article.text.lead.as_deref().unwrap_or(&article.text.title));
            out.push_str("\" />\n<meta property=\"og:type\" content=\"article\" />\n");
            let _ = writeln!(
                out,
                "<link rel=\"canonical\" href=\"{0}{home}\" />\n<meta property=\"og:url\" content=\"{0}{home}\" />",
                self.base
            );
        }
        page.fixed(&self.chrome.head);
        if let Some(now) = self.moment.now {
            let _ = write!(page.own(), "{}, {}:{:02}", now.weekday(), now.dmy_hm(), now.second % 60);
        }
        page.fixed(&self.chrome.top);
        page
    }

    /// Everything after the middle of a page.
    fn end(self, mut page: Page) -> Page {
        let out = page.own();
        out.push_str("</div>\n<div class=\"col-md-3 sidebar\">\n");
        if self.moment.now.is_some() {
            self.most_read(out);
            self.spec.look().aside(self, out);
        }
        page.fixed(&self.chrome.side);
        self.counters(page.own());
        page.fixed(&self.chrome.foot);
        page
    }

    fn breadcrumb(self, out: &mut String, list: usize) {
        let name = self.spec.sections()[list].1;
        let path = self.spec.look().list_path(self.spec, list);
        let _ = writeln!(
            out,
            "<div class=\"breadcrumb\"><a href=\"/\">Trang chủ</a> &raquo; <a href=\"{path}\">{name}</a></div>"
        );
    }

    fn most_read(self, out: &mut String) {
        out.push_str("<div class=\"box box-most-read\"><h3 class=\"box-title\">Đọc nhiều</h3><ul>\n");
        let total = self.state.entries.len();
        for n in (0..total).step_by(total.div_ceil(7).max(1)) {
            let entry = &self.state.entries[n];
            let _ = writeln!(
                out,
                "<li><a href=\"{0}\" title=\"{1}\">{1}</a> <span class=\"date\">{2}</span></li>",
                entry.home, entry.title, entry.date
            );
        }
        out.push_str("</ul></div>\n");
    }

    fn counters(self, out: &mut String) {
        let n = if self.moment.now.is_some() { self.moment.visits } else { 0 };
        out.push_str("<div class=\"statistics\"><h3>Thống kê truy cập</h3><ul>\n");
        self.spec.look().counters(out, n);
        out.push_str("</ul></div>\n");
    }

    /// Adds the finished piece with the article's words, made on first use.
    pub fn words(self, page: &mut Page, n: usize, make: impl FnOnce(&mut String, &Article, &mut Printer)) {
        let chunk = self.state.bodies[n].get_or_init(|| {
            let mut article = self.state.articles[n].clone();
            let mut repeated = self.spec.repeated.iter().map(|text| Block::Para(vec![text.clone()]));
            if let Some(first) = repeated.next() {
                article.text.blocks.insert(0, first);
            }
            article.text.blocks.extend(repeated);
            let mut out = String::with_capacity(12_000);
            make(&mut out, &article, &mut Printer::new(&article, "head"));
            Chunk::new(out)
        });
        page.fixed(chunk);
    }

    /// The neighbours of an article in a list: newer ones, then older ones.
    pub fn neighbours(self, n: usize, list: usize, count: usize) -> (Vec<usize>, Vec<usize>) {
        let all = &self.state.lists[list];
        let at = all.iter().position(|i| *i == n).unwrap_or(0);
        let newer = all[at.saturating_sub(count)..at].to_vec();
        let older = all[(at + 1).min(all.len())..(at + 1 + count).min(all.len())].to_vec();
        (newer, older)
    }
}

/// The share buttons of every article.
pub const SHARE: &str = "<div class=\"UISocialShare social\"><span>Chia sẻ:</span> <a class=\"fb\" href=\"#facebook\">Facebook</a> <a class=\"zalo\" href=\"#zalo\">Zalo</a> <a href=\"#tweet\">Tweet</a> <a href=\"#mail\">Gửi email</a> <a href=\"#in\">In trang</a></div>\n";
